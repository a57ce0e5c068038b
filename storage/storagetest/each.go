package storagetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
)

// walked: each gives want, and nothing of others, in parts of any length.
func walked[T any](t *testing.T, owner mall.ID, each func(ctx context.Context, owner, after mall.ID, limit int64) ([]T, error), id func(T) mall.ID, want ...T) {
	t.Helper()
	for _, limit := range []int64{1, 2, 500} {
		var got []T
		for after := mall.ID(0); ; {
			part, err := each(t.Context(), owner, after, limit)
			require.NoError(t, err)
			require.LessOrEqual(t, int64(len(part)), limit)
			if len(part) == 0 {
				break
			}
			got = append(got, part...)
			after = id(part[len(part)-1])
		}
		require.Equal(t, want, got)
	}
}
