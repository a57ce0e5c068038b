package alipay

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// holder has a key and a certificate of it.
type holder struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

var certDay = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// newHolder gets a certificate from another one, nil for its own, valid for a
// day around certDay.
func newHolder(t *testing.T, name string, from *holder) *holder {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name}, NotBefore: certDay.Add(-12 * time.Hour), NotAfter: certDay.Add(12 * time.Hour)}
	h := &holder{key: key}
	if from == nil {
		from = &holder{key: key, cert: template}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, from.cert, &key.PublicKey, from.key)
	require.NoError(t, err)
	h.cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	return h
}

// TestTrust: a certificate goes back to a root by one that issues others, and
// nobody who was given one can give some himself.
func TestTrust(t *testing.T) {
	t.Parallel()
	root := newHolder(t, "root", nil)
	issuer := newHolder(t, "issuer", root)
	alipay, merchant := newHolder(t, "alipay", issuer), newHolder(t, "merchant", issuer)
	byMerchant := newHolder(t, "alipay", merchant)
	liar := newHolder(t, "issuer", nil)
	byLiar := newHolder(t, "alipay", liar)
	roots := []*x509.Certificate{newHolder(t, "other", nil).cert, root.cert}
	others := func(list ...*holder) []*x509.Certificate {
		var certs []*x509.Certificate
		for _, h := range list {
			certs = append(certs, h.cert)
		}
		return certs
	}
	require.True(t, trusted(alipay.cert, others(merchant, issuer), roots, certDay))
	require.True(t, trusted(issuer.cert, nil, roots, certDay), "a root's own")
	for name, no := range map[string]bool{
		"without the issuer":   trusted(alipay.cert, nil, roots, certDay),
		"without a root":       trusted(alipay.cert, others(issuer, root), nil, certDay),
		"another root":         trusted(alipay.cert, others(issuer, root), roots[:1], certDay),
		"issued by a merchant": trusted(byMerchant.cert, others(merchant, issuer), roots, certDay),
		"issuer's name only":   trusted(byLiar.cert, others(liar, issuer), roots, certDay),
		"its own":              trusted(liar.cert, others(liar), roots, certDay),
		"not yet":              trusted(alipay.cert, others(issuer), roots, certDay.Add(-13*time.Hour)),
		"no more":              trusted(alipay.cert, others(issuer), roots, certDay.Add(13*time.Hour)),
	} {
		require.False(t, no, name)
	}
	require.True(t, trusted(alipay.cert, others(issuer), roots, certDay.Add(12*time.Hour+time.Minute)), "clocks differ")
}
