package storagetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order/invoice"
)

func anInvoice(account, order mall.ID) *invoice.Invoice {
	return &invoice.Invoice{Account: account, State: invoice.Asked, Created: moneyDay, Request: invoice.Request{Title: "某公司🎂", TaxNumber: "91X", Amount: 100,
		For: "餐饮", Remark: "快", Mail: "a@b.example", Ext: map[string]string{"bank": "1"}, Order: order}}
}

func testInvoices(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Invoices(), t.Context()
	rolledBack(t, store, func(ctx context.Context) {
		require.NoError(t, repo.Insert(ctx, anInvoice(5, 7)))
		ok, err := repo.Take(ctx, 5, 10, 10)
		require.NoError(t, err)
		require.True(t, ok)
	})
	require.ErrorIs(t, repo.Insert(ctx, anInvoice(5, 7)), mall.ErrNoTx)
	sum, err := repo.Invoiced(ctx, 5)
	require.NoError(t, err)
	require.Zero(t, sum)
	var one, two, large, again *invoice.Invoice
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		one, two, large = anInvoice(5, 7), anInvoice(5, 0), anInvoice(5, 0)
		require.NoError(t, repo.Insert(ctx, one))
		require.NoError(t, repo.Insert(ctx, two))
		require.NoError(t, repo.Insert(ctx, large), "at large there may be many")
		require.ErrorIs(t, repo.Insert(ctx, anInvoice(6, 7)), mall.ErrConflict)
		for _, c := range []struct {
			amount mall.Money
			want   bool
		}{{60, true}, {41, false}, {40, true}, {1, false}, {-30, true}, {30, true}} {
			ok, err := repo.Take(ctx, 5, c.amount, 100)
			require.NoError(t, err)
			require.Equal(t, c.want, ok, c.amount)
		}
		for _, c := range []struct {
			to   invoice.State
			want bool
		}{{invoice.Working, true}, {invoice.Working, false}, {invoice.Refused, true}, {invoice.Issued, false}} {
			ok, err := repo.Decide(ctx, one.ID, c.to, 9, "", "税号不符", moneyDay)
			require.NoError(t, err)
			require.Equal(t, c.want, ok, c.to)
		}
		_, err := repo.OfOrder(ctx, 7)
		require.ErrorIs(t, err, mall.ErrNotFound, "the refused one does not count")
		again = anInvoice(5, 7)
		require.NoError(t, repo.Insert(ctx, again), "after a refusal the order may have one")
		of, err := repo.OfOrder(ctx, 7)
		require.NoError(t, err)
		require.Equal(t, again, of)
		_, err = repo.OfOrder(ctx, 0)
		require.ErrorIs(t, err, mall.ErrNotFound, "invoices at large are of no order")
		return nil
	}))
	one.State, one.By, one.Reason, one.Decided = invoice.Refused, 9, "税号不符", moneyDay
	got, err := repo.Get(ctx, one.ID)
	require.NoError(t, err)
	require.Equal(t, one, got)
	_, err = repo.Get(ctx, 999)
	require.ErrorIs(t, err, mall.ErrNotFound)
	list, err := repo.List(ctx, invoice.Filter{Account: 5, States: []invoice.State{invoice.Asked}}, mall.Page{Limit: 1, Offset: 2})
	require.NoError(t, err)
	require.Equal(t, mall.Slice[invoice.Invoice]{Items: []invoice.Invoice{*two}, Total: 3}, list)
	walked(t, 5, repo.Each, func(i invoice.Invoice) mall.ID { return i.ID }, *one, *two, *large, *again)
	sum, err = repo.Invoiced(ctx, 5)
	require.NoError(t, err)
	require.Equal(t, mall.Money(100), sum)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.Redact(ctx, 5) }))
	got, err = repo.Get(ctx, one.ID)
	require.NoError(t, err)
	require.Empty(t, got.Title+got.TaxNumber+got.For+got.Remark+got.Mail+got.Reason+got.File+got.Ext["bank"])
}
