package visitor_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/visitor"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func TestNotes(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		ctx, at := t.Context(), time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
		s, err := visitor.New(visitor.Deps{Tx: store, Repository: store.VisitorNotes()}, visitor.Config{Now: func() time.Time { return at }})
		require.NoError(t, err)
		anna, bert := visitor.NewToken(), visitor.NewToken()
		require.NotEqual(t, anna, bert)
		find := func(token, name string) string {
			t.Helper()
			text, ok, err := s.Find(ctx, token, name)
			require.NoError(t, err)
			require.Equal(t, ok, text != "")
			return text
		}
		const number = "13812345678"
		require.NoError(t, s.Put(ctx, anna, "sms", "13900000000", time.Hour))
		require.NoError(t, s.Put(ctx, anna, "sms", number, time.Hour))
		require.Equal(t, number, find(anna, "sms"), "the newer one")
		require.Empty(t, find(bert, "sms"))
		require.Empty(t, find(anna, "captcha"))
		require.Empty(t, storagetest.Grep(t, store, number, anna), "the database tells neither number nor token")
		require.NotContains(t, visitor.Key(anna), anna)

		at = at.Add(time.Hour)
		require.Empty(t, find(anna, "sms"), "expired")
		require.NoError(t, s.Put(ctx, anna, "sms", number, time.Hour))
		var won atomic.Int64
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if text, ok, err := s.Take(ctx, anna, "sms"); err == nil && ok && text == number {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		require.Equal(t, int64(1), won.Load())
		require.NoError(t, s.Put(ctx, anna, "sms", number, time.Hour))
		at = at.Add(2 * time.Hour)
		require.NoError(t, s.Sweep(ctx, 10))
		require.Empty(t, storagetest.Texts(t, store, "SELECT hash FROM {visitor_notes}"))

		for _, token := range []string{"", "x", strings.Repeat("a", 44), anna + "=", strings.Repeat("é", 21) + "a"} {
			require.False(t, visitor.Valid(token))
			require.ErrorIs(t, s.Put(ctx, token, "sms", "x", time.Hour), mall.ErrInvalid)
			require.Empty(t, find(token, "sms"))
			_, ok, err := s.Take(ctx, token, "sms")
			require.NoError(t, err)
			require.False(t, ok)
		}
		require.ErrorIs(t, s.Put(ctx, anna, "sms", strings.Repeat("x", 257), time.Hour), mall.ErrInvalid)
	})
}

func TestMissingDependencies(t *testing.T) {
	t.Parallel()
	_, err := visitor.New(visitor.Deps{}, visitor.Config{})
	require.ErrorContains(t, err, "Tx")
}
