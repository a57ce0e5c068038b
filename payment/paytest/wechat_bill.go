package paytest

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
)

const (
	tradeHead = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额," +
		"微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
	tradeFoot = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
	flowHead  = "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号"
	flowFoot  = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
)

// bookings are what the books hold of a day in Beijing, in order of time. The
// sub merchant narrows a service provider's.
func (w *wechat) bookings(c *wxCall) (day string, list []booking, err error) {
	q := c.URL.Query()
	at, err := time.ParseInLocation(time.DateOnly, q.Get("bill_date"), beijing)
	switch {
	case err != nil:
		return "", nil, wxParam("bill_date", "时间格式错误")
	case q.Get("tar_type") != "":
		return "", nil, wxParam("tar_type", "不支持")
	case c.fault == NotYet || !w.g.now().After(at.AddDate(0, 0, 1)):
		return "", nil, wxFault(400, "STATEMENT_CREATING", "账单文件正在生成中，请稍后再试")
	}
	day = q.Get("bill_date")
	list = booked(w.books, protocolWeChat, day, func(o Order) bool { return q.Get("sub_mchid") == "" || o.Merchant == q.Get("sub_mchid") })
	if len(list) == 0 {
		err = wxFault(400, "NO_STATEMENT_EXIST", "账单文件不存在")
	}
	return day, list, err
}

// row writes cells as bills do: each behind a backquote.
func row(cells ...any) string {
	texts := make([]string, len(cells))
	for i, c := range cells {
		texts[i] = "`" + strings.ReplaceAll(fmt.Sprint(c), "\n", " ")
	}
	return strings.Join(texts, ",") + "\r\n"
}

func (w *wechat) tradeBill(c *wxCall) (any, error) {
	_, list, err := w.bookings(c)
	if err != nil {
		return nil, err
	}
	var paid, back mall.Money
	rows := "\xef\xbb\xbf" + tradeHead + "\r\n"
	for _, b := range list {
		o := b.order
		sub, merchant := "0", o.Merchant
		if o.Partner != "" {
			sub, merchant = o.Merchant, o.Partner
		}
		amount, state := mall.Money(o.Amount), "SUCCESS"
		receipt, number, returned, kind, refundState := "0", "0", mall.Money(0), "", ""
		if b.back != nil {
			amount, state, kind, refundState = 0, "REFUND", "ORIGINAL", "SUCCESS"
			receipt, number, returned = b.back.Receipt, b.back.Number, mall.Money(b.back.Amount)
			switch {
			case o.State == Revoked:
				state = "REVOKED"
			case b.back.State == RefundPending:
				refundState = "PROCESSING"
			case b.back.State == RefundAbnormal:
				refundState = "CHANGE"
			}
		}
		if c.fault == BadAmount {
			amount++
		}
		paid, back = paid+amount, back+returned
		rows += row(b.at.In(beijing).Format(time.DateTime), o.AppID, merchant, sub, "", o.Transaction, o.Number, o.OpenID, o.Scene, state, "OTHERS", "CNY",
			amount, "0.00", receipt, number, returned, "0.00", kind, refundState, o.Title, "", "0.00000", "0.60%", amount, returned, "")
	}
	rows += tradeFoot + "\r\n" + row(len(list), paid, back, "0.00", "0.00000", paid, back)
	return w.file(c, rows), nil
}

func (w *wechat) fundFlow(c *wxCall) (any, error) {
	_, list, err := w.bookings(c)
	if err != nil {
		return nil, err
	}
	var balance, in, out mall.Money
	ins, outs := 0, 0
	rows := "\xef\xbb\xbf" + flowHead + "\r\n"
	for _, b := range list {
		amount, kind, way, id, note := mall.Money(b.order.Amount), "交易", "收入", b.order.Transaction, b.order.Number
		if b.back != nil {
			amount, kind, way, id, note = mall.Money(b.back.Amount), "退款", "支出", b.back.Receipt, b.back.Number
			balance, out, outs = balance-amount, out+amount, outs+1
		} else {
			balance, in, ins = balance+amount, in+amount, ins+1
		}
		rows += row(b.at.In(beijing).Format(time.DateTime), id, "F"+id, kind, kind, way, amount, balance, "system", "", note)
	}
	rows += flowFoot + "\r\n" + row(len(list), ins, in, outs, out)
	return w.file(c, rows), nil
}

// file keeps a bill for its download and answers where it lies.
func (w *wechat) file(c *wxCall, text string) any {
	token, sum := rand.Text(), sha1.Sum([]byte(text))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.files[token] = []byte(text)
	return map[string]string{"hash_type": "SHA1", "hash_value": hex.EncodeToString(sum[:]), "download_url": "http://" + c.Host + "/v3/billdownload/file?token=" + token}
}

// download gives a bill to who signs for it; the file itself is not signed.
func (w *wechat) download(r *http.Request, body []byte, f Fault) answer {
	if err := w.verify(r, body); err != nil {
		return w.signed(func(*wxCall) (any, error) { return nil, err })(r, body, None)
	}
	w.mu.Lock()
	text, ok := w.files[r.URL.Query().Get("token")]
	w.mu.Unlock()
	switch {
	case !ok:
		return answer{status: http.StatusBadRequest, body: []byte(`{"code":"INVALID_REQUEST","message":"token无效"}`)}
	case f == Cut:
		text = text[:len(text)/2]
	}
	return answer{status: http.StatusOK, header: map[string]string{"Content-Type": "text/plain"}, body: text}
}
