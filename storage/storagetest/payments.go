package storagetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/storage"
)

// winners runs fn in n parallel transactions and answers how many of them say
// that they won; none may fail.
func winners(t *testing.T, store storage.Store, n int, fn func(ctx context.Context) (bool, error)) int64 {
	t.Helper()
	var won atomic.Int64
	together(n, func(int) {
		mine := false
		err := store.Do(t.Context(), func(ctx context.Context) (err error) {
			mine, err = fn(ctx)
			return err
		})
		if err != nil {
			t.Error(err)
		} else if mine {
			won.Add(1)
		}
	})
	return won.Load()
}

// aPayment is an open payment of 1000 fen, 300 of them from the wallet, for two references.
func aPayment(number string, a, b mall.ID) *payment.Payment {
	return &payment.Payment{Number: number, Payer: 5, Face: mall.FaceWXAPI, Operator: 1,
		Action: payment.Action{Purpose: payment.Order, Refs: []mall.ID{a, b}, Params: map[string]string{"k": "v"}},
		Amount: 700, Share: 300, ShareState: payment.ShareFrozen, Title: "订单🎂", Remark: "谢谢", Provider: "wxpay", Scene: payment.SceneJSAPI,
		AppID: "wx1", OpenID: "o1", Merchant: "m1", State: payment.StateCreated, Due: moneyDay.Add(30 * time.Minute), Created: moneyDay, Updated: moneyDay,
		Parts: []payment.Part{
			{Ref: a, Subject: "N" + number, Amount: 600, Share: 180, State: payment.PartWaiting},
			{Ref: b, Amount: 400, Share: 120, State: payment.PartWaiting},
		}}
}

