package sandbox

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

// decide answers POST /sandbox/claim: it plays the merchant on the open claim
// of an order, given by id or number, and answers the claim's new state.
//
//   - accept agrees; goods may have to be sent back first
//   - refuse ends the claim without anything
//   - refund goes all the way: agrees, takes the goods back, sends the money
//     (an exchange ends with the other goods sent)
func (s *Sandbox) decide(w http.ResponseWriter, r *http.Request) {
	ctx, who := r.Context(), mall.System()
	ref := order.Ref{Number: r.FormValue("order_id")}
	if id, err := strconv.ParseInt(ref.Number, 10, 64); err == nil && len(ref.Number) < 10 {
		ref = order.Ref{ID: mall.ID(id)}
	}
	claim, err := s.openClaim(ctx, ref)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	switch decision := r.FormValue("decision"); decision {
	case "accept":
		err = s.svc.Orders.Accept(ctx, who, claim.ID, nil, order.BackTo{}, "同意")
	case "refuse":
		err = s.svc.Orders.Refuse(ctx, who, claim.ID, "不同意")
	case "refund":
		err = s.refund(ctx, claim)
	default:
		err = mall.ErrInvalid.With("decision")
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	state, err := s.claimState(ctx, ref, claim.ID)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, map[string]any{"claim_id": claim.ID, "state": state})
}

// errNoClaim says that an order has no claim that waits for a decision.
var errNoClaim = mall.E(mall.NotFound, "sandbox.no_claim", "order has no open claim")

func (s *Sandbox) openClaim(ctx context.Context, ref order.Ref) (*order.Claim, error) {
	claims, err := s.svc.Orders.ClaimsOf(ctx, mall.System(), ref)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(claims, func(c order.Claim) bool { return !c.State.Ended() })
	if i < 0 {
		return nil, errNoClaim
	}
	return &claims[i], nil
}

func (s *Sandbox) claimState(ctx context.Context, ref order.Ref, id mall.ID) (order.ClaimState, error) {
	claims, err := s.svc.Orders.ClaimsOf(ctx, mall.System(), ref)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(claims, func(c order.Claim) bool { return c.ID == id })
	if i < 0 {
		return "", errNoClaim
	}
	return claims[i].State, nil
}

// refund takes a claim through all its steps from where it stands.
func (s *Sandbox) refund(ctx context.Context, c *order.Claim) error {
	who, orders := mall.System(), s.svc.Orders
	if c.State == order.Applied {
		if err := orders.Accept(ctx, who, c.ID, nil, order.BackTo{}, "同意"); err != nil {
			return err
		}
	}
	if c.Type != order.RefundOnly && c.State != order.Back {
		if err := orders.GoodsBack(ctx, who, c.ID); err != nil {
			return err
		}
	}
	if c.Type == order.Exchange {
		return orders.Exchanged(ctx, who, c.ID)
	}
	if err := orders.RefundClaim(ctx, who, c.ID); err != nil {
		return err
	}
	// The money of a gateway payment is sent by a sweep; nobody waits for it here.
	_, err := s.svc.Payments.SweepRefunds(ctx, sweepBatch)
	return err
}

// sweepBatch is how much a sweep that the sandbox runs works off at most.
const sweepBatch = 100
