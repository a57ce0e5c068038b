package order_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment"
)

const (
	startMoney mall.Money = 1_000_000
	startScore int64      = 10_000
)

// history is what happens to one buyer's orders.
type history struct {
	w     *world
	t     *rapid.T
	ctx   context.Context
	who   mall.Actor
	ids   []mall.ID
	goods []mall.ID
	stock map[mall.ID]int64 // pieces of each goods in all
	money mall.Money        // paid at the gateway, and thus back in the wallet if refused
}

// TestRandomHistories: whatever is tried in whatever order, stock is
// conserved, money and points are where the orders say, and every order has a
// way to an end that restores the books.
func TestRandomHistories(t *testing.T) {
	each(t, clerks, func(t *testing.T, w *world) {
		n := 0
		goods := []mall.ID{w.tea, w.cup, w.free, w.heavy(t)}
		rapid.Check(t, func(rt *rapid.T) {
			n++
			h := &history{w: w, t: rt, ctx: t.Context(), who: buyer(1000 + n), goods: goods, stock: map[mall.ID]int64{}}
			for _, g := range goods {
				h.stock[g] = w.restock(t, g)
			}
			w.rich(t, h.who, startMoney, startScore)
			for range rapid.IntRange(4, 16).Draw(rt, "steps") {
				err := h.step()
				require.True(rt, err == nil || mall.Refused(err), "%v", err)
			}
			h.books(t)
			h.end(t)
		})
	})
}

func (h *history) pick() (order.Ref, *order.Order) {
	if len(h.ids) == 0 {
		return order.Ref{ID: 1 << 40}, &order.Order{}
	}
	id := rapid.SampledFrom(h.ids).Draw(h.t, "order")
	o, err := h.w.store.Orders().Get(h.ctx, id)
	require.NoError(h.t, err)
	return order.Ref{ID: id}, o
}

// steps are what is tried next: mostly what could succeed, in a tenth of the
// cases anything.
func (h *history) steps(o *order.Order) []string {
	all := []string{"place", "pay", "gateway", "cancel", "expire", "ship", "ship some", "receive", "review", "claim", "claim all",
		"withdraw", "accept", "refuse", "back", "refund", "freight", "invalidate", "reprice", "delete", "redeem"}
	switch {
	case o.ID == 0:
		return []string{"place"}
	case rapid.IntRange(0, 9).Draw(h.t, "any") == 7:
		return all
	case o.OpenClaims > 0:
		return []string{"refund", "accept", "back", "refund", "claim", "refuse", "withdraw", "ship"}
	case o.Pay == order.Unpaid && o.End == order.Open:
		return []string{"pay", "gateway", "reprice", "pay", "gateway", "expire", "cancel", "place"}
	case o.Pay == order.Paid && o.End == order.Open && o.Ful == order.Received:
		return []string{"claim", "review", "claim all", "freight", "place"}
	case o.Pay == order.Paid && o.End == order.Open:
		return []string{"claim", "ship some", "claim all", "freight", "ship", "receive", "redeem", "invalidate"}
	}
	return []string{"place", "claim", "delete"}
}

