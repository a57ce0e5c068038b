package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

func testCategories(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Catalog().Categories, t.Context()
	category := func(code, name string, parent mall.ID, level int) *catalog.Category {
		return &catalog.Category{
			Code: code, Name: name, Parent: parent, Level: level, Shop: 2, Key: "k", Type: "index", Icon: "/i.png", Pic: "/p.png", Sort: 3,
			Used: true, Extra: map[string]string{"色": "红"}, CreatedAt: moment0, UpdatedAt: moment0, Creator: 5, Editor: 6,
		}
	}
	rolledBack(t, store, func(ctx context.Context) {
		c := category("1", "a", 0, 1)
		require.NoError(t, repo.Insert(ctx, c))
		got, err := repo.Find(ctx, c.ID)
		require.NoError(t, err)
		require.Equal(t, c, got)
	})
	all, err := repo.All(ctx, nil, false)
	require.NoError(t, err)
	require.Empty(t, all)

	root, child, leaf := category("20261121000000001", "根", 0, 1), category("20261121000000002", "枝", 0, 2), category("20261121000000003", "叶", 0, 3)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		require.NoError(t, repo.Insert(ctx, root))
		child.Parent = root.ID
		require.NoError(t, repo.Insert(ctx, child))
		leaf.Parent = child.ID
		return repo.Insert(ctx, leaf)
	}))
	require.ErrorIs(t, store.Do(ctx, func(ctx context.Context) error {
		return repo.Insert(ctx, category(root.Code, "x", 0, 1))
	}), mall.ErrConflict)
	below, err := repo.Below(ctx, child.ID)
	require.NoError(t, err)
	require.Equal(t, []mall.ID{child.ID, leaf.ID}, below)
	found, err := repo.FindCode(ctx, leaf.Code)
	require.NoError(t, err)
	require.Equal(t, leaf, found)
	_, err = repo.FindCode(ctx, "x")
	require.ErrorIs(t, err, mall.ErrNotFound)

	for name, want := range map[string]mall.ID{"枝": child.ID, "根": 0, "枝干": 0} {
		id, err := repo.Named(ctx, 2, root.ID, name)
		require.NoError(t, err)
		require.Equal(t, want, id, name)
	}
	id, err := repo.Named(ctx, 3, root.ID, "枝")
	require.NoError(t, err)
	require.Zero(t, id, "in another shop")

	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		child.Name, child.Used, child.Shop, child.Extra = "新枝", false, 0, map[string]string{}
		require.NoError(t, repo.Update(ctx, child))
		require.ErrorIs(t, repo.Update(ctx, &catalog.Category{ID: 999}), mall.ErrNotFound)
		require.NoError(t, repo.SetLevels(ctx, root.ID, 2))
		ok, err := repo.Delete(ctx, child.ID)
		require.NoError(t, err)
		require.False(t, ok, "it has a child")
		return nil
	}))
	shop := mall.ID(2)
	all, err = repo.All(ctx, &shop, true)
	require.NoError(t, err)
	leaf.Level = 5
	require.Equal(t, []catalog.Category{*root, *leaf}, all)
	in := fullGoods("20261121000000009", "杯子")
	in.Category = leaf.ID
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		require.NoError(t, store.Catalog().Products.Insert(ctx, []*catalog.Goods{in}, make([]catalog.Text, 1)))
		ok, err := repo.Delete(ctx, leaf.ID)
		require.False(t, ok, "it has goods")
		require.NoError(t, err)
		return repo.Empty(ctx, leaf.ID, moment0.Add(time.Second))
	}))
	g, err := store.Catalog().Products.Find(ctx, in.ID)
	require.NoError(t, err)
	require.Zero(t, g.Category)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		ok, err := repo.Delete(ctx, leaf.ID)
		require.True(t, ok)
		return err
	}))
}
