package shop_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func TestStaffDecideOnApplications(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		s, ctx := setup(t, store), t.Context()
		ann, bob := mall.Actor{Account: 5, Operator: 2, Face: mall.FaceO2O}, mall.Actor{Account: 6}
		staff := mall.Actor{Account: 1, Rights: []string{shop.RightManage}}
		id, err := s.Apply(ctx, ann, shop.Shop{Name: "安的店", Operator: 9, Recommended: true, Lat: 30.25, Lng: 120.15})
		require.NoError(t, err)
		listed := func() int64 {
			list, err := s.List(ctx, shop.Filter{}, mall.Page{})
			require.NoError(t, err)
			return list.Total
		}
		require.Zero(t, listed(), "it waits")
		require.ErrorIs(t, s.CheckOpen(ctx, []mall.ID{0, id}), shop.ErrClosed)
		require.ErrorIs(t, s.Decide(ctx, ann, id, true, ""), mall.ErrDenied)
		require.ErrorIs(t, s.Decide(ctx, staff, id, false, " "), mall.ErrInvalid, "a refusal has a reason")
		require.NoError(t, s.Decide(ctx, staff, id, false, "缺营业执照"))
		require.ErrorIs(t, s.Decide(ctx, staff, id, true, ""), shop.ErrDecided, "once")
		got, err := s.Get(ctx, id)
		require.NoError(t, err)
		require.Equal(t, "缺营业执照", got.Reason)
		require.EqualValues(t, 2, got.Operator, "the applicant's centre")
		require.False(t, got.Recommended)

		_, err = s.Apply(ctx, bob, shop.Shop{ID: id, Name: "鲍的店"})
		require.ErrorIs(t, err, shop.ErrGone, "somebody else's")
		_, err = s.Apply(ctx, ann, shop.Shop{ID: id, Name: "安的新店"})
		require.NoError(t, err)
		_, err = s.Apply(ctx, ann, shop.Shop{ID: id, Name: "又一次"})
		require.ErrorIs(t, err, shop.ErrDecided)
		require.NoError(t, s.Decide(ctx, staff, id, true, ""))
		require.EqualValues(t, 1, listed())
		require.NoError(t, s.CheckOpen(ctx, []mall.ID{0, id}))
		mine, err := s.Mine(ctx, ann, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, "安的新店", mine.Items[0].Name)
		_, err = s.Apply(ctx, mall.Actor{}, shop.Shop{Name: "x"})
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
		require.ErrorIs(t, s.Decide(ctx, staff, 99, true, ""), shop.ErrGone)
	})
}

func TestCategoriesAreATree(t *testing.T) {
	t.Parallel()
	s, ctx, staff := setup(t, storagetest.SQLite(t)), t.Context(), mall.System()
	tops, leaves := tree(t, s, 1, 2)
	_, err := s.SaveCategory(ctx, staff, shop.Category{ID: tops[0], Name: "类", Parent: leaves[0], Used: true})
	require.ErrorIs(t, err, shop.ErrCycle)
	_, err = s.SaveCategory(ctx, staff, shop.Category{Name: "类", Parent: 99})
	require.ErrorIs(t, err, shop.ErrCategory)
	_, err = s.SaveCategory(ctx, mall.Actor{Account: 5}, shop.Category{Name: "类"})
	require.ErrorIs(t, err, mall.ErrDenied)
	_, err = s.Save(ctx, shop.Shop{Name: "店", Category: 99})
	require.ErrorIs(t, err, shop.ErrCategory)
	_, err = s.Save(ctx, shop.Shop{Name: "店", Category: leaves[1]})
	require.NoError(t, err)
	require.ErrorIs(t, s.DeleteCategory(ctx, staff, leaves[1]), shop.ErrInUse)
	require.ErrorIs(t, s.DeleteCategory(ctx, staff, tops[0]), shop.ErrInUse)
	require.NoError(t, s.DeleteCategory(ctx, staff, leaves[0]))
	require.ErrorIs(t, s.DeleteCategory(ctx, staff, leaves[0]), shop.ErrCategory)
	_, err = s.SaveCategory(ctx, staff, shop.Category{ID: tops[0], Name: "停用"})
	require.NoError(t, err)
	shown, err := s.Categories(ctx, true)
	require.NoError(t, err)
	require.Empty(t, shown, "nothing below what is not shown")
}
