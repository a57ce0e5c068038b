package manager

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/weather"
)

type weatherIn struct {
	Key     string `in:"key"`
	City    string `in:"city"`
	Counter int    `in:"counter"`
}

type weatherOut struct {
	envelope
	Result []weather.Report `json:"result"`
}

// getWeather answers the newest reports of the history, all with key=all, or
// asks the vendor for a city.
func (a *api) getWeather(ctx context.Context, _ mall.Actor, in weatherIn) (*weatherOut, error) {
	out := &weatherOut{envelope: done("获取成功")}
	if in.City != "" {
		r, err := a.Weather.City(ctx, in.City)
		if err != nil {
			return nil, err
		}
		out.Result = []weather.Report{*r}
		return out, nil
	}
	n := in.Counter
	switch {
	case in.Key == "all":
		n = weather.MaxHistory
	case n <= 0:
		n = 3
	}
	var err error
	out.Result, err = a.Weather.Latest(ctx, n)
	return out, err
}

type weatherAccountIn struct {
	Version string `in:"version"`
	AppID   string `in:"appid"`
	Secret  string `in:"appsecret"`
}

// updateWeatherCount replaces the account at the weather vendor; the secret is
// never answered. (The document means account.)
func (a *api) updateWeatherCount(ctx context.Context, who mall.Actor, in weatherAccountIn) (any, error) {
	synced, err := a.Weather.SetVendorAccount(ctx, who, weather.Account{Version: in.Version, AppID: in.AppID, Secret: in.Secret})
	if err != nil {
		return nil, err
	}
	if !synced {
		return done("修改成功,但暂时无法同步天气"), nil
	}
	return done("修改成功"), nil
}
