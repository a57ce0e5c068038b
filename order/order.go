package order

import (
	"encoding/json"
	"time"

	"github.com/gomall-dev/mall"
)

// Order is one purchase of one buyer at one shop. Its amounts are frozen at
// placing so that two identities hold, to the fen, for its whole life:
//
//	Σ line payable + freight payable + Σ fees            = Payable ≥ 0
//	Σ line list + freight list + Σ fees − Σ reductions   = Payable
//
// A parent (Parts true) stands for a checkout over several shops: it has no
// lines, its state is that of its least advanced live child.
type Order struct {
	ID     mall.ID
	Number string // unique, 6–32 characters, its form chosen at placing
	Parent mall.ID
	Parts  bool // a parent of other orders
	Buyer  mall.ID
	Level  mall.ID // the buyer's membership level at placing
	Face   mall.Face
	Shop   mall.ID // 0 is the platform itself
	Key    string  // the caller's idempotency key, unique per buyer; empty for none

	State
	Version    int64 // grows with every change; compare-and-set
	OpenClaims int64 // after-sale claims that are not at their end
	HeldOpen   bool  // never expires (a table's bill)

	Delivery   Delivery
	CanRedeem  bool // redeemed by a code instead of being shipped
	PickUpShop mall.ID
	PickUpName string
	Address    Address // snapshot; zero when nothing is delivered

	List        mall.Money  // Σ line list
	FreightList mall.Money  // before reductions
	Freight     mall.Money  // payable part of the freight
	Fees        []Fee       // extra items, service, tax
	Reduced     mall.Money  // Σ reductions of lines and freight
	FreightCuts []Reduction // what reduced the freight
	Payable     mall.Money
	Paid        mall.Money // Payable once paid, else 0
	Refunded    mall.Money // Σ refunds that are final
	Points      int64      // points price, spent at placing
	Deducted    int64      // points spent as a deduction

	Remark    string
	Ext       json.RawMessage // the caller's own JSON object, nil for none
	Addr      string          // the network address the order came from
	Inviter   mall.ID
	Payment   mall.ID // the payment that paid it
	PaidAs    mall.ID // the reference it was paid under: itself, or its parent
	Due       time.Time
	Tried     time.Time // when expiry is tried again after an unknown answer
	Added     time.Time
	Updated   time.Time
	PaidAt    time.Time
	ShippedAt time.Time
	Received  time.Time
	Ended     time.Time
	HiddenBy  int64 // viewers who deleted it from their lists, HideBuyer | HideMerchant

	Lines []Line
}

// Viewers for whom an order can be hidden.
const (
	HideBuyer    int64 = 1
	HideMerchant int64 = 2
)

// Delivery says how goods reach the buyer.
type Delivery string

const (
	// Express is a parcel to the address.
	Express Delivery = "express"
	// PickUp (自提) is fetched at a shop.
	PickUp Delivery = "pickup"
	// NoDelivery needs neither: vouchers, content, memberships.
	NoDelivery Delivery = "none"
)

// Address is the snapshot of where a parcel goes. Region codes have 12 digits.
type Address struct {
	LinkMan      string   `json:"linkMan,omitempty"`
	Mobile       string   `json:"mobile,omitempty"`
	ProvinceID   string   `json:"provinceId,omitempty"`
	CityID       string   `json:"cityId,omitempty"`
	DistrictID   string   `json:"districtId,omitempty"`
	StreetID     string   `json:"streetId,omitempty"`
	ProvinceName string   `json:"province,omitempty"`
	CityName     string   `json:"city,omitempty"`
	DistrictName string   `json:"district,omitempty"`
	StreetName   string   `json:"street,omitempty"`
	Detail       string   `json:"address,omitempty"`
	Code         string   `json:"code,omitempty"`
	IDCard       string   `json:"idcard,omitempty"`
	Latitude     *float64 `json:"latitude,omitempty"`
	Longitude    *float64 `json:"longitude,omitempty"`
}

// contact is the person alone.
func (a Address) contact() Address { return Address{LinkMan: a.LinkMan, Mobile: a.Mobile} }

// Region is the chain of region codes from the province down that are known.
func (a Address) Region() []string {
	var codes []string
	for _, c := range []string{a.ProvinceID, a.CityID, a.DistrictID} {
		if c != "" {
			codes = append(codes, c)
		}
	}
	return codes
}

// Reduction is an amount taken off, with where it came from. Only a manual
// price change may be negative: the merchant asks for more.
type Reduction struct {
	Source string     `json:"source"` // SourceStep … SourceManual, or the name of an offer's source
	Ref    string     `json:"ref,omitempty"`
	Amount mall.Money `json:"amount"` // fen
}

// Sources of reductions that are built in. Offers carry their source's name.
const (
	SourceStep   = "step"   // quantity step or level price of the SKU
	SourceLevel  = "level"  // rebate of the membership level
	SourcePoints = "points" // points given as a deduction
	SourceManual = "manual" // the merchant's price change
)

