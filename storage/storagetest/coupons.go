package storagetest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/coupon"
)

// aTemplate has a value in every field.
func aTemplate() coupon.Template {
	return coupon.Template{Open: true, Created: moneyDay, Updated: moneyDay,
		Terms: coupon.Terms{Name: "满减🎂", Type: "新人", Listed: true, PerAccount: 2, ClaimFrom: moneyDay, ClaimTo: moneyDay.Add(time.Hour),
			Password: "口令", Points: 3, Price: 400},
		Promise: coupon.Promise{Percent: true, Min: 500, Max: 1000, Most: 900, Threshold: 2000, FreightOnly: true, Shop: 7,
			Scope: []coupon.Ref{{Kind: coupon.Category, ID: 5}, {Kind: coupon.Goods, ID: 9}}, Start: coupon.Fixed, StartAt: moneyDay,
			Days: 3, EndAt: moneyDay.Add(48 * time.Hour)}}
}

func aGrant(template, account mall.ID) coupon.Grant {
	return coupon.Grant{Template: template, Account: account, Worth: 700, Start: moneyDay, End: moneyDay.Add(time.Hour), State: coupon.Usable,
		Source: coupon.Claimed, Created: moneyDay, Updated: moneyDay}
}

func testCouponTemplates(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Coupons(), t.Context()
	full, plain := aTemplate(), coupon.Template{Open: true, Created: moneyDay, Updated: moneyDay, Terms: coupon.Terms{Name: "b", Listed: true},
		Promise: coupon.Promise{Min: 100, Max: 100, Start: coupon.AtOnce, Days: 1}}
	rolledBack(t, store, func(ctx context.Context) {
		gone := aTemplate()
		require.NoError(t, repo.InsertTemplate(ctx, &gone))
	})
	require.ErrorIs(t, repo.InsertTemplate(ctx, &full), mall.ErrNoTx)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		require.NoError(t, repo.InsertTemplate(ctx, &full))
		return repo.InsertTemplate(ctx, &plain)
	}))
	found, err := repo.Templates(ctx, []mall.ID{plain.ID, full.ID, 999})
	require.NoError(t, err)
	require.Equal(t, map[mall.ID]*coupon.Template{plain.ID: &plain, full.ID: &full}, found)

	list := func(f coupon.TemplateFilter, want ...coupon.Template) {
		t.Helper()
		got, err := repo.ListTemplates(ctx, f, mall.Page{Limit: 9})
		require.NoError(t, err)
		require.Equal(t, mall.Slice[coupon.Template]{Items: append([]coupon.Template{}, want...), Total: int64(len(want))}, got, "%+v", f)
	}
	seven := mall.ID(7)
	list(coupon.TemplateFilter{}, plain, full)
	list(coupon.TemplateFilter{IDs: []mall.ID{full.ID}}, full)
	list(coupon.TemplateFilter{IDs: []mall.ID{}})
	list(coupon.TemplateFilter{Type: "新人"}, full)
	list(coupon.TemplateFilter{Shop: &seven}, full)
	list(coupon.TemplateFilter{Before: moneyDay.Add(time.Hour)}, plain)
	list(coupon.TemplateFilter{For: &coupon.Product{Goods: 9, Shop: 7}}, plain, full)
	list(coupon.TemplateFilter{For: &coupon.Product{Goods: 8, Shop: 7, Categories: []mall.ID{6, 5}}}, plain, full)
	list(coupon.TemplateFilter{For: &coupon.Product{Goods: 9, Shop: 8}}, plain)
	list(coupon.TemplateFilter{For: &coupon.Product{Goods: 5, Shop: 7, Categories: []mall.ID{9}}}, plain)

	full.Terms, full.Open, full.Updated = coupon.Terms{Name: "neu"}, false, moneyDay.Add(time.Minute)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		for id, want := range map[mall.ID]bool{full.ID: true, 999: false} {
			ok, err := repo.SaveTerms(ctx, id, full.Terms, moneyDay)
			require.NoError(t, err)
			require.Equal(t, want, ok)
			ok, err = repo.SetOpen(ctx, id, false, full.Updated)
			require.NoError(t, err)
			require.Equal(t, want, ok)
		}
		return nil
	}))
	list(coupon.TemplateFilter{}, plain, full)
	list(coupon.TemplateFilter{Open: true}, plain)
	plain.Listed = false
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		_, err := repo.SaveTerms(ctx, plain.ID, plain.Terms, moneyDay)
		return err
	}))
	list(coupon.TemplateFilter{Open: true}, plain)
	list(coupon.TemplateFilter{Shown: true})
}

