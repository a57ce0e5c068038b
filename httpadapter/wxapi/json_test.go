package wxapi_test

import (
	"strings"
	"testing"

	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func TestJSONStore(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		k := apitest.New(t, store)
		k.Set("token", k.Register("anna"))
		k.Set("stranger", k.Register("bert"))
		k.Run(apitest.Scenario{Name: "an owner's", Steps: []apitest.Step{
			{Verb: "POST", Path: "json/list", Fields: fields{"token": "{token}"}, Code: 700, Not: []string{"data"}},
			{Verb: "POST", Path: "json/list", Fields: fields{"token": "{token}", "page": "1"}, Code: 700, Not: []string{"data"}},
			{Verb: "POST", Path: "json/set", Fields: fields{"token": "{token}", "id": "", "type": "list", "refId": "undefined", "content": `{"msg":"买茶 😀"}`}, Save: map[string]string{"id": ""}},
			{Verb: "POST", Path: "json/set", Fields: fields{"token": "{token}", "type": "list", "refId": "7", "content": `[1,2]`}, Save: map[string]string{"second": ""}},
			{Verb: "POST", Path: "json/list", Fields: fields{"token": "{token}", "type": "list"}, Want: map[string]string{"0.id": "{second}", "0.refId": "7", "0.jsonData.1": "2",
				"1.id": "{id}", "1.type": "list", "1.refId": "", "1.content": `{"msg":"买茶 😀"}`, "1.jsonData.msg": "买茶 😀", "1.isTop": "false", "1.isHighlight": "false"}, Has: []string{`"refId":7,`, `"refId":"",`, `"dateAdd":"20`}},
			{Verb: "POST", Path: "json/list", Fields: fields{"token": "{token}", "page": "2", "pageSize": "1"}, Want: map[string]string{"result.0.id": "{id}", "totalRow": "2", "totalPage": "2"}},
			{Verb: "POST", Path: "json/list", Fields: fields{"token": "{token}", "refId": "7"}, Want: map[string]string{"0.id": "{second}", "1.id": ""}},
			{Verb: "POST", Path: "json/list", Fields: fields{"token": "{token}", "id": "{id}"}, Want: map[string]string{"0.id": "{id}", "1.id": ""}},
			{Verb: "POST", Path: "json/list", Fields: fields{"token": "{stranger}", "type": "list"}, Code: 700},
			{Verb: "POST", Path: "json/list", Fields: fields{"type": "list"}, Code: 700},
			{Verb: "POST", Path: "json/list", Fields: fields{"token": "expired", "type": "list"}, Code: 2000},

			{Verb: "POST", Path: "json/set", Fields: fields{"token": "{token}", "id": "{id}", "content": `{"msg":"done"}`}, Want: map[string]string{"": "{id}"}},
			{Verb: "POST", Path: "json/top", Fields: fields{"token": "{token}", "id": "{id}", "isTop": "true"}, Not: []string{"data"}},
			{Verb: "POST", Path: "json/highlight", Fields: fields{"token": "{token}", "id": "{second}", "isHighlight": "true"}, Not: []string{"data"}},
			{Verb: "POST", Path: "/common/mall/json/list", Fields: fields{"token": "{token}", "orderBy": "updateDateDesc"}, Want: map[string]string{"totalRow": "2",
				"result.0.id": "{id}", "result.0.type": "list", "result.0.content": `{"msg":"done"}`, "result.0.isTop": "true", "result.1.isHighlight": "true"}, Has: []string{`"dateUpdate":"20`}},
			{Verb: "POST", Path: "/api/mall/json/list", Fields: fields{"token": "{token}", "page": "2", "pageSize": "1", "orderBy": "; DROP TABLE"}, Want: map[string]string{"0.id": "{second}"}},

			{Verb: "POST", Path: "json/set", Fields: fields{"token": "{stranger}", "id": "{id}", "content": `{}`}, Code: 700},
			{Verb: "POST", Path: "json/set", Fields: fields{"id": "{id}", "content": `{}`}, Code: 2000},
			{Verb: "POST", Path: "json/top", Fields: fields{"token": "{stranger}", "id": "{id}", "isTop": "false"}, Code: 700},
			{Verb: "POST", Path: "json/top", Fields: fields{"token": "{token}", "id": "{id}"}, Code: 300},
			{Verb: "POST", Path: "json/highlight", Fields: fields{"token": "{token}", "id": "{id}", "isHighlight": "maybe"}, Code: 300},
			{Verb: "POST", Path: "json/delete", Fields: fields{"token": "{stranger}", "id": "{id}"}, Code: 700},
			{Verb: "POST", Path: "json/delete", Fields: fields{"id": "{id}"}, Code: 2000},
			{Verb: "POST", Path: "json/delete", Fields: fields{"token": "{token}", "id": "{id}"}, Not: []string{"data"}},
			{Verb: "POST", Path: "json/delete", Fields: fields{"token": "{token}", "id": "{id}"}, Code: 700},
			{Verb: "POST", Path: "json/list", Fields: fields{"token": "{token}"}, Want: map[string]string{"0.id": "{second}", "1.id": ""}},
		}}, apitest.Scenario{Name: "nobody's", Steps: []apitest.Step{
			{Verb: "POST", Path: "json/set", Fields: fields{"token": "", "type": "feedback", "content": `{"a":1}`}, Save: map[string]string{"open": ""}},
			{Verb: "POST", Path: "json/list", Fields: fields{"type": "feedback"}, Want: map[string]string{"0.id": "{open}", "0.uid": "0"}},
			{Verb: "POST", Path: "json/list", Fields: fields{"page": "1"}, Code: 300},
			{Verb: "POST", Path: "json/set", Fields: fields{"token": "expired", "type": "diary", "content": `{}`}, Code: 2000},
			{Verb: "POST", Path: "json/list", Fields: fields{"token": "undefined", "type": "diary"}, Code: 700},
			{Verb: "POST", Path: "json/delete", Fields: fields{"token": "{token}", "id": "{open}"}, Code: 700},
		}}, apitest.Scenario{Name: "bad", Steps: []apitest.Step{
			{Verb: "POST", Path: "json/set", Fields: fields{"token": "{token}", "content": `{"msg": "a"b"}`}, Code: 300},
			{Verb: "POST", Path: "json/set", Fields: fields{"token": "{token}", "content": "undefined"}, Code: 300},
			{Verb: "POST", Path: "json/set", Fields: fields{"token": "{token}", "content": strings.Repeat("[", 40) + strings.Repeat("]", 40)}, Code: 300},
			{Verb: "POST", Path: "json/set", Fields: fields{"token": "{token}", "content": `"` + strings.Repeat("x", 1<<16) + `"`}, Code: 300},
			{Verb: "POST", Path: "json/set", Fields: fields{"token": "{token}", "type": strings.Repeat("x", 65), "content": "{}"}, Code: 300},
			{Verb: "POST", Path: "json/set", Fields: fields{"token": "{token}", "id": "x", "content": "{}"}, Code: 300},
		}})
	})
}
