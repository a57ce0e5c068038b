package order

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gomall-dev/mall"
)

// maxCodes bounds how many codes one order has.
const maxCodes = 10_000

// maxSame is among how many codes of one text the one of the actor's shop is looked for.
const maxSame = 50

// makeCodes makes the redemption codes of an order that was just paid: one per
// piece of vouchers and fetched goods bought at o2o, one of 12 digits for the
// whole order elsewhere.
func (s *Service) makeCodes(ctx context.Context, o *Order) error {
	var codes []Code
	length := 12
	if o.Face == mall.FaceO2O {
		length = 6
		for i := range o.Lines {
			for range min(o.Lines[i].Qty, maxCodes-int64(len(codes))) {
				codes = append(codes, Code{Line: o.Lines[i].ID})
			}
		}
	} else {
		codes = []Code{{}}
	}
	// Texts that are taken get new ones; six digits are nearly never full.
	for range 10 {
		for i := range codes {
			c := &codes[i]
			c.Order, c.Shop, c.State, c.Added, c.Text = o.ID, o.Shop, CodeUnused, s.now(), random(digits, length)
		}
		if err := s.deps.Codes.Insert(ctx, codes); err != nil {
			return err
		}
		var left []Code
		for _, c := range codes {
			if c.ID == 0 {
				left = append(left, c)
			}
		}
		if codes = left; len(codes) == 0 {
			return nil
		}
	}
	return fmt.Errorf("order: no free redemption code of %d digits", length)
}

// Redeem hands over goods against a code (核销). The actor is staff of the
// order's shop or an account that Config.Clerk knows. A code of the whole order
// makes the order received, one of a piece does so with the last piece.
// ErrNotClerk, ErrNoCode, ErrCodeUsed, ErrClaimOpen; ErrTries after too many
// wrong codes within an hour.
func (s *Service) Redeem(ctx context.Context, who mall.Actor, text string) (*Order, error) {
	if who.Account == 0 && !who.Has(RightManage) {
		return nil, mall.ErrUnauthenticated
	}
	key, window := fmt.Sprintf("redeem:%d", who.Account), s.now().Truncate(time.Hour)
	if err := s.take(ctx, key, window); err != nil {
		return nil, err
	}
	o, err := s.redeem(ctx, who, text)
	if errors.Is(err, ErrNoCode) {
		return nil, err
	}
	// Only codes that do not exist count as tries.
	if e := s.deps.Tx.Do(ctx, func(ctx context.Context) error { return s.deps.Codes.Untry(ctx, key, window) }); e != nil && err == nil {
		err = e
	}
	return o, err
}

// take counts a try before it is made, so that many at once cannot slip through.
func (s *Service) take(ctx context.Context, key string, window time.Time) error {
	return s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.deps.Codes.Try(ctx, key, window, s.cfg.CodeTries)
		if err == nil && !ok {
			return ErrTries
		}
		return err
	})
}

func (s *Service) redeem(ctx context.Context, who mall.Actor, text string) (*Order, error) {
	c, role, err := s.codeFor(ctx, who, text)
	if err != nil {
		return nil, err
	}
	var done *Order
	err = s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		return s.change(ctx, c.Order, func(ctx context.Context, o *Order) error {
			lines, err := s.hand(ctx, o, c)
			if err != nil {
				return err
			}
			to := o.State
			if to.Ful = o.rest(); to.Ful == Received {
				o.Received = s.now()
			}
			if err := s.save(ctx, o, move{Move: MoveRedeem, who: who, role: role, to: to, lines: lines}); err != nil {
				return err
			}
			ok, err := s.deps.Codes.Use(ctx, c.ID, who.Account, o.Updated)
			if err == nil && !ok {
				err = ErrCodeUsed
			}
			done = o
			return err
		})
	})
	return done, err
}

