package httpadapter_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestEraseLeavesNothing: a shopper who used every route that takes personal
// data is erased, and no table of either database holds a word of it.
func TestEraseLeavesNothing(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, erased)
}

func erased(t *testing.T, store storage.Store) {
	kit := shop(t, store)
	const secret, mobile = "Geheimrat", "13977712345"
	kit.Set("token", kit.Register(secret))
	kit.Set("goods", strconv.FormatInt(int64(plainGoods(t, kit)), 10))
	address := with(with(orderFields(""), "linkMan", secret), "mobile", mobile)
	address = with(with(address, "isDefault", "true"), "address", secret+" 1")
	kit.Run(apitest.Scenario{Name: "leaving traces", Steps: []apitest.Step{
		{Verb: "POST", Path: "user/modify", Fields: apitest.Fields{"token": "{token}", "nick": secret, "avatarUrl": "https://a.example/" + secret, "city": secret, "extJsonStr": `{"hobby":"` + secret + `"}`}},
		{Verb: "POST", Path: "user/wxapp/bindMobile/v2", Fields: apitest.Fields{"token": "{token}", "code": "sandbox-phone:" + mobile}},
		{Verb: "POST", Path: "user/shipping-address/add", Fields: address},
		{Verb: "POST", Path: "shop/goods/fav/add", Fields: apitest.Fields{"token": "{token}", "goodsId": "{goods}"}},
		{Verb: "POST", Path: "json/set", Fields: apitest.Fields{"token": "{token}", "type": secret, "refId": secret, "content": `{"name":"` + secret + `"}`}},
		{Verb: "POST", Path: "deposit/pay", Fields: apitest.Fields{"token": "{token}", "amount": "9999", "refCode": secret, "remark": secret, "extJsonStr": `{"k":"` + secret + `"}`}, Code: 40000},
		{Verb: "POST", Path: "user/level/buy", Fields: apitest.Fields{"token": "{token}", "userLevelPriceId": "2", "remark": secret}, Code: 20000},
		{Verb: "POST", Path: "shopping-cart/add", Fields: apitest.Fields{"token": "{token}", "goodsId": "{goods}", "number": "2"}},
		{Verb: "POST", Path: "order/create", Fields: with(address, "remark", secret), Save: map[string]string{"order": "id", "total": "amountReal"}},
		{Verb: "POST", Path: "pay/wx/wxapp", Fields: apitest.Fields{"token": "{token}", "money": "{total}", "remark": secret, "payName": secret, "nextAction": `{"type":0,"id":{order}}`}, Save: map[string]string{"prepay": "package"}},
		{Do: func(_ testing.TB, k *apitest.Kit) { k.Settle(k.Var("prepay")) }},
	}})
	who := kit.Buyer(kit.Var("token"))
	exported, err := kit.Auth.Export(t.Context(), who, who.Account)
	require.NoError(t, err)
	require.Contains(t, fmt.Sprint(exported), secret)
	require.Equal(t, mall.State, mall.KindOf(kit.Auth.Erase(t.Context(), who, who.Account)), "an order is on its way")
	require.NotEmpty(t, storagetest.Grep(t, kit.Store, secret), "nothing is erased when something is open")
	claim := apitest.Fields{"token": "{token}", "orderId": "{order}", "orderGoodsId": "{line}", "type": "0", "logisticsStatus": "1",
		"reason": secret, "remark": secret, "amount": "1", "pic": "https://a.example/" + secret + ".png"}
	kit.Run(apitest.Scenario{Name: "to the end", Steps: []apitest.Step{
		{Do: ship},
		{Verb: "POST", Path: "order/delivery", Fields: apitest.Fields{"token": "{token}", "orderId": "{order}"}},
		{Verb: "GET", Path: "order/detail", Fields: apitest.Fields{"token": "{token}", "id": "{order}"}, Save: map[string]string{"line": "goods.0.id"}},
		{Verb: "POST", Path: "order/refundApply/apply", Fields: claim},
		{Verb: "POST", Path: "invoice/apply", Fields: apitest.Fields{"token": "{token}", "comName": secret, "tfn": secret, "amount": "1", "consumption": secret, "remark": secret, "orderId": "{order}", "extJsonStr": `{"bank":"` + secret + `"}`}},
		{Verb: "POST", Path: "invoice/list", Fields: apitest.Fields{"token": "{token}"}, Save: map[string]string{"invoice": "result.0.id"}},
		{Do: func(t testing.TB, k *apitest.Kit) {
			id, err := strconv.ParseInt(k.Var("invoice"), 10, 64)
			require.NoError(t, err)
			_, err = k.Invoices.Refuse(t.Context(), mall.System(), mall.ID(id), secret)
			require.NoError(t, err)
		}},
		{Verb: "POST", Path: "order/refundApply/cancel", Fields: apitest.Fields{"token": "{token}", "orderId": "{order}", "orderGoodsId": "{line}"}},
		{Verb: "POST", Path: "order/refundApply/apply", Fields: claim},
		{Do: refundClaims},
		{Verb: "POST", Path: "order/reputation", Fields: apitest.Fields{"postJsonString": `{"token":"{token}","orderId":{order},"reputations":[{"id":{line},"reputation":2,"remark":"` + secret + `"}]}`}},
	}})
	require.NoError(t, kit.Auth.Erase(t.Context(), who, who.Account))
	require.Empty(t, storagetest.Grep(t, kit.Store, secret, mobile))
	kit.Call("GET", "user/detail", apitest.Fields{"token": kit.Var("token")}).Want(t, 2000)
	kit.Call("POST", "user/username/register", apitest.Fields{"username": secret, "pwd": "secret1"}).OK(t) // the name is free again
}

// refundClaims grants what is asked for of the order, and lets the money arrive.
func refundClaims(t testing.TB, k *apitest.Kit) {
	id, err := strconv.ParseInt(k.Var("order"), 10, 64)
	require.NoError(t, err)
	d, err := k.Orders.Detail(t.Context(), mall.System(), order.Ref{ID: mall.ID(id)})
	require.NoError(t, err)
	require.NoError(t, k.Orders.RefundClaim(t.Context(), mall.System(), d.Claims[0].ID))
	n, err := k.Payments.SweepRefunds(t.Context(), 10)
	require.NoError(t, err)
	require.Equal(t, 1, n)
}
