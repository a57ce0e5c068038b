package alipay_test

import (
	"fmt"

	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/alipay"
)

func ExampleNew() {
	private, _ := appKey() // as Alipay's tools write it
	provider, err := alipay.New(alipay.Config{AppID: "2021000122671080", SellerID: "2088102122524333", PrivateKey: payment.Secret(private),
		AlipayPublicKey: sharedKeys().PublicKey(), NotifyURL: "https://shop.example/notify/alipay"})
	fmt.Println(provider, err)
	_, err = alipay.New(alipay.Config{AppID: "2021000122671080"})
	fmt.Println(err)
	// Output:
	// alipay 2021000122671080 <nil>
	// alipay: Config.SellerID is missing
}
