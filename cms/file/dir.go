package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/gomall-dev/mall"
)

// partial ends the names of blobs that are being written.
const partial = ".part"

// Dir is Blobs in a directory of the local disk, or of one that several
// machines share. Nothing outside of the directory can be reached through it.
type Dir struct{ root *os.Root }

// OpenDir opens a directory, which is made when it is not there.
func OpenDir(dir string) (*Dir, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("file: open dir: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("file: open dir: %w", err)
	}
	return &Dir{root}, nil
}

// Close gives the directory back; blobs that are open stay readable.
func (d *Dir) Close() error { return d.root.Close() }

// place is the path of a key, in one of many folders.
func place(key string) (string, error) {
	if !validKey(key) {
		return "", mall.ErrNotFound
	}
	return path.Join(key[:2], key), nil
}

// Put writes a file under a temporary name, syncs it and gives it its name.
func (d *Dir) Put(ctx context.Context, key string, r io.Reader) (err error) {
	to, err := place(key)
	if err != nil {
		return err
	}
	if err := d.root.MkdirAll(path.Dir(to), 0o750); err != nil {
		return err
	}
	tmp := to + partial
	f, err := d.root.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreAbsent(d.root.Remove(tmp)))
		}
	}()
	_, err = io.Copy(f, readUntil(ctx, r))
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := d.root.Rename(tmp, to); err != nil {
		return err
	}
	return d.sync(path.Dir(to))
}

// sync makes the names in a folder durable.
func (d *Dir) sync(folder string) error {
	f, err := d.root.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// Open reads a blob.
func (d *Dir) Open(_ context.Context, key string) (Reader, error) {
	from, err := place(key)
	if err != nil {
		return nil, err
	}
	f, err := d.root.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, mall.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Delete removes a blob.
func (d *Dir) Delete(_ context.Context, key string) error {
	at, err := place(key)
	if err != nil {
		return nil
	}
	return ignoreAbsent(d.root.Remove(at))
}

// Each walks over all blobs, unfinished ones too.
func (d *Dir) Each(ctx context.Context, fn func(key string, at time.Time) error) error {
	return fs.WalkDir(d.root.FS(), ".", func(_ string, e fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || e.IsDir() {
			return ignoreAbsent(err)
		}
		info, err := e.Info()
		if err != nil {
			return ignoreAbsent(err)
		}
		return fn(e.Name(), info.ModTime())
	})
}

// ignoreAbsent: another process may remove a file at any moment.
func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// readUntil reads r until ctx is cancelled.
func readUntil(ctx context.Context, r io.Reader) io.Reader { return untilReader{ctx, r} }

type untilReader struct {
	ctx context.Context
	r   io.Reader
}

func (u untilReader) Read(p []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.r.Read(p)
}
