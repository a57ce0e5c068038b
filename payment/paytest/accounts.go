package paytest

import (
	"context"
	"crypto/rand"
)

// change loads an order, lets fn change it and saves it, again while somebody
// else is faster. fn answers false to leave it as it is.
func (g *Gateway) change(ctx context.Context, number string, fn func(o *Order, ok bool) bool) (Order, error) {
	o, ok, err := g.books.Order(ctx, number)
	if err != nil {
		return o, err
	}
	o.Number = number
	return g.changeFrom(ctx, o, ok, fn)
}

// changeFrom is change of an order that was just loaded, or that is likely not
// there: o is then its number alone.
func (g *Gateway) changeFrom(ctx context.Context, o Order, ok bool, fn func(o *Order, ok bool) bool) (Order, error) {
	number := o.Number
	for fn(&o, ok) {
		saved, err := g.books.Save(ctx, o)
		if err == nil && !saved {
			err = ctx.Err()
		}
		if err != nil || saved {
			return o, err
		}
		if o, ok, err = g.books.Order(ctx, number); err != nil {
			return o, err
		}
		o.Number = number
	}
	return o, nil
}

// open opens an order; the same again answers the same.
func (g *Gateway) open(ctx context.Context, want Order) (Order, code, error) {
	var c code
	o, err := g.changeFrom(ctx, Order{Number: want.Number}, false, func(o *Order, ok bool) bool {
		c = codeOK
		switch {
		case !ok:
			*o = want
			o.Version, o.State, o.Prepay, o.Refunds, o.Transaction = 0, Open, g.prepay(want), nil, ""
			return true
		case o.Amount != want.Amount || o.OpenID != want.OpenID || o.Merchant != want.Merchant || o.Protocol != want.Protocol || o.AppID != want.AppID:
			c = codeUsed
		case o.State == Paid:
			c = codePaid
		case o.State == Ended || o.State == Revoked:
			c = codeClosed
		}
		return false
	})
	return o, c, err
}

// prepay is a fresh id of an order; Alipay's is that of the trade as well.
func (g *Gateway) prepay(o Order) string {
	if o.Protocol == protocolAlipay {
		return g.tradeNo()
	}
	return "wx" + rand.Text()
}

// end closes an unpaid order for good; one that is closed stays so.
func (g *Gateway) end(ctx context.Context, number string) (Order, code, error) {
	var c code
	o, err := g.change(ctx, number, func(o *Order, ok bool) bool {
		c = codeOK
		switch {
		case !ok:
			c = codeNoOrder
			return false
		case o.State == Paid:
			c = codePaid
			return false
		}
		open := o.State != Ended && o.State != Revoked
		o.State = Ended
		return open
	})
	return o, c, err
}

// revoke closes an unpaid order and gives the money of a paid one back.
func (g *Gateway) revoke(ctx context.Context, number string) (Order, code, error) {
	var c code
	o, err := g.change(ctx, number, func(o *Order, ok bool) bool {
		if c = codeOK; !ok {
			c = codeNoOrder
			return false
		}
		if rest := o.Amount - o.refunded(); o.State == Paid && rest > 0 {
			o.Refunds = append(o.Refunds, Refund{Receipt: "5" + rand.Text(), Amount: rest, At: g.now()})
		}
		o.State = Revoked
		return true
	})
	return o, c, err
}

// giveBack refunds, once for each number and never more than was paid.
func (g *Gateway) giveBack(ctx context.Context, number string, want Refund) (Order, Refund, code, error) {
	var c code
	var done Refund
	o, err := g.change(ctx, number, func(o *Order, ok bool) bool {
		c = codeOK
		if !ok || o.State != Paid {
			c = codeNothing
			return false
		}
		for _, r := range o.Refunds {
			if r.Number != want.Number {
				continue
			}
			if done = r; r.Amount != want.Amount {
				c = codeUsed
			}
			return false
		}
		if o.refunded()+want.Amount > o.Amount {
			c = codeTooMuch
			return false
		}
		done = want
		done.Receipt, done.At = "5"+rand.Text(), g.now()
		if g.pending() {
			done.State = RefundPending
		}
		o.Refunds = append(o.Refunds, done)
		return true
	})
	return o, done, c, err
}

// refundOf finds a refund of an order.
func (o *Order) refundOf(number string) *Refund {
	for i := range o.Refunds {
		if o.Refunds[i].Number == number {
			return &o.Refunds[i]
		}
	}
	return nil
}

// FinishRefund ends a pending refund and notifies of it. It answers false when
// there is none of the number.
func (g *Gateway) FinishRefund(ctx context.Context, number, refund string, to RefundState) (bool, error) {
	ended := false
	o, err := g.change(ctx, number, func(o *Order, ok bool) bool {
		r := o.refundOf(refund)
		if ended = ok && r != nil && r.State == RefundPending; ended {
			r.State, r.At = to, g.now()
		}
		return ended
	})
	if err != nil || !ended {
		return false, err
	}
	return true, g.notify(ctx, o, o.refundOf(refund), "")
}
