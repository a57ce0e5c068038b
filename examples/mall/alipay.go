package main

import (
	"fmt"
	"slices"

	"github.com/gomall-dev/mall/payment/alipay"
)

// alipayPrefix begins the names of the settings of Alipay:
//
//	MALL_ALIPAY_APPID        number of the app at the open platform
//	MALL_ALIPAY_SELLER_ID    the merchant's account, 2088…
//	MALL_ALIPAY_KEY          the app's key, PEM or bare base64; or _KEY_FILE
//	MALL_ALIPAY_PUBLIC_KEY   Alipay's public key for the app; or _PUBLIC_KEY_FILE
//	MALL_ALIPAY_APP_CERT     certificate mode, in place of the public key: the app's
//	MALL_ALIPAY_CERT         certificate, Alipay's for the app and the bundle of
//	MALL_ALIPAY_ROOT_CERT    roots, PEM; or _APP_CERT_FILE, _CERT_FILE, _ROOT_CERT_FILE
//	MALL_ALIPAY_NOTIFY_URL   default: -public and /notify/alipay
//	MALL_ALIPAY_RETURN_URL   where browsers go after paying; default: nowhere
//	MALL_ALIPAY_BASE_URL     default: Alipay's own
const alipayPrefix = "MALL_ALIPAY_"

// alipayProvider is the name under which Alipay takes part.
const alipayProvider = "alipay"

// alipayNames are the settings that exist.
var alipayNames = []string{"APPID", "SELLER_ID", "KEY", "KEY_FILE", "PUBLIC_KEY", "PUBLIC_KEY_FILE",
	"APP_CERT", "APP_CERT_FILE", "CERT", "CERT_FILE", "ROOT_CERT", "ROOT_CERT_FILE", "NOTIFY_URL", "RETURN_URL", "BASE_URL"}

// alipayConfig makes the configuration of Alipay of its settings, or tells which
// of them is missing or wrong. It calls nobody.
func alipayConfig(set map[string]string, public string) (alipay.Config, error) {
	var c alipay.Config
	for name := range set {
		if !slices.Contains(alipayNames, name) {
			return c, fmt.Errorf("there is no setting %s%s", alipayPrefix, name)
		}
	}
	c = alipay.Config{AppID: set["APPID"], SellerID: set["SELLER_ID"], NotifyURL: set["NOTIFY_URL"], ReturnURL: set["RETURN_URL"], BaseURL: set["BASE_URL"]}
	for _, f := range []struct {
		name string
		into *string
	}{{"KEY", (*string)(&c.PrivateKey)}, {"PUBLIC_KEY", &c.AlipayPublicKey}, {"APP_CERT", &c.AppCert}, {"CERT", &c.AlipayCert}, {"ROOT_CERT", &c.RootCert}} {
		var err error
		if *f.into, err = textOrFile(set, alipayPrefix, f.name); err != nil {
			return c, err
		}
	}
	if c.NotifyURL == "" && public != "" {
		c.NotifyURL = public + "/notify/" + alipayProvider
	}
	for _, f := range []struct{ name, value string }{
		{"APPID", c.AppID}, {"SELLER_ID", c.SellerID}, {"KEY or " + alipayPrefix + "KEY_FILE", string(c.PrivateKey)},
		{"PUBLIC_KEY or " + alipayPrefix + "PUBLIC_KEY_FILE", c.AlipayPublicKey + c.AppCert}, {"NOTIFY_URL (or -public)", c.NotifyURL},
	} {
		if f.value == "" {
			return c, fmt.Errorf("%s%s is missing", alipayPrefix, f.name)
		}
	}
	_, err := alipay.New(c)
	return c, err
}
