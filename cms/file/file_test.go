package file_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/file"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/storagetest"
)

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
	blobs, err := file.OpenDir(filepath.Join(dir, "files"))
	if err != nil {
		panic(err)
	}
	defer blobs.Close()
	files, err := file.New(file.Deps{Repo: store.Files(), Tx: store, Blobs: blobs}, file.Config{Public: "https://shop.example/files/"})
	if err != nil {
		panic(err)
	}
	f, err := files.Put(ctx, mall.System(), bytes.NewReader(picture(3, 2)), `C:\my pictures\cat.gif`, file.Options{})
	fmt.Println(f.Type, f.Width, f.Height, f.Name, f.URL == "https://shop.example/files/"+f.Key, err)
	_, err = files.Put(ctx, mall.System(), strings.NewReader("<html><script>alert(1)</script>"), "cat.png", file.Options{})
	fmt.Println(err)
	// Output:
	// image/png 3 2 cat.gif true <nil>
	// file type is not accepted
}

func picture(w, h int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, w, h))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// claim is a PNG whose header says w by h pixels, whatever follows.
func claim(w, h uint32) []byte {
	b := picture(1, 1)
	binary.BigEndian.PutUint32(b[16:], w)
	binary.BigEndian.PutUint32(b[20:], h)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

type bundle struct {
	*file.Service
	store storage.Store
	blobs *file.Dir
	dir   string
	now   time.Time
}

var buyer = mall.Actor{Account: 7, Face: mall.FaceWXAPI}

func setup(t *testing.T, store storage.Store, c file.Config) *bundle {
	t.Helper()
	b := &bundle{store: store, dir: filepath.Join(t.TempDir(), "files"), now: time.Now().UTC().Truncate(time.Second)}
	var err error
	b.blobs, err = file.OpenDir(b.dir)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.blobs.Close()) })
	c.Now = func() time.Time { return b.now }
	b.Service, err = file.New(file.Deps{Repo: store.Files(), Tx: store, Blobs: b.blobs}, c)
	require.NoError(t, err)
	return b
}

// onDisk are the paths of all files below the directory.
func (b *bundle) onDisk(t *testing.T) (paths []string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(b.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			paths = append(paths, path)
		}
		return err
	}))
	return paths
}

func (b *bundle) used(t *testing.T) [2]int64 {
	t.Helper()
	bytes, count, err := b.Usage(t.Context())
	require.NoError(t, err)
	return [2]int64{bytes, count}
}

func TestPutAndOpen(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store, file.Config{}), t.Context()
		body := picture(20, 10)
		f, err := b.Put(ctx, buyer, bytes.NewReader(body), "../../etc/我的猫.png", file.Options{})
		require.NoError(t, err)
		require.Equal(t, "我的猫.png", f.Name)
		require.Equal(t, "png", f.Ext())
		require.Regexp(t, `^[a-z2-7]{26}\.png$`, f.Key)
		require.Equal(t, "/files/"+f.Key, f.URL)
		require.Equal(t, int64(len(body)), f.Size)

		got, r, err := b.Open(ctx, f.Key)
		require.NoError(t, err)
		defer r.Close()
		require.Equal(t, f, got)
		read, err := io.ReadAll(r)
		require.NoError(t, err)
		require.Equal(t, body, read)
		require.Equal(t, [2]int64{int64(len(body)), 1}, b.used(t))

		for _, key := range []string{"", "x", "../mall.db", "..", f.Key + "x", "/etc/passwd", f.Key[:2] + "/" + f.Key, "a\x00b.png"} {
			_, _, err := b.Open(ctx, key)
			require.ErrorIs(t, err, file.ErrGone, "%q", key)
		}
		require.ErrorIs(t, b.Delete(ctx, mall.Actor{Account: 8}, f.Key), file.ErrGone, "somebody else's")
		require.ErrorIs(t, b.Delete(ctx, mall.Actor{}, f.Key), file.ErrGone)
		require.NoError(t, b.Delete(ctx, buyer, f.Key))
		require.Empty(t, b.onDisk(t))
		require.Equal(t, [2]int64{}, b.used(t))
	})
}

