package alipay

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// methodCertificate downloads one of Alipay's certificates.
const methodCertificate = "alipay.open.app.alipaycert.download"

// downloadPause is the pause between two downloads of certificates. Those that
// notifications name have one of their own: anybody may send notifications.
const downloadPause = 5 * time.Second

var serialForm = regexp.MustCompile(`^[0-9a-f]{32}$`)

// keyring holds what Alipay's signatures are checked with: one public key, or
// in certificate mode the keys of certificates by their numbers.
type keyring struct {
	p      *Provider
	public *rsa.PublicKey // nil in certificate mode

	app, root string // numbers of the app's certificate and of the bundle of roots
	roots     []*x509.Certificate
	holder    string // of Alipay's certificates

	group singleflight.Group
	mu    sync.Mutex
	certs map[string]certificate
	next  map[source]time.Time // when a certificate may be downloaded again
}

// source says where the number of a certificate was read.
type source int

const (
	fromAnswer source = iota
	fromNotice
)

// newKeyring reads the keys of a configuration, whichever mode it has.
func newKeyring(c Config, p *Provider) (*keyring, error) {
	k := &keyring{p: p}
	own := &p.signer.key.PublicKey
	if c.AppCert == "" {
		var err error
		if k.public, err = parsePublicKey(c.AlipayPublicKey); err != nil {
			return nil, err
		}
		if k.public.Equal(own) {
			return nil, errors.New("alipay: Config.AlipayPublicKey is the app's own key, not Alipay's")
		}
		return k, nil
	}
	app, _, err := parseCertificate(c.AppCert)
	if err != nil {
		return nil, fmt.Errorf("alipay: Config.AppCert: %w", err)
	}
	if !app.key.Equal(own) {
		return nil, errors.New("alipay: Config.AppCert is not of Config.PrivateKey")
	}
	if k.app, err = serial(app.Certificate); err != nil {
		return nil, fmt.Errorf("alipay: Config.AppCert: %w", err)
	}
	if k.roots, k.root, err = parseRoots(c.RootCert); err != nil {
		return nil, fmt.Errorf("alipay: Config.RootCert: %w", err)
	}
	theirs, _, err := parseCertificate(c.AlipayCert)
	if err != nil {
		return nil, fmt.Errorf("alipay: Config.AlipayCert: %w", err)
	}
	if theirs.key.Equal(own) {
		return nil, errors.New("alipay: Config.AlipayCert is the app's own certificate, not Alipay's")
	}
	sn, err := serial(theirs.Certificate)
	if err != nil {
		return nil, fmt.Errorf("alipay: Config.AlipayCert: %w", err)
	}
	k.holder, k.certs, k.next = theirs.Subject.CommonName, map[string]certificate{sn: theirs}, map[source]time.Time{}
	return k, nil
}

// check verifies the signature of a text by the certificate of a number; by any
// that is known when no number is given, as in notifications. In public key
// mode there are no numbers.
func (k *keyring) check(ctx context.Context, sn string, from source, signature, text string) error {
	if k.public != nil {
		return check(k.public, signature, text)
	}
	if sn != "" {
		key, err := k.find(ctx, sn, from)
		if err != nil {
			return err
		}
		return check(key, signature, text)
	}
	for _, key := range k.known() {
		if check(key, signature, text) == nil {
			return nil
		}
	}
	return errSignature
}

// known are the keys of the valid certificates.
func (k *keyring) known() []*rsa.PublicKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.p.now()
	var keys []*rsa.PublicKey
	for _, c := range k.certs {
		if valid(c.Certificate, now) {
			keys = append(keys, c.key)
		}
	}
	return keys
}

// find is the key of a certificate, which is downloaded when it is new.
func (k *keyring) find(ctx context.Context, sn string, from source) (*rsa.PublicKey, error) {
	if !serialForm.MatchString(sn) {
		return nil, errors.New("alipay: what names the certificate is no number of one")
	}
	c, ok := k.get(sn)
	if !ok {
		_, err, _ := k.group.Do(sn, func() (any, error) {
			if _, ok := k.get(sn); ok || !k.mayAsk(from) {
				return nil, nil
			}
			// Others wait for this download: it does not end with who asked for it.
			return nil, k.download(context.WithoutCancel(ctx), sn)
		})
		if err != nil {
			return nil, err
		}
		if c, ok = k.get(sn); !ok {
			return nil, fmt.Errorf("alipay: certificate %s is not known", sn)
		}
	}
	if !valid(c.Certificate, k.p.now()) {
		return nil, fmt.Errorf("alipay: certificate %s is not valid now", sn)
	}
	return c.key, nil
}

func (k *keyring) get(sn string) (certificate, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c, ok := k.certs[sn]
	return c, ok
}

// mayAsk says whether a download may be tried now.
func (k *keyring) mayAsk(from source) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.p.now()
	if now.Before(k.next[from]) {
		return false
	}
	k.next[from] = now.Add(downloadPause)
	return true
}

// download takes a certificate. The answer is not signed: the certificate is
// authentic because a configured root stands behind it, and Alipay's because it
// has the holder of the configured one; the same roots issue those of apps.
func (k *keyring) download(ctx context.Context, sn string) error {
	if mall.InTx(ctx) {
		return payment.ErrInTx
	}
	values, err := k.p.signed(methodCertificate, map[string]string{"alipay_cert_sn": sn}, false)
	if err != nil {
		return err
	}
	body, err := k.p.send(ctx, values.Encode())
	if err != nil {
		return err
	}
	var out struct {
		Node struct {
			Code    string `json:"code"`
			SubCode string `json:"sub_code"`
			Content string `json:"alipay_cert_content"` // PEM in base64
		} `json:"alipay_open_app_alipaycert_download_response"`
	}
	if json.Unmarshal(body, &out) != nil || out.Node.Code != gateDone {
		return fmt.Errorf("alipay: certificate %s cannot be had: %.20q %.80q", sn, out.Node.Code, out.Node.SubCode)
	}
	text, err := base64.StdEncoding.DecodeString(out.Node.Content)
	if err != nil {
		return errors.New("alipay: downloaded certificate is not base64")
	}
	return k.add(sn, string(text))
}

// add keeps a downloaded certificate if it is what its number says and can be trusted.
func (k *keyring) add(sn, text string) error {
	c, others, err := parseCertificate(text)
	if err != nil {
		return fmt.Errorf("alipay: downloaded certificate: %w", err)
	}
	number, err := serial(c.Certificate)
	switch {
	case err != nil:
		return fmt.Errorf("alipay: downloaded certificate: %w", err)
	case number != sn:
		return errors.New("alipay: downloaded certificate has another number than was asked for")
	case c.Subject.CommonName != k.holder:
		return fmt.Errorf("alipay: certificate %s has another holder than Config.AlipayCert", sn)
	case !trusted(c.Certificate, others, k.roots, k.p.now()):
		return fmt.Errorf("alipay: no root of Config.RootCert stands behind certificate %s", sn)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.certs[sn] = c
	return nil
}
