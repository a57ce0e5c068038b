package storagetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/wallet"
)

var moneyDay = time.UnixMilli(1_790_000_000_123).UTC()

func walletEntry(account mall.ID, kind wallet.Kind, balance, frozen mall.Money, source mall.ID) *wallet.Entry {
	return &wallet.Entry{Account: account, Kind: kind, Balance: balance, Frozen: frozen, BalanceLeft: 70, FrozenLeft: 30,
		Source: wallet.Source{Type: "test", ID: source}, Order: 9, Shop: 2, Remark: "生日🎂", At: moneyDay.Add(time.Duration(source) * time.Second)}
}

func testWallets(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Wallets(), t.Context()
	do := func(fn func(ctx context.Context)) {
		t.Helper()
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error { fn(ctx); return nil }))
	}
	change := func(ctx context.Context, d wallet.Amounts, guard, want bool) wallet.Amounts {
		t.Helper()
		left, ok, err := repo.Change(ctx, 5, d, guard)
		require.NoError(t, err)
		require.Equal(t, want, ok)
		return left
	}

	a, err := repo.Get(ctx, 5)
	require.NoError(t, err)
	require.Zero(t, a, "a wallet that never moved has zeros")
	rolledBack(t, store, func(ctx context.Context) {
		change(ctx, wallet.Amounts{Balance: 100}, false, true)
		ok, err := repo.Append(ctx, walletEntry(5, 2, 100, 0, 1))
		require.NoError(t, err)
		require.True(t, ok)
		ok, err = repo.SetPassword(ctx, 5, "h", moneyDay)
		require.NoError(t, err)
		require.True(t, ok)
		require.NoError(t, repo.SaveRule(ctx, &wallet.Rule{Confine: 1, Send: 1}))
	})
	a, err = repo.Get(ctx, 5)
	require.NoError(t, err)
	require.Zero(t, a)
	_, err = repo.FindSource(ctx, 5, wallet.Source{Type: "test", ID: 1})
	require.ErrorIs(t, err, mall.ErrNotFound)
	_, err = repo.Password(ctx, 5)
	require.ErrorIs(t, err, mall.ErrNotFound)

	do(func(ctx context.Context) {
		change(ctx, wallet.Amounts{Balance: -1}, true, false)
		change(ctx, wallet.Amounts{Balance: 100, Withdrawn: 7, Totals: wallet.Totals{Consumed: 5, Paid: 6, Payments: 1}}, false, true)
		change(ctx, wallet.Amounts{Balance: -101}, true, false)
		change(ctx, wallet.Amounts{Balance: 1, Frozen: -1}, true, false)
		left := change(ctx, wallet.Amounts{Balance: -30, Frozen: 30}, true, true)
		require.Equal(t, []mall.Money{70, 30}, []mall.Money{left.Balance, left.Frozen})
		left = change(ctx, wallet.Amounts{Balance: -80}, false, true)
		require.Equal(t, mall.Money(-10), left.Balance, "without guard it falls below 0")
		left = change(ctx, wallet.Amounts{Balance: 5, Frozen: -5}, true, true)
		require.Equal(t, mall.Money(-5), left.Balance, "what rises may stay below 0")
		require.Equal(t, wallet.Totals{Consumed: 5, Paid: 6, Payments: 1}, left.Totals)
		require.Equal(t, mall.Money(7), left.Withdrawn)
	})

	do(func(ctx context.Context) {
		for i, e := range []*wallet.Entry{walletEntry(5, 0, 100, 0, 1), walletEntry(5, payment.KindFreeze, -30, 30, 2), walletEntry(5, 2, 0, -30, 3), walletEntry(5, 3, 20, 0, 4), walletEntry(6, 2, -1, 0, 1)} {
			ok, err := repo.Append(ctx, e)
			require.NoError(t, err)
			require.True(t, ok, i)
			require.NotZero(t, e.ID)
		}
		ok, err := repo.Append(ctx, walletEntry(5, 9, 1, 0, 4))
		require.NoError(t, err)
		require.False(t, ok, "one entry a source")
	})
	want := walletEntry(5, 3, 20, 0, 4)
	got, err := repo.FindSource(ctx, 5, want.Source)
	require.NoError(t, err)
	want.ID = got.ID
	require.Equal(t, want, got)
	gifts, err := repo.Gifts(ctx, 5)
	require.NoError(t, err)
	require.Zero(t, gifts)
	balance, frozen, err := repo.Sum(ctx, 5)
	require.NoError(t, err)
	require.Equal(t, []mall.Money{90, 0}, []mall.Money{balance, frozen})

	yes, no := true, false
	for name, c := range map[string]struct {
		f    wallet.Filter
		want []mall.ID
	}{
		"all":   {wallet.Filter{}, []mall.ID{4, 3, 1}},
		"out":   {wallet.Filter{Out: &yes}, []mall.ID{3}},
		"in":    {wallet.Filter{Out: &no}, []mall.ID{4, 1}},
		"kinds": {wallet.Filter{Kinds: []wallet.Kind{2, 3}}, []mall.ID{4, 3}},
		"none":  {wallet.Filter{Kinds: []wallet.Kind{77}}, nil},
		"order": {wallet.Filter{Order: 8}, nil},
		"from":  {wallet.Filter{From: moneyDay.Add(3 * time.Second)}, []mall.ID{4, 3}},
		"till":  {wallet.Filter{Till: moneyDay.Add(3 * time.Second)}, []mall.ID{1}},
	} {
		list, err := repo.Logs(ctx, 5, c.f, mall.Page{Limit: 10})
		require.NoError(t, err, name)
		var ids []mall.ID
		for _, e := range list.Items {
			ids = append(ids, e.Source.ID)
		}
		require.Equal(t, c.want, ids, name)
		require.Equal(t, int64(len(c.want)), list.Total, name)
	}
	list, err := repo.Logs(ctx, 5, wallet.Filter{}, mall.Page{Offset: 1, Limit: 1})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	require.Equal(t, int64(3), list.Total)
	list, err = repo.Logs(ctx, 5, wallet.Filter{}, mall.Page{Limit: 10})
	require.NoError(t, err)
	slices.Reverse(list.Items)
	walked(t, 5, repo.Each, func(e wallet.Entry) mall.ID { return e.ID }, list.Items...)

	testPasswords(t, repo, do)
	testRechargeRules(t, repo, do)
	do(func(ctx context.Context) { require.NoError(t, repo.Redact(ctx, 5)) })
	got, err = repo.FindSource(ctx, 5, want.Source)
	require.NoError(t, err)
	require.Empty(t, got.Remark)
	_, err = repo.Password(ctx, 5)
	require.ErrorIs(t, err, mall.ErrNotFound)
	_, _, err = repo.Change(ctx, 5, wallet.Amounts{Balance: 1}, false)
	require.ErrorIs(t, err, mall.ErrNoTx)
}

