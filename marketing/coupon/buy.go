package coupon

import (
	"context"
	"strconv"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// Purpose is the purpose of payments that buy a coupon (wxapi nextAction type
// 7). It has no references, for an account may buy more than one coupon of a
// template; Action makes its action. A payment that comes when the coupons have
// run out is refused, and its money goes where refused payments go: into the
// wallet at wxapi, back to its origin elsewhere.
const Purpose payment.Purpose = "coupon"

// Action is the action of a payment that buys a coupon of a template.
func Action(template mall.ID) payment.Action {
	return payment.Action{Purpose: Purpose, Params: map[string]string{"template": strconv.FormatInt(int64(template), 10)}}
}

// TemplateOf is the template of an action that buys a coupon.
func TemplateOf(a payment.Action) (mall.ID, error) {
	id, err := strconv.ParseInt(a.Params["template"], 10, 64)
	if a.Purpose != Purpose || err != nil || id <= 0 || len(a.Refs) != 0 {
		return 0, mall.ErrInvalid.With("template")
	}
	return mall.ID(id), nil
}

// Buy buys a coupon from the balance, as payment.Service.PayFromWallet does and
// with its errors, or refuses as Check does. payPassword is the wallet's. It is
// called outside of transactions.
func (s *Service) Buy(ctx context.Context, who mall.Actor, template mall.ID, payPassword string) (*payment.Payment, error) {
	return s.d.Payments.PayFromWallet(ctx, who, Action(template), payPassword)
}

// price refuses what could not be carried out now.
func (s *Service) price(ctx context.Context, who mall.Actor, a payment.Action) (payment.Price, error) {
	account, err := who.Buyer()
	if err != nil {
		return payment.Price{}, err
	}
	t, err := s.bought(ctx, a)
	if err != nil {
		return payment.Price{}, err
	}
	if err := s.within(ctx, account, t); err != nil {
		return payment.Price{}, err
	}
	var due time.Time
	if soon := s.now().Add(payTerm); !t.ClaimTo.IsZero() && t.ClaimTo.Before(soon) {
		due = t.ClaimTo
	}
	return payment.Price{Amount: t.Price, Due: due, Title: t.Name}, nil
}

// payTerm is how long a coupon can be paid, unless its claims end before.
const payTerm = 30 * time.Minute

// run issues the coupon that was paid.
func (s *Service) run(ctx context.Context, p *payment.Payment) error {
	t, err := s.bought(ctx, p.Action)
	if err != nil {
		return err
	}
	_, err = s.acquire(ctx, p.Payer, t, Bought)
	return err
}

// bought is the template of an action if its coupons are for sale.
func (s *Service) bought(ctx context.Context, a payment.Action) (*Template, error) {
	id, err := TemplateOf(a)
	if err != nil {
		return nil, err
	}
	t, err := s.template(ctx, id)
	if err != nil {
		return nil, err
	}
	if t.Price == 0 {
		return nil, ErrClosed
	}
	return t, s.running(t)
}
