package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// op is one timed operation of one worker.
type op func(ctx context.Context) error

// scenario prepares a worker, untimed, and gives its operation.
type scenario func(ctx context.Context, c *client, name string, worker int) (op, error)

var catalogue = map[string]scenario{
	"list":         list,
	"pages":        pages,
	"search":       search,
	"detail":       detail,
	"cart":         cart,
	"order":        order,
	"flow-balance": flow(payByBalance),
	"flow-gateway": flow(payAtGateway),
}

// goods is what the scenarios need of a list entry.
type goods struct {
	ID     int64
	Stores int64
}

type goodsPage struct{ Result []goods }

const pageFields = "20"

func list(_ context.Context, c *client, _ string, worker int) (op, error) {
	r := rand.New(rand.NewPCG(1, uint64(worker)))
	return func(ctx context.Context) error {
		var n count
		err := c.call(ctx, "/shop/goods/list/v2", fields{"page": "1", "pageSize": pageFields, "recommendStatus": pick(r, "", "", "1")}, &n)
		if err == nil && n == 0 {
			err = fmt.Errorf("empty page")
		}
		return err
	}, nil
}

// pages walks pages 1 to 50 of every documented order, by category, shop and recommendation.
func pages(ctx context.Context, c *client, _ string, worker int) (op, error) {
	var cats []struct{ ID int64 }
	if err := c.get(ctx, "/shop/goods/category/all", nil, &cats); err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(2, uint64(worker)))
	return func(ctx context.Context) error {
		in := fields{
			"page": strconv.Itoa(1 + r.IntN(50)), "pageSize": pageFields,
			"orderBy": pick(r, "", "priceUp", "priceDown", "ordersUp", "ordersDown", "addedUp", "addedDown", "nameUp"),
		}
		switch r.IntN(3) {
		case 0:
			in["categoryId"] = strconv.FormatInt(cats[r.IntN(len(cats))].ID, 10)
		case 1:
			in["shopId"] = "0"
		default:
			in["recommendStatus"] = "1"
		}
		return orNone(c.call(ctx, "/shop/goods/list/v2", in, nil))
	}, nil
}

func search(_ context.Context, c *client, _ string, worker int) (op, error) {
	r := rand.New(rand.NewPCG(3, uint64(worker)))
	return func(ctx context.Context) error {
		return orNone(c.call(ctx, "/shop/goods/list/v2", fields{"page": "1", "pageSize": pageFields, "k": seedWord(r.IntN(seedWords))}, nil))
	}, nil
}

// orNone accepts "nothing there", code 700, as an answer.
func orNone(err error) error {
	if err != nil && strings.Contains(err.Error(), "code 700 ") {
		return nil
	}
	return err
}

func detail(ctx context.Context, c *client, _ string, worker int) (op, error) {
	gs, err := plain(ctx, c)
	r := rand.New(rand.NewPCG(4, uint64(worker)))
	return func(ctx context.Context) error {
		return c.get(ctx, "/shop/goods/detail", fields{"id": id(gs[r.IntN(len(gs))])}, nil)
	}, err
}

func cart(ctx context.Context, c *client, name string, worker int) (op, error) {
	b, err := newBuyer(ctx, c, name, worker)
	if err != nil {
		return nil, err
	}
	n := 0
	return func(ctx context.Context) error {
		if n++; n%100 == 0 { // lines stay below what is in stock
			if err := c.call(ctx, "/shopping-cart/empty", fields{"token": b.token}, nil); err != nil {
				return err
			}
		}
		return c.call(ctx, "/shopping-cart/add", fields{"token": b.token, "goodsId": id(b.goods[n%len(b.goods)]), "number": "1"}, nil)
	}, nil
}

// order is the placing request alone: two lines of plain goods.
func order(ctx context.Context, c *client, name string, worker int) (op, error) {
	b, err := newBuyer(ctx, c, name, worker)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		_, err := b.place(ctx, c, false)
		return err
	}, nil
}

func pick(r *rand.Rand, of ...string) string { return of[r.IntN(len(of))] }

func id(g goods) string { return strconv.FormatInt(g.ID, 10) }
