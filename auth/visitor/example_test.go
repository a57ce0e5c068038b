package visitor_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gomall-dev/mall/auth/visitor"
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

	notes, err := visitor.New(visitor.Deps{Tx: store, Repository: store.VisitorNotes()}, visitor.Config{})
	if err != nil {
		panic(err)
	}
	token := visitor.NewToken() // goes into the browser's cookie
	fmt.Println(notes.Put(ctx, token, "sms", "13812345678", time.Hour))
	fmt.Println(notes.Take(ctx, token, "sms"))
	fmt.Println(notes.Take(ctx, token, "sms"))
	// Output:
	// <nil>
	// 13812345678 true <nil>
	//  false <nil>
}
