// Package wallet keeps what accounts have with the shop: a balance, and a
// frozen part set aside for open payments. Both are sums of an append-only
// ledger in which every cause moves money once. Recharge rules and the pay
// password belong here too.
//
// The main type is [Service]; every movement joins the transaction of its cause:
//
//	wallets, err := wallet.New(wallet.Deps{Repo: store.Wallets(), Tx: store, Outbox: store, Hasher: hasher}, wallet.Config{})
//	err = wallets.Earn(ctx, wallet.Move{Account: buyer, Kind: payment.KindRefund, Amount: 500,
//		Source: wallet.Source{Type: "refund", ID: 7}})
//	a, err := wallets.Amounts(ctx, buyer)
//	fmt.Println(a.Balance) // 5.00
package wallet
