package member

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
)

var (
	// ErrNoLevel says that there is no such level, or that it is not offered.
	ErrNoLevel = mall.E(mall.NotFound, "member.no_level", "no such level")
	// ErrHeld says that a level cannot be deleted because accounts hold it. Its
	// argument is how many.
	ErrHeld = mall.E(mall.State, "member.held", "level is held, by accounts:")
)

// Repository keeps levels, grants and what follows from them. Writes need a
// running mall.Tx.Do.
type Repository interface {
	// Save stores a level: a new one when its ID is 0, which it then gets.
	Save(ctx context.Context, l *Level) error
	// Level is a level by id; mall.ErrNotFound.
	Level(ctx context.Context, id mall.ID) (*Level, error)
	// Levels are all levels by rank.
	Levels(ctx context.Context) ([]Level, error)
	// Holders counts the accounts that hold a level at a moment.
	Holders(ctx context.Context, level mall.ID, at time.Time) (int64, error)
	// Delete removes a level; false when there is none.
	Delete(ctx context.Context, id mall.ID) (bool, error)
	// Held is the active level of the highest rank that an account holds at a
	// moment, with its end; the zero Level when there is none.
	Held(ctx context.Context, account mall.ID, at time.Time) (Level, error)
	// HeldBy is Held for many accounts in one statement; who has none is not in it.
	HeldBy(ctx context.Context, accounts []mall.ID, at time.Time) (map[mall.ID]Level, error)

	// Own takes the account's row, so that grants to one account go one
	// after the other until the transaction ends.
	Own(ctx context.Context, account mall.ID) error
	// Insert stores a grant; mall.ErrConflict when its source has one.
	Insert(ctx context.Context, g *Grant) error
	// BySource is a grant, nil when there is none.
	BySource(ctx context.Context, source string) (*Grant, error)
	// Standing are the grants of a level to an account that were not
	// revoked, in the order they were given.
	Standing(ctx context.Context, account, level mall.ID) ([]Grant, error)
	// Revoke marks a grant as revoked unless it is already.
	Revoke(ctx context.Context, id mall.ID, at time.Time) (bool, error)
	// Hold stores until when an account holds a level (zero for ever);
	// Drop says that it holds it no more.
	Hold(ctx context.Context, account, level mall.ID, since, until time.Time) error
	Drop(ctx context.Context, account, level mall.ID) error
}

// Deps are what a Service cannot do without.
type Deps struct {
	Tx         mall.Tx
	Outbox     mall.Outbox
	Repository Repository
}

// Config adjusts a Service; its zero value works.
type Config struct {
	// Calendar is by which terms are counted; the zero value is UTC+8.
	Calendar mall.Calendar
	// Now is the clock; nil is the system's.
	Now func() time.Time
}

// RightLevels is the staff right to change levels and to give them.
const RightLevels = "/users/updateUser"

// Service holds the rules of membership.
type Service struct {
	d        Deps
	calendar mall.Calendar
	now      func() time.Time
}

// New makes a Service; a missing dependency is an error that names it.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Tx == nil:
		return nil, errors.New("member: Deps.Tx is missing")
	case d.Outbox == nil:
		return nil, errors.New("member: Deps.Outbox is missing")
	case d.Repository == nil:
		return nil, errors.New("member: Deps.Repository is missing")
	}
	return &Service{d: d, calendar: c.Calendar, now: mall.Clock(c.Now)}, nil
}

// LevelOf is the best level that an account holds now, with its end. Without
// one, and after the end of one, it is the zero Level with Rebate mall.Whole.
func (s *Service) LevelOf(ctx context.Context, account mall.ID) (Level, error) {
	none := Level{Rebate: mall.Whole}
	if account == 0 {
		return none, nil
	}
	l, err := s.d.Repository.Held(ctx, account, s.now())
	if err != nil || l.ID == 0 {
		return none, err
	}
	return l, nil
}

// LevelsOf is LevelOf for many accounts; who has none is not in it.
func (s *Service) LevelsOf(ctx context.Context, accounts []mall.ID) (map[mall.ID]Level, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	return s.d.Repository.HeldBy(ctx, accounts, s.now())
}

// SetRank makes an account hold the active level of a rank for ever and none
// above it, whoever gave those; rank 0 takes all levels. ErrNoLevel when no
// active level has the rank. It joins a running transaction.
func (s *Service) SetRank(ctx context.Context, who mall.Actor, account mall.ID, rank int) error {
	if err := who.Must(RightLevels); err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		levels, err := s.d.Repository.Levels(ctx)
		if err != nil {
			return err
		}
		want := mall.ID(0)
		for _, l := range levels {
			if l.Active && l.Rank == rank {
				want = l.ID
			}
		}
		if want == 0 && rank != 0 {
			return ErrNoLevel
		}
		if err := s.d.Repository.Own(ctx, account); err != nil {
			return err
		}
		now := s.now()
		for _, l := range levels {
			if l.Rank > rank {
				if err := s.takeAll(ctx, account, l.ID, now); err != nil {
					return err
				}
			}
		}
		if want == 0 {
			return nil
		}
		return s.Give(ctx, account, want, Term{}, "staff:"+rand.Text())
	})
}

// takeAll revokes every grant of a level to an account whose row is ours.
func (s *Service) takeAll(ctx context.Context, account, level mall.ID, now time.Time) error {
	grants, err := s.d.Repository.Standing(ctx, account, level)
	if err != nil || len(grants) == 0 {
		return err
	}
	for _, g := range grants {
		if _, err := s.d.Repository.Revoke(ctx, g.ID, now); err != nil {
			return err
		}
	}
	return s.recompute(ctx, account, level, "member.revoked", now)
}

