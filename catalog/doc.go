// Package catalog is what a shop sells: categories, goods with their SKUs,
// prices, add-ons, freight templates, purchase limits, favourites and reviews.
// The main type is [Service]; how much is left of a SKU is counted by
// catalog/stock, and shops live in catalog/shop.
//
//	svc, err := catalog.New(catalog.Deps{Tx: store, Outbox: store, Repo: store.Catalog(), Stock: stocks}, catalog.Config{})
//	id, err := svc.SaveGoods(ctx, mall.System(), catalog.Draft{Goods: catalog.Goods{Name: "杯子", OnSale: true}, SKUs: []catalog.SKUDraft{{Price: 1990}}})
//	page, err := svc.List(ctx, catalog.Filter{Keyword: "杯子"}, mall.NumberedPage(1, 20))
//	items, err := svc.Price(ctx, catalog.Buyer{}, now, []catalog.Want{{Goods: id, Qty: 2}})
package catalog
