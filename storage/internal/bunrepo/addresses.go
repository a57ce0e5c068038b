package bunrepo

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/address"
)

// Addresses is the repository of shipping addresses.
func (s *Store) Addresses() address.Repository { return addresses{s} }

type addresses struct{ *Store }

type addressRow struct {
	bun.BaseModel `bun:"table:?(ns)addresses,alias:a"`

	ID           mall.ID           `bun:"id,pk,autoincrement"`
	AccountID    mall.ID           `bun:"account_id"`
	LinkMan      string            `bun:"link_man"`
	Mobile       string            `bun:"mobile"`
	ProvinceID   string            `bun:"province_id"`
	CityID       string            `bun:"city_id"`
	DistrictID   string            `bun:"district_id"`
	StreetID     string            `bun:"street_id"`
	ProvinceName string            `bun:"province_name"`
	CityName     string            `bun:"city_name"`
	DistrictName string            `bun:"district_name"`
	StreetName   string            `bun:"street_name"`
	Address      string            `bun:"address"`
	Code         string            `bun:"code"`
	Latitude     *float64          `bun:"latitude"`
	Longitude    *float64          `bun:"longitude"`
	Status       int               `bun:"status"`
	Ext          map[string]string `bun:"ext,type:text"`
	CreatedAt    *int64            `bun:"created_at"`
	UpdatedAt    *int64            `bun:"updated_at"`
}

// addressView is a row with the mark from the account's book.
type addressView struct {
	addressRow `bun:",extend"`
	Default    bool `bun:"is_default"`
}

type bookRow struct {
	bun.BaseModel `bun:"table:?(ns)address_books,alias:b"`

	AccountID mall.ID `bun:"account_id,pk"`
	Size      int     `bun:"size"`
	DefaultID mall.ID `bun:"default_id"`
}

func addressToRow(a *address.Address) *addressRow {
	return &addressRow{
		ID: a.ID, AccountID: a.Account, LinkMan: a.LinkMan, Mobile: a.Mobile,
		ProvinceID: a.ProvinceID, CityID: a.CityID, DistrictID: a.DistrictID, StreetID: a.StreetID,
		ProvinceName: a.ProvinceName, CityName: a.CityName, DistrictName: a.DistrictName, StreetName: a.StreetName,
		Address: a.Address, Code: a.Code, Latitude: a.Latitude, Longitude: a.Longitude, Status: a.Status,
		Ext: texts(a.Ext), CreatedAt: millis(a.CreatedAt), UpdatedAt: millis(a.UpdatedAt),
	}
}

func addressFromRow(v *addressView) address.Address {
	r := &v.addressRow
	return address.Address{
		ID: r.ID, Account: r.AccountID, LinkMan: r.LinkMan, Mobile: r.Mobile,
		ProvinceID: r.ProvinceID, CityID: r.CityID, DistrictID: r.DistrictID, StreetID: r.StreetID,
		ProvinceName: r.ProvinceName, CityName: r.CityName, DistrictName: r.DistrictName, StreetName: r.StreetName,
		Address: r.Address, Code: r.Code, Latitude: r.Latitude, Longitude: r.Longitude, Status: r.Status,
		Ext: r.Ext, Default: v.Default, CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt),
	}
}

func (r addresses) Grow(ctx context.Context, account mall.ID, most int) (bool, error) {
	return hit(r.ins(ctx).Model(&bookRow{AccountID: account, Size: 1}).
		On("CONFLICT (account_id) DO UPDATE").Set("size = b.size + 1").Where("b.size < ?", most).
		Returning("NULL").Exec(ctx))
}

func (r addresses) Insert(ctx context.Context, a *address.Address) error {
	row := addressToRow(a)
	if _, err := r.ins(ctx).Model(row).ExcludeColumn("id").Returning("id").Exec(ctx); err != nil {
		return err
	}
	a.ID = row.ID
	return nil
}