// codeFor is the code of a text that the actor may redeem, and the role in
// which. Shops may give the same text; who may redeem for several of them names
// the shop (Actor.Shop) when more than one has it unused. ErrNotClerk is for
// those who may know the code: staff, its buyer, who named another shop than its
// own. To everybody else it is unknown, for whoever finds a code by trying could
// fetch the goods by saying it.
func (s *Service) codeFor(ctx context.Context, who mall.Actor, text string) (found *Code, role Role, err error) {
	cs, err := s.deps.Codes.Find(ctx, text, maxSame)
	if err != nil {
		return nil, 0, err
	}
	refused := error(ErrNoCode)
	for i := range cs {
		c := &cs[i]
		mine, err := s.clerk(ctx, who, c.Shop)
		elsewhere := err == nil && who.Shop != 0 && c.Shop != who.Shop
		switch {
		case elsewhere || errors.Is(err, ErrNotClerk) && who.Has(RightManage):
			refused = ErrNotClerk
		case errors.Is(err, ErrNotClerk):
			o, err := s.load(ctx, c.Order)
			if err != nil {
				return nil, 0, err
			}
			if o.Buyer == who.Account {
				refused = ErrNotClerk
			}
		case err != nil:
			return nil, 0, err
		case found == nil:
			found, role = c, mine
		case found.State == CodeUnused && c.State == CodeUnused && c.Shop != found.Shop:
			return nil, 0, ErrCodeShops
		}
	}
	if found == nil {
		return nil, 0, refused
	}
	return found, role, nil
}

// clerk is the role in which the actor may redeem codes of a shop.
func (s *Service) clerk(ctx context.Context, who mall.Actor, shop mall.ID) (Role, error) {
	if who.Has(RightManage) && (who.Shop == 0 || who.Shop == shop) {
		return Merchant, nil
	}
	if s.cfg.Clerk != nil && who.Account != 0 {
		if ok, err := s.cfg.Clerk(ctx, who.Account, shop); ok || err != nil {
			return Clerk, err
		}
	}
	return 0, ErrNotClerk
}

// hand counts the pieces that a code stands for as handed over.
func (s *Service) hand(ctx context.Context, o *Order, c *Code) ([]*Line, error) {
	cs, err := s.deps.Codes.Of(ctx, []mall.ID{o.ID})
	if err != nil {
		return nil, err
	}
	for _, now := range cs {
		if now.ID == c.ID && now.State != CodeUnused {
			return nil, ErrCodeUsed
		}
	}
	if !can(o.State, MoveRedeem, Merchant) {
		return nil, ErrState.With(string(MoveRedeem), string(o.Phase(s.now())))
	}
	var lines []*Line
	for i := range o.Lines {
		l := &o.Lines[i]
		if c.Line != 0 && c.Line != l.ID {
			continue
		}
		if l.Claim != 0 {
			return nil, ErrClaimOpen
		}
		if c.Line != 0 {
			l.Redeemed++
		} else {
			l.Redeemed = l.Live()
		}
		lines = append(lines, l)
	}
	return lines, nil
}

// CodesOf gives the redemption codes of orders, by order.
func (s *Service) CodesOf(ctx context.Context, orders []mall.ID) (map[mall.ID][]Code, error) {
	by := map[mall.ID][]Code{}
	if len(orders) == 0 {
		return by, nil
	}
	cs, err := s.deps.Codes.Of(ctx, orders)
	for _, c := range cs {
		by[c.Order] = append(by[c.Order], c)
	}
	return by, err
}

// ByCode gives the order of a redemption code to its buyer or to somebody who
// may redeem it; ErrNoCode for everybody else.
func (s *Service) ByCode(ctx context.Context, who mall.Actor, text string) (*Order, error) {
	key, window := fmt.Sprintf("redeem:%d", who.Account), s.now().Truncate(time.Hour)
	if err := s.take(ctx, key, window); err != nil {
		return nil, err
	}
	cs, err := s.deps.Codes.Find(ctx, text, maxSame)
	if err != nil {
		return nil, err
	}
	for i := range cs {
		o, err := s.load(ctx, cs[i].Order)
		if err != nil {
			return nil, err
		}
		if o.Buyer != who.Account {
			if _, err := s.clerk(ctx, who, o.Shop); err != nil {
				continue
			}
		}
		return o, s.deps.Tx.Do(ctx, func(ctx context.Context) error { return s.deps.Codes.Untry(ctx, key, window) })
	}
	return nil, ErrNoCode
}
