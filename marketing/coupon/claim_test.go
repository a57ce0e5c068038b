package coupon_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/payment"
)

func TestClaim(t *testing.T) {
	each(t, func(w *world) {
		ctx, now := w.Context(), w.Clock.Now()
		refuse := func(template mall.ID, password string, want error) {
			w.Helper()
			require.ErrorIs(w, w.Coupons.Check(ctx, buyer(1), template, password), want)
			_, err := w.Coupons.Claim(ctx, buyer(1), template, password)
			require.ErrorIs(w, err, want)
		}
		_, err := w.Coupons.Claim(ctx, mall.Actor{}, w.off, "")
		require.ErrorIs(w, err, mall.ErrUnauthenticated)
		refuse(999, "", coupon.ErrNone)

		few := w.template(coupon.Draft{Terms: coupon.Terms{PerAccount: 1}, Promise: coupon.Promise{Min: 100, Max: 900}, Total: 2})
		require.NoError(w, w.Coupons.Check(ctx, buyer(1), few.ID, ""))
		c := w.claim(buyer(1), few.ID)
		require.Equal(w, []time.Time{now, now.Add(72 * time.Hour)}, []time.Time{c.Start, c.End})
		require.True(w, 100 <= c.Worth && c.Worth <= 900)
		require.Equal(w, w.grant(c.ID), c.Grant)
		refuse(few.ID, "", coupon.ErrLimit)
		w.claim(buyer(2), few.ID)
		_, err = w.Coupons.Claim(ctx, buyer(3), few.ID, "")
		require.ErrorIs(w, err, coupon.ErrGone)
		require.Equal(w, [3]int64{0, 2, 0}, w.counts(few.ID))

		refuse(w.template(coupon.Draft{Terms: coupon.Terms{ClaimFrom: now.Add(time.Hour)}, Total: 9}).ID, "", coupon.ErrClosed)
		short := w.template(coupon.Draft{Terms: coupon.Terms{ClaimTo: now.Add(time.Hour)}, Total: coupon.Unlimited}).ID
		ends := w.template(coupon.Draft{Promise: coupon.Promise{Start: coupon.AtOnce, EndAt: now.Add(time.Hour)}, Total: 9}).ID
		w.claim(buyer(1), short)
		w.Clock.Advance(time.Hour)
		refuse(short, "", coupon.ErrOver)
		refuse(ends, "", coupon.ErrOver)
		_, err = w.Coupons.Close(ctx, mall.System(), w.off)
		require.NoError(w, err)
		refuse(w.off, "", coupon.ErrClosed)
		_, err = w.Coupons.Reopen(ctx, mall.System(), w.off)
		require.NoError(w, err)
		w.claim(buyer(1), w.off)

		dear := w.template(coupon.Draft{Terms: coupon.Terms{Points: 30}, Total: 9}).ID
		refuse(dear, "", coupon.ErrPoints)
		w.rich(buyer(1), 1, 50)
		w.claim(buyer(1), dear)
		refuse(dear, "", coupon.ErrPoints)
		have, err := w.Points.Amounts(ctx, buyer(1).Account)
		require.NoError(w, err)
		require.EqualValues(w, 20, have.Points)
		require.Equal(w, [3]int64{8, 1, 0}, w.counts(dear), "what was refused took nothing")
		refuse(w.template(coupon.Draft{Terms: coupon.Terms{Price: 500}, Total: 9}).ID, "", coupon.ErrPrice)
		next := w.claim(buyer(1), w.template(coupon.Draft{Promise: coupon.Promise{Start: coupon.NextDay, Days: 1}, Total: 9}).ID)
		require.Equal(w, time.Date(2026, 3, 2, 16, 0, 0, 0, time.UTC), next.Start, "midnight in Shanghai")
	})
}

func TestPassword(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		id := w.template(coupon.Draft{Terms: coupon.Terms{Password: "芝麻开门"}, Total: 9}).ID
		for range 3 {
			require.ErrorIs(w, w.Coupons.Check(ctx, buyer(1), id, ""), coupon.ErrPassword, "nothing was tried")
		}
		require.ErrorIs(w, w.Coupons.Check(ctx, buyer(1), id, "x"), coupon.ErrPassword)
		require.ErrorIs(w, w.Coupons.Check(ctx, buyer(1), id, "芝麻"), coupon.ErrPassword)
		require.ErrorIs(w, w.Coupons.Check(ctx, buyer(1), id, "芝麻开门"), coupon.ErrTries)
		_, err := w.Coupons.Claim(ctx, buyer(2), id, "芝麻开门")
		require.NoError(w, err)
		w.Clock.Advance(time.Hour)
		_, err = w.Coupons.Claim(ctx, buyer(1), id, "芝麻开门")
		require.NoError(w, err)
		_, err = w.Coupons.Create(ctx, mall.System(), coupon.Draft{Terms: coupon.Terms{Name: "x", Price: 1, Password: "y"}, Promise: coupon.Promise{Min: 1, Max: 1, Start: coupon.AtOnce, Days: 1}})
		require.ErrorIs(w, err, mall.ErrInvalid, "a payment says no password")
	}, tries(2))
}

