package operator_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/operator"
)

func TestMerchant(t *testing.T) {
	t.Parallel()
	accounts := map[string]string{"wxpay": "1900000001"}
	svc, err := operator.New(operator.Config{Default: operator.Operator{AppID: "wx1", Merchants: accounts}})
	require.NoError(t, err)
	accounts["wxpay"] = "changed" // the service has a copy
	for _, c := range []struct {
		provider, appid string
		want            payment.Merchant
	}{
		{"wxpay", "", payment.Merchant{Operator: 1, AppID: "wx1", Number: "1900000001"}},
		{"wxpay", "wx2", payment.Merchant{Operator: 1, AppID: "wx2", Number: "1900000001"}},
		{"alipay", "", payment.Merchant{Operator: 1, AppID: "wx1"}},
	} {
		m, err := svc.Merchant(t.Context(), operator.Default, c.provider, c.appid)
		require.NoError(t, err)
		require.Equal(t, c.want, m)
	}
	_, err = svc.Merchant(t.Context(), 2, "wxpay", "")
	require.ErrorIs(t, err, mall.ErrNotFound)
	_, err = operator.New(operator.Config{Default: operator.Operator{ID: 2}})
	require.Error(t, err)
}

func ExampleNew() {
	centres, err := operator.New(operator.Config{Default: operator.Operator{AppID: "wx1", Merchants: map[string]string{"wxpay": "1900000001"}}})
	fmt.Println(centres != nil, err)
	// Output: true <nil>
}
