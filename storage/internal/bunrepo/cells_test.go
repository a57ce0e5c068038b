package bunrepo_test

import (
	"context"
	"math"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/internal/bunrepo"
	"github.com/gomall-dev/mall/storage/postgres"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestCellsAreNumberedAnew: migration 0101 gives shops of before the cells that
// new ones get.
func TestCellsAreNumberedAnew(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "mall.db"), &sqlite.Options{Migrate: true})
		require.NoError(t, err)
		defer store.Close()
		testCells(t, store, bunrepo.Schema{Name: "mall_"}, "mall_shops")
	})
	t.Run("postgres", func(t *testing.T) {
		store, err := postgres.Open(t.Context(), storagetest.PostgresDatabase(t), &postgres.Options{Migrate: true})
		require.NoError(t, err)
		defer store.Close()
		testCells(t, store, bunrepo.Schema{Postgres: true, Name: "mall"}, "mall.shops")
	})
}

func testCells(t *testing.T, store storage.Store, schema bunrepo.Schema, table string) {
	steps, err := schema.Steps()
	require.NoError(t, err)
	renumber := ""
	for _, step := range steps {
		for _, statement := range step.Statements {
			if step.Number == 101 && strings.HasPrefix(statement, "UPDATE") {
				renumber = statement
			}
		}
	}
	require.NotEmpty(t, renumber)
	rnd := rand.New(rand.NewPCG(1, 2))
	places := [][2]float64{{90, 0}, {-90, 1}, {0.1, 180}, {0.1, -180}, {89.99, 179.999}, {-89.99, -179.999}, {30.25, 120.15}}
	for range 100 {
		places = append(places, [2]float64{rnd.Float64()*180 - 90, rnd.Float64()*360 - 180})
	}
	var ids []mall.ID
	require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
		ids = nil
		for _, at := range places {
			s := &shop.Shop{Name: "店", Lat: at[0], Lng: at[1]}
			if err := store.Shops().Put(ctx, s); err != nil {
				return err
			}
			row := min(int64(math.Floor((at[0]+90)*50)), 8999)
			column := int64(math.Floor((at[1]+180)*50)) % 18000
			if _, err := store.SQL(ctx).ExecContext(ctx, "UPDATE "+table+" SET cell = $1 WHERE id = $2", row*18000+column, int64(s.ID)); err != nil {
				return err
			}
			ids = append(ids, s.ID)
		}
		_, err := store.SQL(ctx).ExecContext(ctx, renumber)
		return err
	}))
	for i, at := range places {
		var cell int64
		require.NoError(t, store.SQL(t.Context()).QueryRowContext(t.Context(), "SELECT cell FROM "+table+" WHERE id = $1", int64(ids[i])).Scan(&cell))
		require.Equal(t, geo.Cell(at[0], at[1]), cell, "%v", at)
	}
}
