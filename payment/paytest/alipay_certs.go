package paytest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"
)

// AlipayCerts are the certificates of Alipay, for apps in certificate mode: a
// bundle of roots, a certificate that issues others, and those by which the
// platform signs, of which the newest does. It starts with one.
type AlipayCerts struct {
	seller string
	issuer *authority
	liar   *authority // has the issuer's name, and nobody behind it
	roots  string
	wrong  *rsa.PrivateKey // no certificate of the platform is of it

	mu    sync.Mutex
	certs []alipayCert
}

type alipayCert struct {
	sn, chain string // PEM, with the certificate that issued it
	key       *rsa.PrivateKey
}

// authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
	pem  string
}

const issuerName = "Sandbox Certification Authority Class 2 R1"

// caTerm is how long the certificates that issue others are valid.
const caTerm = 20 * 365 * 24 * time.Hour

// NewAlipayCerts makes certificates for a merchant, valid from a day before now.
func NewAlipayCerts(sellerID string, now time.Time) (*AlipayCerts, error) {
	var keys [3]*rsa.PrivateKey
	for i := range keys {
		var err error
		if keys[i], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return nil, err
		}
	}
	c := &AlipayCerts{seller: sellerID, wrong: keys[0]}
	curve, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return nil, err
	}
	root, err := newAuthority("Sandbox Certification Authority R1", keys[0], nil, now)
	if err != nil {
		return nil, err
	}
	// The bundle has a second root, and one by another algorithm, which does not
	// count for its number.
	second, err := newAuthority("Sandbox Class 2 Root CA - G3", keys[1], nil, now)
	if err != nil {
		return nil, err
	}
	third, err := newAuthority("Sandbox Certification Authority E1", curve, nil, now)
	if err != nil {
		return nil, err
	}
	c.roots = root.pem + third.pem + second.pem
	if c.issuer, err = newAuthority(issuerName, keys[2], root, now); err != nil {
		return nil, err
	}
	if c.liar, err = newAuthority(issuerName, curve, nil, now); err != nil {
		return nil, err
	}
	return c, c.Rotate(now, 5*365*24*time.Hour)
}

// Roots is the bundle of roots (alipayRootCert.crt), PEM.
func (c *AlipayCerts) Roots() string { return c.roots }

// Certificate is the certificate that signs (alipayCertPublicKey_RSA2.crt), with
// its number, PEM.
func (c *AlipayCerts) Certificate() (sn, text string) {
	newest := c.newest()
	return newest.sn, newest.chain
}

// App issues the certificate of an app (appCertPublicKey_….crt), PEM, for its
// public key, PEM or bare base64.
func (c *AlipayCerts) App(appID, public string, now time.Time) (string, error) {
	key, err := apPublicKey(public)
	if err != nil {
		return "", err
	}
	name := pkix.Name{Country: []string{"CN"}, Organization: []string{"沙箱商户"}, OrganizationalUnit: []string{"Alipay"}, CommonName: c.seller + "-" + appID}
	return c.issuer.issue(name, key, nil, now, 5*365*24*time.Hour)
}

// Rotate adds a certificate of a duration, which signs from now on. Those from
// before can still be downloaded.
func (c *AlipayCerts) Rotate(now time.Time, valid time.Duration) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	cert, err := c.sign(c.issuer, key, nil, now, valid)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.certs = append(c.certs, cert)
	return nil
}

// sign issues a certificate of the platform.
func (c *AlipayCerts) sign(by *authority, key *rsa.PrivateKey, serial *big.Int, now time.Time, valid time.Duration) (alipayCert, error) {
	name := pkix.Name{Country: []string{"CN"}, Organization: []string{"沙箱商户"}, OrganizationalUnit: []string{"Alipay"}, CommonName: "支付宝沙箱-" + c.seller}
	text, err := by.issue(name, key.Public(), serial, now, valid)
	if err != nil {
		return alipayCert{}, err
	}
	sn, err := certSN(text)
	return alipayCert{sn: sn, chain: text + by.pem, key: key}, err
}

func (c *AlipayCerts) newest() alipayCert {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.certs[len(c.certs)-1]
}

