package wechatpay

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

var _ payment.Biller = (*Provider)(nil)

// Bill implements payment.Biller by the trade bill of a day in UTC+8, which is
// there from ten in the morning of the next. The file is not signed; its hash
// is, in the answer that tells where it lies, and it is fetched from BaseURL
// only, wherever that answer points.
func (p *Provider) Bill(ctx context.Context, day, merchant string) ([]payment.BillLine, error) {
	if _, err := (mall.Calendar{}).ParseDay(day); err != nil {
		return nil, err
	}
	who, err := p.begin(ctx, "", merchant)
	if err != nil {
		return nil, err
	}
	q := url.Values{"bill_date": {day}, "bill_type": {"ALL"}}
	if who.SubMchID != "" {
		q.Set("sub_mchid", who.SubMchID)
	}
	var at struct {
		HashType string `json:"hash_type"`
		Hash     string `json:"hash_value"`
		URL      string `json:"download_url"`
	}
	r, err := p.call(ctx, p.cfg.Tries, http.MethodGet, "/v3/bill/tradebill?"+q.Encode(), nil, &at)
	switch {
	case err != nil:
		return nil, err
	case r.is("NO_STATEMENT_EXIST"):
		return nil, nil
	case r.is("STATEMENT_CREATING"):
		return nil, payment.ErrBillNotReady.With(day)
	case !r.done():
		return nil, payment.ErrBill.With(r.code).Because(errors.New(r.message))
	}
	where, err := url.Parse(at.URL)
	if err != nil || at.HashType != "SHA1" || !strings.HasPrefix(where.Path, "/v3/") {
		return nil, payment.ErrBill.With(mismatch)
	}
	m, err := p.send(ctx, http.MethodGet, where.RequestURI(), nil, p.cfg.MaxBill)
	if err != nil {
		return nil, payment.ErrBill.With("download").Because(err)
	}
	sum := sha1.Sum(m.body)
	if m.status != http.StatusOK || !strings.EqualFold(hex.EncodeToString(sum[:]), at.Hash) {
		return nil, payment.ErrBill.With("hash")
	}
	lines, err := parseBill(m.body)
	if err != nil {
		return nil, payment.ErrBill.With("form").Because(err)
	}
	if who.SubMchID == "" {
		return lines, nil
	}
	for _, l := range lines {
		if l.Merchant != who.SubMchID {
			return nil, payment.ErrBill.With(mismatch)
		}
	}
	return lines, nil
}

// The columns of a bill that are read, by their headings.
const (
	colTime        = "交易时间"
	colAppID       = "公众账号ID"
	colMerchant    = "商户号"
	colSubMerchant = "特约商户号" // "0" or empty without one
	colTransaction = "微信订单号"
	colNumber      = "商户订单号"
	colState       = "交易状态"
	colCurrency    = "货币种类"
	colReceipt     = "微信退款单号"
	colRefund      = "商户退款单号"
	colRefundState = "退款状态"
	colTitle       = "商品名称"
	colAmount      = "订单金额"
	colBack        = "申请退款金额"
)

// parseBill reads the text of a bill: a line of headings, lines whose cells
// begin with a backquote, and a summary of two lines.
func parseBill(text []byte) ([]payment.BillLine, error) {
	rows := strings.Split(strings.TrimRight(string(bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))), "\r\n"), "\n")
	if len(rows) < 3 || !strings.HasPrefix(rows[len(rows)-2], "总") {
		return nil, errors.New("wechatpay: bill has no summary")
	}
	at := map[string]int{}
	for i, name := range strings.Split(strings.TrimSuffix(rows[0], "\r"), ",") {
		at[name] = i
	}
	for _, name := range []string{colTime, colAppID, colMerchant, colTransaction, colNumber, colState, colCurrency, colReceipt, colRefund, colRefundState, colTitle, colAmount, colBack} {
		if _, ok := at[name]; !ok {
			return nil, fmt.Errorf("wechatpay: bill has no column %s", name)
		}
	}
	body := rows[1 : len(rows)-2]
	lines := make([]payment.BillLine, 0, len(body))
	for i, row := range body {
		cell := cells(row)
		// Titles of goods come from people and may look like several cells.
		if title, more := at[colTitle], len(cell)-len(at); more > 0 {
			cell = slices.Delete(cell, title+1, title+1+more)
		}
		if len(cell) != len(at) {
			return nil, fmt.Errorf("wechatpay: line %d of the bill has %d cells", i+1, len(cell))
		}
		l, err := billLine(func(name string) string {
			if j, ok := at[name]; ok {
				return cell[j]
			}
			return ""
		})
		if err != nil {
			return nil, fmt.Errorf("wechatpay: line %d of the bill: %w", i+1, err)
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// cells takes a line apart. Names of goods may hold commas, hence the backquotes.
func cells(row string) []string {
	return strings.Split(strings.TrimPrefix(strings.TrimSuffix(row, "\r"), "`"), ",`")
}

func billLine(get func(string) string) (payment.BillLine, error) {
	l := payment.BillLine{Number: get(colNumber), Transaction: get(colTransaction), Merchant: get(colMerchant), AppID: get(colAppID),
		Outcome: payment.Settled}
	if sub := get(colSubMerchant); sub != "" && sub != "0" {
		l.Merchant = sub
	}
	var err error
	if l.At, err = time.ParseInLocation(time.DateTime, get(colTime), beijing); err != nil {
		return l, err
	}
	l.At = l.At.UTC()
	if c := get(colCurrency); c != currency {
		return l, fmt.Errorf("currency %.10q", c)
	}
	amount := get(colAmount)
	switch state := get(colState); state {
	case stateSuccess:
	case stateRefund, stateRevoked:
		l.Refund, amount, l.Receipt, l.RefundNumber = true, get(colBack), get(colReceipt), get(colRefund)
		switch get(colRefundState) {
		case "PROCESSING":
			l.Outcome = payment.Waiting
		case "FAIL", "CHANGE":
			l.Outcome = payment.Failed
		}
	default:
		return l, fmt.Errorf("state %.20q", state)
	}
	l.Amount, err = mall.ParseYuan(amount)
	return l, err
}
