package file

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// Deps are what the service cannot work without, but for Limits.
type Deps struct {
	Repo  Repository
	Tx    mall.Tx
	Blobs Blobs
	// Limits counts what visitors put; without it they may put nothing.
	Limits auth.Limits
}

// Config adjusts the service; its zero value works.
type Config struct {
	// Now is the clock; nil means the system's.
	Now func() time.Time
	// Public is what a key is appended to for its URL. Default: "/files/".
	Public string
	// MaxImage is the size limit of pictures in bytes. Default: 10 MB.
	MaxImage int64
	// MaxOther is the size limit of everything else in bytes. Default: 50 MB.
	MaxOther int64
	// MaxPixels bounds width × height of pictures. Default: 40,000,000.
	MaxPixels int64
	// Quota is what all files of one account may add up to, in bytes.
	// Default: 1 GB; the shop's own files have no limit.
	Quota int64
	// Visitors is how many files one network address may put in an hour
	// without a login, on routes that allow it. Default: 20; negative: none.
	Visitors int
	// Orphan is the age from which a blob without a row is removed; it must
	// exceed the longest upload. Default: 6 hours.
	Orphan time.Duration
}

// Service stores and serves files.
type Service struct {
	d   Deps
	cfg Config
	now func() time.Time
}

// New builds the service.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Repo == nil:
		return nil, errors.New("file: Deps.Repo is missing")
	case d.Tx == nil:
		return nil, errors.New("file: Deps.Tx is missing")
	case d.Blobs == nil:
		return nil, errors.New("file: Deps.Blobs is missing")
	}
	if c.Public == "" {
		c.Public = "/files/"
	}
	c.MaxImage = orDefault(c.MaxImage, 10<<20)
	c.MaxOther = orDefault(c.MaxOther, 50<<20)
	c.MaxPixels = orDefault(c.MaxPixels, 40_000_000)
	c.Quota = orDefault(c.Quota, 1<<30)
	if c.Visitors >= 0 {
		c.Visitors = orDefault(c.Visitors, 20)
	}
	c.Orphan = orDefault(c.Orphan, 6*time.Hour)
	return &Service{d: d, cfg: c, now: mall.Clock(c.Now)}, nil
}

func orDefault[T int | int64 | time.Duration](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}

// MaxBytes is the most that any accepted file may have, for limits of requests.
func (s *Service) MaxBytes() int64 { return max(s.cfg.MaxImage, s.cfg.MaxOther) }

// Put stores a file of the actor: an account's own, or the shop's when the host
// acts, or a visitor's where Options say so. Its type is told by its first bytes; types that are not in the list of
// accepted ones are refused, and pictures must be readable and not too large.
// The blob is durable before the row is; a blob whose row never came is swept.
func (s *Service) Put(ctx context.Context, who mall.Actor, r io.Reader, name string, o Options) (*File, error) {
	if who.Account == 0 && who.Face != mall.FaceHost {
		if !o.Visitor {
			return nil, mall.ErrUnauthenticated
		}
		if err := s.admit(ctx, who.Addr); err != nil {
			return nil, err
		}
	}
	in := &intake{r: r, max: s.MaxBytes()}
	f, body, err := s.inspect(in, o)
	if err != nil {
		return nil, err
	}
	f.Owner, f.Name, f.Source, f.CreatedAt = who.Account, cleanName(name), o.Source, s.now()
	f.Key = strings.ToLower(rand.Text()) + "." + f.Ext()
	if o.Keep > 0 {
		f.ExpiresAt = f.CreatedAt.Add(o.Keep)
	}
	if err := s.d.Blobs.Put(ctx, f.Key, body); err != nil {
		return nil, wrap("put blob", err)
	}
	f.Size = in.n
	if err := s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.insert(ctx, f) }); err != nil {
		// The row is certainly absent only after a refusal; the rest is for the sweep.
		if mall.Refused(err) {
			_ = s.d.Blobs.Delete(context.WithoutCancel(ctx), f.Key)
		}
		return nil, wrap("put", err)
	}
	f.URL = s.url(f.Key)
	return f, nil
}

// admit counts one file of a visitor.
func (s *Service) admit(ctx context.Context, addr string) error {
	if s.d.Limits == nil || s.cfg.Visitors < 0 {
		return mall.ErrUnauthenticated
	}
	ok := false
	err := s.d.Tx.Do(ctx, func(ctx context.Context) (err error) {
		ok, err = s.d.Limits.Take(ctx, auth.LimitKey("file", addr), s.cfg.Visitors, time.Hour, s.now())
		return err
	})
	if err == nil && !ok {
		return ErrVisitors.With(s.cfg.Visitors)
	}
	return wrap("visitor", err)
}

func (s *Service) insert(ctx context.Context, f *File) error {
	f.ID = 0
	quota := s.cfg.Quota
	if f.Owner == 0 {
		quota = 0
	}
	ok, err := s.d.Repo.Take(ctx, f.Owner, f.Size, quota)
	if err == nil && !ok {
		return ErrQuota
	}
	if err != nil {
		return err
	}
	if err := s.d.Repo.Insert(ctx, f); errors.Is(err, mall.ErrConflict) {
		return ErrTaken
	} else if err != nil {
		return err
	}
	return nil
}

