// Package points keeps points (积分), which can be spent, and growth (成长值),
// which decides the membership level. Both are sums of an append-only ledger in
// which every cause moves something once. Deduction rules say what points are
// worth as money off an order.
//
// The main type is [Service]; every movement joins the transaction of its cause:
//
//	svc, err := points.New(points.Deps{Repo: store.Points(), Tx: store, Outbox: store}, points.Config{})
//	err = svc.Earn(ctx, points.Move{Account: buyer, Kind: points.KindGift, Amount: 100,
//		Source: points.Source{Type: "gift", ID: 1}})
//	d, err := svc.Deduct(ctx, buyer, 100, 5000)
//	fmt.Println(d.Score, d.Money)
package points
