package wallet_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/wallet"
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

	wallets, err := wallet.New(wallet.Deps{Repo: store.Wallets(), Tx: store, Outbox: store, Hasher: secret.New(secret.Config{})}, wallet.Config{})
	if err != nil {
		log.Fatal(err)
	}
	gift := wallet.Move{Account: 42, Kind: payment.KindGift, Amount: 1000, Source: wallet.Source{Type: "welcome", ID: 42}}
	for range 2 { // the same cause twice moves money once
		if err := wallets.Earn(ctx, gift); err != nil {
			log.Fatal(err)
		}
	}
	err = wallets.Spend(ctx, wallet.Move{Account: 42, Kind: payment.KindOrder, Amount: 1200, Source: wallet.Source{Type: "order", ID: 7}})
	fmt.Println(err)
	a, err := wallets.Amounts(ctx, 42)
	fmt.Println(a.Balance, err)
	// Output:
	// balance is too low
	// 10.00 <nil>
}
