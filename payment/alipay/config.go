package alipay

import (
	"cmp"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/internal/outgoing"
)

// Config of a merchant at Alipay.
type Config struct {
	// AppID is the app's number at the open platform. Required. The appids that
	// payments name are those of WeChat and mean nothing here.
	AppID string
	// SellerID is the merchant's account, "2088…" of 16 digits. Required.
	SellerID string
	// PrivateKey is the app's key, PKCS #8 or PKCS #1, PEM or the bare base64
	// that Alipay's tools write. Required.
	PrivateKey payment.Secret
	// AlipayPublicKey is Alipay's key for this app, PEM or bare base64. It is
	// not the app's own public key. Required in public key mode.
	AlipayPublicKey string
	// AppCert, AlipayCert and RootCert are the contents of the files that the
	// open platform gives for certificate mode (公钥证书模式), PEM: the app's
	// certificate (appCertPublicKey_….crt), Alipay's for this app
	// (alipayCertPublicKey_RSA2.crt) and the bundle of roots
	// (alipayRootCert.crt). They take the place of AlipayPublicKey, all three.
	AppCert, AlipayCert, RootCert string
	// NotifyURL is where notifications come to, at most 256 characters. Required.
	NotifyURL string
	// ReturnURL is where the payer's browser goes after paying on a page; "".
	ReturnURL string
	// BaseURL is the gateway's; https://openapi.alipay.com/gateway.do.
	BaseURL string
	// HTTP sends requests, and never follows a redirect; default: one that keeps 64
	// idle connections.
	HTTP *http.Client
	// Timeout bounds one try of a request; 10 seconds.
	Timeout time.Duration
	// Tries is how often a request is sent at most while its answer does not
	// come or tells to repeat it, always with the same number; 2. The payment
	// of a code is sent once.
	Tries int
	// Pause is the pause before the second try, doubled for each further one;
	// 300 milliseconds.
	Pause time.Duration
	// MaxBill is the longest bill that is read, in bytes, packed as well as
	// unpacked; 64 MiB.
	MaxBill int64
	// Window is how far the time of a notification may be off; 5 minutes. Each
	// repetition is sent with a time of its own.
	Window time.Duration
	// Logger tells of answers that could not be verified; slog.Default().
	Logger *slog.Logger
	// Now is the clock; nil is the system's.
	Now func() time.Time
}

// Provider is a merchant at Alipay.
type Provider struct {
	cfg    Config // without its secret
	signer signer
	keys   *keyring // Alipay's
	now    func() time.Time
	log    *slog.Logger
}

var (
	_ payment.Provider = (*Provider)(nil)
	_ payment.Biller   = (*Provider)(nil)
	_ payment.Checker  = (*Provider)(nil)
)

// New makes the provider; what is missing in the configuration is an error that
// names it. It calls nobody.
func New(c Config) (*Provider, error) {
	for _, f := range []struct{ name, value string }{
		{"AppID", c.AppID}, {"SellerID", c.SellerID}, {"PrivateKey", string(c.PrivateKey)}, {"NotifyURL", c.NotifyURL},
	} {
		if f.value == "" {
			return nil, fmt.Errorf("alipay: Config.%s is missing", f.name)
		}
	}
	if err := c.checkMode(); err != nil {
		return nil, err
	}
	c.BaseURL = cmp.Or(c.BaseURL, "https://openapi.alipay.com/gateway.do")
	for _, f := range []struct{ name, value string }{{"NotifyURL", c.NotifyURL}, {"ReturnURL", c.ReturnURL}, {"BaseURL", c.BaseURL}} {
		u, err := url.Parse(f.value)
		if f.value != "" && (err != nil || u.Host == "" || len(f.value) > 256) {
			return nil, fmt.Errorf("alipay: Config.%s is no absolute URL of at most 256 characters", f.name)
		}
	}
	if strings.Contains(c.BaseURL, "?") {
		return nil, errors.New("alipay: Config.BaseURL has a query")
	}
	c.complete()
	p := &Provider{now: mall.Clock(c.Now), log: c.Logger}
	var err error
	if p.signer.key, err = parsePrivateKey(string(c.PrivateKey)); err != nil {
		return nil, err
	}
	if p.keys, err = newKeyring(c, p); err != nil {
		return nil, err
	}
	c.PrivateKey = "" // nothing that prints p prints it
	p.cfg = c
	return p, nil
}

// checkMode says whether there is all of one mode and nothing of the other.
func (c *Config) checkMode() error {
	switch {
	case c.AppCert == "" && c.AlipayCert == "" && c.RootCert == "":
		if c.AlipayPublicKey == "" {
			return errors.New("alipay: Config.AlipayPublicKey is missing")
		}
	case c.AppCert == "" || c.AlipayCert == "" || c.RootCert == "":
		return errors.New("alipay: Config.AppCert, AlipayCert and RootCert belong together")
	case c.AlipayPublicKey != "":
		return errors.New("alipay: Config.AlipayPublicKey is for public key mode, and there are certificates")
	}
	return nil
}

// complete fills in the defaults.
func (c *Config) complete() {
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	c.Tries = cmp.Or(c.Tries, 2)
	c.Pause = cmp.Or(c.Pause, 300*time.Millisecond)
	c.MaxBill = cmp.Or(c.MaxBill, 64<<20)
	c.Window = cmp.Or(c.Window, 5*time.Minute)
	h := http.Client{Transport: outgoing.Transport()}
	if c.HTTP != nil {
		h = *c.HTTP
	}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.HTTP = &h
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
}

// String keeps what prints a provider short, and free of its key.
func (p *Provider) String() string { return "alipay " + p.cfg.AppID }

// GoString does so for %#v.
func (p *Provider) GoString() string { return p.String() }

// LogValue does so for slog.
func (p *Provider) LogValue() slog.Value { return slog.StringValue(p.String()) }

// der is the content of a key, PEM or bare base64.
func der(text string) []byte {
	if block, _ := pem.Decode([]byte(text)); block != nil {
		return block.Bytes
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil
	}
	return raw
}

// parsePrivateKey reads PKCS #8 or PKCS #1. Its error never quotes the key.
func parsePrivateKey(text string) (*rsa.PrivateKey, error) {
	raw := der(text)
	if key, err := x509.ParsePKCS1PrivateKey(raw); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(raw)
	if k, ok := key.(*rsa.PrivateKey); err == nil && ok {
		return k, nil
	}
	return nil, errors.New("alipay: Config.PrivateKey is no RSA key in PKCS #8 or PKCS #1")
}

// parsePublicKey reads a public key.
func parsePublicKey(text string) (*rsa.PublicKey, error) {
	key, err := x509.ParsePKIXPublicKey(der(text))
	if k, ok := key.(*rsa.PublicKey); err == nil && ok {
		return k, nil
	}
	return nil, errors.New("alipay: Config.AlipayPublicKey is no RSA key")
}
