package catalog_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func of[T any](v T) *T { return &v }

func TestRevise(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx, editor := setup(t, store), t.Context(), mall.Actor{Account: 9, Face: mall.FaceManager}
		id := b.save(t, catalog.Draft{Goods: catalog.Goods{Name: "杯子", OnSale: true, Pic: "/a.png", Tags: "x", Steps: []catalog.Step{{From: 2, Price: 900}}},
			Content: "<b>", Extra: map[string]string{"k": "v"}, Pics: []string{"/a.png", "/b.png"},
			SKUs: []catalog.SKUDraft{{Price: 1000, Weight: 500, Stock: of(int64(7)), LevelPrices: map[mall.ID]mall.Money{3: 800}}}})
		before, err := b.goods.Detail(ctx, id)
		require.NoError(t, err)
		revise := func(r catalog.Revision) (bool, error) { return b.goods.Revise(ctx, editor, id, r) }

		for _, r := range []catalog.Revision{{}, {Name: of("杯子"), Price: of(mall.Money(1000)), Stock: of(int64(7)), Pic: of("/a.png"), Content: of("<b>")}} {
			changed, err := revise(r)
			require.NoError(t, err)
			require.False(t, changed)
		}
		for field, r := range map[string]catalog.Revision{
			"name": {Name: of("")}, "pics": {Pic: of("javascript:x")}, "price": {Price: of(mall.Money(-1))}, "stock": {Stock: of(int64(-2))},
			"content": {Content: of(strings.Repeat("x", 1<<20+1))}, "levelDays": {LevelDays: of(-1)},
		} {
			if r.Name == nil {
				r.Name = of("half")
			}
			if r.Price == nil {
				r.Price = of(mall.Money(5))
			}
			_, err := revise(r)
			require.Equal(t, mall.Invalid, mall.KindOf(err), field)
		}
		_, err = revise(catalog.Revision{Category: of(mall.ID(77))})
		require.ErrorIs(t, err, catalog.ErrCategory)
		_, err = b.goods.Revise(ctx, editor, 999, catalog.Revision{Name: of("x")})
		require.ErrorIs(t, err, catalog.ErrGone)
		after, err := b.goods.Detail(ctx, id)
		require.NoError(t, err)
		require.Equal(t, before, after, "nothing is half written")

		b.now = b.now.Add(1e9)
		changed, err := revise(catalog.Revision{Name: of("大杯子"), Price: of(mall.Money(1200)), Stock: of(int64(3)), Pic: of("/c.png"), Content: of("新")})
		require.NoError(t, err)
		require.True(t, changed)
		after, err = b.goods.Detail(ctx, id)
		require.NoError(t, err)
		g := after.Goods
		require.Equal(t, []any{"大杯子", mall.Money(1200), mall.Money(1200), int64(3), "/c.png", "新", mall.ID(9), b.now},
			[]any{g.Name, g.MinPrice, g.MinOriginal, g.Stock, g.Pic, after.Content, g.Editor, g.UpdatedAt.UTC()})
		require.Equal(t, []string{"/c.png", "/b.png"}, []string{after.Pics[0].URL, after.Pics[1].URL})
		require.Equal(t, []any{"x", int64(500), before.Goods.Steps, before.SKUs[0].ID, map[mall.ID]mall.Money{3: 800}, before.Extra},
			[]any{g.Tags, g.Weight, g.Steps, after.SKUs[0].ID, after.SKUs[0].LevelPrices, after.Extra}, "the rest stays")
		found, err := b.goods.List(ctx, catalog.Filter{Keyword: "大杯子"}, mall.Page{})
		require.NoError(t, err)
		require.Len(t, found.Items, 1)

		options := b.save(t, shirt())
		for _, r := range []catalog.Revision{{Price: of(mall.Money(1))}, {Stock: of(int64(1))}} {
			_, err = b.goods.Revise(ctx, editor, options, r)
			require.ErrorIs(t, err, catalog.ErrNeedSKU)
		}
		_, err = b.goods.Revise(ctx, editor, options, catalog.Revision{Level: of(mall.ID(4))})
		require.NoError(t, err)
		d, err := b.goods.Detail(ctx, options)
		require.NoError(t, err)
		require.Equal(t, []any{catalog.Membership, mall.ID(4), 30}, []any{d.Goods.Kind, d.Goods.Level, d.Goods.LevelDays})
	})
}

// TestRevisionsAddUp: changes of different things at the same time all stay.
func TestRevisionsAddUp(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b := setup(t, store)
		id := b.save(t, plain("杯子", 1000, 7))
		at(4, func(i int) {
			r := []catalog.Revision{{Name: of("壶")}, {Price: of(mall.Money(5))}, {Content: of("新")}, {Stock: of(int64(1))}}[i]
			if _, err := b.goods.Revise(t.Context(), mall.System(), id, r); err != nil {
				t.Error(err)
			}
		})
		d, err := b.goods.Detail(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, []any{"壶", mall.Money(5), "新", int64(1)}, []any{d.Goods.Name, d.SKUs[0].Price, d.Content, d.Goods.Stock})
	})
}

func TestCategoryNamesAreUnique(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		var mu sync.Mutex
		var made []mall.ID
		at(8, func(int) {
			id, err := b.goods.SaveCategory(ctx, catalog.Category{Name: "车辆", Used: true, Creator: 5})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				made = append(made, id)
			case mall.CodeOf(err) != catalog.ErrNameTaken.Code:
				t.Error(err)
			}
		})
		require.Len(t, made, 1)
		for _, c := range []catalog.Category{{Name: "车辆", Shop: 2}, {Name: "车辆", Parent: made[0]}} {
			_, err := b.goods.SaveCategory(ctx, c)
			require.NoError(t, err, "elsewhere it is another one")
		}
		other, err := b.goods.SaveCategory(ctx, catalog.Category{Name: "船"})
		require.NoError(t, err)
		_, err = b.goods.SaveCategory(ctx, catalog.Category{ID: other, Name: "车辆"})
		require.ErrorIs(t, err, catalog.ErrNameTaken)
		_, err = b.goods.SaveCategory(ctx, catalog.Category{ID: made[0], Name: "车辆", Sort: 3, Editor: 6})
		require.NoError(t, err, "its own name")
		c, err := b.goods.GetCategory(ctx, made[0])
		require.NoError(t, err)
		require.Equal(t, []mall.ID{5, 6}, []mall.ID{c.Creator, c.Editor})

		const code = "20210827165510715"
		_, err = b.goods.SaveCategory(ctx, catalog.Category{Name: "vip", Code: code})
		require.NoError(t, err)
		_, err = b.goods.FindCategory(ctx, code)
		require.NoError(t, err)
		_, err = b.goods.SaveCategory(ctx, catalog.Category{Name: "vip2", Code: code})
		require.ErrorIs(t, err, mall.ErrConflict)
		for _, bad := range []string{"1", code + "1", "2021082716551071x"} {
			_, err = b.goods.SaveCategory(ctx, catalog.Category{Name: fmt.Sprint("bad", bad), Code: bad})
			require.ErrorIs(t, err, mall.ErrInvalid)
		}
	})
}

// at calls fn n times at the same time.
func at(n int, fn func(i int)) {
	gate := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-gate
			fn(i)
		})
	}
	close(gate)
	wg.Wait()
}
