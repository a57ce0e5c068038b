package order_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing"
	"github.com/gomall-dev/mall/order"
)

// gallery makes an order in every phase that one story leads to.
func gallery(t *testing.T, w *world, who mall.Actor) {
	ctx := t.Context()
	w.rich(t, who, 1_000_000, 1000)
	late := w.place(t, who, w.tea, 1)
	w.clock.turn(31 * time.Minute)
	require.Equal(t, order.PhaseOverdue, w.phase(t, late.ID))
	w.place(t, who, w.tea, 1)
	require.NoError(t, w.orders.Cancel(ctx, who, order.Ref{ID: w.place(t, who, w.tea, 1).ID}, ""))
	w.paidOrder(t, who, w.tea, 1)
	prepared, part, shipped, received, reviewed := w.paidOrder(t, who, w.tea, 1), w.paidOrder(t, who, w.tea, 2), w.paidOrder(t, who, w.tea, 1), w.paidOrder(t, who, w.tea, 1), w.paidOrder(t, who, w.tea, 1)
	require.NoError(t, w.orders.Ship(ctx, staff, order.Ref{ID: prepared.ID}, order.ShipInput{Action: order.ShipPrepare}))
	require.NoError(t, send(w, ctx, part.ID, order.Piece{Line: part.Lines[0].ID, Qty: 1}))
	for _, o := range []*order.Order{shipped, received, reviewed} {
		require.NoError(t, send(w, ctx, o.ID))
	}
	for _, o := range []*order.Order{received, reviewed} {
		require.NoError(t, w.orders.Receive(ctx, who, order.Ref{ID: o.ID}))
	}
	require.NoError(t, w.orders.Review(ctx, who, order.Ref{ID: reviewed.ID}, []order.ReviewInput{{Line: reviewed.Lines[0].ID, Grade: order.Fair}}))
	refunded, claimed, invalid := w.paidOrder(t, who, w.tea, 1), w.paidOrder(t, who, w.tea, 1), w.paidOrder(t, who, w.tea, 1)
	for _, o := range []*order.Order{refunded, claimed} {
		_, err := w.orders.Claim(ctx, who, order.Ref{ID: o.ID}, order.ClaimInput{})
		require.NoError(t, err)
	}
	cs, err := w.orders.ClaimsOf(ctx, staff, order.Ref{ID: refunded.ID})
	require.NoError(t, err)
	require.NoError(t, w.orders.RefundClaim(ctx, staff, cs[0].ID))
	require.NoError(t, w.orders.Invalidate(ctx, staff, order.Ref{ID: invalid.ID}, "fraud"))
}

func TestCountersEqualFilteredLists(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		gallery(t, w, buyer(1))
		w.place(t, buyer(2), w.tea, 1)
		counts, err := w.orders.Counts(ctx, buyer(1), order.Filter{})
		require.NoError(t, err)
		var sum int64
		for _, p := range order.Phases() {
			list, err := w.orders.List(ctx, buyer(1), order.Filter{Phases: []order.Phase{p}}, mall.Page{})
			require.NoError(t, err)
			require.Equal(t, counts[p], list.Total, "%s", p)
			require.Len(t, list.Items, int(counts[p]))
			for _, l := range list.Items {
				require.Equal(t, p, l.Phase(w.clock.now()), "stored and derived phases agree")
				require.NotEmpty(t, l.Lines)
				require.Equal(t, buyer(1).Account, l.Buyer)
			}
			sum += list.Total
		}
		all, err := w.orders.List(ctx, buyer(1), order.Filter{}, mall.Page{Limit: 3, Offset: 2})
		require.NoError(t, err)
		require.Equal(t, sum, all.Total)
		require.Len(t, all.Items, 3)
		require.Greater(t, all.Items[0].ID, all.Items[1].ID)
		for _, p := range []order.Phase{order.PhaseUnpaid, order.PhaseOverdue, order.PhaseCancelled, order.PhasePreparing, order.PhasePart,
			order.PhaseShipped, order.PhaseReceived, order.PhaseReviewed, order.PhaseRefunded, order.PhaseInvalid} {
			require.Equal(t, int64(1), counts[p], "%s", p)
		}
	})
}

