package paytest

import (
	"regexp"
	"time"

	"github.com/gomall-dev/mall"
)

var (
	beijing  = mall.Calendar{}.Zone()
	wxNumber = regexp.MustCompile(`^[0-9A-Za-z_|*-]{6,32}$`)
)

// wxParties are the merchants and appids of an order, by the names of its mode.
type wxParties struct {
	AppID    string `json:"appid,omitempty"`
	MchID    string `json:"mchid,omitempty"`
	SpAppID  string `json:"sp_appid,omitempty"`
	SpMchID  string `json:"sp_mchid,omitempty"`
	SubAppID string `json:"sub_appid,omitempty"`
	SubMchID string `json:"sub_mchid,omitempty"`
}

func partiesOf(o Order) wxParties {
	if o.Partner == "" {
		return wxParties{AppID: o.AppID, MchID: o.Merchant}
	}
	p := wxParties{SpAppID: o.PartnerID, SpMchID: o.Partner, SubMchID: o.Merchant}
	if o.AppID != o.PartnerID {
		p.SubAppID = o.AppID
	}
	return p
}

// wxTransaction is an order as answers and notifications tell of it.
type wxTransaction struct {
	wxParties
	Number      string            `json:"out_trade_no"`
	Transaction string            `json:"transaction_id,omitempty"`
	Type        string            `json:"trade_type,omitempty"`
	State       State             `json:"trade_state"`
	StateText   string            `json:"trade_state_desc"`
	Bank        string            `json:"bank_type,omitempty"`
	Attach      string            `json:"attach"`
	Success     string            `json:"success_time,omitempty"`
	Payer       map[string]string `json:"payer"`
	Amount      *wxAmount         `json:"amount,omitempty"`
}

type wxAmount struct {
	Total         int64  `json:"total"`
	PayerTotal    int64  `json:"payer_total"`
	Currency      string `json:"currency"`
	PayerCurrency string `json:"payer_currency"`
}

var stateTexts = map[State]string{Open: "订单未支付", Paid: "支付成功", Ended: "订单已关闭", Failed: "支付失败，请重新下单支付",
	Typing: "需要用户输入支付密码", Revoked: "订单已撤销", "REFUND": "订单发生过退款，退款详情请查询退款单"}

// told is an order as WeChat Pay tells of it.
func (w *wechat) told(o Order, f Fault) wxTransaction {
	t := wxTransaction{wxParties: partiesOf(o), Number: o.Number, Type: o.Scene, State: o.State, Payer: map[string]string{}}
	if o.OpenID != "" {
		name := "openid"
		if o.Partner != "" {
			name = "sp_openid"
		}
		t.Payer[name] = o.OpenID
	}
	if o.State == Paid {
		if len(o.Refunds) > 0 {
			t.State = "REFUND"
		}
		currency := "CNY"
		if o.Currency != "" {
			currency = o.Currency
		}
		t.Transaction, t.Bank, t.Success = o.Transaction, "OTHERS", o.PaidAt.In(beijing).Format(time.RFC3339)
		t.Amount = &wxAmount{o.Amount, o.Amount, currency, currency}
		if f == BadAmount {
			t.Amount.Total++
		}
	}
	t.StateText = stateTexts[t.State]
	return t
}

// wxRefund is a refund as answers and notifications tell of it.
type wxRefund struct {
	*wxParties          // notifications only
	Receipt     string  `json:"refund_id"`
	Refund      string  `json:"out_refund_no"`
	Transaction string  `json:"transaction_id"`
	Number      string  `json:"out_trade_no"`
	Channel     string  `json:"channel,omitempty"`
	Account     string  `json:"user_received_account"`
	Success     string  `json:"success_time,omitempty"`
	Created     string  `json:"create_time,omitempty"`
	Status      string  `json:"status,omitempty"`
	NoticeState string  `json:"refund_status,omitempty"`
	Amount      wxMoney `json:"amount"`
}

type wxMoney struct {
	Total            int64  `json:"total"`
	Refund           int64  `json:"refund"`
	PayerTotal       int64  `json:"payer_total"`
	PayerRefund      int64  `json:"payer_refund"`
	SettlementTotal  *int64 `json:"settlement_total,omitempty"`
	SettlementRefund *int64 `json:"settlement_refund,omitempty"`
	DiscountRefund   *int64 `json:"discount_refund,omitempty"`
	Currency         string `json:"currency,omitempty"`
}

