package alipay

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// maxBillFiles bounds the files in a bill: details and a summary, and a few more
// when there is much.
const maxBillFiles = 100

// zipEntry begins every entry of a zip file's directory.
var zipEntry = []byte("PK\x01\x02")

// What bills are recognised and checked by.
const (
	billHead   = "#支付宝业务明细查询"
	billEnd    = "业务明细列表结束"
	typeTrade  = "交易"
	typeRefund = "退款"
)

// The columns of a bill that are read, by their headings without the unit.
const (
	colTransaction = "支付宝交易号"
	colNumber      = "商户订单号"
	colType        = "业务类型"
	colTitle       = "商品名称"
	colTime        = "完成时间"
	colAmount      = "订单金额"
	colRefund      = "退款批次号/请求号"
)

var columns = []string{colTransaction, colNumber, colType, colTitle, colTime, colAmount, colRefund}

var (
	billAccount = regexp.MustCompile(`^#账号：\[(\d+)`)
	billFrom    = regexp.MustCompile(`^#起始日期：\[([^\]]*)\]`)
	billTotal   = regexp.MustCompile(`^#+(交易|退款)合计：(\d+)笔`)
)

// readBill reads the zip file of a bill. It holds CSV files in GBK: those of
// details, and a summary that is not read. Their names mean nothing. What is
// unpacked is limited as well: to limit bytes altogether.
func readBill(file []byte, limit int64, seller string, day time.Time) ([]payment.BillLine, error) {
	if bytes.Count(file, zipEntry) > maxBillFiles {
		return nil, errors.New("alipay: bill has too many files")
	}
	packed, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, fmt.Errorf("alipay: bill: %w", err)
	}
	var lines []payment.BillLine
	found := false
	for _, f := range packed.File {
		text, err := unpack(f, limit)
		if err != nil {
			return nil, fmt.Errorf("alipay: bill: %w", err)
		}
		limit -= int64(len(text))
		if text, err = simplifiedchinese.GB18030.NewDecoder().Bytes(text); err != nil {
			return nil, fmt.Errorf("alipay: bill: %w", err)
		}
		if !bytes.HasPrefix(text, []byte(billHead)) {
			continue
		}
		found = true
		d := details{seller: seller, day: day.In(beijing).Format("2006年01月02日")}
		if err := d.read(string(text)); err != nil {
			return nil, err
		}
		lines = append(lines, d.lines...)
	}
	if !found {
		return nil, errors.New("alipay: bill has no details")
	}
	return lines, nil
}

func unpack(f *zip.File, limit int64) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	text, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = errors.New("too much in it")
	}
	return text, err
}

// details is a file of details while it is read: lines that begin with # (the
// head, the end, the totals), a line of headings, and the bookings.
type details struct {
	seller, day string
	at          map[string]int // column → cell, nil before the headings
	width       int            // cells of a line
	ended       bool
	lines       []payment.BillLine
	count       map[string]int // bookings by type
	total       map[string]int // as the file says
}

func (d *details) read(text string) error {
	d.count, d.total = map[string]int{}, map[string]int{}
	n := 0
	for row := range strings.Lines(text) {
		n++
		row = strings.TrimRight(row, "\r\n")
		var err error
		switch {
		case row == "":
		case row[0] == '#':
			err = d.comment(row)
		case d.ended:
			err = errors.New("comes after the end")
		case d.at == nil:
			err = d.headings(row)
		default:
			err = d.booking(row)
		}
		if err != nil {
			return fmt.Errorf("alipay: line %d of the bill %w", n, err)
		}
	}
	if !d.ended {
		return errors.New("alipay: bill has no end")
	}
	for kind, total := range d.total {
		if d.count[kind] != total {
			return fmt.Errorf("alipay: bill has %d bookings of %d %s", d.count[kind], total, kind)
		}
	}
	return nil
}

// comment checks that the file is about the merchant and day, and whole.
func (d *details) comment(row string) error {
	if m := billAccount.FindStringSubmatch(row); m != nil && !strings.HasPrefix(m[1], d.seller) {
		return errors.New("names another account")
	}
	if m := billFrom.FindStringSubmatch(row); m != nil && !strings.HasPrefix(m[1], d.day) {
		return errors.New("names another day")
	}
	if m := billTotal.FindStringSubmatch(row); m != nil {
		d.total[m[1]], _ = strconv.Atoi(m[2])
	}
	d.ended = d.ended || strings.Contains(row, billEnd)
	return nil
}

func (d *details) headings(row string) error {
	d.at = map[string]int{}
	for i, name := range strings.Split(row, ",") {
		name, d.width = strings.TrimSpace(name), i+1
		d.at[strings.TrimSuffix(strings.TrimSuffix(name, "（元）"), "(元)")] = i
	}
	for _, name := range columns {
		if _, ok := d.at[name]; !ok {
			return fmt.Errorf("has no column %s", name)
		}
	}
	return nil
}

// booking reads a line. Its cells are followed by tabs, so that spreadsheets
// take numbers for texts.
func (d *details) booking(row string) error {
	cells := strings.Split(row, ",")
	// Titles come from people and may look like several cells.
	if title, more := d.at[colTitle], len(cells)-d.width; more > 0 {
		cells = slices.Delete(cells, title+1, title+1+more)
	}
	if len(cells) != d.width {
		return fmt.Errorf("has %d cells", len(cells))
	}
	get := func(name string) string { return strings.TrimSpace(cells[d.at[name]]) }
	l := payment.BillLine{Number: get(colNumber), Transaction: get(colTransaction), Merchant: d.seller, Outcome: payment.Settled}
	amount := get(colAmount)
	switch kind := get(colType); kind {
	case typeTrade:
	case typeRefund:
		l.Refund, l.RefundNumber, l.Receipt = true, get(colRefund), get(colRefund)
		amount = strings.TrimPrefix(amount, "-")
	default:
		return fmt.Errorf("is of the unknown type %.20q", kind)
	}
	var err error
	if l.At, err = moment(get(colTime)); err != nil {
		return fmt.Errorf("has no time: %.40q", get(colTime))
	}
	if l.Amount, err = mall.ParseYuan(amount); err != nil {
		return fmt.Errorf("has no amount: %w", err)
	}
	d.count[get(colType)]++
	d.lines = append(d.lines, l)
	return nil
}
