package site_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/storagetest"
)

type noFiles struct{}

func (noFiles) Usage(context.Context) (bytes, count int64, err error) { return 1536, 2, nil }

func ExampleNew() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "mall")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		panic(err)
	}
	defer store.Close()
	settings, err := site.New(site.Deps{Repo: store.Site(), Documents: store.Documents(), Limits: store.Limits(), Tx: store, Usage: noFiles{}}, site.Config{})
	if err != nil {
		panic(err)
	}
	err = settings.Init(ctx, mall.System(),
		site.Setting{Key: "mallName", Value: "Tea house", Access: site.Public},
		site.Setting{Key: "WITHDRAW_MIN", Value: "20", Access: site.Public})
	fmt.Println(err, settings.Text(ctx, "mallName", "shop"), settings.Money(ctx, "WITHDRAW_MIN", 0))
	// Output: <nil> Tea house 20.00
}

type bundle struct {
	*site.Service
	store storage.Store
	now   time.Time
}

var staff = mall.Actor{Account: 1, Rights: []string{site.RightSettings}}

func setup(t *testing.T, store storage.Store) *bundle {
	t.Helper()
	b := &bundle{store: store, now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	b.Service = b.process(t)
	return b
}

// process is another process on the same database.
func (b *bundle) process(t *testing.T) *site.Service {
	s, err := site.New(site.Deps{Repo: b.store.Site(), Documents: b.store.Documents(), Limits: b.store.Limits(), Tx: b.store, Usage: noFiles{}},
		site.Config{Now: func() time.Time { return b.now }, AppIDs: []string{"wx1", "wx2"}, Capacity: 1 << 20})
	require.NoError(t, err)
	return s
}

func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		for key, access := range map[string]site.Access{"pub": site.Public, "priv": site.Private, "sec": site.Secret} {
			require.NoError(t, b.Put(ctx, staff, site.Setting{Key: key, Value: "v-" + key, Access: access}))
		}
		list, err := b.Public(ctx, []string{"sec", "priv", "pub", "pub", "none"})
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, "v-pub", list[0].Value)

		list, err = b.List(ctx, staff)
		require.NoError(t, err)
		require.NotContains(t, fmt.Sprint(list), "v-sec")
		require.Len(t, list, 2)
		_, err = b.List(ctx, mall.Actor{Account: 2})
		require.ErrorIs(t, err, mall.ErrDenied)
		require.ErrorIs(t, b.Put(ctx, mall.Actor{Account: 2}, site.Setting{Key: "pub"}), mall.ErrDenied)
		require.ErrorIs(t, b.Init(ctx, mall.Actor{}, site.Setting{Key: "pub"}), mall.ErrUnauthenticated)
		require.ErrorIs(t, b.Delete(ctx, mall.Actor{Account: 2}, "pub"), mall.ErrDenied)

		v, ok, err := b.Value(ctx, "sec")
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, "v-sec", v, "the program itself reads it")
		values, err := b.Values(ctx, []string{"sec", "none"})
		require.NoError(t, err)
		require.Equal(t, map[string]string{"sec": "v-sec"}, values)
	})
}

func TestWritesAreSeen(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		other := b.process(t)
		require.Equal(t, "def", b.Text(ctx, "k", "def"))
		require.Equal(t, "def", other.Text(ctx, "k", "def"))

		require.Error(t, store.Do(ctx, func(ctx context.Context) error {
			require.NoError(t, b.Put(ctx, staff, site.Setting{Key: "k", Value: "undone"}))
			require.Equal(t, "undone", b.Text(ctx, "k", "def"), "inside of its transaction")
			return mall.ErrConflict
		}))
		require.Equal(t, "def", b.Text(ctx, "k", "def"), "rolled back")

		require.NoError(t, b.Put(ctx, staff, site.Setting{Key: "k", Value: "1"}))
		require.Equal(t, "1", b.Text(ctx, "k", "def"), "at once")
		require.Equal(t, "def", other.Text(ctx, "k", "def"), "kept for the TTL")
		b.now = b.now.Add(3 * time.Second)
		require.Equal(t, "1", other.Text(ctx, "k", "def"))

		require.NoError(t, other.Delete(ctx, staff, "k"))
		require.Equal(t, "def", other.Text(ctx, "k", "def"))
		require.ErrorIs(t, other.Delete(ctx, staff, "k"), site.ErrNone)
		b.now = b.now.Add(-time.Hour)
		require.Equal(t, "def", b.Text(ctx, "k", "def"), "a clock set back does not keep old readings")
	})
}

