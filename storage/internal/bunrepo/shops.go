package bunrepo

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/catalog/shop"
)

// Shops is the repository of shops.
func (s *Store) Shops() shop.Repository { return shops{s} }

type shops struct{ *Store }

type shopRow struct {
	bun.BaseModel `bun:"table:?(ns)shops,alias:s"`

	ID             int64             `bun:"id,pk,autoincrement"`
	Operator       int64             `bun:"operator_id"`
	Category       int64             `bun:"category_id"`
	Name           string            `bun:"name"`
	Brand          string            `bun:"brand"`
	Type           string            `bun:"type"`
	Number         string            `bun:"number"`
	LinkMan        string            `bun:"link_man"`
	LinkPhone      string            `bun:"link_phone"`
	Address        string            `bun:"address"`
	Market         int               `bun:"market"`
	ProvinceID     string            `bun:"province_id"`
	CityID         string            `bun:"city_id"`
	DistrictID     string            `bun:"district_id"`
	Lng            float64           `bun:"lng"`
	Lat            float64           `bun:"lat"`
	Pic            string            `bun:"pic"`
	DescPic        string            `bun:"desc_pic"`
	Introduce      string            `bun:"introduce"`
	Characteristic string            `bun:"characteristic"`
	Activity       string            `bun:"activity"`
	OpeningHours   string            `bun:"opening_hours"`
	PickUp         bool              `bun:"pick_up"`
	Delivery       bool              `bun:"delivery"`
	ServiceKM      float64           `bun:"service_km"`
	ServiceMin     int64             `bun:"service_min"`
	Sort           int64             `bun:"sort"`
	Recommended    bool              `bun:"recommended"`
	Closed         bool              `bun:"closed"`
	Audit          int               `bun:"audit"`
	Reason         string            `bun:"reason"`
	Applicant      int64             `bun:"applicant_id"`
	Listed         bool              `bun:"listed"`
	Cell           *int64            `bun:"cell"` // place on the grid and on the unit sphere; NULL without a position
	X              *float64          `bun:"x"`
	Y              *float64          `bun:"y"`
	Z              *float64          `bun:"z"`
	Indexed        bool              `bun:"indexed"`
	Extra          map[string]string `bun:"extra,type:text"`
	CreatedAt      int64             `bun:"created_at"`
	UpdatedAt      int64             `bun:"updated_at"`
}

func shopToRow(s *shop.Shop) *shopRow {
	r := &shopRow{
		ID: int64(s.ID), Operator: int64(s.Operator), Category: int64(s.Category), Name: s.Name, Brand: s.Brand, Type: s.Type,
		Number: s.Number, LinkMan: s.LinkMan, LinkPhone: s.LinkPhone, Address: s.Address, Market: s.Market, ProvinceID: s.ProvinceID,
		CityID: s.CityID, DistrictID: s.DistrictID, Lng: s.Lng, Lat: s.Lat, Pic: s.Pic, DescPic: s.DescPic, Introduce: s.Introduce,
		Characteristic: s.Characteristic, Activity: s.Activity, OpeningHours: s.OpeningHours, PickUp: s.PickUp, Delivery: s.Delivery,
		ServiceKM: s.ServiceKM, ServiceMin: int64(s.ServiceMin), Sort: s.Sort, Recommended: s.Recommended, Closed: s.Closed,
		Audit: int(s.Audit), Reason: s.Reason, Applicant: int64(s.Applicant), Listed: s.Open(), Indexed: true, Extra: filledMap(s.Extra),
		CreatedAt: s.CreatedAt.UnixMilli(), UpdatedAt: s.UpdatedAt.UnixMilli(),
	}
	if s.Placed() {
		cell := geo.Cell(s.Lat, s.Lng)
		x, y, z := geo.Vector(s.Lat, s.Lng)
		r.Cell, r.X, r.Y, r.Z = &cell, &x, &y, &z
	}
	return r
}