// inspect reads what is needed to know the type and, of a picture, its size in
// pixels, and sets the limit of the type; body gives all bytes.
func (s *Service) inspect(in *intake, o Options) (f *File, body io.Reader, err error) {
	b := bufio.NewReaderSize(in, sniffLen)
	head, err := b.Peek(sniffLen)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	if len(head) == 0 {
		return nil, nil, ErrEmpty
	}
	f = &File{Type: sniff(head)}
	if f.Type == "" || o.Types != nil && !slices.Contains(o.Types, f.Type) {
		return nil, nil, ErrType
	}
	in.max = s.cfg.MaxOther
	if isImage(f.Type) {
		in.max = s.cfg.MaxImage
	}
	if o.Most > 0 {
		in.max = min(in.max, o.Most)
	}
	if !isImage(f.Type) {
		return f, b, nil
	}
	body, err = measure(f, b, s.cfg.MaxPixels)
	if in.err != nil {
		return nil, nil, in.err
	}
	return f, body, err
}

// Open gives a file and its bytes for serving, ErrGone when it is not there or
// has expired.
func (s *Service) Open(ctx context.Context, key string) (*File, Reader, error) {
	f, err := s.Get(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	r, err := s.d.Blobs.Open(ctx, f.Key)
	if err != nil {
		return nil, nil, wrap("open", err)
	}
	return f, r, nil
}

// Get is a file by its key, ErrGone when it is not there or has expired.
func (s *Service) Get(ctx context.Context, key string) (*File, error) {
	if !validKey(key) {
		return nil, ErrGone
	}
	return s.live(s.d.Repo.ByKey(ctx, key))
}

// BySource is the file that was made from source, ErrGone when it is not there
// or has expired.
func (s *Service) BySource(ctx context.Context, source string) (*File, error) {
	return s.live(s.d.Repo.BySource(ctx, source))
}

// Kept is the URL of the file that was made from source, empty when there is
// none or it has expired.
func (s *Service) Kept(ctx context.Context, source string) (string, error) {
	f, err := s.BySource(ctx, source)
	switch {
	case errors.Is(err, ErrGone):
		return "", nil
	case err != nil:
		return "", err
	}
	return f.URL, nil
}

// Keep stores a file of the shop that was made from source and gives its URL;
// when another one of the source is there already, that one's.
func (s *Service) Keep(ctx context.Context, source, name string, body []byte, keep time.Duration) (string, error) {
	f, err := s.Put(ctx, mall.System(), bytes.NewReader(body), name, Options{Keep: keep, Source: source})
	if errors.Is(err, ErrTaken) {
		f, err = s.BySource(ctx, source)
	}
	if err != nil {
		return "", err
	}
	return f.URL, nil
}

func (s *Service) live(f *File, err error) (*File, error) {
	if err == nil && !f.At(s.now()) {
		err = mall.ErrNotFound
	}
	if err != nil {
		return nil, wrap("get", err)
	}
	f.URL = s.url(f.Key)
	return f, nil
}

// validKey says whether a key may be one: it comes from outside and becomes
// part of a path.
func validKey(key string) bool {
	if len(key) < 5 || len(key) > 128 || key[0] == '.' || key[1] == '.' {
		return false
	}
	for _, c := range []byte(key) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' {
			return false
		}
	}
	return true
}

// url is where the public reads a key.
func (s *Service) url(key string) string { return s.cfg.Public + key }

// Usage is what all files add up to.
func (s *Service) Usage(ctx context.Context) (bytes, count int64, err error) {
	bytes, count, err = s.d.Repo.Usage(ctx)
	return bytes, count, wrap("usage", err)
}

// cleanName keeps the last element of a name in any system's spelling, without
// control characters and at most 200 characters.
func cleanName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == utf8.RuneError {
			return -1
		}
		return c
	}, name)
	if rs := []rune(name); len(rs) > 200 {
		name = string(rs[:200])
	}
	return name
}

// intake counts the bytes of an upload, fails over max and remembers why
// reading failed.
type intake struct {
	r      io.Reader
	n, max int64
	err    error
}

func (in *intake) Read(p []byte) (int, error) {
	if in.err != nil {
		return 0, in.err
	}
	n, err := in.r.Read(p)
	in.n += int64(n)
	switch {
	case in.n > in.max:
		in.err = ErrTooLarge.With(in.max)
	case err != nil && !errors.Is(err, io.EOF):
		in.err = ErrCut.Because(err)
	default:
		return n, err
	}
	return 0, in.err
}

// wrap names the room in unexpected errors and turns "not found" into ErrGone.
func wrap(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mall.ErrNotFound):
		return ErrGone
	}
	return fmt.Errorf("file: %s: %w", what, err)
}
