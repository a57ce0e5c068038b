package shop

import (
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/geo"
)

// Shop sells goods and may be a place to fetch them.
type Shop struct {
	ID             mall.ID // 0: the platform itself
	Operator       mall.ID // the operating centre; 0 is the default one
	Category       mall.ID // what kind of merchant it is; 0: a shop of the mall, no merchant
	Name           string
	Brand          string
	Type           string
	Number         string
	LinkMan        string
	LinkPhone      string
	Address        string
	Market         int    // 1 China, 2 USA, 3 Korea, 4 Hong Kong; 0 is stored as 1
	ProvinceID     string // 12-digit region codes; shorter forms are stored so
	CityID         string
	DistrictID     string
	Lng, Lat       float64 // degrees; both 0: nobody knows where it is
	Pic            string  // its logo
	DescPic        string  // a picture of the place
	Introduce      string
	Characteristic string
	Activity       string
	OpeningHours   string // as staff wrote them; see Hours
	PickUp         bool   // buyers may fetch goods here (自提)
	Delivery       bool
	ServiceKM      float64    // how far it delivers
	ServiceMin     mall.Money // least amount of a delivery
	Sort           int64      // smaller first
	Recommended    bool
	Closed         bool    // in no list, sells nothing; orders that are there go on
	Audit          Audit   // moved by Apply and Decide; Save stores what is given
	Reason         string  // why it was refused
	Applicant      mall.ID // the account that applied for it; 0: staff made it
	Extra          map[string]string
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Audit is how far staff have looked at a shop (审核).
type Audit int

const (
	// Approved shops may sell; what staff make is so at once.
	Approved Audit = 0
	// Pending shops wait for staff.
	Pending Audit = 1
	// Refused shops have a Reason; their applicant may try again.
	Refused Audit = 2
)

// Open says whether the shop is listed and sells: it is approved and not closed.
func (s *Shop) Open() bool { return !s.Closed && s.Audit == Approved }

// Placed says whether it is known where the shop is.
func (s *Shop) Placed() bool { return s.Lng != 0 || s.Lat != 0 }

// Hours are its daily opening hours, false when OpeningHours says something
// else than "10:30-18:30".
func (s *Shop) Hours() (catalog.Hours, bool) { return catalog.ParseHours(s.OpeningHours) }

// Distance is how far the shop is from a point in metres, false when nobody
// knows where it is.
func (s *Shop) Distance(lat, lng float64) (float64, bool) {
	if !s.Placed() {
		return 0, false
	}
	return geo.Distance(lat, lng, s.Lat, s.Lng), true
}

// Filter chooses shops of a list. The zero Filter is every open shop.
type Filter struct {
	NameLike   string  // somewhere in the name
	Keyword    string  // as NameLike; without Category also what the category is called
	Category   mall.ID // with everything below; 0: any
	ProvinceID string  // region codes in any form; "": any
	CityID     string
	DistrictID string
	Merchant   *bool // those with a category, or those without; nil: both
	PickUp     *bool
	Near       *Near   // ordered by distance instead of sort; nil: anywhere
	Applicant  mall.ID // 0: any
	Any        bool    // for staff: closed, waiting and refused ones too
	Audit      *Audit  // with Any; nil: all
}

// Near is a circle; shops without a position lie in none.
type Near struct {
	Lat, Lng float64
	Radius   float64 // metres; 0: any distance
}

// Query is a Filter as repositories get it: checked, codes in their long form,
// and with the tree of categories resolved.
type Query struct {
	Filter
	Categories []mall.ID  // nil: any
	Named      []mall.ID  // categories that Keyword names, with everything below
	Spans      []geo.Span // cells that hold the circle Near; nil: it is asked of each row
	First      Lookup     // InOrder for staff

	anyRadius bool // Near came without one
}

// Lookup is what a list is looked up by; the other conditions are asked of what
// is found there.
type Lookup int

const (
	// InOrder walks the shops in the order of the list, or those in the cells of
	// Spans that belong to it.
	InOrder Lookup = iota
	// ByKeyword asks the search index, and for the categories Named.
	ByKeyword
	// ByPlace asks the indexes of regions and categories.
	ByPlace
	// ByCircle is ByPlace in the cells of Spans.
	ByCircle
)

// Found is a page of a list that was gathered wholly.
type Found struct {
	IDs   []mall.ID // in the order of the list
	Total int64     // how many shops the list has
	More  bool      // too many were there to be gathered: IDs and Total say nothing
}

// Category is a kind of merchant (商家类别).
type Category struct {
	ID        mall.ID
	Parent    mall.ID // 0: a root
	Name      string
	Icon      string
	Sort      int64 // smaller first
	Used      bool  // shown to buyers
	CreatedAt time.Time
	UpdatedAt time.Time
}