// TestLastCoupon: fifty claim the last one; twenty claims of one account stop
// at its limit.
func TestLastCoupon(t *testing.T) {
	each(t, func(w *world) {
		last := w.template(coupon.Draft{Total: 1}).ID
		require.Equal(w, 1, w.race(50, func(i int) error {
			_, err := w.Coupons.Claim(w.Context(), buyer(i), last, "")
			return err
		}))
		require.Equal(w, [3]int64{0, 1, 0}, w.counts(last))
		two := w.template(coupon.Draft{Terms: coupon.Terms{PerAccount: 2, Points: 10}, Total: 100}).ID
		w.rich(buyer(1), 1, 1000)
		require.Equal(w, 2, w.race(20, func(int) error {
			_, err := w.Coupons.Claim(w.Context(), buyer(1), two, "")
			return err
		}))
		require.Equal(w, [3]int64{98, 2, 0}, w.counts(two))
		have, err := w.Points.Amounts(w.Context(), buyer(1).Account)
		require.NoError(w, err)
		require.EqualValues(w, 980, have.Points, "only what was got is paid for")
	})
}

// TestBuy: a coupon is bought from the balance, at the gateway, and not twice
// beyond its limit; what was paid too late stays in the wallet.
func TestBuy(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		who := w.Buyer(w.Register("anna"))
		w.rich(who, 1000, 7)
		id := w.template(coupon.Draft{Terms: coupon.Terms{Price: 600, Points: 5, PerAccount: 1}, Total: 3}).ID
		_, err := w.Coupons.Buy(ctx, who, w.off, "")
		require.ErrorIs(w, err, coupon.ErrClosed, "it is not for sale")
		_, err = w.Coupons.Buy(ctx, buyer(1), id, "")
		require.ErrorIs(w, err, coupon.ErrPoints)
		p, err := w.Coupons.Buy(ctx, who, id, "")
		require.NoError(w, err)
		require.Equal(w, mall.Money(600), p.Price())
		_, err = w.Coupons.Buy(ctx, who, id, "")
		require.ErrorIs(w, err, coupon.ErrLimit)
		mine, err := w.Coupons.ListOf(ctx, who, coupon.Own{}, mall.Page{})
		require.NoError(w, err)
		require.Len(w, mine.Items, 1)
		require.Equal(w, coupon.Bought, mine.Items[0].Source)

		scarce := w.template(coupon.Draft{Terms: coupon.Terms{Price: 250}, Total: 1}).ID
		action := coupon.Action(scarce)
		open := func() *payment.Opened {
			o, err := w.Payments.Open(ctx, who, payment.OpenInput{Action: &action, Provider: "wxpay", OpenID: "o"})
			require.NoError(w, err)
			return o
		}
		first, second := open(), open()
		w.Settle(first.Prepay)
		w.Settle(second.Prepay)
		require.Equal(w, [3]int64{0, 1, 0}, w.counts(scarce))
		late, err := w.Payments.GetOf(ctx, who, second.Number)
		require.NoError(w, err)
		require.Equal(w, payment.StateSucceeded, late.State)
		require.Equal(w, []any{payment.PartKept, coupon.ErrGone.Code}, []any{late.Parts[0].State, late.Parts[0].Refusal})
		money, err := w.Wallets.Amounts(ctx, who.Account)
		require.NoError(w, err)
		require.Equal(w, mall.Money(400+250), money.Balance)
		_, err = w.Payments.Open(ctx, who, payment.OpenInput{Action: &action, Provider: "wxpay", OpenID: "o"})
		require.ErrorIs(w, err, coupon.ErrGone)
		action.Params["template"] = "x"
		_, err = w.Payments.Open(ctx, who, payment.OpenInput{Action: &action, Provider: "wxpay", OpenID: "o"})
		require.ErrorIs(w, err, mall.ErrInvalid)
	})
}

