package demo

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/weather"
	"github.com/gomall-dev/mall/httpadapter"
)

// Weather gives the shop an account at the sandbox's vendor of the weather,
// unless there is a report already. Root may replace it.
func Weather(ctx context.Context, svc *httpadapter.Services) error {
	known, err := svc.Weather.Latest(ctx, 1)
	if err != nil || len(known) > 0 {
		return err
	}
	_, err = svc.Weather.SetVendorAccount(ctx, mall.System(), weather.Account{Version: "v61", AppID: "sandbox", Secret: "sandbox"})
	return err
}
