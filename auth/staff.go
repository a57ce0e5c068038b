package auth

import (
	"context"
	"strconv"

	"github.com/gomall-dev/mall"
)

// Staff rights of this room: the paths of the management routes.
const (
	RightAddUser    = "/users/addUser"
	RightUpdateUser = "/users/updateUser"
	RightDeleteUser = "/users/deleteUser"
)

// SetRole gives an account another role; only root may. The reason is kept.
func (s *Service) SetRole(ctx context.Context, who mall.Actor, account mall.ID, role, reason string) error {
	if !who.Has(mall.RightAll) {
		return ErrRoot
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		a, err := s.d.Repository.Get(ctx, account)
		if err != nil {
			return err
		}
		if role != "" {
			if _, err := s.d.Repository.Role(ctx, role); err != nil {
				return err
			}
		}
		now := s.now()
		ok, err := s.d.Repository.SetRole(ctx, account, a.Role, role, now)
		if err != nil {
			return err
		}
		if !ok {
			return mall.ErrConflict.With("role")
		}
		// A narrower role must not go on working in sessions that others hold open.
		if err := s.d.Sessions.CloseAll(ctx, account, 0); err != nil {
			return err
		}
		return s.audit(ctx, who, AuditEntry{Account: account, Field: "role", From: a.Role, To: role, Reason: reason, At: now})
	})
}

// SetStatus enables or disables an account; its sessions end when disabled.
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
		if a.Role == RoleRoot && !who.Has(mall.RightAll) {
			return ErrRoot
		}
		now := s.now()
		ok, err := s.d.Repository.SetStatus(ctx, account, a.Status, to, now)
		if err != nil {
			return err
		}
		if !ok || a.Status == Erased {
			return mall.ErrConflict.With("status")
		}
		if to == Disabled {
			if err := s.d.Sessions.CloseAll(ctx, account, 0); err != nil {
				return err
			}
		}
		return s.audit(ctx, who, AuditEntry{
			Account: account, Field: "status", Reason: reason, At: now,
			From: strconv.Itoa(int(a.Status)), To: strconv.Itoa(int(to)),
		})
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

// Role is a role with its rights; mall.ErrNotFound.
func (s *Service) Role(ctx context.Context, id string) (*Role, error) {
	return s.d.Repository.Role(ctx, id)
}

// Roles are all roles by id, without their rights.
func (s *Service) Roles(ctx context.Context) ([]Role, error) { return s.d.Repository.Roles(ctx) }

// SaveRole stores a role and replaces its rights; only root may, and the
// root role itself stays as it is.
func (s *Service) SaveRole(ctx context.Context, who mall.Actor, r Role) error {
	if !who.Has(mall.RightAll) || r.ID == RoleRoot {
		return ErrRoot
	}
	if r.ID == "" || len(r.Rights) > 1000 || short("roleid", r.ID, maxName) != nil || short("roleName", r.Name, maxName) != nil {
		return mall.ErrInvalid.With("role")
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.d.Repository.SaveRole(ctx, r) })
}

// Logins is a page of the login log of an account, 0 for everybody's.
func (s *Service) Logins(ctx context.Context, account mall.ID, p mall.Page) (mall.Slice[LoginEntry], error) {
	return s.d.Repository.Logins(ctx, account, p.Clean())
}
