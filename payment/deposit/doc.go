// Package deposit keeps money that buyers leave with the shop as a security
// (押金). A deposit is paid from the balance or at a gateway as a payment of
// its own purpose, and goes back to where it came from when staff return it:
// once, and never more than was paid.
//
// The main type is [Service]:
//
//	deposits, err := deposit.New(deposit.Deps{Repo: store.Deposits(), Tx: store, Outbox: store, Payments: payments}, deposit.Config{})
//	d, err := deposits.Draft(ctx, buyer, deposit.Terms{Amount: 20_000})
//	err = deposits.PayFromWallet(ctx, buyer, d.ID, "")
//	d, err = deposits.AskBack(ctx, buyer, d.ID)
//	d, err = deposits.Return(ctx, staff, d.ID, 0)
package deposit
