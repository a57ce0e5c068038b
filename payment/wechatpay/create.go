package wechatpay

import (
	"cmp"
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// beijing is the zone in which WeChat Pay writes times and counts days.
var beijing = mall.Calendar{}.Zone()

// currency is the only one that is taken.
const currency = "CNY"

// parties say who is paid at which appid, in the words of either mode.
type parties struct {
	AppID      string `json:"appid,omitempty"`
	MchID      string `json:"mchid,omitempty"`
	SpAppID    string `json:"sp_appid,omitempty"`
	SpMchID    string `json:"sp_mchid,omitempty"`
	SubAppID   string `json:"sub_appid,omitempty"`
	SubMchID   string `json:"sub_mchid,omitempty"`
	appid, mch string // of whom the payer pays
}

// begin is what every call begins with: not inside a transaction, and for
// parties that this provider can act for.
func (p *Provider) begin(ctx context.Context, appid, merchant string) (parties, error) {
	if mall.InTx(ctx) {
		return parties{}, payment.ErrInTx
	}
	return p.parties(appid, merchant)
}

// parties checks the appid and merchant of a request.
func (p *Provider) parties(appid, merchant string) (parties, error) {
	appid = cmp.Or(appid, p.cfg.AppID)
	if p.cfg.Partner {
		merchant = cmp.Or(merchant, p.cfg.SubMerchantID)
		if merchant == "" {
			return parties{}, mall.ErrNotConfigured.With("wechatpay Config.SubMerchantID")
		}
		w := parties{SpAppID: p.cfg.AppID, SpMchID: p.cfg.MerchantID, SubMchID: merchant, appid: appid, mch: merchant}
		if appid != p.cfg.AppID {
			w.SubAppID = appid
		}
		return w, nil
	}
	switch {
	case merchant != "" && merchant != p.cfg.MerchantID:
		return parties{}, mall.ErrNotConfigured.With("wechatpay Config.MerchantID: " + merchant)
	case !slices.Contains(p.cfg.AppIDs, appid):
		return parties{}, mall.ErrNotConfigured.With("wechatpay Config.AppIDs: " + appid)
	}
	return parties{AppID: appid, MchID: p.cfg.MerchantID, appid: appid, mch: p.cfg.MerchantID}, nil
}

// path is that of a call about orders in the provider's mode.
func (p *Provider) path(rest string) string {
	if p.cfg.Partner {
		return "/v3/pay/partner/transactions/" + rest
	}
	return "/v3/pay/transactions/" + rest
}

type amount struct {
	Total    mall.Money `json:"total"`
	Currency string     `json:"currency"`
}

type payer struct {
	OpenID    string `json:"openid,omitempty"`
	SpOpenID  string `json:"sp_openid,omitempty"`
	SubOpenID string `json:"sub_openid,omitempty"`
	AuthCode  string `json:"auth_code,omitempty"`
}

type scene struct {
	PayerIP string    `json:"payer_client_ip,omitempty"`
	H5      *h5Info   `json:"h5_info,omitempty"`
	Store   *storeRef `json:"store_info,omitempty"`
}

type h5Info struct {
	Type string `json:"type"`
}

type storeRef struct {
	ID string `json:"id"`
}

// order is the body of a request to open a payment.
type order struct {
	parties
	Description string `json:"description"`
	Number      string `json:"out_trade_no"`
	Expire      string `json:"time_expire,omitempty"`
	NotifyURL   string `json:"notify_url,omitempty"`
	Amount      amount `json:"amount"`
	Payer       *payer `json:"payer,omitempty"`
	Scene       *scene `json:"scene_info,omitempty"`
}

var (
	numberForm = regexp.MustCompile(`^[0-9A-Za-z_|*-]{6,32}$`)
	codeForm   = regexp.MustCompile(`^1[0-5][0-9]{16}$`) // payment codes of WeChat Pay
)

// Check implements payment.Checker: JSAPI without OpenID is ErrOpenID; H5
// without Addr, or with one that is no address, and CODE without a payment code
// are mall.ErrInvalid; an appid or merchant that is not this provider's is
// mall.ErrNotConfigured.
func (p *Provider) Check(r payment.Request) error {
	if _, err := p.parties(r.AppID, r.Merchant); err != nil {
		return err
	}
	switch r.Scene {
	case payment.SceneNative, payment.SceneApp:
	case payment.SceneJSAPI:
		if r.OpenID == "" {
			return payment.ErrOpenID
		}
	case payment.SceneH5:
		if _, err := netip.ParseAddr(r.Addr); err != nil {
			return mall.ErrInvalid.With("addr")
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
//	NATIVE  code_url: what the QR code shows
//	JSAPI   appId, timeStamp, nonceStr, package, signType, paySign of wx.requestPayment
//	APP     appid, partnerid, prepayid, package, noncestr, timestamp, sign of the SDK
//	H5      h5_url: where the payer's browser goes
//	CODE    none: paid at once, or Waiting while the payer types the password
//
// What Check refuses, and numbers that are not of 6 to 32 digits, letters and
// _-|*, mall.ErrInvalid, are not sent.
func (p *Provider) Create(ctx context.Context, r payment.Request) (payment.Opening, error) {
	who, err := p.begin(ctx, r.AppID, r.Merchant)
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
	o := order{parties: who, Description: cut(r.Title, 127), Number: r.Number, Amount: amount{r.Amount, currency},
		Expire: r.Due.In(beijing).Format(time.RFC3339), NotifyURL: p.cfg.NotifyURL}
	switch r.Scene {
	case payment.SceneApp:
		return p.open(ctx, "app", &o)
	case payment.SceneJSAPI:
		o.Payer = p.payer(who, r.OpenID)
		return p.open(ctx, "jsapi", &o)
	case payment.SceneH5:
		o.Scene = &scene{PayerIP: r.Addr, H5: &h5Info{Type: "Wap"}}
		return p.open(ctx, "h5", &o)
	case payment.SceneCode:
		o.Payer, o.Scene = &payer{AuthCode: r.Code}, &scene{Store: &storeRef{p.cfg.StoreID}}
		o.Expire, o.NotifyURL = "", "" // the answer is at once, nobody is notified
		return p.charge(ctx, &o)
	}
	return p.open(ctx, "native", &o)
}

// payer names the payer by the openid at the appid that is paid.
func (p *Provider) payer(who parties, openid string) *payer {
	switch {
	case !p.cfg.Partner:
		return &payer{OpenID: openid}
	case who.SubAppID != "":
		return &payer{SubOpenID: openid}
	}
	return &payer{SpOpenID: openid}
}

// open makes an order that the payer pays later.
func (p *Provider) open(ctx context.Context, way string, o *order) (payment.Opening, error) {
	var out struct {
		Prepay  string `json:"prepay_id"`
		CodeURL string `json:"code_url"`
		H5URL   string `json:"h5_url"`
	}
	r, err := p.call(ctx, p.cfg.Tries, http.MethodPost, p.path(way), o, &out)
	if err != nil {
		return payment.Opening{}, err
	}
	a := payment.Opening{Outcome: payment.Waiting, Prepay: out.Prepay, Code: r.code, Message: r.message}
	switch {
	case r.refused():
		a.Outcome = payment.Failed
		return a, nil
	case !r.done() || cmp.Or(out.Prepay, out.CodeURL, out.H5URL) == "":
		a.Outcome = payment.Unknown
		return a, nil
	}
	switch way {
	case "native":
		a.Params, a.Prepay = map[string]string{"code_url": out.CodeURL}, query(out.CodeURL, "pr")
	case "h5":
		a.Params, a.Prepay = map[string]string{"h5_url": out.H5URL}, query(out.H5URL, "prepay_id")
	case "jsapi":
		a.Params, err = p.signer.params(o.appid, out.Prepay, p.now())
	case "app":
		a.Params, err = p.signer.appParams(o.appid, o.mch, out.Prepay, p.now())
	}
	return a, err
}

// query is a parameter of a URL: version 3 tells the id of an order in no other
// way where the payer is sent to one.
func query(text, name string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return u.Query().Get(name)
}

// charge takes the money of a payment code. It is sent once: what happened is
// queried when the answer does not tell for certain that nothing did.
func (p *Provider) charge(ctx context.Context, o *order) (payment.Opening, error) {
	var out transaction
	r, err := p.call(ctx, 1, http.MethodPost, p.path("codepay"), o, &out)
	if err != nil {
		return payment.Opening{}, err
	}
	q := payment.Query{Number: o.Number, Merchant: o.mch, AppID: o.appid, Scene: payment.SceneCode}
	res := payment.Result{Outcome: payment.Unknown, Code: r.code, Message: r.message}
	switch {
	case r.done():
		res = p.result(&out, q)
	case r.refused() && !r.is("ORDERPAID") && !r.is("OUT_TRADE_NO_USED") && !r.is("INVALID_REQUEST"):
		res.Outcome = payment.Failed
	default:
		asked, err := p.Query(ctx, q)
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
	switch res.Outcome {
	case payment.Settled:
		a.Paid = res
		if res.Amount != o.Amount.Total { // the number was used for something else
			a = payment.Opening{Outcome: payment.Failed, Code: "OUT_TRADE_NO_USED"}
		}
	case payment.Closed:
		a.Outcome, a.Code = payment.Failed, cmp.Or(a.Code, "ORDER_CLOSED")
	}
	return a, nil
}

// cut shortens a text to a number of bytes, at the end of a character. Control
// characters become spaces, and so do backquotes, which part the cells of bills.
func cut(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError || r == '`' {
			return ' '
		}
		return r
	}, s)
	for len(s) > most {
		_, n := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-n]
	}
	return s
}
