package wallet

import (
	"context"
	"errors"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
)

// maxPassword bounds what is hashed, in characters.
const maxPassword = 64

// HasPassword says whether an account has a pay password.
func (s *Service) HasPassword(ctx context.Context, account mall.ID) (bool, error) {
	_, err := s.d.Repo.Password(ctx, account)
	if errors.Is(err, mall.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// SetPassword sets the first pay password (交易密码) of the acting buyer;
// ErrPasswordSet when there is one.
func (s *Service) SetPassword(ctx context.Context, who mall.Actor, password string) error {
	account, err := who.Buyer()
	if err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repo.SetPassword(ctx, account, hash, s.now())
		if err == nil && !ok {
			return ErrPasswordSet
		}
		return err
	})
}

// ModifyPassword puts a pay password in the place of the old one. A wrong old
// one counts as a try.
func (s *Service) ModifyPassword(ctx context.Context, who mall.Actor, old, password string) error {
	account, err := who.Buyer()
	if err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	was, err := s.check(ctx, account, old)
	if err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repo.ReplacePassword(ctx, account, was, hash, s.now())
		if err == nil && !ok {
			return mall.ErrConflict
		}
		return err
	})
}

// ResetPassword sets the pay password of the account with a mobile number,
// whether there was one or not, for who proves the number by a verification
// code. A lock ends with it. It is called outside of transactions.
func (s *Service) ResetPassword(ctx context.Context, who mall.Actor, mobile, code, password string) error {
	if s.cfg.Mobiles == nil {
		return mall.ErrNotConfigured.With("wallet.Config.Mobiles")
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.cfg.Mobiles.Prove(ctx, who, mobile, code, func(ctx context.Context, account mall.ID) error {
		return s.d.Repo.PutPassword(ctx, account, hash, s.now())
	})
}

// CheckPassword checks the pay password of an account: ErrNoPassword,
// ErrPassword or ErrLocked when it is not right. Every try is counted in the
// database before the comparison, so parallel guesses are bounded too. It runs
// its own transactions and is called outside of one.
func (s *Service) CheckPassword(ctx context.Context, account mall.ID, password string) error {
	_, err := s.check(ctx, account, password)
	return err
}

// check answers the stored hash of the right password.
func (s *Service) check(ctx context.Context, account mall.ID, password string) (string, error) {
	hash, err := s.d.Repo.Password(ctx, account)
	if errors.Is(err, mall.ErrNotFound) {
		return "", ErrNoPassword
	}
	if err != nil {
		return "", err
	}
	tries := 0
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		now := s.now()
		n, ok, err := s.d.Repo.TakeTry(ctx, account, s.cfg.Tries, now, now.Add(s.cfg.LockFor))
		if err != nil {
			return err
		}
		if !ok {
			until, err := s.d.Repo.LockedUntil(ctx, account)
			if err != nil {
				return err
			}
			return ErrLocked.With(until)
		}
		tries = n
		return nil
	})
	if err != nil {
		return "", err
	}
	ok := false
	if utf8.RuneCountInString(password) <= maxPassword {
		if ok, _, err = s.d.Hasher.Verify(ctx, password, hash); err != nil {
			return "", err
		}
	}
	if !ok {
		return "", ErrPassword.With(s.cfg.Tries - tries)
	}
	return hash, s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.d.Repo.ForgetTries(ctx, account) })
}

func (s *Service) hash(ctx context.Context, password string) (string, error) {
	if n := utf8.RuneCountInString(password); n < s.cfg.MinPassword || n > maxPassword {
		return "", ErrWeak.With(s.cfg.MinPassword, maxPassword)
	}
	return s.d.Hasher.Hash(ctx, password)
}
