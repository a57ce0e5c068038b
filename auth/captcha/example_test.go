package captcha_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/captcha"
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

	pictures, err := captcha.New(captcha.Deps{Tx: store, Repository: store.Captchas(), Limits: store.Limits()}, captcha.Config{})
	if err != nil {
		panic(err)
	}
	png, err := pictures.Draw(ctx, mall.Actor{Addr: "192.0.2.1"}, "a key of the client's")
	fmt.Println(string(png[1:4]), err)
	fmt.Println(pictures.Check(ctx, "a key of the client's", "not the answer"))
	// Output:
	// PNG <nil>
	// wrong picture code, get a new one
}
