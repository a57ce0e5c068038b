package coupon_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func TestGive(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		anna, bert := w.Buyer(w.Register("anna")), w.Buyer(w.Register("bert"))
		carl, err := w.Auth.Create(ctx, mall.System(), auth.NewAccount{Registration: auth.Registration{Username: "carl", Password: "secret1", Mobile: "13800000001"}})
		require.NoError(w, err)
		c := w.claim(anna, w.off)
		give := func(who mall.Actor, to coupon.Receiver) error { return w.Coupons.Give(ctx, who, c.ID, to) }
		require.ErrorIs(w, give(bert, coupon.Receiver{Account: anna.Account}), coupon.ErrNone)
		for _, to := range []coupon.Receiver{{}, {Account: 999_999}, {Account: anna.Account}, {Mobile: "13800000009"}} {
			require.ErrorIs(w, give(anna, to), coupon.ErrReceiver)
		}
		require.NoError(w, give(anna, coupon.Receiver{Mobile: "13800000001"}))
		g := w.grant(c.ID)
		require.Equal(w, []any{carl.ID, anna.Account, c.End}, []any{g.Account, g.From, g.End})
		require.ErrorIs(w, give(anna, coupon.Receiver{Account: bert.Account}), coupon.ErrNone, "it is not hers any more")
		_, err = w.Orders.Place(ctx, anna, want(w.tea, 1, c))
		require.Error(w, err)
		require.Equal(w, mall.Money(700), w.place(mall.Actor{Account: carl.ID, Face: mall.FaceWXAPI}, want(w.tea, 1, c)).Payable)
		require.ErrorIs(w, w.Coupons.Give(ctx, mall.Actor{Account: carl.ID}, c.ID, coupon.Receiver{Account: bert.Account}), coupon.ErrUsed)
		old := w.claim(bert, w.off)
		w.Clock.Advance(72 * time.Hour)
		require.ErrorIs(w, w.Coupons.Give(ctx, bert, old.ID, coupon.Receiver{Account: anna.Account}), coupon.ErrExpired)
		last := w.claim(anna, w.off)
		for i := range 7 {
			require.ErrorIs(w, w.Coupons.Give(ctx, anna, last.ID, coupon.Receiver{}), []error{coupon.ErrReceiver, coupon.ErrTries}[i/6])
		}
	}, func(_ *httpadapter.Ports, c *httpadapter.Config, _ *httpadapter.AdapterConfig) { c.Coupon.Gifts = 6 })
}

func TestMerge(t *testing.T) {
	each(t, func(w *world) {
		ctx, who := w.Context(), buyer(1)
		big := w.template(coupon.Draft{Promise: coupon.Promise{Min: 900, Max: 900}, Total: 1}).ID
		rule, err := w.Coupons.SaveMergeRule(ctx, mall.System(), coupon.MergeRule{Name: "二合一", Open: true,
			Inputs: []coupon.Part{{Template: w.off, Qty: 2}}, Outputs: []coupon.Part{{Template: big, Qty: 1}}})
		require.NoError(w, err)
		for _, r := range []coupon.MergeRule{{Name: "x"}, {Inputs: rule.Inputs, Outputs: rule.Outputs}, {Name: "x", Inputs: rule.Inputs, Outputs: []coupon.Part{{Template: big, Qty: 0}}},
			{Name: "x", Inputs: []coupon.Part{{Template: big, Qty: 51}}, Outputs: rule.Outputs}, {Name: "x", Inputs: append(rule.Inputs, rule.Inputs...), Outputs: rule.Outputs}} {
			_, err := w.Coupons.SaveMergeRule(ctx, mall.System(), r)
			require.ErrorIs(w, err, mall.ErrInvalid)
		}
		_, err = w.Coupons.SaveMergeRule(ctx, mall.System(), coupon.MergeRule{Name: "x", Inputs: rule.Inputs, Outputs: []coupon.Part{{Template: 999, Qty: 1}}})
		require.ErrorIs(w, err, coupon.ErrNone)
		var ids []mall.ID
		for range 5 {
			ids = append(ids, w.claim(who, w.off).ID)
		}
		theirs := w.claim(buyer(2), w.off).ID
		for _, x := range []struct {
			ids  []mall.ID
			want error
		}{{nil, coupon.ErrMerge}, {ids[:1], coupon.ErrMerge}, {ids[:3], coupon.ErrMerge}, {[]mall.ID{ids[0], ids[0]}, coupon.ErrMerge},
			{[]mall.ID{ids[0], 999}, coupon.ErrMerge}, {[]mall.ID{ids[0], theirs}, coupon.ErrNone}} {
			_, err := w.Coupons.Merge(ctx, who, rule.ID, x.ids)
			require.ErrorIs(w, err, x.want, "%v", x.ids)
		}
		_, err = w.Coupons.Merge(ctx, who, 999, ids[:2])
		require.ErrorIs(w, err, coupon.ErrNone)
		made, err := w.Coupons.Merge(ctx, who, rule.ID, ids[:2])
		require.NoError(w, err)
		require.Len(w, made, 1)
		require.Equal(w, []any{int64(900), coupon.Made, who.Account}, []any{made[0].Worth, made[0].Source, made[0].Account})
		_, err = w.Coupons.Merge(ctx, who, rule.ID, []mall.ID{ids[0], ids[2]})
		require.ErrorIs(w, err, coupon.ErrUsed)
		_, err = w.Coupons.Merge(ctx, who, rule.ID, ids[2:4])
		require.ErrorIs(w, err, coupon.ErrGone, "none of the bigger ones is left")
		require.Equal(w, coupon.Usable, w.grant(ids[2]).State)
		rules, names, err := w.Coupons.MergeRules(ctx)
		require.NoError(w, err)
		require.Len(w, rules, 1)
		require.Equal(w, map[mall.ID]string{w.off: "券", big: "券"}, names)
		require.NoError(w, w.Coupons.DeleteMergeRule(ctx, mall.System(), rule.ID))
		require.ErrorIs(w, w.Coupons.DeleteMergeRule(ctx, mall.System(), rule.ID), coupon.ErrNone)
	})
}

