package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/payment/membership"
)

func aMembership(number string, account, price mall.ID) *membership.Purchase {
	return &membership.Purchase{Number: number, Account: account, Price: price, Level: 3, Name: "金卡🎂", Amount: 3000, Term: member.Term{N: 1, Unit: mall.Monthly},
		Renew: true, Remark: "谢谢", State: membership.Unpaid, Created: moneyDay}
}

func testMembershipPrices(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Memberships(), t.Context()
	rolledBack(t, store, func(ctx context.Context) {
		require.NoError(t, repo.InsertPrice(ctx, &membership.Price{Level: 3, Term: member.Days(7), Created: moneyDay}))
	})
	require.ErrorIs(t, repo.InsertPrice(ctx, &membership.Price{Level: 3, Term: member.Days(7), Created: moneyDay}), mall.ErrNoTx)
	year := membership.Price{Level: 3, Amount: 20_000, Term: member.Term{N: 1, Unit: mall.Yearly}, Created: moneyDay}
	trial, other := membership.Price{Level: 3, Term: member.Days(7), Created: moneyDay}, membership.Price{Level: 4, Amount: 1, Term: member.Days(1), Created: moneyDay}
	must(t, store, func(ctx context.Context) error {
		for _, p := range []*membership.Price{&year, &trial, &other} {
			p.ID, p.Sold = 0, 0
			require.NoError(t, repo.InsertPrice(ctx, p))
		}
		ok, err := repo.Sell(ctx, year.ID)
		require.True(t, ok)
		year.Sold++
		return err
	})
	list, err := repo.Prices(ctx, 3, 9)
	require.NoError(t, err)
	require.Equal(t, []membership.Price{trial, year}, list)
	list, err = repo.Prices(ctx, 3, 1)
	require.NoError(t, err)
	require.Equal(t, []membership.Price{trial}, list)
	must(t, store, func(ctx context.Context) error {
		for _, want := range []bool{true, false} {
			ok, err := repo.DeletePrice(ctx, year.ID)
			require.NoError(t, err)
			require.Equal(t, want, ok)
		}
		ok, err := repo.Sell(ctx, year.ID)
		require.NoError(t, err)
		require.False(t, ok)
		return repo.DeletePrices(ctx, 3)
	})
	_, err = repo.Price(ctx, trial.ID)
	require.ErrorIs(t, err, mall.ErrNotFound)
	got, err := repo.Price(ctx, other.ID)
	require.NoError(t, err)
	require.Equal(t, &other, got)
}

