package cart_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/cart"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// bundle is a catalogue with some goods, and carts over it.
type bundle struct {
	store storage.Store
	goods *catalog.Service
	stock *stock.Service
	carts *cart.Service
	plain mall.ID // 10.00, 100 in stock
	cheap mall.ID // 1.00 and 5 points, 3 in stock
}

func setup(ctx context.Context, store storage.Store, cfg cart.Config) (*bundle, error) {
	stocks, err := stock.New(stock.Deps{Tx: store, Stock: store.Stock()}, stock.Config{})
	if err != nil {
		return nil, err
	}
	goods, err := catalog.New(catalog.Deps{Tx: store, Outbox: store, Repo: store.Catalog(), Stock: stocks}, catalog.Config{})
	if err != nil {
		return nil, err
	}
	members, err := member.New(member.Deps{Tx: store, Outbox: store, Repository: store.Members()}, member.Config{})
	if err != nil {
		return nil, err
	}
	carts, err := cart.New(cart.Deps{Repo: store.Carts(), Tx: store, Catalog: goods, Stock: stocks, Members: members}, cfg)
	if err != nil {
		return nil, err
	}
	hundred, three := int64(100), int64(3)
	ids, err := goods.Import(ctx, mall.System(), []catalog.Draft{
		{Goods: catalog.Goods{Name: "tea", OnSale: true}, SKUs: []catalog.SKUDraft{{Price: 1000, Stock: &hundred}}},
		{Goods: catalog.Goods{Name: "cup", OnSale: true}, SKUs: []catalog.SKUDraft{{Price: 100, Score: 5, Stock: &three}}},
	})
	if err != nil {
		return nil, err
	}
	return &bundle{store, goods, stocks, carts, ids[0], ids[1]}, nil
}

func each(t *testing.T, cfg cart.Config, body func(t *testing.T, b *bundle)) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, err := setup(t.Context(), store, cfg)
		require.NoError(t, err)
		body(t, b)
	})
}

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
	b, err := setup(ctx, store, cart.Config{}) // a catalogue with tea at 10.00
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = b.carts.Add(ctx, 7, "", cart.AddInput{Goods: b.plain, Qty: 2})
	fmt.Println(err)
	c, err := b.carts.Get(ctx, 7, "")
	fmt.Println(c.Number, c.Total, err)
	// Output:
	// <nil>
	// 2 20.00 <nil>
}

func TestLinesGrowAndTotal(t *testing.T) {
	each(t, cart.Config{}, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		l, err := b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.plain, Qty: 2})
		require.NoError(t, err)
		require.Len(t, l.Key, 32)
		again, err := b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.plain, Qty: 3})
		require.NoError(t, err)
		require.Equal(t, l.Key, again.Key, "equal things are one line")
		_, err = b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.cheap, Qty: 1})
		require.NoError(t, err)
		_, err = b.carts.Add(ctx, 1, "other", cart.AddInput{Goods: b.cheap, Qty: 1})
		require.NoError(t, err)
		stranger, err := b.carts.Add(ctx, 2, "", cart.AddInput{Goods: b.plain, Qty: 1})
		require.NoError(t, err)
		require.NotEqual(t, l.Key, stranger.Key)

		c, err := b.carts.Get(ctx, 1, "")
		require.NoError(t, err)
		require.Equal(t, int64(6), c.Number)
		require.Equal(t, mall.Money(5*1000+100), c.Total)
		require.Equal(t, int64(5), c.Points)

		require.NoError(t, b.carts.Select(ctx, 1, "", []string{l.Key}, false))
		c, err = b.carts.Get(ctx, 1, "")
		require.NoError(t, err)
		require.Equal(t, int64(6), c.Number, "pieces count selected or not")
		require.Equal(t, mall.Money(100), c.Total)
		require.ErrorIs(t, b.carts.SetQty(ctx, 1, "", stranger.Key, 1), cart.ErrNoLine, "a stranger's line is no line")
		require.ErrorIs(t, b.carts.Remove(ctx, 1, "", []string{stranger.Key}), cart.ErrNoLine)
		require.NoError(t, b.carts.Clear(ctx, 1, ""))
		c, err = b.carts.Get(ctx, 1, "")
		require.NoError(t, err)
		require.Empty(t, c.Positions)
	})
}

