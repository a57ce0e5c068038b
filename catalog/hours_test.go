package catalog_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func TestParseHours(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"09:00-21:00": "09:00:00 21:00:00", "10:30:00-18:30:00": "10:30:00 18:30:00", " 9:05 - 21:00 ": "09:05:00 21:00:00",
		"00:00-24:00": "00:00:00 24:00:00", "22:00~02:00": "22:00:00 02:00:00",
	} {
		h, ok := catalog.ParseHours(text)
		require.True(t, ok, text)
		from, to := h.Clock()
		require.Equal(t, want, from+" "+to)
	}
	for _, bad := range []string{"", "全天", "09:00", "9-21", "25:00-26:00", "09:60-10:00", "09:00:60-10:00", "09:00-09:00", "24:00-10:00", "09:00-21:00 周末"} {
		_, ok := catalog.ParseHours(bad)
		require.False(t, ok, bad)
	}
}

func TestHoursOverMidnight(t *testing.T) {
	t.Parallel()
	h, _ := catalog.ParseHours("22:00-02:00")
	at := func(text string) time.Time {
		moment, err := time.Parse("15:04:05 -0700", text+" +0800")
		require.NoError(t, err)
		return moment
	}
	for text, want := range map[string]bool{"21:59:59": false, "22:00:00": true, "23:59:59": true, "00:00:00": true, "01:59:59": true, "02:00:00": false, "12:00:00": false} {
		require.Equal(t, want, h.Contains(mall.Calendar{}, at(text)), text)
	}
}

func TestGoodsAreBoughtWithinTheirDaysAndHours(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b := setup(t, store)
		d := plain("双人套餐", 9900, 10)
		d.Goods.Kind, d.Goods.ValidFrom, d.Goods.ValidTo, d.Goods.Hours = catalog.Voucher, "2026-11-18", "2026-11-20", "11:30-14:00"
		id := b.save(t, d)
		for at, want := range map[string]error{
			"2026-11-18 11:30:00": nil, "2026-11-18 11:29:59": catalog.ErrHours, "2026-11-20 13:59:59": nil, "2026-11-20 14:00:00": catalog.ErrHours,
			"2026-11-17 12:00:00": catalog.ErrNotValid, "2026-11-21 12:00:00": catalog.ErrNotValid, "2026-11-19 00:10:00": catalog.ErrHours,
		} {
			moment, err := time.Parse("2006-01-02 15:04:05 -0700", at+" +0800")
			require.NoError(t, err)
			_, err = b.goods.Price(t.Context(), catalog.Buyer{}, moment, []catalog.Want{{Goods: id, Qty: 1}})
			require.ErrorIs(t, err, want, at)
			items, problems, err := b.goods.Appraise(t.Context(), catalog.Buyer{}, moment, []catalog.Want{{Goods: id, Qty: 1}})
			require.NoError(t, err)
			require.ErrorIs(t, problems[0], want, at)
			require.EqualValues(t, 9900, items[0].Unit, "what is shown stays known")
		}
	})
}

func TestDaysAndHoursThatCannotBeReadAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, storagetest.SQLite(t))
	for field, change := range map[string]func(*catalog.Goods){
		"validFrom": func(g *catalog.Goods) { g.ValidFrom = "2026-2-1" },
		"validTo":   func(g *catalog.Goods) { g.ValidFrom, g.ValidTo = "2026-11-20", "2026-11-19" },
		"hours":     func(g *catalog.Goods) { g.Hours = "早上" },
	} {
		d := plain("券", 100, 1)
		change(&d.Goods)
		_, err := b.goods.SaveGoods(t.Context(), mall.System(), d)
		require.ErrorIs(t, err, mall.ErrInvalid, field)
		require.ErrorContains(t, err, field)
	}
}