func testCouponGrants(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Coupons(), t.Context()
	tpl := aTemplate()
	gs := []coupon.Grant{aGrant(0, 5), aGrant(0, 5), aGrant(0, 6)}
	gs[1].End, gs[2].From = moneyDay.Add(time.Minute), 8
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.InsertGrants(ctx, []coupon.Grant{aGrant(1, 5)})) })
	require.ErrorIs(t, repo.InsertGrants(ctx, []coupon.Grant{aGrant(1, 5)}), mall.ErrNoTx)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		require.NoError(t, repo.InsertTemplate(ctx, &tpl))
		for i := range gs {
			gs[i].Template = tpl.ID
		}
		return repo.InsertGrants(ctx, gs)
	}))
	a, b, c := gs[0].ID, gs[1].ID, gs[2].ID
	require.True(t, 0 < a && a < b && b < c)
	got, err := repo.Grants(ctx, []mall.ID{c, a, b, 999})
	require.NoError(t, err)
	require.Equal(t, gs, got)
	good, err := repo.Good(ctx, 5, moneyDay, 9)
	require.NoError(t, err)
	require.Equal(t, []coupon.Grant{gs[1], gs[0]}, good, "the next to end first")
	for at, n := range map[time.Time]int{moneyDay.Add(-1 * time.Millisecond): 0, moneyDay.Add(time.Minute): 1, moneyDay.Add(time.Hour): 0} {
		good, err = repo.Good(ctx, 5, at, 9)
		require.NoError(t, err)
		require.Len(t, good, n)
	}

	did := func(want bool, move func(ctx context.Context) (bool, error)) {
		t.Helper()
		var ok bool
		require.NoError(t, store.Do(ctx, func(ctx context.Context) (err error) { ok, err = move(ctx); return err }))
		require.Equal(t, want, ok)
	}
	use := func(id, account, order mall.ID, after time.Duration) func(context.Context) (bool, error) {
		return func(ctx context.Context) (bool, error) { return repo.Use(ctx, id, account, order, moneyDay.Add(after)) }
	}
	did(false, use(a, 6, 30, 0))
	did(false, use(a, 5, 30, -time.Millisecond))
	did(false, use(b, 5, 30, time.Minute))
	did(true, use(a, 5, 30, time.Second))
	did(false, use(a, 5, 31, time.Second))
	of, err := repo.GrantsOf(ctx, 30)
	require.NoError(t, err)
	require.Len(t, of, 1)
	require.Equal(t, []any{coupon.Used, mall.ID(30), moneyDay.Add(time.Second)}, []any{of[0].State, of[0].Order, of[0].Updated})
	used, err := repo.UsedOf(ctx, []mall.ID{tpl.ID, 999})
	require.NoError(t, err)
	require.Equal(t, map[mall.ID]int64{tpl.ID: 1}, used)
	did(false, func(ctx context.Context) (bool, error) { return repo.Return(ctx, a, 31, moneyDay) })
	did(true, func(ctx context.Context) (bool, error) { return repo.Return(ctx, a, 30, moneyDay) })
	did(false, func(ctx context.Context) (bool, error) { return repo.Return(ctx, a, 30, moneyDay) })
	got, err = repo.Grants(ctx, []mall.ID{a})
	require.NoError(t, err)
	require.Equal(t, gs[:1], got, "as it was, end included")

	did(false, func(ctx context.Context) (bool, error) { return repo.Give(ctx, a, 6, 5, moneyDay) })
	did(false, func(ctx context.Context) (bool, error) { return repo.Give(ctx, a, 5, 6, moneyDay.Add(time.Hour)) })
	did(true, func(ctx context.Context) (bool, error) { return repo.Give(ctx, a, 5, 6, moneyDay) })
	did(false, func(ctx context.Context) (bool, error) { return repo.Merge(ctx, a, 5, moneyDay) })
	did(true, func(ctx context.Context) (bool, error) { return repo.Merge(ctx, a, 6, moneyDay) })
	did(false, use(a, 6, 32, 0))

	due, err := repo.Due(ctx, moneyDay.Add(time.Minute), 9)
	require.NoError(t, err)
	require.Equal(t, gs[1:2], due)
	list := func(f coupon.GrantFilter, want ...mall.ID) {
		t.Helper()
		got, err := repo.ListGrants(ctx, f, mall.Page{Limit: 9})
		require.NoError(t, err)
		ids := make([]mall.ID, len(got.Items))
		for i, g := range got.Items {
			ids[i] = g.ID
		}
		require.Equal(t, append([]mall.ID{}, want...), ids, "%+v", f)
		require.Equal(t, int64(len(want)), got.Total)
	}
	seven, eight, low, high := mall.ID(7), mall.ID(8), mall.Money(1999), mall.Money(2000)
	list(coupon.GrantFilter{}, c, b, a)
	list(coupon.GrantFilter{Account: 6}, c, a)
	all, err := repo.Grants(ctx, []mall.ID{a, c})
	require.NoError(t, err)
	walked(t, 6, repo.EachGrant, func(g coupon.Grant) mall.ID { return g.ID }, all...)
	list(coupon.GrantFilter{Account: 6, States: []coupon.State{coupon.Merged}}, a)
	list(coupon.GrantFilter{Template: 999})
	list(coupon.GrantFilter{Shop: &seven, Reached: &high}, c, b, a)
	list(coupon.GrantFilter{Shop: &eight})
	list(coupon.GrantFilter{Reached: &low})
	later := moneyDay.Add(time.Minute)
	list(coupon.GrantFilter{States: []coupon.State{coupon.Usable}, Now: moneyDay}, c, b)
	list(coupon.GrantFilter{States: []coupon.State{coupon.Usable}, Now: later}, c)
	list(coupon.GrantFilter{Account: 5, States: []coupon.State{coupon.Expired, coupon.Used}, Now: later}, b)
	did(true, func(ctx context.Context) (bool, error) { return repo.Expire(ctx, b, later) })
	did(false, func(ctx context.Context) (bool, error) { return repo.Expire(ctx, b, later) })
	list(coupon.GrantFilter{States: []coupon.State{coupon.Expired}, Now: moneyDay}, b)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.ExpireOf(ctx, 6, later) }))
	list(coupon.GrantFilter{States: []coupon.State{coupon.Expired}, Now: moneyDay}, c, b)

	for _, n := range []int64{0, 1, 2} {
		taken, err := repo.Taken(ctx, 4, 5)
		require.NoError(t, err)
		require.Equal(t, n, taken)
		did(n < 2, func(ctx context.Context) (bool, error) { return repo.Take(ctx, 4, 5, 2) })
	}
	did(true, func(ctx context.Context) (bool, error) { return repo.Take(ctx, 4, 6, 1) })
}