func TestFilters(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		start := w.clock.now()
		gallery(t, w, buyer(1))
		total := func(who mall.Actor, f order.Filter) int64 {
			list, err := w.orders.List(ctx, who, f, mall.Page{})
			require.NoError(t, err)
			return list.Total
		}
		yes, no, fair, shop0, shop2 := true, false, order.Fair, mall.ID(0), mall.ID(2)
		all := total(buyer(1), order.Filter{})
		require.Equal(t, int64(3), total(buyer(1), order.Filter{InClaim: &yes}))
		require.Equal(t, all-3, total(buyer(1), order.Filter{InClaim: &no}))
		require.Equal(t, int64(1), total(buyer(1), order.Filter{Grade: &fair}))
		require.Equal(t, all, total(buyer(1), order.Filter{Shop: &shop0, Logistics: &yes}))
		require.Zero(t, total(buyer(1), order.Filter{Shop: &shop2}))
		require.Equal(t, int64(1), total(buyer(1), order.Filter{AddedBefore: start.Add(time.Minute)}))
		require.Equal(t, all-1, total(buyer(1), order.Filter{AddedFrom: start.Add(time.Minute)}))
		require.Zero(t, total(buyer(1), order.Filter{Number: "'; DROP TABLE mall_orders --"}))
		require.Zero(t, total(buyer(1), order.Filter{Phases: []order.Phase{}}))
		require.Zero(t, total(buyer(2), order.Filter{}))
		require.Equal(t, all, total(staff, order.Filter{}))
		other := staff
		other.Shop = 2
		require.Zero(t, total(other, order.Filter{Shop: &shop0}), "staff of one shop see no other")
		var seen int64
		for after := mall.ID(0); ; {
			rows, err := w.orders.Each(ctx, staff, order.Filter{}, after, 4)
			require.NoError(t, err)
			seen += int64(len(rows))
			if len(rows) < 4 {
				break
			}
			after = rows[3].ID
		}
		require.Equal(t, all, seen)
	})
}

func TestGuardsAndWatchers(t *testing.T) {
	var heard []string
	refuse := errors.New("not on a Friday")
	each(t, func(c *order.Config) {
		heard = nil
		c.Guards = []order.Guard{func(_ context.Context, ch order.Change) error {
			if ch.Move == order.MoveShip && ch.Order.Shop == 0 {
				return refuse
			}
			return nil
		}}
		c.Watchers = []order.Watcher{func(_ context.Context, ch order.Change) { heard = append(heard, string(ch.Move)) },
			func(context.Context, order.Change) { panic("a watcher's own trouble") }}
	}, func(t *testing.T, w *world) {
		heard = nil
		w.rich(t, buyer(1), 10_000, 0)
		o := w.paidOrder(t, buyer(1), w.tea, 1)
		require.ErrorIs(t, send(w, t.Context(), o.ID), refuse)
		require.Equal(t, order.PhasePaid, w.phase(t, o.ID))
		require.Equal(t, []string{"placed", "paid"}, heard, "nobody hears of what was rolled back")
		events, err := w.store.Events(t.Context(), 0, 100)
		require.NoError(t, err)
		var kinds []string
		for _, e := range events {
			if e.Aggregate == o.ID && len(e.Kind) > 6 && e.Kind[:6] == "order." {
				kinds = append(kinds, e.Kind)
				require.NotContains(t, string(e.Facts), home.Mobile)
			}
		}
		require.Equal(t, []string{"order.placed", "order.paid"}, kinds)
	})
}

