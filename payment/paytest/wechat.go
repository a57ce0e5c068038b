package paytest

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// WeChat is the merchant that a gateway knows as WeChat Pay, version 3.
type WeChat struct {
	MerchantID   string        // mchid, or sp_mchid of a service provider; required
	AppIDs       []string      // bound to the merchant; required
	SubMerchants []string      // a service provider's sub merchants
	Serial       string        // of the merchant's certificate; required
	PublicKey    string        // of that certificate, PEM: requests must be signed with its key; required
	APIv3Key     string        // 32 bytes; required
	Keys         *PlatformKeys // by which the platform signs; required
}

// protocolWeChat is Order.Protocol of WeChat Pay's orders.
const protocolWeChat = "wechat"

// wechat speaks WeChat Pay's protocol.
type wechat struct {
	g        *Gateway
	cfg      WeChat
	books    Ledger
	merchant *rsa.PublicKey
	aead     cipher.AEAD

	mu    sync.Mutex
	files map[string][]byte // bills by the token of their download
}

func (g *Gateway) mountWeChat(cfg WeChat) error {
	for name, missing := range map[string]bool{"MerchantID": cfg.MerchantID == "", "AppIDs": len(cfg.AppIDs) == 0, "Serial": cfg.Serial == "", "Keys": cfg.Keys == nil} {
		if missing {
			return fmt.Errorf("paytest: WeChat.%s is required", name)
		}
	}
	w := &wechat{g: g, cfg: cfg, files: map[string][]byte{}}
	var ok bool
	if w.books, ok = g.books.(Ledger); !ok {
		return errors.New("paytest: WeChat Pay needs books that are a Ledger")
	}
	var err error
	if w.merchant, err = publicKey(cfg.PublicKey); err != nil {
		return err
	}
	if w.aead, err = newAEAD(cfg.APIv3Key); err != nil {
		return err
	}
	g.protocols[protocolWeChat] = w
	for _, mode := range []string{"", "partner/"} {
		orders := "/v3/pay/" + mode + "transactions/"
		g.route("POST "+orders+"{way}", OpCreate, w.signed(w.create))
		g.route("GET "+orders+"out-trade-no/{number}", OpQuery, w.signed(w.query))
		g.route("GET "+orders+"id/{transaction}", OpQuery, w.signed(w.query))
		g.route("POST "+orders+"out-trade-no/{number}/close", OpClose, w.signed(w.close))
		g.route("POST "+orders+"out-trade-no/{number}/reverse", OpClose, w.signed(w.reverse))
	}
	g.route("POST /v3/refund/domestic/refunds", OpRefund, w.signed(w.refund))
	g.route("GET /v3/refund/domestic/refunds/{refund}", OpRefundQuery, w.signed(w.refundQuery))
	g.route("GET /v3/certificates", OpCertificates, w.signed(w.certificates))
	g.route("POST /v3/security/echo", OpCertificates, w.signed(w.echo))
	g.route("GET /v3/bill/tradebill", OpBill, w.signed(w.tradeBill))
	g.route("GET /v3/bill/fundflowbill", OpBill, w.signed(w.fundFlow))
	g.route("GET /v3/billdownload/file", OpBillFile, w.download)
	return nil
}