func (h *history) step() error {
	w, ctx, int64s := h.w, h.ctx, rapid.Int64Range
	ref, o := h.pick()
	line := order.Line{}
	if len(o.Lines) > 0 {
		line = rapid.SampledFrom(o.Lines).Draw(h.t, "line")
	}
	claim := func(fn func(id mall.ID) error) error {
		cs, err := w.store.Claims().Of(ctx, []mall.ID{ref.ID})
		if err != nil || len(cs) == 0 {
			return err
		}
		return fn(rapid.SampledFrom(cs).Draw(h.t, "claim").ID)
	}
	switch rapid.SampledFrom(h.steps(o)).Draw(h.t, "step") {
	case "place":
		in := order.PlaceInput{Address: home, CanRedeem: rapid.Bool().Draw(h.t, "code"), Deduction: int64s(-1, 100).Draw(h.t, "deduction")}
		for range rapid.IntRange(1, 3).Draw(h.t, "lines") {
			goods := rapid.SampledFrom(h.goods).Draw(h.t, "goods")
			in.Lines = append(in.Lines, order.WantLine{Goods: goods, Qty: int64s(1, 4).Draw(h.t, "qty")})
		}
		o, err := w.orders.Place(ctx, h.who, in)
		if err == nil {
			h.ids = append(h.ids, o.ID)
		}
		return err
	case "pay":
		return w.pay(ctx, h.who, ref.ID)
	case "gateway":
		p, err := w.payments.Open(ctx, h.who, payment.OpenInput{Action: &payment.Action{Purpose: payment.Order, Refs: []mall.ID{ref.ID}}, Provider: "gate", OpenID: "o", AppID: "wx"})
		if err != nil {
			return err
		}
		h.money += p.Amount
		_, err = w.notify(ctx, w.paid(p))
		return err
	case "cancel":
		return w.orders.Cancel(ctx, h.who, ref, "")
	case "expire":
		w.clock.turn(time.Hour)
		_, err := w.orders.SweepExpire(ctx, 100)
		return err
	case "ship":
		return send(w, ctx, ref.ID)
	case "ship some":
		return send(w, ctx, ref.ID, order.Piece{Line: line.ID, Qty: int64s(1, 3).Draw(h.t, "n")})
	case "receive":
		return w.orders.Receive(ctx, h.who, ref)
	case "review":
		return w.orders.Review(ctx, h.who, ref, []order.ReviewInput{{Line: line.ID, Grade: order.Good}})
	case "claim":
		amount := mall.Money(int64s(0, 3000).Draw(h.t, "amount"))
		_, err := w.orders.Claim(ctx, h.who, ref, order.ClaimInput{Line: line.ID, Qty: int64s(0, 4).Draw(h.t, "n"), Amount: &amount, Type: order.ClaimType(int64s(0, 2).Draw(h.t, "type"))})
		return err
	case "claim all":
		_, err := w.orders.Claim(ctx, h.who, ref, order.ClaimInput{Type: order.ClaimType(int64s(0, 1).Draw(h.t, "type"))})
		return err
	case "withdraw":
		return claim(func(id mall.ID) error { return w.orders.Withdraw(ctx, h.who, id) })
	case "accept":
		return claim(func(id mall.ID) error { return w.orders.Accept(ctx, staff, id, nil, order.BackTo{}, "") })
	case "refuse":
		return claim(func(id mall.ID) error { return w.orders.Refuse(ctx, staff, id, "") })
	case "back":
		return claim(func(id mall.ID) error { return w.orders.GoodsBack(ctx, staff, id) })
	case "refund":
		err := claim(func(id mall.ID) error { return w.orders.RefundClaim(ctx, staff, id) })
		_, sweep := w.payments.SweepRefunds(ctx, 100)
		require.NoError(h.t, sweep)
		return err
	case "freight":
		_, _, err := w.orders.RefundFreight(ctx, staff, ref, mall.Money(int64s(0, 1000).Draw(h.t, "freight")), "")
		return err
	case "invalidate":
		return w.orders.Invalidate(ctx, staff, ref, "test")
	case "reprice":
		return w.orders.Reprice(ctx, staff, ref, order.PriceChange{Goods: mall.Money(int64s(0, 5000).Draw(h.t, "goods")), Freight: mall.Money(int64s(0, 500).Draw(h.t, "freight"))})
	case "delete":
		return w.orders.Delete(ctx, h.who, ref)
	case "redeem":
		codes, err := w.orders.CodesOf(ctx, []mall.ID{ref.ID})
		if err != nil || len(codes[ref.ID]) == 0 {
			return err
		}
		_, err = w.orders.Redeem(ctx, staff, codes[ref.ID][0].Text)
		return err
	}
	return nil
}