func shopFromRow(r *shopRow) shop.Shop {
	return shop.Shop{
		ID: mall.ID(r.ID), Operator: mall.ID(r.Operator), Category: mall.ID(r.Category), Name: r.Name, Brand: r.Brand, Type: r.Type,
		Number: r.Number, LinkMan: r.LinkMan, LinkPhone: r.LinkPhone, Address: r.Address, Market: r.Market, ProvinceID: r.ProvinceID,
		CityID: r.CityID, DistrictID: r.DistrictID, Lng: r.Lng, Lat: r.Lat, Pic: r.Pic, DescPic: r.DescPic, Introduce: r.Introduce,
		Characteristic: r.Characteristic, Activity: r.Activity, OpeningHours: r.OpeningHours, PickUp: r.PickUp, Delivery: r.Delivery,
		ServiceKM: r.ServiceKM, ServiceMin: mall.Money(r.ServiceMin), Sort: r.Sort, Recommended: r.Recommended, Closed: r.Closed,
		Audit: shop.Audit(r.Audit), Reason: r.Reason, Applicant: mall.ID(r.Applicant), Extra: r.Extra,
		CreatedAt: moment(&r.CreatedAt), UpdatedAt: moment(&r.UpdatedAt),
	}
}

func shopsFromRows(rows []shopRow) []shop.Shop {
	list := make([]shop.Shop, len(rows))
	for i := range rows {
		list[i] = shopFromRow(&rows[i])
	}
	return list
}

func (r shops) Put(ctx context.Context, s *shop.Shop) error {
	if s.ID == 0 {
		return r.Insert(ctx, []*shop.Shop{s})
	}
	ok, err := hit(r.upd(ctx).Model(shopToRow(s)).ExcludeColumn("id", "created_at").Where("id = ?", s.ID).Exec(ctx))
	if err != nil {
		return err
	}
	if !ok {
		return mall.ErrNotFound
	}
	return r.reindex(ctx, s)
}

func (r shops) Insert(ctx context.Context, shops []*shop.Shop) error {
	rows := make([]*shopRow, len(shops))
	for i, s := range shops {
		rows[i] = shopToRow(s)
	}
	var ids []int64
	if err := r.ins(ctx).Model(&rows).ExcludeColumn("id").Returning("id").Scan(ctx, &ids); err != nil {
		return err
	}
	slices.Sort(ids) // ids of one statement rise with its rows
	for i, s := range shops {
		s.ID = mall.ID(ids[i])
	}
	return r.index(ctx, shops)
}

func (r shops) Decide(ctx context.Context, id mall.ID, from, to shop.Audit, reason string, at time.Time) (bool, error) {
	ok, err := hit(r.upd(ctx).Model((*shopRow)(nil)).Set("audit = ?", int(to)).Set("reason = ?", reason).
		Set("listed = (? AND NOT closed)", to == shop.Approved).Set("updated_at = ?", at.UnixMilli()).
		Where("id = ? AND audit = ?", id, int(from)).Exec(ctx))
	if err != nil || !ok {
		return false, err
	}
	found, err := r.ByIDs(ctx, []mall.ID{id})
	if err != nil {
		return false, err
	}
	s := found[id]
	return true, r.reindex(ctx, &s)
}

func (r shops) Unindexed(ctx context.Context, limit int64) ([]shop.Shop, error) {
	var rows []shopRow
	err := r.sel(ctx).Model(&rows).Where("indexed = FALSE").Order("id").Limit(limit).Scan(ctx)
	return shopsFromRows(rows), err
}

func (r shops) ByIDs(ctx context.Context, ids []mall.ID) (map[mall.ID]shop.Shop, error) {
	var rows []shopRow
	err := r.sel(ctx).Model(&rows).Where("id IN (?)", bun.List(ids)).Scan(ctx)
	found := make(map[mall.ID]shop.Shop, len(rows))
	for i := range rows {
		s := shopFromRow(&rows[i])
		found[s.ID] = s
	}
	return found, err
}
