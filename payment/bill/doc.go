// Package bill takes what guests pay on the spot (优惠买单): a sum that they
// name themselves, less the discount of the best matching rule.
//
// The main type is [Service]:
//
//	bills, err := bill.New(bill.Deps{Repo: store.Bills(), Tx: store, Outbox: store, Payments: payments}, bill.Config{})
//	_, err = bills.SaveRule(ctx, staff, bill.Rule{Consume: 10_000, Discount: 1_000})
//	q, err := bills.Quote(ctx, 12_000)
//	fmt.Println(q.Real()) // 110.00
package bill
