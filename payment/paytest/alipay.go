package paytest

import (
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Alipay is the app and merchant that a gateway knows as Alipay, at /gateway.do.
// The app is in public key mode with Keys, in certificate mode with Certs and
// AppCert. It makes bills when the books are a Ledger.
type Alipay struct {
	AppID     string       // required
	SellerID  string       // the merchant's account, "2088…"; required
	PublicKey string       // of the app, PEM or bare base64: requests must be signed with its key; required with Keys
	Keys      *AlipayKeys  // by which the platform signs
	Certs     *AlipayCerts // by which it signs in certificate mode
	AppCert   string       // of the app, PEM: requests must name it and be signed with its key
}

// protocolAlipay is Order.Protocol of Alipay's orders.
const protocolAlipay = "alipay"

// alipay speaks the protocol of Alipay's gateway.
type alipay struct {
	g       *Gateway
	cfg     Alipay
	app     *rsa.PublicKey
	appSN   string // numbers of the app's certificate and of the roots, in certificate mode
	rootSN  string
	methods map[string]apMethod
}

// apMethod is what a method of the gateway does.
type apMethod struct {
	op   Op
	kind apKind
	do   func(c *apCall) (map[string]any, error)
}

// apKind is how a method answers.
type apKind int

const (
	apSigned apKind = iota
	apPage          // with a page for the payer
	apMute          // without a signature
)

func (g *Gateway) mountAlipay(cfg Alipay) error {
	for name, missing := range map[string]bool{"AppID": cfg.AppID == "", "SellerID": cfg.SellerID == "", "Keys": cfg.Keys == nil && cfg.Certs == nil} {
		if missing {
			return fmt.Errorf("paytest: Alipay.%s is required", name)
		}
	}
	text := cfg.PublicKey
	if cfg.Certs != nil {
		text = cfg.AppCert
	}
	a := &alipay{g: g, cfg: cfg}
	var err error
	if a.app, err = apPublicKey(text); err != nil {
		return err
	}
	if cfg.Certs != nil {
		if a.appSN, err = certSN(cfg.AppCert); err != nil {
			return err
		}
		if a.rootSN, err = rootSN(cfg.Certs.Roots()); err != nil {
			return err
		}
	}
	a.methods = map[string]apMethod{
		"alipay.trade.precreate": {OpCreate, apSigned, a.precreate}, "alipay.trade.create": {OpCreate, apSigned, a.create},
		"alipay.trade.pay": {OpCreate, apSigned, a.pay}, "alipay.trade.wap.pay": {OpCreate, apPage, a.page},
		"alipay.trade.page.pay": {OpCreate, apPage, a.page}, "alipay.trade.app.pay": {OpCreate, apPage, a.page},
		"alipay.trade.query": {OpQuery, apSigned, a.query}, "alipay.trade.close": {OpClose, apSigned, a.close},
		"alipay.trade.refund": {OpRefund, apSigned, a.refund}, "alipay.trade.fastpay.refund.query": {OpRefundQuery, apSigned, a.refundQuery},
		"alipay.open.app.alipaycert.download": {OpCertificates, apMute, a.certificate},
	}
	if ledger, ok := g.books.(Ledger); ok {
		bills := &apBills{g: g, cfg: cfg, books: ledger, files: map[string]apFile{}}
		a.methods["alipay.data.dataservice.bill.downloadurl.query"] = apMethod{OpBill, apSigned, bills.query}
		g.route("GET /downloadBillFile.resource", OpBillFile, bills.download)
	}
	g.protocols[protocolAlipay] = a
	g.routeBy("/gateway.do", a.op, a.act)
	return nil
}

// apError is an answer of Alipay that refuses.
type apError struct {
	Code    string `json:"code"`
	Msg     string `json:"msg"`
	SubCode string `json:"sub_code,omitempty"`
	SubMsg  string `json:"sub_msg,omitempty"`
	mute    bool   // not signed: the app is not known
}

func (e *apError) Error() string { return e.SubCode }

// apFault refuses for business reasons, apInvalid for the form of a request.
func apFault(sub, text string) *apError {
	return &apError{Code: "40004", Msg: "Business Failed", SubCode: sub, SubMsg: text}
}

func apInvalid(sub, text string) *apError {
	return &apError{Code: "40002", Msg: "Invalid Arguments", SubCode: sub, SubMsg: text}
}

func apMissing(sub, text string) *apError {
	return &apError{Code: "40001", Msg: "Missing Required Arguments", SubCode: sub, SubMsg: text}
}

// apFaults are the answers to what the books refuse.
var apFaults = map[code]*apError{
	codeUsed: apFault("ACQ.CONTEXT_INCONSISTENT", "交易信息被篡改"), codePaid: apFault("ACQ.TRADE_HAS_SUCCESS", "交易已被支付"),
	codeClosed: apFault("ACQ.TRADE_HAS_CLOSE", "交易已经关闭"), codeNoOrder: apFault("ACQ.TRADE_NOT_EXIST", "交易不存在"),
	codeNothing: apFault("ACQ.TRADE_STATUS_ERROR", "交易状态不合法"), codeTooMuch: apFault("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "退款金额超限"),
	codeInternal: apFault("ACQ.SYSTEM_ERROR", "系统错误"),
}

// apDown is how the gateway says that it does not know what happened.
var apDown = &apError{Code: "20000", Msg: "Service Currently Unavailable", SubCode: "isp.unknow-error", SubMsg: "系统繁忙"}

// apCall is a verified request.
type apCall struct {
	*http.Request
	params map[string]string
	fault  Fault
}

// decode reads the content of a request.
func (c *apCall) decode(into any) error {
	if json.Unmarshal([]byte(c.params["biz_content"]), into) != nil {
		return apInvalid("isv.invalid-parameter", "参数无效：biz_content")
	}
	return nil
}

// apParams are the parameters of a request, from its query and form.
func apParams(r *http.Request, body []byte) map[string]string {
	params := map[string]string{}
	form, _ := url.ParseQuery(string(body)) // what is no form has no signature either
	for _, values := range []url.Values{r.URL.Query(), form} {
		for name := range values {
			params[name] = values.Get(name)
		}
	}
	return params
}

func (a *alipay) op(r *http.Request, body []byte) Op {
	return a.methods[apParams(r, body)["method"]].op
}

// act verifies a request, carries it out and answers signed.
func (a *alipay) act(r *http.Request, body []byte, f Fault) answer {
	c := &apCall{r, apParams(r, body), f}
	method := c.params["method"]
	does, known := a.methods[method]
	err := a.verify(c.params, known)
	var out map[string]any
	switch {
	case err != nil:
	case f == Refuses:
		err = apDown
	default:
		out, err = does.do(c)
	}
	if f == Stumbles {
		err = apFaults[codeInternal]
	}
	var node any = out
	var refusal *apError
	switch {
	case errors.As(err, &refusal):
		node = refusal
	case err != nil:
		node, refusal = apDown, apDown
	case out["code"] == nil:
		out["code"], out["msg"] = "10000", "Success"
	}
	if does.kind == apPage {
		return a.shown(out, refusal)
	}
	name := strings.ReplaceAll(method, ".", "_") + "_response"
	if !known || refusal != nil && refusal.mute {
		name = "error_response"
	}
	text, _ := json.Marshal(node) // texts and numbers
	// As Alipay writes it; who signs another writing of the same fails.
	text = []byte(strings.ReplaceAll(string(text), "/", `\/`))
	full := fmt.Sprintf("{%q:%s}", name, text)
	if (refusal == nil || !refusal.mute) && does.kind != apMute {
		keys := a.keys()
		named := ""
		if keys.sn != "" {
			named = fmt.Sprintf("\"alipay_cert_sn\":%q,", keys.sn)
		}
		full = fmt.Sprintf("{%q:%s,%s\"sign\":%q}", name, text, named, keys.answerSign(string(text), f))
	}
	return answer{status: http.StatusOK, header: map[string]string{"Content-Type": "text/html;charset=utf-8"}, body: []byte(full)}
}

// shown is the page on which the payer pays, or reads why not.
func (a *alipay) shown(out map[string]any, refusal *apError) answer {
	page := "<!DOCTYPE html><meta charset=\"utf-8\"><title>Alipay sandbox</title>"
	if refusal != nil {
		page += "<p>" + html.EscapeString(refusal.SubCode+" "+refusal.SubMsg) + "</p>"
	} else {
		number, title, total := fmt.Sprint(out["out_trade_no"]), fmt.Sprint(out["subject"]), fmt.Sprint(out["total_amount"])
		page += fmt.Sprintf("<h1>%s</h1><p>¥%s</p><form method=\"post\" action=\"/sandbox/pay\"><input type=\"hidden\" name=\"number\" value=\"%s\"><button>Pay</button></form>",
			html.EscapeString(title), html.EscapeString(total), html.EscapeString(number))
	}
	return answer{status: http.StatusOK, header: map[string]string{"Content-Type": "text/html;charset=utf-8"}, body: []byte(page)}
}

// verify checks that a request is the app's, and refuses as the platform does.
func (a *alipay) verify(params map[string]string, known bool) error {
	for _, f := range []struct{ name, sub string }{{"method", "isv.missing-method"}, {"app_id", "isv.missing-app-id"}, {"timestamp", "isv.missing-timestamp"},
		{"version", "isv.missing-version"}, {"sign_type", "isv.missing-signature-type"}, {"sign", "isv.missing-signature"}} {
		if params[f.name] == "" {
			e := apMissing(f.sub, "缺少"+f.name+"参数")
			e.mute = true
			return e
		}
	}
	sent, err := time.ParseInLocation(time.DateTime, params["timestamp"], beijing)
	switch {
	case params["app_id"] != a.cfg.AppID:
		e := apInvalid("isv.invalid-app-id", "无效的AppID参数")
		e.mute = true
		return e
	case !known:
		return apInvalid("isv.invalid-method", "不存在的方法名")
	case params["sign_type"] != "RSA2":
		return apInvalid("isv.invalid-signature-type", "无效签名类型")
	case params["format"] != "" && !strings.EqualFold(params["format"], "JSON"):
		return apInvalid("isv.invalid-format", "无效数据格式")
	case params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8"):
		return apInvalid("isv.invalid-charset", "字符集错误")
	case err != nil || a.g.now().Sub(sent).Abs() > 24*time.Hour:
		return apInvalid("isv.invalid-timestamp", "非法的时间戳参数")
	case a.cfg.Certs == nil:
	case params["app_cert_sn"] == "":
		return apInvalid("isv.missing-app-cert-sn", "缺少应用公钥证书序列号")
	case params["alipay_root_cert_sn"] == "":
		return apInvalid("isv.missing-alipay-root-cert-sn", "缺少支付宝根证书序列号")
	case params["app_cert_sn"] != a.appSN:
		return apInvalid("isv.app-cert-not-exist", "应用公钥证书不存在")
	case params["alipay_root_cert_sn"] != a.rootSN:
		return apInvalid("isv.invalid-alipay-root-cert-sn", "支付宝根证书序列号错误")
	}
	text := apContent(params, "sign")
	if apCheck(a.app, params["sign"], text) != nil {
		return apInvalid("isv.invalid-signature", "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为："+html.EscapeString(text))
	}
	return nil
}
