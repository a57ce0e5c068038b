package invoice_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/order/invoice"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// books are one account's paid order and spendings.
type books struct{ paid, refunded, consumed mall.Money }

func (b *books) GetOf(_ context.Context, buyer mall.ID, ref order.Ref) (*order.Order, error) {
	if buyer != 1 || ref.ID != 7 {
		return nil, order.ErrNoOrder
	}
	return &order.Order{ID: 7, Buyer: 1, Paid: b.paid, Refunded: b.refunded}, nil
}

func (b *books) Amounts(context.Context, mall.ID) (wallet.Amounts, error) {
	return wallet.Amounts{Totals: wallet.Totals{Consumed: b.consumed}}, nil
}

func TestInvoices(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		ctx, buyer, staff := t.Context(), mall.Actor{Account: 1}, mall.Actor{Account: 9, Rights: []string{invoice.Right}}
		b := &books{paid: 500, refunded: 100, consumed: 1000}
		s, err := invoice.New(invoice.Deps{Repo: store.Invoices(), Tx: store, Outbox: store, Orders: b, Wallets: b}, invoice.Config{})
		require.NoError(t, err)
		ask := func(amount mall.Money, of mall.ID) invoice.Request {
			return invoice.Request{Title: "某公司", TaxNumber: "91330100X", Amount: amount, For: "餐饮", Mail: "a@b.example", Order: of}
		}
		for name, bad := range map[string]func(r *invoice.Request){
			"no title": func(r *invoice.Request) { r.Title = " " }, "title": func(r *invoice.Request) { r.Title = strings.Repeat("长", 101) },
			"tax": func(r *invoice.Request) { r.TaxNumber = "91;DROP" }, "no tax": func(r *invoice.Request) { r.TaxNumber = "" }, "for": func(r *invoice.Request) { r.For = "" },
			"mail": func(r *invoice.Request) { r.Mail = "x@y@z" }, "named mail": func(r *invoice.Request) { r.Mail = "A <a@b.example>" },
			"zero": func(r *invoice.Request) { r.Amount = 0 }, "minus": func(r *invoice.Request) { r.Amount = -1 }, "much": func(r *invoice.Request) { r.Amount = mall.MaxMoney + 1 },
			"ext": func(r *invoice.Request) { r.Ext = map[string]string{"k": strings.Repeat("x", 201)} },
		} {
			r := ask(100, 0)
			bad(&r)
			_, err := s.Apply(ctx, buyer, r)
			require.ErrorIs(t, err, mall.ErrInvalid, name)
		}
		_, err = s.Apply(ctx, mall.Actor{}, ask(1, 0))
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
		_, err = s.Apply(ctx, buyer, ask(401, 7))
		require.ErrorIs(t, err, invoice.ErrSpent, "100 of the order were refunded")
		_, err = s.Apply(ctx, buyer, ask(1, 8))
		require.ErrorIs(t, err, order.ErrNoOrder)
		_, err = s.Apply(ctx, mall.Actor{Account: 2}, ask(1, 7))
		require.ErrorIs(t, err, order.ErrNoOrder)

		// 20 at once: one invoice for the order; at large as many as was spent.
		race := func(r invoice.Request, lost *mall.Error) int64 {
			var won atomic.Int64
			var wg sync.WaitGroup
			gate := make(chan struct{})
			for range 20 {
				wg.Go(func() {
					<-gate
					if _, err := s.Apply(ctx, buyer, r); err == nil {
						won.Add(1)
					} else if !errors.Is(err, lost) {
						t.Error(err)
					}
				})
			}
			close(gate)
			wg.Wait()
			return won.Load()
		}
		require.Equal(t, int64(1), race(ask(400, 7), invoice.ErrOrder))
		require.Equal(t, int64(4), race(ask(150, 0), invoice.ErrSpent))
		list, err := s.ListOf(ctx, buyer, invoice.Filter{}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(5), list.Total)
		first := list.Items[4]
		require.Equal(t, mall.ID(7), first.Order)
		require.Equal(t, mall.State, mall.KindOf(s.Eraser().Busy(ctx, 1)))

		_, err = s.Refuse(ctx, buyer, first.ID, "no")
		require.ErrorIs(t, err, mall.ErrDenied)
		_, err = s.Refuse(ctx, staff, first.ID, "")
		require.ErrorIs(t, err, mall.ErrInvalid)
		_, err = s.Refuse(ctx, staff, 999, "no")
		require.ErrorIs(t, err, invoice.ErrNone)
		_, err = s.Refuse(ctx, staff, first.ID, "税号不符")
		require.NoError(t, err)
		_, err = s.Refuse(ctx, staff, first.ID, "税号不符")
		require.ErrorIs(t, err, invoice.ErrDecided, "its amount is free once")
		_, err = s.OfOrder(ctx, buyer, 7)
		require.ErrorIs(t, err, invoice.ErrNone)
		again, err := s.Apply(ctx, buyer, ask(400, 7))
		require.NoError(t, err)
		of, err := s.OfOrder(ctx, buyer, 7)
		require.NoError(t, err)
		require.Equal(t, again.ID, of.ID)
		_, err = s.OfOrder(ctx, mall.Actor{Account: 2}, 7)
		require.ErrorIs(t, err, invoice.ErrNone)
		for _, file := range []string{"", "inv.pdf", "javascript:alert(1)", "ftp://a.example/x"} {
			_, err = s.Issue(ctx, staff, again.ID, file)
			require.ErrorIs(t, err, mall.ErrInvalid, file)
		}
		_, err = s.Work(ctx, staff, again.ID)
		require.NoError(t, err)
		for _, less := range []books{{paid: 500, refunded: 101, consumed: 1000}, {paid: 500, refunded: 100, consumed: 999}} {
			*b = less
			_, err = s.Issue(ctx, staff, again.ID, "https://a.example/x.pdf")
			require.ErrorIs(t, err, invoice.ErrSpent, "refunded since")
		}
		*b = books{paid: 500, refunded: 100, consumed: 1000}
		got, err := s.Issue(ctx, staff, again.ID, "https://a.example/x.pdf")
		require.NoError(t, err)
		require.Equal(t, []any{invoice.Issued, "https://a.example/x.pdf", mall.ID(9)}, []any{got.State, got.File, got.By})
		_, err = s.Refuse(ctx, staff, again.ID, "late")
		require.ErrorIs(t, err, invoice.ErrDecided)
		_, err = s.GetOf(ctx, mall.Actor{Account: 2}, again.ID)
		require.ErrorIs(t, err, invoice.ErrNone)
		_, err = s.List(ctx, buyer, invoice.Filter{}, mall.Page{})
		require.ErrorIs(t, err, mall.ErrDenied)
	})
}
