package auth

import (
	"context"
	"errors"
	"time"

	"github.com/gomall-dev/mall"
)

// Edit are the fields of an account that a management page changes; nil
// leaves a field as it is.
type Edit struct {
	Changes
	Username *string
	Mobile   *string
	Password *string
	Role     *string // root's only, and "" for none
	Status   *Status // never of oneself
	// Also, if not nil, runs last in the same transaction, so that what other
	// rooms change stands or falls with the rest.
	Also func(ctx context.Context) error
}

// Edit changes an account: one's own, or with RightUpdateUser that of somebody
// whose role stands below the actor's. ErrAbove is also the answer to those
// without the right, so that they learn nothing about ids. ErrRegistered and
// ErrMobileTaken when a name or number is taken. A new password ends the other
// sessions. Nothing is written unless all is.
func (s *Service) Edit(ctx context.Context, who mall.Actor, account mall.ID, e Edit) error {
	own := account != 0 && who.Account == account
	switch {
	case !own && !who.Has(RightUpdateUser):
		return ErrAbove
	case e.Role != nil && !who.Has(mall.RightAll):
		return ErrRoot
	case e.Status != nil && (own || *e.Status != Active && *e.Status != Disabled):
		return mall.ErrInvalid.With("status")
	}
	if err := e.check(); err != nil {
		return err
	}
	hash := ""
	if e.Password != nil {
		var err error
		if hash, err = s.hash(ctx, *e.Password); err != nil {
			return err
		}
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		a, err := s.d.Repository.Get(ctx, account)
		if err != nil {
			return err
		}
		if a.Status == Erased {
			return mall.ErrNotFound
		}
		if !own {
			if err := s.over(ctx, who, a.Role); err != nil {
				return err
			}
		}
		if err := s.edit(ctx, who, a, e, hash, s.now()); err != nil || e.Also == nil {
			return err
		}
		return e.Also(ctx)
	})
}

// check bounds the fields that are set.
func (e Edit) check() error {
	switch {
	case e.Username != nil && !validUsername(*e.Username):
		return mall.ErrInvalid.With("username")
	case e.Mobile != nil && !ValidMobile(*e.Mobile):
		return mall.ErrInvalid.With("mobile")
	}
	return e.Changes.check()
}

// edit writes what is set, inside the running Do, and logs what somebody
// else's account has changed, without the values.
func (s *Service) edit(ctx context.Context, who mall.Actor, a *Account, e Edit, hash string, now time.Time) error {
	keep := mall.ID(0)
	if who.Account == a.ID {
		keep = who.Session
	}
	for _, step := range []struct {
		field string
		set   bool
		write func() error
	}{
		{"status", e.Status != nil && *e.Status != a.Status, func() error { return s.setStatus(ctx, who, a, *e.Status, "", now) }},
		{"username", e.Username != nil, func() error {
			return taken(there(s.d.Repository.SetUsername(ctx, a.ID, *e.Username, now)))
		}},
		{"mobile", e.Mobile != nil, func() error {
			err := there(s.d.Repository.SetMobile(ctx, a.ID, *e.Mobile, now))
			if errors.Is(err, mall.ErrConflict) {
				err = ErrMobileTaken.Because(err)
			}
			return err
		}},
		{"profile", e.Changes.any(), func() error {
			return there(s.d.Repository.Change(ctx, a.ID, e.Changes, now))
		}},
		{"password", hash != "", func() error { return s.setHash(ctx, a.ID, hash, keep) }},
		{"role", e.Role != nil && *e.Role != a.Role, func() error { return s.setRole(ctx, who, a, *e.Role, "", now) }},
	} {
		if !step.set {
			continue
		}
		err := step.write()
		if errors.Is(err, mall.ErrNotFound) {
			return ErrDisabled.Because(err) // the row is there: it does not change while disabled
		}
		if err != nil {
			return err
		}
		if who.Account == a.ID || step.field == "status" || step.field == "role" { // these log themselves
			continue
		}
		if err := s.audit(ctx, who, AuditEntry{Account: a.ID, Field: step.field, At: now}); err != nil {
			return err
		}
	}
	return nil
}
