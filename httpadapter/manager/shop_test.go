package manager_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/httpadapter/manager"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// shopBundle is a shop with a root "admin", an ordinary user "clerk" and
// another one, "lbw", who are signed in.
type shopBundle struct {
	bundle
	root, clerk, lbw []string
}

func setupShop(t *testing.T, change ...func(*manager.Config)) shopBundle {
	t.Helper()
	return setupShopOn(t, storagetest.SQLite(t), change...)
}

// setupShopOn is setupShop on a store.
func setupShopOn(t *testing.T, store storage.Store, change ...func(*manager.Config)) shopBundle {
	t.Helper()
	b := setupOn(t, store, func(_ *httpadapter.Ports, _ *httpadapter.Config, c *httpadapter.AdapterConfig) {
		for _, fn := range change {
			fn(&c.Manager)
		}
	})
	_, err := b.Auth.Create(t.Context(), mall.System(), auth.NewAccount{
		Registration: auth.Registration{Username: "lbw", Password: "Admin123#", Nick: "卢本伟", Mobile: "13800000001"}, Role: auth.RoleStaff})
	require.NoError(t, err)
	return shopBundle{b, b.token("admin"), b.token("clerk"), b.token("lbw")}
}

func (b shopBundle) post(path string, fields map[string]string, headers ...string) object {
	b.t.Helper()
	return b.object("POST", path, asJSON(b.t, fields), headers...)
}

// category makes a category and gives its id.
func (b shopBundle) category(name string) string {
	b.t.Helper()
	b.post("/category/addCategory", map[string]string{"categoryName": name}, b.root...).says(b.t, 200, true, "添加成功")
	rows := b.get("/category/getCategory", b.root...)["data"].([]any)
	return rows[len(rows)-1].(map[string]any)["category_id"].(string)
}

// product makes a product and gives its id.
func (b shopBundle) product(category, name, price, inventory string) string {
	b.t.Helper()
	o := b.post("/product/add_product", map[string]string{"category_id": category, "productName": name, "price": price, "description": name + "的描述",
		"inventory": inventory, "imageUrl": "/pic/1.png"}, b.root...).says(b.t, 200, true, "添加成功")
	return o["product_id"].(string)
}

func rows(o object) (out []map[string]any) {
	for _, row := range o["data"].([]any) {
		out = append(out, row.(map[string]any))
	}
	return out
}

func TestCategories(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	add := func(name string) object {
		return b.post("/category/addCategory", map[string]string{"categoryName": name, "categoryImgurl": "/c.png"}, b.root...)
	}
	add("车辆").says(t, 200, true, "添加成功")
	add("车辆").says(t, 1004, false, "已经存在该类目,请不要重复添加")
	add("").says(t, 1004, false, "err 请传入categoryName")
	require.Equal(t, false, add(strings.Repeat("长", 101))["state"])
	b.post("/category/addCategory", map[string]string{"categoryName": "x", "categoryImgurl": "javascript:alert(1)"}, b.root...).says(t, 1004, false, "参数错误:pics")
	b.post("/category/addCategory", map[string]string{"categoryName": "x"}, b.clerk...)
	require.Equal(t, "10026", b.post("/category/addCategory", map[string]string{"categoryName": "x"}, b.clerk...)["code"])

	for _, verb := range []string{"GET", "POST", "PUT"} { // the documents name no verb
		all := rows(b.object(verb, "/category/getCategory", "", b.clerk...).says(t, 200, true, "获取成功"))
		require.Len(t, all, 1, verb)
		row := all[0]
		require.Equal(t, []any{"车辆", "/c.png", "admin", nil, nil, "2026-03-02,10:00:00"}, []any{row["categoryName"],
			strings.TrimPrefix(row["categoryImgurl"].(string), b.Server.URL), row["creator"], row["updator"], row["updateTime"], row["createTime"]})
		require.Regexp(t, `^\d{17}$`, row["category_id"])
		require.Regexp(t, `^[0-9a-f]{24}$`, row["_id"])
	}
	id := rows(b.get("/category/getCategory", b.clerk...))[0]["category_id"].(string)
	b.Call("GET", "shop/goods/category/all", apitest.Fields{}).OK(t)
	require.Contains(t, b.Call("GET", "shop/goods/category/all", apitest.Fields{}).OK(t).Body, "车辆", "the other face shows it at once")

	b.Clock.Advance(1e9)
	change := func(fields map[string]string) object { return b.post("/category/updateCategory", fields, b.root...) }
	change(map[string]string{"category_id": id}).says(t, 1004, false, "缺少categoryName或者category_id")
	change(map[string]string{"category_id": "20200101000000000", "categoryName": "船"}).says(t, 1005, false, "没有该数据")
	change(map[string]string{"category_id": id, "categoryName": "车辆"}).says(t, 1006, false, "没有做任何修改")
	change(map[string]string{"category_id": id, "categoryName": "船舶"}).says(t, 200, true, "修改成功")
	row := rows(b.get("/category/getCategory?category_id="+id, b.clerk...))[0]
	require.Equal(t, []any{"船舶", "admin", "2026-03-02,10:00:01"}, []any{row["categoryName"], row["updator"], row["updateTime"]})

	p := b.product(id, "快艇", "1.5", "3")
	del := func(id string) object { return b.get("/category/delCategory?category_id="+id, b.root...) }
	del(id).says(t, 1004, false, "err 类目中还有商品,不能删除")
	b.get("/product/del_product?product_id="+p, b.root...).says(t, 200, true, "删除成功")
	del(id).says(t, 200, true, "删除成功")
	del(id).says(t, 1004, false, "err 该数据不存在")
	del("").says(t, 1004, false, "err 请传入category_id")
	del(manager.DefaultVIPCategory).says(t, 1004, false, "not permitted vip类目不能删除")
	require.Empty(t, rows(b.get("/category/getCategory", b.clerk...)))
}

