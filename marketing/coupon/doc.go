// Package coupon keeps coupons (优惠券). Staff write a [Template]; accounts claim
// coupons of it, buy them, get them from others, by cards or by merging, and use
// them in orders, whole and once. What a coupon is good for never changes once
// its template is there.
//
// The main type is [Service]. It is a [marketing.Source], and the handler of the
// payment purpose [Purpose]:
//
//	coupons, err := coupon.New(coupon.Deps{Repo: store.Coupons(), Stock: stocks, …}, coupon.Config{})
//	t, err := coupons.Create(ctx, staff, coupon.Draft{Terms: coupon.Terms{Name: "满百减十", Listed: true},
//		Promise: coupon.Promise{Min: 1_000, Max: 1_000, Threshold: 10_000, Start: coupon.AtOnce, Days: 7}, Total: 500})
//	c, err := coupons.Claim(ctx, buyer, t.ID, "")
//	o, err := orders.Place(ctx, buyer, order.PlaceInput{…, Offers: []string{c.Offer()}})
package coupon
