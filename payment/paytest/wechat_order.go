package paytest

import (
	"errors"
	"net/url"
	"slices"
	"time"
)

// wxOrder is the body of a request to open an order, in either mode.
type wxOrder struct {
	AppID       string `json:"appid"`
	MchID       string `json:"mchid"`
	SpAppID     string `json:"sp_appid"`
	SpMchID     string `json:"sp_mchid"`
	SubAppID    string `json:"sub_appid"`
	SubMchID    string `json:"sub_mchid"`
	Description string `json:"description"`
	Number      string `json:"out_trade_no"`
	Expire      string `json:"time_expire"`
	NotifyURL   string `json:"notify_url"`
	Amount      struct {
		Total    int64  `json:"total"`
		Currency string `json:"currency"`
	} `json:"amount"`
	Payer struct {
		OpenID    string `json:"openid"`
		SpOpenID  string `json:"sp_openid"`
		SubOpenID string `json:"sub_openid"`
		AuthCode  string `json:"auth_code"`
	} `json:"payer"`
	Scene *struct {
		PayerIP string `json:"payer_client_ip"`
		H5      *struct {
			Type string `json:"type"`
		} `json:"h5_info"`
		Store *struct {
			ID string `json:"id"`
		} `json:"store_info"`
	} `json:"scene_info"`
}

// order checks a request and makes the order it asks for.
func (w *wechat) order(c *wxCall, in *wxOrder, way string) (Order, error) {
	o := Order{Number: in.Number, Amount: in.Amount.Total, Title: in.Description, Protocol: protocolWeChat, NotifyURL: in.NotifyURL,
		Merchant: in.MchID, AppID: in.AppID, OpenID: in.Payer.OpenID, Due: w.g.now().Add(2 * time.Hour)}
	if c.partner() {
		o.Merchant, o.Partner, o.PartnerID, o.AppID = in.SubMchID, in.SpMchID, in.SpAppID, in.SpAppID
		o.OpenID = in.Payer.SpOpenID
		if in.SubAppID != "" {
			o.AppID = in.SubAppID
			o.OpenID += in.Payer.SubOpenID
		}
	}
	o.Scene = map[string]string{"native": "NATIVE", "jsapi": "JSAPI", "app": "APP", "h5": "MWEB", "codepay": "MICROPAY"}[way]
	switch {
	case o.Scene == "":
		return o, wxFault(404, "RESOURCE_NOT_EXISTS", "请求的资源不存在")
	case in.Description == "" || len(in.Description) > 127:
		return o, wxParam("description", "字符串长度不符合要求")
	case !wxNumber.MatchString(in.Number):
		return o, wxParam("out_trade_no", "字符串规则校验失败，字节数 6 到 32")
	case in.Amount.Total <= 0:
		return o, wxParam("amount/total", "数值规则校验失败，最小值 1")
	case in.Amount.Currency != "" && in.Amount.Currency != "CNY":
		return o, wxParam("amount/currency", "枚举规则校验失败")
	case way == "jsapi" && o.OpenID == "":
		return o, wxParam("payer/openid", "必填字段缺失")
	case way == "h5" && (in.Scene == nil || in.Scene.PayerIP == "" || in.Scene.H5 == nil || in.Scene.H5.Type == ""):
		return o, wxParam("scene_info", "必填字段缺失")
	case way == "codepay" && (in.Payer.AuthCode == "" || in.Scene == nil || in.Scene.Store == nil):
		return o, wxParam("payer/auth_code", "必填字段缺失")
	case way != "codepay" && in.NotifyURL == "":
		return o, wxParam("notify_url", "必填字段缺失")
	}
	if u, err := url.Parse(in.NotifyURL); err != nil || u.RawQuery != "" {
		return o, wxParam("notify_url", "不能携带参数")
	}
	if in.Expire != "" {
		due, err := time.Parse(time.RFC3339, in.Expire)
		if err != nil || !due.After(w.g.now()) {
			return o, wxParam("time_expire", "时间格式错误，或已过期")
		}
		o.Due = due
	}
	bound := o.AppID
	if c.partner() {
		bound = in.SpAppID
		if in.SpMchID != w.cfg.MerchantID || !slices.Contains(w.cfg.SubMerchants, in.SubMchID) {
			return o, wxFault(403, "NO_AUTH", "特约商户未授权服务商的产品权限")
		}
	} else if in.MchID != w.cfg.MerchantID {
		return o, wxFault(400, "MCH_NOT_EXISTS", "商户号不存在，或与签名的商户号不一致")
	}
	if !slices.Contains(w.cfg.AppIDs, bound) {
		return o, wxFault(400, "APPID_MCHID_NOT_MATCH", "商户号与appid不匹配")
	}
	return o, nil
}

func (w *wechat) create(c *wxCall) (any, error) {
	var in wxOrder
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	way := c.PathValue("way")
	want, err := w.order(c, &in, way)
	if err != nil {
		return nil, err
	}
	o, taken, err := w.g.open(c.Context(), want)
	switch {
	case err != nil:
		return nil, err
	case taken != codeOK:
		return nil, wxFaults[taken]
	}
	switch way {
	case "native":
		return map[string]string{"code_url": "weixin://wxpay/bizpayurl?pr=" + o.Prepay}, nil
	case "h5":
		return map[string]string{"h5_url": "https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=" + o.Prepay + "&package=1"}, nil
	case "codepay":
		return w.charge(c, o, in.Payer.AuthCode)
	}
	return map[string]string{"prepay_id": o.Prepay}, nil
}

// charge takes the money of a payment code by its last two digits: 01 asks for
// the password, 02 lacks money, 03 is expired; all others pay.
func (w *wechat) charge(c *wxCall, o Order, authCode string) (any, error) {
	var refusal *wxError
	var to State
	switch authCode[max(0, len(authCode)-2):] {
	case "01":
		to, refusal = Typing, wxFault(202, "USERPAYING", "需要用户输入支付密码")
	case "02":
		to, refusal = Failed, wxFault(403, "NOT_ENOUGH", "用户余额不足")
	case "03":
		to, refusal = Failed, wxFault(400, "AUTH_CODE_EXPIRED", "用户的付款码已过期")
	}
	if refusal != nil {
		_, err := w.g.change(c.Context(), o.Number, func(o *Order, _ bool) bool {
			open := o.State == Open
			if open {
				o.State = to
			}
			return open
		})
		return nil, errors.Join(err, refusal)
	}
	o, err := w.g.Pay(c.Context(), o.Number, Drop) // the answer tells, nobody is notified
	if err != nil {
		return nil, err
	}
	return w.told(o, c.fault), nil
}
