// Package withdraw pays balances out (提现). A withdrawal sets its amount
// aside when it is asked for; staff who have sent the money confirm it, which
// takes the amount from the wallet, or refuse it, which gives it back.
//
// The main type is [Service]:
//
//	payouts, err := withdraw.New(withdraw.Deps{Repo: store.Withdrawals(), Tx: store, Outbox: store, Wallets: wallets}, withdraw.Config{})
//	w, err := payouts.Apply(ctx, buyer, withdraw.Request{Amount: 10_000, Name: "张三"})
//	w, err = payouts.Pay(ctx, staff, w.ID)
package withdraw
