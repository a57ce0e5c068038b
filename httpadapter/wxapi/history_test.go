package wxapi_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func TestPurchaseHistory(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		k := apitest.New(t, store)
		plenty := int64(500)
		for name, price := range map[string]mall.Money{"Tea": 0, "Cup": 250} {
			ids, err := k.Catalog.Import(t.Context(), mall.System(), []catalog.Draft{{Goods: catalog.Goods{Name: name, Pic: "/" + name + ".png", OnSale: true},
				SKUs: []catalog.SKUDraft{{Price: price, Stock: &plenty}}}})
			require.NoError(t, err)
			k.Set(name, strconv.FormatInt(int64(ids[0]), 10))
		}
		k.Set("token", k.Register("anna"))
		k.Set("stranger", k.Register("bert"))
		buy := func(lines string) fields {
			return fields{"token": "{token}", "goodsJsonStr": lines, "peisongType": "zq"}
		}
		tea, both := `[{"goodsId":{Tea},"number":1}]`, `[{"goodsId":{Cup},"number":1},{"goodsId":{Tea},"number":2}]`
		paged, bare := "shop/goods/his/list", "/api/mall/shop/goods/his/list"
		k.Run(apitest.Scenario{Name: "history", Steps: []apitest.Step{
			{Verb: "POST", Path: paged, Fields: fields{"token": "{token}"}, Code: 700, Not: []string{"data"}},
			{Verb: "POST", Path: bare, Fields: fields{"token": "{token}"}, Code: 700, Not: []string{"data"}},
			{Verb: "POST", Path: paged, Code: 2000},
			{Verb: "POST", Path: "order/create", Fields: buy(both), Save: map[string]string{"order": "id", "total": "amountReal"}},
			{Verb: "POST", Path: paged, Fields: fields{"token": "{token}"}, Code: 700},
			{Verb: "POST", Path: "order/create", Fields: buy(tea)},
			{Verb: "POST", Path: paged, Fields: fields{"token": "{token}"}, Want: map[string]string{"totalRow": "1", "totalPage": "1",
				"result.0.goodsId": "{Tea}", "result.0.goodsName": "Tea", "result.0.pic": "/Tea.png", "result.0.minPrice": "0"}, Has: []string{`"numberSells":`, `"dateAdd":"20`}},
			{Verb: "POST", Path: "pay/wx/wxapp", Fields: fields{"token": "{token}", "money": "{total}", "nextAction": `{"type":0,"id":{order}}`}, Save: map[string]string{"prepay": "package"}},
			{Do: func(_ testing.TB, k *apitest.Kit) { k.Settle(k.Var("prepay")) }},
			{Verb: "POST", Path: bare, Fields: fields{"token": "{token}"}, Has: []string{`"goodsId":{Tea},`, `"goodsId":{Cup},`, `"minPrice":2.5,`}},
			{Verb: "POST", Path: "/common/mall/" + paged, Fields: fields{"token": "{token}", "nameLike": "cu"}, Want: map[string]string{"totalRow": "1", "result.0.goodsId": "{Cup}"}},
			{Verb: "POST", Path: paged, Fields: fields{"token": "{token}", "page": "2", "pageSize": "1"}, Want: map[string]string{"totalRow": "2", "totalPage": "2", "result.1.id": ""}},
			{Verb: "POST", Path: paged, Fields: fields{"token": "{token}", "dateBuyBegin": "2020-01-01", "dateBuyEnd": "2020-12-31"}, Code: 700},
			{Verb: "POST", Path: paged, Fields: fields{"token": "{token}", "dateBuyBegin": "2020-01-01 00:00:00"}, Want: map[string]string{"totalRow": "2"}},
			{Verb: "POST", Path: paged, Fields: fields{"token": "{token}", "dateBuyEnd": "yesterday"}, Code: 300},
			{Verb: "POST", Path: paged, Fields: fields{"token": "{token}", "categoryId": "99"}, Code: 700},
			{Verb: "POST", Path: paged, Fields: fields{"token": "{stranger}"}, Code: 700},

			{Verb: "POST", Path: "shop/goods/his/delete", Fields: fields{"token": "{stranger}", "goodsId": "{Tea}"}, Code: 700},
			{Verb: "POST", Path: "shop/goods/his/delete", Fields: fields{"token": "{token}", "id": "", "goodsId": ""}, Code: 300},
			{Verb: "POST", Path: "shop/goods/his/delete", Fields: fields{"token": "{token}", "id": "", "goodsId": "{Tea}"}, Not: []string{"data"}},
			{Verb: "POST", Path: "shop/goods/his/delete", Fields: fields{"token": "{token}", "id": "{Cup}", "goodsId": ""}},
			{Verb: "POST", Path: "shop/goods/his/delete", Fields: fields{"token": "{token}", "id": "{Cup}"}, Code: 700},
			{Verb: "POST", Path: paged, Fields: fields{"token": "{token}"}, Code: 700},
			{Verb: "POST", Path: "order/create", Fields: buy(tea)},
			{Verb: "POST", Path: paged, Fields: fields{"token": "{token}"}, Want: map[string]string{"totalRow": "1", "result.0.goodsId": "{Tea}"}},
		}})
	})
}
