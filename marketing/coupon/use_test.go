package coupon_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/order"
)

// TestUse: what takes a coupon, what refuses it, and what a quote tells about it.
func TestUse(t *testing.T) {
	each(t, func(w *world) {
		ctx, who := w.Context(), buyer(1)
		c := w.claim(who, w.off)
		percent := w.claim(who, w.template(coupon.Draft{Promise: coupon.Promise{Percent: true, Min: 1250, Max: 1250, Most: 200}, Total: 9}).ID)
		branch := w.claim(who, w.template(coupon.Draft{Promise: coupon.Promise{Scope: []coupon.Ref{{Kind: coupon.Category, ID: w.tree}}}, Total: 9}).ID)
		cups := w.claim(who, w.template(coupon.Draft{Promise: coupon.Promise{Scope: []coupon.Ref{{Kind: coupon.Goods, ID: w.cup}}}, Total: 9}).ID)
		two := w.claim(who, w.template(coupon.Draft{Promise: coupon.Promise{Shop: 2}, Total: 9}).ID)
		sent := w.claim(who, w.template(coupon.Draft{Promise: coupon.Promise{FreightOnly: true}, Total: 9}).ID)
		next := w.claim(who, w.template(coupon.Draft{Promise: coupon.Promise{Start: coupon.NextDay, Days: 1}, Total: 9}).ID)
		other := w.claim(buyer(2), w.off)

		q, err := w.Orders.Quote(ctx, who, want(w.tea, 1, c))
		require.NoError(w, err)
		require.Equal(w, mall.Money(700), q.Order.Payable)
		var usable []string
		for _, f := range q.Usable {
			usable = append(usable, f.Ref+"="+f.Amount.String())
		}
		require.ElementsMatch(w, []string{fmt.Sprint(c.ID, "=3.00"), fmt.Sprint(percent.ID, "=1.25"), fmt.Sprint(branch.ID, "=1.00")}, usable)
		q, err = w.Orders.Quote(ctx, who, want(w.tea, 4, percent))
		require.NoError(w, err)
		require.Equal(w, mall.Money(3800), q.Order.Payable, "an eighth of 40.00, at most 2.00")

		for _, x := range []struct {
			in     order.PlaceInput
			reason *mall.Error
		}{
			{want(w.cup, 1, c), coupon.ErrThreshold},
			{want(w.cup, 1, branch), coupon.ErrScope},
			{want(w.tea, 1, cups), coupon.ErrScope},
			{want(w.tea, 1, two), coupon.ErrShop},
			{want(w.tea, 1, sent), coupon.ErrNothing},
			{want(w.tea, 1, next), coupon.ErrEarly},
			{want(w.tea, 2, c, percent), coupon.ErrTooMany},
			{want(w.tea, 1, other), order.ErrNoCoupon},
			{want(w.tea, 1, &coupon.Coupon{Grant: coupon.Grant{ID: 999}}), order.ErrNoCoupon},
		} {
			_, err := w.Orders.Place(ctx, who, x.in)
			require.ErrorIs(w, err, x.reason)
			q, err := w.Orders.Quote(ctx, who, x.in)
			require.NoError(w, err)
			require.Equal(w, x.reason.Code, q.Refused[0].Reason.Code)
		}
		o := w.place(who, want(w.cup, 4, c, cups)) // 13.32, two coupons an order
		require.Equal(w, mall.Money(1332-300-100), o.Payable)
		require.Equal(w, []any{coupon.Used, o.ID}, []any{w.grant(c.ID).State, w.grant(c.ID).Order})
		_, err = w.Orders.Place(ctx, who, want(w.tea, 1, c))
		require.ErrorIs(w, err, coupon.ErrUsed)
		require.Equal(w, int64(1), w.counts(w.off)[2])
		w.Clock.Advance(72 * time.Hour)
		_, err = w.Orders.Place(ctx, who, want(w.tea, 1, percent))
		require.ErrorIs(w, err, coupon.ErrExpired, "no sweep has come by")
		require.Equal(w, coupon.Usable, w.grant(percent.ID).State)
		require.NoError(w, w.Sweep(ctx))
		require.Equal(w, coupon.Expired, w.grant(percent.ID).State)
		n, err := w.Coupons.SweepExpired(ctx, 100)
		require.NoError(w, err)
		require.Zero(w, n)
	})
}

