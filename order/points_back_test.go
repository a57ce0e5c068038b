package order_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/order"
)

// spent is what an order keeps of its buyer's points by the ledger.
func (w *world) spent(t *rapid.T, who mall.Actor, o *order.Order) (used, back int64) {
	list, err := w.store.Points().Logs(t.Context(), who.Account, points.Points, mall.Page{Limit: mall.MaxLimit})
	require.NoError(t, err)
	for _, e := range list.Items {
		switch {
		case e.Order != o.ID:
		case e.Kind == points.KindRefund:
			back += e.Change
		default:
			used -= e.Change
		}
	}
	return used, back
}

// TestPartialRefundsGiveAllPointsBack: whatever pieces are refunded in whatever
// steps, for all or a part of their money, the points that come back are the
// frozen shares of the pieces, never more than were used, and exactly those
// when the last piece is gone. Then nothing more comes back, and the order is
// refunded, not before.
func TestPartialRefundsGiveAllPointsBack(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx, pieces, n := t.Context(), int64(100_000), 0
		ids, err := w.catalog.Import(ctx, mall.System(), []catalog.Draft{{Goods: catalog.Goods{Name: "for points", OnSale: true, AfterSale: []int{0}},
			SKUs: []catalog.SKUDraft{{Score: 7, Stock: &pieces}}}})
		require.NoError(t, err)
		rapid.Check(t, func(rt *rapid.T) {
			n++
			who := buyer(5000 + n)
			w.rich(t, who, 100_000, 1_000)
			w.restock(t, w.tea)
			w.restock(t, w.cup)
			in := order.PlaceInput{Address: home, Deduction: rapid.Int64Range(0, 300).Draw(rt, "deduction")}
			for _, g := range rapid.SliceOfNDistinct(rapid.SampledFrom([]mall.ID{w.tea, w.cup, ids[0]}), 1, 3, rapid.ID[mall.ID]).Draw(rt, "goods") {
				in.Lines = append(in.Lines, order.WantLine{Goods: g, Qty: rapid.Int64Range(1, 5).Draw(rt, "qty")})
			}
			o, err := w.orders.Place(ctx, who, in)
			require.NoError(rt, err)
			if o.Pay != order.Paid {
				require.NoError(rt, w.pay(ctx, who, o.ID))
			}
			var all, frozen int64
			left := map[mall.ID]int64{}
			for _, l := range w.get(t, o.ID).Lines {
				all += l.Points + l.Deducted
				left[l.ID] = l.Qty
			}
			full := rapid.Bool().Draw(rt, "in full")
			for {
				now := w.get(t, o.ID)
				var open []order.Line
				for _, l := range now.Lines {
					if left[l.ID] > 0 {
						open = append(open, l)
					}
				}
				used, back := w.spent(rt, who, o)
				require.Equal(rt, all, used)
				require.Equal(rt, frozen, back)
				if len(open) == 0 {
					break
				}
				require.NotEqual(rt, order.Refunded, now.Pay, "pieces are left that points were paid for")
				l := rapid.SampledFrom(open).Draw(rt, "line")
				claim := order.ClaimInput{Line: l.ID, Qty: rapid.Int64Range(1, left[l.ID]).Draw(rt, "pieces")}
				if some := mall.Money(1); !full && l.Payable > 0 {
					claim.Amount = &some
				}
				c, err := w.orders.Claim(ctx, who, order.Ref{ID: o.ID}, claim)
				require.NoError(rt, err)
				require.NoError(rt, w.orders.RefundClaim(ctx, staff, c.ID))
				before := l.Qty - left[l.ID]
				frozen += int64(mall.Portion(mall.Money(l.Points+l.Deducted), before, before+claim.Qty, l.Qty))
				left[l.ID] -= claim.Qty
			}
			require.Equal(rt, all, frozen, "the shares add up to the whole")
			require.Equal(rt, int64(1_000), w.score(t, who))
			_, err = w.orders.Claim(ctx, who, order.Ref{ID: o.ID}, order.ClaimInput{})
			require.Error(rt, err)
			require.Error(rt, w.orders.Return(ctx, staff, order.Ref{ID: o.ID}, ""))
			if full {
				require.Equal(rt, order.Refunded, w.get(t, o.ID).Pay)
				require.Equal(rt, mall.Money(100_000), w.balance(t, who))
			}
		})
	})
}
