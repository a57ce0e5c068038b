package auth

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/gomall-dev/mall"
)

// check bounds the fields that are set.
func (c Changes) check() error {
	for _, f := range []struct {
		name  string
		value *string
		max   int
	}{
		{"nick", c.Nick, maxName}, {"avatarUrl", c.AvatarURL, maxURL},
		{"country", c.Country, maxName}, {"province", c.Province, maxName}, {"city", c.City, maxName},
	} {
		if f.value != nil {
			if err := short(f.name, *f.value, f.max); err != nil {
				return err
			}
		}
	}
	if c.Gender != nil && (*c.Gender < 0 || *c.Gender > 2) {
		return mall.ErrInvalid.With("gender")
	}
	if c.Birthday != nil && *c.Birthday != "" {
		if _, err := time.Parse(time.DateOnly, *c.Birthday); err != nil {
			return mall.ErrInvalid.With("birthday")
		}
	}
	return checkExt(c.Ext)
}

// any says whether a field is set.
func (c Changes) any() bool {
	for _, f := range []*string{c.Nick, c.AvatarURL, c.Birthday, c.Country, c.Province, c.City} {
		if f != nil {
			return true
		}
	}
	return c.Gender != nil || c.Ext != nil
}

// Modify changes the actor's own profile.
func (s *Service) Modify(ctx context.Context, who mall.Actor, c Changes) error {
	account, err := who.Buyer()
	if err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		return there(s.d.Repository.Change(ctx, account, c, s.now()))
	})
}

// BindMobile gives the actor's account a mobile number that a provider
// vouched for, in place of the former one, and a new password unless it is
// "". ErrMobileTaken when another account holds the number.
func (s *Service) BindMobile(ctx context.Context, who mall.Actor, mobile, password string) error {
	account, err := who.Buyer()
	if err != nil {
		return err
	}
	if !ValidMobile(mobile) {
		return mall.ErrInvalid.With("mobile")
	}
	hash := ""
	if password != "" {
		if hash, err = s.hash(ctx, password); err != nil {
			return err
		}
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		now := s.now()
		err := there(s.d.Repository.SetMobile(ctx, account, mobile, now))
		if errors.Is(err, mall.ErrConflict) {
			return ErrMobileTaken.Because(err)
		}
		if err != nil || hash == "" {
			return err
		}
		return s.setHash(ctx, account, hash, who.Session)
	})
}

// ChangePassword replaces the actor's password; the old one is needed if
// there is one. Every other session of the account ends.
func (s *Service) ChangePassword(ctx context.Context, who mall.Actor, old, password string) error {
	account, err := who.Buyer()
	if err != nil {
		return err
	}
	return s.changePassword(ctx, who, account, old, password)
}

// ChangePasswordOf replaces the password of an account: one's own, or with
// RightUpdatePassword that of somebody whose role stands below the actor's;
// the old one is needed all the same. ErrAbove for everybody else. Every
// session of the account but the actor's ends.
func (s *Service) ChangePasswordOf(ctx context.Context, who mall.Actor, a *Account, old, password string) error {
	if who.Account == 0 || who.Account != a.ID {
		if !who.Has(RightUpdatePassword) {
			return ErrAbove
		}
		if err := s.over(ctx, who, a.Role); err != nil {
			return err
		}
	}
	return s.changePassword(ctx, who, a.ID, old, password)
}

func (s *Service) changePassword(ctx context.Context, who mall.Actor, account mall.ID, old, password string) error {
	hash, err := s.d.Repository.Hash(ctx, account)
	if err != nil {
		return err
	}
	if hash != "" {
		g := guardOf(LimitKey("password", strconv.FormatInt(int64(account), 10)), who.Addr)
		if err := s.locked(ctx, g); err != nil {
			return err
		}
		ok, _, err := s.d.Hasher.Verify(ctx, old, hash)
		if err != nil {
			return err
		}
		if !ok {
			return s.failed(ctx, g)
		}
	}
	fresh, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	keep := mall.ID(0)
	if who.Account == account {
		keep = who.Session
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.setHash(ctx, account, fresh, keep) })
}

// ResetPassword replaces the password of the account with a mobile number,
// proved by a verification code. All its sessions end.
func (s *Service) ResetPassword(ctx context.Context, who mall.Actor, mobile, code, password string) error {
	if err := s.d.Codes.Check(ctx, who.Face, mobile, code); err != nil {
		return err
	}
	a, err := s.d.Repository.Find(ctx, ByMobile, mobile)
	if err != nil {
		return err
	}
	if a == nil {
		return ErrNotRegistered
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.setHash(ctx, a.ID, hash, 0); err != nil {
			return err
		}
		return s.d.Codes.Use(ctx, who.Face, mobile, code)
	})
}

// setHash stores a new password hash and ends the other sessions.
func (s *Service) setHash(ctx context.Context, account mall.ID, hash string, keep mall.ID) error {
	old, err := s.d.Repository.Hash(ctx, account)
	if err != nil {
		return err
	}
	ok, err := s.d.Repository.SetHash(ctx, account, old, hash, s.now())
	if err != nil {
		return err
	}
	if !ok {
		return mall.ErrConflict.With("password")
	}
	return s.d.Sessions.CloseAll(ctx, account, keep)
}

// there turns "no such row" of a compare-and-set into mall.ErrNotFound.
func there(ok bool, err error) error {
	if err == nil && !ok {
		return mall.ErrNotFound
	}
	return err
}
