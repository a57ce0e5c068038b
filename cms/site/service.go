package site

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// Usage counts the stored files.
type Usage interface {
	Usage(ctx context.Context) (bytes, count int64, err error)
}

// Deps are what the service cannot work without.
type Deps struct {
	Repo      Repository
	Documents DocumentRepository
	Limits    auth.Limits // count anonymous documents by address
	Tx        mall.Tx
	Usage     Usage
}

// Config adjusts the service; its zero value works.
type Config struct {
	// Now is the clock; nil means the system's.
	Now func() time.Time
	// TTL is how long settings written by another process may stay unseen.
	// Default: 3 seconds. Writes of this process are seen at once.
	TTL time.Duration
	// AppIDs are the mini programs that belong to the site; the first one is
	// what Statistics tell. Default: none.
	AppIDs []string
	// Capacity is what Statistics tell as the room for files, in bytes.
	// Default: 0, no limit told.
	Capacity int64
	// MaxDocuments is how many documents an account may have. Default: 1000.
	MaxDocuments int64
	// MaxAnonymous is how many anonymous documents there may be in all.
	// Default: 100,000.
	MaxAnonymous int64
	// AnonymousPerDay is how many of them an address may add in 24 hours.
	// Default: 50.
	AnonymousPerDay int
	// Log takes faults of typed getters, which answer their default then.
	// Default: slog.Default().
	Log *slog.Logger
}

// Service reads and writes settings, ad positions and documents.
type Service struct {
	d     Deps
	cfg   Config
	now   func() time.Time
	cache cache
}

// New builds the service.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Repo == nil:
		return nil, errors.New("site: Deps.Repo is missing")
	case d.Documents == nil:
		return nil, errors.New("site: Deps.Documents is missing")
	case d.Limits == nil:
		return nil, errors.New("site: Deps.Limits is missing")
	case d.Tx == nil:
		return nil, errors.New("site: Deps.Tx is missing")
	case d.Usage == nil:
		return nil, errors.New("site: Deps.Usage is missing")
	}
	if c.TTL <= 0 {
		c.TTL = 3 * time.Second
	}
	if c.MaxDocuments <= 0 {
		c.MaxDocuments = 1000
	}
	if c.MaxAnonymous <= 0 {
		c.MaxAnonymous = 100_000
	}
	if c.AnonymousPerDay <= 0 {
		c.AnonymousPerDay = 50
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return &Service{d: d, cfg: c, now: mall.Clock(c.Now)}, nil
}

// HasApp says whether a mini program belongs to the site.
func (s *Service) HasApp(appid string) bool { return slices.Contains(s.cfg.AppIDs, appid) }

// AppID is the site's own mini program, empty when it has none.
func (s *Service) AppID() string {
	if len(s.cfg.AppIDs) == 0 {
		return ""
	}
	return s.cfg.AppIDs[0]
}

// Statistics are the counters of the site now.
func (s *Service) Statistics(ctx context.Context) (Statistics, error) {
	bytes, count, err := s.d.Usage.Usage(ctx)
	if err != nil {
		return Statistics{}, wrap("statistics", err)
	}
	return Statistics{AppID: s.AppID(), FileBytes: bytes, FileCount: count, Capacity: s.cfg.Capacity}, nil
}

// validKey is ErrKey unless key is 1 to 64 letters, digits, "_", "-" or ".".
func validKey(key string) error {
	ok := len(key) >= 1 && len(key) <= 64
	for _, c := range []byte(key) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-', c == '.':
		default:
			ok = false
		}
	}
	if !ok {
		return ErrKey
	}
	return nil
}

// wrap names the room in unexpected errors and turns the repositories' "not
// found" into ErrNone.
func wrap(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mall.ErrNotFound):
		return ErrNone
	}
	return fmt.Errorf("site: %s: %w", what, err)
}