// Fee is an extra item, service charge or tax.
type Fee struct {
	Name   string     `json:"name"`
	Amount mall.Money `json:"amount"` // fen, ≥ 0
}

// Line is one kind of goods in an order. Names, pictures and prices are
// snapshots; Payable and Freight are its frozen shares of the order's total.
type Line struct {
	ID       mall.ID
	Order    mall.ID
	Goods    mall.ID
	SKU      mall.ID
	Category mall.ID
	Shop     mall.ID
	Kind     string // how it is fulfilled: parcel, pickup, voucher, …
	Name     string
	Sub      string // the selling line
	Picture  string
	Options  string // "1:11,2:21," as ids
	Property string // "颜色:红,尺寸:L" as names
	BarCode  string
	Unit     string
	Addons   []Addon
	Claims   string // allowed after-sale types, "0,1,2"; empty for none
	Qty      int64

	ListUnit   mall.Money // one piece with its add-ons before reductions
	PriceUnit  mall.Money // one piece after unit reductions
	List       mall.Money // ListUnit × Qty
	Payable    mall.Money // share of what is paid for goods
	Freight    mall.Money // share of the freight that is paid
	Points     int64      // points price of all pieces
	Deducted   int64      // share of the points given as a deduction
	Reductions []Reduction
	Weight     int64 // grams of one piece
	Template   mall.ID
	Inviter    mall.ID
	Level      mall.ID // the membership level that each piece gives, 0 for none
	LevelDays  int     // for how many days

	Shipped       int64 // pieces sent
	Redeemed      int64 // pieces handed over against a code
	Refunded      int64 // pieces that left the order by refund
	RefundedMoney mall.Money
	FreightBack   mall.Money // of Freight, sent back apart from pieces
	Claim         mall.ID    // the open claim on this line, 0 for none
	LastClaim     mall.ID    // the newest claim, open or not
	Review        Review
}

// Addon is an extra chosen for every piece of a line; Price is per piece.
type Addon struct {
	ID    mall.ID    `json:"id"`
	Group mall.ID    `json:"pid"`
	Name  string     `json:"name"`
	Title string     `json:"pname"` // of the group
	Price mall.Money `json:"price"`
}

// Grades of a review.
const (
	Bad  = 0
	Fair = 1
	Good = 2
)

// Review is what the buyer thought of a line; At is zero before.
type Review struct {
	Grade    int // Bad, Fair, Good
	Stars    int // 1 to 5
	Remark   string
	Pictures []string
	At       time.Time
}

// Live is the number of pieces that did not leave the order by refund.
func (l *Line) Live() int64 { return l.Qty - l.Refunded }

// Open is the number of live pieces that are neither sent nor handed over.
func (l *Line) Open() int64 { return max(l.Live()-max(l.Shipped, l.Redeemed), 0) }

// Share is what pieces from+1…to of the line cost, goods and freight.
func (l *Line) Share(from, to int64) (goods, freight mall.Money) {
	return mall.Portion(l.Payable, from, to, l.Qty), mall.Portion(l.Freight, from, to, l.Qty)
}

// Pieces is Σ quantity.
func (o *Order) Pieces() int64 {
	var n int64
	for i := range o.Lines {
		n += o.Lines[i].Qty
	}
	return n
}

// FeeSum is Σ fees.
func (o *Order) FeeSum() mall.Money {
	var sum mall.Money
	for _, f := range o.Fees {
		sum += f.Amount
	}
	return sum
}

// Line finds a line by its id, nil when the order has none such.
func (o *Order) Line(id mall.ID) *Line {
	for i := range o.Lines {
		if o.Lines[i].ID == id {
			return &o.Lines[i]
		}
	}
	return nil
}

// Cut is Σ reductions of one source over lines and freight.
func (o *Order) Cut(source string) mall.Money {
	sum := cut(o.FreightCuts, source)
	for i := range o.Lines {
		sum += cut(o.Lines[i].Reductions, source)
	}
	return sum
}

func cut(rs []Reduction, source string) mall.Money {
	var sum mall.Money
	for _, r := range rs {
		if r.Source == source {
			sum += r.Amount
		}
	}
	return sum
}

// Shipment is one parcel of an order.
type Shipment struct {
	ID       mall.ID
	Order    mall.ID
	Code     string // of the carrier
	Name     string // of the carrier
	Tracking string
	Pieces   []Piece
	At       time.Time
}

// Piece says how many of a line.
type Piece struct {
	Line mall.ID `json:"line"`
	Qty  int64   `json:"qty"`
}

// Log is one entry of the order's audit log.
type Log struct {
	ID     mall.ID
	Order  mall.ID
	Move   Move
	Actor  mall.ID // 0 is the system or the host
	Face   mall.Face
	Addr   string
	From   State
	To     State
	Reason string
	At     time.Time
}
