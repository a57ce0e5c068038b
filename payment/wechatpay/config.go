package wechatpay

import (
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/internal/outgoing"
)

// Config of a merchant at WeChat Pay.
type Config struct {
	// AppID is the appid of payments that name none; with Partner it is the
	// service provider's (sp_appid). Required.
	AppID string
	// AppIDs are further appids that are bound to the merchant. Payments at
	// any other are refused; with Partner sub merchants bring their own.
	AppIDs []string
	// MerchantID is the merchant's number (mchid, with Partner sp_mchid). Required.
	MerchantID string
	// Serial is the serial number of the merchant's API certificate. Required.
	Serial string
	// PrivateKey is the key of that certificate, PEM. Required.
	PrivateKey payment.Secret
	// APIv3Key decrypts notifications and certificates, 32 bytes. Required.
	APIv3Key payment.Secret
	// PublicKeyID ("PUB_KEY_ID_…") and PublicKey (PEM) are WeChat Pay's public
	// key for this merchant. With them answers are asked to be signed by it;
	// without them platform certificates are downloaded.
	PublicKeyID string
	PublicKey   string
	// Certificates are platform certificates that are known already, PEM.
	Certificates []string
	// Partner is the service provider's mode; a payment's merchant is then its
	// sub merchant (sub_mchid), SubMerchantID when it names none.
	Partner       bool
	SubMerchantID string
	// NotifyURL is where notifications come to, at most 255 characters and
	// without a query. Required.
	NotifyURL string
	// StoreID is the number of the shop in which payment codes are taken; "1".
	StoreID string
	// BaseURL is WeChat Pay's; https://api.mch.weixin.qq.com.
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
	// MaxBill is the longest bill that is read, in bytes; 64 MiB.
	MaxBill int64
	// Logger tells of answers that could not be verified; slog.Default().
	Logger *slog.Logger
	// Now is the clock; nil is the system's.
	Now func() time.Time
}

// Provider is a merchant at WeChat Pay.
type Provider struct {
	cfg    Config // without its secrets
	base   *url.URL
	signer signer
	aead   cipher.AEAD
	keys   *keyring
	seen   memory
	now    func() time.Time
	log    *slog.Logger
}

var (
	_ payment.Provider = (*Provider)(nil)
	_ payment.Biller   = (*Provider)(nil)
	_ payment.Checker  = (*Provider)(nil)
)

// New makes the provider; what is missing in the configuration is an error that
// names it. It calls nobody yet.
func New(c Config) (*Provider, error) {
	for _, f := range []struct{ name, value string }{
		{"AppID", c.AppID}, {"MerchantID", c.MerchantID}, {"Serial", c.Serial}, {"PrivateKey", string(c.PrivateKey)},
		{"APIv3Key", string(c.APIv3Key)}, {"NotifyURL", c.NotifyURL},
	} {
		if f.value == "" {
			return nil, fmt.Errorf("wechatpay: Config.%s is missing", f.name)
		}
	}
	if (c.PublicKeyID == "") != (c.PublicKey == "") {
		return nil, errors.New("wechatpay: Config.PublicKeyID and PublicKey belong together")
	}
	notify, err := url.Parse(c.NotifyURL)
	if err != nil || notify.Host == "" || notify.RawQuery != "" || len(c.NotifyURL) > 255 {
		return nil, errors.New("wechatpay: Config.NotifyURL is no absolute URL without query of at most 255 characters")
	}
	c.BaseURL = strings.TrimSuffix(cmp.Or(c.BaseURL, "https://api.mch.weixin.qq.com"), "/")
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" {
		return nil, errors.New("wechatpay: Config.BaseURL is no absolute URL")
	}
	c.complete()
	p := &Provider{base: base, now: mall.Clock(c.Now), log: c.Logger}
	if p.signer, err = newSigner(c.MerchantID, c.Serial, string(c.PrivateKey)); err != nil {
		return nil, err
	}
	if p.aead, err = newAEAD(string(c.APIv3Key)); err != nil {
		return nil, err
	}
	if p.keys, err = newKeyring(c, p); err != nil {
		return nil, err
	}
	c.PrivateKey, c.APIv3Key = "", "" // nothing that prints p prints them
	p.cfg = c
	return p, nil
}

// complete fills in the defaults.
func (c *Config) complete() {
	c.StoreID = cmp.Or(c.StoreID, "1")
	c.Timeout = cmp.Or(c.Timeout, 10*time.Second)
	c.Tries = cmp.Or(c.Tries, 2)
	c.Pause = cmp.Or(c.Pause, 300*time.Millisecond)
	c.MaxBill = cmp.Or(c.MaxBill, 64<<20)
	c.AppIDs = append(slices.Clone(c.AppIDs), c.AppID)
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

// String keeps what prints a provider short, and free of its keys.
func (p *Provider) String() string { return "wechatpay " + p.cfg.MerchantID }

// GoString does so for %#v.
func (p *Provider) GoString() string { return p.String() }

// LogValue does so for slog.
func (p *Provider) LogValue() slog.Value { return slog.StringValue(p.String()) }

// newAEAD is the cipher of notifications and certificates.
func newAEAD(key string) (cipher.AEAD, error) {
	if len(key) != 32 {
		return nil, errors.New("wechatpay: Config.APIv3Key has not 32 bytes")
	}
	block, err := aes.NewCipher([]byte(key))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// parsePrivateKey reads PKCS #8 or PKCS #1. Its errors never quote the key.
func parsePrivateKey(text string) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("wechatpay: Config.PrivateKey is not PEM")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if k, ok := key.(*rsa.PrivateKey); err == nil && ok {
		return k, nil
	}
	return nil, errors.New("wechatpay: Config.PrivateKey is no RSA key in PKCS #8 or PKCS #1")
}

// parsePublicKey reads a public key, PEM.
func parsePublicKey(text string) (*rsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("wechatpay: Config.PublicKey is not PEM")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if k, ok := key.(*rsa.PublicKey); err == nil && ok {
		return k, nil
	}
	return nil, errors.New("wechatpay: Config.PublicKey is no RSA key")
}
