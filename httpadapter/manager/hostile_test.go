package manager_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// bad are values that no field should be fooled by.
var bad = []string{"", "0", "-1", "1000000000000", "9223372036854775808", "abc", "undefined", "1e3", "NaN", "null", "-0.001", "1.234", "😀",
	"' OR 1=1 --", "%' ESCAPE '", "[", `["1","2"]`, "{}", "20260302100000000", "a\x00b", "\xff\xfe", strings.Repeat("长", 600)}

// shopPaths are the chapters that sell.
var shopPaths = []string{"/category/", "/product/", "/cart/", "/order/", "/pay/", "/upload/"}

// TestBadInput sends bad values in every field of every route of the shop's
// chapters, as root and as somebody: always an envelope, never a fault of the
// server, never a code that clients log out by; and the books stay in balance.
func TestBadInput(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		badInput(t, storagetest.SQLite(t), bad)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		badInput(t, storagetest.Postgres(t), []string{"-1", "9223372036854775807", "' OR 1=1 --", "a\x00b", "\xff\xfe", "😀"})
	})
}

func badInput(t *testing.T, store storage.Store, bad []string) {
	b := setupShopOn(t, store)
	category := b.category("车辆")
	product := b.product(category, "车", "1", "1000000")
	b.post("/cart/add_to_cart", map[string]string{"product_id": product, "count": "1"}, b.clerk...)
	good := map[string]string{"category_id": category, "product_id": product, "productName": "船", "price": "1", "description": "x", "inventory": "1000000",
		"imageUrl": "/1.png", "categoryName": "船", "count": "1", "quantity": "1", "action": "3", "order_id": b.order(product, "1", b.clerk)}
	for _, r := range b.Routes(mall.FaceManager, "manager") {
		if !slices.ContainsFunc(shopPaths, func(p string) bool { return strings.HasPrefix(r.Path, p) }) {
			continue
		}
		verb := r.Verb
		if verb == "*" {
			verb = "POST"
		}
		for _, field := range r.Fields {
			for _, value := range bad {
				fields := url.Values{}
				for _, name := range r.Fields {
					if text, ok := good[name]; ok {
						fields.Set(name, text)
					}
				}
				fields.Set(field, value)
				for _, who := range [][]string{b.root, b.clerk} {
					text := b.plain(verb, r.Path, fields, who...)
					what := []any{"%s %s %s=%.50q: %s", verb, r.Path, field, value, text}
					if strings.HasPrefix(text, "[") { // get_product?format=array
						continue
					}
					var o object
					require.NoError(t, json.Unmarshal([]byte(text), &o), what...)
					require.Contains(t, o, "state", what...)
					require.NotEqual(t, 500.0, o["status"], what...)
					if o["code"] != nil {
						require.Equal(t, "10026", o["code"], what...) // the clerk at a door that is not hers
					}
				}
			}
		}
	}
	b.balanced()
}

// balanced demands that no goods have less than nothing in stock or cost less
// than nothing, and that every order is what its lines are.
func (b shopBundle) balanced() {
	b.t.Helper()
	all, err := b.Catalog.List(b.t.Context(), catalog.Filter{Any: true}, mall.Page{Limit: mall.MaxLimit})
	require.NoError(b.t, err)
	for _, g := range all.Items {
		require.True(b.t, g.Stock >= 0 && g.MinPrice >= 0, "%+v", g)
	}
	orders := rows(b.post("/order/get_order", map[string]string{"all": "1"}, b.root...))
	require.NotEmpty(b.t, orders)
	for _, o := range orders {
		sum := 0.0
		for _, l := range o["orderDetail"].([]any) {
			line := l.(map[string]any)
			require.Positive(b.t, line["quantity"])
			sum += line["price"].(float64) * line["quantity"].(float64)
		}
		require.InDelta(b.t, o["total_fee"], sum, 0.001)
	}
}
