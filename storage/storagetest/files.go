package storagetest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/file"
)

func fileOf(key string, owner mall.ID, size int64) *file.File {
	return &file.File{Key: key, Owner: owner, Name: "我.png", Type: "image/png", Size: size, Width: 3, Height: 4, CreatedAt: noon}
}

// putFile counts and inserts like the service does.
func putFile(ctx context.Context, repo file.Repository, f *file.File) error {
	ok, err := repo.Take(ctx, f.Owner, f.Size, 0)
	if err == nil && !ok {
		err = fmt.Errorf("not taken")
	}
	if err != nil {
		return err
	}
	return repo.Insert(ctx, f)
}

func testFiles(t *testing.T, open Open) {
	store := open(t)
	repo := store.Files()
	ctx := t.Context()
	do := func(fn func(ctx context.Context) error) {
		t.Helper()
		require.NoError(t, store.Do(ctx, fn))
	}
	usage := func(bytes, count int64) {
		t.Helper()
		b, n, err := repo.Usage(ctx)
		require.NoError(t, err)
		require.Equal(t, [2]int64{bytes, count}, [2]int64{b, n})
	}

	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, putFile(ctx, repo, fileOf("k.png", 1, 5))) })
	usage(0, 0)
	_, err := repo.ByKey(ctx, "k.png")
	require.ErrorIs(t, err, mall.ErrNotFound)
	require.ErrorIs(t, repo.Insert(ctx, fileOf("k.png", 1, 5)), mall.ErrNoTx)

	plain, sourced, soon, foreign := fileOf("a.png", 1, 10), fileOf("b.png", 1, 20), fileOf("c.png", 1, 30), fileOf("d.png", 2, 40)
	sourced.Source = "wxacode:1"
	soon.ExpiresAt = noon.Add(time.Hour)
	for _, f := range []*file.File{plain, sourced, soon, foreign} {
		do(func(ctx context.Context) error { f.ID = 0; return putFile(ctx, repo, f) })
		got, err := repo.ByKey(ctx, f.Key)
		require.NoError(t, err)
		require.Equal(t, f, got)
	}
	usage(100, 4)
	got, err := repo.BySource(ctx, "wxacode:1")
	require.NoError(t, err)
	require.Equal(t, sourced, got)
	_, err = repo.BySource(ctx, "")
	require.ErrorIs(t, err, mall.ErrNotFound)
	again := fileOf("e.png", 1, 1)
	again.Source = "wxacode:1"
	require.ErrorIs(t, store.Do(ctx, func(ctx context.Context) error { return putFile(ctx, repo, again) }), mall.ErrConflict)
	usage(100, 4)

	known, err := repo.Known(ctx, []string{"a.png", "x.png", "d.png"})
	require.NoError(t, err)
	require.Equal(t, map[string]bool{"a.png": true, "d.png": true}, known)
	known, err = repo.Known(ctx, nil)
	require.NoError(t, err)
	require.Empty(t, known)
	owned, err := repo.Owned(ctx, 1, plain.ID, 1)
	require.NoError(t, err)
	require.Equal(t, []file.File{*sourced}, owned)
	expired, err := repo.Expired(ctx, noon.Add(time.Hour-1), 10)
	require.NoError(t, err)
	require.Empty(t, expired)
	expired, err = repo.Expired(ctx, noon.Add(time.Hour), 10)
	require.NoError(t, err)
	require.Equal(t, []file.File{*soon}, expired)

	for _, want := range []bool{true, false} {
		do(func(ctx context.Context) error {
			ok, err := repo.Delete(ctx, soon)
			require.Equal(t, want, ok)
			return err
		})
		usage(70, 3)
	}
	do(func(ctx context.Context) error { return repo.Disown(ctx, 1, noon) })
	do(func(ctx context.Context) error { return repo.Disown(ctx, 99, noon) })
	usage(70, 3)
	got, err = repo.ByKey(ctx, "b.png")
	require.NoError(t, err)
	require.Zero(t, got.Owner)
	require.Empty(t, got.Name+got.Source)
	require.False(t, got.At(noon))
	for _, key := range []string{"a.png", "b.png", "d.png"} {
		do(func(ctx context.Context) error {
			f, err := repo.ByKey(ctx, key)
			require.NoError(t, err)
			ok, err := repo.Delete(ctx, f)
			require.True(t, ok)
			return err
		})
	}
	usage(0, 0)
}

// testFileRaces: parallel uploads never exceed the quota, and one source has
// one file; the sums are those of the rows.
func testFileRaces(t *testing.T, open Open) {
	store := open(t)
	repo := store.Files()
	ctx := t.Context()
	const n = 20
	var made atomic.Int64
	together(n, func(i int) {
		_ = store.Do(ctx, func(ctx context.Context) error {
			ok, err := repo.Take(ctx, 1, 10, 75)
			if err != nil {
				return err
			}
			if ok {
				return repo.Insert(ctx, fileOf(fmt.Sprintf("k%02d.png", i), 1, 10))
			}
			return mall.ErrConflict
		})
		f := fileOf(fmt.Sprintf("s%02d.png", i), 0, 1)
		f.Source = "one"
		if store.Do(ctx, func(ctx context.Context) error { f.ID = 0; return putFile(ctx, repo, f) }) == nil {
			made.Add(1)
		}
	})
	owned, err := repo.Owned(ctx, 1, 0, 100)
	require.NoError(t, err)

	require.Len(t, owned, 7, "seven times ten fit into 75")
	require.Equal(t, int64(1), made.Load())
	bytes, count, err := repo.Usage(ctx)
	require.NoError(t, err)
	require.Equal(t, [2]int64{71, 8}, [2]int64{bytes, count})
}
