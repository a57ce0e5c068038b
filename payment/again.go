package payment

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
)

// errTwin says that a payment like the one to be opened was opened a moment ago.
var errTwin = errors.New("payment: opened meanwhile")

// makeRoom ends what the payer left open for the references of a payment that
// is to be opened, or answers with it where OpenInput.Again asks for that. Then
// it ends only what it saw before it decided: what others open at this moment
// is for noTwin to find.
func (s *Service) makeRoom(ctx context.Context, provider Provider, who mall.Actor, like *Payment, in OpenInput) (*Opened, error) {
	if !in.Again || len(like.Action.Refs) != 1 {
		_, err := s.closeEarlier(ctx, like.Payer, like.Action, 0)
		return nil, err
	}
	o, seen, err := s.openAgain(ctx, provider, who, like, in)
	if o != nil || err != nil {
		return o, err
	}
	for i := range seen {
		if seen[i].Payer != like.Payer || in.Guest && seen[i].OpenID != like.OpenID {
			continue
		}
		if _, err := s.close(ctx, &seen[i]); err != nil {
			return nil, err
		}
	}
	return nil, nil
}

// openAgain answers the open payment that is like the one asked for: the
// gateway is asked for it under its number once more, which it takes for the
// same. Nil when there is none, its price is another one now, or the gateway
// does not take it any more; then seen are the open payments there were.
func (s *Service) openAgain(ctx context.Context, provider Provider, who mall.Actor, like *Payment, in OpenInput) (o *Opened, seen []Payment, err error) {
	p, seen, err := s.like(ctx, like)
	if err != nil || p == nil {
		return nil, seen, err
	}
	now := *like
	err = s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		now = *like
		return s.price(ctx, who, &now)
	})
	if err != nil || now.Amount != p.Price() || !s.now().Before(p.Due) {
		return nil, seen, err
	}
	if p.State == StateCreated { // its answer never came, or is on its way
		o, err = s.create(ctx, provider, p, in, who.Addr)
		return o, seen, err
	}
	a, err := provider.Create(ctx, s.request(p, in, who.Addr))
	switch {
	case err != nil:
		return nil, seen, err
	case a.Outcome == Waiting:
		p.Prepay = a.Prepay
		return &Opened{Payment: *p, Params: a.Params}, seen, nil
	case a.Outcome == Unknown:
		return nil, seen, ErrGateway.With(string(a.Outcome))
	}
	return nil, seen, nil // paid or closed there: closing it books what it is
}

// like is the newest open payment of the same payer for the same single
// reference by the same means, nil when there is none, and all that are open.
func (s *Service) like(ctx context.Context, p *Payment) (found *Payment, open []Payment, err error) {
	open, err = s.deps.Repo.OpenFor(ctx, p.Action.Purpose, p.Action.Refs[0], openLimit)
	if err != nil {
		return nil, nil, err
	}
	for i := len(open) - 1; i >= 0; i-- {
		q := open[i]
		if q.Payer == p.Payer && q.Provider == p.Provider && q.Scene == p.Scene && q.AppID == p.AppID &&
			q.OpenID == p.OpenID && q.Merchant == p.Merchant && len(q.Parts) == 1 {
			return &q, open, nil
		}
	}
	return nil, open, nil
}

// noTwin is errTwin when there is an open payment like p, which is about to be
// stored and found its number taken.
func (s *Service) noTwin(ctx context.Context, p *Payment, again bool) error {
	if !again || len(p.Action.Refs) != 1 {
		return nil
	}
	q, _, err := s.like(ctx, p)
	if err == nil && q != nil {
		err = errTwin
	}
	return err
}

// overtaken answers for a payment that was moved while the gateway was asked
// to open it. A call that opened it too changes nothing: both opened one number
// there, though a gateway may name each opening apart (WeChat Pay gives a prepay
// id for every call, and all of them pay). Or it was closed, and then nobody
// has the means to pay it.
func (s *Service) overtaken(ctx context.Context, p *Payment, o Opening) (*Opened, error) {
	now, err := s.deps.Repo.Get(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	if now.State == StatePending {
		now.Prepay = o.Prepay // the one that Params are about
		return &Opened{Payment: *now, Params: o.Params}, nil
	}
	if _, err := s.close(ctx, p); err != nil {
		return nil, err
	}
	return nil, ErrGateway.With("superseded")
}
