package shop

import (
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
)

// maxReason is the longest reason of a refusal in characters.
const maxReason = 500

// Apply stores the shop that a buyer wants to open, new or, with its ID, one
// that was refused before, and returns its id. It waits for Decide. The
// operating centre is the actor's; what staff alone decide is left as it is
// for new shops. ErrGone when the shop is not the applicant's, ErrDecided when
// it was not refused.
func (s *Service) Apply(ctx context.Context, who mall.Actor, shop Shop) (mall.ID, error) {
	account, err := who.Buyer()
	if err != nil {
		return 0, err
	}
	shop.Applicant, shop.Operator, shop.Audit, shop.Reason = account, who.Operator, Pending, ""
	shop.Sort, shop.Recommended, shop.Closed = 0, false, false
	if err := shop.clean(); err != nil {
		return 0, err
	}
	id := shop.ID
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		put := shop
		if put.ID != 0 {
			old, err := s.Get(ctx, put.ID)
			if err != nil {
				return err
			}
			if old.Applicant != account {
				return ErrGone.With(put.ID)
			}
			if ok, err := s.d.Repo.Decide(ctx, put.ID, Refused, Pending, "", s.now()); err != nil || !ok {
				return decided(err, put.ID)
			}
			put.Operator = old.Operator
		}
		if id, err = s.put(ctx, put); err != nil {
			return err
		}
		return s.tell(ctx, who, id, Pending, "")
	})
	return id, err
}

// Decide approves a shop that waits, or refuses it with a reason that its
// applicant reads. It needs RightManage. ErrDecided when it does not wait.
func (s *Service) Decide(ctx context.Context, who mall.Actor, id mall.ID, approve bool, reason string) error {
	if err := who.Must(RightManage); err != nil {
		return err
	}
	to, reason := Approved, strings.TrimSpace(reason)
	if !approve {
		to = Refused
	}
	if n := utf8.RuneCountInString(reason); n > maxReason || n == 0 && !approve {
		return mall.ErrInvalid.With("reason")
	}
	if approve {
		reason = ""
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repo.Decide(ctx, id, Pending, to, reason, s.now())
		if err != nil {
			return err
		}
		if !ok {
			if _, err := s.Get(ctx, id); err != nil {
				return err
			}
			return ErrDecided.With(id)
		}
		return s.tell(ctx, who, id, to, reason)
	})
}

// Mine is a page of the shops that a buyer applied for, whatever became of them.
func (s *Service) Mine(ctx context.Context, who mall.Actor, p mall.Page) (mall.Slice[Shop], error) {
	account, err := who.Buyer()
	if err != nil {
		return mall.Slice[Shop]{}, err
	}
	return s.List(ctx, Filter{Applicant: account, Any: true}, p)
}

// decided is ErrDecided for a move that did not happen.
func decided(err error, id mall.ID) error {
	if err == nil {
		err = ErrDecided.With(id)
	}
	return err
}

// tell is the audit's log.
func (s *Service) tell(ctx context.Context, who mall.Actor, id mall.ID, to Audit, reason string) error {
	facts, err := json.Marshal(map[string]any{"actor": who.Account, "face": who.Face, "audit": to, "reason": reason})
	if err != nil {
		return err
	}
	return s.d.Outbox.Append(ctx, mall.Event{Kind: "shop.audit", Version: 1, Aggregate: id, Facts: facts, At: s.now()})
}