func (c *AlipayCerts) oldest() alipayCert {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.certs[0]
}

// find is a certificate by its number.
func (c *AlipayCerts) find(sn string) (alipayCert, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, cert := range c.certs {
		if cert.sn == sn {
			return cert, true
		}
	}
	return alipayCert{}, false
}

// newAuthority makes an authority; without one above it is its own root. Its
// name has nothing that RFC 2253 escapes: not all clients do that.
func newAuthority(name string, key crypto.Signer, above *authority, now time.Time) (*authority, error) {
	a := &authority{key: key}
	if above == nil {
		above = a
	}
	var err error
	subject := pkix.Name{Country: []string{"CN"}, Organization: []string{"Sandbox without real money"}, OrganizationalUnit: []string{"Certification Authority"}, CommonName: name}
	if a.pem, err = above.issue(subject, key.Public(), nil, now, caTerm); err != nil {
		return nil, err
	}
	a.cert, err = parseCert(a.pem)
	return a, err
}

// issue makes a certificate, PEM: without extensions, as those of Alipay's
// sandbox, and with a random number when none is given. An authority without a
// certificate signs one of its own.
func (a *authority) issue(subject pkix.Name, key crypto.PublicKey, serial *big.Int, now time.Time, valid time.Duration) (string, error) {
	if serial == nil {
		var err error
		if serial, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126)); err != nil {
			return "", err
		}
	}
	template := &x509.Certificate{SerialNumber: serial, Subject: subject, NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(valid)}
	by := a.cert
	if by == nil {
		by = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by, key, a.key)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), err
}

// parseCert reads the first certificate of a file, PEM.
func parseCert(text string) (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("paytest: certificate is not PEM")
	}
	return x509.ParseCertificate(block.Bytes)
}

// certSN is the number by which Alipay names a certificate. The names that are
// made here have their parts in the order in which Name.String reverses them.
func certSN(text string) (string, error) {
	c, err := parseCert(text)
	if err != nil {
		return "", err
	}
	sum := md5.Sum([]byte(c.Issuer.String() + c.SerialNumber.String()))
	return hex.EncodeToString(sum[:]), nil
}

// rootSN is the number of a bundle of roots: those of the certificates in it that RSA keys signed.
func rootSN(bundle string) (string, error) {
	var numbers []string
	for rest := []byte(bundle); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return strings.Join(numbers, "_"), nil
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return "", err
		}
		if c.SignatureAlgorithm != x509.SHA256WithRSA {
			continue
		}
		sn, err := certSN(string(pem.EncodeToMemory(block)))
		if err != nil {
			return "", err
		}
		numbers = append(numbers, sn)
	}
}

// forged is like a certificate, its number included, but for who issued it.
func (c *AlipayCerts) forged(like alipayCert, now time.Time) (string, error) {
	real, err := parseCert(like.chain)
	if err != nil {
		return "", err
	}
	cert, err := c.sign(c.liar, like.key, real.SerialNumber, now, time.Hour)
	return cert.chain, err
}

// certificate gives one of the platform's certificates, unsigned; on command a
// forged one (BadSign), or another one than was asked for (OldSign).
func (a *alipay) certificate(c *apCall) (map[string]any, error) {
	var in struct {
		SN string `json:"alipay_cert_sn"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if a.cfg.Certs == nil {
		return nil, apInvalid("isv.insufficient-isv-permissions", "应用未使用公钥证书")
	}
	cert, ok := a.cfg.Certs.find(in.SN)
	if !ok {
		return nil, apInvalid("isv.alipay-cert-not-exist", "支付宝公钥证书不存在")
	}
	text := cert.chain
	switch c.fault {
	case BadSign:
		var err error
		if text, err = a.cfg.Certs.forged(cert, a.g.now()); err != nil {
			return nil, fmt.Errorf("paytest: %w", err)
		}
	case OldSign:
		text = a.cfg.Certs.oldest().chain
	}
	return map[string]any{"alipay_cert_content": base64.StdEncoding.EncodeToString([]byte(text))}, nil
}