func testPasswords(t *testing.T, repo wallet.Repository, do func(func(ctx context.Context))) {
	do(func(ctx context.Context) {
		ok, err := repo.SetPassword(ctx, 5, "one", moneyDay)
		require.NoError(t, err)
		require.True(t, ok)
		ok, err = repo.SetPassword(ctx, 5, "two", moneyDay)
		require.NoError(t, err)
		require.False(t, ok, "the first one stays")
		ok, err = repo.ReplacePassword(ctx, 5, "two", "three", moneyDay)
		require.NoError(t, err)
		require.False(t, ok, "two is not the current one")
		for i, want := range []bool{true, true, false} {
			_, ok, err := repo.TakeTry(ctx, 5, 2, moneyDay, moneyDay.Add(time.Minute))
			require.NoError(t, err)
			require.Equal(t, want, ok, i)
		}
		until, err := repo.LockedUntil(ctx, 5)
		require.NoError(t, err)
		require.Equal(t, moneyDay.Add(time.Minute), until)
		n, ok, err := repo.TakeTry(ctx, 5, 2, moneyDay.Add(time.Minute), moneyDay.Add(2*time.Minute))
		require.NoError(t, err)
		require.True(t, ok, "the counter is empty again")
		require.Equal(t, 1, n)
		require.NoError(t, repo.ForgetTries(ctx, 5))
		n, ok, err = repo.TakeTry(ctx, 5, 2, moneyDay.Add(time.Minute), moneyDay.Add(2*time.Minute))
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, 1, n)
		ok, err = repo.ReplacePassword(ctx, 5, "one", "three", moneyDay)
		require.NoError(t, err)
		require.True(t, ok)
		hash, err := repo.Password(ctx, 5)
		require.NoError(t, err)
		require.Equal(t, "three", hash)
		for _, account := range []mall.ID{5, 6} { // one with, one without a password
			require.NoError(t, repo.PutPassword(ctx, account, "four", moneyDay))
			hash, err = repo.Password(ctx, account)
			require.NoError(t, err)
			require.Equal(t, "four", hash)
			n, ok, err = repo.TakeTry(ctx, account, 1, moneyDay, moneyDay.Add(time.Minute))
			require.NoError(t, err)
			require.True(t, ok, "tries are forgotten")
			require.Equal(t, 1, n)
		}
	})
}

func testRechargeRules(t *testing.T, repo wallet.Repository, do func(func(ctx context.Context))) {
	do(func(ctx context.Context) {
		big, small := wallet.Rule{Confine: 200, Send: 30, Loop: true}, wallet.Rule{Confine: 100, Send: 10}
		require.NoError(t, repo.SaveRule(ctx, &big))
		require.NoError(t, repo.SaveRule(ctx, &small))
		small.Send = 11
		require.NoError(t, repo.SaveRule(ctx, &small))
		require.ErrorIs(t, repo.SaveRule(ctx, &wallet.Rule{ID: 999, Confine: 1, Send: 1}), mall.ErrNotFound)
		rules, err := repo.Rules(ctx)
		require.NoError(t, err)
		require.Equal(t, []wallet.Rule{small, big}, rules)
		ok, err := repo.DeleteRule(ctx, big.ID)
		require.NoError(t, err)
		require.True(t, ok)
		ok, err = repo.DeleteRule(ctx, big.ID)
		require.NoError(t, err)
		require.False(t, ok)
	})
}

// testWalletRaces: 50 parallel debits of 30 out of 500 happen 16 times, and one
// source is booked once.
func testWalletRaces(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Wallets(), t.Context()
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		_, _, err := repo.Change(ctx, 1, wallet.Amounts{Balance: 500}, false)
		return err
	}))
	spent := winners(t, store, 50, func(ctx context.Context) (bool, error) {
		_, ok, err := repo.Change(ctx, 1, wallet.Amounts{Balance: -30}, true)
		return ok, err
	})
	require.Equal(t, int64(16), spent)
	booked := winners(t, store, 20, func(ctx context.Context) (bool, error) {
		return repo.Append(ctx, walletEntry(1, 2, -1, 0, 7))
	})
	require.Equal(t, int64(1), booked)
	a, err := repo.Get(ctx, 1)
	require.NoError(t, err)
	require.Equal(t, mall.Money(20), a.Balance)
}
