package order_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment"
)

// heavy puts goods on sale of which a piece costs 20.00 and comes for 8.00
// freight, 2.00 for each further one.
func (w *world) heavy(t testing.TB) mall.ID {
	t.Helper()
	freight, err := w.catalog.PutFreight(t.Context(), catalog.Freight{Name: "kd", Basis: catalog.ByPieces,
		Rules: []catalog.FreightRule{{FirstNumber: 1, First: 800, AddNumber: 1, Add: 200}}})
	require.NoError(t, err)
	n := int64(100)
	ids, err := w.catalog.Import(t.Context(), mall.System(), []catalog.Draft{{Goods: catalog.Goods{Name: "heavy", OnSale: true, Freight: freight, AfterSale: []int{0, 1, 2}},
		SKUs: []catalog.SKUDraft{{Price: 2000, Stock: &n}}}})
	require.NoError(t, err)
	return ids[0]
}

// freight sends freight back apart and demands what becomes of it.
func (w *world) freight(t testing.TB, who mall.Actor, id mall.ID, amount mall.Money, want error) {
	t.Helper()
	c, r, err := w.orders.RefundFreight(t.Context(), who, order.Ref{ID: id}, amount, "late")
	if want != nil {
		require.ErrorIs(t, err, want)
		return
	}
	require.NoError(t, err)
	require.Equal(t, []any{payment.RefundSucceeded, c.Amount}, []any{r.State, r.Amount})
}

// TestFreightApart: goods go back first, without freight, then the freight in
// two steps, then nothing is left; the way it was paid.
func TestFreightApart(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx, heavy := t.Context(), w.heavy(t)
		for n, way := range []string{"wallet", "gateway"} {
			who := buyer(n)
			w.rich(t, who, 10_000, 0)
			o := w.place(t, who, heavy, 2, w.tea, 1)
			require.Equal(t, []mall.Money{1000, 6000}, []mall.Money{o.Freight, o.Payable})
			left := mall.Money(4000)
			if way == "wallet" {
				require.NoError(t, w.pay(ctx, who, o.ID))
			} else {
				left = 10_000
				w.settle(t, w.open(t, who, o.ID))
			}
			w.freight(t, who, o.ID, 0, mall.ErrDenied)
			w.freight(t, buyer(9), o.ID, 0, order.ErrNoOrder)
			for _, l := range w.get(t, o.ID).Lines {
				goods, _ := l.Share(0, l.Qty)
				w.claimed(t, who, o.ID, order.ClaimInput{Line: l.ID, Amount: &goods})
			}
			_, err := w.payments.SweepRefunds(ctx, 10)
			require.NoError(t, err)
			got := w.get(t, o.ID)
			require.Equal(t, []any{mall.Money(5000), order.PhaseReceived, int64(0)}, []any{got.Refunded, w.phase(t, o.ID), got.OpenClaims}, way)

			w.freight(t, staff, o.ID, 1001, order.ErrClaimAmount)
			w.freight(t, staff, o.ID, -1, mall.ErrInvalid)
			w.freight(t, staff, o.ID, 300, nil)
			w.freight(t, staff, o.ID, 701, order.ErrClaimAmount)
			w.freight(t, staff, o.ID, 0, nil)
			require.Equal(t, []any{o.Payable, order.PhaseRefunded}, []any{w.get(t, o.ID).Refunded, w.phase(t, o.ID)}, way)

			w.freight(t, staff, o.ID, 0, order.ErrState)
			require.ErrorIs(t, w.orders.Return(ctx, staff, order.Ref{ID: o.ID}, ""), order.ErrReturned)
			_, err = w.orders.Claim(ctx, who, order.Ref{ID: o.ID}, order.ClaimInput{})
			require.Error(t, err)
			require.True(t, mall.Refused(err))
			refunds, err := w.payments.Refunds(ctx, payment.Order, o.ID)
			require.NoError(t, err)
			var wallet, gateway mall.Money
			for _, r := range refunds {
				wallet, gateway = wallet+r.Wallet, gateway+r.Gateway
			}
			require.Len(t, refunds, 4)
			if way == "wallet" {
				require.Equal(t, []mall.Money{6000, 0, left + 6000}, []mall.Money{wallet, gateway, w.balance(t, who)})
			} else {
				require.Equal(t, []mall.Money{0, 6000, left}, []mall.Money{wallet, gateway, w.balance(t, who)})
			}
		}
	})
}

