package apitest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/payment/operator"
)

// WithO2O is the Option that mounts the O2O mini program's API beside the others.
func WithO2O(_ *httpadapter.Ports, _ *httpadapter.Config, web *httpadapter.AdapterConfig) {
	web.Enable = []mall.Face{mall.FaceWXAPI, mall.FaceManager, mall.FaceO2O}
}

// Centre2 makes a second operating centre with AppID2 and an account of its own
// at the payment gateway, and gives its number.
func (k *Kit) Centre2() mall.ID {
	k.t.Helper()
	id, err := k.Operators.Save(k.t.Context(), mall.System(), operator.Operator{Name: "二号运营中心", AppID: AppID2, Merchants: map[string]string{"wxpay": "1900000002"}})
	require.NoError(k.t, err)
	return id
}

// Mini is a mini program that speaks to the O2O API as WeChat lets it: with
// the Referer of its appid.
type Mini struct {
	*Kit
	AppID string
	Token string
}

// Mini is a visitor of a mini program who is signed in as an openid, or with
// an empty one not at all.
func (k *Kit) Mini(appid, openid string) *Mini {
	k.t.Helper()
	m := &Mini{Kit: k, AppID: appid}
	if openid != "" {
		m.Token = m.Call("POST", "/wxLogin", Fields{"code": "sandbox:" + openid}).OK(k.t).Get("token")
		require.NotEmpty(k.t, m.Token)
	}
	return m
}

// LoginMobile binds the openid to the account of a number by a code.
func (m *Mini) LoginMobile(mobile string) Envelope {
	m.t.Helper()
	m.Call("POST", "/sms/verify_code", Fields{"mobile": mobile}).OK(m.t)
	return m.Call("POST", "/login", Fields{"mobile": mobile, "verify_code": m.Ports.Last(mobile)})
}

// Call sends a request below /api/user with the token, unless the fields name
// another one.
func (m *Mini) Call(verb, path string, f Fields) Envelope {
	m.t.Helper()
	e, err := m.Send(verb, path, f)
	require.NoError(m.t, err, "%s %s", verb, path)
	return e
}

// Send is Call for other goroutines than the test's.
func (m *Mini) Send(verb, path string, f Fields) (Envelope, error) {
	vs := url.Values{}
	if m.Token != "" {
		vs.Set("token", m.Token)
	}
	for name, v := range f {
		vs.Set(name, v)
	}
	req, err := m.request(verb, "/api/user"+path, vs)
	if err != nil {
		return Envelope{}, err
	}
	if m.AppID != "" {
		req.Header.Set("Referer", "https://servicewechat.com/"+m.AppID+"/1/page-frame.html")
	}
	return m.Do(req)
}

// Do sends any request and reads an envelope of the O2O API; an answer that is
// none is an error.
func (m *Mini) Do(req *http.Request) (Envelope, error) {
	var in struct {
		Code      *int            `json:"code"`
		Message   *string         `json:"message"`
		Data      json.RawMessage `json:"data"`
		Timestamp int64           `json:"timestamp"`
	}
	e, err := m.answer(req, &in)
	if err != nil {
		return e, err
	}
	if in.Code == nil || in.Message == nil || in.Timestamp == 0 || (*in.Code == 0) != strings.HasPrefix(string(in.Data), "{") {
		return e, errNoEnvelope(e)
	}
	e.Code, e.Msg, e.Data = *in.Code, *in.Message, in.Data
	return e, nil
}

// Page opens the page that leads to another mini program, and gives its status
// and text.
func (m *Mini) Page(f Fields) (int, string) {
	m.t.Helper()
	vs := url.Values{}
	for name, v := range f {
		vs.Set(name, v)
	}
	res, err := m.Server.Client().Get(m.Server.URL + "/miniprogram_bridge/pay?" + vs.Encode())
	require.NoError(m.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(m.t, err)
	return res.StatusCode, string(b)
}
