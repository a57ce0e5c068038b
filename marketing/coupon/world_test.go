package coupon_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// world is a shop with some goods and a template of 3.00 off 10.00.
type world struct {
	*apitest.Kit
	*testing.T
	tea, cup, far mall.ID // 10.00 and 3.33 of the platform, 2.00 of shop 2; an order of far takes 3 coupons
	leaves, tree  mall.ID // the category of tea, and the one above it
	off           mall.ID
}

// each runs body in a world on each database.
func each(t *testing.T, body func(w *world), opts ...apitest.Option) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := &world{Kit: apitest.New(t, store, opts...), T: t}
		ctx, who := t.Context(), mall.System()
		_, err := w.Shops.Import(ctx, []shop.Shop{{Name: "一号店"}, {Name: "二号店"}})
		require.NoError(t, err)
		w.tree, err = w.Catalog.SaveCategory(ctx, catalog.Category{Name: "植物", Used: true})
		require.NoError(t, err)
		w.leaves, err = w.Catalog.SaveCategory(ctx, catalog.Category{Name: "叶", Parent: w.tree, Used: true})
		require.NoError(t, err)
		draft := func(name string, price mall.Money, shop, category mall.ID, most int) catalog.Draft {
			pieces := int64(1000)
			return catalog.Draft{Goods: catalog.Goods{Name: name, OnSale: true, Shop: shop, Category: category, MaxCoupons: most, AfterSale: []int{0}},
				SKUs: []catalog.SKUDraft{{Price: price, Stock: &pieces}}}
		}
		ids, err := w.Catalog.Import(ctx, who, []catalog.Draft{draft("tea", 1000, 0, w.leaves, 0), draft("cup", 333, 0, 0, 2), draft("far", 200, 2, 0, 3)})
		require.NoError(t, err)
		w.tea, w.cup, w.far = ids[0], ids[1], ids[2]
		w.off = w.template(coupon.Draft{Promise: coupon.Promise{Min: 300, Max: 300, Threshold: 1000}, Total: 100}).ID
		body(w)
	})
}

// template makes a listed template for three days, with what the draft leaves out.
func (w *world) template(d coupon.Draft) *coupon.Template {
	w.Helper()
	d.Name, d.Listed = "券", true
	if d.Days == 0 && d.EndAt.IsZero() {
		d.Start, d.Days = coupon.AtOnce, 3
	}
	if d.Min == 0 {
		d.Min, d.Max = 100, 100
	}
	t, err := w.Coupons.Create(w.Context(), mall.System(), d)
	require.NoError(w, err)
	return t
}

func buyer(n int) mall.Actor {
	return mall.Actor{Account: mall.ID(1000 + n), Face: mall.FaceWXAPI, Addr: "192.0.2.7"}
}

func (w *world) claim(who mall.Actor, template mall.ID) *coupon.Coupon {
	w.Helper()
	c, err := w.Coupons.Claim(w.Context(), who, template, "")
	require.NoError(w, err)
	return c
}

var home = order.Address{LinkMan: "张三", Mobile: "13800000000", ProvinceID: "330000000000", CityID: "330100000000",
	DistrictID: "330106000000", Detail: "文三路 1 号"}

// want is an order of so many pieces of goods with coupons.
func want(goods mall.ID, n int64, cs ...*coupon.Coupon) order.PlaceInput {
	in := order.PlaceInput{Address: home, Lines: []order.WantLine{{Goods: goods, Qty: n}}}
	for _, c := range cs {
		in.Offers = append(in.Offers, c.Offer())
	}
	return in
}

func (w *world) place(who mall.Actor, in order.PlaceInput) *order.Order {
	w.Helper()
	o, err := w.Orders.Place(w.Context(), who, in)
	require.NoError(w, err)
	return o
}

// rich gives a buyer money and points.
func (w *world) rich(who mall.Actor, money mall.Money, score int64) {
	w.Helper()
	require.NoError(w, w.Wallets.Earn(w.Context(), payment.Move{Account: who.Account, Kind: payment.KindRecharge, Amount: money, Source: payment.Source{Type: "test", ID: 1}}))
	if score > 0 {
		require.NoError(w, w.Points.Earn(w.Context(), points.Move{Account: who.Account, Kind: points.KindGift, Amount: score, Source: points.Source{Type: "test", ID: 1}}))
	}
}

func (w *world) pay(who mall.Actor, o *order.Order) {
	w.Helper()
	_, err := w.Payments.PayFromWallet(w.Context(), who, payOrder(o.ID), "")
	require.NoError(w, err)
}

func payOrder(id mall.ID) payment.Action {
	return payment.Action{Purpose: payment.Order, Refs: []mall.ID{id}}
}

// grant is a coupon as it is stored.
func (w *world) grant(id mall.ID) coupon.Grant {
	w.Helper()
	gs, err := w.Store.Coupons().Grants(w.Context(), []mall.ID{id})
	require.NoError(w, err)
	require.Len(w, gs, 1)
	return gs[0]
}

// counts are the numbers of a template: left, issued, used.
func (w *world) counts(template mall.ID) [3]int64 {
	w.Helper()
	t, err := w.Coupons.Get(w.Context(), template)
	require.NoError(w, err)
	return [3]int64{t.Left, t.Issued, t.Counts.Used}
}

// race runs fn n times at once behind one gate and gives how often it was not
// refused; other errors fail the test.
func (w *world) race(n int, fn func(i int) error) int {
	w.Helper()
	errs := make([]error, n)
	gate := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-gate
			errs[i] = fn(i)
		})
	}
	close(gate)
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			require.True(w, mall.Refused(err), "%v", err)
		}
	}
	return won
}

func tries(n int) apitest.Option {
	return func(_ *httpadapter.Ports, c *httpadapter.Config, _ *httpadapter.AdapterConfig) { c.Coupon.Tries = n }
}
