package wechatpay

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

const (
	publicKeyPrefix = "PUB_KEY_ID_"
	certificateAge  = 12 * time.Hour  // after which certificates are downloaded again, as WeChat Pay asks
	downloadPause   = time.Minute     // after a download: anybody may send serials that nobody knows
	failurePause    = 5 * time.Second // after one that failed
	maxCertificates = 1 << 20         // bytes
	soon            = 48 * time.Hour  // before its end a certificate is not relied on without looking for the next
	skew            = 5 * time.Minute // by which clocks may differ at the ends of certificates
)

// keyring holds the keys by which the platform signs, by serial.
type keyring struct {
	p     *Provider
	fixed map[string]*rsa.PublicKey // public keys, which do not end

	group singleflight.Group
	mu    sync.Mutex
	certs map[string]certificate
	fresh time.Time // last download
	next  time.Time // when another may be tried
}

// certificate is a platform certificate.
type certificate struct {
	key         *rsa.PublicKey
	from, until time.Time
}

func newKeyring(c Config, p *Provider) (*keyring, error) {
	k := &keyring{p: p, fixed: map[string]*rsa.PublicKey{}, certs: map[string]certificate{}}
	if c.PublicKeyID != "" {
		if !strings.HasPrefix(c.PublicKeyID, publicKeyPrefix) {
			return nil, fmt.Errorf("wechatpay: Config.PublicKeyID does not begin with %s", publicKeyPrefix)
		}
		key, err := parsePublicKey(c.PublicKey)
		if err != nil {
			return nil, err
		}
		k.fixed[c.PublicKeyID] = key
	}
	for _, text := range c.Certificates {
		serial, cert, err := parseCertificate([]byte(text))
		if err != nil {
			return nil, err
		}
		k.certs[serial] = cert
	}
	return k, nil
}

// find is the key of a serial. Certificates are downloaded when the serial is
// new, when they are old or when they end soon; while a download fails, those
// that are still valid serve on.
func (k *keyring) find(ctx context.Context, serial string) (*rsa.PublicKey, error) {
	if key := k.fixed[serial]; key != nil {
		return key, nil
	}
	if strings.HasPrefix(serial, publicKeyPrefix) {
		return nil, fmt.Errorf("wechatpay: no public key %.80q: set Config.PublicKeyID and PublicKey", serial)
	}
	now := k.p.now()
	cert, _, due := k.get(serial, now)
	if !due {
		return cert.key, nil
	}
	_, err, _ := k.group.Do("certificates", func() (any, error) {
		if !k.mayAsk() {
			return nil, nil
		}
		// Others wait for this download: it does not end with who asked for it.
		return nil, k.download(context.WithoutCancel(ctx))
	})
	if cert, ok, _ := k.get(serial, now); ok {
		return cert.key, nil
	}
	if err == nil {
		err = fmt.Errorf("wechatpay: no platform certificate %.80q", serial)
	}
	return nil, err
}

// get is the certificate of a serial, whether it is valid, and whether a
// download is due.
func (k *keyring) get(serial string, now time.Time) (cert certificate, ok, due bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	cert, ok = k.certs[serial]
	ok = ok && cert.valid(now)
	return cert, ok, !ok || now.Sub(k.fresh) > certificateAge || cert.until.Sub(now) < soon
}

// mayAsk says whether a download may be tried; it counts as failed until it ends.
func (k *keyring) mayAsk() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.p.now()
	if now.Before(k.next) {
		return false
	}
	k.next = now.Add(failurePause)
	return true
}

func (c certificate) valid(now time.Time) bool {
	return now.After(c.from.Add(-skew)) && now.Before(c.until.Add(skew))
}

// download takes the list of certificates. They are authentic because they open
// with the API v3 key; the answer must be signed by one of them besides.
func (k *keyring) download(ctx context.Context) error {
	if mall.InTx(ctx) {
		return payment.ErrInTx
	}
	m, err := k.p.send(ctx, http.MethodGet, "/v3/certificates", nil, maxCertificates)
	if err != nil {
		return err
	}
	if m.status == http.StatusNotFound {
		return errors.New("wechatpay: the merchant has no platform certificates: set Config.PublicKeyID and PublicKey")
	}
	if m.status != http.StatusOK {
		return fmt.Errorf("wechatpay: certificates: HTTP %d", m.status)
	}
	certs, err := k.read(m.body)
	if err != nil {
		return err
	}
	signer := k.fixed[m.serial]
	if c, ok := certs[m.serial]; ok {
		signer = c.key
	}
	if signer == nil {
		return errSignature
	}
	if err := m.check(signer, k.p.now()); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.p.now()
	k.certs, k.fresh, k.next = certs, now, now.Add(downloadPause)
	return nil
}

// read decrypts a list of certificates.
func (k *keyring) read(body []byte) (map[string]certificate, error) {
	var list struct {
		Data []struct {
			Serial    string `json:"serial_no"`
			Encrypted sealed `json:"encrypt_certificate"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &list); err != nil {
		return nil, fmt.Errorf("wechatpay: certificates: %w", err)
	}
	certs := map[string]certificate{}
	for _, c := range list.Data {
		text, err := c.Encrypted.open(k.p.aead)
		if err != nil {
			return nil, err
		}
		serial, cert, err := parseCertificate(text)
		if err != nil {
			return nil, err
		}
		if serial != c.Serial {
			return nil, errors.New("wechatpay: certificate has another serial number than its list says")
		}
		certs[serial] = cert
	}
	return certs, nil
}

// parseCertificate reads a platform certificate, PEM.
func parseCertificate(text []byte) (string, certificate, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return "", certificate{}, errors.New("wechatpay: platform certificate is not PEM")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", certificate{}, fmt.Errorf("wechatpay: platform certificate: %w", err)
	}
	key, ok := c.PublicKey.(*rsa.PublicKey)
	if !ok {
		return "", certificate{}, errors.New("wechatpay: platform certificate has no RSA key")
	}
	return fmt.Sprintf("%X", c.SerialNumber.Bytes()), certificate{key: key, from: c.NotBefore, until: c.NotAfter}, nil
}
