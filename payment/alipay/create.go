package alipay

import (
	"cmp"
	"context"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// The methods of the gateway that are called.
const (
	methodPrecreate   = "alipay.trade.precreate"
	methodCreate      = "alipay.trade.create"
	methodPay         = "alipay.trade.pay"
	methodWap         = "alipay.trade.wap.pay"
	methodPage        = "alipay.trade.page.pay"
	methodApp         = "alipay.trade.app.pay"
	methodQuery       = "alipay.trade.query"
	methodClose       = "alipay.trade.close"
	methodRefund      = "alipay.trade.refund"
	methodQueryRefund = "alipay.trade.fastpay.refund.query"
)

// order is the content of a request to open a trade.
type order struct {
	Number  string `json:"out_trade_no"`
	Amount  string `json:"total_amount"` // yuan with two decimals
	Subject string `json:"subject"`
	Product string `json:"product_code"`
	Seller  string `json:"seller_id"`
	Expire  string `json:"time_expire,omitempty"`

	BuyerID  string `json:"buyer_id,omitempty"`      // JSAPI
	OpenID   string `json:"buyer_open_id,omitempty"` // JSAPI
	OpApp    string `json:"op_app_id,omitempty"`     // JSAPI
	Scene    string `json:"scene,omitempty"`         // payment codes
	AuthCode string `json:"auth_code,omitempty"`     // payment codes
}

var (
	numberForm = regexp.MustCompile(`^[0-9A-Za-z_]{1,64}$`)
	codeForm   = regexp.MustCompile(`^(2[5-9]|30)[0-9]{14,22}$`) // payment codes of Alipay
	buyerForm  = regexp.MustCompile(`^2088[0-9]{12}$`)
)

// Check implements payment.Checker: JSAPI without OpenID is ErrOpenID; CODE without
// a payment code of Alipay's and scenes that it does not have are mall.ErrInvalid.
func (p *Provider) Check(r payment.Request) error {
	if err := p.actsFor(r.Merchant); err != nil {
		return err
	}
	switch r.Scene {
	case payment.SceneNative, payment.SceneApp, payment.SceneH5, payment.ScenePage:
	case payment.SceneJSAPI:
		if r.OpenID == "" {
			return payment.ErrOpenID
		}
	case payment.SceneCode:
		if !codeForm.MatchString(r.Code) {
			return mall.ErrInvalid.With("code")
		}
	default:
		return mall.ErrInvalid.With("scene")
	}
	return nil
}

// Create implements payment.Provider. Params are, by scene:
//
//	NATIVE  qr_code, and the same as code_url: what the QR code shows
//	JSAPI   tradeNO of my.tradePay in Alipay's mini programs
//	APP     orderStr: the signed order for the SDK
//	H5      pay_url: where the browser of a phone goes
//	PAGE    pay_url: where the browser of a computer goes
//	CODE    none: paid at once, or Waiting while the payer types the password
//
// Orders for an app or page are signed here and nobody is called: that a number
// is paid, closed or used for another amount is told to the payer who gets
// there. What Check refuses, and numbers that are not of 1 to 64 digits, letters
// and _, mall.ErrInvalid, are not sent.
func (p *Provider) Create(ctx context.Context, r payment.Request) (payment.Opening, error) {
	err := p.begin(ctx, r.Merchant)
	if err == nil {
		err = p.Check(r)
	}
	switch {
	case err != nil:
		return payment.Opening{}, err
	case !numberForm.MatchString(r.Number):
		return payment.Opening{}, mall.ErrInvalid.With("number")
	case r.Amount <= 0:
		return payment.Opening{}, mall.ErrInvalid.With("amount")
	}
	o := order{Number: r.Number, Amount: r.Amount.String(), Subject: title(r.Title, r.Number), Seller: p.cfg.SellerID, Expire: stamp(r.Due)}
	switch r.Scene {
	case payment.SceneNative:
		o.Product = "FACE_TO_FACE_PAYMENT"
		return p.open(ctx, methodPrecreate, &o)
	case payment.SceneJSAPI:
		o.Product, o.OpApp, o.OpenID = "JSAPI_PAY", p.cfg.AppID, r.OpenID
		if buyerForm.MatchString(r.OpenID) { // an account's number, as older apps have them
			o.BuyerID, o.OpenID = r.OpenID, ""
		}
		return p.open(ctx, methodCreate, &o)
	case payment.SceneApp:
		o.Product = "QUICK_MSECURITY_PAY"
		return p.prepare(methodApp, "orderStr", "", &o)
	case payment.SceneH5:
		o.Product = "QUICK_WAP_WAY"
		return p.prepare(methodWap, "pay_url", p.cfg.BaseURL+"?", &o)
	case payment.ScenePage:
		o.Product = "FAST_INSTANT_TRADE_PAY"
		return p.prepare(methodPage, "pay_url", p.cfg.BaseURL+"?", &o)
	default: // SceneCode
		o.Product, o.Scene, o.AuthCode = "FACE_TO_FACE_PAYMENT", "bar_code", r.Code
		return p.charge(ctx, &o, r.Amount)
	}
}

// prepare signs an order that the payer's app or browser takes to Alipay.
func (p *Provider) prepare(method, name, before string, o *order) (payment.Opening, error) {
	values, err := p.signed(method, o, true)
	if err != nil {
		return payment.Opening{}, err
	}
	return payment.Opening{Outcome: payment.Waiting, Params: map[string]string{name: before + values.Encode()}}, nil
}

// open makes an order that the payer pays later.
func (p *Provider) open(ctx context.Context, method string, o *order) (payment.Opening, error) {
	var out struct {
		Number string `json:"out_trade_no"`
		Trade  string `json:"trade_no"`
		QRCode string `json:"qr_code"`
	}
	r, err := p.call(ctx, p.cfg.Tries, method, o, &out)
	if err != nil {
		return payment.Opening{}, err
	}
	a := payment.Opening{Outcome: payment.Unknown, Code: r.code, Message: r.message}
	switch {
	case r.refused():
		a.Outcome = payment.Failed
	case !r.done():
	case out.Number != o.Number || cmp.Or(out.QRCode, out.Trade) == "":
		a.Code = mismatch
	case method == methodPrecreate:
		a = payment.Opening{Outcome: payment.Waiting, Prepay: last(out.QRCode), Params: map[string]string{"qr_code": out.QRCode, "code_url": out.QRCode}}
	default:
		a = payment.Opening{Outcome: payment.Waiting, Prepay: out.Trade, Params: map[string]string{"tradeNO": out.Trade}}
	}
	return a, nil
}

// last is the last step of a URL's path, by which Alipay knows a QR code.
func last(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Path[strings.LastIndex(u.Path, "/")+1:]
}

// charge takes the money of a payment code. It is sent once: what happened is
// queried when the answer does not tell for certain that nothing did.
func (p *Provider) charge(ctx context.Context, o *order, amount mall.Money) (payment.Opening, error) {
	var out trade
	r, err := p.call(ctx, 1, methodPay, o, &out)
	if err != nil {
		return payment.Opening{}, err
	}
	res := payment.Result{Outcome: payment.Unknown, Code: r.code, Message: r.message}
	switch {
	case r.done():
		out.Status = statusSuccess // that is what 10000 says here
		res = p.result(&out, o.Number)
	case r.pending:
		res = payment.Result{Outcome: payment.Waiting}
	case r.refused() && !r.is(codePaid) && !r.is(codeDifferent):
		res.Outcome = payment.Failed
	default:
		asked, err := p.Query(ctx, payment.Query{Number: o.Number, Scene: payment.SceneCode})
		if err != nil {
			return payment.Opening{}, err
		}
		// Absent settles nothing yet: the order may still be on its way.
		if asked.Outcome != payment.Absent {
			res = asked
		} else if r.refused() {
			res.Outcome = payment.Failed
		}
	}
	a := payment.Opening{Outcome: res.Outcome, Code: res.Code, Message: res.Message}
	switch {
	case res.Outcome == payment.Settled && res.Amount != amount: // the number was used for something else
		a = payment.Opening{Outcome: payment.Failed, Code: codeDifferent}
	case res.Outcome == payment.Settled:
		a.Paid = res
	case res.Outcome == payment.Closed:
		a.Outcome, a.Code = payment.Failed, cmp.Or(a.Code, codeClosed)
	}
	return a, nil
}

// title is a subject as Alipay takes it: at most 256 characters, none of /=&. So
// no title can look like another parameter in what is signed of a notification.
func title(s, number string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError || strings.ContainsRune("/=&", r) {
			return ' '
		}
		return r
	}, s)
	if n := []rune(s); len(n) > 256 {
		s = string(n[:256])
	}
	return cmp.Or(strings.TrimSpace(s), number)
}
