package demo

import "github.com/gomall-dev/mall"

// category is a node of the demo tree; parent is a key of an earlier one.
type category struct {
	key, name, kind, parent string
}

var categories = []category{
	{key: "fresh", name: "水果生鲜", kind: "index"},
	{key: "snack", name: "零食饮料"},
	{key: "nuts", name: "坚果炒货", parent: "snack"},
	{key: "home", name: "家居日用"},
	{key: "wear", name: "服饰鞋包"},
}

// item is one goods of the demo data. Zero fields mean: the platform's own
// goods on sale, one SKU, no freight, no limit.
type item struct {
	key, category, name string
	price               mall.Money // fen
	original            mall.Money
	stock               int64
	recommended         bool
	offSale             bool
	second              bool // sold by the second shop
	freight             bool // charged by the freight template
	pieces              int64
	member              mall.Money // price for members of the demo level
	options             []option
	addons              []addonGroup
}

// option is a property with the names of its values.
type option struct {
	name   string
	values []string
}

// addonGroup is a choice of extras.
type addonGroup struct {
	name     string
	multiple bool
	items    []addon
}

type addon struct {
	name  string
	price mall.Money
}

var items = []item{
	{key: "apple", category: "fresh", name: "洛川红富士苹果 5 斤", price: 3990, original: 4990, stock: 800, recommended: true},
	{key: "orange", category: "fresh", name: "赣南脐橙 10 斤", price: 5980, original: 6980, stock: 600, recommended: true},
	{key: "banana", category: "fresh", name: "海南香蕉 3 斤", price: 1290, stock: 900},
	{key: "kiwi", category: "fresh", name: "周至猕猴桃 12 个", price: 2990, stock: 500},
	{key: "lemon", category: "fresh", name: "安岳柠檬 6 个", price: 990, stock: 700},
	{key: "egg", category: "fresh", name: "限购土鸡蛋 30 枚", price: 2580, original: 3280, stock: 500, pieces: 2},
	{key: "rice", category: "fresh", name: "五常大米 5 公斤", price: 6990, stock: 400, freight: true},
	{key: "noodle", category: "fresh", name: "手工挂面 2 公斤", price: 1990, stock: 300, freight: true},
	{key: "tea", category: "snack", name: "明前龙井 100 克", price: 19800, original: 26800, stock: 120, recommended: true, second: true},
	{key: "coffee", category: "snack", name: "现磨手冲咖啡", price: 1800, stock: 600, addons: []addonGroup{
		{name: "温度", items: []addon{{"热", 0}, {"冰", 0}}},
		{name: "加料", multiple: true, items: []addon{{"燕麦奶", 300}, {"香草糖浆", 200}}},
	}},
	{key: "milktea", category: "snack", name: "桂花乌龙奶茶", price: 1600, stock: 600, addons: []addonGroup{
		{name: "甜度", items: []addon{{"少糖", 0}, {"全糖", 0}}},
		{name: "小料", multiple: true, items: []addon{{"珍珠", 200}, {"椰果", 200}}},
	}},
	{key: "soda", category: "snack", name: "白桃苏打水 6 瓶", price: 2400, stock: 500},
	{key: "chips", category: "snack", name: "原味薯片 3 包", price: 1500, stock: 650},
	{key: "chocolate", category: "snack", name: "黑巧克力 200 克", price: 4500, original: 5200, stock: 350},
	{key: "cookie", category: "snack", name: "黄油曲奇礼盒", price: 6800, stock: 260, recommended: true},
	{key: "honey", category: "snack", name: "秦岭土蜂蜜 500 克", price: 8800, stock: 150, second: true},
	{key: "walnut", category: "nuts", name: "新疆薄皮核桃 1 公斤", price: 4980, stock: 500},
	{key: "almond", category: "nuts", name: "原味巴旦木 500 克", price: 3980, stock: 520},
	{key: "mixed", category: "nuts", name: "会员每日坚果 30 包", price: 9900, original: 12900, stock: 500, member: 8400, recommended: true},
	{key: "sunflower", category: "nuts", name: "五香瓜子 500 克", price: 1280, stock: 880},
	{key: "date", category: "nuts", name: "若羌灰枣 1 公斤", price: 3680, stock: 460, second: true},
	{key: "towel", category: "home", name: "纯棉毛巾 3 条", price: 2990, stock: 700},
	{key: "cup", category: "home", name: "手作孤品茶杯", price: 12800, original: 16800, stock: 1},
	{key: "lamp", category: "home", name: "北欧床头灯", price: 15900, original: 19900, stock: 90, freight: true},
	{key: "bedding", category: "home", name: "会员全棉四件套", price: 29900, original: 39900, stock: 80, member: 25900},
	{key: "soap", category: "home", name: "手工洗衣皂 4 块", price: 1680, stock: 640},
	{key: "detergent", category: "home", name: "浓缩洗衣液 2 升", price: 3280, stock: 540},
	{key: "notebook", category: "home", name: "方格笔记本 5 本", price: 2500, stock: 580},
	{key: "umbrella", category: "home", name: "晴雨两用伞", price: 5900, stock: 200},
	{key: "tissue", category: "home", name: "便携纸巾 10 包", price: 500, stock: 2000},
	{key: "tshirt", category: "wear", name: "重磅纯棉短袖", price: 7900, original: 9900, stock: 60, recommended: true, options: []option{
		{"颜色", []string{"白", "黑"}}, {"尺码", []string{"M", "L", "XL"}},
	}},
	{key: "hoodie", category: "wear", name: "加绒连帽卫衣", price: 15900, original: 19900, stock: 40, options: []option{
		{"颜色", []string{"灰", "蓝"}}, {"尺码", []string{"M", "L"}},
	}},
	{key: "socks", category: "wear", name: "中筒棉袜 5 双", price: 2900, stock: 750},
	{key: "cap", category: "wear", name: "水洗棒球帽", price: 4900, stock: 310},
	{key: "tote", category: "wear", name: "帆布托特包", price: 6900, stock: 280, second: true},
	{key: "scarf", category: "wear", name: "羊绒围巾（已下架）", price: 28900, stock: 30, offSale: true},
}

// pictureNames are the names of all drawings that the demo data refers to.
func pictureNames() []string {
	names := []string{"banner-index-1", "banner-index-2", "banner-app", "avatar", "category-vip", "vip"}
	for _, c := range categories {
		names = append(names, "category-"+c.key)
	}
	for _, i := range items {
		names = append(names, i.key, i.key+"-2")
	}
	for _, k := range kinds {
		names = append(names, "kind-"+k.key)
	}
	for _, m := range merchants {
		names = append(names, m.key, m.key+"-2")
	}
	return names
}
