package wxapi_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// With some balance only the rest is paid at the gateway, if the shop lets the
// balance pay orders; any other amount than these two is refused.
func TestBalanceTakesItsShare(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		k := apitest.New(t, store)
		plenty := int64(500)
		ids, err := k.Catalog.Import(t.Context(), mall.System(), []catalog.Draft{{Goods: catalog.Goods{Name: "Cup", OnSale: true},
			SKUs: []catalog.SKUDraft{{Price: 250, Stock: &plenty}}}})
		require.NoError(t, err)
		k.Set("cup", strconv.FormatInt(int64(ids[0]), 10))
		k.Set("token", k.Register("anna"))
		let := func(value string) apitest.Step {
			return apitest.Step{Do: func(t testing.TB, k *apitest.Kit) {
				require.NoError(t, k.Site.Put(t.Context(), mall.System(), site.Setting{Key: "order_pay_user_balance", Value: value, Access: site.Public}))
			}}
		}
		pay := func(money string) fields {
			return fields{"token": "{token}", "money": money, "nextAction": `{"type":0,"id":{order}}`}
		}
		settle := apitest.Step{Do: func(_ testing.TB, k *apitest.Kit) { k.Settle(k.Var("prepay")) }}
		path, prepay := "pay/wx/wxapp", map[string]string{"prepay": "package"}
		k.Run(apitest.Scenario{Name: "share", Steps: []apitest.Step{
			{Verb: "POST", Path: path, Fields: fields{"token": "{token}", "money": "1"}, Save: prepay},
			settle,
			{Verb: "POST", Path: "order/create", Fields: fields{"token": "{token}", "goodsJsonStr": `[{"goodsId":{cup},"number":1}]`, "peisongType": "zq"}, Save: map[string]string{"order": "id"}},
			let("0"),
			{Verb: "POST", Path: path, Fields: pay("1.5"), Code: 300},
			{Verb: "POST", Path: "order/pay", Fields: fields{"token": "{token}", "orderId": "{order}"}, Code: 403},
			let("1"),
			{Verb: "POST", Path: path, Fields: pay("1.49"), Code: 300},
			{Verb: "POST", Path: path, Fields: pay("1.5"), Save: prepay},
			{Path: "user/amount", Fields: fields{"token": "{token}"}, Want: map[string]string{"balance": "0", "freeze": "1"}},
			settle,
			{Path: "user/amount", Fields: fields{"token": "{token}"}, Want: map[string]string{"balance": "0", "freeze": "0"}},
			{Path: "order/detail", Fields: fields{"token": "{token}", "id": "{order}"}, Want: map[string]string{"orderInfo.status": "1"}},
		}})
	})
}
