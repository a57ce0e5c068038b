package cart_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/cart"
)

func TestSelectOnlyReplacesTheSelection(t *testing.T) {
	each(t, cart.Config{}, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		tea, err := b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.plain, Qty: 1})
		require.NoError(t, err)
		cup, err := b.carts.Add(ctx, 1, "", cart.AddInput{Goods: b.cheap, Qty: 1})
		require.NoError(t, err)
		other, err := b.carts.Add(ctx, 2, "", cart.AddInput{Goods: b.cheap, Qty: 1})
		require.NoError(t, err)
		chosen := func() (keys []string) {
			ls, err := b.carts.Selected(ctx, 1, "")
			require.NoError(t, err)
			for _, l := range ls {
				keys = append(keys, l.Key)
			}
			return keys
		}
		require.NoError(t, b.carts.SelectOnly(ctx, 1, "", []string{cup.Key}))
		require.Equal(t, []string{cup.Key}, chosen())
		require.ErrorIs(t, b.carts.SelectOnly(ctx, 1, "", []string{other.Key}), cart.ErrNoLine)
		require.Equal(t, []string{cup.Key}, chosen(), "a refusal changes nothing")
		require.NoError(t, b.carts.SelectOnly(ctx, 1, "", []string{tea.Key, cup.Key}))
		require.Equal(t, []string{tea.Key, cup.Key}, chosen())
	})
}