// books compares stock, wallet, points and claims with the buyer's orders.
func (h *history) books(t *testing.T) {
	w := h.w
	_, err := w.payments.SweepRefunds(h.ctx, 1000)
	require.NoError(h.t, err)
	for _, g := range h.goods {
		l := w.stockOf(t, g)
		require.Equal(h.t, h.stock[g], l.Available+l.Held+l.Sold, "stock is conserved")
	}
	os, err := w.store.Orders().ByIDs(h.ctx, h.ids)
	require.NoError(h.t, err)
	money, score := startMoney+h.money, startScore
	for _, o := range os {
		h.sound(o)
		money += o.Refunded - o.Paid
		dead := o.Pay == order.Unpaid && o.End != order.Open
		for _, l := range o.Lines {
			all := mall.Money(l.Points + l.Deducted)
			if !dead {
				score -= int64(all - mall.Portion(all, 0, l.Refunded, l.Qty))
			}
		}
	}
	require.Equal(h.t, money-h.pending(os), w.balance(t, h.who), "wallet")
	require.Equal(h.t, score, w.score(t, h.who), "points")
}

// pending is what is refunded to the gateway instead of the wallet.
func (h *history) pending(os []*order.Order) mall.Money {
	var sum mall.Money
	for _, o := range os {
		rs, err := h.w.payments.Refunds(h.ctx, payment.Order, o.ID)
		require.NoError(h.t, err)
		for _, r := range rs {
			sum += r.Gateway
		}
	}
	return sum
}

// sound checks what holds for every order at any moment.
func (h *history) sound(o *order.Order) {
	var goods, freight, list, cuts mall.Money
	for _, l := range o.Lines {
		goods, freight, list = goods+l.Payable, freight+l.Freight, list+l.List
		for _, r := range l.Reductions {
			cuts += r.Amount
		}
		require.LessOrEqual(h.t, l.Refunded+l.Redeemed, l.Qty)
		require.LessOrEqual(h.t, l.Shipped, l.Qty)
		require.LessOrEqual(h.t, l.FreightBack, l.Freight)
	}
	for _, r := range o.FreightCuts {
		cuts += r.Amount
	}
	require.Equal(h.t, o.Payable, goods+freight+o.FeeSum())
	require.Equal(h.t, o.Payable, list+o.FreightList+o.FeeSum()-cuts)
	require.LessOrEqual(h.t, o.Refunded, o.Paid)
	require.Contains(h.t, order.Phases(), o.Phase(h.w.clock.now()))
	cs, err := h.w.store.Claims().Of(h.ctx, []mall.ID{o.ID})
	require.NoError(h.t, err)
	var open int64
	for _, c := range cs {
		if !c.State.Ended() {
			open++
		}
	}
	require.Equal(h.t, open, o.OpenClaims)
}

// end takes every order to an end and looks whether all is back that can be.
func (h *history) end(t *testing.T) {
	w, ctx := h.w, h.ctx
	for _, id := range h.ids {
		cs, err := w.store.Claims().Of(ctx, []mall.ID{id})
		require.NoError(h.t, err)
		for _, c := range cs {
			finish := func() error { return w.orders.Refuse(ctx, staff, c.ID, "") }
			switch {
			case c.State.Ended():
				continue
			case c.State == order.Back && c.Type == order.Exchange:
				finish = func() error { return w.orders.Exchanged(ctx, staff, c.ID) }
			case c.State == order.Back:
				finish = func() error { return w.orders.RefundClaim(ctx, staff, c.ID) }
			}
			require.NoError(h.t, finish(), "%s", c.State)
		}
		_, err = w.payments.SweepRefunds(ctx, 100)
		require.NoError(h.t, err)
		if o := w.get(t, id); o.End == order.Open && o.Pay != order.Refunded {
			require.NoError(h.t, w.orders.Invalidate(ctx, staff, order.Ref{ID: id}, "end"))
		}
	}
	h.books(t)
	for _, id := range h.ids {
		o := w.get(t, id)
		p := o.Phase(w.clock.now())
		require.True(h.t, p.Over() || p == order.PhaseReviewed, "%s", p)
		if o.Pay == order.Paid && o.End == order.Invalid {
			require.NotZero(h.t, o.Lines[0].Redeemed+o.Lines[len(o.Lines)-1].Redeemed, "only what was handed over is not refunded")
		}
	}
}
