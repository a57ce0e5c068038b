package o2o

import (
	"cmp"
	"context"
	"fmt"
	"math"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/payment/operator"
)

// merchantCategory is a kind of merchants with what is below it.
type merchantCategory struct {
	ID     mall.ID            `json:"id"`
	Pid    mall.ID            `json:"pid"`
	Name   string             `json:"name"`
	Icon   string             `json:"icon"`
	Status int                `json:"status"` // 1: only those are told
	Sub    []merchantCategory `json:"sub"`
}

func (a *api) merchantCategories(ctx context.Context, _ mall.Actor, _ struct{}) (any, error) {
	all, err := a.Shops.Categories(ctx, true)
	if err != nil {
		return nil, err
	}
	byParent := map[mall.ID][]shop.Category{}
	for _, c := range all {
		byParent[c.Parent] = append(byParent[c.Parent], c)
	}
	return map[string][]merchantCategory{"list": categoryTree(byParent, 0)}, nil
}

func categoryTree(byParent map[mall.ID][]shop.Category, parent mall.ID) []merchantCategory {
	list := make([]merchantCategory, 0, len(byParent[parent]))
	for _, c := range byParent[parent] {
		list = append(list, merchantCategory{ID: c.ID, Pid: c.Parent, Name: c.Name, Icon: c.Icon, Status: 1, Sub: categoryTree(byParent, c.ID)})
	}
	return list
}

// merchant is a shop as the document has it.
type merchant struct {
	ID           mall.ID `json:"id"`
	OperID       mall.ID `json:"oper_id"`
	CategoryID   mall.ID `json:"merchant_category_id"`
	CategoryName string  `json:"merchantCategoryName"`
	Name         string  `json:"name"`
	Brand        string  `json:"brand"`
	Region       int     `json:"region"`
	Address      string  `json:"address"`
	place
	Lng            float64  `json:"lng"`
	Lat            float64  `json:"lat"`
	BusinessTime   []string `json:"business_time"` // both ends, empty when they are not known
	Logo           string   `json:"logo"`
	DescPic        string   `json:"desc_pic"`
	Desc           string   `json:"desc"`
	Contacter      string   `json:"contacter"`
	ContacterPhone string   `json:"contacter_phone"`
	Status         int      `json:"status"` // 1: only those are told
	Distance       string   `json:"distance,omitempty"`
	DistanceM      *int64   `json:"distance_m,omitempty"`
	LowestAmount   *price   `json:"lowestAmount,omitempty"`
	IsOperSelf     int      `json:"isOperSelf"`
}

// positionIn is where the user is; half a position is none, and an error.
type positionIn struct {
	Lng *float64 `in:"lng"`
	Lat *float64 `in:"lat"`
}

// at is the position, nil for none.
func (in positionIn) at() (*shop.Near, error) {
	switch {
	case in.Lng == nil && in.Lat == nil:
		return nil, nil
	case in.Lng == nil:
		return nil, mall.ErrInvalid.With("lng")
	case in.Lat == nil:
		return nil, mall.ErrInvalid.With("lat")
	}
	return &shop.Near{Lat: *in.Lat, Lng: *in.Lng}, geo.Check(*in.Lat, *in.Lng)
}

type merchantsIn struct {
	positionIn
	pageIn
	CityID     string   `in:"city_id"`
	Keyword    string   `in:"keyword"`
	CategoryID mall.ID  `in:"merchant_category_id"`
	Radius     *float64 `in:"radius"` // metres; counts with a position only
}

func (a *api) merchants(ctx context.Context, who mall.Actor, in merchantsIn) (*listed[merchant], error) {
	at, err := in.at()
	if err != nil {
		return nil, err
	}
	yes := true
	f := shop.Filter{Keyword: in.Keyword, Category: in.CategoryID, Merchant: &yes}
	if err := a.confine(&f, in.CityID); err != nil {
		return nil, err
	}
	switch {
	case in.CategoryID < 0:
		return nil, mall.ErrInvalid.With("merchant_category_id")
	case in.Radius != nil && *in.Radius < 0:
		return nil, mall.ErrInvalid.With("radius")
	case at != nil && in.Radius != nil && *in.Radius > 0:
		f.Near = &shop.Near{Lat: at.Lat, Lng: at.Lng, Radius: *in.Radius}
	}
	page, err := a.Shops.List(ctx, f, in.window())
	if err != nil {
		return nil, err
	}
	list, err := a.merchantsOf(ctx, who, page.Items, at)
	return &listed[merchant]{Total: page.Total, List: list}, err
}

