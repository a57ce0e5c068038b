package order_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cart"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/storage/sqlite"
)

func ExampleNew() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "mall")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	w, err := build(ctx, store, nil) // services over the store, tea at 10.00
	if err != nil {
		fmt.Println(err)
		return
	}
	q, err := w.orders.Quote(ctx, buyer(1), want(w.tea, 2))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(q.Order.Payable)
	o, err := w.orders.Place(ctx, buyer(1), want(w.tea, 2))
	fmt.Println(o.Payable, o.Phase(w.clock.now()), order.Allowed(o, buyer(1), w.clock.now()), err)
	err = w.orders.Cancel(ctx, buyer(1), order.Ref{ID: o.ID}, "changed my mind")
	fmt.Println(err)
	// Output:
	// 20.00
	// 20.00 unpaid [paid cancelled] <nil>
	// <nil>
}

func TestPlaceHoldsFreezesAndLogs(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		w.rich(t, buyer(1), 10_000, 500)
		in := want(w.tea, 2, w.cup, 3, w.tea, 1)
		in.Deduction, in.Remark = 125, "门口"
		q, err := w.orders.Quote(t.Context(), buyer(1), in)
		require.NoError(t, err)
		o, err := w.orders.Place(t.Context(), buyer(1), in)
		require.NoError(t, err)
		require.Equal(t, q.Order.Payable, o.Payable)
		require.Equal(t, mall.Money(3*1000+3*333-1200), o.Payable)
		require.Equal(t, int64(120), o.Deducted, "whole steps of ten")
		require.Equal(t, int64(15), o.Points)
		require.Equal(t, int64(500-120-15), w.score(t, buyer(1)))
		require.Equal(t, "97 3 0", w.level(t, w.tea), "needs of equal goods are summed")
		require.Equal(t, "97 3 0", w.level(t, w.cup))
		require.Regexp(t, `^\d{20}$`, o.Number)
		back := w.get(t, o.ID)
		require.Equal(t, o, back, "what Place gives is what is stored")
		d, err := w.orders.Detail(t.Context(), buyer(1), order.Ref{Number: o.Number})
		require.NoError(t, err)
		require.Equal(t, "placed", moves(d.Logs))
		_, err = w.orders.Detail(t.Context(), buyer(2), order.Ref{ID: o.ID})
		require.ErrorIs(t, err, order.ErrNoOrder, "a stranger learns nothing")
	})
}

func TestPlaceRefuses(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		noAddress := want(w.tea, 1)
		noAddress.Address = order.Address{}
		coupon := want(w.tea, 1)
		coupon.Offers = []string{"coupon:5"}
		many := order.PlaceInput{Address: home}
		for range 201 {
			many.Lines = append(many.Lines, order.WantLine{Goods: w.tea, Qty: 1})
		}
		for name, c := range map[string]struct {
			in   order.PlaceInput
			want error
		}{
			"nothing":      {order.PlaceInput{}, order.ErrEmpty},
			"zero":         {want(w.tea, 0), order.ErrQty},
			"negative":     {want(w.tea, -1), order.ErrQty},
			"huge":         {want(w.tea, 1_000_000_000_000), order.ErrQty},
			"many lines":   {many, order.ErrTooMany},
			"unknown":      {want(mall.ID(999), 1), catalog.ErrGone},
			"short":        {want(w.tea, 101), stock.ErrShort},
			"two shops":    {want(w.tea, 1, w.far, 1), order.ErrManyShops},
			"no address":   {noAddress, order.ErrNoAddress},
			"no coupon":    {coupon, order.ErrNoCoupon},
			"over limit":   {want(w.few, 4), catalog.ErrLimit},
			"no points":    {want(w.cup, 1), nil},
			"second short": {want(w.tea, 1, w.last, 2), stock.ErrShort},
		} {
			_, err := w.orders.Place(ctx, buyer(1), c.in)
			if c.want == nil {
				require.True(t, mall.Refused(err), name)
			} else {
				require.ErrorIs(t, err, c.want, name)
			}
		}
		_, err := w.orders.Place(ctx, mall.Actor{}, want(w.tea, 1))
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
		require.Equal(t, "100 0 0", w.level(t, w.tea))
		require.Equal(t, "1 0 0", w.level(t, w.last))
		n, err := w.orders.Counts(ctx, buyer(1), order.Filter{})
		require.NoError(t, err)
		require.Empty(t, n, "nothing was written")
		q, err := w.orders.Quote(ctx, buyer(1), coupon)
		require.NoError(t, err)
		require.Equal(t, order.ErrNoCoupon.Code, q.Refused[0].Reason.Code, "a quote names what was refused")
	})
}

