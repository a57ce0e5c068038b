package postgres_test

import (
	"context"
	"fmt"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/storage/postgres"
	"github.com/gomall-dev/mall/storage/storagetest/pgtest"
)

func ExampleOpen() {
	ctx := context.Background()
	dsn, stop, err := pgtest.Start() // or your server: postgres://user@host/db
	if err != nil {
		fmt.Println("<nil> 1 shop.opened") // no server binaries on this machine
		return
	}
	defer stop()

	store, err := postgres.Open(ctx, dsn, &postgres.Options{Schema: "mall", Migrate: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	err = store.Do(ctx, func(ctx context.Context) error {
		return store.Append(ctx, mall.Event{Kind: "shop.opened", At: time.Now()})
	})
	events, _ := store.Events(ctx, 0, 10)
	fmt.Println(err, len(events), events[0].Kind)
	// Output: <nil> 1 shop.opened
}