// confine limits a list to a region; its code may have any form and level.
func (a *api) confine(f *shop.Filter, code string) error {
	if code == "" || code == "0" {
		return nil
	}
	g, ok := a.Regions.Find(code)
	if !ok {
		return mall.ErrInvalid.With("city_id")
	}
	switch g.Level {
	case geo.Province:
		f.ProvinceID = g.Code
	case geo.City:
		f.CityID = g.Code
	default:
		f.CityID, f.DistrictID = g.Parent, g.Code
	}
	return nil
}

// merchantsOf shapes shops in two statements, however many.
func (a *api) merchantsOf(ctx context.Context, who mall.Actor, shops []shop.Shop, at *shop.Near) ([]merchant, error) {
	list := make([]merchant, len(shops))
	if len(shops) == 0 {
		return list, nil
	}
	ids := make([]mall.ID, len(shops))
	for i := range shops {
		ids[i] = shops[i].ID
	}
	lowest, err := a.Catalog.Lowest(ctx, a.now(), ids)
	if err != nil {
		return nil, err
	}
	categories, err := a.Shops.Categories(ctx, false)
	if err != nil {
		return nil, err
	}
	names := make(map[mall.ID]string, len(categories))
	for _, c := range categories {
		names[c.ID] = c.Name
	}
	for i := range shops {
		list[i] = a.merchantOf(who, &shops[i], at)
		list[i].CategoryName = names[shops[i].Category]
		if m, ok := lowest[shops[i].ID]; ok && m > 0 {
			p := price(m)
			list[i].LowestAmount = &p
		}
	}
	return list, nil
}

func (a *api) merchantOf(who mall.Actor, s *shop.Shop, at *shop.Near) merchant {
	m := merchant{
		ID: s.ID, OperID: centreOf(*s), CategoryID: s.Category, Name: s.Name, Brand: s.Brand, Region: s.Market, Address: s.Address,
		place: a.placeOf(cmp.Or(s.DistrictID, s.CityID, s.ProvinceID)), Lng: s.Lng, Lat: s.Lat, BusinessTime: businessTime(s.Hours()),
		Logo: s.Pic, DescPic: s.DescPic, Desc: s.Introduce, Contacter: s.LinkMan, ContacterPhone: s.LinkPhone, Status: 1,
		IsOperSelf: b2i(centreOf(*s) == cmp.Or(who.Operator, operator.Default)),
	}
	if at == nil {
		return m
	}
	if d, ok := s.Distance(at.Lat, at.Lng); ok {
		metres := int64(math.Round(d))
		m.Distance, m.DistanceM = distance(metres), &metres
	}
	return m
}

// distance is a distance in words: metres below a kilometre, else kilometres.
func distance(metres int64) string {
	if metres < 1000 {
		return fmt.Sprintf("%d米", metres)
	}
	return fmt.Sprintf("%.1f千米", float64(metres)/1000)
}

// businessTime is both ends of daily hours, empty when there are none.
func businessTime(h catalog.Hours, ok bool) []string {
	if !ok {
		return []string{}
	}
	from, to := h.Clock()
	return []string{from, to}
}

type merchantIn struct {
	positionIn
	ID mall.ID `in:"id,required"`
}

// merchantDetail has the fields flat, as documented, and under list, as
// servers had them first.
type merchantDetail struct {
	merchant
	List merchant `json:"list"`
}

func (a *api) merchantDetail(ctx context.Context, who mall.Actor, in merchantIn) (*merchantDetail, error) {
	at, err := in.at()
	if err != nil {
		return nil, err
	}
	s, err := a.openShop(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	list, err := a.merchantsOf(ctx, who, []shop.Shop{*s}, at)
	if err != nil {
		return nil, err
	}
	return &merchantDetail{list[0], list[0]}, nil
}

// openShop is a merchant that may be shown; shop.ErrGone for the platform, and
// for those that are closed or not approved.
func (a *api) openShop(ctx context.Context, id mall.ID) (*shop.Shop, error) {
	s, err := a.Shops.Get(ctx, id)
	if err == nil && (!s.Open() || id == 0) {
		return nil, shop.ErrGone.With(id)
	}
	return s, err
}