// TestOptions: categories with goods can be deleted, and what is in the cart be
// refused, where the shop says so.
func TestOptions(t *testing.T) {
	t.Parallel()
	b := setupShop(t, func(c *manager.Config) { c.DropFullCategories, c.CartRefusesAgain = true, true })
	category := b.category("车辆")
	car := b.product(category, "车", "1", "5")
	add := map[string]string{"product_id": car, "count": "1"}
	b.post("/cart/add_to_cart", add, b.clerk...).says(t, 200, true, "添加成功")
	b.post("/cart/add_to_cart", add, b.clerk...).says(t, 10010, false, "购物车已存在该商品")
	b.get("/category/delCategory?category_id="+category, b.root...).says(t, 200, true, "删除成功")
	require.Equal(t, "", rows(b.get("/product/get_product?product_id="+car, b.clerk...))[0]["category_id"])
}

func TestProducts(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	category := b.category("化妆品")
	full := func() map[string]string {
		return map[string]string{"category_id": category, "productName": "口红", "price": "0.01", "description": "很红", "inventory": "74"}
	}
	add := func(drop string) object {
		f := full()
		f["imageUrl"] = "http://pic.example/1.png"
		delete(f, drop)
		return b.post("/product/add_product", f, b.root...)
	}
	add("category_id").says(t, 1005, false, "请传入category_id")
	for _, name := range []string{"productName", "price", "description", "inventory", "imageUrl"} {
		add(name).says(t, 1005, false, "添加失败,检查必传参数是否少传递了")
	}
	for name, bad := range map[string]string{"price": "-1", "inventory": "-1", "imageUrl": "javascript:alert(1)", "productName": strings.Repeat("长", 201)} {
		f := full()
		f["imageUrl"] = "/1.png"
		f[name] = bad
		require.Equal(t, 1004.0, b.post("/product/add_product", f, b.root...)["status"], name)
	}
	require.Empty(t, rows(b.get("/product/get_product", b.root...)))

	body, typ := form(t, full(), "imageUrl", "口红.png", apitest.PNG())
	o := b.object("POST", "/product/add_product", body, append([]string{"Content-Type", typ}, b.root...)...).says(t, 200, true, "添加成功")
	id := o["product_id"].(string)
	require.Regexp(t, `^\d{17}$`, id)
	body, typ = form(t, full(), "imageUrl", "a.png", []byte("<html>"))
	b.object("POST", "/product/add_product", body, append([]string{"Content-Type", typ}, b.root...)...).says(t, 1005, false, "只能上传jpg,png,gif格式的图片")

	all := b.get("/product/get_product", b.clerk...).says(t, 200, true, "获取成功")
	require.Equal(t, 1.0, all["total"])
	row := rows(all)[0]
	require.Equal(t, []any{id, category, "口红", "很红", 0.01, 74.0, nil, nil}, []any{row["product_id"], row["category_id"], row["productName"],
		row["description"], row["price"], row["inventory"], row["updator"], row["updateTime"]})
	require.Regexp(t, "^"+b.Server.URL+`/files/[a-z0-9]+\.png$`, row["imageUrl"])
	require.Contains(t, b.Call("POST", "shop/goods/list/v2", apitest.Fields{}).OK(t).Body, "口红", "wxapi sells it at once")

	b.Clock.Advance(1e9)
	change := func(fields map[string]string) object { return b.post("/product/update_product", fields, b.root...) }
	change(map[string]string{"category_id": category}).says(t, 1004, false, "缺少product_id")
	change(map[string]string{"product_id": "1", "price": "2"}).says(t, 1005, false, "没有该数据")
	change(map[string]string{"product_id": id, "price": "0.01", "inventory": "74"}).says(t, 1006, false, "没有做任何修改")
	change(map[string]string{"product_id": id, "price": "12.5", "inventory": "0", "productName": "大红", "description": "更红", "imageUrl": "/2.png"}).says(t, 200, true, "修改成功")
	row = rows(b.get("/product/get_product?product_id="+id, b.clerk...))[0]
	require.Equal(t, []any{"大红", "更红", 12.5, 0.0, "admin", "2026-03-02,10:00:01"}, []any{row["productName"], row["description"], row["price"],
		row["inventory"], row["updator"], row["updateTime"]})
	require.Equal(t, 1004.0, change(map[string]string{"product_id": id, "inventory": "-5"})["status"])

	b.get("/product/del_product", b.root...).says(t, 1004, false, "err 请传入product_id")
	b.get("/product/del_product?product_id=77", b.root...).says(t, 1004, false, "err 该数据不存在")
	b.get("/product/del_product?product_id="+id, b.root...).says(t, 200, true, "删除成功")
	require.Empty(t, rows(b.get("/product/get_product?product_id="+id, b.root...)))
	require.NotContains(t, b.Call("POST", "shop/goods/list/v2", apitest.Fields{}).Body, "大红")
}

