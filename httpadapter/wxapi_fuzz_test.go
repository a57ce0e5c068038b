package httpadapter_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// FuzzGoodsJSON places orders with any text as goodsJsonStr: they are placed
// or refused, and an order that was placed costs something or is of goods.
func FuzzGoodsJSON(f *testing.F) {
	kit := shop(f, storagetest.SQLite(f))
	token := kit.Register("fuzzer")
	for _, s := range []string{
		`[{"goodsId":1,"number":1,"propertyChildIds":"","logisticsType":0}]`, `[{"goodsId":"1","number":"2"}]`, `[{"goodsId":1,"number":1},{"goodsId":1,"number":1}]`,
		`[{"goodsId":1,"number":0}]`, `[{"goodsId":1,"number":-1}]`, `[{"goodsId":1,"number":1000000000000}]`, `[{"goodsId":1,"number":9223372036854775807},{"goodsId":1,"number":9223372036854775807}]`,
		`[{"goodsId":1,"number":1.5}]`, `[{"goodsId":1,"number":1e3}]`, `[{"goodsId":1e99,"number":1}]`, `[{"goodsId":1,"number":null}]`, `[{"goodsId":1,"number":"undefined"}]`, `[null]`, `[]`, `{}`, `null`, `"x"`, `[[[[`, `[{`,
		`[{"goodsId":3,"number":1,"propertyChildIds":",1:11,2:21"}]`, `[{"goodsId":3,"number":1,"propertyChildIds":"1:11,2:21,"}]`, `[{"goodsId":3,"number":1,"propertyChildIds":":,:,9:"}]`,
		`[{"goodsId":1,"number":1,"goodsAdditionList":[{"pid":1,"id":1}]}]`, `[{"goodsId":1,"number":1,"goodsAdditionList":{}}]`, `[{"goodsId":1,"number":1,"x":"\u0000"}]`, `[{"goodsId":1,"number":1,"inviter_id":-5,"days":["x"]}]`,
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
	f.Fuzz(func(t *testing.T, goods string, calculate bool) {
		fields := orderFields(strconv.FormatBool(calculate))
		fields["token"], fields["goodsJsonStr"] = token, goods
		e, err := kit.Send("POST", "order/create", fields)
		require.NoError(t, err)
		require.NotContains(t, []int{-1, -2}, e.Code, "%q: %s", goods, e.Body)
		if e.Code == 0 && !calculate {
			id := e.Get("id")
			require.NotEmpty(t, id, e.Body)
			d, err := kit.Send("GET", "order/detail", apitest.Fields{"token": token, "id": id})
			require.NoError(t, err)
			require.NotEmpty(t, d.OK(t).Get("goods.0.goodsId"))
			_, err = kit.Send("POST", "order/close", apitest.Fields{"token": token, "orderId": id})
			require.NoError(t, err)
		}
	})
}
