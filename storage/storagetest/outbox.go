package storagetest

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/storage"
)

func testOutbox(t *testing.T, open Open) {
	t.Run("gives back what was appended", func(t *testing.T) {
		store := open(t)
		at := time.UnixMilli(1_700_000_000_123).UTC()
		in := mall.Event{Kind: "order.paid", Version: 2, Aggregate: 7, Facts: json.RawMessage(`{"a":"☃'?"}`), At: at}
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			require.NoError(t, store.Append(ctx))
			return store.Append(ctx, in, mall.Event{Kind: "bare", At: at})
		}))
		got, err := store.Events(t.Context(), 0, 10)
		require.NoError(t, err)
		in.ID = 1
		require.Equal(t, []mall.Event{in, {ID: 2, Kind: "bare", Version: 1, Facts: json.RawMessage("{}"), At: at}}, got)
		got, err = store.Events(t.Context(), 1, 10)
		require.NoError(t, err)
		require.Len(t, got, 1)
	})
	t.Run("drains in order and at least once", func(t *testing.T) {
		store := open(t)
		fill(t, store, 250)
		var got []string
		fail := true
		handle := func(ctx context.Context, e mall.Event) error {
			require.False(t, mall.InTx(ctx))
			if e.Kind == "120" && fail {
				fail = false
				return errRefused
			}
			got = append(got, e.Kind)
			return nil
		}
		n, err := store.Drain(t.Context(), "mailer", handle)
		require.ErrorIs(t, err, errRefused)
		require.Equal(t, 120, n)
		n, err = store.Drain(t.Context(), "mailer", handle)
		require.NoError(t, err)
		require.Equal(t, 130, n)
		for i, k := range got {
			require.Equal(t, strconv.Itoa(i), k)
		}
		n, err = store.Drain(t.Context(), "mailer", handle)
		require.NoError(t, err)
		require.Zero(t, n)
	})
	t.Run("drains one at a time", func(t *testing.T) {
		store := open(t)
		fill(t, store, 1)
		n, err := store.Drain(t.Context(), "one", func(ctx context.Context, _ mall.Event) error {
			n, err := store.Drain(ctx, "one", func(context.Context, mall.Event) error { panic("must not run") })
			require.NoError(t, err)
			require.Zero(t, n)
			n, err = store.Drain(ctx, "other", func(context.Context, mall.Event) error { return nil })
			require.NoError(t, err)
			require.Equal(t, 1, n)
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, 1, n)
	})
	t.Run("purges what every consumer has seen", func(t *testing.T) {
		store := open(t)
		fill(t, store, 5)
		stop := 0
		_, err := store.Drain(t.Context(), "slow", func(context.Context, mall.Event) error {
			if stop++; stop > 2 {
				return errRefused
			}
			return nil
		})
		require.ErrorIs(t, err, errRefused)
		purge := func(want int) {
			t.Helper()
			n, err := store.PurgeEvents(t.Context(), time.UnixMilli(2))
			require.NoError(t, err)
			require.EqualValues(t, want, n)
		}
		n, err := store.PurgeEvents(t.Context(), time.UnixMilli(1))
		require.NoError(t, err)
		require.Zero(t, n, "not older")
		purge(2)
		purge(0)
		require.NoError(t, store.DropConsumer(t.Context(), "slow"))
		purge(3)
		require.Empty(t, said(t.Context(), t, store))
		fill(t, store, 1)
		events, err := store.Events(t.Context(), 0, 10)
		require.NoError(t, err)
		require.EqualValues(t, 6, events[0].ID, "positions are never given twice")
	})
}

func fill(t *testing.T, store storage.Store, n int) {
	t.Helper()
	require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
		for i := range n {
			if err := say(ctx, store, strconv.Itoa(i)); err != nil {
				return err
			}
		}
		return nil
	}))
}

// testOutboxRaces: while many write, several readers follow; each sees every
// event once, in order of its id, whatever the order of commits.
func testOutboxRaces(t *testing.T, open Open) {
	store := open(t)
	const writers, each, followers = 8, 20, 3
	gate := make(chan struct{})
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			<-gate
			for range each {
				if err := store.Do(t.Context(), func(ctx context.Context) error { return say(ctx, store, "x") }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range followers {
		wg.Go(func() {
			<-gate
			var after mall.ID
			for n := 0; n < writers*each && !t.Failed(); {
				events, err := store.Events(t.Context(), after, 7)
				if err != nil {
					t.Error(err)
					return
				}
				for _, e := range events {
					if e.ID != after+1 {
						t.Errorf("event %d comes after %d", e.ID, after)
						return
					}
					after = e.ID
				}
				n += len(events)
			}
		})
	}
	close(gate)
	wg.Wait()
}