// TestProductPages: page and count cut, without a count everything comes, and
// what other faces sell is printed too.
func TestProductPages(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	one := int64(7)
	drafts := make([]catalog.Draft, 130)
	for i := range drafts {
		drafts[i] = catalog.Draft{Goods: catalog.Goods{Name: fmt.Sprint("商品", i), OnSale: i != 0}, SKUs: []catalog.SKUDraft{{Price: 100, Stock: &one}}}
	}
	unlimited, two := catalog.Unlimited, int64(2)
	drafts[1].SKUs[0].Stock = &unlimited
	drafts[2].Properties = []catalog.Property{{Name: "颜色", Values: []catalog.Value{{Name: "红"}, {Name: "蓝"}}}}
	drafts[2].SKUs = []catalog.SKUDraft{{Options: []string{"红"}, Price: 300, Stock: &two}, {Options: []string{"蓝"}, Price: 200, Stock: &two}}
	ids, err := b.Catalog.Import(t.Context(), mall.System(), drafts)
	require.NoError(t, err)

	all := b.get("/product/get_product", b.clerk...)
	require.Len(t, rows(all), 129)
	require.Equal(t, 129.0, all["total"], "buyers are not shown what is off sale")
	require.Len(t, rows(b.get("/product/get_product", b.root...)), 130, "staff are")
	page := b.get("/product/get_product?page=13&count=10", b.clerk...)
	require.Len(t, rows(page), 9)
	require.Equal(t, 129.0, page["total"])
	require.Len(t, rows(b.get("/product/get_product?page=&count=5", b.clerk...)), 5)
	require.Len(t, rows(b.get("/product/get_product?page=2&count=120", b.clerk...)), 9)
	for _, query := range []string{"page=0", "page=x", "count=-1", "count=1e3"} {
		require.Equal(t, 1004.0, b.get("/product/get_product?"+query, b.clerk...)["status"], query)
	}
	require.Empty(t, rows(b.get("/product/get_product?page=999999999&count=1000", b.clerk...)))
	require.Empty(t, rows(b.get("/product/get_product?category_id=5", b.clerk...)))

	byName := map[string]map[string]any{}
	for _, row := range rows(all) {
		byName[row["productName"].(string)] = row
	}
	require.Equal(t, 1e6, byName["商品1"]["inventory"], "what never runs out is a large number")
	require.Equal(t, []any{2.0, 4.0, true}, []any{byName["商品2"]["price"], byName["商品2"]["inventory"], byName["商品2"]["hasOptions"]})
	endless := byName["商品1"]["product_id"].(string)
	b.post("/product/update_product", map[string]string{"product_id": endless, "inventory": "1000000", "price": "3"}, b.root...).says(t, 200, true, "修改成功")
	g, err := b.Catalog.Get(t.Context(), ids[1])
	require.NoError(t, err)
	require.Equal(t, catalog.Unlimited, g.Stock, "a form that sends everything back changes nothing of it")
	options := byName["商品2"]["product_id"].(string)
	b.post("/product/update_product", map[string]string{"product_id": options, "price": "1"}, b.root...).says(t, 10010, false, "商品2有多种规格,请选择规格")
	b.post("/cart/add_to_cart", map[string]string{"product_id": options, "count": "1"}, b.clerk...).says(t, 10010, false, "商品2有多种规格,请选择规格")
	d, err := b.Catalog.Detail(t.Context(), ids[2])
	require.NoError(t, err)
	blue := fmt.Sprintf("%d:%d", d.Properties[0].ID, d.Properties[0].Values[1].ID)
	b.post("/cart/add_to_cart", map[string]string{"product_id": options, "count": "1", "options": blue}, b.clerk...).says(t, 200, true, "添加成功")
	line := rows(b.get("/cart/get_cart", b.clerk...))[0]
	require.Equal(t, []any{2.0, "颜色:蓝"}, []any{line["price"], line["options"]})
}