func TestAcceptedTypes(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, storagetest.SQLite(t), file.Config{}), t.Context()
	var jpg, gf bytes.Buffer
	require.NoError(t, jpeg.Encode(&jpg, image.NewGray(image.Rect(0, 0, 9, 9)), nil))
	require.NoError(t, gif.Encode(&gf, image.NewGray(image.Rect(0, 0, 9, 9)), nil))
	for want, body := range map[string]string{
		"image/jpeg": jpg.String(), "image/gif": gf.String(), "image/png": string(picture(1, 1)),
		"application/pdf": "%PDF-1.7 …", "video/mp4": "\x00\x00\x00\x18ftypisom\x00\x00\x02\x00", "audio/mpeg": "ID3\x04",
		"audio/wav": "RIFF\x00\x00\x00\x00WAVEfmt ", "video/quicktime": "\x00\x00\x00\x14ftypqt  ", "audio/amr": "#!AMR\n",
	} {
		f, err := b.Put(ctx, buyer, strings.NewReader(body), "name.exe", file.Options{})
		require.NoError(t, err, want)
		require.Equal(t, want, f.Type)
	}
}

// TestHostileUploads: nothing of what is refused stays anywhere.
func TestHostileUploads(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store, file.Config{MaxImage: 2000, MaxOther: 3000, Quota: 5000}), t.Context()
		cut := io.MultiReader(bytes.NewReader(picture(2, 2)[:40]), iotest.ErrReader(io.ErrUnexpectedEOF))
		for name, c := range map[string]struct {
			body io.Reader
			want *mall.Error
		}{
			"empty.png":       {strings.NewReader(""), file.ErrEmpty},
			"page.png":        {strings.NewReader("<!DOCTYPE html><script>alert(1)</script>"), file.ErrType},
			"drawing.png":     {strings.NewReader(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), file.ErrType},
			"space.png":       {strings.NewReader("  \n<svg/>"), file.ErrType},
			"program.jpg":     {strings.NewReader("MZ\x90\x00"), file.ErrType},
			"archive.pdf":     {strings.NewReader("PK\x03\x04"), file.ErrType},
			"text.txt":        {strings.NewReader("hello"), file.ErrType},
			"bomb.png":        {bytes.NewReader(claim(12000, 12000)), file.ErrTooManyPixels},
			"widest.png":      {bytes.NewReader(claim(1<<31-1, 1<<31-1)), file.ErrBroken},
			"nothing.png":     {bytes.NewReader(claim(0, 5)), file.ErrBroken},
			"header.png":      {bytes.NewReader(picture(1, 1)[:20]), file.ErrBroken},
			"magic.gif":       {strings.NewReader("GIF89a"), file.ErrBroken},
			"cut.png":         {cut, file.ErrCut},
			"cut.pdf":         {io.MultiReader(strings.NewReader("%PDF-1.7"), iotest.ErrReader(errors.New("connection reset"))), file.ErrCut},
			"large.png":       {io.MultiReader(bytes.NewReader(picture(1, 1)), strings.NewReader(strings.Repeat("x", 2000))), file.ErrTooLarge},
			"large.pdf":       {strings.NewReader("%PDF-" + strings.Repeat("x", 3000)), file.ErrTooLarge},
			"endless.mp4":     {io.MultiReader(strings.NewReader("\x00\x00\x00\x18ftypisom"), endless{}), file.ErrTooLarge},
			"endless.jpg":     {io.MultiReader(strings.NewReader("\xff\xd8\xff\xe0"), endless{}), nil},
			"one byte at all": {iotest.OneByteReader(strings.NewReader("<svg/>")), file.ErrType},
		} {
			_, err := b.Put(ctx, buyer, c.body, name, file.Options{})
			require.True(t, mall.Refused(err), "%s: %v", name, err)
			if c.want != nil {
				require.ErrorIs(t, err, c.want, name)
			}
		}
		require.Empty(t, b.onDisk(t))
		require.Equal(t, [2]int64{}, b.used(t))

		_, err := b.Put(ctx, mall.Actor{Face: mall.FaceWXAPI}, bytes.NewReader(picture(1, 1)), "x", file.Options{})
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
		pdf := "%PDF-" + strings.Repeat("x", 2400)
		for range 2 {
			_, err = b.Put(ctx, buyer, strings.NewReader(pdf), "x", file.Options{})
			require.NoError(t, err)
		}
		_, err = b.Put(ctx, buyer, strings.NewReader(pdf), "x", file.Options{})
		require.ErrorIs(t, err, file.ErrQuota)
		require.Len(t, b.onDisk(t), 2)
		_, err = b.Put(ctx, mall.System(), strings.NewReader(pdf), "x", file.Options{})
		require.NoError(t, err, "the shop has no quota")
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestFileNames(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, storagetest.SQLite(t), file.Config{}), t.Context()
	for in, want := range map[string]string{
		"../../x.png": "x.png", `..\..\x.png`: "x.png", "a\x00b\n.png": "ab.png", "": "", "/": "", "a\xffb": "ab",
		strings.Repeat("我", 300): strings.Repeat("我", 200),
	} {
		f, err := b.Put(ctx, buyer, bytes.NewReader(picture(1, 1)), in, file.Options{})
		require.NoError(t, err)
		require.Equal(t, want, f.Name, "%q", in)
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store, file.Config{}), t.Context()
		f, err := b.Put(ctx, buyer, bytes.NewReader(picture(1, 1)), "x", file.Options{Keep: time.Hour})
		require.NoError(t, err)
		kept, err := b.Put(ctx, buyer, bytes.NewReader(picture(1, 1)), "x", file.Options{})
		require.NoError(t, err)
		n, err := b.Sweep(ctx)
		require.NoError(t, err)
		require.Zero(t, n)
		b.now = b.now.Add(time.Hour)
		_, _, err = b.Open(ctx, f.Key)
		require.ErrorIs(t, err, file.ErrGone, "before the sweep too")
		n, err = b.Sweep(ctx)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Len(t, b.onDisk(t), 1)
		_, err = b.Get(ctx, kept.Key)
		require.NoError(t, err)
	})
}

