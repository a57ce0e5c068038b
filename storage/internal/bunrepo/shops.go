package bunrepo

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/shop"
)

// Shops is the repository of shops.
func (s *Store) Shops() shop.Repository { return shops{s} }

type shops struct{ *Store }

type shopRow struct {
	bun.BaseModel `bun:"table:?(ns)shops,alias:s"`

	ID             int64             `bun:"id,pk,autoincrement"`
	Operator       int64             `bun:"operator_id"`
	Name           string            `bun:"name"`
	Type           string            `bun:"type"`
	Number         string            `bun:"number"`
	LinkMan        string            `bun:"link_man"`
	LinkPhone      string            `bun:"link_phone"`
	Address        string            `bun:"address"`
	ProvinceID     string            `bun:"province_id"`
	CityID         string            `bun:"city_id"`
	DistrictID     string            `bun:"district_id"`
	Lng            float64           `bun:"lng"`
	Lat            float64           `bun:"lat"`
	Pic            string            `bun:"pic"`
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
	Extra          map[string]string `bun:"extra,type:text"`
	CreatedAt      int64             `bun:"created_at"`
	UpdatedAt      int64             `bun:"updated_at"`
}

func shopToRow(s *shop.Shop) *shopRow {
	return &shopRow{
		ID: int64(s.ID), Operator: int64(s.Operator), Name: s.Name, Type: s.Type, Number: s.Number, LinkMan: s.LinkMan,
		LinkPhone: s.LinkPhone, Address: s.Address, ProvinceID: s.ProvinceID, CityID: s.CityID, DistrictID: s.DistrictID,
		Lng: s.Lng, Lat: s.Lat, Pic: s.Pic, Introduce: s.Introduce, Characteristic: s.Characteristic, Activity: s.Activity,
		OpeningHours: s.OpeningHours, PickUp: s.PickUp, Delivery: s.Delivery, ServiceKM: s.ServiceKM, ServiceMin: int64(s.ServiceMin),
		Sort: s.Sort, Recommended: s.Recommended, Closed: s.Closed, Extra: filledMap(s.Extra),
		CreatedAt: s.CreatedAt.UnixMilli(), UpdatedAt: s.UpdatedAt.UnixMilli(),
	}
}

func shopFromRow(r *shopRow) shop.Shop {
	return shop.Shop{
		ID: mall.ID(r.ID), Operator: mall.ID(r.Operator), Name: r.Name, Type: r.Type, Number: r.Number, LinkMan: r.LinkMan,
		LinkPhone: r.LinkPhone, Address: r.Address, ProvinceID: r.ProvinceID, CityID: r.CityID, DistrictID: r.DistrictID,
		Lng: r.Lng, Lat: r.Lat, Pic: r.Pic, Introduce: r.Introduce, Characteristic: r.Characteristic, Activity: r.Activity,
		OpeningHours: r.OpeningHours, PickUp: r.PickUp, Delivery: r.Delivery, ServiceKM: r.ServiceKM, ServiceMin: mall.Money(r.ServiceMin),
		Sort: r.Sort, Recommended: r.Recommended, Closed: r.Closed, Extra: r.Extra,
		CreatedAt: moment(&r.CreatedAt), UpdatedAt: moment(&r.UpdatedAt),
	}
}

func (r shops) Put(ctx context.Context, s *shop.Shop) error {
	row := shopToRow(s)
	if s.ID == 0 {
		err := r.ins(ctx).Model(row).ExcludeColumn("id").Returning("id").Scan(ctx, &row.ID)
		s.ID = mall.ID(row.ID)
		return err
	}
	ok, err := hit(r.upd(ctx).Model(row).ExcludeColumn("id", "created_at").Where("id = ?", s.ID).Exec(ctx))
	if err == nil && !ok {
		return mall.ErrNotFound
	}
	return err
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

func (r shops) List(ctx context.Context, f shop.Filter, p mall.Page) (mall.Slice[shop.Shop], error) {
	var rows []shopRow
	q := r.sel(ctx).Model(&rows).Order("sort", "id").Limit(p.Limit).Offset(p.Offset)
	if !f.Any {
		q = q.Where("NOT closed")
	}
	if f.NameLike != "" {
		q = like(q, r.postgres(), "name", f.NameLike)
	}
	if f.CityID != "" {
		q = q.Where("city_id = ?", f.CityID)
	}
	if f.PickUp != nil {
		q = q.Where("pick_up = ?", *f.PickUp)
	}
	total, err := q.ScanAndCount(ctx)
	list := mall.Slice[shop.Shop]{Items: make([]shop.Shop, len(rows)), Total: int64(total)}
	for i := range rows {
		list.Items[i] = shopFromRow(&rows[i])
	}
	return list, err
}
