package outgoing_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment/internal/outgoing"
)

// Payments at the same time do not open a connection each, again and again.
func TestConnectionsAreKept(t *testing.T) {
	const atOnce, rounds = 16, 5
	var mu sync.Mutex
	clients := map[string]bool{}
	var arrived sync.WaitGroup
	gateway := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		clients[r.RemoteAddr] = true
		mu.Unlock()
		arrived.Done()
		arrived.Wait() // all are here at the same time
	}))
	defer gateway.Close()
	c := http.Client{Transport: outgoing.Transport()}
	for range rounds {
		arrived.Add(atOnce)
		var wg sync.WaitGroup
		for range atOnce {
			wg.Go(func() {
				res, err := c.Get(gateway.URL)
				if err == nil {
					err = res.Body.Close()
				}
				if err != nil {
					t.Error(err)
					arrived.Done()
				}
			})
		}
		wg.Wait()
	}
	require.LessOrEqual(t, len(clients), 2*atOnce, "of %d calls", rounds*atOnce)
}
