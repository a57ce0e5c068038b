// Package shop keeps the shops that sell: those of the mall, the places where
// buyers fetch goods (自提点), and the merchants (商家) of local trade, which have
// a category, are audited, and are found by where they are. The main type is
// [Service]. Shop 0 is the platform itself: it has no row and is always there.
//
//	id, err := shops.Save(ctx, shop.Shop{Name: "西湖店", PickUp: true})
//	all, err := shops.List(ctx, shop.Filter{}, mall.NumberedPage(1, 20))
//	near, err := shops.List(ctx, shop.Filter{Near: &shop.Near{Lat: 30.25, Lng: 120.15, Radius: 3000}}, mall.NumberedPage(1, 20))
package shop
