package wxapi_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestFreightApart: an order of 20.00 and 8.00 freight is invoiced, then its
// goods go back, then its freight, to where the money came from, and then
// nothing is left.
func TestFreightApart(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		k := apitest.New(t, store)
		n := int64(10)
		freight, err := k.Catalog.PutFreight(t.Context(), catalog.Freight{Name: "kd", Rules: []catalog.FreightRule{{FirstNumber: 1, First: 800}}})
		require.NoError(t, err)
		goods, err := k.Catalog.Import(t.Context(), mall.System(), []catalog.Draft{{Goods: catalog.Goods{Name: "壶", OnSale: true, Freight: freight, AfterSale: []int{0}},
			SKUs: []catalog.SKUDraft{{Price: 2000, Stock: &n}}}})
		require.NoError(t, err)
		k.Set("goods", strconv.FormatInt(int64(goods[0]), 10))
		for _, way := range []string{"wallet", "gateway"} {
			token := k.Register(way)
			k.Set("token", token)
			k.Set("other", k.Register("not"+way))
			if way == "wallet" {
				earn(t, k, token, 2800)
			}
			k.Run(refundApart(way)...)
			a, err := k.Wallets.Amounts(t.Context(), k.Buyer(token).Account)
			require.NoError(t, err)
			back := map[string]mall.Money{"wallet": 2800, "gateway": 0}
			require.Equal(t, back[way], a.Balance)
			if way == "gateway" {
				o, ok, err := k.Books.Order(t.Context(), k.Var("number"))
				require.NoError(t, err)
				require.True(t, ok)
				require.Len(t, o.Refunds, 2)
				require.EqualValues(t, 2800, o.Refunds[0].Amount+o.Refunds[1].Amount)
			}
		}
	})
}

func refundApart(way string) []apitest.Scenario {
	mine := func(more ...string) fields {
		f := fields{"token": "{token}", "orderId": "{order}"}
		for i := 0; i < len(more); i += 2 {
			f[more[i]] = more[i+1]
		}
		return f
	}
	detail := func(want map[string]string, not ...string) apitest.Step {
		return apitest.Step{Verb: "GET", Path: "order/detail", Fields: fields{"token": "{token}", "id": "{order}"}, Want: want, Not: not}
	}
	pay := []apitest.Step{{Verb: "POST", Path: "order/pay", Fields: mine()}}
	if way == "gateway" {
		pay = []apitest.Step{
			{Verb: "POST", Path: "pay/wx/wxapp", Fields: fields{"token": "{token}", "money": "28", "nextAction": `{"type":0,"id":"{order}"}`},
				Save: map[string]string{"prepay": "package", "number": "outTradeId"}},
			{Do: func(_ testing.TB, k *apitest.Kit) { k.Settle(k.Var("prepay")) }},
		}
	}
	staff := func(fn func(t testing.TB, k *apitest.Kit, ref order.Ref)) apitest.Step {
		return apitest.Step{Do: func(t testing.TB, k *apitest.Kit) {
			fn(t, k, order.Ref{ID: number(t, k, "order")})
			require.NoError(t, k.Sweep(t.Context()))
		}}
	}
	place := apitest.Step{Verb: "POST", Path: "order/create", Want: map[string]string{"amountReal": "28", "amountLogistics": "8"}, Save: map[string]string{"order": "id"},
		Fields: fields{"token": "{token}", "goodsJsonStr": `[{"goodsId":{goods},"number":1}]`, "peisongType": "kd", "linkMan": "张三", "mobile": "13800138000",
			"provinceId": "330000000000", "cityId": "330100000000", "districtId": "330106000000", "address": "文三路 1 号"}}
	return []apitest.Scenario{{Name: way + " pays", Steps: append([]apitest.Step{place}, pay...)}, {Name: way + " is invoiced", Steps: []apitest.Step{
		detail(map[string]string{"orderInfo.status": "1"}, "invoiceId"),
		{Verb: "POST", Path: "invoice/apply", Fields: mine("comName", "某公司", "tfn", "91330100X", "amount", "28", "consumption", "茶具")},
		{Verb: "POST", Path: "invoice/list", Fields: fields{"token": "{token}"}, Save: map[string]string{"invoice": "result.0.id"}},
		detail(map[string]string{"orderInfo.invoiceId": "{invoice}"}),
		{Verb: "GET", Path: "order/detail", Fields: fields{"token": "{other}", "id": "{order}"}, Code: 700},
		staff(func(t testing.TB, k *apitest.Kit, _ order.Ref) {
			_, err := k.Invoices.Refuse(t.Context(), mall.System(), number(t, k, "invoice"), "退货")
			require.NoError(t, err)
		}),
		detail(map[string]string{"orderInfo.amountRefundTotal": "0"}, "invoiceId"),
	}}, {Name: way + " is refunded", Steps: []apitest.Step{
		{Verb: "GET", Path: "order/detail", Fields: fields{"token": "{token}", "id": "{order}"}, Save: map[string]string{"line": "goods.0.id"}},
		{Verb: "POST", Path: "order/refundApply/apply", Fields: mine("orderGoodsId", "{line}", "type", "0", "logisticsStatus", "0", "reason", "坏了", "amount", "20")},
		staff(func(t testing.TB, k *apitest.Kit, ref order.Ref) {
			claims, err := k.Orders.ClaimsOf(t.Context(), mall.System(), ref)
			require.NoError(t, err)
			require.NoError(t, k.Orders.RefundClaim(t.Context(), mall.System(), claims[0].ID))
		}),
		detail(map[string]string{"orderInfo.amountRefundTotal": "20", "orderInfo.hasRefund": "true", "orderInfo.status": "3"}),
		{Verb: "POST", Path: "order/refundApply/apply", Fields: mine("orderGoodsId", "{line}", "type", "0", "logisticsStatus", "0", "reason", "x"), Code: 20002},
		staff(func(t testing.TB, k *apitest.Kit, ref order.Ref) {
			_, _, err := k.Orders.RefundFreight(t.Context(), mall.System(), ref, 801, "")
			require.ErrorIs(t, err, order.ErrClaimAmount)
			_, _, err = k.Orders.RefundFreight(t.Context(), mall.System(), ref, 0, "运费")
			require.NoError(t, err)
		}),
		detail(map[string]string{"orderInfo.amountRefundTotal": "28", "orderInfo.status": "-1"}),
		{Verb: "GET", Path: "order/refundApply/info", Fields: mine(), Want: map[string]string{"0.baseInfo.amount": "8", "0.baseInfo.reason": "运费",
			"0.baseInfo.statusStr": "已完成", "1.baseInfo.amount": "20", "1.baseInfo.statusStr": "已完成"}},
		{Verb: "POST", Path: "order/refundApply/apply", Fields: mine("type", "0", "logisticsStatus", "0", "reason", "x"), Code: 20002},
		staff(func(t testing.TB, k *apitest.Kit, ref order.Ref) {
			_, _, err := k.Orders.RefundFreight(t.Context(), mall.System(), ref, 0, "")
			require.ErrorIs(t, err, order.ErrState, "nothing is left")
		}),
	}}}
}