// Level is a level by id; ErrNoLevel.
func (s *Service) Level(ctx context.Context, id mall.ID) (*Level, error) {
	l, err := s.d.Repository.Level(ctx, id)
	if errors.Is(err, mall.ErrNotFound) {
		return nil, ErrNoLevel
	}
	return l, err
}

// Levels are all levels by rank.
func (s *Service) Levels(ctx context.Context) ([]Level, error) { return s.d.Repository.Levels(ctx) }

// Bounds of what a shop says of a level, in entries and characters.
const (
	maxExt     = 20
	maxExtKey  = 64
	maxExtText = 200
)

// Save stores a level, a new one when its ID is 0. Rebate lies between 1 and
// mall.Whole. It needs RightLevels.
func (s *Service) Save(ctx context.Context, who mall.Actor, l *Level) error {
	if err := who.Must(RightLevels); err != nil {
		return err
	}
	if l.Rebate <= 0 || l.Rebate > mall.Whole {
		return mall.ErrInvalid.With("rebate")
	}
	if l.Name == "" || utf8.RuneCountInString(l.Name) > 64 {
		return mall.ErrInvalid.With("name")
	}
	if len(l.Ext) > maxExt {
		return mall.ErrInvalid.With("ext")
	}
	for k, v := range l.Ext {
		if k == "" || utf8.RuneCountInString(k) > maxExtKey || utf8.RuneCountInString(v) > maxExtText {
			return mall.ErrInvalid.With("ext")
		}
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		l.UpdatedAt = s.now()
		if l.ID == 0 {
			l.CreatedAt = l.UpdatedAt
		}
		return s.d.Repository.Save(ctx, l)
	})
}

// Delete removes a level that nobody holds; ErrHeld otherwise: a level that is
// saved as not active ends for all who hold it. It joins a running transaction
// and needs RightLevels.
func (s *Service) Delete(ctx context.Context, who mall.Actor, id mall.ID) error {
	if err := who.Must(RightLevels); err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repository.Delete(ctx, id)
		if err != nil {
			return err
		}
		if !ok {
			return ErrNoLevel
		}
		n, err := s.d.Repository.Holders(ctx, id, s.now())
		if err == nil && n > 0 {
			return ErrHeld.With(n)
		}
		return err
	})
}

// Own lets nobody else change what an account was given until the running
// transaction ends, so that what was read of it stays true.
func (s *Service) Own(ctx context.Context, account mall.ID) error {
	return s.d.Repository.Own(ctx, account)
}

// EndOf is until when the grants of a level to an account reach, the zero time
// for ever; that may be past. ok is false when it has none.
func (s *Service) EndOf(ctx context.Context, account, level mall.ID) (until time.Time, ok bool, err error) {
	grants, err := s.d.Repository.Standing(ctx, account, level)
	if err != nil {
		return until, false, err
	}
	_, until, ok = Span(s.calendar, grants)
	return until, ok, nil
}

// Give grants a level to an account for a term. A hold of the same level that
// is running is lengthened, never shortened. Source is unique: giving twice for
// one source gives once. It joins a running transaction, so that a payment and
// its grant stand or fall together.
func (s *Service) Give(ctx context.Context, account, level mall.ID, term Term, source string) error {
	if account == 0 || !term.Valid() || source == "" {
		return mall.ErrInvalid.With("grant")
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if _, err := s.Level(ctx, level); err != nil {
			return err
		}
		if err := s.d.Repository.Own(ctx, account); err != nil {
			return err
		}
		now := s.now()
		err := s.d.Repository.Insert(ctx, &Grant{Account: account, Level: level, Source: source, Term: term, CreatedAt: now})
		if errors.Is(err, mall.ErrConflict) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.recompute(ctx, account, level, "member.given", now)
	})
}

// Revoke takes one grant away, for example because its payment was refunded;
// what others gave stays. Revoking again, or an unknown source, is no error.
func (s *Service) Revoke(ctx context.Context, source string) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		g, err := s.d.Repository.BySource(ctx, source)
		if err != nil || g == nil {
			return err
		}
		if err := s.d.Repository.Own(ctx, g.Account); err != nil {
			return err
		}
		now := s.now()
		ok, err := s.d.Repository.Revoke(ctx, g.ID, now)
		if err != nil || !ok {
			return err
		}
		return s.recompute(ctx, g.Account, g.Level, "member.revoked", now)
	})
}

// recompute writes the hold that follows from the standing grants.
func (s *Service) recompute(ctx context.Context, account, level mall.ID, event string, now time.Time) error {
	grants, err := s.d.Repository.Standing(ctx, account, level)
	if err != nil {
		return err
	}
	since, until, ok := Span(s.calendar, grants)
	if ok {
		err = s.d.Repository.Hold(ctx, account, level, since, until)
	} else {
		err = s.d.Repository.Drop(ctx, account, level)
	}
	if err != nil {
		return err
	}
	facts := map[string]any{"level": level}
	if ok && !until.IsZero() {
		facts["until"] = until.UnixMilli()
	}
	b, err := json.Marshal(facts)
	if err != nil {
		return err
	}
	return s.d.Outbox.Append(ctx, mall.Event{Kind: event, Version: 1, Aggregate: account, Facts: b, At: now})
}
