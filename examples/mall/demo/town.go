package demo

import "github.com/gomall-dev/mall"

// kind is a category of merchants; parent is a key of an earlier one.
type kind struct{ key, name, parent string }

var kinds = []kind{
	{"food", "美食", ""}, {"teahouse", "茶馆", "food"}, {"noodles", "面馆", "food"}, {"hotpot", "火锅", "food"}, {"bakery", "甜品烘焙", "food"},
	{"fun", "休闲娱乐", ""}, {"boat", "游船", "fun"}, {"fitness", "健身", "fun"}, {"beauty", "丽人", ""}, {"hair", "美发", "beauty"},
}

// merchant sells one voucher around the West Lake of Hangzhou. Those of the
// second centre are paid in its own mini program.
type merchant struct {
	key, kind, name, address, hours string
	lng, lat                        float64
	second                          bool
	goods                           string
	price                           mall.Money
	goodsHours                      string // daily hours of the voucher; "" for any
}

var merchants = []merchant{
	{"m-tea", "teahouse", "西湖茶馆", "南山路 18 号", "10:30-21:30", 120.1490, 30.2490, false, "龙井茶一壶", 6800, ""},
	{"m-noodle", "noodles", "灵隐面馆", "法云弄 2 号", "10:30-21:30", 120.1010, 30.2410, true, "片儿川一碗", 2500, ""},
	{"m-hotpot", "hotpot", "湖滨老灶火锅", "东坡路 7 号", "11:00-23:00", 120.1620, 30.2560, false, "双人火锅套餐", 15800, ""},
	{"m-bun", "noodles", "断桥小笼馆", "北山街 20 号", "06:30-20:00", 120.1500, 30.2610, false, "小笼包两屉", 2800, ""},
	{"m-cake", "bakery", "孤山甜品屋", "孤山路 9 号", "09:00-21:00", 120.1390, 30.2530, false, "桂花酒酿双人份", 3600, ""},
	{"m-boat", "boat", "三潭游船", "湖滨路二公园码头", "08:00-17:30", 120.1580, 30.2520, false, "环湖船票一张", 5500, ""},
	{"m-gym", "fitness", "黄龙健身", "黄龙路 1 号", "07:00-22:00", 120.1300, 30.2680, false, "单次体验课", 4900, ""},
	{"m-hair", "hair", "文三路美发", "文三路 398 号", "10:00-21:00", 120.1250, 30.2780, false, "洗剪吹一次", 6800, ""},
	{"m-tea2", "teahouse", "龙井村茶园", "龙井路 76 号", "08:30-18:00", 120.1130, 30.2260, true, "采茶体验一人", 12800, ""},
	{"m-pot2", "hotpot", "玉泉鸡煲", "玉古路 10 号", "11:00-14:00", 120.1210, 30.2620, true, "午市鸡煲套餐", 8800, "11:00-14:00"},
	{"m-bread", "bakery", "保俶路面包房", "保俶路 101 号", "07:30-20:30", 120.1440, 30.2700, true, "吐司券", 1800, ""},
	{"m-bike", "fun", "杨公堤骑行", "杨公堤 15 号", "08:00-20:00", 120.1290, 30.2400, false, "骑行两小时", 2900, ""},
}