func testPayments(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Payments(), t.Context()
	do := func(fn func(ctx context.Context)) {
		t.Helper()
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error { fn(ctx); return nil }))
	}
	rolledBack(t, store, func(ctx context.Context) {
		p := aPayment("P0", 1, 2)
		require.NoError(t, repo.Insert(ctx, p, moneyDay))
		got, err := repo.Get(ctx, p.ID)
		require.NoError(t, err)
		require.Equal(t, p, got)
		first, err := repo.LogNotice(ctx, payment.NoticeLog{Provider: "wxpay", ID: "EV-1", Number: "P0", Hash: "h", Result: "accepted", At: moneyDay})
		require.NoError(t, err)
		require.True(t, first)
	})
	_, err := repo.ByNumber(ctx, "P0")
	require.ErrorIs(t, err, mall.ErrNotFound)

	p, other := aPayment("P1", 1, 2), aPayment("P2", 2, 3)
	do(func(ctx context.Context) {
		require.NoError(t, repo.Insert(ctx, p, moneyDay))
		require.NoError(t, repo.Insert(ctx, other, moneyDay))
		require.ErrorIs(t, repo.Insert(ctx, aPayment("P1", 8, 9), moneyDay), mall.ErrConflict)
	})
	got, err := repo.ByNumber(ctx, "P1")
	require.NoError(t, err)
	require.Equal(t, p, got)
	for ref, want := range map[mall.ID]int{1: 1, 2: 2, 3: 1, 8: 0} {
		n, err := repo.CountOpen(ctx, payment.Order, ref)
		require.NoError(t, err)
		require.Equal(t, want, n, ref)
		n, err = repo.CountFor(ctx, payment.Order, ref)
		require.NoError(t, err)
		require.Equal(t, want, n, ref)
		list, err := repo.OpenFor(ctx, payment.Order, ref, 10)
		require.NoError(t, err)
		require.Len(t, list, want, ref)
	}
	busy, err := repo.HasOpen(ctx, 5)
	require.NoError(t, err)
	require.True(t, busy)
	testPaymentLists(t, repo)
	walked(t, 5, repo.Each, func(p payment.Payment) mall.ID { return p.ID }, *p, *other)

	do(func(ctx context.Context) {
		ok, err := repo.Pend(ctx, p.ID, "prepay", moneyDay.Add(time.Minute), moneyDay)
		require.NoError(t, err)
		require.True(t, ok)
		ok, err = repo.Pend(ctx, p.ID, "again", moneyDay, moneyDay)
		require.NoError(t, err)
		require.False(t, ok)

		claimed, err := repo.Claim(ctx, moneyDay, moneyDay.Add(time.Minute), 10)
		require.NoError(t, err)
		require.Len(t, claimed, 1, "the other one is due already")
		require.Equal(t, "P2", claimed[0].Number)
		require.Len(t, claimed[0].Parts, 2)
		claimed, err = repo.Claim(ctx, moneyDay, moneyDay.Add(time.Minute), 10)
		require.NoError(t, err)
		require.Empty(t, claimed, "and is leased now")
		require.NoError(t, repo.Later(ctx, other.ID, moneyDay.Add(2*time.Second)))
		claimed, err = repo.Claim(ctx, moneyDay.Add(2*time.Second), moneyDay.Add(time.Minute), 10)
		require.NoError(t, err)
		require.Len(t, claimed, 1)
		require.Equal(t, 1, claimed[0].Tries)

		moved, frozen, err := repo.End(ctx, p.ID, payment.StateClosed, "code", moneyDay)
		require.NoError(t, err)
		require.Equal(t, []bool{true, true}, []bool{moved, frozen})
		moved, frozen, err = repo.End(ctx, p.ID, payment.StateFailed, "", moneyDay)
		require.NoError(t, err)
		require.Equal(t, []bool{false, false}, []bool{moved, frozen})
		share, moved, err := repo.Succeed(ctx, p.ID, "T1", moneyDay, moneyDay)
		require.NoError(t, err)
		require.True(t, moved, "a success may follow closed")
		require.Equal(t, payment.ShareReleased, share)
		_, moved, err = repo.Succeed(ctx, p.ID, "T1", moneyDay, moneyDay)
		require.NoError(t, err)
		require.False(t, moved, "nothing follows succeeded")
		_, moved, err = repo.Succeed(ctx, other.ID, "T1", moneyDay, moneyDay)
		require.NoError(t, err)
		require.False(t, moved, "the transaction paid for another one")
		moved, _, err = repo.End(ctx, p.ID, payment.StateClosed, "", moneyDay)
		require.NoError(t, err)
		require.False(t, moved)

		p.Parts[0].State, p.Parts[1].State = payment.PartDone, payment.PartKept
		p.Parts[1].Refusal, p.Parts[1].Message = "order.dead", "dead"
		require.NoError(t, repo.SaveParts(ctx, p.ID, payment.ShareSpent, p.Parts))
	})
	got, err = repo.ByNumber(ctx, "P1")
	require.NoError(t, err)
	require.Equal(t, p.Parts, got.Parts)
	require.Equal(t, payment.ShareSpent, got.ShareState)
	require.Equal(t, "T1", got.Transaction)
	require.Equal(t, moneyDay, got.Paid)
	paid, err := repo.PaidPart(ctx, payment.Order, 1)
	require.NoError(t, err)
	require.Equal(t, p.Parts[:1], paid.Parts, "narrowed to its reference")
	require.Equal(t, []mall.ID{1}, paid.Action.Refs)
	_, err = repo.PaidPart(ctx, payment.Order, 2)
	require.ErrorIs(t, err, mall.ErrNotFound, "refused is not paid")

	do(func(ctx context.Context) {
		log := func(provider, id, result string) bool {
			t.Helper()
			first, err := repo.LogNotice(ctx, payment.NoticeLog{Provider: provider, ID: id, Number: "P1", Hash: "h", Result: result, At: moneyDay})
			require.NoError(t, err)
			return first
		}
		require.True(t, log("wxpay", "EV-1", "payment.notice"), "a refusal does not use the id up")
		require.True(t, log("wxpay", "EV-1", "accepted"), "the one that was rolled back does not count")
		require.False(t, log("wxpay", "EV-1", "accepted"))
		require.True(t, log("alipay", "EV-1", "accepted"), "ids belong to a provider")
		for range 2 {
			require.True(t, log("sandbox", "", "accepted"), "none is no id")
		}
		take := func(id, number string) (bool, *payment.Payment, error) {
			return repo.TakeNotice(ctx, payment.NoticeLog{Provider: "fomo", ID: id, Number: number, Hash: "h", Result: "accepted", At: moneyDay})
		}
		first, took, err := take("EV-1", "P1")
		require.NoError(t, err)
		require.True(t, first)
		whole, err := repo.ByNumber(ctx, "P1")
		require.NoError(t, err)
		require.Equal(t, whole, took)
		first, took, err = take("EV-1", "P1")
		require.NoError(t, err)
		require.False(t, first)
		require.Nil(t, took)
		first, _, err = take("EV-2", "P9")
		require.ErrorIs(t, err, mall.ErrNotFound)
		require.True(t, first)
		n, err := repo.PurgeNotices(ctx, moneyDay, 10)
		require.NoError(t, err)
		require.Zero(t, n)
		n, err = repo.PurgeNotices(ctx, moneyDay.Add(time.Second), 10)
		require.NoError(t, err)
		require.Equal(t, 7, n)
		require.NoError(t, repo.Redact(ctx, 5))
	})
	got, err = repo.ByNumber(ctx, "P1")
	require.NoError(t, err)
	require.Empty(t, got.OpenID+got.Remark)
	require.ErrorIs(t, repo.Insert(ctx, aPayment("P9", 1, 2), moneyDay), mall.ErrNoTx)
}