func newAEAD(key string) (cipher.AEAD, error) {
	if len(key) != 32 {
		return nil, errors.New("paytest: WeChat.APIv3Key has not 32 bytes")
	}
	block, err := aes.NewCipher([]byte(key))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// wxError is an answer of WeChat Pay that refuses.
type wxError struct {
	status  int
	Code    string    `json:"code"`
	Message string    `json:"message"`
	Detail  *wxDetail `json:"detail,omitempty"`
}

type wxDetail struct {
	Field    string  `json:"field"`
	Issue    string  `json:"issue"`
	Location string  `json:"location"`
	Signed   *wxSign `json:"sign_information,omitempty"`
}

// wxSign tells what the gateway took for the signed message.
type wxSign struct {
	Method  string `json:"method"`
	URL     string `json:"url"`
	Message string `json:"truncated_sign_message"`
	Length  int    `json:"sign_message_length"`
}

func (e *wxError) Error() string { return e.Code }

func wxFault(status int, code, text string) *wxError {
	return &wxError{status: status, Code: code, Message: text}
}

// wxFaults are the answers to what the books refuse.
var wxFaults = map[code]*wxError{
	codeParam: wxFault(400, "PARAM_ERROR", "参数错误"), codeUsed: wxFault(400, "INVALID_REQUEST", "请求参数与该商户订单号之前的请求不一致"),
	codePaid: wxFault(400, "ORDERPAID", "该订单已支付"), codeClosed: wxFault(400, "ORDER_CLOSED", "该订单已关闭"),
	codeNoOrder: wxFault(404, "ORDER_NOT_EXIST", "订单不存在"), codeNothing: wxFault(404, "RESOURCE_NOT_EXISTS", "订单不存在"),
	codeTooMuch: wxFault(403, "NOT_ENOUGH", "退款金额大于可退余额"), codeInternal: wxFault(500, "SYSTEM_ERROR", "系统超时"),
}

// wxParam refuses a parameter as the platform does.
func wxParam(field, issue string) *wxError {
	e := wxFault(400, "PARAM_ERROR", "输入源“/body/"+field+"”映射到值字段“"+field+"”规则校验失败，"+issue)
	e.Detail = &wxDetail{Field: "/body/" + field, Issue: issue, Location: "body"}
	return e
}

// wxCall is a verified request.
type wxCall struct {
	*http.Request
	body  []byte
	fault Fault
}

// partner says whether the request came by the service provider's paths.
func (c *wxCall) partner() bool { return strings.Contains(c.URL.Path, "/pay/partner/") }

// signed verifies a request, carries it out and signs the answer. Nothing to
// answer (204) is nil.
func (w *wechat) signed(fn func(c *wxCall) (any, error)) func(r *http.Request, body []byte, f Fault) answer {
	return func(r *http.Request, body []byte, f Fault) answer {
		err := w.verify(r, body)
		var out any
		switch {
		case err != nil:
		case f == Refuses:
			err = wxFaults[codeInternal]
		default:
			out, err = fn(&wxCall{r, body, f})
		}
		if f == Stumbles {
			err = wxFaults[codeInternal]
		}
		a := answer{status: http.StatusOK}
		var refusal *wxError
		switch {
		case errors.As(err, &refusal):
			a.status, out = refusal.status, refusal
		case err != nil:
			a.status, out = http.StatusInternalServerError, wxFaults[codeInternal]
		case out == nil:
			a.status = http.StatusNoContent
		}
		if out != nil {
			a.body, _ = json.Marshal(out) // structs of texts and numbers
		}
		at, what := w.g.now(), Pays
		switch f {
		case BadSign:
			what = BadSignature
		case OldSign:
			what = Stale
		}
		a.header = w.cfg.Keys.head(r.Header.Get("Wechatpay-Serial"), at, a.body, what)
		a.header["Content-Type"] = "application/json; charset=utf-8"
		a.header["Request-Id"] = "08" + rand.Text()
		return a
	}
}

// decode reads the body of a request.
func (c *wxCall) decode(into any) error {
	if json.Unmarshal(c.body, into) != nil {
		return wxFault(400, "PARAM_ERROR", "无法将输入源“/body”解析为JSON")
	}
	return nil
}

// own finds an order of the merchant that asks.
func (w *wechat) own(c *wxCall) (Order, error) {
	var o Order
	var ok bool
	var err error
	if number := c.PathValue("number"); number != "" {
		o, ok, err = w.g.books.Order(c.Context(), number)
	} else {
		for _, one := range w.books.All() {
			if one.Transaction != "" && one.Transaction == c.PathValue("transaction") {
				o, ok = one, true
			}
		}
	}
	if err != nil {
		return o, err
	}
	if !ok || o.Protocol != protocolWeChat || (o.Partner != "") != c.partner() {
		return o, wxFaults[codeNoOrder]
	}
	return o, nil
}

// parties are those that a request names; they must be the order's.
func (w *wechat) parties(c *wxCall, o Order, mchid, spMchID, subMchID string) error {
	asked, want := mchid, o.Merchant
	if c.partner() {
		asked, want = spMchID+" "+subMchID, o.Partner+" "+o.Merchant
	}
	if asked != want {
		return wxParam("mchid", "与下单的商户号不一致")
	}
	return nil
}

func (w *wechat) query(c *wxCall) (any, error) {
	o, err := w.own(c)
	if err != nil {
		return nil, err
	}
	q := c.URL.Query()
	if err := w.parties(c, o, q.Get("mchid"), q.Get("sp_mchid"), q.Get("sub_mchid")); err != nil {
		return nil, err
	}
	return w.told(o, c.fault), nil
}

func (w *wechat) close(c *wxCall) (any, error) { return w.over(c, "close") }

func (w *wechat) reverse(c *wxCall) (any, error) { return w.over(c, "reverse") }

// over closes or reverses an order.
func (w *wechat) over(c *wxCall, verb string) (any, error) {
	o, err := w.own(c)
	if err != nil {
		return nil, err
	}
	var in wxOrder
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := w.parties(c, o, in.MchID, in.SpMchID, in.SubMchID); err != nil {
		return nil, err
	}
	byCode := o.Scene == "MICROPAY"
	if byCode != (verb == "reverse") {
		return nil, wxFault(400, "INVALID_REQUEST", "交易类型不支持该操作")
	}
	if byCode {
		if o, _, err = w.g.revoke(c.Context(), o.Number); err != nil {
			return nil, err
		}
		return map[string]string{"appid": in.AppID, "mchid": in.MchID, "sp_appid": in.SpAppID, "sp_mchid": in.SpMchID, "sub_appid": in.SubAppID, "sub_mchid": in.SubMchID, "out_trade_no": o.Number}, nil
	}
	if o.State == Ended {
		return nil, wxFaults[codeClosed]
	}
	_, taken, err := w.g.end(c.Context(), o.Number)
	if err == nil && taken != codeOK {
		err = wxFaults[taken]
	}
	return nil, err
}

// echo answers what it was sent, for trying signatures.
func (w *wechat) echo(c *wxCall) (any, error) {
	var in struct {
		Message string `json:"echo_message"`
	}
	if err := c.decode(&in); err != nil || in.Message == "" {
		return nil, errors.Join(err, wxParam("echo_message", "必填字段缺失"))
	}
	return map[string]string{"echo_message": in.Message}, nil
}

// seal encrypts with the API v3 key.
func seal(aead cipher.AEAD, kind, associated string, plain []byte) map[string]string {
	nonce := rand.Text()[:aead.NonceSize()]
	return map[string]string{"algorithm": "AEAD_AES_256_GCM", "nonce": nonce, "associated_data": associated, "original_type": kind,
		"ciphertext": base64.StdEncoding.EncodeToString(aead.Seal(nil, []byte(nonce), plain, []byte(associated)))}
}

// notice forms the notification about an order or a refund.
func (w *wechat) notice(ctx context.Context, o Order, r *Refund, what Outcome) (*http.Request, error) {
	target, kind, event, id := o.NotifyURL, "transaction", "TRANSACTION.SUCCESS", o.Transaction
	var about any = w.told(o, None)
	if o.State != Paid {
		return nil, nil // WeChat Pay tells of successes only
	}
	if r != nil {
		target, kind, event, id = r.NotifyURL, "refund", "REFUND."+string(r.State), r.Receipt
		about = w.toldRefund(o, *r, true)
	}
	if target == "" {
		return nil, nil
	}
	plain, err := json.Marshal(about)
	if err != nil {
		return nil, err
	}
	aead := w.aead
	if what == WrongKey {
		if aead, err = newAEAD(strings.Repeat("?", 32)); err != nil {
			return nil, err
		}
	}
	body, err := json.Marshal(map[string]any{"id": "EV-" + id, "create_time": o.PaidAt.In(beijing).Format(time.RFC3339), "resource_type": "encrypt-resource",
		"event_type": event, "summary": "支付成功", "resource": seal(aead, kind, kind, plain)})
	if err != nil {
		return nil, err
	}
	return post(ctx, target, body, w.cfg.Keys.head("", w.g.now(), body, what))
}
