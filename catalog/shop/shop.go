package shop

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Shop sells goods and may be a place to fetch them.
type Shop struct {
	ID             mall.ID // 0: the platform itself
	Operator       mall.ID
	Name           string
	Type           string
	Number         string
	LinkMan        string
	LinkPhone      string
	Address        string
	ProvinceID     string // 12-digit region codes
	CityID         string
	DistrictID     string
	Lng, Lat       float64
	Pic            string
	Introduce      string
	Characteristic string
	Activity       string
	OpeningHours   string
	PickUp         bool // buyers may fetch goods here (自提)
	Delivery       bool
	ServiceKM      float64    // how far it delivers
	ServiceMin     mall.Money // least amount of a delivery
	Sort           int64      // smaller first
	Recommended    bool
	Closed         bool // in no list; orders that are there go on
	Extra          map[string]string
	CreatedAt      time.Time
	UpdatedAt      time.Time
}

// Filter chooses shops of a list. The zero Filter is every open shop.
type Filter struct {
	NameLike string
	CityID   string
	PickUp   *bool
	Any      bool // for staff: closed ones too
}

// Repository keeps shops. Writes need a running Do.
type Repository interface {
	// Put stores a shop: a new one, whose ID it sets, or by ID; mall.ErrNotFound.
	Put(ctx context.Context, s *Shop) error
	// ByIDs are the shops that are there, in one statement.
	ByIDs(ctx context.Context, ids []mall.ID) (map[mall.ID]Shop, error)
	// List is a page of shops by sort and id, with the number of all.
	List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Shop], error)
}

// ErrGone says that there is no such shop; its argument is the id.
var ErrGone = mall.E(mall.NotFound, "shop.gone", "no such shop:")