func TestCards(t *testing.T) {
	each(t, func(w *world) {
		ctx, sys := w.Context(), mall.System()
		_, err := w.Coupons.MakeCards(ctx, sys, w.off, 1001, time.Time{})
		require.ErrorIs(w, err, mall.ErrInvalid)
		_, err = w.Coupons.MakeCards(ctx, sys, w.off, 1, w.Clock.Now())
		require.ErrorIs(w, err, mall.ErrInvalid)
		cards, err := w.Coupons.MakeCards(ctx, sys, w.off, 3, w.Clock.Now().Add(time.Hour))
		require.NoError(w, err)
		require.Empty(w, storagetest.Grep(w.T, w.Store, cards[0].Secret), "secrets are not stored")
		exchange := func(who mall.Actor, number, secret string) error {
			_, err := w.Coupons.Exchange(ctx, who, number, secret)
			return err
		}
		require.ErrorIs(w, exchange(buyer(1), cards[0].Number, cards[1].Secret), coupon.ErrCard)
		require.ErrorIs(w, exchange(buyer(1), "0", cards[0].Secret), coupon.ErrCard)
		require.ErrorIs(w, exchange(buyer(1), cards[0].Number, ""), coupon.ErrCard)
		require.ErrorIs(w, exchange(buyer(1), cards[0].Number, cards[0].Secret), coupon.ErrTries)
		require.Equal(w, 1, w.race(20, func(i int) error { return exchange(buyer(10+i), cards[0].Number, cards[0].Secret) }))
		require.Equal(w, [3]int64{99, 1, 0}, w.counts(w.off))
		require.ErrorIs(w, exchange(buyer(2), cards[0].Number, cards[0].Secret), coupon.ErrSpent)
		_, err = w.Coupons.Close(ctx, sys, w.off)
		require.NoError(w, err)
		require.ErrorIs(w, exchange(buyer(2), cards[1].Number, cards[1].Secret), coupon.ErrClosed)
		_, err = w.Coupons.Reopen(ctx, sys, w.off)
		require.NoError(w, err)
		require.NoError(w, w.Coupons.SetTotal(ctx, sys, w.off, 1, ""))
		require.ErrorIs(w, exchange(buyer(2), cards[1].Number, cards[1].Secret), coupon.ErrGone)
		require.NoError(w, w.Coupons.SetTotal(ctx, sys, w.off, 2, ""))
		require.NoError(w, exchange(buyer(3), " "+cards[1].Number, cards[1].Secret+" "))
		w.Clock.Advance(time.Hour)
		require.ErrorIs(w, exchange(buyer(3), cards[2].Number, cards[2].Secret), coupon.ErrOver)
	}, tries(3))
}
