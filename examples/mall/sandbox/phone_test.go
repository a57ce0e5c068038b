package sandbox

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/cms/weather"
)

func TestThePhoneAgrees(t *testing.T) {
	t.Parallel()
	s := &Sandbox{log: slog.New(slog.DiscardHandler)}
	p := Phone{Public: "https://shop.example"}
	require.Equal(t, "https://shop.example/sandbox/wechat?state=S1", p.Address("S1"))

	w := httptest.NewRecorder()
	s.phone(w, httptest.NewRequest("GET", "/sandbox/wechat?"+url.Values{"state": {`"><script>`}, "openid": {`'"<b>`}}.Encode(), nil))
	require.Contains(t, w.Body.String(), "Scan and confirm")
	require.NotContains(t, w.Body.String(), "<script>")
	require.NotContains(t, w.Body.String(), "<b>")

	agree := func(openid string) (code string) {
		t.Helper()
		w := httptest.NewRecorder()
		s.agree(w, httptest.NewRequest("GET", "/sandbox/wechat/agree?"+url.Values{"state": {"//evil.example"}, "openid": {openid}}.Encode(), nil))
		require.Equal(t, http.StatusFound, w.Code)
		to, err := url.Parse(w.Header().Get("Location"))
		require.NoError(t, err)
		require.Equal(t, []string{"", "/users/wechatCallBack", "//evil.example"}, []string{to.Host, to.Path, to.Query().Get("state")})
		return to.Query().Get("code")
	}
	code := agree("o1")
	require.NotEqual(t, code, agree("o1"), "a code each time")
	who, err := p.Person(t.Context(), code)
	require.NoError(t, err)
	require.Equal(t, []string{wechat.ProviderWeb, WebAppID, "o1"}, []string{who.Identity.Provider, who.Identity.AppID, who.Identity.OpenID})
	for _, bad := range []string{"", "sandbox:o1", "sandbox:x:", "other:x:o1", agree("")} {
		_, err = p.Person(t.Context(), bad)
		require.ErrorIs(t, err, wechat.ErrCode, bad)
	}
	inTx := context.WithValue(t.Context(), mall.TxKey{}, 1)
	_, err = p.Person(inTx, code)
	require.ErrorIs(t, err, errInTx)
	_, err = Weather{}.Report(inTx, weather.Account{}, "")
	require.ErrorIs(t, err, errInTx)
}

func TestTheWeatherIsTheSameForAll(t *testing.T) {
	t.Parallel()
	good := weather.Account{Version: "v61", AppID: "1", Secret: "s"}
	one, err := Weather{}.Report(t.Context(), good, "南京")
	require.NoError(t, err)
	two, err := Weather{}.Report(t.Context(), good, "南京")
	require.NoError(t, err)
	require.Equal(t, one, two)
	require.Equal(t, "南京", one.City)
	require.NotEmpty(t, one.Wea)
	_, err = Weather{}.Report(t.Context(), weather.Account{AppID: "bad"}, "南京")
	require.ErrorIs(t, err, weather.ErrRefused)
}
