package sandbox

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
)

const (
	// Provider is the name under which the sandbox gateway takes part: that of
	// the real one, so that clients need not know.
	Provider = "wxpay"
	// Secret signs the messages between shop and sandbox gateway. It is no
	// secret: whoever reaches the sandbox can play the payer anyway.
	Secret = "sandbox-gateway-no-real-money"
)

// Gateway mounts the payment gateway in this process and gives the provider
// that speaks to it over HTTP. self is the base URL of this very process, to
// which notices are sent as well. With another, the gateway at that URL is
// used instead.
func (s *Sandbox) Gateway(self, another string) (payment.Provider, error) {
	if another != "" {
		return paytest.NewProvider(paytest.ProviderConfig{BaseURL: another, Secret: Secret})
	}
	g, err := paytest.NewGateway(books{s.db}, paytest.Config{NotifyURL: self + "/notify/" + Provider, Secret: Secret})
	if err != nil {
		return nil, err
	}
	s.mux.Handle("POST /sandbox/gateway/", g)
	s.mux.HandleFunc("POST /sandbox/pay", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("outcome") == "late" {
			if err := s.letExpire(r.Context(), r.FormValue("prepay_id")); err != nil {
				s.fail(w, r, err)
				return
			}
		}
		g.ServeHTTP(w, r)
	})
	return paytest.NewProvider(paytest.ProviderConfig{BaseURL: self, Secret: Secret})
}

// letExpire makes the time run out for an open payment and for the orders it
// is meant for, and runs the sweeps that close both, so that nobody has to
// wait for the late payer.
func (s *Sandbox) letExpire(ctx context.Context, prepay string) error {
	var id int64
	query := s.shop("SELECT id FROM #payments WHERE prepay = $1 AND state IN ('created', 'pending')")
	switch err := s.db.SQL(ctx).QueryRowContext(ctx, query, prepay).Scan(&id); {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	past := s.now().Add(-time.Second).UnixMilli()
	err := s.db.Do(ctx, func(ctx context.Context) error {
		for _, statement := range []string{
			"UPDATE #orders SET due_at = $1 WHERE pay_state = 'unpaid' AND id IN (SELECT ref FROM #payment_parts WHERE purpose = 'order' AND payment_id = $2)",
			"UPDATE #payments SET due_at = $1, next_check_at = 0, leased_until = 0 WHERE id = $2",
		} {
			if _, err := s.db.SQL(ctx).ExecContext(ctx, s.shop(statement), past, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := s.svc.Orders.SweepExpire(ctx, sweepBatch); err != nil {
		return err
	}
	_, err = s.svc.Payments.SweepPayments(ctx, sweepBatch)
	return err
}

// shop writes the names of the shop's own tables, #name, with their prefix.
func (s *Sandbox) shop(query string) string { return strings.ReplaceAll(query, "#", s.db.Prefix) }
