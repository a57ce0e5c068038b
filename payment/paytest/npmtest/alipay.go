package main

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/paytest"
)

// alipay is what the tests need to know of the simulated Alipay, in one of its modes.
type alipay struct {
	BaseURL         string `json:"baseURL"`
	AppID           string `json:"appId"`
	SellerID        string `json:"sellerId"`
	PrivateKey      string `json:"privateKey"`
	StrangersKey    string `json:"strangersKey"`
	AlipayPublicKey string `json:"alipayPublicKey,omitempty"`
	AppCert         string `json:"appCert,omitempty"`
	AlipayCert      string `json:"alipayCert,omitempty"`
	AlipayCertSN    string `json:"alipayCertSn,omitempty"`
	RootCert        string `json:"rootCert,omitempty"`
	BillDate        string `json:"billDate"` // a day with one payment of 12.34 and one refund of 0.34
}

// mountAlipay mounts a gateway of its own under a path ("/alipay"), with POST
// …/control by which the tests command it (op and fault, or rotate).
func mountAlipay(mux *http.ServeMux, base, path string, certified bool) (alipay, error) {
	private, public, err := keyPair()
	if err != nil {
		return alipay{}, err
	}
	strangers, _, err := keyPair()
	if err != nil {
		return alipay{}, err
	}
	now := mall.Clock(nil)()
	billed := now.AddDate(0, 0, -2)
	a := alipay{BaseURL: base + path, AppID: "2021000122671080", SellerID: "2088102122524333", PrivateKey: bare(private), StrangersKey: bare(strangers), BillDate: mall.Calendar{}.Day(billed)}
	books := paytest.NewBooks()
	if _, err := books.Save(context.Background(), paytest.Order{Protocol: "alipay", Number: "BILLED1", Merchant: a.SellerID, AppID: a.AppID, Title: "逗号, 引号\" ¥", Amount: 1234,
		State: paytest.Paid, Transaction: "2026112122001477031414123456", PaidAt: billed, Refunds: []paytest.Refund{{Number: "R9", Amount: 34, At: billed}}}); err != nil {
		return alipay{}, err
	}
	platform := paytest.Alipay{AppID: a.AppID, SellerID: a.SellerID, PublicKey: public}
	if certified {
		if platform.Certs, err = paytest.NewAlipayCerts(a.SellerID, now); err != nil {
			return alipay{}, err
		}
		if platform.AppCert, err = platform.Certs.App(a.AppID, public, now); err != nil {
			return alipay{}, err
		}
		a.AppCert, a.RootCert = platform.AppCert, platform.Certs.Roots()
		a.AlipayCertSN, a.AlipayCert = platform.Certs.Certificate()
	} else {
		if platform.Keys, err = paytest.NewAlipayKeys(); err != nil {
			return alipay{}, err
		}
		a.AlipayPublicKey = platform.Keys.PublicKey()
	}
	gateway, err := paytest.NewGateway(books, paytest.Config{Alipay: &platform})
	if err != nil {
		return alipay{}, err
	}
	mux.Handle(path+"/", http.StripPrefix(path, gateway))
	mux.HandleFunc("POST "+path+"/control", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("rotate") == "" {
			gateway.Fault(paytest.Op(r.FormValue("op")), paytest.Fault(r.FormValue("fault")))
		} else if err := platform.Certs.Rotate(mall.Clock(nil)(), time.Hour); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	return a, nil
}

// bare is a key as Alipay's tools write it, without PEM's first and last line.
func bare(key string) string {
	lines := strings.Split(strings.TrimSpace(key), "\n")
	return strings.Join(lines[1:len(lines)-1], "")
}
