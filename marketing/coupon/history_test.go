package coupon_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/order"
)

// history is what two accounts do with their coupons and orders.
type history struct {
	*world
	rt      *rapid.T
	who     [2]mall.Actor
	plain   mall.ID // 3.00 off 10.00, three an account
	made    mall.ID // what two plain ones become
	rule    mall.ID
	orders  []mall.ID
	coupons []mall.ID
	money   mall.Money // of both at the start
}

// TestRandomHistories: whatever is tried in whatever order, as many coupons are
// there as were issued, no account claims too many, a coupon is used exactly as
// long as the order that it was used by stands, and every fen is accounted for.
func TestRandomHistories(t *testing.T) {
	each(t, func(w *world) {
		anna, bert := w.Buyer(w.Register("anna")), w.Buyer(w.Register("bert"))
		w.rich(anna, 100_000_000, 0)
		w.rich(bert, 100_000_000, 0)
		rapid.Check(w.T, func(rt *rapid.T) {
			h := &history{world: w, rt: rt, who: [2]mall.Actor{anna, bert}}
			h.plain = w.template(coupon.Draft{Terms: coupon.Terms{PerAccount: 3}, Promise: coupon.Promise{Min: 300, Max: 300, Threshold: 1000}, Total: 8}).ID
			h.made = w.template(coupon.Draft{Promise: coupon.Promise{Percent: true, Min: 5000, Max: 5000, Most: 600}, Total: 2}).ID
			r, err := w.Coupons.SaveMergeRule(w.Context(), mall.System(), coupon.MergeRule{Name: "2→1", Open: true,
				Inputs: []coupon.Part{{Template: h.plain, Qty: 2}}, Outputs: []coupon.Part{{Template: h.made, Qty: 1}}})
			require.NoError(rt, err)
			h.rule, h.money = r.ID, h.balance()
			for range rapid.IntRange(4, 20).Draw(rt, "steps") {
				err := h.step()
				require.True(rt, err == nil || mall.Refused(err), "%v", err)
				_, err = w.Payments.SweepRefunds(w.Context(), 100)
				require.NoError(rt, err)
			}
			h.books()
		})
	})
}

func (h *history) coupon() mall.ID {
	if len(h.coupons) == 0 {
		return 999_999
	}
	return rapid.SampledFrom(h.coupons).Draw(h.rt, "coupon")
}

func (h *history) order() order.Ref {
	if len(h.orders) == 0 {
		return order.Ref{ID: 999_999}
	}
	return order.Ref{ID: rapid.SampledFrom(h.orders).Draw(h.rt, "order")}
}

func (h *history) step() error {
	ctx, who := h.Context(), rapid.SampledFrom(h.who[:]).Draw(h.rt, "who")
	switch rapid.SampledFrom([]string{"claim", "claim", "issue", "place", "place", "place", "pay", "cancel", "expire", "refund", "part", "give", "merge", "later"}).Draw(h.rt, "step") {
	case "claim":
		c, err := h.Coupons.Claim(ctx, who, h.plain, "")
		if err == nil {
			h.coupons = append(h.coupons, c.ID)
		}
		return err
	case "issue":
		gs, err := h.Coupons.IssueTo(ctx, mall.System(), h.plain, []mall.ID{who.Account})
		if err == nil {
			h.coupons = append(h.coupons, gs[0].ID)
		}
		return err
	case "place":
		in := want(h.tea, rapid.Int64Range(1, 3).Draw(h.rt, "n"), &coupon.Coupon{Grant: coupon.Grant{ID: h.coupon()}})
		o, err := h.Orders.Place(ctx, who, in)
		if err == nil {
			h.orders = append(h.orders, o.ID)
		}
		return err
	case "pay":
		ref := h.order()
		_, err := h.Payments.PayFromWallet(ctx, who, payOrder(ref.ID), "")
		return err
	case "cancel":
		return h.Orders.Cancel(ctx, who, h.order(), "")
	case "expire":
		h.Clock.Advance(31 * time.Minute)
		_, err := h.Orders.SweepExpire(ctx, 100)
		return err
	case "refund":
		return h.Orders.Invalidate(ctx, mall.System(), h.order(), "")
	case "part":
		ref := h.order()
		o, err := h.Orders.Get(ctx, mall.System(), ref)
		if err != nil {
			return err
		}
		c, err := h.Orders.Claim(ctx, who, ref, order.ClaimInput{Line: o.Lines[0].ID, Qty: 1})
		if err != nil {
			return err
		}
		return h.Orders.RefundClaim(ctx, mall.System(), c.ID)
	case "give":
		return h.Coupons.Give(ctx, who, h.coupon(), coupon.Receiver{Account: rapid.SampledFrom(h.who[:]).Draw(h.rt, "to").Account})
	case "merge":
		made, err := h.Coupons.Merge(ctx, who, h.rule, []mall.ID{h.coupon(), h.coupon()})
		if err == nil {
			h.coupons = append(h.coupons, made[0].ID)
		}
		return err
	}
	h.Clock.Advance(25 * time.Hour)
	_, err := h.Coupons.SweepExpired(ctx, 100)
	return err
}

// books compares coupons, counters and orders.
func (h *history) books() {
	ctx, repo := h.Context(), h.Store.Coupons()
	users, claims := map[mall.ID]mall.ID{}, map[mall.ID]int64{}
	for template, total := range map[mall.ID]int64{h.plain: 8, h.made: 2} {
		list, err := repo.ListGrants(ctx, coupon.GrantFilter{Template: template}, mall.Page{Limit: mall.MaxLimit})
		require.NoError(h.rt, err)
		used := int64(0)
		for _, g := range list.Items {
			require.Equal(h.rt, g.State == coupon.Used, g.Order != 0)
			if g.Order != 0 {
				require.Zero(h.rt, users[g.Order], "one coupon an order")
				users[g.Order] = g.ID
				used++
			}
			if g.Source == coupon.Claimed && g.From == 0 {
				claims[g.Account]++
			}
		}
		require.Equal(h.rt, [3]int64{total - list.Total, list.Total, used}, h.counts(template))
	}
	for _, n := range claims {
		require.LessOrEqual(h.rt, n, int64(3))
	}
	var kept mall.Money
	for _, id := range h.orders {
		o, err := h.Orders.Get(ctx, mall.System(), order.Ref{ID: id})
		require.NoError(h.rt, err)
		over := o.Pay == order.Unpaid && o.End != order.Open || o.Pay == order.Refunded
		require.Equal(h.rt, over, users[id] == 0, "%v", o.State)
		require.Positive(h.rt, o.Cut(coupon.SourceName))
		if kept += o.Paid - o.Refunded; o.Pay == order.Refunded {
			require.Equal(h.rt, o.Paid, o.Refunded, "the shares of the reduced price add up to it")
		}
	}
	require.Equal(h.rt, h.money-kept, h.balance())
}

// balance is the money of both accounts.
func (h *history) balance() (sum mall.Money) {
	for _, who := range h.who {
		a, err := h.Wallets.Amounts(h.Context(), who.Account)
		require.NoError(h.rt, err)
		sum += a.Balance
	}
	return sum
}
