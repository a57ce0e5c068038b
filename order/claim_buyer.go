package order

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gomall-dev/mall"
)

// ClaimInput is what a buyer asks for after the sale.
type ClaimInput struct {
	Line     mall.ID // 0: all that is left of the order
	Type     ClaimType
	Received bool
	Qty      int64       // pieces of the line; 0: all that can be claimed
	Amount   *mall.Money // fen; nil: all that these pieces cost
	Reason   string
	Remark   string
	Pictures []string
}

// Claim opens an after-sale claim for pieces of a line, or for all that is left
// of a paid order. Goods name the claims they allow (ErrNoClaim); a line has at
// most one open claim (ErrClaimOpen); pieces handed over against a code cannot
// be claimed; more than these pieces cost cannot be asked for (ErrClaimAmount).
// Clients ask for price × pieces: what coupons and points took off the order is
// taken off that silently.
func (s *Service) Claim(ctx context.Context, who mall.Actor, ref Ref, in ClaimInput) (*Claim, error) {
	id, err := s.resolve(ctx, ref)
	if err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	var c *Claim
	err = s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		return s.change(ctx, id, func(ctx context.Context, o *Order) (err error) {
			c, err = s.claim(ctx, who, o, in)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (in ClaimInput) check() error {
	switch {
	case in.Type < RefundOnly || in.Type > Exchange:
		return mall.ErrInvalid.With("type")
	case in.Qty < 0:
		return mall.ErrInvalid.With("number")
	case in.Amount != nil && *in.Amount < 0:
		return mall.ErrInvalid.With("amount")
	case len([]rune(in.Reason)) > 200 || len([]rune(in.Remark)) > 1000:
		return mall.ErrInvalid.With("reason")
	case len(in.Pictures) > 9:
		return mall.ErrInvalid.With("pic")
	}
	for _, p := range in.Pictures {
		if len(p) > 500 {
			return mall.ErrInvalid.With("pic")
		}
	}
	return nil
}

func (s *Service) claim(ctx context.Context, who mall.Actor, o *Order, in ClaimInput) (*Claim, error) {
	if _, err := as(o, who, Buyer); err != nil {
		return nil, err
	}
	if !can(o.State, MoveClaim, Buyer) {
		return nil, ErrState.With(string(MoveClaim), string(o.Phase(s.now())))
	}
	lines, most, err := o.asked(&in)
	if err != nil {
		return nil, err
	}
	amount := most
	switch {
	case in.Type == Exchange:
		amount = 0
	case in.Amount != nil && *in.Amount > most && (in.Line == 0 || *in.Amount > lines[0].PriceUnit*mall.Money(in.Qty)):
		return nil, ErrClaimAmount.With(most)
	case in.Amount != nil:
		amount = min(*in.Amount, most)
	}
	now := s.now()
	c := &Claim{Order: o.ID, Line: in.Line, Buyer: o.Buyer, Shop: o.Shop, Type: in.Type, State: Applied, Received: in.Received,
		Qty: in.Qty, Amount: amount, Reason: in.Reason, Remark: in.Remark, Pictures: in.Pictures, Added: now, Updated: now}
	o.OpenClaims++
	if err := s.save(ctx, o, move{Move: MoveClaim, who: who, role: Buyer, to: o.State, reason: in.Reason, facts: map[string]any{"amount": amount}}); err != nil {
		return nil, err
	}
	if err := s.deps.Claims.Insert(ctx, c); err != nil {
		return nil, err
	}
	for _, l := range lines {
		l.Claim, l.LastClaim = c.ID, c.ID
		if err := s.deps.Orders.SaveLine(ctx, l); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// asked are the lines that a claim is about and the most money it can bring.
// It fills in the number of pieces.
func (o *Order) asked(in *ClaimInput) ([]*Line, mall.Money, error) {
	allowed := strconv.Itoa(int(in.Type))
	if in.Line != 0 {
		l := o.Line(in.Line)
		if l == nil {
			return nil, 0, ErrNoLine
		}
		left := l.Live() - l.Redeemed
		if in.Qty == 0 {
			in.Qty = left
		}
		switch {
		case l.Claim != 0:
			return nil, 0, ErrClaimOpen
		case !slices.Contains(strings.Split(l.Claims, ","), allowed) || left <= 0:
			return nil, 0, ErrNoClaim
		case in.Qty > left:
			return nil, 0, ErrQty.With(l.Goods)
		}
		goods, freight := l.Share(l.Refunded, l.Refunded+in.Qty)
		return []*Line{l}, min(goods+min(freight, l.freightLeft()), o.Paid-o.Refunded), nil
	}
	if in.Qty = 0; o.OpenClaims > 0 {
		return nil, 0, ErrClaimOpen
	}
	var lines []*Line
	for i := range o.Lines {
		l := &o.Lines[i]
		switch {
		case l.Live() <= l.Redeemed:
		case !slices.Contains(strings.Split(l.Claims, ","), allowed):
			return nil, 0, ErrNoClaim
		default:
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 {
		return nil, 0, ErrNoClaim
	}
	return lines, o.refundable(), nil
}

// Withdraw takes the buyer's open claim back before goods or money moved.
func (s *Service) Withdraw(ctx context.Context, who mall.Actor, claim mall.ID) error {
	return s.answer(ctx, who, claim, Buyer, []ClaimState{Applied, Accepted}, Withdrawn, nil)
}

// SendBack notes how the buyer sends goods back.
func (s *Service) SendBack(ctx context.Context, who mall.Actor, claim mall.ID, carrier, tracking string) error {
	if tracking == "" || max(len(carrier), len(tracking)) > 100 {
		return mall.ErrInvalid.With("trackingNumber")
	}
	return s.answer(ctx, who, claim, Buyer, []ClaimState{Accepted}, Accepted, func(c *Claim) error {
		if c.Type == RefundOnly {
			return ErrClaimState
		}
		c.BackTo.Carrier, c.BackTo.Tracking = carrier, tracking
		return nil
	})
}

// ClaimsOf gives the claims of an order, newest first, to whoever may see it.
func (s *Service) ClaimsOf(ctx context.Context, who mall.Actor, ref Ref) ([]Claim, error) {
	o, err := s.Get(ctx, who, ref)
	if err != nil {
		return nil, err
	}
	return s.deps.Claims.Of(ctx, []mall.ID{o.ID})
}

// answer moves a claim of one of some states to another one, with its order:
// a claim that ends frees its lines. edit may change the claim or refuse.
func (s *Service) answer(ctx context.Context, who mall.Actor, id mall.ID, want Role, from []ClaimState, to ClaimState, edit func(*Claim) error) error {
	return s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		order, err := s.claimOrder(ctx, id)
		if err != nil {
			return err
		}
		return s.change(ctx, order, func(ctx context.Context, o *Order) error {
			c, err := s.deps.Claims.Get(ctx, id)
			if err != nil {
				return err
			}
			role, err := as(o, who, want)
			if err != nil {
				return err
			}
			if !slices.Contains(from, c.State) {
				return ErrClaimState
			}
			if edit != nil {
				if err := edit(c); err != nil {
					return err
				}
			}
			m := move{Move: MoveAnswer, who: who, role: role, to: o.State, reason: string(to)}
			if to.Ended() {
				o.OpenClaims--
				m.lines = o.free(c)
			}
			if err := s.save(ctx, o, m); err != nil {
				return err
			}
			return s.putClaim(ctx, c, to)
		})
	})
}

func (s *Service) claimOrder(ctx context.Context, id mall.ID) (mall.ID, error) {
	c, err := s.deps.Claims.Get(ctx, id)
	if errors.Is(err, mall.ErrNotFound) {
		return 0, ErrClaimNone
	}
	if err != nil {
		return 0, err
	}
	return c.Order, nil
}

// free takes a claim off the lines it is about.
func (o *Order) free(c *Claim) []*Line {
	var lines []*Line
	for i := range o.Lines {
		if l := &o.Lines[i]; l.Claim == c.ID {
			l.Claim = 0
			lines = append(lines, l)
		}
	}
	return lines
}

// putClaim writes a claim in its new state. The order's row was written
// before, so nobody else is at it.
func (s *Service) putClaim(ctx context.Context, c *Claim, to ClaimState) error {
	from := c.State
	c.State, c.Updated = to, s.now()
	if to.Ended() {
		c.Ended = c.Updated
	}
	ok, err := s.deps.Claims.Save(ctx, c, from)
	if err == nil && !ok {
		return ErrClaimState
	}
	return err
}