func TestVIPProducts(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	_, err := b.Catalog.SaveCategory(t.Context(), catalog.Category{Name: "vip", Code: manager.DefaultVIPCategory, Used: true})
	require.NoError(t, err)
	fields := map[string]string{"category_id": manager.DefaultVIPCategory, "productName": "vip充值", "price": "0.01", "description": "包月服务",
		"inventory": "74", "imageUrl": "/vip.png"}
	b.post("/product/add_product", fields, b.root...).says(t, 1004, false, "没有该vip等级")
	for rank := range 3 {
		require.NoError(t, b.Members.Save(t.Context(), mall.System(), &member.Level{Name: fmt.Sprint("vip", rank+1), Rank: rank + 1, Rebate: mall.Whole, Active: true}))
	}
	b.post("/product/add_product", fields, b.root...).says(t, 200, true, "添加成功")
	fields["vipLevel"], fields["vipDays"], fields["productName"] = "3", "90", "年费"
	id := b.post("/product/add_product", fields, b.root...).says(t, 200, true, "添加成功")["product_id"].(string)

	const path = "/product/get_product?category_id=" + manager.DefaultVIPCategory
	list := rows(b.get(path, b.clerk...))
	require.Equal(t, []any{3.0, 90.0, 1.0, 30.0}, []any{list[0]["vipLevel"], list[0]["vipDays"], list[1]["vipLevel"], list[1]["vipDays"]})
	bare := b.array(path+"&format=array", b.clerk...)
	require.Len(t, bare, 2)
	require.Equal(t, "年费", bare[0].(map[string]any)["productName"])

	b.post("/product/update_product", map[string]string{"product_id": id, "vipLevel": "2", "vipDays": "31"}, b.root...).says(t, 200, true, "修改成功")
	other := b.category("其他")
	b.post("/product/update_product", map[string]string{"product_id": id, "category_id": other}, b.root...).says(t, 200, true, "修改成功")
	row := rows(b.get("/product/get_product?product_id="+id, b.clerk...))[0]
	require.NotContains(t, row, "vipLevel", "it left the category")
	b.post("/product/update_product", map[string]string{"product_id": id, "category_id": manager.DefaultVIPCategory}, b.root...).says(t, 200, true, "修改成功")
	require.Equal(t, 1.0, rows(b.get("/product/get_product?product_id="+id, b.clerk...))[0]["vipLevel"])
}

