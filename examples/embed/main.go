// Command embed has a shop inside a Go program: goods, a buyer, an order. No HTTP.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/storage/sqlite"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func main() {
	ctx, staff, pieces := context.Background(), mall.System(), int64(10)
	dir := must(os.MkdirTemp("", "shop"))
	defer os.RemoveAll(dir)
	store := must(sqlite.Open(ctx, dir+"/shop.db", &sqlite.Options{Migrate: true}))
	defer store.Close()
	shop := must(httpadapter.Assemble(store, httpadapter.Ports{}, httpadapter.Config{}))

	tea := catalog.Goods{Name: "Green tea", OnSale: true}
	goods := must(shop.Catalog.SaveGoods(ctx, staff, catalog.Draft{Goods: tea, SKUs: []catalog.SKUDraft{{Price: 1980, Stock: &pieces}}}))
	anna := must(shop.Auth.Create(ctx, staff, auth.NewAccount{Registration: auth.Registration{Username: "anna", Password: "a-secret"}}))
	buyer := mall.Actor{Account: anna.ID, Face: mall.FaceHost}
	basket := order.PlaceInput{Lines: []order.WantLine{{Goods: goods, Qty: 2}}, Delivery: order.PickUp}
	placed := must(shop.Orders.Place(ctx, buyer, basket))
	left := must(shop.Catalog.Get(ctx, goods)).Stock
	fmt.Println(placed.Lines[0].Name, "costs", placed.Payable, "yuan and is", placed.Pay, "with", left, "left")
}
