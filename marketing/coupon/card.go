package coupon

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
)

// NewCard is a card as it is printed. Nobody can read its secret afterwards.
type NewCard struct {
	Number string // 16 digits
	Secret string // 12 letters and digits
}

// maxCards bounds how many cards are made by one call.
const maxCards = 1000

// MakeCards makes n (at most 1000) cards for coupons of a template, good for
// exchange before end (zero: for ever). A card takes its coupon off the total
// when it is exchanged. It needs Right.
func (s *Service) MakeCards(ctx context.Context, who mall.Actor, template mall.ID, n int, end time.Time) ([]NewCard, error) {
	if _, err := s.ofStaff(ctx, who, template); err != nil {
		return nil, err
	}
	now := s.now()
	if n < 1 || n > maxCards {
		return nil, mall.ErrInvalid.With("number")
	}
	if !end.IsZero() && !end.After(now) {
		return nil, mall.ErrInvalid.With("dateEnd")
	}
	printed, cards := make([]NewCard, n), make([]Card, n)
	for i := range cards {
		number, err := rand.Int(rand.Reader, big.NewInt(1e16))
		if err != nil {
			return nil, fmt.Errorf("coupon: card: %w", err)
		}
		p := NewCard{fmt.Sprintf("%016d", number), rand.Text()[:12]}
		printed[i] = p
		cards[i] = Card{Number: p.Number, Hash: cardHash(p.Number, p.Secret), Template: template, End: end, Created: now}
	}
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.d.Repo.InsertCards(ctx, cards) })
	if err != nil {
		return nil, err
	}
	return printed, nil
}

// cardHash is what is kept of a secret. It has 60 random bits, so a fast hash
// gives nothing away.
func cardHash(number, secret string) string {
	sum := sha256.Sum256([]byte(number + ":" + strings.ToUpper(secret)))
	return hex.EncodeToString(sum[:])
}

// Exchange gives the actor a coupon for a card, once. ErrCard for an unknown
// number or a wrong secret, ErrTries after Config.Tries in an hour; who knows
// the secret learns more: ErrSpent, ErrOver, ErrClosed, ErrGone.
func (s *Service) Exchange(ctx context.Context, who mall.Actor, number, secret string) (*Coupon, error) {
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	number, secret = strings.TrimSpace(number), strings.TrimSpace(secret)
	if err := s.try(ctx, who, "card", s.cfg.Tries); err != nil {
		return nil, err
	}
	card, err := s.d.Repo.Card(ctx, number)
	if errors.Is(err, mall.ErrNotFound) {
		card, err = &Card{}, nil // goes on to be as slow as a wrong secret
	}
	if err != nil {
		return nil, err
	}
	now := s.now()
	switch {
	case subtle.ConstantTimeCompare([]byte(card.Hash), []byte(cardHash(number, secret))) != 1:
		return nil, ErrCard
	case !card.Spent.IsZero():
		return nil, ErrSpent
	case !card.End.IsZero() && !now.Before(card.End):
		return nil, ErrOver
	}
	t, err := s.template(ctx, card.Template)
	if err != nil {
		return nil, err
	}
	if !t.Open {
		return nil, ErrClosed
	}
	var c *Coupon
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		gs, err := s.issue(ctx, []*Template{t}, []mall.ID{account}, Exchanged)
		if err != nil {
			return err
		}
		ok, err := s.d.Repo.Spend(ctx, card.ID, account, gs[0].ID, now)
		if err != nil {
			return err
		}
		if !ok {
			return ErrSpent
		}
		c = &Coupon{gs[0], *t}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}
