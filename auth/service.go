package auth

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/gomall-dev/mall"
)

// Deps are what a Service cannot do without.
type Deps struct {
	Tx         mall.Tx
	Outbox     mall.Outbox
	Repository Repository
	Sessions   Sessions
	Limits     Limits
	Hasher     Hasher
	Codes      Codes
}

// Config adjusts a Service; its zero value works.
type Config struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// SessionTTL is how long a session lives after it was last prolonged.
	// Default: 30 days at wxapi and o2o, 10 hours at manager, 30 days elsewhere.
	// Sessions of at least two days slide: use prolongs them, once a day.
	SessionTTL map[mall.Face]time.Duration
	// MinPassword is the least length of a new password in characters; default 6.
	MinPassword int
	// TriesPerAccount is how many logins to one account, or to one unknown
	// name, may fail in LockWindow; default 10.
	TriesPerAccount int
	// TriesPerAddr is the same for one network address; default 100, because
	// many shoppers share one.
	TriesPerAddr int
	// TriesPerOpenID is how many verification codes one openid may give in a
	// day, right and wrong ones, to be signed in to the account of a number;
	// default 20. Codes of four digits are guessed by trying many numbers, each
	// of them a few times.
	TriesPerOpenID int
	// LockWindow is the time in which failures add up, and after which a
	// lock ends; default 15 minutes.
	LockWindow time.Duration
	// KeepLogins is how long the login log is kept; default 180 days.
	KeepLogins time.Duration
}

// Service holds the rules about accounts, logins and sessions.
type Service struct {
	d       Deps
	c       Config
	now     func() time.Time
	erasers []namedEraser
	sealed  bool
}

// New makes a Service; a missing dependency is an error that names it.
func New(d Deps, c Config) (*Service, error) {
	for _, r := range []struct {
		name    string
		missing bool
	}{
		{"Tx", d.Tx == nil}, {"Outbox", d.Outbox == nil}, {"Repository", d.Repository == nil},
		{"Sessions", d.Sessions == nil}, {"Limits", d.Limits == nil},
		{"Hasher", d.Hasher == nil}, {"Codes", d.Codes == nil},
	} {
		if r.missing {
			return nil, errors.New("auth: Deps." + r.name + " is missing")
		}
	}
	if c.MinPassword <= 0 {
		c.MinPassword = 6
	}
	if c.TriesPerAccount <= 0 {
		c.TriesPerAccount = 10
	}
	if c.TriesPerAddr <= 0 {
		c.TriesPerAddr = 100
	}
	if c.TriesPerOpenID <= 0 {
		c.TriesPerOpenID = 20
	}
	if c.LockWindow <= 0 {
		c.LockWindow = 15 * time.Minute
	}
	if c.KeepLogins <= 0 {
		c.KeepLogins = 180 * 24 * time.Hour
	}
	return &Service{d: d, c: c, now: mall.Clock(c.Now)}, nil
}

// Get is the account with the id; mall.ErrNotFound.
func (s *Service) Get(ctx context.Context, id mall.ID) (*Account, error) {
	return s.d.Repository.Get(ctx, id)
}

// Find is the account with a unique key, nil when there is none.
func (s *Service) Find(ctx context.Context, by Key, value string) (*Account, error) {
	if value == "" || len(value) > maxText {
		return nil, nil
	}
	return s.d.Repository.Find(ctx, by, value)
}

// List is a page of accounts, newest first.
func (s *Service) List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Account], error) {
	return s.d.Repository.List(ctx, f, p.Clean())
}

// Profiles are the profiles of those ids that exist, in one statement.
func (s *Service) Profiles(ctx context.Context, ids []mall.ID) (map[mall.ID]Profile, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := s.d.Repository.Profiles(ctx, ids)
	if err != nil {
		return nil, err
	}
	m := make(map[mall.ID]Profile, len(rows))
	for _, p := range rows {
		m[p.ID] = p
	}
	return m, nil
}

// FindByOpenID is the account bound to an openid of a mini program, 0 when
// there is none.
func (s *Service) FindByOpenID(ctx context.Context, appid, openid string) (mall.ID, error) {
	return s.d.Repository.FindBinding(ctx, ProviderWXApp, appid, openid)
}

// Binding is the oldest binding of an account to a provider; all empty when
// there is none.
func (s *Service) Binding(ctx context.Context, account mall.ID, provider string) (appid, openid, unionid string, err error) {
	all, err := s.d.Repository.Bindings(ctx, account)
	if err != nil {
		return "", "", "", err
	}
	for _, b := range all {
		if b.Provider == provider {
			return b.AppID, b.OpenID, b.UnionID, nil
		}
	}
	return "", "", "", nil
}

// Referrer is the account that an invite code stands for: its id in
// decimal digits. ErrReferrer when there is none that may sign in.
func (s *Service) Referrer(ctx context.Context, code string) (mall.ID, error) {
	n, err := strconv.ParseInt(code, 10, 64)
	if err != nil || n <= 0 {
		return 0, ErrReferrer
	}
	a, err := s.d.Repository.Get(ctx, mall.ID(n))
	if errors.Is(err, mall.ErrNotFound) || err == nil && a.Status != Active {
		return 0, ErrReferrer
	}
	if err != nil {
		return 0, err
	}
	return a.ID, nil
}
