package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/address"
)

type addressOut struct {
	ID          mall.ID  `json:"id"`
	UID         mall.ID  `json:"uid"`
	UserID      mall.ID  `json:"userId"`
	LinkMan     string   `json:"linkMan"`
	Mobile      string   `json:"mobile"`
	ProvinceID  regionID `json:"provinceId"`
	CityID      regionID `json:"cityId"`
	DistrictID  regionID `json:"districtId"`
	StreetID    regionID `json:"streetId,omitempty"`
	ProvinceStr string   `json:"provinceStr"`
	CityStr     string   `json:"cityStr"`
	AreaStr     string   `json:"areaStr"`
	StreetStr   string   `json:"streetStr,omitempty"`
	Address     string   `json:"address"`
	Code        string   `json:"code,omitempty"`
	IsDefault   bool     `json:"isDefault"`
	Latitude    *float64 `json:"latitude,omitempty"`
	Longitude   *float64 `json:"longitude,omitempty"`
	Status      int      `json:"status"`
	StatusStr   string   `json:"statusStr"`
	DateAdd     stamp    `json:"dateAdd"`
	DateUpdate  stamp    `json:"dateUpdate"`
}

func (a *api) addressOf(x address.Address) addressOut {
	return addressOut{
		ID: x.ID, UID: x.Account, UserID: a.cfg.MerchantID, LinkMan: x.LinkMan, Mobile: x.Mobile,
		ProvinceID: x.ProvinceID, CityID: x.CityID, DistrictID: x.DistrictID, StreetID: x.StreetID,
		ProvinceStr: x.ProvinceName, CityStr: x.CityName, AreaStr: x.DistrictName, StreetStr: x.StreetName,
		Address: x.Address, Code: x.Code, IsDefault: x.Default, Latitude: x.Latitude, Longitude: x.Longitude,
		Status: x.Status, StatusStr: "正常", DateAdd: a.at(x.CreatedAt), DateUpdate: a.at(x.UpdatedAt),
	}
}

// addressInfo is one address with its free fields beside it.
type addressInfo struct {
	Info    addressOut        `json:"info"`
	ExtJSON map[string]string `json:"extJson"`
}

func (a *api) infoOf(x *address.Address, err error) (*addressInfo, error) {
	if err != nil {
		return nil, err
	}
	out := &addressInfo{Info: a.addressOf(*x), ExtJSON: x.Ext}
	if out.ExtJSON == nil {
		out.ExtJSON = map[string]string{}
	}
	return out, nil
}

type addressListIn struct {
	pageIn
	NameLike   string `in:"nameLike"`
	MobileLike string `in:"mobileLike"`
}

func (a *api) queryAddressV2(ctx context.Context, who mall.Actor, in addressListIn) (*page[addressOut], error) {
	l, err := a.Addresses.List(ctx, who, address.Filter{LinkMan: in.NameLike, Mobile: in.MobileLike}, in.window())
	if err != nil {
		return nil, err
	}
	return paged(l, in.window(), a.addressOf)
}

// queryAddress is the list of older SDKs: a bare array of all addresses.
func (a *api) queryAddress(ctx context.Context, who mall.Actor, _ struct{}) ([]addressOut, error) {
	l, err := a.Addresses.List(ctx, who, address.Filter{}, mall.Page{Limit: address.Max})
	if err != nil {
		return nil, err
	}
	return listed(l.Items, a.addressOf)
}

type addAddressIn struct {
	LinkMan    string   `in:"linkMan,required"`
	Mobile     string   `in:"mobile,required"`
	ProvinceID string   `in:"provinceId,required"`
	CityID     string   `in:"cityId,required"`
	DistrictID string   `in:"districtId"`
	StreetID   string   `in:"streetId"`
	Address    string   `in:"address,required"`
	Code       string   `in:"code"`
	IsDefault  bool     `in:"isDefault"`
	Latitude   *float64 `in:"latitude"`
	Longitude  *float64 `in:"longitude"`
	Status     int      `in:"status"`
	ExtJSONStr string   `in:"extJsonStr"`
}

// addAddress answers the new id, for clients that select it at once.
func (a *api) addAddress(ctx context.Context, who mall.Actor, in addAddressIn) (*addressOut, error) {
	ext, err := extOf(in.ExtJSONStr)
	if err != nil {
		return nil, err
	}
	x, err := a.Addresses.Add(ctx, who, address.Address{
		LinkMan: in.LinkMan, Mobile: in.Mobile, ProvinceID: in.ProvinceID, CityID: in.CityID, DistrictID: in.DistrictID, StreetID: in.StreetID,
		Address: in.Address, Code: in.Code, Default: in.IsDefault, Latitude: in.Latitude, Longitude: in.Longitude, Status: in.Status, Ext: ext,
	})
	if err != nil {
		return nil, err
	}
	out := a.addressOf(*x)
	return &out, nil
}

type updateAddressIn struct {
	ID         mall.ID  `in:"id,required"`
	LinkMan    *string  `in:"linkMan"`
	Mobile     *string  `in:"mobile"`
	ProvinceID *string  `in:"provinceId"`
	CityID     *string  `in:"cityId"`
	DistrictID *string  `in:"districtId"`
	StreetID   *string  `in:"streetId"`
	Address    *string  `in:"address"`
	Code       *string  `in:"code"`
	IsDefault  *bool    `in:"isDefault"`
	Latitude   *float64 `in:"latitude"`
	Longitude  *float64 `in:"longitude"`
	Status     *int     `in:"status"`
	ExtJSONStr string   `in:"extJsonStr"`
}

// updateAddress changes what is sent; clients send only id and isDefault to
// switch the default.
func (a *api) updateAddress(ctx context.Context, who mall.Actor, in updateAddressIn) (any, error) {
	ext, err := extOf(in.ExtJSONStr)
	if err != nil {
		return nil, err
	}
	return empty(a.Addresses.Update(ctx, who, in.ID, address.Changes{
		LinkMan: in.LinkMan, Mobile: in.Mobile, ProvinceID: in.ProvinceID, CityID: in.CityID, DistrictID: in.DistrictID, StreetID: in.StreetID,
		Address: in.Address, Code: in.Code, Latitude: in.Latitude, Longitude: in.Longitude, Default: in.IsDefault, Status: in.Status, Ext: ext,
	}))
}

type addressIDIn struct {
	ID mall.ID `in:"id,required"`
}

func (a *api) defaultAddress(ctx context.Context, who mall.Actor, _ struct{}) (*addressInfo, error) {
	return a.infoOf(a.Addresses.Default(ctx, who))
}

func (a *api) addressDetail(ctx context.Context, who mall.Actor, in addressIDIn) (*addressInfo, error) {
	return a.infoOf(a.Addresses.Get(ctx, who, in.ID))
}

func (a *api) deleteAddress(ctx context.Context, who mall.Actor, in addressIDIn) (any, error) {
	return empty(a.Addresses.Delete(ctx, who, in.ID))
}
