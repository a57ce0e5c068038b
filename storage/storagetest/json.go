package storagetest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/site"
)

func documentOf(owner mall.ID, typ, ref string) *site.Document {
	return &site.Document{Owner: owner, Type: typ, Ref: ref, Content: `{"内":"容"}`, CreatedAt: noon, UpdatedAt: noon}
}

func testDocuments(t *testing.T, open Open) {
	store := open(t)
	repo := store.Documents()
	ctx := t.Context()
	do := func(want bool, fn func(ctx context.Context) (bool, error)) {
		t.Helper()
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			ok, err := fn(ctx)
			require.Equal(t, want, ok)
			return err
		}))
	}
	list := func(f site.DocumentFilter, p mall.Page) (ids []mall.ID) {
		t.Helper()
		ds, err := repo.List(ctx, f, p)
		require.NoError(t, err)
		for _, d := range ds {
			ids = append(ids, d.ID)
		}
		n, err := repo.Total(ctx, f, 100)
		require.NoError(t, err)
		require.GreaterOrEqual(t, n, int64(len(ids)))
		return ids
	}
	all := mall.Page{Limit: 100}

	rolledBack(t, store, func(ctx context.Context) {
		ok, err := repo.Insert(ctx, documentOf(7, "a", ""), 1)
		require.NoError(t, err)
		require.True(t, ok)
	})
	require.Empty(t, list(site.DocumentFilter{Owner: 7}, all))
	_, err := repo.Insert(ctx, documentOf(7, "a", ""), 1)
	require.ErrorIs(t, err, mall.ErrNoTx)

	ds := []*site.Document{documentOf(7, "a", "1"), documentOf(7, "b", "1"), documentOf(7, "a", "2"), documentOf(0, "a", "1"), documentOf(0, "a", "2"), documentOf(8, "a", "1")}
	for _, d := range ds {
		do(true, func(ctx context.Context) (bool, error) { d.ID = 0; return repo.Insert(ctx, d, 3) })
		got, err := repo.List(ctx, site.DocumentFilter{Owner: d.Owner, ID: d.ID}, all)
		require.NoError(t, err)
		require.Equal(t, []site.Document{*d}, got)
	}
	do(false, func(ctx context.Context) (bool, error) { return repo.Insert(ctx, documentOf(7, "a", ""), 3) })
	do(false, func(ctx context.Context) (bool, error) { return repo.Insert(ctx, documentOf(9, "a", ""), 0) })

	first, second, third := ds[0].ID, ds[1].ID, ds[2].ID
	require.Equal(t, []mall.ID{third, second, first}, list(site.DocumentFilter{Owner: 7}, all), "newest first")
	require.Equal(t, []mall.ID{third, second, first}, list(site.DocumentFilter{Owner: 7, Sort: "; DROP TABLE"}, all))
	require.Equal(t, []mall.ID{third, first}, list(site.DocumentFilter{Owner: 7, Type: "a"}, all))
	require.Equal(t, []mall.ID{first}, list(site.DocumentFilter{Owner: 7, Type: "a", Ref: "1"}, all))
	require.Equal(t, []mall.ID{second}, list(site.DocumentFilter{Owner: 7}, mall.Page{Offset: 1, Limit: 1}))
	require.Equal(t, []mall.ID{ds[4].ID, ds[3].ID}, list(site.DocumentFilter{Type: "a"}, all))
	require.Equal(t, []mall.ID{ds[3].ID}, list(site.DocumentFilter{Type: "a", Ref: "1"}, all))
	n, err := repo.Total(ctx, site.DocumentFilter{Owner: 7}, 2)
	require.NoError(t, err)
	require.Equal(t, int64(2), n, "counted so far")

	changed := site.Document{ID: first, Owner: 7, Content: `[]`, UpdatedAt: noon.Add(time.Second)}
	do(true, func(ctx context.Context) (bool, error) { return repo.Update(ctx, changed) })
	do(false, func(ctx context.Context) (bool, error) {
		foreign := changed
		foreign.Owner = 8
		return repo.Update(ctx, foreign)
	})
	yes := true
	do(false, func(ctx context.Context) (bool, error) { return repo.Mark(ctx, 8, third, site.Marks{Top: &yes}) })
	do(true, func(ctx context.Context) (bool, error) {
		return repo.Mark(ctx, 7, second, site.Marks{Top: &yes, Highlight: &yes})
	})
	require.Equal(t, []mall.ID{second, first, third}, list(site.DocumentFilter{Owner: 7, Sort: site.ByUpdated}, all))
	require.Equal(t, []mall.ID{second, third, first}, list(site.DocumentFilter{Owner: 7, Sort: site.ByUpdatedUp}, all))
	require.Equal(t, []mall.ID{second, first, third}, list(site.DocumentFilter{Owner: 7, Sort: site.ByAddedUp}, all))
	got, err := repo.List(ctx, site.DocumentFilter{Owner: 7, ID: first}, all)
	require.NoError(t, err)
	require.Equal(t, "a1[]", got[0].Type+got[0].Ref+got[0].Content, "labels stay where none are given")

	of7 := func(id mall.ID) site.Document {
		got, err := repo.List(ctx, site.DocumentFilter{Owner: 7, ID: id}, all)
		require.NoError(t, err)
		return got[0]
	}
	walked(t, 7, repo.Each, func(d site.Document) mall.ID { return d.ID }, of7(first), of7(second), of7(third))
	owner := mall.ID(7)
	do(false, func(ctx context.Context) (bool, error) { return repo.Delete(ctx, ds[5].ID, &owner) })
	do(true, func(ctx context.Context) (bool, error) { return repo.Delete(ctx, ds[4].ID, nil) })
	do(false, func(ctx context.Context) (bool, error) { return repo.Delete(ctx, ds[4].ID, nil) })
	do(true, func(ctx context.Context) (bool, error) { return repo.Delete(ctx, third, &owner) })
	do(true, func(ctx context.Context) (bool, error) { return repo.Insert(ctx, documentOf(7, "c", ""), 3) })
	do(false, func(ctx context.Context) (bool, error) { return repo.Insert(ctx, documentOf(7, "c", ""), 3) })

	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.Erase(ctx, 7) }))
	require.Empty(t, list(site.DocumentFilter{Owner: 7}, all))
	require.Len(t, list(site.DocumentFilter{Owner: 8}, all), 1)
	do(true, func(ctx context.Context) (bool, error) { return repo.Insert(ctx, documentOf(7, "c", ""), 1) })
}

// testDocumentRaces: of parallel insertions exactly as many come in as there is
// room for, while deletions make room.
func testDocumentRaces(t *testing.T, open Open) {
	store := open(t)
	repo := store.Documents()
	ctx := t.Context()
	insert := func(owner mall.ID, most int64) bool {
		var won bool
		require.NoError(t, store.Do(ctx, func(ctx context.Context) (err error) {
			won, err = repo.Insert(ctx, documentOf(owner, "a", ""), most)
			return err
		}))
		return won
	}
	var in, out atomic.Int64
	together(20, func(int) {
		if insert(7, 5) {
			in.Add(1)
		}
	})
	require.Equal(t, int64(5), in.Load())
	ds, err := repo.List(ctx, site.DocumentFilter{Owner: 7}, mall.Page{Limit: 100})
	require.NoError(t, err)
	require.Len(t, ds, 5)
	together(20, func(i int) {
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			ok, err := repo.Delete(ctx, ds[i%5].ID, nil)
			if ok {
				out.Add(1)
			}
			return err
		}))
	})
	require.Equal(t, int64(5), out.Load())
	for range 5 {
		require.True(t, insert(7, 5), "all room is back")
	}
	require.False(t, insert(7, 5))
}
