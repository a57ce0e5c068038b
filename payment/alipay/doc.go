// Package alipay is Alipay (支付宝) as a payment.Provider: the open platform's
// gateway (gateway.do), version 1.0, in public key mode or in certificate mode.
//
//	provider, err := alipay.New(alipay.Config{
//		AppID: "2021000000000000", SellerID: "2088000000000000", PrivateKey: payment.Secret(key),
//		AlipayPublicKey: publicKey, NotifyURL: "https://shop.example/notify/alipay",
//	})
//	payments, err := payment.New(deps, payment.Config{Providers: map[string]payment.Provider{"alipay": provider}})
//
// Every request is signed with the app's key (RSA2: SHA256withRSA over the
// sorted parameters). Answers are verified over the raw text of their node,
// notifications over their sorted parameters, both with Alipay's public key.
// What cannot be verified was not said: the outcome is unknown, and asked again.
//
// In certificate mode requests name the app's certificate and the bundle of
// roots, and answers and notifications name the certificate of Alipay that they
// are signed with. One that is not known is downloaded, so nothing is to be done
// when Alipay changes its own; a change of the roots, or of who Alipay's
// certificates are issued for, needs a new configuration.
//
// A trade begins at Alipay when the payer gets there, not when a QR code, page
// or app order is made: until then Query answers Absent, and Close cannot keep
// the payer from coming. The time until which they can is in the order itself.
// Who pays after the payment was closed here is told of by a notification; when
// that does not come, the bill of the day tells, and payment.Service books the
// money by its rule for late successes.
package alipay
