// Package paytest is a payment gateway for tests and demonstrations, and the
// suite that every provider must pass.
//
// The gateway is an http.Handler with books of its own, which may live in
// another process. It speaks three protocols over the same books: a small one of
// its own, signed by HMAC-SHA256 over time, nonce and raw body, for which
// NewProvider is the payment.Provider; and WeChat Pay's, version 3, and that of
// Alipay's gateway, as other people's clients expect them (npmtest proves that):
//
//	gateway, err := paytest.NewGateway(paytest.NewBooks(), paytest.Config{NotifyURL: public + "/notify/wxpay", Secret: secret})
//	mux.Handle("/sandbox/", gateway)
//	provider, err := paytest.NewProvider(paytest.ProviderConfig{BaseURL: public, Secret: secret})
//
// POST /sandbox/pay and Gateway.Pay play the payer, Gateway.Fault and the
// outcomes of Pay let answers and notifications fail, come late, twice, in
// another order or never, or lie. Whatever needs to know a protocol is in the
// files named after it: sandbox.go and provider.go, wechat*.go, alipay*.go.
//
// It moves no real money and must never be mounted where real money is taken.
package paytest
