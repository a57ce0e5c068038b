package httpadapter_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/postgres"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestSweepsShareTheWork: several sweepers of two shops, on PostgreSQL with pools of
// their own as two processes have them, find the same work at the same time.
// Every piece of it is done once.
func TestSweepsShareTheWork(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		store := storagetest.SQLite(t)
		sweepTogether(t, store, store)
	})
	t.Run("postgres", func(t *testing.T) {
		dsn := storagetest.PostgresDatabase(t)
		var stores [2]storage.Store
		for i := range stores {
			s, err := postgres.Open(t.Context(), dsn, &postgres.Options{Migrate: true})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
			stores[i] = s
		}
		sweepTogether(t, stores[0], stores[1])
	})
}

func sweepTogether(t *testing.T, one, two storage.Store) {
	ctx := t.Context()
	hour := func(context.Context) (time.Duration, error) { return time.Hour, nil }
	var ports httpadapter.Ports
	var cfg httpadapter.Config
	kit := apitest.New(t, one, func(p *httpadapter.Ports, c *httpadapter.Config, _ *httpadapter.AdapterConfig) {
		c.Order.ReceiveAfter, c.Order.ReviewAfter = hour, hour
		ports, cfg = *p, *c
	})
	other, err := httpadapter.Assemble(two, ports, cfg)
	require.NoError(t, err)

	l := &life{Kit: kit, t: t, ctx: ctx}
	l.stock()
	l.token = kit.Register("ann")
	l.who = kit.Buyer(l.token)
	l.score(1000)
	l.call("user/paypwd/set", apitest.Fields{"pwd": lifePayWord})
	l.recharge("1000")
	const n = 6
	moves := map[string]int{}
	var refunds []mall.ID
	for i := range n {
		l.place() // expires
		late, _ := l.place()
		l.gateway(late) // is closed at the gateway, then expires
		moves["expired"] += 2

		id, _ := l.place()
		l.pay(id)
		l.ship(id)
		moves["received"]++ // by itself, and is reviewed then
		moves["reviewed"]++

		id, _ = l.place()
		l.Settle(l.gateway(id))
		l.call("order/refundApply/apply", apitest.Fields{"orderId": id, "type": "0", "logisticsStatus": "0", "reason": "no"})
		claims, err := kit.Orders.ClaimsOf(ctx, mall.System(), l.ref(id))
		require.NoError(t, err)
		require.NoError(t, kit.Orders.RefundClaim(ctx, mall.System(), claims[0].ID))
		refunds = append(refunds, l.ref(id).ID)
		moves["refunded"]++
		for _, s := range []*httpadapter.Services{kit.Services, other} {
			s.Catalog.CountSales(l.goods[0], 1, int64(i))
			s.Catalog.CountView(l.goods[0])
		}
	}
	sold, err := kit.Catalog.Get(ctx, l.goods[0])
	require.NoError(t, err)
	require.Zero(t, sold.Sells, "nothing is flushed yet")

	for range 4 {
		kit.Clock.Advance(61 * time.Minute)
		errs := make([]error, 6)
		var wg sync.WaitGroup
		gate := make(chan struct{})
		for i := range errs {
			wg.Go(func() {
				<-gate
				errs[i] = []*httpadapter.Services{kit.Services, other}[i%2].Sweep(ctx)
			})
		}
		close(gate)
		wg.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
	}

	for move, times := range moves {
		done := storagetest.Texts(t, one, fmt.Sprintf("SELECT order_id FROM {order_logs} WHERE move = '%s'", move))
		require.Len(t, done, times, move)
	}
	for _, id := range refunds {
		rs, err := kit.Payments.Refunds(ctx, payment.Order, id)
		require.NoError(t, err)
		require.Len(t, rs, 1)
		require.Equal(t, payment.RefundSucceeded, rs[0].State)
	}
	var back, asked int
	for _, o := range kit.Books.All() {
		back += len(o.Refunds)
		require.LessOrEqual(t, len(o.Refunds), 1)
		asked++
	}
	require.Equal(t, n, back)
	require.Equal(t, 2*n+1, asked)
	eventsFitBooks(t, one)
	sold, err = kit.Catalog.Get(ctx, l.goods[0])
	require.NoError(t, err)
	require.Equal(t, int64(n+n+2*n), sold.Orders, "paid by balance, paid at the gateway, noted by hand")
	require.Equal(t, int64(2*n), sold.Views)
	balance, frozen, err := one.Wallets().Sum(ctx, l.who.Account)
	require.NoError(t, err)
	amounts, err := kit.Wallets.Amounts(ctx, l.who.Account)
	require.NoError(t, err)
	require.Equal(t, [2]mall.Money{balance, frozen}, [2]mall.Money{amounts.Balance, amounts.Frozen})
	counts, err := kit.Orders.Counts(ctx, l.who, order.Filter{})
	require.NoError(t, err)
	require.Equal(t, map[order.Phase]int64{order.PhaseExpired: 2 * n, order.PhaseReviewed: n, order.PhaseRefunded: n}, counts)
}

// gateway opens a payment of the whole price at the gateway.
func (l *life) gateway(id string) (prepay string) {
	o, err := l.Orders.Get(l.ctx, l.who, l.ref(id))
	l.ok(err)
	return l.call("pay/wx/wxapp", apitest.Fields{"money": o.Payable.String(), "openid": lifeOpenID, "nextAction": `{"type":0,"id":"` + id + `"}`}).Get("package")
}
