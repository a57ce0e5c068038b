package main

import (
	"fmt"
	"slices"

	"github.com/gomall-dev/mall/auth/verify/aliyun"
)

// smsPrefix begins the names of the settings of Alibaba Cloud's message
// service (阿里云短信服务):
//
//	MALL_SMS_ALIYUN_KEY_ID      AccessKey id
//	MALL_SMS_ALIYUN_KEY_SECRET  AccessKey secret
//	MALL_SMS_ALIYUN_SIGN        name of the signature
//	MALL_SMS_ALIYUN_TEMPLATE    code of the template
//	MALL_SMS_ALIYUN_VARIABLE    its variable for the code; default "code"
//	MALL_SMS_ALIYUN_BASE_URL    default: the service's own
const smsPrefix = "MALL_SMS_ALIYUN_"

// smsNames are the settings that exist.
var smsNames = []string{"KEY_ID", "KEY_SECRET", "SIGN", "TEMPLATE", "VARIABLE", "BASE_URL"}

// smsClient makes the client of the message service of its settings, or tells
// which of them is missing or wrong. It calls nobody.
func smsClient(set map[string]string) (*aliyun.Client, error) {
	for name := range set {
		if !slices.Contains(smsNames, name) {
			return nil, fmt.Errorf("there is no setting %s%s", smsPrefix, name)
		}
	}
	for _, name := range smsNames[:4] {
		if set[name] == "" {
			return nil, fmt.Errorf("%s%s is missing", smsPrefix, name)
		}
	}
	return aliyun.New(aliyun.Config{KeyID: set["KEY_ID"], KeySecret: set["KEY_SECRET"], Sign: set["SIGN"], Template: set["TEMPLATE"],
		Variable: set["VARIABLE"], BaseURL: set["BASE_URL"]})
}
