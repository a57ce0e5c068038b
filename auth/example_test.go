package auth_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/auth/verify"
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

	codes, _ := verify.New(verify.Deps{Tx: store, Repository: store.Codes(), Limits: store.Limits()}, verify.Config{})
	accounts, err := auth.New(auth.Deps{
		Tx: store, Outbox: store, Repository: store.Accounts(), Sessions: store.Sessions(), Limits: store.Limits(),
		Hasher: secret.New(secret.Config{}), Codes: codes,
	}, auth.Config{})
	if err != nil {
		panic(err)
	}

	visitor := mall.Actor{Face: mall.FaceWXAPI, Addr: "192.0.2.1"}
	anna, err := accounts.Register(ctx, visitor, auth.Registration{Username: "anna", Password: "correct horse", Nick: "Anna"})
	fmt.Println(anna.Nick, err)
	login, err := accounts.LoginPassword(ctx, visitor, auth.PasswordLogin{By: auth.ByUsername, Name: "anna", Password: "correct horse"})
	fmt.Println(len(login.Token), err)
	who, err := accounts.Authenticate(ctx, mall.FaceWXAPI, login.Token, visitor.Addr)
	fmt.Println(who.Account == anna.ID, err)
	// Output:
	// Anna <nil>
	// 43 <nil>
	// true <nil>
}
