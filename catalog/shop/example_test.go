package shop_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/storage/sqlite"
)

func ExampleNew() {
	dir, _ := os.MkdirTemp("", "shop")
	defer os.RemoveAll(dir)
	ctx := context.Background()
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		panic(err)
	}
	defer store.Close()
	shops, err := shop.New(shop.Deps{Tx: store, Outbox: store, Repo: store.Shops()}, shop.Config{})
	if err != nil {
		panic(err)
	}
	id, err := shops.Save(ctx, shop.Shop{Name: "西湖店", PickUp: true})
	if err != nil {
		panic(err)
	}
	found, _ := shops.ByIDs(ctx, []mall.ID{0, id})
	fmt.Println(found[0].Name, found[id].Name)
	// Output: 自营 西湖店
}
