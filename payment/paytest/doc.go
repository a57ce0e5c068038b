// Package paytest is a payment gateway for tests and demonstrations, and the
// suite that every provider must pass.
//
// The gateway is an http.Handler with books of its own, which may live in
// another process; it speaks a small JSON protocol in which requests, answers
// and notifications are signed (HMAC-SHA256 over time, nonce and raw body).
// NewProvider is the payment.Provider that speaks to it:
//
//	gateway, err := paytest.NewGateway(paytest.NewBooks(), paytest.Config{NotifyURL: public + "/notify/wxpay", Secret: secret})
//	mux.Handle("/sandbox/", gateway)
//	provider, err := paytest.NewProvider(paytest.ProviderConfig{BaseURL: public, Secret: secret})
//
// It moves no real money and must never be mounted where real money is taken.
package paytest