func TestUploads(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	put := func(field, name string, body []byte, headers ...string) object {
		text, typ := form(t, nil, field, name, body)
		return b.object("POST", "/upload/uploadImg", text, append([]string{"Content-Type", typ}, headers...)...)
	}
	o := put("img", `..\..\evil.php`, apitest.PNG()).says(t, 200, true, "上传成功")
	require.Regexp(t, "^"+b.Server.URL+`/files/[a-z0-9]{26}\.png$`, o["imgUrl"])
	put("file", "a.png", apitest.PNG()).says(t, 1005, false, "没有上传图片")
	put("img", "a.png", []byte("GIF without its header")).says(t, 1005, false, "只能上传jpg,png,gif格式的图片")
	put("img", "a.pdf", []byte("%PDF-1.4")).says(t, 1005, false, "只能上传jpg,png,gif格式的图片")
	put("img", "a.png", make([]byte, 5<<20+1), b.root...).says(t, 1005, false, "图片太大")
	b.object("POST", "/upload/uploadImg", "{}").says(t, 1005, false, "没有上传图片")
	for range 17 {
		put("img", "a.png", apitest.PNG()).says(t, 200, true, "上传成功")
	}
	put("img", "a.png", apitest.PNG()).says(t, 10010, false, "上传次数过多,请先登入")
	put("img", "a.png", apitest.PNG(), b.clerk...).says(t, 200, true, "上传成功")
}