func TestQuantities(t *testing.T) {
	each(t, cart.Config{MaxQuantity: 50, MaxLines: 1}, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		for _, n := range []int64{0, -1, 51, 1e12} {
			_, err := b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.plain, Qty: n})
			require.ErrorIs(t, err, cart.ErrQuantity, "%d", n)
		}
		_, err := b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.cheap, Qty: 4})
		require.ErrorIs(t, err, stock.ErrShort)
		_, err = b.carts.Add(ctx, 1, "", cart.AddInput{Goods: 999_999, Qty: 1})
		require.ErrorIs(t, err, catalog.ErrGone)
		l, err := b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.cheap, Qty: 3})
		require.NoError(t, err)
		_, err = b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.cheap, Qty: 1})
		require.ErrorIs(t, err, stock.ErrShort, "pieces in the cart count")
		_, err = b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.plain, Qty: 1})
		require.ErrorIs(t, err, cart.ErrFull)
		require.ErrorIs(t, b.carts.SetQty(ctx, 1, "", l.Key, 4), stock.ErrShort)
		require.ErrorIs(t, b.carts.SetQty(ctx, 1, "", l.Key, 0), cart.ErrQuantity)
		require.NoError(t, b.carts.SetQty(ctx, 1, "", l.Key, 2))
	})
}

func TestOffSaleLinesAreShownAndNotCounted(t *testing.T) {
	each(t, cart.Config{}, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		_, err := b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.plain, Qty: 1})
		require.NoError(t, err)
		_, err = b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.cheap, Qty: 1})
		require.NoError(t, err)
		require.NoError(t, b.goods.SetSale(ctx, mall.System(), b.plain, false))
		c, err := b.carts.Get(ctx, 1, "")
		require.NoError(t, err)
		require.Len(t, c.Positions, 2)
		require.ErrorIs(t, c.Positions[0].Problem, catalog.ErrOffSale)
		require.Equal(t, "tea", c.Positions[0].Item.Goods.Name)
		require.Equal(t, mall.Money(100), c.Total)
	})
}

func TestTakeOnce(t *testing.T) {
	each(t, cart.Config{}, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		l, err := b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.plain, Qty: 2})
		require.NoError(t, err)
		var won, lost atomic.Int64
		gate := make(chan struct{})
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				<-gate
				ls, err := b.carts.Take(ctx, 1, "", []string{l.Key})
				switch {
				case err == nil:
					won.Add(int64(len(ls)))
				case mall.CodeOf(err) == cart.ErrChanged.Code:
					lost.Add(1)
				}
			})
		}
		close(gate)
		wg.Wait()
		require.Equal(t, int64(1), won.Load())
		require.Equal(t, int64(19), lost.Load())
		_, err = b.carts.Take(ctx, 1, "", nil)
		require.ErrorIs(t, err, cart.ErrEmpty)
	})
}

func TestTakeIsUndoneWithItsCheckout(t *testing.T) {
	each(t, cart.Config{}, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		_, err := b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.plain, Qty: 2})
		require.NoError(t, err)
		err = b.store.Do(ctx, func(ctx context.Context) error {
			ls, err := b.carts.Take(ctx, 1, "", nil)
			require.NoError(t, err)
			require.Len(t, ls, 1)
			return stock.ErrShort
		})
		require.ErrorIs(t, err, stock.ErrShort)
		ls, err := b.carts.Selected(ctx, 1, "")
		require.NoError(t, err)
		require.Len(t, ls, 1)
	})
}

func TestMergeIsIdempotent(t *testing.T) {
	each(t, cart.Config{MaxQuantity: 4}, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		for _, owner := range []mall.ID{1, 2} {
			_, err := b.carts.Add(ctx, owner, "", cart.AddInput{Goods: b.plain, Qty: 3})
			require.NoError(t, err)
		}
		_, err := b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.cheap, Qty: 1})
		require.NoError(t, err)
		for range 2 {
			require.NoError(t, b.carts.Merge(ctx, 1, 2))
		}
		c, err := b.carts.Get(ctx, 2, "")
		require.NoError(t, err)
		require.Equal(t, int64(4+1), c.Number, "3 + 3 are cut to what a line may hold")
		c, err = b.carts.Get(ctx, 1, "")
		require.NoError(t, err)
		require.Empty(t, c.Positions)
	})
}

func TestMergesInParallelMoveALineOnce(t *testing.T) {
	each(t, cart.Config{}, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		for i := range mall.ID(8) {
			guest, buyer := 1000+i, 2000+i
			_, err := b.carts.Add(ctx, guest, "", cart.AddInput{Goods: b.plain, Qty: 3})
			require.NoError(t, err)
			gate := make(chan struct{})
			var wg sync.WaitGroup
			for range 6 {
				wg.Go(func() {
					<-gate
					if err := b.carts.Merge(ctx, guest, buyer); err != nil {
						t.Error(err)
					}
				})
			}
			close(gate)
			wg.Wait()
			c, err := b.carts.Get(ctx, buyer, "")
			require.NoError(t, err)
			require.Equal(t, int64(3), c.Number)
		}
	})
}
