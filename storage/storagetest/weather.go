package storagetest

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/weather"
)

func reportOf(wea string) weather.Report {
	return weather.Report{City: "南京", Wea: wea, Alarm: json.RawMessage(`{"alarm_type":""}`), AQI: json.RawMessage(`{}`)}
}

func testWeather(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Weather(), t.Context()
	add := func(slot, wea string, after time.Duration) (ok bool) {
		must(t, store, func(ctx context.Context) (err error) {
			ok, err = repo.Add(ctx, &weather.Entry{Slot: slot, Report: reportOf(wea), At: noon.Add(after)})
			return err
		})
		return ok
	}
	rolledBack(t, store, func(ctx context.Context) {
		ok, err := repo.Add(ctx, &weather.Entry{Slot: "1", At: noon})
		require.NoError(t, err)
		require.True(t, ok)
	})
	_, err := repo.Add(ctx, &weather.Entry{At: noon})
	require.ErrorIs(t, err, mall.ErrNoTx)
	require.True(t, add("1", "晴", 0))
	require.False(t, add("1", "雨", time.Second), "a slot has one")
	require.True(t, add("", "阴", time.Second))
	require.True(t, add("", "雪", time.Second))
	list, err := repo.Latest(ctx, 2)
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, reportOf("雪"), list[0].Report)
	require.Equal(t, reportOf("阴"), list[1].Report)
	list, err = repo.Latest(ctx, 10)
	require.NoError(t, err)
	require.Equal(t, weather.Entry{ID: list[2].ID, Slot: "1", Report: reportOf("晴"), At: noon}, list[2])
	for slot, want := range map[string]bool{"1": true, "2": false, "": false} {
		has, err := repo.Has(ctx, slot)
		require.NoError(t, err)
		require.Equal(t, want, has, slot)
	}
	for _, want := range []int64{1, 0} {
		must(t, store, func(ctx context.Context) error {
			n, err := repo.Forget(ctx, noon.Add(time.Second), 10)
			require.Equal(t, want, n)
			return err
		})
	}
}

// testWeatherRaces: a slot has one report, whoever brings it.
func testWeatherRaces(t *testing.T, open Open) {
	store := open(t)
	var added atomic.Int64
	together(20, func(int) {
		ok := false
		err := store.Do(t.Context(), func(ctx context.Context) (err error) {
			ok, err = store.Weather().Add(ctx, &weather.Entry{Slot: "2026-03-02/1", Report: reportOf("晴"), At: noon})
			return err
		})
		if err == nil && ok {
			added.Add(1)
		}
	})
	require.Equal(t, int64(1), added.Load())
}
