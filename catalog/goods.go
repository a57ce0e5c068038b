package catalog

import (
	"time"

	"github.com/gomall-dev/mall"
)

// Unlimited is the stock of what never runs out.
const Unlimited int64 = -1

// Kind says how goods are fulfilled.
type Kind string

const (
	// Parcel is sent by a carrier.
	Parcel Kind = "parcel"
	// PickUp is fetched at a shop (自提).
	PickUp Kind = "pickup"
	// Voucher gives redemption codes (核销码).
	Voucher Kind = "voucher"
	// Content is a paid article or video.
	Content Kind = "content"
	// Membership is a level for a number of days.
	Membership Kind = "level"
	// Seat is a place in a course.
	Seat Kind = "session"
	// Dish is served at a table.
	Dish Kind = "dish"
)

// Goods is one product. Lists carry everything but what [Detail] adds.
type Goods struct {
	ID       mall.ID
	Code     string // public code of 17 digits: local time of creation to the millisecond, unique
	Operator mall.ID
	Shop     mall.ID // 0: the platform itself
	Category mall.ID // 0: none
	Kind     Kind    // empty: Parcel

	Name     string
	Subtitle string
	Selling  string // the selling line
	Tags     string // separated by commas or spaces, as staff wrote them
	BarCode  string
	Unit     string // "件"
	Pic      string // main picture

	OnSale      bool
	Hidden      bool // bought by its number only, in no list but Shelf
	Recommended bool
	Sort        int64     // smaller first
	SaleFrom    time.Time // zero: at once
	SaleTo      time.Time // zero: for ever; from this moment on it is off sale

	MinBuy    int64 // least pieces of one order line, ≥ 1
	AfterSale []int // allowed claims: 0 refund only, 1 return and refund, 2 exchange
	Freight   mall.ID
	Steps     []Step // prices by quantity, smallest quantity first
	GotScore  int64  // points that a piece earns
	ValidFrom string // first day of use, YYYY-MM-DD, empty: any; not bought outside
	ValidTo   string // last day of use
	Hours     string // daily hours, "09:00-21:00", see ParseHours; not bought outside
	BuyInfo   string // what to know before buying
	VideoID   string

	// Level is the membership level that a piece of kind Membership gives, for
	// LevelDays (0 stands for 30), 0 for none.
	Level     mall.ID
	LevelDays int

	// MaxCoupons is how many coupons an order with these goods takes, 0 stands
	// for 1; of several goods the least counts.
	MaxCoupons int

	// Written by the service, never by callers.

	PropertyIDs   []mall.ID // its properties in order; empty: one default SKU
	MinPrice      mall.Money
	MinOriginal   mall.Money
	MinScore      int64 // points price of the cheapest SKU
	Weight        int64 // grams of the cheapest SKU
	HasAddons     bool
	Limited       bool  // has purchase limits
	Stock         int64 // of all SKUs together, Unlimited if one is; filled in when read
	Views         int64
	Orders        int64
	Sells         int64
	Favourites    int64
	Reviews       int64
	GoodReviews   int64
	Bargain       bool // runs in a bargain (砍价)
	BargainPrice  mall.Money
	GroupBuy      bool // runs in a group buy (拼团)
	GroupBuyPrice mall.Money
	FlashSale     bool // runs in a flash sale (秒杀)

	Editor               mall.ID // the account that changed it last, 0: the host, or nobody yet
	CreatedAt, UpdatedAt time.Time
}

// Available says whether the goods can be bought at a moment, stock apart.
func (g *Goods) Available(at time.Time) bool {
	return g.OnSale && !at.Before(g.SaleFrom) && (g.SaleTo.IsZero() || at.Before(g.SaleTo))
}

// Step is a price that holds from a quantity on.
type Step struct {
	From  int64      `json:"from"`
	Price mall.Money `json:"price"`
}

// SKU is one thing on the shelf: goods in one combination of options. Goods
// without properties have exactly one, with an empty Key.
type SKU struct {
	ID          mall.ID
	Goods       mall.ID
	Key         string        // canonical "property:value,…", ordered by property id
	Options     []OptionValue // in the goods' own order of properties
	Price       mall.Money
	Original    mall.Money
	Score       int64 // points price of a piece, on top of Price
	Weight      int64 // grams
	Code        string
	BarCode     string
	Pic         string
	LevelPrices map[mall.ID]mall.Money // price for members of a level
	Stock       int64                  // available pieces or Unlimited; filled in when read
}

// OptionValue is one chosen option with its names: 颜色 (1): 红 (11).
type OptionValue struct {
	Property     mall.ID `json:"p"`
	Value        mall.ID `json:"v"`
	PropertyName string  `json:"pn"`
	Name         string  `json:"n"`
}

// Property is a dimension of options, such as colour.
type Property struct {
	ID        mall.ID
	Name      string
	Sort      int64
	Values    []Value
	CreatedAt time.Time
}

// Value is one choice of a Property.
type Value struct {
	ID        mall.ID
	Name      string
	Remark    string
	Pic       string // shown when the value is chosen
	Sort      int64
	CreatedAt time.Time
}

// Pic is one more picture of goods.
type Pic struct {
	ID  mall.ID
	URL string
}

// AddonGroup is a choice of extras (配件) for goods.
type AddonGroup struct {
	ID       mall.ID
	Name     string
	Required bool // at least one must be taken
	Multiple bool // several may be taken
	Items    []Addon
}

// Addon is one extra; its price is added per piece.
type Addon struct {
	ID        mall.ID
	Group     mall.ID
	GroupName string
	Name      string
	Price     mall.Money
}

// Detail is everything about one goods.
type Detail struct {
	Goods      Goods
	Content    string // html as staff gave it
	Extra      map[string]string
	Pics       []Pic
	Properties []Property // empty for goods with one default SKU
	SKUs       []SKU
	Category   *Category // nil: none
	Freight    *Freight  // nil: none
}
