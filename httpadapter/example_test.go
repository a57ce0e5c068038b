package httpadapter_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
	"github.com/gomall-dev/mall/storage/sqlite"
)

// A host opens a store, assembles the services and serves the APIs. What a
// port would do and is not configured says so; the rest works.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "mall")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		panic(err)
	}
	defer store.Close()
	svc, err := httpadapter.Assemble(store, httpadapter.Ports{}, httpadapter.Config{})
	if err != nil {
		panic(err)
	}
	defer svc.Close(ctx)
	handler, err := httpadapter.New(svc, httpadapter.AdapterConfig{
		Subdomain: "mall", MerchantID: 951, Enable: []mall.Face{mall.FaceWXAPI}, Limits: endpoint.Limits{Body: 100_000},
	})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest("GET", "/mall/banner/list", nil))
	fmt.Println(w.Body)
	// Output: {"code":700,"msg":"暂无数据"}
}
