// Command npmtest lets clients that nobody here wrote speak to the simulated
// gateway: packages from npm sign requests that it must accept, and verify and
// decrypt what it sends. Run it in the module after "npm ci" in this folder:
//
//	go run ./payment/paytest/npmtest
//
// Further arguments go to node. The vectors that the packages produce for the
// tests of our own clients are written by vectors.mjs, and checked here.
package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/paytest"
)

const folder = "payment/paytest/npmtest"

func main() {
	if err := play(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "npmtest:", err)
		os.Exit(1)
	}
}

func play(args []string) error {
	vectors := node("vectors.mjs", "--check")
	if err := vectors.Run(); err != nil {
		return fmt.Errorf("vectors differ from what the packages produce: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	base := "http://" + listener.Addr().String()
	mux := http.NewServeMux()
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	wechat, err := mountWeChat(mux, base)
	if err != nil {
		return err
	}
	alipay, err := mountAlipay(mux, base, "/alipay", false)
	if err != nil {
		return err
	}
	certified, err := mountAlipay(mux, base, "/certified", true)
	if err != nil {
		return err
	}
	text, err := json.Marshal(map[string]any{"wechat": wechat, "alipay": alipay, "certified": certified})
	if err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	tests := node(append([]string{"--test"}, args...)...)
	tests.Env = append(os.Environ(), "MALL_GATEWAY="+string(text))
	err = tests.Run()
	closed := server.Close()
	if stopped := <-served; !errors.Is(stopped, http.ErrServerClosed) {
		err = errors.Join(err, stopped)
	}
	return errors.Join(err, closed)
}

func node(args ...string) *exec.Cmd {
	c := exec.Command("node", args...)
	c.Dir, c.Stdout, c.Stderr = folder, os.Stdout, os.Stderr
	return c
}

// wechat is what the tests need to know of the simulated WeChat Pay.
type wechat struct {
	BaseURL           string `json:"baseURL"`
	MerchantID        string `json:"mchid"`
	AppID             string `json:"appid"`
	SubMerchantID     string `json:"subMchid"`
	Serial            string `json:"serial"`
	PrivateKey        string `json:"privateKey"`
	StrangersKey      string `json:"strangersKey"`
	APIv3Key          string `json:"apiV3Key"`
	PublicKeyID       string `json:"publicKeyID"`
	PublicKey         string `json:"publicKey"`
	CertificateSerial string `json:"certificateSerial"`
	BillDate          string `json:"billDate"` // a day with one payment of 12.34 and one refund of 0.34
}

// mountWeChat mounts the gateway, and POST /control by which the tests command
// it (op and fault, or notices=public-key|certificate).
func mountWeChat(mux *http.ServeMux, base string) (wechat, error) {
	private, public, err := keyPair()
	if err != nil {
		return wechat{}, err
	}
	strangers, _, err := keyPair()
	if err != nil {
		return wechat{}, err
	}
	now := mall.Clock(nil)()
	keys, err := paytest.NewPlatformKeys(now)
	if err != nil {
		return wechat{}, err
	}
	w := wechat{BaseURL: base + "/", MerchantID: "1900009191", AppID: "wx8888888888888888", SubMerchantID: "1900000109",
		Serial: "3775B6A45ACD588826D15E583A95F5DD12345678", PrivateKey: private, StrangersKey: strangers, APIv3Key: "0123456789abcdef0123456789ABCDEF"}
	w.PublicKeyID, w.PublicKey = keys.PublicKey()
	w.CertificateSerial, _ = keys.Certificate()
	books := paytest.NewBooks()
	yesterday := now.AddDate(0, 0, -1)
	w.BillDate = mall.Calendar{}.Day(yesterday)
	if _, err := books.Save(context.Background(), paytest.Order{Protocol: "wechat", Number: "YESTERDAY1", Merchant: w.MerchantID, AppID: w.AppID, Title: "逗号, 引号`", Scene: "NATIVE",
		Amount: 1234, State: paytest.Paid, Transaction: "4200000001", PaidAt: yesterday, Refunds: []paytest.Refund{{Number: "R9", Receipt: "5000000009", Amount: 34, At: yesterday}}}); err != nil {
		return wechat{}, err
	}
	gateway, err := paytest.NewGateway(books, paytest.Config{WeChat: &paytest.WeChat{MerchantID: w.MerchantID, AppIDs: []string{w.AppID},
		SubMerchants: []string{w.SubMerchantID}, Serial: w.Serial, PublicKey: public, APIv3Key: w.APIv3Key, Keys: keys}})
	if err != nil {
		return wechat{}, err
	}
	mux.Handle("/v3/", gateway)
	mux.Handle("/sandbox/pay", gateway)
	mux.HandleFunc("POST /control", func(_ http.ResponseWriter, r *http.Request) {
		switch notices := r.FormValue("notices"); notices {
		case "":
			gateway.Fault(paytest.Op(r.FormValue("op")), paytest.Fault(r.FormValue("fault")))
		default:
			keys.UsePublicKey(notices == "public-key")
		}
	})
	return w, nil
}

func keyPair() (private, public string, err error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", "", err
	}
	pub, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pub})), err
}
