package membership

import (
	"context"

	"github.com/gomall-dev/mall"
)

// maxPrices bounds the price list of a level.
const maxPrices = 50

// Prices is the price list of a level, lowest amount first; empty for a level
// that is not offered.
func (s *Service) Prices(ctx context.Context, level mall.ID) ([]Price, error) {
	l, err := s.d.Members.Level(ctx, level)
	if err != nil || !l.Active {
		if mall.KindOf(err) == mall.NotFound {
			err = nil
		}
		return nil, err
	}
	return s.d.Repo.Prices(ctx, level, maxPrices)
}

// SavePrice stores a price; a new one has ID 0 and gets its own. One that
// exists is replaced under a new ID, unless nothing differs: who is paying the
// old one gets the money back instead of what nobody showed them, and
// agreements to renew at it end. It needs Right.
func (s *Service) SavePrice(ctx context.Context, who mall.Actor, p Price) (Price, error) {
	if err := who.Must(Right); err != nil {
		return Price{}, err
	}
	if p.Amount < 0 || p.Amount > mall.MaxMoney || p.Term.N == 0 || p.Term.Unit == mall.Weekly || !p.Term.Valid() {
		return Price{}, ErrPrice
	}
	if _, err := s.d.Members.Level(ctx, p.Level); err != nil {
		return Price{}, err
	}
	var saved Price
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		saved = Price{Level: p.Level, Amount: p.Amount, Term: p.Term, Created: s.now()}
		if p.ID != 0 {
			old, err := s.d.Repo.Price(ctx, p.ID)
			switch {
			case mall.KindOf(err) == mall.NotFound:
				return ErrNoPrice
			case err != nil:
				return err
			case old.Level == p.Level && old.Amount == p.Amount && old.Term == p.Term:
				saved = *old
				return nil
			}
			if err := s.remove(ctx, p.ID); err != nil {
				return err
			}
		}
		list, err := s.d.Repo.Prices(ctx, p.Level, maxPrices)
		if err != nil {
			return err
		}
		if len(list) >= maxPrices {
			return ErrTooMany.With(maxPrices)
		}
		return s.d.Repo.InsertPrice(ctx, &saved)
	})
	return saved, err
}

// DeletePrice removes a price; purchases at it stay what they are, and
// agreements to renew at it end. It needs Right.
func (s *Service) DeletePrice(ctx context.Context, who mall.Actor, id mall.ID) error {
	if err := who.Must(Right); err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.remove(ctx, id) })
}

func (s *Service) remove(ctx context.Context, id mall.ID) error {
	ok, err := s.d.Repo.DeletePrice(ctx, id)
	if err == nil && !ok {
		return ErrNoPrice
	}
	return err
}

// DeleteLevel removes a level with its prices; member.ErrHeld while somebody
// holds it. A sale at the same moment comes first, and then it is held, or
// finds no price any more. It needs Right and member.RightLevels.
func (s *Service) DeleteLevel(ctx context.Context, who mall.Actor, id mall.ID) error {
	if err := who.Must(Right); err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.d.Repo.DeletePrices(ctx, id); err != nil {
			return err
		}
		return s.d.Members.Delete(ctx, who, id)
	})
}