// TestOwnCommitsAreSeenUnderLoad: readers that load while a commit happens
// never leave an older reading behind.
func TestOwnCommitsAreSeenUnderLoad(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, storagetest.SQLite(t)), t.Context()
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					b.Int(ctx, "n", 0)
				}
			}
		})
	}
	for i := range int64(50) {
		require.NoError(t, b.Put(ctx, staff, site.Setting{Key: "n", Value: fmt.Sprint(i)}))
		require.Equal(t, i, b.Int(ctx, "n", -1))
	}
	close(done)
	wg.Wait()
}

func TestTypedGetters(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, storagetest.SQLite(t)), t.Context()
	require.NoError(t, b.Init(ctx, staff, site.Setting{Key: "on", Value: "1"}, site.Setting{Key: "off", Value: "0"}, site.Setting{Key: "true", Value: "true"},
		site.Setting{Key: "empty"}, site.Setting{Key: "n", Value: "-12"}, site.Setting{Key: "m", Value: "0.5"}, site.Setting{Key: "bad", Value: "1e9"}))
	require.True(t, b.Bool(ctx, "on", false))
	require.True(t, b.Bool(ctx, "true", false))
	require.False(t, b.Bool(ctx, "off", true))
	require.True(t, b.Bool(ctx, "empty", true))
	require.True(t, b.Bool(ctx, "none", true))
	require.Equal(t, int64(-12), b.Int(ctx, "n", 5))
	require.Equal(t, int64(5), b.Int(ctx, "bad", 5))
	require.Equal(t, mall.Money(50), b.Money(ctx, "m", 9))
	require.Equal(t, mall.Money(9), b.Money(ctx, "bad", 9))
	require.Equal(t, mall.Money(9), b.Money(ctx, "none", 9))
	require.NoError(t, b.Init(ctx, staff, site.Setting{Key: "n", Value: "99"}))
	require.Equal(t, int64(-12), b.Int(ctx, "n", 5), "Init leaves what is set alone")
}

func TestBadSettings(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, storagetest.SQLite(t)), t.Context()
	for _, key := range []string{"", strings.Repeat("k", 65), "a b", "a,b", "键", "a\x00"} {
		require.ErrorIs(t, b.Put(ctx, staff, site.Setting{Key: key}), site.ErrKey, "%q", key)
		require.ErrorIs(t, b.PutAd(ctx, staff, site.AdPosition{Key: key, Picture: "p"}), site.ErrKey)
	}
	require.ErrorIs(t, b.Put(ctx, staff, site.Setting{Key: "k", Value: strings.Repeat("x", 1<<16+1)}), mall.ErrInvalid)
	require.ErrorIs(t, b.Put(ctx, staff, site.Setting{Key: "k", Remark: strings.Repeat("x", 501)}), mall.ErrInvalid)
	require.ErrorIs(t, b.Put(ctx, staff, site.Setting{Key: "k", Access: 9}), mall.ErrInvalid)
	require.ErrorIs(t, b.PutAd(ctx, staff, site.AdPosition{Key: "k"}), mall.ErrInvalid)
}

func TestAdPositions(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		require.NoError(t, b.PutAd(ctx, staff, site.AdPosition{Key: "indexPop", Picture: "p", Link: "l", Shown: true}))
		a, err := b.GetAd(ctx, "indexPop")
		require.NoError(t, err)
		require.Equal(t, site.AdPosition{Key: "indexPop", Picture: "p", Link: "l", Shown: true, UpdatedAt: b.now}, *a)
		a.Shown = false
		require.NoError(t, b.PutAd(ctx, staff, *a))
		_, err = b.GetAd(ctx, "indexPop")
		require.ErrorIs(t, err, site.ErrNone)
		list, err := b.ListAds(ctx, staff)
		require.NoError(t, err)
		require.Len(t, list, 1)
		_, err = b.ListAds(ctx, mall.Actor{Account: 3})
		require.ErrorIs(t, err, mall.ErrDenied)
		require.NoError(t, b.DeleteAd(ctx, staff, "indexPop"))
		require.ErrorIs(t, b.DeleteAd(ctx, staff, "indexPop"), site.ErrNone)
	})
}

func TestStatisticsAndApps(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, storagetest.SQLite(t)), t.Context()
	s, err := b.Statistics(ctx)
	require.NoError(t, err)
	require.Equal(t, site.Statistics{AppID: "wx1", FileBytes: 1536, FileCount: 2, Capacity: 1 << 20}, s)
	require.True(t, b.HasApp("wx2"))
	require.False(t, b.HasApp(""))
	require.False(t, b.HasApp("wx3"))
}
