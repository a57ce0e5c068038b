package paytest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
)

var (
	apNumber = regexp.MustCompile(`^[0-9A-Za-z_]{1,64}$`)
	apCode   = regexp.MustCompile(`^(2[5-9]|30)[0-9]{14,22}$`)
)

// tradeNo makes a number of a trade: day and 20 digits.
func (g *Gateway) tradeNo() string {
	n, err := rand.Int(rand.Reader, new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return g.now().In(beijing).Format("20060102") + fmt.Sprintf("%020d", n)
}

// apOrder is the content of a request to open a trade.
type apOrder struct {
	Number   string `json:"out_trade_no"`
	Amount   string `json:"total_amount"`
	Subject  string `json:"subject"`
	Product  string `json:"product_code"`
	Seller   string `json:"seller_id"`
	Expire   string `json:"time_expire"`
	BuyerID  string `json:"buyer_id"`
	OpenID   string `json:"buyer_open_id"`
	AuthCode string `json:"auth_code"`
}

// apProducts are the products that methods need to be named with.
var apProducts = map[string]string{"alipay.trade.page.pay": "FAST_INSTANT_TRADE_PAY", "alipay.trade.wap.pay": "QUICK_WAP_WAY",
	"alipay.trade.create": "JSAPI_PAY"}

// open checks a request and opens the order it asks for.
func (a *alipay) open(c *apCall) (Order, error) {
	var in apOrder
	if err := c.decode(&in); err != nil {
		return Order{}, err
	}
	method := c.params["method"]
	amount, err := mall.ParseYuan(in.Amount)
	o := Order{Number: in.Number, Merchant: a.cfg.SellerID, AppID: a.cfg.AppID, OpenID: in.BuyerID + in.OpenID, Title: in.Subject, Scene: method,
		Amount: int64(amount), Due: a.g.now().Add(15 * 24 * time.Hour), Protocol: protocolAlipay, NotifyURL: c.params["notify_url"]}
	product := apProducts[method]
	switch {
	case !apNumber.MatchString(in.Number):
		return o, apFault("ACQ.INVALID_PARAMETER", "参数无效：out_trade_no")
	case err != nil || amount <= 0:
		return o, apFault("ACQ.INVALID_PARAMETER", "参数无效：total_amount")
	case in.Subject == "" || len([]rune(in.Subject)) > 256 || strings.ContainsAny(in.Subject, "/=&"):
		return o, apFault("ACQ.INVALID_PARAMETER", "参数无效：subject")
	case in.Seller != "" && in.Seller != a.cfg.SellerID:
		return o, apFault("ACQ.INVALID_PARAMETER", "参数无效：seller_id")
	case product != "" && in.Product != product:
		return o, apFault("ACQ.INVALID_PARAMETER", "参数无效：product_code")
	case method == "alipay.trade.create" && o.OpenID == "":
		return o, apFault("ACQ.INVALID_PARAMETER", "参数无效：buyer_open_id")
	case method == "alipay.trade.pay" && !apCode.MatchString(in.AuthCode):
		return o, apFault("ACQ.PAYMENT_AUTH_CODE_INVALID", "支付失败，获取顾客账户信息失败，请顾客刷新付款码后重新收款")
	}
	if in.Expire != "" {
		if o.Due, err = time.ParseInLocation(time.DateTime, in.Expire, beijing); err != nil || !o.Due.After(a.g.now()) {
			return o, apFault("ACQ.INVALID_PARAMETER", "参数无效：time_expire")
		}
	}
	o, taken, err := a.g.open(c.Context(), o)
	if err == nil && taken != codeOK {
		err = apFaults[taken]
	}
	return o, err
}

func (a *alipay) precreate(c *apCall) (map[string]any, error) {
	o, err := a.open(c)
	return map[string]any{"out_trade_no": o.Number, "qr_code": "https://qr.alipay.com/bax" + o.Prepay}, err
}

func (a *alipay) create(c *apCall) (map[string]any, error) {
	o, err := a.open(c)
	return map[string]any{"out_trade_no": o.Number, "trade_no": o.Prepay}, err
}

func (a *alipay) page(c *apCall) (map[string]any, error) {
	o, err := a.open(c)
	return map[string]any{"out_trade_no": o.Number, "subject": o.Title, "total_amount": mall.Money(o.Amount).String()}, err
}

// pay takes the money of a payment code by its last two digits: 01 asks for the
// password, 02 lacks money and is over, since a code pays once; all others pay.
func (a *alipay) pay(c *apCall) (map[string]any, error) {
	var in apOrder
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	o, err := a.open(c)
	if err != nil {
		return nil, err
	}
	to, refusal := Open, error(nil)
	switch in.AuthCode[len(in.AuthCode)-2:] {
	case "01":
		to, refusal = Typing, &apError{Code: "10003", Msg: "order success pay inprocess", SubMsg: "等待用户付款"}
	case "02":
		to, refusal = Ended, apFault("ACQ.BUYER_BALANCE_NOT_ENOUGH", "买家余额不足")
	}
	if refusal != nil {
		_, err := a.g.change(c.Context(), o.Number, func(o *Order, _ bool) bool {
			open := o.State == Open
			if open {
				o.State = to
			}
			return open
		})
		return nil, errors.Join(err, refusal)
	}
	if o, err = a.g.Pay(c.Context(), o.Number, Drop); err != nil { // the answer tells
		return nil, err
	}
	t := a.told(o, c.fault)
	t["gmt_payment"] = t["send_pay_date"]
	delete(t, "send_pay_date")
	delete(t, "trade_status")
	return t, nil
}

// own finds a trade of the app. QR codes, pages and orders for apps that nobody
// came to are none yet.
func (a *alipay) own(c *apCall, number, trade string) (Order, error) {
	var o Order
	var ok bool
	var err error
	if trade != "" { // goes before the number
		o, ok, err = a.g.books.ByPrepay(c.Context(), trade)
	} else {
		o, ok, err = a.g.books.Order(c.Context(), number)
	}
	begun := o.State != Open || o.Scene == "alipay.trade.create" || o.Scene == "alipay.trade.pay"
	if err == nil && (!ok || o.Protocol != protocolAlipay || !begun) {
		err = apFaults[codeNoOrder]
	}
	return o, err
}

// apTrade names the trade, and refund, that a request is about.
type apTrade struct {
	Number string `json:"out_trade_no"`
	Trade  string `json:"trade_no"`
	Refund string `json:"out_request_no"`
	Amount string `json:"refund_amount"`
}

func (a *alipay) find(c *apCall) (apTrade, Order, error) {
	var in apTrade
	if err := c.decode(&in); err != nil {
		return in, Order{}, err
	}
	if in.Number == "" && in.Trade == "" {
		return in, Order{}, apFault("ACQ.INVALID_PARAMETER", "参数无效：out_trade_no与trade_no不能同时为空")
	}
	o, err := a.own(c, in.Number, in.Trade)
	return in, o, err
}

// status is the state of a trade in Alipay's words.
func (a *alipay) status(o Order) string {
	switch {
	case o.State == Paid && o.refunded() < o.Amount:
		return "TRADE_SUCCESS"
	case o.State == Paid || o.State == Ended || o.State == Revoked || !a.g.now().Before(o.Due):
		return "TRADE_CLOSED"
	}
	return "WAIT_BUYER_PAY"
}

// told is a trade as Alipay tells of it.
func (a *alipay) told(o Order, f Fault) map[string]any {
	total := o.Amount
	if f == BadAmount {
		total++
	}
	t := map[string]any{"trade_no": o.Prepay, "out_trade_no": o.Number, "buyer_logon_id": "159****5620", "buyer_user_type": "PRIVATE",
		"trade_status": a.status(o), "total_amount": mall.Money(total).String(), "buyer_pay_amount": "0.00", "receipt_amount": "0.00", "invoice_amount": "0.00", "point_amount": "0.00"}
	if o.State == Paid {
		text := mall.Money(o.Amount).String()
		t["buyer_pay_amount"], t["receipt_amount"], t["invoice_amount"] = text, text, text
		t["send_pay_date"] = o.PaidAt.In(beijing).Format(time.DateTime)
		t["fund_bill_list"] = []map[string]string{{"fund_channel": "ALIPAYACCOUNT", "amount": text}}
	}
	return t
}

func (a *alipay) query(c *apCall) (map[string]any, error) {
	_, o, err := a.find(c)
	if err != nil {
		return nil, err
	}
	return a.told(o, c.fault), nil
}

func (a *alipay) close(c *apCall) (map[string]any, error) {
	_, o, err := a.find(c)
	if err != nil {
		return nil, err
	}
	if o.State == Ended || o.State == Paid {
		return nil, apFault("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
	}
	_, taken, err := a.g.end(c.Context(), o.Number)
	if err == nil && taken != codeOK {
		err = apFaults[codeNothing]
	}
	return map[string]any{"out_trade_no": o.Number, "trade_no": o.Prepay}, err
}

func (a *alipay) refund(c *apCall) (map[string]any, error) {
	in, o, err := a.find(c)
	if err != nil {
		return nil, err
	}
	amount, failed := mall.ParseYuan(in.Amount)
	switch {
	case failed != nil || amount <= 0:
		return nil, apFault("ACQ.INVALID_PARAMETER", "参数无效：refund_amount")
	case in.Refund == "" && int64(amount) != o.Amount:
		return nil, apFault("ACQ.INVALID_PARAMETER", "参数无效：部分退款时out_request_no必填")
	case in.Refund == "":
		in.Refund = o.Number
	}
	repeated := o.refundOf(in.Refund) != nil
	o, r, taken, err := a.g.giveBack(c.Context(), o.Number, Refund{Number: in.Refund, Amount: int64(amount)})
	switch {
	case err != nil:
		return nil, err
	case taken == codeUsed:
		return nil, apFault("ACQ.DISCORDANT_REPEAT_REQUEST", "同一笔退款请求号的退款金额不一致")
	case taken != codeOK:
		return nil, apFaults[taken]
	}
	change, back := "Y", o.refunded()
	if repeated || r.State == RefundPending {
		change = "N"
	}
	if c.fault == BadAmount {
		back++
	}
	return map[string]any{"trade_no": o.Prepay, "out_trade_no": o.Number, "buyer_logon_id": "159****5620", "fund_change": change,
		"refund_fee": mall.Money(back).String(), "gmt_refund_pay": r.At.In(beijing).Format(time.DateTime)}, nil
}

// refundQuery tells of refunds that are done, and of no others.
func (a *alipay) refundQuery(c *apCall) (map[string]any, error) {
	in, o, err := a.find(c)
	if err != nil {
		return nil, err
	}
	r := o.refundOf(in.Refund)
	if r == nil || r.State != "" && r.State != RefundDone {
		return map[string]any{}, nil
	}
	amount := r.Amount
	if c.fault == BadAmount {
		amount++
	}
	return map[string]any{"trade_no": o.Prepay, "out_trade_no": o.Number, "out_request_no": r.Number, "total_amount": mall.Money(o.Amount).String(),
		"refund_amount": mall.Money(amount).String(), "refund_status": "REFUND_SUCCESS"}, nil
}
