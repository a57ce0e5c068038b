package auth

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomall-dev/mall"
)

// Eraser is what a room with personal columns does when an account is
// erased or exported. Fields may be nil.
type Eraser struct {
	// Busy refuses the erasure (ErrOpen with a word) while money, orders or
	// the like are open. It runs inside the transaction of Erase.
	Busy func(ctx context.Context, account mall.ID) error
	// Erase overwrites or deletes the room's personal columns in the same
	// transaction; the books keep amounts and ids.
	Erase func(ctx context.Context, account mall.ID) error
	// Export is all of the room's data about the account, ready for JSON: lists
	// are read to their end, by mall.All. It runs on the snapshot of
	// Service.Export, so it only reads.
	Export func(ctx context.Context, account mall.ID) (any, error)
}

type namedEraser struct {
	name string
	Eraser
}

// OnErase registers a room; names are unique. It panics after Seal, because
// a room that comes too late would be forgotten by an erasure.
func (s *Service) OnErase(name string, e Eraser) {
	if s.sealed {
		panic("auth: OnErase after Seal")
	}
	s.erasers = append(s.erasers, namedEraser{name, e})
}

// Seal ends the registration of erasers.
func (s *Service) Seal() { s.sealed = true }

// Erase overwrites the personal data of an account for good: its owner may,
// and staff with the right "/users/deleteUser" whose role stands above. The
// last root stays. Bindings and sessions are
// gone, the mobile number is free again, the books stay. ErrOpen while
// something is open; then nothing is erased. Erasing again is no error.
func (s *Service) Erase(ctx context.Context, who mall.Actor, account mall.ID) error {
	if err := own(who, account, RightDeleteUser); err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		now := s.now()
		a, err := s.d.Repository.Get(ctx, account)
		if err != nil {
			return err
		}
		if who.Account != account {
			if a.Role == RoleRoot && !who.Has(mall.RightAll) {
				return ErrRoot
			}
			if err := s.over(ctx, who, a.Role); err != nil {
				return err
			}
		}
		if err := s.keepsRoot(ctx, who, a); err != nil {
			return err
		}
		identities, err := s.d.Repository.Bindings(ctx, account)
		if err != nil {
			return err
		}
		done, err := s.d.Repository.Erase(ctx, account, now)
		if err != nil || !done {
			return err
		}
		for _, b := range identities { // sessions without the account know who she is as well
			if err := s.d.Sessions.CloseIdentity(ctx, b.AppID, b.OpenID); err != nil {
				return err
			}
		}
		if err := s.d.Sessions.CloseAll(ctx, account, 0); err != nil {
			return err
		}
		for _, e := range s.erasers {
			if e.Busy != nil {
				if err := e.Busy(ctx, account); err != nil {
					return err
				}
			}
		}
		for _, e := range s.erasers {
			if e.Erase != nil {
				if err := e.Erase(ctx, account); err != nil {
					return fmt.Errorf("auth: erase %s: %w", e.name, err)
				}
			}
		}
		return s.audit(ctx, who, AuditEntry{Account: account, Field: "erased", At: now})
	})
}

// Export is everything that is stored about an account, by room, ready for
// JSON. Its owner may, and staff with the right "/users/deleteUser". All of it
// is from one snapshot, so that sums fit their entries. It is read in parts of
// a bounded length, and held in memory as a whole. Staff who changed the account
// are not named.
func (s *Service) Export(ctx context.Context, who mall.Actor, account mall.ID) (map[string]any, error) {
	if err := own(who, account, RightDeleteUser); err != nil {
		return nil, err
	}
	var out map[string]any
	err := s.d.Tx.View(ctx, func(ctx context.Context) (err error) {
		out, err = s.export(ctx, account)
		return err
	})
	return out, err
}

func (s *Service) export(ctx context.Context, account mall.ID) (map[string]any, error) {
	a, err := s.d.Repository.Get(ctx, account)
	if err != nil {
		return nil, err
	}
	bindings, err := s.d.Repository.Bindings(ctx, account)
	if err != nil {
		return nil, err
	}
	sessions, err := mall.All(ctx, account, s.d.Sessions.Each, func(o Session) mall.ID { return o.ID })
	if err != nil {
		return nil, err
	}
	for i := range sessions {
		sessions[i].Hash = "" // a secret's, and tells nothing of a person
	}
	logins, err := mall.All(ctx, account, s.d.Repository.EachLogin, func(e LoginEntry) mall.ID { return e.ID })
	if err != nil {
		return nil, err
	}
	changes, err := mall.All(ctx, account, s.d.Repository.EachAudit, func(e AuditEntry) mall.ID { return e.ID })
	if err != nil {
		return nil, err
	}
	for i := range changes {
		if changes[i].Actor != account {
			changes[i].Actor, changes[i].Addr = 0, "" // somebody else's
		}
	}
	out := map[string]any{"account": a, "bindings": bindings, "sessions": sessions, "logins": logins, "changes": changes}
	for _, e := range s.erasers {
		if e.Export == nil {
			continue
		}
		part, err := e.Export(ctx, account)
		if err != nil && !errors.Is(err, mall.ErrNotFound) {
			return nil, fmt.Errorf("auth: export %s: %w", e.name, err)
		}
		if part != nil {
			out[e.name] = part
		}
	}
	return out, nil
}

// own lets the owner of an account pass, and staff with a right.
func own(who mall.Actor, account mall.ID, right string) error {
	if account != 0 && who.Account == account {
		return nil
	}
	return who.Must(right)
}

// Sweep deletes expired sessions, old login entries and counters whose window
// is over, at most limit of each.
func (s *Service) Sweep(ctx context.Context, limit int) error {
	now := s.now()
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if _, err := s.d.Sessions.Forget(ctx, now, limit); err != nil {
			return err
		}
		if _, err := s.d.Limits.Forget(ctx, now, limit); err != nil {
			return err
		}
		_, err := s.d.Repository.ForgetLogins(ctx, now.Add(-s.c.KeepLogins), limit)
		return err
	})
}
