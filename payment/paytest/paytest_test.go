package paytest_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
)

const testSecret = "0123456789abcdef"

// open mounts a gateway and keeps what it notifies.
func open(t *testing.T) (paytest.Kit, *httptest.Server) {
	var mu sync.Mutex
	at := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	var notices []paytest.Notice
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return at
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	gateway, err := paytest.NewGateway(paytest.NewBooks(), paytest.Config{NotifyURL: server.URL + "/notify", Secret: testSecret, Now: now})
	require.NoError(t, err)
	mux.Handle("/sandbox/", gateway)
	mux.HandleFunc("POST /notify", func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		notices = append(notices, paytest.Notice{Header: payment.Header(r.Header), Body: body})
	})
	provider, err := paytest.NewProvider(paytest.ProviderConfig{BaseURL: server.URL, Secret: testSecret, MerchantID: "m1", HTTP: &http.Client{Timeout: time.Second}, Now: now})
	require.NoError(t, err)
	return paytest.Kit{
		Provider: provider, Gateway: gateway, AppID: "wx1", OpenID: "o1", Merchant: "m1", Now: now, Down: server.Close,
		Pass: func(d time.Duration) {
			mu.Lock()
			defer mu.Unlock()
			at = at.Add(d)
		},
		Pay: func(number string) error {
			o, err := gateway.Pay(t.Context(), number, "")
			if err == nil && o.State != paytest.Paid {
				err = errors.New(string(o.State))
			}
			return err
		},
		Notices: func() []paytest.Notice {
			mu.Lock()
			defer mu.Unlock()
			return notices
		},
	}, server
}

func TestProvider(t *testing.T) {
	t.Parallel()
	paytest.RunProvider(t, func(t *testing.T) paytest.Kit {
		kit, _ := open(t)
		return kit
	})
}

func TestPayRoute(t *testing.T) {
	t.Parallel()
	kit, server := open(t)
	pay := func(prepay, outcome string) (int, string) {
		res, err := http.PostForm(server.URL+"/sandbox/pay", url.Values{"prepay_id": {prepay}, "outcome": {outcome}})
		require.NoError(t, err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, strings.TrimSpace(string(body))
	}
	status, _ := pay("nobody's", "")
	require.Equal(t, http.StatusNotFound, status)
	for i, c := range []struct {
		outcome, answer string
		notices         int
	}{
		{"", `{"trade_state":"SUCCESS"}`, 1}, {"fail", `{"trade_state":"PAYERROR"}`, 1}, {"duplicate", `{"trade_state":"SUCCESS"}`, 3},
		{"wrong_amount", `{"trade_state":"NOTPAY"}`, 1}, {"bad_signature", `{"trade_state":"NOTPAY"}`, 1}, {"late", `{"trade_state":"SUCCESS"}`, 1},
	} {
		o, err := kit.Provider.Create(t.Context(), payment.Request{Number: "N" + string(rune('a'+i)), Amount: 5, Due: kit.Now().Add(time.Minute)})
		require.NoError(t, err)
		before := len(kit.Notices())
		status, answer := pay(o.Prepay, c.outcome)
		require.Equal(t, http.StatusOK, status, c.outcome)
		require.Equal(t, c.answer, answer, c.outcome)
		require.Len(t, kit.Notices(), before+c.notices, c.outcome)
	}
	o, err := kit.Provider.Create(t.Context(), payment.Request{Number: "LATE", Amount: 5, Due: kit.Now().Add(time.Minute)})
	require.NoError(t, err)
	kit.Pass(time.Hour)
	_, answer := pay(o.Prepay, "")
	require.Equal(t, `{"trade_state":"CLOSED"}`, answer)
	_, answer = pay(o.Prepay, "late")
	require.Equal(t, `{"trade_state":"SUCCESS"}`, answer)
}

func TestConfig(t *testing.T) {
	t.Parallel()
	_, err := paytest.NewGateway(paytest.NewBooks(), paytest.Config{NotifyURL: "http://x", Secret: "short"})
	require.ErrorContains(t, err, "Secret")
	_, err = paytest.NewGateway(nil, paytest.Config{Secret: testSecret})
	require.Error(t, err)
	_, err = paytest.NewProvider(paytest.ProviderConfig{Secret: testSecret})
	require.ErrorContains(t, err, "BaseURL")
	kit, server := open(t)
	stranger, err := paytest.NewProvider(paytest.ProviderConfig{BaseURL: server.URL, Secret: "another secret of mine", Now: kit.Now})
	require.NoError(t, err)
	r, err := stranger.Query(t.Context(), payment.Query{Number: "1"})
	require.NoError(t, err)
	require.Equal(t, payment.Unknown, r.Outcome, "an answer that cannot be verified is unknown")
}
