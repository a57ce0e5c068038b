package auth

import (
	"context"
	"errors"
	"time"

	"github.com/gomall-dev/mall"
)

// Arrive opens a session for an identity that its provider vouched for: with
// the account that the identity is bound to, else without one. ErrDisabled when
// that account may not sign in.
func (s *Service) Arrive(ctx context.Context, who mall.Actor, id Identity, dev Device) (*Login, error) {
	l, err := s.LoginIdentity(ctx, who, id, nil, dev)
	if errors.Is(err, ErrNotRegistered) {
		return s.Visit(ctx, who, id, dev)
	}
	return l, err
}

// AttachMobile signs the actor's session in to the account of a mobile number
// that the actor proves by a verification code, and binds the session's
// identity to it in place of a former account. An unknown number gets an
// account. The code is used up in the same transaction, and not by a failure;
// a scope that narrowed the session is gone. Other sessions of the identity
// keep the account they have. ErrLocked after too many tries of the identity,
// whatever the number, so that nobody's code is guessed or spoilt.
func (s *Service) AttachMobile(ctx context.Context, who mall.Actor, mobile, code string) (*Account, error) {
	if who.Session == 0 || who.OpenID == "" {
		return nil, mall.ErrUnauthenticated
	}
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Limits.Take(ctx, LimitKey("attach.openid", who.AppID, who.OpenID), s.c.TriesPerOpenID, 24*time.Hour, s.now())
		if err == nil && !ok {
			err = ErrLocked
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := s.d.Codes.Check(ctx, who.Face, mobile, code); err != nil {
		return nil, err
	}
	a, err := s.attachMobile(ctx, who, mobile, code)
	if errors.Is(err, ErrRegistered) { // somebody was faster with the same new number
		a, err = s.attachMobile(ctx, who, mobile, code)
	}
	return a, err
}

func (s *Service) attachMobile(ctx context.Context, who mall.Actor, mobile, code string) (*Account, error) {
	a, err := s.d.Repository.Find(ctx, ByMobile, mobile)
	if err != nil {
		return nil, err
	}
	fresh := a == nil
	if fresh {
		if a, _, err = s.draft(ctx, who, Registration{Mobile: mobile}); err != nil {
			return nil, err
		}
	}
	if a.Status != Active {
		return nil, ErrDisabled
	}
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if fresh {
			if err := s.insert(ctx, a, "", nil); err != nil {
				return err
			}
		}
		if err := s.d.Codes.Use(ctx, who.Face, mobile, code); err != nil {
			return err
		}
		return s.attach(ctx, who, a.ID)
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// Recognise signs the actor's session in to an account, and binds the
// session's identity to it, if the provider's unionid says that both are the
// same person; it says whether it did. An account that may not sign in is
// nobody's. It joins the caller's transaction.
func (s *Service) Recognise(ctx context.Context, who mall.Actor, account mall.ID) (bool, error) {
	if who.Session == 0 || who.OpenID == "" || who.UnionID == "" {
		return false, nil
	}
	same := false
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		same = false
		a, err := s.d.Repository.Get(ctx, account)
		if err != nil || a.Status != Active {
			return err
		}
		all, err := s.d.Repository.Bindings(ctx, account)
		if err != nil {
			return err
		}
		for _, b := range all {
			same = same || b.UnionID == who.UnionID
		}
		if !same {
			return nil
		}
		return s.attach(ctx, who, account)
	})
	return same && err == nil, err
}

// attach binds the identity of the actor's session and signs the session in,
// inside the running Do.
func (s *Service) attach(ctx context.Context, who mall.Actor, account mall.ID) error {
	now := s.now()
	err := s.d.Repository.Rebind(ctx, Binding{
		Account: account, Provider: ProviderWXApp, AppID: who.AppID, OpenID: who.OpenID, UnionID: who.UnionID, At: now,
	})
	if err != nil {
		return err
	}
	if err := s.assign(ctx, who, account, ""); err != nil {
		return err
	}
	if err := s.d.Repository.Seen(ctx, LoginEntry{Account: account, Face: who.Face, Addr: who.Addr, At: now}); err != nil {
		return err
	}
	return s.emit(ctx, "account.bound", account, map[string]any{"appid": who.AppID}, now)
}

// Narrow takes the account from the actor's session and leaves it a scope: from
// now on it may do what the scope says and nothing in anybody's name, until it
// is signed in again. It joins the caller's transaction.
func (s *Service) Narrow(ctx context.Context, who mall.Actor, scope string) error {
	if who.Session == 0 || scope == "" {
		return mall.ErrUnauthenticated
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.assign(ctx, who, 0, scope) })
}

// assign is ErrUnauthenticated when the session ended meanwhile.
func (s *Service) assign(ctx context.Context, who mall.Actor, account mall.ID, scope string) error {
	ok, err := s.d.Sessions.Assign(ctx, who.Session, account, scope)
	if err == nil && !ok {
		return mall.ErrUnauthenticated
	}
	return err
}
