package stock_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func setup(t testing.TB, store storage.Store) *stock.Service {
	t.Helper()
	s, err := stock.New(stock.Deps{Tx: store, Stock: store.Stock()}, stock.Config{})
	require.NoError(t, err)
	return s
}

func put(t testing.TB, s *stock.Service, key stock.Key, qty int64) {
	t.Helper()
	require.NoError(t, s.Put(t.Context(), mall.System(), key, qty, "test"))
}

func level(t testing.TB, s *stock.Service, key stock.Key) stock.Level {
	t.Helper()
	levels, err := s.Levels(t.Context(), []stock.Key{key})
	require.NoError(t, err)
	return levels[key]
}

func TestStory(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		s, ctx := setup(t, store), t.Context()
		a, day := stock.SKU(1), stock.Key{Kind: "sku", Ref: 1, Day: "2026-11-21", Slot: "09:00"}
		put(t, s, a, 5)
		put(t, s, day, 1)
		require.NoError(t, s.Hold(ctx, "o1", []stock.Need{{Key: a, Qty: 2}, {Key: day, Qty: 1}, {Key: a, Qty: 1}}))
		require.Equal(t, stock.Level{Available: 2, Held: 3}, level(t, s, a), "lines of one counter are summed")
		require.ErrorIs(t, s.Hold(ctx, "o1", []stock.Need{{Key: a, Qty: 1}}), stock.ErrHeld)

		err := s.Hold(ctx, "o2", []stock.Need{{Key: a, Qty: 2}, {Key: day, Qty: 1}})
		require.ErrorIs(t, err, stock.ErrShort)
		require.Equal(t, []any{mall.ID(1)}, func() []any { var e *mall.Error; errors.As(err, &e); return e.Args }())
		require.Equal(t, stock.Level{Available: 2, Held: 3}, level(t, s, a), "all or none")

		require.NoError(t, s.Sell(ctx, "o1"))
		require.NoError(t, s.Sell(ctx, "o1"))
		require.NoError(t, s.Release(ctx, "o1"), "what is sold is not released")
		require.Equal(t, stock.Level{Available: 2, Sold: 3}, level(t, s, a))
		require.NoError(t, s.Return(ctx, "o1", a, 2))
		require.ErrorIs(t, s.Return(ctx, "o1", a, 2), stock.ErrNotSold)
		require.Equal(t, stock.Level{Available: 4, Sold: 1}, level(t, s, a))

		require.NoError(t, s.Hold(ctx, "o3", []stock.Need{{Key: a, Qty: 4}}))
		require.ErrorIs(t, s.Return(ctx, "o3", a, 1), stock.ErrNotSold)
		require.NoError(t, s.Release(ctx, "o3"))
		require.NoError(t, s.Release(ctx, "o3"))
		require.NoError(t, s.Sell(ctx, "o3"))
		require.Equal(t, stock.Level{Available: 4, Sold: 1}, level(t, s, a))

		put(t, s, a, stock.Unlimited)
		require.NoError(t, s.Hold(ctx, "o4", []stock.Need{{Key: a, Qty: 1_000_000}}))
		require.Equal(t, stock.Level{Available: stock.Unlimited, Held: 1_000_000, Sold: 1}, level(t, s, a))
		require.NoError(t, s.Release(ctx, "o4"))
		require.ErrorIs(t, s.Hold(ctx, "o5", []stock.Need{{Key: stock.SKU(99), Qty: 1}}), stock.ErrShort, "no counter, nothing to have")
		for _, qty := range []int64{0, -1, stock.MaxQty + 1} {
			require.ErrorIs(t, s.Hold(ctx, "o6", []stock.Need{{Key: a, Qty: qty}}), mall.ErrInvalid)
		}
		log, err := s.Entries(ctx, a, mall.Page{})
		require.NoError(t, err)
		require.Len(t, log, 2)
		require.Equal(t, [2]int64{4, stock.Unlimited}, [2]int64{log[0].Before, log[0].After})
	})
}

// One piece, fifty buyers.
func TestLastPiece(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		s := setup(t, store)
		put(t, s, stock.SKU(1), 1)
		var won, short atomic.Int64
		crowd(50, func(i int) {
			switch err := s.Hold(t.Context(), fmt.Sprint("o", i), []stock.Need{{Key: stock.SKU(1), Qty: 1}}); {
			case err == nil:
				won.Add(1)
			case errors.Is(err, stock.ErrShort):
				short.Add(1)
			default:
				t.Error(err)
			}
		})
		require.EqualValues(t, 1, won.Load())
		require.EqualValues(t, 49, short.Load())
		require.Equal(t, stock.Level{Held: 1}, level(t, s, stock.SKU(1)))
	})
}

