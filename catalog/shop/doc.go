// Package shop keeps the shops that sell, and the places where buyers fetch
// goods (自提点). The main type is [Service]. Shop 0 is the platform itself: it has
// no row and is always there.
//
//	id, err := shops.Save(ctx, shop.Shop{Name: "西湖店", PickUp: true})
//	all, err := shops.List(ctx, shop.Filter{}, mall.NumberedPage(1, 20))
package shop