func TestOneFileOfASource(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store, file.Config{}), t.Context()
		_, err := b.BySource(ctx, "code:1")
		require.ErrorIs(t, err, file.ErrGone)
		var mu sync.Mutex
		made := 0
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, err := b.Put(ctx, mall.System(), bytes.NewReader(picture(1, 1)), "code", file.Options{Source: "code:1"})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made++
				} else if !errors.Is(err, file.ErrTaken) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, 1, made)
		require.Len(t, b.onDisk(t), 1, "the losers' blobs are gone")
		require.Equal(t, int64(1), b.used(t)[1])
		f, err := b.BySource(ctx, "code:1")
		require.NoError(t, err)
		url, err := b.Keep(ctx, "code:1", "other", picture(2, 2), time.Hour)
		require.NoError(t, err)
		require.Equal(t, f.URL, url)
		url, err = b.Keep(ctx, "code:2", "code", picture(2, 2), time.Hour)
		require.NoError(t, err)
		kept, err := b.Kept(ctx, "code:2")
		require.NoError(t, err)
		require.Equal(t, kept, url)
		b.now = b.now.Add(time.Hour)
		kept, err = b.Kept(ctx, "code:2")
		require.NoError(t, err)
		require.Empty(t, kept)
	})
}

func TestOrphans(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, storagetest.SQLite(t), file.Config{}), t.Context()
	f, err := b.Put(ctx, buyer, bytes.NewReader(picture(1, 1)), "x", file.Options{})
	require.NoError(t, err)
	require.NoError(t, b.blobs.Put(ctx, "orphan.png", strings.NewReader("x")))
	require.NoError(t, os.WriteFile(filepath.Join(b.dir, "or", "half.png.part"), []byte("x"), 0o600))
	n, err := b.Orphans(ctx)
	require.NoError(t, err)
	require.Zero(t, n, "they may belong to uploads that still run")
	b.now = b.now.Add(7 * time.Hour)
	n, err = b.Orphans(ctx)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	_, r, err := b.Open(ctx, f.Key)
	require.NoError(t, err)
	require.NoError(t, r.Close())
}

func TestEraseAndExport(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store, file.Config{}), t.Context()
		f, err := b.Put(ctx, buyer, bytes.NewReader(picture(1, 1)), "passport of Li Lei.png", file.Options{Source: "upload:7"})
		require.NoError(t, err)
		foreign, err := b.Put(ctx, mall.Actor{Account: 8}, bytes.NewReader(picture(1, 1)), "x", file.Options{})
		require.NoError(t, err)
		out, err := b.Export(ctx, buyer.Account)
		require.NoError(t, err)
		require.Equal(t, []file.File{*f}, out)

		require.NoError(t, b.Erase(ctx, buyer.Account))
		_, _, err = b.Open(ctx, f.Key)
		require.ErrorIs(t, err, file.ErrGone)
		out, err = b.Export(ctx, buyer.Account)
		require.NoError(t, err)
		require.Empty(t, out)
		n, err := b.Sweep(ctx)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Equal(t, [2]int64{foreign.Size, 1}, b.used(t))
		require.Len(t, b.onDisk(t), 1)
	})
}

// TestRefusedRowLeavesNoBlob: what the database refuses is not on disk either.
func TestRefusedRowLeavesNoBlob(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, storagetest.SQLite(t), file.Config{}), t.Context()
	ended, cancel := context.WithCancel(ctx)
	cancel()
	_, err := b.Put(ended, buyer, bytes.NewReader(picture(1, 1)), "x", file.Options{})
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, b.onDisk(t))
}
