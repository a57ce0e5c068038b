package payment_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/gomall-dev/mall"
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
	payments, err := payment.New(payment.Deps{Tx: store, Outbox: store, Repo: store.Payments(), Wallet: wallets}, payment.Config{})
	if err != nil {
		log.Fatal(err)
	}
	// What can be paid for is registered: this shop sells tickets.
	payments.Handle("ticket", payment.Handler{
		Price: func(context.Context, mall.Actor, payment.Action) (payment.Price, error) {
			return payment.Price{Amount: 1250, Title: "A ticket"}, nil
		},
		Run: func(_ context.Context, p *payment.Payment) error {
			fmt.Println("ticket", p.Action.Refs[0], "is paid:", p.Parts[0].Amount)
			return nil
		},
	})
	if err := payments.Seal(); err != nil {
		log.Fatal(err)
	}

	buyer := mall.Actor{Account: 42, Face: mall.FaceHost}
	ticket := payment.Action{Purpose: "ticket", Refs: []mall.ID{7}}
	err = wallets.Earn(ctx, wallet.Move{Account: 42, Kind: payment.KindGift, Amount: 2000, Source: wallet.Source{Type: "welcome", ID: 42}})
	if err != nil {
		log.Fatal(err)
	}
	p, err := payments.PayFromWallet(ctx, buyer, ticket, "")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Provider, p.State)
	err = store.Do(ctx, func(ctx context.Context) error {
		r, err := payments.Refund(ctx, mall.System(), payment.RefundInput{Purpose: "ticket", Ref: 7, Source: "regret:1", Amount: 250})
		if err == nil {
			fmt.Println("back in the wallet:", r.Wallet)
		}
		return err
	})
	if err != nil {
		log.Fatal(err)
	}
	a, err := wallets.Amounts(ctx, 42)
	fmt.Println(a.Balance, err)
	// Output:
	// ticket 7 is paid: 12.50
	// balance succeeded
	// back in the wallet: 2.50
	// 10.00 <nil>
}
