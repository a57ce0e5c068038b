package sandbox

import (
	"context"
	"hash/fnv"
	"strconv"

	"github.com/gomall-dev/mall/cms/weather"
)

// Weather plays the vendor of the weather: it knows every city, and its skies
// change with the account's edition only. The app "bad" is refused.
type Weather struct{}

var _ weather.Vendor = Weather{}

// Report is drawn from the name of the city.
func (Weather) Report(ctx context.Context, a weather.Account, city string) (weather.Report, error) {
	if err := outside(ctx); err != nil {
		return weather.Report{}, err
	}
	if a.AppID == "bad" {
		return weather.Report{}, weather.ErrRefused
	}
	if city == "" {
		city = "重庆"
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(a.Version + city))
	n := int(h.Sum32() % 1000)
	sky := [][2]string{{"晴", "qing"}, {"多云", "yun"}, {"阴", "yin"}, {"小雨", "yu"}}[n%4]
	return weather.Report{
		City: city, Country: "中国", CountryEn: "China", Wea: sky[0], WeaImg: sky[1],
		Tem: strconv.Itoa(10 + n%15), Tem1: strconv.Itoa(15 + n%15), Tem2: strconv.Itoa(5 + n%15),
		Win: "东风", WinSpeed: "2级", Humidity: strconv.Itoa(40+n%40) + "%", AirLevel: "良",
	}, nil
}
