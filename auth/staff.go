package auth

import (
	"context"
	"strconv"
	"time"

	"github.com/gomall-dev/mall"
)

// Staff rights over accounts: the paths of the management routes.
const (
	RightAddUser        = "/users/addUser"
	RightUpdateUser     = "/users/updateUser"
	RightDeleteUser     = "/users/deleteUser"
	RightUpdatePassword = "/users/updatePassword"
)

// SetStatus enables or disables an account whose role stands below the
// actor's; its sessions end when disabled. The last root stays.
func (s *Service) SetStatus(ctx context.Context, who mall.Actor, account mall.ID, to Status, reason string) error {
	if err := who.Must(RightUpdateUser); err != nil {
		return err
	}
	if to != Active && to != Disabled {
		return mall.ErrInvalid.With("status")
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		a, err := s.d.Repository.Get(ctx, account)
		if err != nil {
			return err
		}
		return s.setStatus(ctx, who, a, to, reason, s.now())
	})
}

// setStatus does it inside the running Do.
func (s *Service) setStatus(ctx context.Context, who mall.Actor, a *Account, to Status, reason string, now time.Time) error {
	if a.Role == RoleRoot && !who.Has(mall.RightAll) {
		return ErrRoot
	}
	if err := s.over(ctx, who, a.Role); err != nil {
		return err
	}
	if to == Disabled {
		if err := s.keepsRoot(ctx, who, a); err != nil {
			return err
		}
	}
	ok, err := s.d.Repository.SetStatus(ctx, a.ID, a.Status, to, now)
	if err != nil {
		return err
	}
	if !ok || a.Status == Erased {
		return mall.ErrConflict.With("status")
	}
	if to == Disabled {
		if err := s.d.Sessions.CloseAll(ctx, a.ID, 0); err != nil {
			return err
		}
	}
	return s.audit(ctx, who, AuditEntry{
		Account: a.ID, Field: "status", Reason: reason, At: now,
		From: strconv.Itoa(int(a.Status)), To: strconv.Itoa(int(to)),
	})
}

// audit logs a change by staff and tells of it.
func (s *Service) audit(ctx context.Context, who mall.Actor, e AuditEntry) error {
	if err := short("reason", e.Reason, maxExtValue); err != nil {
		return err
	}
	e.Actor, e.Face, e.Addr = who.Account, who.Face, who.Addr
	if err := s.d.Repository.Audit(ctx, e); err != nil {
		return err
	}
	return s.emit(ctx, "account."+e.Field, e.Account, map[string]any{"from": e.From, "to": e.To, "by": e.Actor}, e.At)
}

// Journal is a page of the login log of a face, newest first, each entry with
// the one before it of the same account.
func (s *Service) Journal(ctx context.Context, face mall.Face, p mall.Page) (mall.Slice[JournalEntry], error) {
	return s.d.Repository.Journal(ctx, face, p.Clean())
}

// OpenIDs are the openids of accounts, the oldest binding of each.
func (s *Service) OpenIDs(ctx context.Context, ids []mall.ID) (map[mall.ID]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return s.d.Repository.OpenIDs(ctx, ids)
}

// Logins is a page of the login log of an account, 0 for everybody's.
func (s *Service) Logins(ctx context.Context, account mall.ID, p mall.Page) (mall.Slice[LoginEntry], error) {
	return s.d.Repository.Logins(ctx, account, p.Clean())
}
