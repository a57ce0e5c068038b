// Package order sells: it prices and places orders, lets them be paid,
// shipped, received, redeemed and reviewed, ends the unpaid ones, and settles
// after-sale claims. Its states are one table of transitions (state.go), its
// prices one written pipeline (quote.go).
//
// The main type is [Service]:
//
//	orders, err := order.New(deps, order.Config{})
//	q, err := orders.Quote(ctx, buyer, in)  // what it would cost, nothing written
//	o, err := orders.Place(ctx, buyer, in)  // stock is held, the price is frozen
//	_, err = payments.PayFromWallet(ctx, buyer, payment.Action{Purpose: payment.Order, Refs: []mall.ID{o.ID}}, "")
//	err = orders.Ship(ctx, staff, order.Ref{ID: o.ID}, order.ShipInput{Action: order.ShipSend})
package order
