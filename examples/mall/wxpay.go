package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/wechatpay"
)

// wxpayPrefix begins the names of the settings of WeChat Pay:
//
//	MALL_WXPAY_APPID           the merchant's appid; with PARTNER the service provider's
//	MALL_WXPAY_MCHID           the merchant's number
//	MALL_WXPAY_SERIAL          serial number of its API certificate
//	MALL_WXPAY_KEY             key of that certificate, PEM; or _KEY_FILE
//	MALL_WXPAY_APIV3_KEY       32 characters
//	MALL_WXPAY_PUBLIC_KEY_ID   PUB_KEY_ID_…, and
//	MALL_WXPAY_PUBLIC_KEY      that key, PEM; or _PUBLIC_KEY_FILE. Without both, certificates are downloaded
//	MALL_WXPAY_NOTIFY_URL      default: -public and /notify/wxpay
//	MALL_WXPAY_PARTNER         1 for a service provider, with its sub merchant in
//	MALL_WXPAY_SUB_MCHID
//	MALL_WXPAY_BASE_URL        default: WeChat Pay's own
const wxpayPrefix = "MALL_WXPAY_"

// wxpayProvider is the name under which WeChat Pay takes part.
const wxpayProvider = "wxpay"

// wxpayNames are the settings that exist.
var wxpayNames = []string{"APPID", "MCHID", "SERIAL", "KEY", "KEY_FILE", "APIV3_KEY", "PUBLIC_KEY_ID", "PUBLIC_KEY", "PUBLIC_KEY_FILE",
	"NOTIFY_URL", "PARTNER", "SUB_MCHID", "BASE_URL"}

// wxpayConfig makes the configuration of WeChat Pay of its settings, or tells
// which of them is missing or wrong. It calls nobody.
func wxpayConfig(set map[string]string, public, miniProgram string) (wechatpay.Config, error) {
	var c wechatpay.Config
	for name := range set {
		if !slices.Contains(wxpayNames, name) {
			return c, fmt.Errorf("there is no setting %s%s", wxpayPrefix, name)
		}
	}
	key, err := textOrFile(set, wxpayPrefix, "KEY")
	if err != nil {
		return c, err
	}
	publicKey, err := textOrFile(set, wxpayPrefix, "PUBLIC_KEY")
	if err != nil {
		return c, err
	}
	c = wechatpay.Config{AppID: set["APPID"], MerchantID: set["MCHID"], Serial: set["SERIAL"], PrivateKey: payment.Secret(key),
		APIv3Key: payment.Secret(set["APIV3_KEY"]), PublicKeyID: set["PUBLIC_KEY_ID"], PublicKey: publicKey, NotifyURL: set["NOTIFY_URL"],
		Partner: set["PARTNER"] == "1", SubMerchantID: set["SUB_MCHID"], BaseURL: set["BASE_URL"]}
	if miniProgram != "" && !c.Partner {
		c.AppIDs = []string{miniProgram}
	}
	if c.NotifyURL == "" && public != "" {
		c.NotifyURL = public + "/notify/" + wxpayProvider
	}
	for _, f := range []struct {
		name    string
		missing bool
	}{
		{"APPID", c.AppID == ""}, {"MCHID", c.MerchantID == ""}, {"SERIAL", c.Serial == ""}, {"KEY or " + wxpayPrefix + "KEY_FILE", key == ""},
		{"APIV3_KEY", c.APIv3Key == ""}, {"PUBLIC_KEY_ID", publicKey != "" && c.PublicKeyID == ""}, {"PUBLIC_KEY", publicKey == "" && c.PublicKeyID != ""},
		{"SUB_MCHID", c.Partner && c.SubMerchantID == ""}, {"NOTIFY_URL (or -public)", c.NotifyURL == ""},
	} {
		if f.missing {
			return c, fmt.Errorf("%s%s is missing", wxpayPrefix, f.name)
		}
	}
	_, err = wechatpay.New(c)
	return c, err
}

// textOrFile is a setting, or the content of the file that NAME_FILE names.
func textOrFile(set map[string]string, prefix, name string) (string, error) {
	file := set[name+"_FILE"]
	switch {
	case file == "":
		return set[name], nil
	case set[name] != "":
		return "", errors.New(prefix + name + " and " + prefix + name + "_FILE are both set")
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s%s_FILE: %w", prefix, name, err)
	}
	return strings.TrimSpace(string(text)), nil
}