func TestOnePieceFiftyBuyers(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		errs := race(50, func(i int) error {
			_, err := w.orders.Place(t.Context(), buyer(i), want(w.last, 1))
			return err
		})
		require.Equal(t, 1, won(t, errs))
		require.Equal(t, "0 1 0", w.level(t, w.last))
	})
}

func TestPurchaseLimitsInParallel(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		errs := race(12, func(int) error {
			_, err := w.orders.Place(t.Context(), buyer(1), want(w.few, 1))
			return err
		})
		require.Equal(t, 3, won(t, errs))
	})
}

func TestTwoCheckoutsOfOneCart(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		_, err := w.carts.Add(t.Context(), buyer(1).Account, "", cart.AddInput{Goods: w.tea, Qty: 2})
		require.NoError(t, err)
		in := order.PlaceInput{Address: home, Cart: &order.CartInput{}}
		_, err = w.orders.Quote(t.Context(), buyer(1), in)
		require.NoError(t, err, "a quote leaves the cart alone")
		errs := race(8, func(int) error {
			_, err := w.orders.Place(t.Context(), buyer(1), in)
			return err
		})
		require.Equal(t, 1, won(t, errs))
		require.Equal(t, "98 2 0", w.level(t, w.tea))
	})
}

func TestIdempotencyKey(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		in := want(w.tea, 1)
		in.IdempotencyKey = "k1"
		ids := map[mall.ID]bool{}
		for range 3 {
			o, err := w.orders.Place(t.Context(), buyer(1), in)
			require.NoError(t, err)
			ids[o.ID] = true
		}
		require.Len(t, ids, 1)
		_, err := w.orders.Place(t.Context(), buyer(2), in)
		require.NoError(t, err, "keys belong to their buyer")
		require.Equal(t, "98 2 0", w.level(t, w.tea))
	})
}

func TestFreeOrderIsPaidAtOnce(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		o := w.place(t, buyer(1), w.free, 2)
		require.Equal(t, order.PhasePaid, o.Phase(w.clock.now()))
		require.Equal(t, "98 0 2", w.level(t, w.free))
	})
}

func TestPlaceExpiresOverdueOrdersItself(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		old := w.place(t, buyer(1), w.last, 1)
		_, err := w.orders.Place(t.Context(), buyer(2), want(w.last, 1))
		require.ErrorIs(t, err, stock.ErrShort)
		w.clock.turn(31 * time.Minute)
		w.place(t, buyer(2), w.last, 1)
		require.Equal(t, order.PhaseExpired, w.phase(t, old.ID))
		require.Equal(t, "0 1 0", w.level(t, w.last))
	})
}

func TestSeveralShops(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		w.rich(t, buyer(1), 10_000, 0)
		in := want(w.tea, 1, w.far, 2)
		two := mall.ID(2)
		in.ShopFilter = &two
		o, err := w.orders.Place(t.Context(), buyer(1), in)
		require.NoError(t, err)
		require.Equal(t, mall.Money(400), o.Payable, "only that shop's goods")
		in.ShopFilter, in.Split = nil, true
		p, err := w.orders.Place(t.Context(), buyer(1), in)
		require.NoError(t, err)
		require.True(t, p.Parts)
		require.Equal(t, mall.Money(1400), p.Payable)
		require.NoError(t, w.pay(t.Context(), buyer(1), p.ID))
		got, err := w.orders.Get(t.Context(), buyer(1), order.Ref{ID: p.ID})
		require.NoError(t, err)
		require.Equal(t, order.PhasePaid, got.Phase(w.clock.now()))
		list, err := w.orders.List(t.Context(), buyer(1), order.Filter{}, mall.Page{})
		require.NoError(t, err)
		require.Len(t, list.Items, 3, "parts are listed, parents are not")
		for _, l := range list.Items[:2] {
			require.NoError(t, w.orders.Invalidate(t.Context(), staff, order.Ref{ID: l.ID}, "sold out"))
			require.Equal(t, order.Refunded, w.get(t, l.ID).Pay)
		}
		require.Equal(t, mall.Money(10_000), w.balance(t, buyer(1)))
		require.Equal(t, "100 0 0", w.level(t, w.tea))
	})
}

func TestNumbers(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		for n, form := range map[order.Numbering]string{
			order.Digits: `^260501120000000\d{5}$`, order.TimeSuffix: `^20260501120000000[0-9a-z]{12}$`, order.LetterO: `^O20260501120000\d{8}$`,
		} {
			in := want(w.tea, 1)
			in.Numbering = n
			o, err := w.orders.Place(t.Context(), buyer(1), in)
			require.NoError(t, err)
			require.Regexp(t, form, o.Number)
			require.LessOrEqual(t, len(o.Number), 32)
		}
	})
}
