package order

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
)

func everyState() []State {
	var all []State
	for _, p := range []Pay{Unpaid, Paid, Refunded} {
		for _, f := range []Fulfilment{Idle, Waiting, Preparing, Part, Shipped, Received} {
			for _, e := range []End{Open, Cancelled, Expired, Invalid, Reviewed} {
				all = append(all, State{p, f, e})
			}
		}
	}
	return all
}

// reachable are the states that the table reaches from placing.
func reachable() []State {
	seen := []State{newOrder}
	for i := 0; i < len(seen); i++ {
		for _, t := range transitions {
			if t.from == seen[i] && !slices.Contains(seen, t.to) {
				seen = append(seen, t.to)
			}
		}
	}
	return seen
}

func over(s State) bool { return (&Order{State: s}).Phase(time.Time{}).Over() || s.End == Reviewed }

func TestTransitionsStartWhereOrdersAre(t *testing.T) {
	t.Parallel()
	all, live := everyState(), reachable()
	for _, tr := range transitions {
		require.Contains(t, all, tr.from)
		require.Contains(t, all, tr.to)
		require.Contains(t, live, tr.from, "no order ever is in %v, from where %s leads", tr.from, tr.move)
		require.NotZero(t, tr.who, "nobody may %s", tr.move)
	}
}

func TestEveryPairOfStates(t *testing.T) {
	t.Parallel()
	live := reachable()
	for _, s := range everyState() {
		never := s.Pay == Unpaid && (s.Ful != Idle || s.End == Reviewed) || s.Pay != Unpaid && (s.End == Cancelled || s.End == Expired) ||
			s.End == Reviewed && s.Ful != Received
		require.Equal(t, !never, slices.Contains(live, s), "%v", s)
	}
	for _, a := range live {
		for _, b := range live {
			paidBack := a.Pay != Unpaid && b.Pay == Unpaid
			unrefunded := a.Pay == Refunded && b.Pay != Refunded
			resurrected := a.End != Open && a.End != b.End
			for _, tr := range transitions {
				if tr.from == a && tr.to == b {
					require.False(t, paidBack || unrefunded || resurrected, "%v -> %v by %s", a, b, tr.move)
				}
			}
		}
	}
	for _, dead := range []State{{Unpaid, Idle, Cancelled}, {Unpaid, Idle, Expired}, {Unpaid, Idle, Invalid}, {Refunded, Idle, Invalid}} {
		for _, tr := range transitions {
			require.NotEqual(t, dead, tr.from, "%s leaves an end", tr.move)
		}
	}
}

func TestEveryCombinationHasAnExit(t *testing.T) {
	t.Parallel()
	for _, s := range reachable() {
		seen := []State{s}
		for i := 0; i < len(seen); i++ {
			for _, tr := range transitions {
				if tr.from == seen[i] && !slices.Contains(seen, tr.to) {
					seen = append(seen, tr.to)
				}
			}
		}
		require.True(t, slices.ContainsFunc(seen, over), "no way out of %v", s)
	}
}

func TestEveryStateHasAPhase(t *testing.T) {
	t.Parallel()
	for _, s := range reachable() {
		require.Contains(t, Phases(), (&Order{State: s}).Phase(time.Time{}), "%v", s)
	}
}

func TestAllowedFollowsTheTable(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	buyer := mall.Actor{Account: 7}
	staff := mall.Actor{Account: 1, Rights: []string{RightManage}}
	other := mall.Actor{Account: 1, Rights: []string{RightManage}, Shop: 9}
	o := &Order{Buyer: 7, State: newOrder, Due: now.Add(time.Minute), Delivery: Express,
		Lines: []Line{{ID: 1, Qty: 2, Claims: "0,1"}}}
	require.Equal(t, []Move{MovePay, MoveCancel}, Allowed(o, buyer, now))
	require.Equal(t, []Move{MoveCancel, MovePrice, MoveInvalidate}, Allowed(o, staff, now))
	require.Empty(t, Allowed(o, other, now), "staff of another shop")
	require.Empty(t, Allowed(o, mall.Actor{Account: 8}, now))
	require.Equal(t, []Move{MoveCancel}, Allowed(o, buyer, now.Add(time.Hour)), "overdue: not payable")
	require.Equal(t, PhaseOverdue, o.Phase(now.Add(time.Minute)))

	o.State = State{Paid, Idle, Open}
	require.Equal(t, []Move{MoveClaim}, Allowed(o, buyer, now))
	require.Equal(t, []Move{MovePrepare, MoveShip, MoveReceive, MoveInvalidate}, Allowed(o, staff, now))
	o.State, o.Lines[0].Shipped = State{Paid, Shipped, Open}, 2
	require.Equal(t, []Move{MoveReceive, MoveClaim}, Allowed(o, buyer, now))
	o.OpenClaims, o.Lines[0].Claim = 1, 5
	require.Empty(t, Allowed(o, buyer, now), "goods in after-sale are neither received nor claimed again")
	o.OpenClaims, o.Lines[0].Claim, o.State = 0, 0, State{Paid, Received, Open}
	require.Equal(t, []Move{MoveReview, MoveClaim}, Allowed(o, buyer, now))
}

func TestRestFollowsPieces(t *testing.T) {
	t.Parallel()
	o := &Order{State: State{Paid, Part, Open}, Lines: []Line{{Qty: 3, Shipped: 2}, {Qty: 1, Shipped: 1}}}
	require.Equal(t, Part, o.rest())
	o.Lines[0].Refunded = 1
	require.Equal(t, Shipped, o.rest())
	o = &Order{State: State{Paid, Idle, Open}, Lines: []Line{{Qty: 3, Redeemed: 2}}}
	require.Equal(t, Idle, o.rest())
	o.Lines[0].Refunded = 1
	require.Equal(t, Received, o.rest())
}
