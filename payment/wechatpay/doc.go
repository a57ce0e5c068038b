// Package wechatpay is WeChat Pay (微信支付) as a payment.Provider: version 3 of
// its API, for merchants of their own and for service providers with sub
// merchants.
//
//	provider, err := wechatpay.New(wechatpay.Config{
//		AppID: "wx8888888888888888", MerchantID: "1900009191", Serial: serial, PrivateKey: payment.Secret(key),
//		APIv3Key: payment.Secret(secret), PublicKeyID: "PUB_KEY_ID_01…", PublicKey: publicKey,
//		NotifyURL: "https://shop.example/notify/wxpay",
//	})
//	payments, err := payment.New(deps, payment.Config{Providers: map[string]payment.Provider{"wxpay": provider}})
//
// Every request is signed with the merchant's key (WECHATPAY2-SHA256-RSA2048).
// Answers and notifications are verified over their raw bodies with the key
// that their serial names: the platform's public key (PUB_KEY_ID_…), or a
// platform certificate, which is downloaded when it is needed. Both are taken
// at once, so a merchant can move from one to the other at any time. What
// cannot be verified was not said: the outcome is unknown, and asked again.
//
// Payment codes (付款码) use version 3's codepay and reverse; a code payment
// that was paid is never reversed but refunded.
package wechatpay
