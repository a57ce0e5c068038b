// Package payment takes money and gives it back. What can be paid for is
// registered by other rooms as purposes; how money comes is a Provider, or the
// payer's wallet. A success that a provider tells of is booked in two steps of
// one transaction: the success, which always stands, and the action it is for,
// which may be refused and is then remedied, once.
//
// The main type is [Service]:
//
//	payments, err := payment.New(payment.Deps{Tx: store, Outbox: store, Repo: store.Payments(), Wallet: wallets},
//		payment.Config{Providers: map[string]payment.Provider{"wxpay": provider}})
//	payments.Handle("ticket", payment.Handler{Price: price, Run: run})
//	opened, err := payments.Open(ctx, buyer, payment.OpenInput{Action: &payment.Action{Purpose: "ticket", Refs: []mall.ID{7}}, Provider: "wxpay"})
//	answer, err := payments.Notify(ctx, "wxpay", payment.Header(r.Header), body) // in the host's notice route
//
// Ports to the outside are called outside of transactions only; what they do
// not answer is unknown, and asked again by SweepPayments and SweepRefunds.
package payment
