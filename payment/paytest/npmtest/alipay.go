package main

import (
	"net/http"
	"strings"

	"github.com/gomall-dev/mall/payment/paytest"
)

// alipay is what the tests need to know of the simulated Alipay.
type alipay struct {
	BaseURL         string `json:"baseURL"`
	AppID           string `json:"appId"`
	SellerID        string `json:"sellerId"`
	PrivateKey      string `json:"privateKey"`
	StrangersKey    string `json:"strangersKey"`
	AlipayPublicKey string `json:"alipayPublicKey"`
}

// mountAlipay mounts a gateway of its own under /alipay/, with POST
// /alipay/control by which the tests command it (op and fault).
func mountAlipay(mux *http.ServeMux, base string) (alipay, error) {
	private, public, err := keyPair()
	if err != nil {
		return alipay{}, err
	}
	strangers, _, err := keyPair()
	if err != nil {
		return alipay{}, err
	}
	keys, err := paytest.NewAlipayKeys()
	if err != nil {
		return alipay{}, err
	}
	a := alipay{BaseURL: base + "/alipay", AppID: "2021000122671080", SellerID: "2088102122524333", PrivateKey: bare(private), StrangersKey: bare(strangers),
		AlipayPublicKey: keys.PublicKey()}
	gateway, err := paytest.NewGateway(paytest.NewBooks(), paytest.Config{Alipay: &paytest.Alipay{AppID: a.AppID, SellerID: a.SellerID, PublicKey: public, Keys: keys}})
	if err != nil {
		return alipay{}, err
	}
	mux.Handle("/alipay/", http.StripPrefix("/alipay", gateway))
	mux.HandleFunc("POST /alipay/control", func(_ http.ResponseWriter, r *http.Request) {
		gateway.Fault(paytest.Op(r.FormValue("op")), paytest.Fault(r.FormValue("fault")))
	})
	return a, nil
}

// bare is a key as Alipay's tools write it, without PEM's first and last line.
func bare(key string) string {
	lines := strings.Split(strings.TrimSpace(key), "\n")
	return strings.Join(lines[1:len(lines)-1], "")
}
