package wxapi

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/bill"
	"github.com/gomall-dev/mall/payment/deposit"
	"github.com/gomall-dev/mall/payment/membership"
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
	for _, text := range []string{`{"type":99,"id":1}`, `{"type":77,"id":1}`, `{"id":1}`, `{}`, `{"type":true}`} {
		_, err := nextAction(text)
		require.ErrorIs(t, err, payment.ErrPurpose, text)
	}
	for _, text := range []string{`{"type":0}`, `{"type":0,"id":0}`, `{"type":0,"id":-1}`, `{"type":0,"id":"a"}`, `{"type":0,"id":1.5}`, `{"type":0,"id":[1]}`, `[]`, `{`, `7`} {
		_, err := nextAction(text)
		require.ErrorIs(t, err, mall.ErrInvalid, text)
	}
	for text, a := range map[string]payment.Action{
		`{"type":0,"id":"1,2"}`:                              {Purpose: payment.Order, Refs: []mall.ID{1, 2}},
		`{"type":4,"uid":7,"money":12.5}`:                    bill.Action(1250),
		`{"type":5,"amount":20}`:                             {Purpose: deposit.Purpose, Refs: []mall.ID{3}},
		`{"type":6,"userLevelPriceId":8,"isAutoRenew":true}`: (&membership.Purchase{ID: 3, Price: 8, Renew: true}).Action(),
		"": {Purpose: payment.Recharge},
	} {
		require.Equal(t, text, actionText(&payment.Payment{Payer: 7, Amount: 1500, Share: 500, Action: a}))
	}
}