func TestCart(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	category := b.category("车辆")
	car, boat := b.product(category, "车", "100", "5"), b.product(category, "船", "0.5", "5")
	add := func(f map[string]string) object { return b.post("/cart/add_to_cart", f, b.clerk...) }
	b.get("/cart/get_cart", b.clerk...).says(t, 200, true, "获取成功")
	require.Empty(t, rows(b.get("/cart/get_cart", b.clerk...)))
	add(map[string]string{"product_id": car, "count": "2"}).says(t, 200, true, "添加成功")
	b.Clock.Advance(1e6)
	b.object("POST", "/cart/add_to_cart", `{"product_id":"`+boat+`","quantity":1}`, b.clerk...).says(t, 200, true, "添加成功")
	add(map[string]string{"product_id": car, "count": "1"}).says(t, 200, true, "添加成功")
	add(map[string]string{"product_id": car, "count": "3"}).says(t, 10010, false, "商品库存不足")
	add(map[string]string{"product_id": car}).says(t, 1004, false, "缺少product_id或者缺少quantity")
	add(map[string]string{"count": "1"}).says(t, 1004, false, "缺少product_id或者缺少quantity")
	add(map[string]string{"product_id": "123", "count": "1"}).says(t, 10020, false, "商品已下架或者不存在")
	for _, bad := range []string{"0", "-1", "1.5", "x", "99999999999999999999"} {
		require.Equal(t, 1004.0, add(map[string]string{"product_id": car, "count": bad})["status"], bad)
	}

	lines := rows(b.get("/cart/get_cart", b.clerk...))
	require.Len(t, lines, 2)
	l := lines[0]
	require.Equal(t, []any{car, "车", "车", 100.0, 3.0, 3.0, true, true, "2026-03-02 10:00:00"}, []any{l["product_id"], l["title"], l["productName"],
		l["price"], l["quantity"], l["count"], l["isChecked"], l["valid"], l["create_time"]})
	require.Regexp(t, `^\d{17}$`, l["cart_id"])
	require.Len(t, l["unid"], 12)
	require.Empty(t, rows(b.get("/cart/get_cart", b.lbw...)), "carts are their owners'")

	checked := func() (out []any) {
		for _, l := range rows(b.get("/cart/get_cart", b.clerk...)) {
			out = append(out, l["isChecked"])
		}
		return out
	}
	o := b.post("/cart/check", map[string]string{"product_id": boat}, b.clerk...).says(t, 200, true, "选中成功")
	require.Equal(t, boat, o["product_id"])
	require.Equal(t, []any{false, true}, checked())
	b.post("/cart/check_cart", map[string]string{"cart_id": l["cart_id"].(string)}, b.clerk...).says(t, 200, true, "选中成功")
	require.Equal(t, []any{true, false}, checked())
	b.object("POST", "/cart/check", "product_id="+url.QueryEscape(car+","+boat+",1"), append([]string{"Content-Type", "application/x-www-form-urlencoded"}, b.clerk...)...).says(t, 200, true, "选中成功")
	require.Equal(t, []any{true, true}, checked())
	b.post("/cart/check", map[string]string{}, b.clerk...).says(t, 1004, false, "请检查是否传递了cart_id或者product_id")
	b.post("/cart/check", map[string]string{"product_id": "1"}, b.clerk...).says(t, 10010, false, "没有选中任何商品")
	require.Equal(t, []any{true, true}, checked())

	set := func(f map[string]string) object { return b.post("/cart/update_cart", f, b.clerk...) }
	set(map[string]string{"product_id": car, "count": "5"}).says(t, 200, true, "修改成功")
	set(map[string]string{"cart_id": lines[1]["cart_id"].(string), "quantity": "2"}).says(t, 200, true, "修改成功")
	set(map[string]string{"product_id": car, "count": "5"}).says(t, 1006, false, "没有做任何修改")
	set(map[string]string{"product_id": car, "count": "6"}).says(t, 10010, false, "车库存不足")
	set(map[string]string{"product_id": "7", "count": "6"}).says(t, 1005, false, "没有该数据")
	set(map[string]string{"product_id": car}).says(t, 1004, false, "缺少cart_id或者缺少quantity")

	b.get("/cart/del_prouct?product_id="+car, b.clerk...).says(t, 200, true, "删除成功")
	b.get("/cart/del_product?product_id="+car, b.clerk...).says(t, 1004, false, "err 该数据不存在")
	b.get("/cart/del_cart?cart_id="+lines[1]["cart_id"].(string), b.clerk...).says(t, 200, true, "删除成功")
	b.get("/cart/del_prouct", b.clerk...).says(t, 1004, false, "err 请传入cart_id或者product_id")
	require.Equal(t, "10022", b.get("/cart/del_prouct?product_id=" + car + "&token=" + b.clerk[1])["code"], "a link must not change anything")
}

// twoShops gives a product of the platform and one of another shop.
func (b shopBundle) twoShops() (ours, theirs string) {
	b.t.Helper()
	id, err := b.Shops.Save(b.t.Context(), shop.Shop{Name: "分店"})
	require.NoError(b.t, err)
	ten := int64(10)
	gs, err := b.Catalog.Import(b.t.Context(), mall.System(), []catalog.Draft{
		{Goods: catalog.Goods{Name: "总店茶", OnSale: true}, SKUs: []catalog.SKUDraft{{Price: 1000, Stock: &ten}}},
		{Goods: catalog.Goods{Name: "分店酒", Shop: id, OnSale: true}, SKUs: []catalog.SKUDraft{{Price: 250, Stock: &ten}}}})
	require.NoError(b.t, err)
	codes, err := b.Catalog.Codes(b.t.Context(), gs)
	require.NoError(b.t, err)
	return codes[gs[0]], codes[gs[1]]
}

// array is an answer that is a bare array.
func (b shopBundle) array(path string, headers ...string) (out []any) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.Server.URL+path, nil)
	require.NoError(b.t, err)
	req.Header.Set(headers[0], headers[1])
	res, err := b.Server.Client().Do(req)
	require.NoError(b.t, err)
	defer res.Body.Close()
	require.NoError(b.t, json.NewDecoder(res.Body).Decode(&out))
	return out
}

// decode sends a request, for other goroutines than the test's.
func (b shopBundle) decode(req *http.Request) (o object, err error) {
	res, err := b.Server.Client().Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	return o, json.NewDecoder(res.Body).Decode(&o)
}
