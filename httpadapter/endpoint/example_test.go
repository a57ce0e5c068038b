package endpoint_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

func ExampleMux() {
	type in struct {
		ID   mall.ID `in:"id,required"`
		Size int64   `in:"size"`
	}
	mux := endpoint.NewMux(endpoint.Options{})
	err := mux.Mount(endpoint.Place{Dialect: plain{}, Prefix: "/shop"},
		endpoint.GET("/goods", endpoint.Public, "one goods", func(_ context.Context, _ mall.Actor, in in) (string, error) {
			return fmt.Sprintf("goods %d in size %d", in.ID, in.Size), nil
		}))
	fmt.Println(err)
	for _, target := range []string{"/shop/goods?id=7&size=40", "//shop//goods?id=7&size=undefined", "/shop/goods?id=1e3", "/shop/goods"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
		fmt.Println(w.Body)
	}
	// Output:
	// <nil>
	// {"ok":"goods 7 in size 40"}
	// {"ok":"goods 7 in size 0"}
	// {"error":"invalid"}
	// {"error":"endpoint.required"}
}