// TestEveryExitGivesItBack: an order that ends unpaid or is refunded whole
// gives its coupon back with its old end; refunds of parts and used orders do not.
func TestEveryExitGivesItBack(t *testing.T) {
	each(t, func(w *world) {
		ctx, sys := w.Context(), mall.System()
		ref := func(o *order.Order) order.Ref { return order.Ref{ID: o.ID} }
		claim := func(who mall.Actor, o *order.Order, n int64) error {
			in := order.ClaimInput{}
			if n > 0 {
				in.Line, in.Qty = o.Lines[0].ID, n
			}
			c, err := w.Orders.Claim(ctx, who, ref(o), in)
			if err != nil {
				return err
			}
			return w.Orders.RefundClaim(ctx, sys, c.ID)
		}
		settled := func(err error) error {
			if err == nil {
				_, err = w.Payments.SweepRefunds(ctx, 100)
			}
			return err
		}
		for i, exit := range []struct {
			name string
			paid bool
			back bool
			do   func(who mall.Actor, o *order.Order) error
		}{
			{"cancelled", false, true, func(who mall.Actor, o *order.Order) error { return w.Orders.Cancel(ctx, who, ref(o), "") }},
			{"expired", false, true, func(mall.Actor, *order.Order) error {
				w.Clock.Advance(31 * time.Minute)
				_, err := w.Orders.SweepExpire(ctx, 100)
				return err
			}},
			{"invalid", false, true, func(_ mall.Actor, o *order.Order) error { return w.Orders.Invalidate(ctx, sys, ref(o), "") }},
			{"paid and invalid", true, true, func(_ mall.Actor, o *order.Order) error { return settled(w.Orders.Invalidate(ctx, sys, ref(o), "")) }},
			{"claimed whole", true, true, func(who mall.Actor, o *order.Order) error { return settled(claim(who, o, 0)) }},
			{"claimed in parts", true, true, func(who mall.Actor, o *order.Order) error {
				if err := settled(claim(who, o, 1)); err != nil {
					return err
				}
				require.Equal(w, coupon.Used, w.grant(mall.ID(mustID(w, o))).State, "a part is not the whole")
				return settled(claim(who, o, 1))
			}},
			{"returned", true, true, func(_ mall.Actor, o *order.Order) error { return settled(w.Orders.Return(ctx, sys, ref(o), "")) }},
			{"refunded by the buyer", true, true, func(who mall.Actor, o *order.Order) error {
				_, _, err := w.Orders.RefundRest(ctx, who, ref(o), order.RefundInput{})
				return settled(err)
			}},
			{"claimed by half", true, false, func(who mall.Actor, o *order.Order) error { return settled(claim(who, o, 1)) }},
			{"sent", true, false, func(_ mall.Actor, o *order.Order) error {
				return w.Orders.Ship(ctx, sys, ref(o), order.ShipInput{Action: order.ShipSend, Name: "顺丰", Tracking: "SF1"})
			}},
		} {
			who := buyer(i)
			w.rich(who, 10_000, 0)
			c := w.claim(who, w.off)
			o := w.place(who, want(w.tea, 2, c))
			if exit.paid {
				w.pay(who, o)
			}
			w.Clock.Advance(time.Minute)
			require.NoError(w, exit.do(who, o), exit.name)
			g := w.grant(c.ID)
			if !exit.back {
				require.Equal(w, coupon.Used, g.State, exit.name)
				continue
			}
			require.Equal(w, []any{coupon.Usable, mall.ID(0), c.End}, []any{g.State, g.Order, g.End}, exit.name)
			require.NoError(w, w.Coupons.Release(ctx, o.ID), "again changes nothing")
			o = w.place(who, want(w.tea, 1, c))
			require.NoError(w, w.store(func(ctx context.Context) error { return w.Coupons.Release(ctx, o.ID-1) }))
			require.Equal(w, coupon.Used, w.grant(c.ID).State, "another order's end is no reason")
		}
	})
}

func (w *world) store(fn func(ctx context.Context) error) error { return w.Store.Do(w.Context(), fn) }

// mustID is the coupon that an order used.
func mustID(w *world, o *order.Order) int64 {
	gs, err := w.Store.Coupons().GrantsOf(w.Context(), o.ID)
	require.NoError(w, err)
	require.Len(w, gs, 1)
	return int64(gs[0].ID)
}