// Buyers want the same goods in opposite orders, and half of them give up:
// nobody waits in a circle, nothing is lost.
func TestCrossing(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		s := setup(t, store)
		const n = 24
		for id := range mall.ID(4) {
			put(t, s, stock.SKU(id+1), n)
		}
		crowd(n, func(i int) {
			needs := []stock.Need{}
			for j := range 4 {
				needs = append(needs, stock.Need{Key: stock.SKU(mall.ID((i+j)%4 + 1)), Qty: 1})
			}
			source := fmt.Sprint("o", i)
			err := s.Hold(t.Context(), source, needs)
			if err == nil && i%2 == 0 {
				err = s.Release(t.Context(), source)
			} else if err == nil {
				err = s.Sell(t.Context(), source)
			}
			if err != nil {
				t.Error(err)
			}
		})
		for id := range mall.ID(4) {
			require.Equal(t, stock.Level{Available: n / 2, Sold: n / 2}, level(t, s, stock.SKU(id+1)))
		}
	})
}

// Payment and expiry of one order at once: its pieces go one way.
func TestSellAgainstRelease(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		s := setup(t, store)
		put(t, s, stock.SKU(1), 20)
		for i := range 10 {
			require.NoError(t, s.Hold(t.Context(), fmt.Sprint("o", i), []stock.Need{{Key: stock.SKU(1), Qty: 2}}))
		}
		crowd(40, func(i int) {
			move := s.Sell
			if i%2 == 0 {
				move = s.Release
			}
			if err := move(t.Context(), fmt.Sprint("o", i/4)); err != nil {
				t.Error(err)
			}
		})
		l := level(t, s, stock.SKU(1))
		require.Zero(t, l.Held)
		require.EqualValues(t, 20, l.Available+l.Sold)
	})
}

// crowd runs fn n times at once, all from one gate.
func crowd(n int, fn func(i int)) {
	gate := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-gate
			fn(i)
		})
	}
	close(gate)
	wg.Wait()
}

// TestConservation plays random histories against a model of plain numbers:
// moves change no sum, adjustments change it by what the log says. A history
// lies in one transaction that is thrown away, and each step under a savepoint.
func TestConservation(t *testing.T) {
	t.Parallel()
	store := storagetest.SQLite(t)
	s := setup(t, store)
	thrown := errors.New("thrown away")
	rapid.Check(t, func(rt *rapid.T) {
		err := store.Do(t.Context(), func(ctx context.Context) error {
			h := &history{store: store, s: s, ctx: ctx, levels: map[stock.Key]*stock.Level{}, holds: map[string]*held{}}
			for _, day := range []string{"a", "b"} {
				h.keys = append(h.keys, stock.Key{Kind: "t", Ref: 1, Day: day})
				h.levels[stock.Key{Kind: "t", Ref: 1, Day: day}] = &stock.Level{}
			}
			rt.Repeat(map[string]func(*rapid.T){"put": h.put, "hold": h.hold, "release": h.release, "sell": h.sell, "return": h.giveBack, "": h.check})
			h.checkLog(rt)
			return thrown
		})
		require.ErrorIs(rt, err, thrown)
	})
}

// history is the model beside the service.
type history struct {
	store  storage.Store
	s      *stock.Service
	ctx    context.Context
	keys   []stock.Key
	levels map[stock.Key]*stock.Level
	holds  map[string]*held
}

type held struct {
	needs map[stock.Key]int64
	state stock.State
}

func (h *history) try(fn func(ctx context.Context) error) error { return h.store.Try(h.ctx, fn) }

func (h *history) source(rt *rapid.T) string {
	return fmt.Sprint("o", rapid.IntRange(0, 5).Draw(rt, "source"))
}

func (h *history) key(rt *rapid.T) stock.Key { return rapid.SampledFrom(h.keys).Draw(rt, "key") }

func (h *history) put(rt *rapid.T) {
	k, n := h.key(rt), rapid.Int64Range(0, 9).Draw(rt, "stock")
	require.NoError(rt, h.try(func(ctx context.Context) error { return h.s.Put(ctx, mall.System(), k, n, "count") }))
	h.levels[k].Available = n
}

