package auth

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/gomall-dev/mall"
)

// PasswordLogin is a login by name and password.
type PasswordLogin struct {
	By       Key // ByUsername, ByMobile or ByMail
	Name     string
	Password string
	Device   Device
}

// LoginPassword opens a session with the actor's scope: ScopeGeneral asks for
// less than the role gives. An unknown name and a wrong password give
// the same ErrPassword after the same work. Failures are counted per account
// and per address; beyond the limits everything is ErrLocked, the right
// password too, until the window ends.
func (s *Service) LoginPassword(ctx context.Context, who mall.Actor, in PasswordLogin) (*Login, error) {
	if in.Name == "" || len(in.Name) > 4*maxText || len(in.Password) > 4*maxPassword {
		return nil, ErrPassword
	}
	a, err := s.d.Repository.Find(ctx, in.By, in.Name)
	if err != nil {
		return nil, err
	}
	hash, about := "", "name\x00"+strings.ToLower(in.Name)
	if a != nil {
		about = "id\x00" + strconv.FormatInt(int64(a.ID), 10)
		if hash, err = s.d.Repository.Hash(ctx, a.ID); err != nil {
			return nil, err
		}
	}
	g := guardOf(LimitKey("login.account", about), who.Addr)
	if err := s.locked(ctx, g); err != nil {
		return nil, err
	}
	ok, rehash, err := s.d.Hasher.Verify(ctx, in.Password, hash)
	if err != nil {
		return nil, err
	}
	if !ok || a == nil {
		return nil, s.failed(ctx, g)
	}
	if a.Status != Active {
		return nil, ErrDisabled
	}
	fresh := ""
	if rehash {
		if fresh, err = s.d.Hasher.Hash(ctx, in.Password); err != nil {
			return nil, err
		}
	}
	var l *Login
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		// Guesses that ran beside this one may have reached the limit since:
		// then this one is a guess too many, right or not.
		if err := s.locked(ctx, g); err != nil {
			return err
		}
		if err := s.d.Limits.Reset(ctx, g.account); err != nil {
			return err
		}
		if fresh != "" {
			if _, err := s.d.Repository.SetHash(ctx, a.ID, hash, fresh, s.now()); err != nil {
				return err
			}
		}
		if l, err = s.open(ctx, who, a, nil, in.Device, who.Scope); err != nil {
			return err
		}
		// The account's row is ours now. A password that was changed since it was
		// compared has ended the sessions, and this one must not outlive them.
		now, err := s.d.Repository.Hash(ctx, a.ID)
		if err == nil && now != hash && now != fresh {
			err = ErrPassword
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// guard are the counters of one login. Without an address (the host calling
// by itself) there is no counter for it.
type guard struct{ account, addr string }

func guardOf(account, addr string) guard {
	if addr == "" {
		return guard{account: account}
	}
	return guard{account, LimitKey("login.addr", addr)}
}

// counters are the guard's keys with their limits.
func (s *Service) counters(g guard) []counter {
	cs := []counter{{g.account, s.c.TriesPerAccount}}
	if g.addr != "" {
		cs = append(cs, counter{g.addr, s.c.TriesPerAddr})
	}
	return cs
}

type counter struct {
	key string
	max int
}

func (s *Service) locked(ctx context.Context, g guard) error {
	now := s.now()
	for _, k := range s.counters(g) {
		full, err := s.d.Limits.Reached(ctx, k.key, k.max, now)
		if err != nil {
			return err
		}
		if full {
			return ErrLocked
		}
	}
	return nil
}

// failed counts a failure and is the error of the login.
func (s *Service) failed(ctx context.Context, g guard) error {
	now := s.now()
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		for _, k := range s.counters(g) {
			if _, err := s.d.Limits.Take(ctx, k.key, k.max, s.c.LockWindow, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return ErrPassword
}

// LoginCode opens a session, with the actor's scope, for a mobile number that the caller proves by a
// verification code. An unknown number is registered from reg, or is
// ErrNotRegistered when reg is nil, and then the code stays good.
func (s *Service) LoginCode(ctx context.Context, who mall.Actor, mobile, code string, reg *Registration, dev Device) (*Login, error) {
	if err := s.d.Codes.Check(ctx, who.Face, mobile, code); err != nil {
		return nil, err
	}
	a, err := s.d.Repository.Find(ctx, ByMobile, mobile)
	if err != nil {
		return nil, err
	}
	fresh, hash := a == nil, ""
	switch {
	case fresh && reg == nil:
		return nil, ErrNotRegistered
	case fresh:
		r := *reg
		r.Mobile = mobile
		if a, hash, err = s.draft(ctx, who, r); err != nil {
			return nil, err
		}
	case a.Status != Active:
		return nil, ErrDisabled
	}
	var l *Login
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if fresh {
			if err := s.insert(ctx, a, hash, reg.Identity); err != nil {
				return err
			}
		}
		if err := s.d.Codes.Use(ctx, who.Face, mobile, code); err != nil {
			return err
		}
		l, err = s.open(ctx, who, a, nil, dev, who.Scope)
		return err
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// LoginIdentity opens a session, with the actor's scope, for an identity that
// its provider vouched for. An unknown one is registered from reg, or is
// ErrNotRegistered when reg is nil. However many logins run in parallel, an identity has one account.
func (s *Service) LoginIdentity(ctx context.Context, who mall.Actor, id Identity, reg *Registration, dev Device) (*Login, error) {
	if id.AppID == "" || id.OpenID == "" || len(id.AppID)+len(id.OpenID)+len(id.UnionID) > 3*maxText {
		return nil, mall.ErrInvalid.With("openid")
	}
	a, err := s.byIdentity(ctx, id)
	if err != nil {
		return nil, err
	}
	if a == nil {
		if reg == nil {
			return nil, ErrNotRegistered
		}
		r := *reg
		r.Identity = &id
		a, err = s.Register(ctx, who, r)
		if errors.Is(err, ErrRegistered) { // somebody was faster with the same identity
			a, err = s.byIdentity(ctx, id)
		}
		if err != nil {
			return nil, err
		}
		if a == nil {
			return nil, ErrRegistered
		}
	}
	if a.Status != Active {
		return nil, ErrDisabled
	}
	var l *Login
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		l, err = s.open(ctx, who, a, &id, dev, who.Scope)
		return err
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

func (s *Service) byIdentity(ctx context.Context, id Identity) (*Account, error) {
	account, err := s.d.Repository.FindBinding(ctx, id.provider(), id.AppID, id.OpenID)
	if err != nil || account == 0 {
		return nil, err
	}
	return s.d.Repository.Get(ctx, account)
}

// SignIn opens a session without asking for a secret: the caller vouches for
// the account, for example because it has just registered.
func (s *Service) SignIn(ctx context.Context, who mall.Actor, account mall.ID, dev Device) (*Login, error) {
	a, err := s.d.Repository.Get(ctx, account)
	if err != nil {
		return nil, err
	}
	if a.Status != Active {
		return nil, ErrDisabled
	}
	var l *Login
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		l, err = s.open(ctx, who, a, nil, dev, "")
		return err
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// Visit opens a session for an identity without an account.
func (s *Service) Visit(ctx context.Context, who mall.Actor, id Identity, dev Device) (*Login, error) {
	var l *Login
	err := s.d.Tx.Do(ctx, func(ctx context.Context) (err error) {
		l, err = s.open(ctx, who, nil, &id, dev, "")
		return err
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}
