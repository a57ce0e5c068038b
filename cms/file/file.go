package file

import (
	"context"
	"io"
	"time"

	"github.com/gomall-dev/mall"
)

// File is a stored file. Its key is random, so whoever knows it may read it.
type File struct {
	ID        mall.ID
	Key       string  // unique, also the name of the blob: "k3v….png"
	URL       string  // where the public reads it; given by the Service, not stored
	Owner     mall.ID // who put it; zero: the shop itself
	Source    string  // unique if not empty: what it was made from, so that it is made once
	Name      string  // as the uploader called it: data for people, never part of a path
	Type      string  // MIME type by its content
	Size      int64   // bytes
	Width     int     // pixels, zero for other things than pictures
	Height    int
	ExpiresAt time.Time // gone from here on; zero: never
	CreatedAt time.Time
}

// At says whether the file is still there at a moment.
func (f *File) At(t time.Time) bool { return f.ExpiresAt.IsZero() || t.Before(f.ExpiresAt) }

// Ext is the extension that goes with the type, without a dot: "png".
func (f *File) Ext() string { return extOf(f.Type) }

// Options adjust one Put.
type Options struct {
	Keep   time.Duration // the file is gone afterwards; zero: it stays
	Source string        // see File.Source; ErrTaken when a file has it already
	Types  []string      // MIME types to accept, "image/png"; nil: all that the service knows
	Most   int64         // bytes, if that is less than the type's own limit; zero: that limit
	// Visitor lets somebody without a login put the file: it is the shop's
	// own then, and counted per network address, see Config.Visitors.
	Visitor bool
}

// Reader is an opened blob.
type Reader interface {
	io.ReadSeekCloser
}

// Blobs keeps bytes by key. It is used by several processes at a time.
type Blobs interface {
	// Put stores all of r under a new key: when it returns nil the bytes are
	// durable, when it fails nothing can be opened under the key. An error of r
	// comes back as it is.
	Put(ctx context.Context, key string, r io.Reader) error
	// Open reads a blob, mall.ErrNotFound when there is none.
	Open(ctx context.Context, key string) (Reader, error)
	// Delete removes a blob; none is no error.
	Delete(ctx context.Context, key string) error
	// Each calls fn with every key, in no order, and when it was written.
	// Unfinished blobs of crashed processes come too, under keys that Delete
	// takes. An error of fn ends the walk.
	Each(ctx context.Context, fn func(key string, at time.Time) error) error
}

// Repository keeps the rows. Writes need a running mall.Tx.Do.
type Repository interface {
	// Insert stores a new row, sets its ID and counts it; mall.ErrConflict when
	// its Source is taken.
	Insert(ctx context.Context, f *File) error
	// ByKey is one row, expired or not, or mall.ErrNotFound.
	ByKey(ctx context.Context, key string) (*File, error)
	// BySource is one row, expired or not, or mall.ErrNotFound.
	BySource(ctx context.Context, source string) (*File, error)
	// Known are those of keys that have a row.
	Known(ctx context.Context, keys []string) (map[string]bool, error)
	// Owned gives up to limit files of one owner with ids over after, lowest first.
	Owned(ctx context.Context, owner, after mall.ID, limit int64) ([]File, error)
	// Expired lists rows that are gone at a moment, oldest first.
	Expired(ctx context.Context, at time.Time, limit int) ([]File, error)
	// Delete removes a row and its counts; false when it was not there.
	Delete(ctx context.Context, f *File) (bool, error)
	// Disown takes owner, name and source from the files of an owner and lets
	// them expire at a moment.
	Disown(ctx context.Context, owner mall.ID, at time.Time) error
	// Take adds bytes to the account's use if it stays within quota (bytes;
	// zero: none), and says whether it did.
	Take(ctx context.Context, owner mall.ID, bytes, quota int64) (bool, error)
	// Usage is what all rows add up to.
	Usage(ctx context.Context) (bytes, count int64, err error)
}

var (
	// ErrGone says that there is no such file, or not any more.
	ErrGone = mall.E(mall.NotFound, "file.gone", "no such file")
	// ErrEmpty says that there are no bytes.
	ErrEmpty = mall.E(mall.Invalid, "file.empty", "file is empty")
	// ErrCut says that the upload ended before its end.
	ErrCut = mall.E(mall.Invalid, "file.cut", "upload was cut off")
	// ErrType says that the content is none of the accepted types.
	ErrType = mall.E(mall.Invalid, "file.type", "file type is not accepted")
	// ErrTooLarge says that the file has more bytes than its type may have.
	ErrTooLarge = mall.E(mall.Limit, "file.too_large", "file is too large")
	// ErrTooManyPixels says that the picture would be too large in memory.
	ErrTooManyPixels = mall.E(mall.Limit, "file.pixels", "picture has too many pixels")
	// ErrBroken says that the picture cannot be read.
	ErrBroken = mall.E(mall.Invalid, "file.broken", "picture is broken")
	// ErrQuota says that the account's room for files is used up.
	ErrQuota = mall.E(mall.Limit, "file.quota", "no room for more files")
	// ErrVisitors says that the address has put all the files that it may
	// without a login; its argument is how many.
	ErrVisitors = mall.E(mall.Limit, "file.visitors", "too many files without a login")
	// ErrTaken says that there is a file with this source already.
	ErrTaken = mall.E(mall.Conflict, "file.taken", "file of this source exists")
)
