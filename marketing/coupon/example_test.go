package coupon_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/storage/sqlite"
)

func ExampleService_Claim() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "mall")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	svc, err := httpadapter.Assemble(store, httpadapter.Ports{}, httpadapter.Config{})
	if err != nil {
		log.Fatal(err)
	}
	t, err := svc.Coupons.Create(ctx, mall.System(), coupon.Draft{
		Terms:   coupon.Terms{Name: "3 off 20", PerAccount: 1, Listed: true},
		Promise: coupon.Promise{Min: 300, Max: 300, Threshold: 2000, Start: coupon.AtOnce, Days: 7},
		Total:   100,
	})
	if err != nil {
		log.Fatal(err)
	}
	who := mall.Actor{Account: 42}
	c, err := svc.Coupons.Claim(ctx, who, t.ID, "")
	fmt.Println(c.Of.Name, c.Offer(), mall.Money(c.Worth), err)
	_, err = svc.Coupons.Claim(ctx, who, t.ID, "")
	fmt.Println(err)
	// Output:
	// 3 off 20 coupon:1 3.00 <nil>
	// claimed as many as one may already: [1]
}