// toldRefund is a refund as WeChat Pay tells of it; the forms differ.
func (w *wechat) toldRefund(o Order, r Refund, notice bool) wxRefund {
	state := string(RefundDone)
	if r.State != "" {
		state = string(r.State)
	}
	at := r.At.In(beijing).Format(time.RFC3339)
	t := wxRefund{Receipt: r.Receipt, Refund: r.Number, Transaction: o.Transaction, Number: o.Number, Account: "支付用户零钱",
		Amount: wxMoney{Total: o.Amount, Refund: r.Amount, PayerTotal: o.Amount, PayerRefund: r.Amount}}
	if state == string(RefundDone) {
		t.Success = at
	}
	if notice {
		p := partiesOf(o)
		p.AppID, p.SpAppID, p.SubAppID = "", "", ""
		t.wxParties, t.NoticeState = &p, state
		return t
	}
	none := int64(0)
	t.Channel, t.Created, t.Status = "ORIGINAL", at, state
	t.Amount.SettlementTotal, t.Amount.SettlementRefund, t.Amount.DiscountRefund, t.Amount.Currency = &o.Amount, &r.Amount, &none, "CNY"
	return t
}

func (w *wechat) refund(c *wxCall) (any, error) {
	var in struct {
		SubMchID    string `json:"sub_mchid"`
		Transaction string `json:"transaction_id"`
		Number      string `json:"out_trade_no"`
		Refund      string `json:"out_refund_no"`
		NotifyURL   string `json:"notify_url"`
		Amount      struct {
			Refund   int64  `json:"refund"`
			Total    int64  `json:"total"`
			Currency string `json:"currency"`
		} `json:"amount"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	switch {
	case in.Refund == "" || len(in.Refund) > 64:
		return nil, wxParam("out_refund_no", "字符串长度不符合要求")
	case in.Amount.Refund <= 0:
		return nil, wxParam("amount/refund", "数值规则校验失败，最小值 1")
	case in.Amount.Currency != "CNY":
		return nil, wxParam("amount/currency", "必填字段缺失")
	case (in.Number == "") == (in.Transaction == ""):
		return nil, wxParam("out_trade_no", "与transaction_id二选一")
	}
	o, ok := Order{}, false
	for _, one := range w.books.All() {
		if one.Protocol == protocolWeChat && (in.Number != "" && one.Number == in.Number || in.Transaction != "" && one.Transaction == in.Transaction) {
			o, ok = one, true
		}
	}
	switch {
	case !ok || o.Partner != "" && o.Merchant != in.SubMchID || o.Partner == "" && in.SubMchID != "":
		return nil, wxFaults[codeNothing]
	case o.State == Paid && in.Amount.Total != o.Amount:
		return nil, wxFault(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致，请核实后再试")
	}
	for _, other := range w.books.All() { // unique per merchant, not per order
		if r := other.refundOf(in.Refund); r != nil && other.Number != o.Number {
			return nil, wxFaults[codeUsed]
		}
	}
	o, r, taken, err := w.g.giveBack(c.Context(), o.Number, Refund{Number: in.Refund, Amount: in.Amount.Refund, NotifyURL: in.NotifyURL})
	switch {
	case err != nil:
		return nil, err
	case taken != codeOK:
		return nil, wxFaults[taken]
	}
	if c.fault == BadAmount {
		r.Amount++
	}
	return w.toldRefund(o, r, false), nil
}

func (w *wechat) refundQuery(c *wxCall) (any, error) {
	number, sub := c.PathValue("refund"), c.URL.Query().Get("sub_mchid")
	for _, o := range w.books.All() {
		r := o.refundOf(number)
		if r == nil || number == "" || o.Protocol != protocolWeChat || o.Partner != "" && o.Merchant != sub || o.Partner == "" && sub != "" {
			continue
		}
		if c.fault == BadAmount {
			r.Amount++
		}
		return w.toldRefund(o, *r, false), nil
	}
	return nil, wxFault(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
}
