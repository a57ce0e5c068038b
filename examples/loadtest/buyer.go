package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strconv"
	"strings"
)

// rechargeYuan is more than a run can spend.
const rechargeYuan = "100000000"

// buyer is a signed-in shopper with an address.
type buyer struct {
	token string
	goods []goods
	at    int
}

// newBuyer logs a shopper in through the sandbox's mini program.
func newBuyer(ctx context.Context, c *client, name string, worker int) (*buyer, error) {
	gs, err := plain(ctx, c)
	if err != nil {
		return nil, err
	}
	var login struct{ Token string }
	if err := c.call(ctx, "/user/wxapp/authorize", fields{"code": fmt.Sprintf("sandbox:load-%s-%d", name, worker)}, &login); err != nil {
		return nil, err
	}
	return &buyer{token: login.Token, goods: gs, at: worker}, nil
}

// plain is seeded goods: they can be bought without a choice, in any quantity
// that a run needs.
func plain(ctx context.Context, c *client) ([]goods, error) {
	var p goodsPage
	if err := c.call(ctx, "/shop/goods/list/v2", fields{"page": "1", "pageSize": "100", "orderBy": "addedDown"}, &p); err != nil {
		return nil, err
	}
	var gs []goods
	for _, g := range p.Result {
		if g.Stores >= seedStock/10 {
			gs = append(gs, g)
		}
	}
	if len(gs) < 2 {
		return nil, fmt.Errorf("found %d plain goods in stock", len(gs))
	}
	return gs, nil
}

// pair is the next two goods, different ones.
func (b *buyer) pair() [2]goods {
	b.at++
	return [2]goods{b.goods[b.at%len(b.goods)], b.goods[(b.at+1)%len(b.goods)]}
}

type placed struct {
	ID         int64
	AmountReal json.Number
}

// place calculates or places an order of two lines.
func (b *buyer) place(ctx context.Context, c *client, calculate bool) (placed, error) {
	two := b.pair()
	in := fields{
		"token": b.token, "goodsJsonStr": fmt.Sprintf(`[{"goodsId":%d,"number":1,"propertyChildIds":"","logisticsType":0},{"goodsId":%d,"number":1,"propertyChildIds":"","logisticsType":0}]`, two[0].ID, two[1].ID),
		"calculate": strconv.FormatBool(calculate), "peisongType": "kd", "deductionScore": "-1",
	}
	maps.Copy(in, fields{"linkMan": "测试", "mobile": "13800138000", "provinceId": "330000000000", "cityId": "330100000000", "districtId": "330106000000", "address": "文三路 1 号"})
	var o placed
	return o, c.call(ctx, "/order/create", in, &o)
}

// flow is a whole purchase: list, detail, cart add, cart info, calculate,
// create, pay. The token and the address exist. Each worker looks at goods of its
// own and puts them into its cart, which has one line then; what is ordered
// stands in the request, as clients do it.
func flow(pay func(context.Context, *client, *buyer, placed) error) scenario {
	return func(ctx context.Context, c *client, name string, worker int) (op, error) {
		b, err := newBuyer(ctx, c, name, worker)
		if err != nil {
			return nil, err
		}
		if err := recharge(ctx, c, b); err != nil {
			return nil, fmt.Errorf("recharge: %w", err)
		}
		browse, err := list(ctx, c, name, worker)
		if err != nil {
			return nil, err
		}
		g := b.goods[worker%len(b.goods)]
		return func(ctx context.Context) error {
			if err := browse(ctx); err != nil {
				return err
			}
			if err := c.get(ctx, "/shop/goods/detail", fields{"id": id(g)}, nil); err != nil {
				return err
			}
			if err := c.call(ctx, "/shopping-cart/add", fields{"token": b.token, "goodsId": id(g), "number": "1"}, nil); err != nil {
				return err
			}
			if err := c.get(ctx, "/shopping-cart/info", fields{"token": b.token}, nil); err != nil {
				return err
			}
			if _, err := b.place(ctx, c, true); err != nil {
				return err
			}
			o, err := b.place(ctx, c, false)
			if err != nil {
				return err
			}
			return pay(ctx, c, b, o)
		}, nil
	}
}

func payByBalance(ctx context.Context, c *client, b *buyer, o placed) error {
	return c.call(ctx, "/order/pay", fields{"token": b.token, "orderId": strconv.FormatInt(o.ID, 10)}, nil)
}

// payAtGateway takes the whole price at the sandbox gateway.
func payAtGateway(ctx context.Context, c *client, b *buyer, o placed) error {
	return prepayAndPay(ctx, c, fields{"token": b.token, "money": o.AmountReal.String(), "nextAction": fmt.Sprintf(`{"type":0,"id":%d}`, o.ID)})
}

func recharge(ctx context.Context, c *client, b *buyer) error {
	return prepayAndPay(ctx, c, fields{"token": b.token, "money": rechargeYuan})
}

func prepayAndPay(ctx context.Context, c *client, in fields) error {
	var p struct{ Package string }
	if err := c.call(ctx, "/pay/wx/wxapp", in, &p); err != nil {
		return err
	}
	return c.pay(ctx, strings.TrimPrefix(p.Package, "prepay_id="))
}
