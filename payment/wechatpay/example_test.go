package wechatpay_test

import (
	"fmt"

	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/wechatpay"
)

func ExampleNew() {
	private, _ := merchantKey() // of the merchant's API certificate, PEM
	provider, err := wechatpay.New(wechatpay.Config{
		AppID: "wx8888888888888888", MerchantID: "1900009191", Serial: "3775B6A45ACD588826D15E583A95F5DD12345678",
		PrivateKey: payment.Secret(private), APIv3Key: "0123456789abcdef0123456789ABCDEF", NotifyURL: "https://shop.example/notify/wxpay",
	})
	fmt.Println(provider, err)
	_, err = wechatpay.New(wechatpay.Config{AppID: "wx8888888888888888", MerchantID: "1900009191"})
	fmt.Println(err)
	// Output:
	// wechatpay 1900009191 <nil>
	// wechatpay: Config.Serial is missing
}
