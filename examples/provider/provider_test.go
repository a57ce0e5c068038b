package provider

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
)

var _ payment.Provider = (*Gateway)(nil)

const secret = "a secret of the example"

// open puts the provider before the simulated gateway, which can be told to fail.
func open(t *testing.T) paytest.Kit {
	var mu sync.Mutex
	at, notices := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC), []paytest.Notice(nil)
	now := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return at
	}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	gateway, err := paytest.NewGateway(paytest.NewBooks(), paytest.Config{NotifyURL: server.URL + "/notify", Secret: secret, Now: now})
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
	return paytest.Kit{
		Provider: &Gateway{URL: server.URL, Merchant: "m1", Secret: secret, HTTP: &http.Client{Timeout: time.Second}, Now: now},
		Gateway:  gateway, AppID: "wx1", OpenID: "o1", Merchant: "m1", Now: now, Down: server.Close,
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
	}
}

func TestProvider(t *testing.T) {
	t.Parallel()
	paytest.RunProvider(t, open)
}

// TestLength: what a host has to write is less than 120 lines of code.
func TestLength(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("provider.go")
	require.NoError(t, err)
	n := 0
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "//") {
			n++
		}
	}
	require.Less(t, n, 120)
}