func testCouponCards(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Coupons(), t.Context()
	cards := []coupon.Card{{Number: "1", Hash: "h", Template: 3, End: moneyDay, Created: moneyDay}, {Number: "2", Hash: "i", Template: 3, Created: moneyDay}}
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.InsertCards(ctx, cards)) })
	require.ErrorIs(t, repo.InsertCards(ctx, cards), mall.ErrNoTx)
	_, err := repo.Card(ctx, "1")
	require.ErrorIs(t, err, mall.ErrNotFound)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.InsertCards(ctx, cards) }))
	require.ErrorIs(t, store.Do(ctx, func(ctx context.Context) error {
		return repo.InsertCards(ctx, []coupon.Card{{Number: "3"}, {Number: "2"}})
	}), mall.ErrConflict)
	for _, want := range cards {
		got, err := repo.Card(ctx, want.Number)
		require.NoError(t, err)
		want.ID = got.ID
		require.Equal(t, &want, got)
	}
	one, err := repo.Card(ctx, "1")
	require.NoError(t, err)
	for _, want := range []bool{true, false} {
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			ok, err := repo.Spend(ctx, one.ID, 5, 8, moneyDay)
			require.Equal(t, want, ok)
			return err
		}))
	}
	one.Account, one.Grant, one.Spent = 5, 8, moneyDay
	got, err := repo.Card(ctx, "1")
	require.NoError(t, err)
	require.Equal(t, one, got)

	closed := coupon.MergeRule{Name: "合成", Inputs: []coupon.Part{{Template: 1, Qty: 2}, {Template: 2, Qty: 1}}, Outputs: []coupon.Part{{Template: 3, Qty: 1}}}
	shown := coupon.MergeRule{Name: "b", Inputs: []coupon.Part{{Template: 1, Qty: 9}}, Outputs: []coupon.Part{{Template: 2, Qty: 1}}, Open: true}
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		closed.ID, shown.ID = 0, 0
		require.NoError(t, repo.SaveMergeRule(ctx, &closed))
		require.NoError(t, repo.SaveMergeRule(ctx, &shown))
		shown.Inputs[0].Qty = 8
		require.NoError(t, repo.SaveMergeRule(ctx, &shown))
		require.ErrorIs(t, repo.SaveMergeRule(ctx, &coupon.MergeRule{ID: 999}), mall.ErrNotFound)
		return nil
	}))
	for open, want := range map[bool][]coupon.MergeRule{true: {shown}, false: {closed, shown}} {
		rules, err := repo.MergeRules(ctx, open)
		require.NoError(t, err)
		require.Equal(t, want, rules)
	}
	rule, err := repo.MergeRule(ctx, closed.ID)
	require.NoError(t, err)
	require.Equal(t, &closed, rule)
	_, err = repo.MergeRule(ctx, 999)
	require.ErrorIs(t, err, mall.ErrNotFound)
	for _, want := range []bool{true, false} {
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			ok, err := repo.DeleteMergeRule(ctx, closed.ID)
			require.Equal(t, want, ok)
			return err
		}))
	}
}

