package manager_test

import (
	"encoding/json"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/cms/site"
)

func TestWeather(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root, clerk := b.token("admin"), b.token("clerk")
	nanjing := "/weather/getWeather?city=" + url.QueryEscape("南京")
	o := b.get("/weather/getWeather").says(t, 200, true, "获取成功")
	require.Equal(t, []any{}, o["result"], "nobody has set an account")
	b.get(nanjing).says(t, 500, false, "获取出错")

	const change = "/weather/updateWeatherCount?version=v61&appid=7&appsecret=hush-hush"
	require.Equal(t, "10022", b.get(change)["code"])
	require.Equal(t, "10026", b.get(change, clerk...)["code"])
	for _, query := range []string{"", "?version=v61&appid=7", "?appid=7&appsecret=x", "?version=v61&appsecret=x"} {
		b.get("/weather/updateWeatherCount"+query, root...).says(t, 1004, false, "参数少传递了")
	}
	o = b.get(change, root...).says(t, 200, true, "修改成功")
	text, err := json.Marshal(o)
	require.NoError(t, err)
	require.NotContains(t, string(text), "hush-hush")
	public, err := b.Site.Public(t.Context(), []string{"weather_account"})
	require.NoError(t, err)
	require.Empty(t, public, "it is a secret setting")
	_, set, err := b.Site.Value(t.Context(), "weather_account")
	require.NoError(t, err)
	require.True(t, set)
	require.Equal(t, site.Secret, secretAccess(t, b, "weather_account"))

	result := func(path string) []any {
		t.Helper()
		return b.get(path).says(t, 200, true, "获取成功")["result"].([]any)
	}
	now := result("/weather/getWeather")
	require.Len(t, now, 1, "a sync follows the change")
	report := now[0].(map[string]any)
	require.Equal(t, "重庆", report["city"])
	for _, key := range []string{"cityid", "date", "week", "update_time", "cityEn", "country", "countryEn", "wea", "wea_img", "tem", "tem1", "tem2", "win",
		"win_speed", "win_meter", "humidity", "visibility", "pressure", "air", "air_pm25", "air_level", "air_tips"} {
		require.IsType(t, "", report[key], key)
	}
	require.Equal(t, map[string]any{}, report["alarm"])
	require.Equal(t, map[string]any{}, report["aqi"])

	b.get("/weather/updateWeatherCount?version=v61&appid=bad&appsecret=x", root...).says(t, 200, true, "修改成功,但暂时无法同步天气")
	require.Len(t, result("/weather/getWeather?key=all"), 1, "the old data is still there")
	b.get(nanjing).says(t, 500, false, "获取出错")
	b.get(change, root...).says(t, 200, true, "修改成功")

	b.Clock.Advance(time.Minute)
	require.Equal(t, "南京", result(nanjing + url.QueryEscape("市"))[0].(map[string]any)["city"])
	b.get(nanjing).says(t, 100, false, "您查询的次数太频繁,一分钟查询一次")
	b.Clock.Advance(time.Minute)
	require.Len(t, result(nanjing), 1)

	for range 4 { // a day and a half of sweeps
		b.Clock.Advance(8 * time.Hour)
		require.NoError(t, b.Sweep(t.Context()))
		require.NoError(t, b.Sweep(t.Context()))
	}
	require.Len(t, result("/weather/getWeather?key=all"), 6)
	require.Len(t, result("/weather/getWeather"), 3)
	for counter, want := range map[string]int{"1": 1, "5": 5, "99": 6, "0": 3, "-1": 3} {
		require.Len(t, result("/weather/getWeather?counter="+counter), want, counter)
	}
	require.Equal(t, false, b.get("/weather/getWeather?counter=many")["state"])
}

// secretAccess is how a setting is stored.
func secretAccess(t *testing.T, b bundle, key string) (access site.Access) {
	t.Helper()
	list, err := b.Store.Site().Settings(t.Context())
	require.NoError(t, err)
	i := slices.IndexFunc(list, func(s site.Setting) bool { return s.Key == key })
	require.GreaterOrEqual(t, i, 0, "no such setting")
	return list[i].Access
}
