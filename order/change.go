package order

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/gomall-dev/mall"
)

// errStale says that the order was changed between reading and writing it;
// change reads it again.
var errStale = errors.New("order: stale")

// maxStale bounds how often change reads anew. Each time somebody else's
// change was committed, so the order as a whole moves on.
const maxStale = 20

// change reads an order and lets fn move it, again with a fresh copy when it
// was changed in between. fn calls save before it writes anything else: the
// order row is the first in the global order of writes, and whoever wrote it
// owns lines, codes and claims until the commit. It runs inside Do.
func (s *Service) change(ctx context.Context, id mall.ID, fn func(ctx context.Context, o *Order) error) error {
	o, err := s.load(ctx, id)
	if err != nil {
		return err
	}
	return s.changeFrom(ctx, o, fn)
}

// changeFrom is change for an order that was just read in this transaction.
func (s *Service) changeFrom(ctx context.Context, o *Order, fn func(ctx context.Context, o *Order) error) error {
	for range maxStale {
		err := fn(ctx, o)
		if !errors.Is(err, errStale) {
			return err
		}
		if o, err = s.load(ctx, o.ID); err != nil {
			return err
		}
	}
	return ErrBusy
}

// move is one step of an order: what, by whom, where to.
type move struct {
	Move   Move
	who    mall.Actor
	role   Role // in which the actor does it
	to     State
	reason string
	lines  []*Line // that were changed too
	facts  map[string]any
}

// save checks a move against the table, the guards and the stored version, and
// writes the order, the changed lines, the log entry and the event. The
// caller has changed o in every other respect; save sets the state.
func (s *Service) save(ctx context.Context, o *Order, m move) error {
	if !step(o.State, m.Move, m.to, m.role) {
		return ErrState.With(string(m.Move), string(o.Phase(s.now())))
	}
	from := o.State
	o.State, o.Updated = m.to, s.now()
	c := Change{m.Move, from, *o, m.who, m.reason}
	for _, g := range s.cfg.Guards {
		if err := g(ctx, c); err != nil {
			return err
		}
	}
	if err := s.put(ctx, o); err != nil {
		return err
	}
	for _, l := range m.lines {
		if err := s.deps.Orders.SaveLine(ctx, l); err != nil {
			return err
		}
	}
	return s.tell(ctx, c, m.facts)
}

// put writes the order if nobody changed it since it was read, else errStale.
func (s *Service) put(ctx context.Context, o *Order) error {
	ok, err := s.deps.Orders.Save(ctx, o)
	if err == nil && !ok {
		return errStale
	}
	return err
}

// tell writes what happened into log and outbox, and to the watchers once it
// is committed.
func (s *Service) tell(ctx context.Context, c Change, facts map[string]any) error {
	o := &c.Order
	err := s.deps.Orders.AddLog(ctx, Log{Order: o.ID, Move: c.Move, Actor: c.Actor.Account, Face: c.Actor.Face,
		Addr: c.Actor.Addr, From: c.From, To: o.State, Reason: c.Reason, At: o.Updated})
	if err != nil {
		return err
	}
	all := map[string]any{"number": o.Number, "buyer": o.Buyer, "shop": o.Shop, "payable": o.Payable,
		"pay": o.Pay, "ful": o.Ful, "end": o.End}
	for k, v := range facts {
		all[k] = v
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	err = s.deps.Outbox.Append(ctx, mall.Event{Kind: "order." + string(c.Move), Version: 1, Aggregate: o.ID, Facts: text, At: o.Updated})
	if err != nil || len(s.cfg.Watchers) == 0 {
		return err
	}
	s.deps.Tx.OnCommit(ctx, func(ctx context.Context) {
		for _, w := range s.cfg.Watchers {
			w(ctx, c)
		}
	})
	return nil
}

// as is the actor's role if it holds one of the wanted ones, else ErrNoOrder
// for strangers and ErrDenied for parties who may see the order but not do this.
func as(o *Order, who mall.Actor, want Role) (Role, error) {
	r := RoleOf(o, who)
	switch {
	case r == 0:
		return 0, ErrNoOrder
	case r&want == 0:
		return 0, mall.ErrDenied
	}
	return r & want, nil
}