func (r addresses) Update(ctx context.Context, a *address.Address) (bool, error) {
	return hit(r.upd(ctx).Model(addressToRow(a)).ExcludeColumn("account_id", "created_at").
		Where("id = ? AND account_id = ?", a.ID, a.Account).Exec(ctx))
}

func (r addresses) SetDefault(ctx context.Context, account, id mall.ID) error {
	_, err := r.upd(ctx).Model((*bookRow)(nil)).Set("default_id = ?", id).Where("account_id = ?", account).Exec(ctx)
	return err
}

func (r addresses) DropDefault(ctx context.Context, account, id mall.ID) error {
	_, err := r.upd(ctx).Model((*bookRow)(nil)).Set("default_id = 0").
		Where("account_id = ? AND default_id = ?", account, id).Exec(ctx)
	return err
}

func (r addresses) Delete(ctx context.Context, account, id mall.ID) (bool, error) {
	ok, err := hit(r.del(ctx).Model((*addressRow)(nil)).Where("id = ? AND account_id = ?", id, account).Exec(ctx))
	if err != nil || !ok {
		return false, err
	}
	return hit(r.upd(ctx).Model((*bookRow)(nil)).Set("size = size - 1").
		Set("default_id = CASE WHEN default_id = ? THEN 0 ELSE default_id END", id).
		Where("account_id = ?", account).Exec(ctx))
}

// of are the addresses of an account with the mark of the default.
func (r addresses) of(ctx context.Context, model any, account mall.ID) *bun.SelectQuery {
	return r.sel(ctx).Model(model).ColumnExpr("a.*, b.default_id = a.id AS is_default").
		Join("JOIN ?(ns)address_books AS b ON b.account_id = a.account_id").Where("a.account_id = ?", account)
}

func (r addresses) Get(ctx context.Context, account, id mall.ID) (*address.Address, error) {
	var v addressView
	if err := one(r.of(ctx, &v, account).Where("a.id = ?", id).Scan(ctx)); err != nil {
		return nil, err
	}
	a := addressFromRow(&v)
	return &a, nil
}

func (r addresses) Default(ctx context.Context, account mall.ID) (*address.Address, error) {
	var v addressView
	if err := one(r.of(ctx, &v, account).Where("a.id = b.default_id").Scan(ctx)); err != nil {
		return nil, err
	}
	a := addressFromRow(&v)
	return &a, nil
}

func (r addresses) List(ctx context.Context, account mall.ID, f address.Filter, p mall.Page) (mall.Slice[address.Address], error) {
	var rows []addressView
	q := r.of(ctx, &rows, account)
	if f.LinkMan != "" {
		q = q.Where(`a.link_man LIKE ? ESCAPE '\'`, containing(f.LinkMan))
	}
	if f.Mobile != "" {
		q = q.Where(`a.mobile LIKE ? ESCAPE '\'`, containing(f.Mobile))
	}
	n, err := q.OrderExpr("CASE WHEN a.id = b.default_id THEN 0 ELSE 1 END, a.id DESC").
		Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	if err != nil {
		return mall.Slice[address.Address]{}, err
	}
	s := mall.Slice[address.Address]{Items: make([]address.Address, len(rows)), Total: n}
	for i := range rows {
		s.Items[i] = addressFromRow(&rows[i])
	}
	return s, nil
}

func (r addresses) Each(ctx context.Context, account, after mall.ID, limit int64) ([]address.Address, error) {
	return each(ctx, r.of(ctx, (*addressView)(nil), account), after, limit, addressFromRow)
}

func (r addresses) Clear(ctx context.Context, account mall.ID) error {
	if _, err := r.del(ctx).Model((*addressRow)(nil)).Where("account_id = ?", account).Exec(ctx); err != nil {
		return err
	}
	_, err := r.del(ctx).Model((*bookRow)(nil)).Where("account_id = ?", account).Exec(ctx)
	return err
}