func (h *history) hold(rt *rapid.T) {
	id, sums := h.source(rt), map[stock.Key]int64{}
	if h.holds[id] != nil {
		rt.Skip("the model knows one hold a source")
	}
	var needs []stock.Need
	for range rapid.IntRange(1, 3).Draw(rt, "lines") {
		n := stock.Need{Key: h.key(rt), Qty: rapid.Int64Range(1, 5).Draw(rt, "qty")}
		needs = append(needs, n)
		sums[n.Key] += n.Qty
	}
	err := h.try(func(ctx context.Context) error { return h.s.Hold(ctx, id, needs) })
	for k, n := range sums {
		if h.levels[k].Available < n {
			require.ErrorIs(rt, err, stock.ErrShort)
			return
		}
	}
	require.NoError(rt, err)
	h.holds[id] = &held{needs: sums}
	for k, n := range sums {
		h.levels[k].Available -= n
		h.levels[k].Held += n
	}
}

// end takes what a source holds to a state, as the model sees it.
func (h *history) end(id string, to stock.State, move func(l *stock.Level, n int64)) {
	if o := h.holds[id]; o != nil && o.state == stock.Held {
		o.state = to
		for k, n := range o.needs {
			h.levels[k].Held -= n
			move(h.levels[k], n)
		}
	}
}

func (h *history) release(rt *rapid.T) {
	id := h.source(rt)
	require.NoError(rt, h.try(func(ctx context.Context) error { return h.s.Release(ctx, id) }))
	h.end(id, stock.Released, func(l *stock.Level, n int64) { l.Available += n })
}

func (h *history) sell(rt *rapid.T) {
	id := h.source(rt)
	require.NoError(rt, h.try(func(ctx context.Context) error { return h.s.Sell(ctx, id) }))
	h.end(id, stock.Sold, func(l *stock.Level, n int64) { l.Sold += n })
}

func (h *history) giveBack(rt *rapid.T) {
	id, k, n := h.source(rt), h.key(rt), rapid.Int64Range(1, 5).Draw(rt, "qty")
	err := h.try(func(ctx context.Context) error { return h.s.Return(ctx, id, k, n) })
	o := h.holds[id]
	if o == nil || o.state != stock.Sold || o.needs[k] < n {
		require.ErrorIs(rt, err, stock.ErrNotSold)
		return
	}
	require.NoError(rt, err)
	o.needs[k] -= n
	h.levels[k].Sold -= n
	h.levels[k].Available += n
}

func (h *history) check(rt *rapid.T) {
	levels, err := h.s.Levels(h.ctx, h.keys)
	require.NoError(rt, err)
	for _, k := range h.keys {
		require.Equal(rt, *h.levels[k], levels[k])
	}
}

func (h *history) checkLog(rt *rapid.T) {
	for _, k := range h.keys {
		var adjusted int64
		log, err := h.s.Entries(h.ctx, k, mall.Page{Limit: mall.MaxLimit})
		require.NoError(rt, err)
		for _, e := range log {
			adjusted += e.After - e.Before
		}
		require.Equal(rt, adjusted, h.levels[k].Available+h.levels[k].Held+h.levels[k].Sold)
	}
}

func ExampleNew() {
	dir, _ := os.MkdirTemp("", "stock")
	defer os.RemoveAll(dir)
	ctx := context.Background()
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		panic(err)
	}
	defer store.Close()
	stocks, err := stock.New(stock.Deps{Tx: store, Stock: store.Stock()}, stock.Config{})
	if err != nil {
		panic(err)
	}
	_ = stocks.Put(ctx, mall.System(), stock.SKU(3), 5, "delivery")
	fmt.Println(stocks.Hold(ctx, "order:17", []stock.Need{{Key: stock.SKU(3), Qty: 2}}))
	fmt.Println(stocks.Hold(ctx, "order:18", []stock.Need{{Key: stock.SKU(3), Qty: 4}}))
	_ = stocks.Sell(ctx, "order:17")
	levels, _ := stocks.Levels(ctx, []stock.Key{stock.SKU(3)})
	fmt.Printf("%+v\n", levels[stock.SKU(3)])
	// Output:
	// <nil>
	// not enough in stock: [3]
	// {Available:3 Held:0 Sold:2}
}
