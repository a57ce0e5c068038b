package wxapi

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

func TestNextAction(t *testing.T) {
	t.Parallel()
	for text, refs := range map[string][]mall.ID{
		`{"type":0,"id":7}`: {7}, `{"type":0,"id":"7"}`: {7}, `{"type":"0","id":"1,2,"}`: {1, 2}, `{"id":" 3 , 4","type":0}`: {3, 4},
	} {
		a, err := nextAction(text)
		require.NoError(t, err, text)
		require.Equal(t, &payment.Action{Purpose: payment.Order, Refs: refs}, a, text)
	}
	for _, text := range []string{"", "null"} {
		a, err := nextAction(text)
		require.NoError(t, err)
		require.Nil(t, a, "a recharge")
	}
	for _, text := range []string{`{"type":99,"id":1}`, `{"type":6,"userLevelPriceId":1}`, `{"id":1}`, `{}`, `{"type":true}`} {
		_, err := nextAction(text)
		require.ErrorIs(t, err, payment.ErrPurpose, text)
	}
	for _, text := range []string{`{"type":0}`, `{"type":0,"id":0}`, `{"type":0,"id":-1}`, `{"type":0,"id":"a"}`, `{"type":0,"id":1.5}`, `{"type":0,"id":[1]}`, `[]`, `{`, `7`} {
		_, err := nextAction(text)
		require.ErrorIs(t, err, mall.ErrInvalid, text)
	}
	require.Equal(t, `{"type":0,"id":"1,2"}`, nextActionText(0, []mall.ID{1, 2}))
}