// TestFreeOrder: a coupon that pays for all makes an order without money, and
// comes back when all of it does.
func TestFreeOrder(t *testing.T) {
	each(t, func(w *world) {
		who := buyer(1)
		c := w.claim(who, w.template(coupon.Draft{Promise: coupon.Promise{Min: 99_999, Max: 99_999}, Total: 1}).ID)
		o := w.place(who, want(w.cup, 3, c))
		require.Equal(w, []any{mall.Money(0), order.Paid}, []any{o.Payable, o.Pay})
		require.NoError(w, w.Orders.Invalidate(w.Context(), mall.System(), order.Ref{ID: o.ID}, ""))
		require.Equal(w, coupon.Usable, w.grant(c.ID).State)
	})
}

// TestOneCoupon: parallel checkouts, gifts and merges of one coupon.
func TestOneCoupon(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		anna, bert := w.Buyer(w.Register("anna")), w.Buyer(w.Register("bert"))
		rule, err := w.Coupons.SaveMergeRule(ctx, mall.System(), coupon.MergeRule{Name: "2→1", Open: true,
			Inputs: []coupon.Part{{Template: w.off, Qty: 2}}, Outputs: []coupon.Part{{Template: w.off, Qty: 1}}})
		require.NoError(w, err)
		for _, kinds := range [][]string{{"use"}, {"use", "give"}, {"use", "merge"}, {"give", "merge"}, {"use", "give", "merge"}} {
			a, b := w.claim(anna, w.off), w.claim(anna, w.off)
			won := w.race(12, func(i int) error {
				switch kinds[i%len(kinds)] {
				case "give":
					return w.Coupons.Give(ctx, anna, a.ID, coupon.Receiver{Account: bert.Account})
				case "merge":
					_, err := w.Coupons.Merge(ctx, anna, rule.ID, []mall.ID{b.ID, a.ID})
					return err
				}
				_, err := w.Orders.Place(ctx, anna, want(w.tea, 1, a))
				return err
			})
			require.Equal(w, 1, won, "%v", kinds)
			g := w.grant(a.ID)
			require.True(w, g.State != coupon.Usable || g.Account == bert.Account)
			require.Equal(w, g.State == coupon.Merged, w.grant(b.ID).State == coupon.Merged, "all or none")
		}
	})
}

// TestSplitCheckout: of a checkout over two shops each order takes the coupon
// that is good for it.
func TestSplitCheckout(t *testing.T) {
	each(t, func(w *world) {
		ctx, who := w.Context(), buyer(1)
		any, far := w.claim(who, w.off), w.claim(who, w.template(coupon.Draft{Promise: coupon.Promise{Shop: 2}, Total: 9}).ID)
		both := func(cs ...*coupon.Coupon) order.PlaceInput {
			in := want(w.tea, 1, cs...)
			in.Lines, in.Split = append(in.Lines, order.WantLine{Goods: w.far, Qty: 1}), true
			return in
		}
		for _, in := range []order.PlaceInput{both(any, far), both(far, any)} {
			o := w.place(who, in)
			parts, err := w.Orders.PartsOf(ctx, o)
			require.NoError(w, err)
			require.Equal(w, []mall.Money{700, 100}, []mall.Money{parts[0].Payable, parts[1].Payable})
			require.Equal(w, mall.Money(800), o.Payable)
			require.NoError(w, w.Orders.Cancel(ctx, who, order.Ref{ID: o.ID}, ""))
		}
		third := w.claim(who, w.off)
		_, err := w.Orders.Place(ctx, who, both(any, far, third))
		require.ErrorIs(w, err, order.ErrOffer, "10.00 takes one, 2.00 is too little")
		require.Equal(w, coupon.Usable, w.grant(any.ID).State)
	})
}

// TestErase: an erased account's coupons end; what it used stays in the books.
func TestErase(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		anna := w.Buyer(w.Register("anna"))
		used, kept := w.claim(anna, w.off), w.claim(anna, w.off)
		o := w.place(anna, want(w.tea, 1, used))
		_, err := w.Payments.PayFromWallet(ctx, anna, payOrder(o.ID), "")
		require.Error(w, err, "no money, no order")
		exported, err := w.Auth.Export(ctx, anna, anna.Account)
		require.NoError(w, err)
		require.Len(w, exported["coupons"], 2)
		require.Equal(w, mall.State, mall.KindOf(w.Auth.Erase(ctx, anna, anna.Account)))
		require.NoError(w, w.Orders.Cancel(ctx, anna, order.Ref{ID: o.ID}, ""))
		require.NoError(w, w.Auth.Erase(ctx, anna, anna.Account))
		require.Equal(w, coupon.Expired, w.grant(kept.ID).State)
	})
}
