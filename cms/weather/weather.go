// Package weather keeps reports of the weather (天气) that an outside vendor
// makes, and asks it for new ones at its times.
//
//	s, err := weather.New(weather.Deps{Repo: store.Weather(), Limits: store.Limits(), Tx: store, Vendor: vendor, Settings: settings}, weather.Config{})
//	err = s.SetVendorAccount(ctx, root, weather.Account{Version: "v61", AppID: "…", Secret: "…"})
//	reports, err := s.Latest(ctx, 3)
//
// Vendor is the port; [NewClient] gives the real one over net/http. Sync is a
// sweep: a report at every local midnight and every 8 hours after it, once
// however many processes sweep.
package weather

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gomall-dev/mall"
)

// Account is the account of the shop at the vendor.
type Account struct {
	Version string `json:"version"` // edition of the vendor's API: "v61"
	AppID   string `json:"appid"`
	Secret  string `json:"secret"` // never answered, logged or part of an error
}

// Report is the weather of one place at one moment, as the vendor words it:
// every text may be empty.
type Report struct {
	CityID     string          `json:"cityid"`
	Date       string          `json:"date"`
	Week       string          `json:"week"`
	UpdateTime string          `json:"update_time"` // at the vendor, "12:30"
	City       string          `json:"city"`        // without 市
	CityEn     string          `json:"cityEn"`
	Country    string          `json:"country"`
	CountryEn  string          `json:"countryEn"`
	Wea        string          `json:"wea"`     // in words: "多云"
	WeaImg     string          `json:"wea_img"` // name of a symbol: "yun"
	Tem        string          `json:"tem"`     // °C now
	Tem1       string          `json:"tem1"`    // °C at most
	Tem2       string          `json:"tem2"`    // °C at least
	Win        string          `json:"win"`
	WinSpeed   string          `json:"win_speed"`
	WinMeter   string          `json:"win_meter"`
	Humidity   string          `json:"humidity"`
	Visibility string          `json:"visibility"`
	Pressure   string          `json:"pressure"`
	Air        string          `json:"air"`
	AirPM25    string          `json:"air_pm25"`
	AirLevel   string          `json:"air_level"`
	AirTips    string          `json:"air_tips"`
	Alarm      json.RawMessage `json:"alarm"` // an object
	AQI        json.RawMessage `json:"aqi"`   // an object
}

// fill makes the objects of a report objects.
func (r *Report) fill() {
	for _, o := range []*json.RawMessage{&r.Alarm, &r.AQI} {
		if len(*o) == 0 {
			*o = json.RawMessage("{}")
		}
	}
}

// Entry is a report in the history.
type Entry struct {
	ID     mall.ID
	Slot   string // which sync it was of, see Service.Sync; "" for one out of turn
	Report Report
	At     time.Time
}

// Vendor is who knows the weather. No method may be called inside a database
// transaction.
type Vendor interface {
	// Report is the weather of a city now, without 市; "" is the place that
	// the vendor takes the server to be in. ErrRefused when the vendor does
	// not accept the account or the city, ErrAnswer when it cannot be reached
	// or answers something else.
	Report(ctx context.Context, a Account, city string) (Report, error)
}

// Settings keep the account at the vendor as a secret of the shop.
type Settings interface {
	// Load is the account, false when there is none.
	Load(ctx context.Context) (Account, bool, error)
	// Save replaces it on behalf of who.
	Save(ctx context.Context, who mall.Actor, a Account) error
}

// Repository keeps the history. Writes need a running mall.Tx.Do.
type Repository interface {
	// Add stores an entry, and says whether it did: a slot has one.
	Add(ctx context.Context, e *Entry) (bool, error)
	// Latest are the newest entries, at most limit.
	Latest(ctx context.Context, limit int) ([]Entry, error)
	// Has says whether there is an entry of a slot.
	Has(ctx context.Context, slot string) (bool, error)
	// Forget deletes at most limit entries from before a moment.
	Forget(ctx context.Context, before time.Time, limit int) (int64, error)
}

var (
	// ErrAccount says that a part of the vendor account is missing or too long.
	ErrAccount = mall.E(mall.Invalid, "weather.account", "version, appid and appsecret are needed")
	// ErrNoAccount says that nobody has set the vendor account yet.
	ErrNoAccount = mall.E(mall.Unavailable, "weather.no_account", "no account at the weather vendor")
	// ErrOften says that a city was asked for less than a minute ago.
	ErrOften = mall.E(mall.Limit, "weather.often", "cities can be asked for once a minute")
	// ErrRefused says that the vendor does not accept the account or the city.
	ErrRefused = mall.E(mall.Unavailable, "weather.refused", "weather vendor refuses")
	// ErrAnswer says that the vendor cannot be reached or answers something else.
	ErrAnswer = mall.E(mall.Unavailable, "weather.answer", "weather vendor does not answer as expected")
)