// TestFreightBeforeThePieces: what went back as freight does not go back with
// the pieces again, whichever way these leave.
func TestFreightBeforeThePieces(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx, heavy, who := t.Context(), w.heavy(t), buyer(1)
		w.rich(t, who, 100_000, 0)
		for name, c := range map[string]struct {
			freight mall.Money
			leave   func(o *order.Order)
		}{
			"piece by piece": {400, func(o *order.Order) {
				for range 2 {
					w.claimed(t, who, o.ID, order.ClaimInput{Line: o.Lines[0].ID, Qty: 1})
				}
			}},
			"at once": {1000, func(o *order.Order) { w.claimed(t, who, o.ID, order.ClaimInput{}) }},
			"one line less": {1000, func(o *order.Order) {
				half := mall.Money(1500)
				w.claimed(t, who, o.ID, order.ClaimInput{Line: o.Lines[0].ID, Qty: 1, Amount: &half})
				rest := w.claimed(t, who, o.ID, order.ClaimInput{})
				require.Equal(t, mall.Money(2000), rest.Amount, "the goods of the other one")
				require.NoError(t, w.orders.Invalidate(ctx, staff, order.Ref{ID: o.ID}, "all of it"))
			}},
			"returned":    {300, func(o *order.Order) { require.NoError(t, w.orders.Return(ctx, staff, order.Ref{ID: o.ID}, "")) }},
			"invalidated": {300, func(o *order.Order) { require.NoError(t, w.orders.Invalidate(ctx, staff, order.Ref{ID: o.ID}, "x")) }},
		} {
			o := w.paidOrder(t, who, heavy, 2)
			w.freight(t, staff, o.ID, c.freight, nil)
			require.Equal(t, order.PhasePaid, w.phase(t, o.ID), "its pieces are still owed")
			c.leave(o)
			got := w.get(t, o.ID)
			require.Equal(t, []any{o.Payable, order.Refunded}, []any{got.Refunded, got.Pay}, name)
			require.Equal(t, mall.Money(100_000), w.balance(t, who), name)
		}
	})
}

// TestFreightOfFreeGoods: an order whose goods cost nothing is not turned into a
// refunded one that is still to be sent.
func TestFreightOfFreeGoods(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		heavy, who := w.heavy(t), buyer(1)
		w.rich(t, who, 10_000, 0)
		o := w.place(t, who, heavy, 1)
		require.NoError(t, w.orders.Reprice(t.Context(), staff, order.Ref{ID: o.ID}, order.PriceChange{Freight: 800}))
		w.freight(t, staff, o.ID, 0, order.ErrState)
		require.NoError(t, w.pay(t.Context(), who, o.ID))
		w.freight(t, staff, o.ID, 0, order.ErrState)
		w.freight(t, staff, o.ID, 799, nil)
		plain := w.paidOrder(t, who, w.tea, 1)
		w.freight(t, staff, plain.ID, 0, order.ErrNoFreight)
	})
}

// TestFreightOnce: of many at once, and beside a claim, one sends freight back.
func TestFreightOnce(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		heavy, who := w.heavy(t), buyer(1)
		w.rich(t, who, 10_000, 0)
		o := w.paidOrder(t, who, heavy, 2)
		claim, err := w.orders.Claim(t.Context(), who, order.Ref{ID: o.ID}, order.ClaimInput{Line: o.Lines[0].ID, Qty: 1})
		require.NoError(t, err)
		w.freight(t, staff, o.ID, 0, order.ErrClaimOpen)
		require.NoError(t, w.orders.Withdraw(t.Context(), who, claim.ID))
		errs := race(8, func(int) error {
			_, _, err := w.orders.RefundFreight(t.Context(), staff, order.Ref{ID: o.ID}, 0, "")
			return err
		})
		require.Equal(t, 1, won(t, errs))
		require.Equal(t, mall.Money(10_000-4000), w.balance(t, who))
	})
}