// testCouponRaces: using, giving and merging of one coupon at once happens
// once, claims stop at their limit, a card is spent once.
func testCouponRaces(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Coupons(), t.Context()
	gs := []coupon.Grant{aGrant(1, 5), aGrant(1, 5)}
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		if err := repo.InsertCards(ctx, []coupon.Card{{Number: "1", Created: moneyDay}}); err != nil {
			return err
		}
		return repo.InsertGrants(ctx, gs)
	}))
	require.Equal(t, int64(1), winners(t, store, 20, func(ctx context.Context) (bool, error) {
		return repo.Use(ctx, gs[0].ID, 5, 30, moneyDay)
	}))
	for range 3 {
		g := []coupon.Grant{aGrant(1, 5)}
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.InsertGrants(ctx, g) }))
		var turn atomic.Int64
		require.Equal(t, int64(1), winners(t, store, 21, func(ctx context.Context) (bool, error) {
			switch turn.Add(1) % 3 {
			case 0:
				return repo.Use(ctx, g[0].ID, 5, 31, moneyDay)
			case 1:
				return repo.Give(ctx, g[0].ID, 5, 6, moneyDay)
			}
			return repo.Merge(ctx, g[0].ID, 5, moneyDay)
		}))
	}
	require.Equal(t, int64(1), winners(t, store, 20, func(ctx context.Context) (bool, error) {
		return repo.Return(ctx, gs[0].ID, 30, moneyDay)
	}))
	require.Equal(t, int64(7), winners(t, store, 30, func(ctx context.Context) (bool, error) { return repo.Take(ctx, 2, 5, 7) }))
	card, err := repo.Card(ctx, "1")
	require.NoError(t, err)
	require.Equal(t, int64(1), winners(t, store, 20, func(ctx context.Context) (bool, error) {
		return repo.Spend(ctx, card.ID, 5, 1, moneyDay)
	}))
}
