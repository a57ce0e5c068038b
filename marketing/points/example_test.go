package points_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/storage/sqlite"
)

func ExampleNew() {
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

	svc, err := points.New(points.Deps{Repo: store.Points(), Tx: store, Outbox: store}, points.Config{})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := svc.SaveRule(ctx, mall.System(), points.Rule{Score: 100, Money: 100, Loop: true}); err != nil {
		log.Fatal(err)
	}
	err = svc.Earn(ctx, points.Move{Account: 42, Kind: points.KindGift, Amount: 350, Source: points.Source{Type: "welcome", ID: 42}})
	if err != nil {
		log.Fatal(err)
	}
	d, err := svc.Deduct(ctx, 42, 350, 5000)
	fmt.Println(d.Score, "points are", d.Money, "yuan", err)
	// Output: 300 points are 3.00 yuan <nil>
}
