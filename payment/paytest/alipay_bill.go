package paytest

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/gomall-dev/mall"
)

const (
	apDetailHead = "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）," +
		"集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
	apSumHead = "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"

	apBillHour = 9                // of the next day, at which bills are there
	apBillLink = 30 * time.Second // how long the address of a bill works
)

// apBills makes the bills of Alipay: a zip file with two CSV files in GBK, the
// details of a day and their summary.
type apBills struct {
	g     *Gateway
	cfg   Alipay
	books Ledger

	mu    sync.Mutex
	files map[string]apFile // by the token of their download
}

type apFile struct {
	zipped []byte
	until  time.Time
}

// query makes the bill of a day and answers where it lies. A day without trades
// has none, as one whose bill is not made yet.
func (b *apBills) query(c *apCall) (map[string]any, error) {
	var in struct {
		Type string `json:"bill_type"`
		Date string `json:"bill_date"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	day, err := time.ParseInLocation(time.DateOnly, in.Date, beijing)
	now := b.g.now()
	if err != nil || in.Type != "trade" || now.Before(day.AddDate(0, 0, 1)) {
		return nil, apInvalid("isv.invalid_arguments", "参数不合法")
	}
	list := booked(b.books, protocolAlipay, in.Date, func(o Order) bool { return o.Merchant == b.cfg.SellerID })
	if c.fault == NotYet || len(list) == 0 || now.Before(day.AddDate(0, 0, 1).Add(apBillHour*time.Hour)) {
		return nil, apFault("isp.bill_not_exist", "账单不存在")
	}
	zipped, err := b.zip(day, list, c.fault)
	if err != nil {
		return nil, err
	}
	token := rand.Text()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.files[token] = apFile{zipped, now.Add(apBillLink)}
	return map[string]any{"bill_download_url": "http://" + c.Host + "/downloadBillFile.resource?bizType=trade&userId=" + b.account() + "&fileType=csv.zip&bizDates=" +
		day.Format("20060102") + "&fileId=" + token}, nil
}

// account is the number by which bills name the merchant.
func (b *apBills) account() string { return b.cfg.SellerID + "0156" }

// zip packs the two files under their Chinese names, which are in GBK as well.
func (b *apBills) zip(day time.Time, list []booking, f Fault) ([]byte, error) {
	details, summary := b.texts(day, list, f)
	gbk := encoding.ReplaceUnsupported(simplifiedchinese.GBK.NewEncoder())
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, file := range []struct{ name, text string }{{"_业务明细.csv", details}, {"_业务明细(汇总).csv", summary}} {
		name, err := gbk.String(b.account() + "_" + day.Format("20060102") + file.name)
		if err != nil {
			return nil, err
		}
		into, err := w.CreateHeader(&zip.FileHeader{Name: name, NonUTF8: true, Method: zip.Deflate})
		if err != nil {
			return nil, err
		}
		text, err := gbk.Bytes([]byte(file.text))
		if err != nil {
			return nil, err
		}
		if _, err := into.Write(text); err != nil {
			return nil, err
		}
	}
	err := w.Close()
	return out.Bytes(), err
}

// texts are the contents of the two files.
func (b *apBills) texts(day time.Time, list []booking, f Fault) (details, summary string) {
	at := func(t time.Time) string { return t.In(beijing).Format(time.DateTime) }
	date := func(t time.Time) string { return t.In(beijing).Format("2006年01月02日 15:04:05") }
	head := func(what string) string {
		return fmt.Sprintf("#支付宝业务%s查询\r\n#账号：[%s]\r\n#起始日期：[%s]   终止日期：[%s]\r\n", what, b.account(), date(day), date(day.AddDate(0, 0, 1)))
	}
	details = head("明细") + "#-----------------------------------------业务明细列表----------------------------------------\r\n" + apDetailHead + "\r\n"
	var paid, back mall.Money
	pays, backs := 0, 0
	for _, k := range list {
		kind, amount, number := "交易", mall.Money(k.order.Amount), ""
		if k.back != nil {
			kind, amount, number = "退款", mall.Money(-k.back.Amount), k.back.Number
			back, backs = back+amount, backs+1
		} else {
			paid, pays = paid+amount, pays+1
		}
		if f == BadAmount {
			amount++
		}
		title := strings.NewReplacer("\r", " ", "\n", " ").Replace(k.order.Title)
		details += strings.Join([]string{k.order.Transaction + "\t", k.order.Number + "\t", kind + "\t", title, at(k.order.PaidAt), at(k.at), "\t", "\t", "\t", "\t", "159****5620\t",
			amount.String(), amount.String(), "0.00", "0.00", "0.00", "0.00", "0.00", "", "0.00\t", "0.00", number + "\t", "0.00", "0.00", ""}, ",") + "\r\n"
	}
	ended := "#导出时间：[" + date(b.g.now()) + "]\r\n"
	details += "#-----------------------------------------业务明细列表结束------------------------------------\r\n" +
		fmt.Sprintf("#交易合计：%d笔，商家实收共%s元，商家优惠共0.00元\r\n#退款合计：%d笔，商家实收退款共%s元，商家优惠退款共0.00元\r\n", pays, paid, backs, back) + ended
	summary = head("汇总") + "#-----------------------------------------业务汇总列表----------------------------------------\r\n" + apSumHead + "\r\n" +
		fmt.Sprintf("合计\t,\t,%d,%d,%s,%s,0.00,0.00,0.00,0.00,0.00,%s\r\n", pays, backs, paid+back, paid+back, paid+back) +
		"#----------------------------------------业务汇总列表结束-------------------------------------\r\n" + ended
	return details, summary
}

// download gives a file to whoever has its address, in time.
func (b *apBills) download(r *http.Request, _ []byte, f Fault) answer {
	b.mu.Lock()
	file, ok := b.files[r.URL.Query().Get("fileId")]
	b.mu.Unlock()
	if !ok || !b.g.now().Before(file.until) || f == Refuses || f == Stumbles {
		return answer{status: http.StatusNotFound, header: map[string]string{"Content-Type": "text/html"}, body: []byte("<html>文件不存在</html>")}
	}
	if f == Cut {
		file.zipped = file.zipped[:len(file.zipped)/2]
	}
	return answer{status: http.StatusOK, header: map[string]string{"Content-Type": "application/octet-stream"}, body: file.zipped}
}