func TestErasingAnAccount(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 10_000, 0)
		in := want(w.tea, 1)
		in.Remark, in.Ext = "狗很凶", json.RawMessage(`{"wish":"红色"}`)
		o, err := w.orders.Place(ctx, buyer(1), in)
		require.NoError(t, err)
		require.ErrorIs(t, w.orders.Busy(ctx, buyer(1).Account), order.ErrAccountBusy)
		require.NoError(t, w.pay(ctx, buyer(1), o.ID))
		c, err := w.orders.Claim(ctx, buyer(1), order.Ref{ID: o.ID}, order.ClaimInput{Reason: "家里有事", Pictures: []string{"/a.png"}})
		require.NoError(t, err)
		require.ErrorIs(t, w.orders.Busy(ctx, buyer(1).Account), order.ErrAccountBusy)
		require.NoError(t, w.orders.RefundClaim(ctx, staff, c.ID))
		require.NoError(t, w.orders.Busy(ctx, buyer(1).Account))
		out, err := w.orders.Export(ctx, buyer(1).Account)
		require.NoError(t, err)
		text, err := json.Marshal(out)
		require.NoError(t, err)
		for _, s := range []string{"狗很凶", home.Mobile, "家里有事", "红色", "a.png", o.Number, buyer(1).Addr} {
			require.Contains(t, string(text), s)
		}
		require.NoError(t, w.orders.Erase(ctx, buyer(1).Account))
		d, err := w.orders.Detail(ctx, staff, order.Ref{ID: o.ID})
		require.NoError(t, err)
		text, err = json.Marshal(d)
		require.NoError(t, err)
		for _, s := range []string{"狗很凶", home.Mobile, "家里有事", "红色", "a.png", buyer(1).Addr} {
			require.NotContains(t, string(text), s)
		}
		require.Equal(t, mall.Money(1000), d.Paid, "the books stay")
	})
}

// half takes half off the goods and notes what was done to it.
type half struct{ redeemed, released int }

func (*half) Name() string              { return "half" }
func (*half) Stages() []marketing.Stage { return []marketing.Stage{marketing.Goods} }
func (*half) Quote(_ context.Context, b marketing.Basket) (marketing.Answer, error) {
	if b.Sum() < 1000 {
		return marketing.Answer{Refused: []marketing.Refusal{{Ref: "1", Reason: mall.E(mall.State, "half.small", "too small")}}}, nil
	}
	return marketing.Answer{Offers: []marketing.Offer{{Ref: "1", Title: "half price", Amount: b.Sum() / 2}}}, nil
}
func (h *half) Redeem(context.Context, mall.ID, mall.ID, []marketing.Offer) error {
	h.redeemed++
	return nil
}
func (h *half) Release(context.Context, mall.ID) error { h.released++; return nil }

func TestOffers(t *testing.T) {
	h := &half{}
	each(t, func(c *order.Config) {
		*h = half{}
		c.Offers = []marketing.Source{h}
		c.Fees = func(context.Context, *order.Order) ([]order.Fee, error) {
			return []order.Fee{{Name: "bag", Amount: 30}}, nil
		}
	}, func(t *testing.T, w *world) {
		ctx := t.Context()
		q, err := w.orders.Quote(ctx, buyer(1), want(w.tea, 3))
		require.NoError(t, err)
		require.Equal(t, mall.Money(1530), q.Order.Payable)
		require.Equal(t, "half", q.Applied[0].Source)
		require.Zero(t, h.redeemed)
		o := w.place(t, buyer(1), w.tea, 3)
		require.Equal(t, mall.Money(1500), o.Cut("half"))
		require.NotZero(t, h.redeemed)
		require.NoError(t, w.orders.Cancel(ctx, buyer(1), order.Ref{ID: o.ID}, ""))
		require.NotZero(t, h.released)
		small := want(w.last, 1)
		small.Offers = []string{"half:1"}
		_, err = w.orders.Place(ctx, buyer(1), small)
		require.ErrorIs(t, err, order.ErrOffer, "a wanted offer that cannot be used is no surprise at the till")
	})
}
