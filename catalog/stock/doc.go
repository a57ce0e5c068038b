// Package stock counts what can run out: SKUs, and for other rooms days, time
// slots, seats, coupons, prizes. The main type is [Service].
//
// A counter has three numbers, available, held and sold. Placing an order holds,
// payment sells, an unpaid end releases, goods that come back are returned;
// every other change is an adjustment by staff and is logged. For each counter
// available + held + sold changes by adjustments only.
//
//	err := store.Do(ctx, func(ctx context.Context) error {
//		return stocks.Hold(ctx, "order:17", []stock.Need{{Key: stock.SKU(3), Qty: 2}})
//	}) // stock.ErrShort when fewer than 2 are left
//	err = store.Do(ctx, func(ctx context.Context) error { return stocks.Sell(ctx, "order:17") })
package stock
