package verify_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/storage/sqlite"
)

// inbox is a sender that keeps the last code.
type inbox struct{ code string }

func (b *inbox) SendSMS(_ context.Context, m verify.Message) error {
	b.code = m.Code
	return nil
}

func ExampleNew() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "mall")
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		panic(err)
	}
	defer store.Close()

	phone := &inbox{}
	codes, err := verify.New(verify.Deps{Tx: store, Repository: store.Codes(), Limits: store.Limits(), SMS: phone}, verify.Config{})
	if err != nil {
		panic(err)
	}
	visitor := mall.Actor{Face: mall.FaceWXAPI, Addr: "192.0.2.1"}
	fmt.Println(codes.Send(ctx, visitor, "13812345678", verify.Picture{}))
	fmt.Println(codes.Check(ctx, mall.FaceWXAPI, "13812345678", "guess"))
	fmt.Println(codes.Check(ctx, mall.FaceWXAPI, "13812345678", phone.code))
	// Output:
	// <nil>
	// wrong verification code
	// <nil>
}