func testMemberships(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Memberships(), t.Context()
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.Draft(ctx, aMembership("M0", 5, 1))) })
	require.ErrorIs(t, repo.Draft(ctx, aMembership("M0", 5, 1)), mall.ErrNoTx)
	_, err := repo.Get(ctx, 1)
	require.ErrorIs(t, err, mall.ErrNotFound)
	var all []*membership.Purchase
	must(t, store, func(ctx context.Context) error {
		all = nil
		for i, of := range [][2]mall.ID{{5, 1}, {5, 2}, {6, 1}} {
			d := aMembership(fmt.Sprint("M", i), of[0], of[1])
			require.NoError(t, repo.Draft(ctx, d))
			all = append(all, d)
		}
		again := aMembership("M9", 5, 1)
		again.Renew, again.Remark, again.Created = false, "", moneyDay.Add(time.Hour)
		require.NoError(t, repo.Draft(ctx, again))
		require.Equal(t, all[0].ID, again.ID, "one draft of a price")
		require.Equal(t, []any{"M0", moneyDay}, []any{again.Number, again.Created})
		all[0] = again
		require.ErrorIs(t, repo.Draft(ctx, aMembership("M1", 5, 9)), mall.ErrConflict, "numbers are unique")
		return nil
	})
	id, at := all[0].ID, moneyDay.Add(time.Minute)
	for _, step := range []struct {
		move func(ctx context.Context) (bool, error)
		want bool
	}{
		{func(ctx context.Context) (bool, error) { return repo.Refund(ctx, id, 9, 100, at) }, false},
		{func(ctx context.Context) (bool, error) { return repo.Pay(ctx, id, at) }, true},
		{func(ctx context.Context) (bool, error) { return repo.Pay(ctx, id, at) }, false},
		{func(ctx context.Context) (bool, error) { return repo.Refund(ctx, id, 9, 3001, at) }, false},
		{func(ctx context.Context) (bool, error) { return repo.Refund(ctx, id, 9, 100, at.Add(time.Minute)) }, true},
		{func(ctx context.Context) (bool, error) { return repo.Refund(ctx, id, 9, 100, at) }, false},
	} {
		must(t, store, func(ctx context.Context) error {
			ok, err := step.move(ctx)
			require.Equal(t, step.want, ok)
			return err
		})
	}
	d := all[0]
	d.State, d.Refunded, d.By, d.Paid, d.Ended = membership.Refunded, 100, 9, at, at.Add(time.Minute)
	got, err := repo.Get(ctx, id)
	require.NoError(t, err)
	require.Equal(t, d, got)
	next, free := aMembership("M3", 5, 1), aMembership("M4", 6, 7)
	free.Amount = 0
	for i, want := range []bool{false, true} {
		must(t, store, func(ctx context.Context) error {
			if i == 0 {
				require.NoError(t, repo.Draft(ctx, next))
				require.NotEqual(t, id, next.ID, "what was paid is no draft any more")
				return repo.Draft(ctx, free)
			}
			_, err := repo.Pay(ctx, free.ID, at)
			return err
		})
		tried, err := repo.Tried(ctx, 6, 3)
		require.NoError(t, err)
		require.Equal(t, want, tried)
	}
	for _, of := range [][2]mall.ID{{5, 3}, {6, 4}} {
		tried, err := repo.Tried(ctx, of[0], of[1])
		require.NoError(t, err)
		require.False(t, tried)
	}
	for _, c := range []struct {
		f    membership.Filter
		want int64
	}{
		{membership.Filter{}, 5}, {membership.Filter{Account: 5}, 3}, {membership.Filter{Account: 5, States: []membership.State{membership.Refunded}}, 1},
		{membership.Filter{Level: 3}, 5}, {membership.Filter{Level: 4}, 0},
	} {
		list, err := repo.List(ctx, c.f, mall.Page{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, c.want, list.Total)
		require.Len(t, list.Items, int(min(c.want, 1)))
	}
	list, err := repo.List(ctx, membership.Filter{Account: 5}, mall.Page{Limit: 9})
	require.NoError(t, err)
	require.Equal(t, []membership.Purchase{*d, *next, *all[1]}, list.Items, "what was paid or drafted last first")
	walked(t, 5, repo.Each, func(p membership.Purchase) mall.ID { return p.ID }, *d, *all[1], *next)
	must(t, store, func(ctx context.Context) error { return repo.Redact(ctx, 5) })
	got, err = repo.Get(ctx, all[1].ID)
	require.NoError(t, err)
	require.Empty(t, got.Remark)
	got, err = repo.Get(ctx, all[2].ID)
	require.NoError(t, err)
	require.NotEmpty(t, got.Remark, "another account's")
	for before, want := range map[time.Time]int{moneyDay: 0, moneyDay.Add(time.Hour): 2} {
		must(t, store, func(ctx context.Context) error {
			n, err := repo.Forget(ctx, before, 2)
			require.Equal(t, want, n, "of three drafts")
			return err
		})
	}
	must(t, store, func(ctx context.Context) error {
		kept := aMembership("M6", 8, 1)
		require.NoError(t, repo.Draft(ctx, kept))
		again := aMembership("M7", 8, 1)
		again.Created = moneyDay.Add(time.Hour)
		require.NoError(t, repo.Draft(ctx, again))
		n, err := repo.Forget(ctx, moneyDay.Add(time.Hour), 9)
		require.Equal(t, 1, n, "what was asked for again stays, and what was paid")
		_, gone := repo.Get(ctx, kept.ID)
		require.NoError(t, gone)
		return err
	})
}

func testRenewals(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Memberships(), t.Context()
	rolledBack(t, store, func(ctx context.Context) {
		require.NoError(t, repo.Agree(ctx, membership.Renewal{Account: 5, Level: 3, Price: 1, Due: moneyDay}))
	})
	none, err := repo.Renewal(ctx, 5)
	require.NoError(t, err)
	require.Nil(t, none)
	late, soon := membership.Renewal{Account: 5, Level: 3, Price: 1, Due: moneyDay.Add(time.Hour)}, membership.Renewal{Account: 6, Level: 3, Price: 2, Due: moneyDay}
	must(t, store, func(ctx context.Context) error {
		require.NoError(t, repo.Agree(ctx, membership.Renewal{Account: 5, Level: 9, Price: 9, Due: moneyDay}))
		require.NoError(t, repo.Agree(ctx, late))
		return repo.Agree(ctx, soon)
	})
	got, err := repo.Renewal(ctx, 5)
	require.NoError(t, err)
	require.Equal(t, &late, got, "the newest stands alone")
	claim := func(now time.Time, limit int) (due []membership.Renewal) {
		t.Helper()
		must(t, store, func(ctx context.Context) error {
			due, err = repo.Claim(ctx, now, now.Add(time.Minute), limit)
			return err
		})
		return due
	}
	require.Empty(t, claim(moneyDay.Add(-time.Millisecond), 9))
	require.Equal(t, []membership.Renewal{soon}, claim(moneyDay, 9))
	require.Empty(t, claim(moneyDay, 9), "somebody has it")
	require.Equal(t, []membership.Renewal{soon}, claim(late.Due, 1), "longest due first")
	require.Equal(t, []membership.Renewal{late}, claim(late.Due, 9))
	must(t, store, func(ctx context.Context) error {
		require.NoError(t, repo.Agree(ctx, membership.Renewal{Account: 6, Level: 3, Price: 2, Due: late.Due}))
		for _, want := range []bool{true, false} {
			ok, err := repo.End(ctx, 5)
			require.NoError(t, err)
			require.Equal(t, want, ok)
		}
		return nil
	})
	require.Len(t, claim(late.Due, 9), 1, "put off, it has no lease")
}
