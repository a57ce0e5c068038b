package file_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/file"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestVisitors: without a login nothing is taken unless the caller says so, and
// then so many an hour and address.
func TestVisitors(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
		blobs, err := file.OpenDir(t.TempDir())
		require.NoError(t, err)
		t.Cleanup(func() { _ = blobs.Close() })
		files, err := file.New(file.Deps{Repo: store.Files(), Tx: store, Blobs: blobs, Limits: store.Limits()},
			file.Config{Visitors: 2, Now: func() time.Time { return at }})
		require.NoError(t, err)
		put := func(addr string, o file.Options) error {
			_, err := files.Put(t.Context(), mall.Actor{Face: mall.FaceManager, Addr: addr}, bytes.NewReader(picture(2, 2)), "a.png", o)
			return err
		}
		require.ErrorIs(t, put("1.1.1.1", file.Options{}), mall.ErrUnauthenticated)
		open := file.Options{Visitor: true}
		require.NoError(t, put("1.1.1.1", open))
		require.NoError(t, put("1.1.1.1", open))
		require.ErrorIs(t, put("1.1.1.1", open), file.ErrVisitors)
		require.NoError(t, put("2.2.2.2", open))
		at = at.Add(time.Hour)
		require.NoError(t, put("1.1.1.1", open))
	})
}

func TestNarrowerThanTheService(t *testing.T) {
	t.Parallel()
	b := setup(t, storagetest.SQLite(t), file.Config{})
	put := func(body []byte, o file.Options) error {
		_, err := b.Put(t.Context(), mall.System(), bytes.NewReader(body), "a", o)
		return err
	}
	png := picture(2, 2)
	require.ErrorIs(t, put(png, file.Options{Types: []string{"image/gif"}}), file.ErrType)
	require.NoError(t, put(png, file.Options{Types: []string{"image/gif", "image/png"}}))
	require.ErrorIs(t, put(png, file.Options{Most: int64(len(png)) - 1}), file.ErrTooLarge)
	require.NoError(t, put(png, file.Options{Most: int64(len(png))}))
	require.ErrorIs(t, put([]byte("%PDF-1.4 text"), file.Options{Most: 4}), file.ErrTooLarge)
}