func TestStaff(t *testing.T) {
	each(t, func(w *world) {
		ctx, sys := w.Context(), mall.System()
		clerk := mall.Actor{Account: 9, Shop: 2, Rights: []string{coupon.Right}}
		good := coupon.Draft{Terms: coupon.Terms{Name: "x"}, Promise: coupon.Promise{Min: 1, Max: 1, Shop: 2, Start: coupon.AtOnce, Days: 1}, Total: 1}
		_, err := w.Coupons.Create(ctx, buyer(1), good)
		require.ErrorIs(w, err, mall.ErrDenied)
		own, err := w.Coupons.Create(ctx, clerk, good)
		require.NoError(w, err)
		all := good
		all.Shop = 0
		_, err = w.Coupons.Create(ctx, clerk, all)
		require.ErrorIs(w, err, mall.ErrDenied)
		for _, do := range []func(who mall.Actor, id mall.ID) error{
			func(who mall.Actor, id mall.ID) error { _, err := w.Coupons.Edit(ctx, who, id, good.Terms); return err },
			func(who mall.Actor, id mall.ID) error { _, err := w.Coupons.Close(ctx, who, id); return err },
			func(who mall.Actor, id mall.ID) error { _, err := w.Coupons.Reopen(ctx, who, id); return err },
			func(who mall.Actor, id mall.ID) error { return w.Coupons.SetTotal(ctx, who, id, 50, "more") },
			func(who mall.Actor, id mall.ID) error {
				_, err := w.Coupons.MakeCards(ctx, who, id, 1, time.Time{})
				return err
			},
		} {
			require.NoError(w, do(clerk, own.ID))
			require.ErrorIs(w, do(clerk, w.off), mall.ErrDenied)
			require.ErrorIs(w, do(buyer(1), own.ID), mall.ErrDenied)
			require.ErrorIs(w, do(sys, 999), coupon.ErrNone)
		}
		_, err = w.Coupons.SaveMergeRule(ctx, clerk, coupon.MergeRule{})
		require.ErrorIs(w, err, mall.ErrDenied)
		list, err := w.Coupons.List(ctx, clerk, mall.Page{})
		require.NoError(w, err)
		require.Len(w, list.Items, 1)
		_, err = w.Coupons.List(ctx, buyer(1), mall.Page{})
		require.ErrorIs(w, err, mall.ErrDenied)

		anna := w.Buyer(w.Register("anna"))
		_, err = w.Coupons.IssueTo(ctx, sys, w.off, []mall.ID{anna.Account, 999_999})
		require.ErrorIs(w, err, coupon.ErrReceiver)
		gs, err := w.Coupons.IssueTo(ctx, sys, w.off, []mall.ID{anna.Account, anna.Account})
		require.NoError(w, err)
		require.Len(w, gs, 2)
		require.Equal(w, [3]int64{98, 2, 0}, w.counts(w.off))
		seen, err := w.Coupons.Grants(ctx, sys, anna.Account, 0, mall.Page{})
		require.NoError(w, err)
		require.Len(w, seen.Items, 2)
		seen, err = w.Coupons.Grants(ctx, clerk, anna.Account, 0, mall.Page{})
		require.NoError(w, err)
		require.Empty(w, seen.Items, "those of other shops are not the clerk's to see")
		require.ErrorIs(w, w.Coupons.SetTotal(ctx, sys, w.off, 1, ""), coupon.ErrTotal)
		require.NoError(w, w.Coupons.SetTotal(ctx, sys, w.off, 2, ""))
		require.Equal(w, [3]int64{0, 2, 0}, w.counts(w.off))
		require.NoError(w, w.Coupons.SetTotal(ctx, sys, w.off, coupon.Unlimited, ""))
		w.claim(anna, w.off)
		require.NoError(w, w.Coupons.SetTotal(ctx, sys, w.off, 4, ""))
		require.Equal(w, [3]int64{1, 3, 0}, w.counts(w.off))

		for name, edit := range map[string]func(d *coupon.Draft){
			"name":      func(d *coupon.Draft) { d.Name = "" },
			"worth":     func(d *coupon.Draft) { d.Min = 0 },
			"order":     func(d *coupon.Draft) { d.Max = 0 },
			"percent":   func(d *coupon.Draft) { d.Percent, d.Max = true, 10_001 },
			"most":      func(d *coupon.Draft) { d.Most = 5 },
			"threshold": func(d *coupon.Draft) { d.Threshold = -1 },
			"days":      func(d *coupon.Draft) { d.Days = 0 },
			"end":       func(d *coupon.Draft) { d.EndAt = w.Clock.Now() },
			"start":     func(d *coupon.Draft) { d.Start = coupon.Fixed },
			"scope":     func(d *coupon.Draft) { d.Scope = []coupon.Ref{{Kind: "shop", ID: 1}} },
			"twice": func(d *coupon.Draft) {
				d.Scope = []coupon.Ref{{Kind: coupon.Goods, ID: 1}, {Kind: coupon.Goods, ID: 1}}
			},
			"total":  func(d *coupon.Draft) { d.Total = stock.MaxQty + 1 },
			"points": func(d *coupon.Draft) { d.Points = -1 },
			"claims": func(d *coupon.Draft) { d.ClaimFrom, d.ClaimTo = w.Clock.Now(), w.Clock.Now() },
		} {
			bad := good
			edit(&bad)
			_, err := w.Coupons.Create(ctx, sys, bad)
			require.ErrorIs(w, err, mall.ErrInvalid, name)
		}
	})
}

// TestTotalAmongClaims: staff change the total while coupons are claimed; what
// is left and what was issued add up to it.
func TestTotalAmongClaims(t *testing.T) {
	each(t, func(w *world) {
		won := w.race(30, func(i int) error {
			if i%3 == 0 {
				return w.Coupons.SetTotal(w.Context(), mall.System(), w.off, 60, "")
			}
			_, err := w.Coupons.Claim(w.Context(), buyer(i), w.off, "")
			return err
		})
		require.Equal(w, 30, won)
		require.Equal(w, [3]int64{40, 20, 0}, w.counts(w.off))
	})
}
