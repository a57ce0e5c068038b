// Package address keeps the shipping addresses of buyers.
package address

import (
	"time"

	"github.com/gomall-dev/mall"
)

// Address is a shipping address (收货地址) of one account.
type Address struct {
	ID      mall.ID
	Account mall.ID
	LinkMan string
	Mobile  string

	// Region codes of 12 digits, "" where the level is not given, and the
	// names that belong to them.
	ProvinceID, CityID, DistrictID, StreetID         string
	ProvinceName, CityName, DistrictName, StreetName string

	Address   string // street and number
	Code      string // postal code
	Latitude  *float64
	Longitude *float64
	Default   bool
	Status    int // free number of the client, 0 to 99
	Ext       map[string]string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Max is how many addresses an account may keep.
const Max = 50

// Changes are the fields of an address to change; nil leaves one as it is.
// A changed region code brings its name along when the regions are known.
type Changes struct {
	LinkMan, Mobile                          *string
	ProvinceID, CityID, DistrictID, StreetID *string
	Address, Code                            *string
	Latitude, Longitude                      *float64
	Default                                  *bool
	Status                                   *int
	Ext                                      map[string]string
}

// Filter narrows a list: parts of the name and of the mobile number.
type Filter struct{ LinkMan, Mobile string }
