package httpadapter_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// plainGoods is the id of a goods that is on sale, plentiful, and has neither
// specifications nor add-ons.
func plainGoods(t *testing.T, kit *apitest.Kit) mall.ID {
	t.Helper()
	var page struct {
		Result []struct {
			ID          mall.ID
			PropertyIDs string `json:"propertyIds"`
			HasAddition bool
			Stores      int64
			Status      int
			ShopID      mall.ID
		}
	}
	kit.Call("POST", "shop/goods/list/v2", apitest.Fields{"pageSize": "100"}).OK(t).Into(t, &page)
	for _, g := range page.Result {
		if g.PropertyIDs == "" && !g.HasAddition && g.Stores >= 500 && g.Status == 0 && g.ShopID == 0 {
			return g.ID
		}
	}
	t.Fatal("no plain goods in the demo data")
	return 0
}

// TestStory is one shopper from the first look to the review, once by the
// gateway and once by balance, on both databases.
func TestStory(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		kit := shop(t, store)
		kit.Set("token", kit.Register("ann"))
		kit.Set("stranger", kit.Register("bob"))
		kit.Set("goods", strconv.FormatInt(int64(plainGoods(t, kit)), 10))
		kit.Run(
			apitest.Scenario{Name: "looking", Steps: []apitest.Step{
				{Verb: "GET", Path: "banner/list", Fields: apitest.Fields{"type": "index"}, Has: []string{"picUrl"}},
				{Verb: "GET", Path: "config/values", Fields: apitest.Fields{"keys": "mallName"}, Has: []string{`"key":"mallName"`}},
				{Verb: "GET", Path: "/common/region/v2/province", Has: []string{`"330000000000"`}},
				{Verb: "GET", Path: "//subdomain/appid/wxapp", Fields: apitest.Fields{"appid": apitest.AppID}, Want: map[string]string{"": "mall"}},
				{Verb: "GET", Path: "shop/goods/category/all", Has: []string{`"type":"index"`}},
				{Verb: "GET", Path: "shop/goods/detail", Fields: apitest.Fields{"id": "{goods}"}, Want: map[string]string{"basicInfo.id": "{goods}"}, Save: map[string]string{"price": "basicInfo.minPrice"}},
				{Verb: "GET", Path: "shopping-cart/info", Fields: apitest.Fields{"token": "{token}"}, Code: 700, Not: []string{"data"}},
			}},
			apitest.Scenario{Name: "cart and address", Steps: []apitest.Step{
				{Verb: "POST", Path: "user/shipping-address/add", Fields: apitest.Fields{"token": "{token}", "linkMan": "Ann", "mobile": "13800138000", "provinceId": "330000000000",
					"cityId": "330100000000", "districtId": "330106000000", "address": "文三路 1 号", "isDefault": "true"}},
				{Verb: "GET", Path: "user/shipping-address/default/v2", Fields: apitest.Fields{"token": "{token}"}, Want: map[string]string{"info.linkMan": "Ann"}, Save: map[string]string{"address": "info.id"}},
				{Verb: "GET", Path: "user/shipping-address/detail/v2", Fields: apitest.Fields{"token": "{stranger}", "id": "{address}"}, Code: 700, Not: []string{"Ann"}},
				{Verb: "POST", Path: "shopping-cart/add", Fields: apitest.Fields{"token": "{token}", "goodsId": "{goods}", "number": "2"}},
				{Verb: "GET", Path: "shopping-cart/info", Fields: apitest.Fields{"token": "{token}"}, Want: map[string]string{"number": "2", "items.0.goodsId": "{goods}"}},
			}},
			apitest.Scenario{Name: "order", Steps: []apitest.Step{
				{Verb: "POST", Path: "order/create", Fields: orderFields("true"), Has: []string{"amountReal"}, Save: map[string]string{"total": "amountReal"}},
				{Verb: "POST", Path: "order/create", Fields: orderFields(""), Want: map[string]string{"status": "0", "amountReal": "{total}"}, Save: map[string]string{"order": "id"}},
				{Verb: "GET", Path: "order/detail", Fields: apitest.Fields{"token": "{stranger}", "id": "{order}"}, Code: 700, Not: []string{"Ann"}},
				{Verb: "POST", Path: "order/close", Fields: apitest.Fields{"token": "{stranger}", "orderId": "{order}"}, Code: 700},
				{Verb: "POST", Path: "pay/wx/wxapp", Fields: apitest.Fields{"token": "{token}", "money": "{total}", "nextAction": `{"type":0,"id":{order}}`},
					Has: []string{"paySign"}, Save: map[string]string{"prepay": "package"}},
				{Do: func(t testing.TB, k *apitest.Kit) { k.Settle(k.Var("prepay")) }},
				{Verb: "GET", Path: "order/detail", Fields: apitest.Fields{"token": "{token}", "id": "{order}"}, Want: map[string]string{"orderInfo.status": "1"}, Save: map[string]string{"line": "goods.0.id"}},
				{Do: ship},
				{Verb: "POST", Path: "order/delivery", Fields: apitest.Fields{"token": "{stranger}", "orderId": "{order}"}, Code: 700},
				{Verb: "POST", Path: "order/delivery", Fields: apitest.Fields{"token": "{token}", "orderId": "{order}"}},
				{Verb: "POST", Path: "order/reputation", Fields: apitest.Fields{"postJsonString": `{"token":"{token}","orderId":"{order}","reputations":[{"id":"{line}","reputation":2,"remark":"很好😀"}]}`}},
				{Verb: "GET", Path: "order/detail", Fields: apitest.Fields{"token": "{token}", "id": "{order}"}, Want: map[string]string{"orderInfo.status": "4"}},
				{Verb: "POST", Path: "shop/goods/reputation/v2", Fields: apitest.Fields{"goodsId": "{goods}"}, Has: []string{"很好😀"}},
			}},
			apitest.Scenario{Name: "by balance", Steps: []apitest.Step{
				{Verb: "POST", Path: "pay/wx/wxapp", Fields: apitest.Fields{"token": "{token}", "money": "500"}, Save: map[string]string{"prepay": "package"}},
				{Do: func(t testing.TB, k *apitest.Kit) { k.Settle(k.Var("prepay")) }},
				{Verb: "POST", Path: "order/create", Fields: orderFields(""), Save: map[string]string{"order": "id"}},
				{Verb: "POST", Path: "order/pay", Fields: apitest.Fields{"token": "{stranger}", "orderId": "{order}"}, Code: 700},
				{Verb: "POST", Path: "order/pay", Fields: apitest.Fields{"token": "{token}", "orderId": "{order}"}},
				{Verb: "GET", Path: "order/statistics", Fields: apitest.Fields{"token": "{token}"}, Want: map[string]string{"count_id_no_transfer": "1", "count_id_success": "1"}},
			}},
		)
	})
}

func ship(t testing.TB, k *apitest.Kit) {
	id, err := strconv.ParseInt(k.Var("order"), 10, 64)
	require.NoError(t, err)
	require.NoError(t, k.Orders.Ship(t.Context(), mall.System(), order.Ref{ID: mall.ID(id)}, order.ShipInput{Action: order.ShipSend, Name: "顺丰速运", Tracking: "SF1"}))
}

func orderFields(calculate string) apitest.Fields {
	return apitest.Fields{"token": "{token}", "calculate": calculate, "goodsJsonStr": `[{"goodsId":{goods},"number":2,"propertyChildIds":"","logisticsType":0}]`,
		"peisongType": "kd", "deductionScore": "-1", "linkMan": "Ann", "mobile": "13800138000", "provinceId": "330000000000", "cityId": "330100000000",
		"districtId": "330106000000", "address": "文三路 1 号"}
}
