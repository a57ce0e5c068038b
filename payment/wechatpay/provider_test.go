package wechatpay_test

import (
	"testing"

	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/payment/wechatpay"
)

func TestProvider(t *testing.T) {
	t.Parallel()
	t.Run("PublicKey", func(t *testing.T) {
		t.Parallel()
		paytest.RunProvider(t, func(t *testing.T) paytest.Kit { return setup(t, nil).kit(appID, mchID) })
	})
	t.Run("Certificates", func(t *testing.T) {
		t.Parallel()
		paytest.RunProvider(t, func(t *testing.T) paytest.Kit { return setup(t, certificates).kit(appID, mchID) })
	})
	t.Run("Partner", func(t *testing.T) {
		t.Parallel()
		paytest.RunProvider(t, func(t *testing.T) paytest.Kit { return setup(t, partner).kit(subAppID, subMchID) })
	})
}

// certificates leaves the merchant without the public key.
func certificates(_ *bench, c *wechatpay.Config, _ *paytest.WeChat) {
	c.PublicKeyID, c.PublicKey = "", ""
}

// partner makes the merchant a service provider.
func partner(_ *bench, c *wechatpay.Config, w *paytest.WeChat) {
	c.Partner = true
	w.SubMerchants = []string{subMchID, "1900000110"}
}