func testPaymentLists(t *testing.T, repo payment.Repository) {
	for name, c := range map[string]struct {
		f    payment.Filter
		want []string
	}{
		"payer":    {payment.Filter{Payer: 5}, []string{"P2", "P1"}},
		"stranger": {payment.Filter{Payer: 6}, nil},
		"number":   {payment.Filter{Payer: 5, Number: "P1"}, []string{"P1"}},
		"subject":  {payment.Filter{Payer: 5, Number: "NP2"}, []string{"P2"}},
		"state":    {payment.Filter{Payer: 5, States: []payment.State{payment.StateSucceeded}}, nil},
		"recharge": {payment.Filter{Payer: 5, Purpose: payment.Recharge}, nil},
		"paying":   {payment.Filter{Payer: 5, Paying: true}, []string{"P2", "P1"}},
	} {
		list, err := repo.List(t.Context(), c.f, mall.Page{Limit: 10})
		require.NoError(t, err, name)
		var numbers []string
		for _, p := range list.Items {
			numbers = append(numbers, p.Number)
			require.Len(t, p.Parts, 2)
		}
		require.Equal(t, c.want, numbers, name)
		require.Equal(t, int64(len(c.want)), list.Total, name)
	}
}

// testPaymentRaces: one success, one end, and every claim to one process.
func testPaymentRaces(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Payments(), t.Context()
	p := aPayment("P1", 1, 2)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.Insert(ctx, p, moneyDay) }))
	require.Equal(t, int64(1), winners(t, store, 20, func(ctx context.Context) (bool, error) {
		ok, _, err := repo.End(ctx, p.ID, payment.StateClosed, "", moneyDay)
		return ok, err
	}))
	require.Equal(t, int64(1), winners(t, store, 20, func(ctx context.Context) (bool, error) {
		_, ok, err := repo.Succeed(ctx, p.ID, "T1", moneyDay, moneyDay)
		return ok, err
	}))
	require.Equal(t, int64(1), winners(t, store, 20, func(ctx context.Context) (bool, error) {
		first, _, err := repo.TakeNotice(ctx, payment.NoticeLog{Provider: "wxpay", ID: "EV-2", Number: "P1", Hash: "h", Result: "accepted", At: moneyDay})
		return first, err
	}))
	_, _, err := repo.TakeNotice(ctx, payment.NoticeLog{Provider: "wxpay", ID: "EV-3", Number: "P1", Hash: "h", Result: "accepted", At: moneyDay})
	require.ErrorIs(t, err, mall.ErrNoTx)

	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		for i := range mall.ID(20) {
			if err := repo.Insert(ctx, aPayment("Q"+string(rune('a'+i)), 100+2*i, 101+2*i), moneyDay); err != nil {
				return err
			}
		}
		return nil
	}))
	var mu sync.Mutex
	seen := map[string]int{}
	for range 10 { // whoever was skipped comes again
		together(4, func(int) {
			var mine []payment.Payment
			err := store.Do(ctx, func(ctx context.Context) (err error) {
				mine, err = repo.Claim(ctx, moneyDay, moneyDay.Add(time.Minute), 3)
				return err
			})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for _, p := range mine {
				seen[p.Number]++
			}
		})
	}
	require.Len(t, seen, 20)
	for number, n := range seen {
		require.Equal(t, 1, n, number)
	}
}
