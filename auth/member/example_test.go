package member_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/storage/sqlite"
)

func ExampleNew() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "mall")
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		panic(err)
	}
	defer store.Close()

	members, err := member.New(member.Deps{Tx: store, Outbox: store, Repository: store.Members()}, member.Config{})
	if err != nil {
		panic(err)
	}
	gold := &member.Level{Name: "Gold", Rank: 1, Rebate: 9500, Active: true}
	fmt.Println(members.Save(ctx, mall.System(), gold))
	fmt.Println(members.Give(ctx, 7, gold.ID, member.Term{N: 1, Unit: mall.Yearly}, "payment:12"))
	level, err := members.LevelOf(ctx, 7)
	fmt.Println(level.Name, level.Rebate.Of(10_000), err)
	// Output:
	// <nil>
	// <nil>
	// Gold 95.00 <nil>
}
