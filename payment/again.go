package payment

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
)

// errTwin says that a payment like the one to be opened was opened a moment ago.
var errTwin = errors.New("payment: opened meanwhile")

// openAgain answers the open payment that is like the one asked for: the
// gateway is asked for it under its number once more, which it takes for the
// same. Nil when OpenInput.Again is not set, there is none, its price is
// another one now, or the gateway does not take it any more.
func (s *Service) openAgain(ctx context.Context, provider Provider, who mall.Actor, like *Payment, in OpenInput) (*Opened, error) {
	if !in.Again {
		return nil, nil
	}
	p, err := s.like(ctx, like)
	if err != nil || p == nil {
		return nil, err
	}
	now := *like
	err = s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		now = *like
		return s.price(ctx, who, &now)
	})
	if err != nil || now.Amount != p.Price() || !s.now().Before(p.Due) {
		return nil, err
	}
	if p.State == StateCreated { // its answer never came, or is on its way
		return s.create(ctx, provider, p, in, who.Addr)
	}
	o, err := provider.Create(ctx, s.request(p, in, who.Addr))
	switch {
	case err != nil:
		return nil, err
	case o.Outcome == Waiting:
		p.Prepay = o.Prepay
		return &Opened{Payment: *p, Params: o.Params}, nil
	case o.Outcome == Unknown:
		return nil, ErrGateway.With(string(o.Outcome))
	}
	return nil, nil // paid or closed there: the caller closes it, which books what it is
}

// like is the newest open payment of the same payer for the same single
// reference by the same means, nil when there is none.
func (s *Service) like(ctx context.Context, p *Payment) (*Payment, error) {
	if len(p.Action.Refs) != 1 {
		return nil, nil
	}
	open, err := s.deps.Repo.OpenFor(ctx, p.Action.Purpose, p.Action.Refs[0], openLimit)
	if err != nil {
		return nil, err
	}
	for i := len(open) - 1; i >= 0; i-- {
		q := &open[i]
		if q.Payer == p.Payer && q.Provider == p.Provider && q.Scene == p.Scene && q.AppID == p.AppID &&
			q.OpenID == p.OpenID && q.Merchant == p.Merchant && len(q.Parts) == 1 {
			return q, nil
		}
	}
	return nil, nil
}

// noTwin is errTwin when there is an open payment like p, which is about to be
// stored and found its number taken.
func (s *Service) noTwin(ctx context.Context, p *Payment, again bool) error {
	if !again {
		return nil
	}
	q, err := s.like(ctx, p)
	if err == nil && q != nil {
		err = errTwin
	}
	return err
}

// overtaken answers for a payment that was moved while the gateway was asked
// to open it: by a call that opened it too, which changes nothing; or it was
// closed, and then nobody has the means to pay it.
func (s *Service) overtaken(ctx context.Context, p *Payment, o Opening) (*Opened, error) {
	now, err := s.deps.Repo.Get(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	if now.State == StatePending && now.Prepay == o.Prepay {
		return &Opened{Payment: *now, Params: o.Params}, nil
	}
	if _, err := s.close(ctx, p); err != nil {
		return nil, err
	}
	return nil, ErrGateway.With("superseded")
}
