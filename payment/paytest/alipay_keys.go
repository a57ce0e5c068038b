package paytest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"maps"
	"slices"
	"strings"
)

// AlipayKeys are what Alipay signs with: a key, and the one of before, which
// nobody should take any more.
type AlipayKeys struct {
	key, before *rsa.PrivateKey
	public      string
}

// NewAlipayKeys makes keys.
func NewAlipayKeys() (*AlipayKeys, error) {
	k := &AlipayKeys{}
	for _, into := range []**rsa.PrivateKey{&k.key, &k.before} {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, err
		}
		*into = key
	}
	der, err := x509.MarshalPKIXPublicKey(&k.key.PublicKey)
	k.public = base64.StdEncoding.EncodeToString(der)
	return k, err
}

// PublicKey is Alipay's public key as the open platform shows it: base64
// without PEM's first and last line.
func (k *AlipayKeys) PublicKey() string { return k.public }

// apKeys are what is signed with at a moment: a key, the number of its
// certificate if it has one, and a key that nobody should take.
type apKeys struct {
	sn         string
	key, wrong *rsa.PrivateKey
}

func (a *alipay) keys() apKeys {
	if c := a.cfg.Certs; c != nil {
		newest := c.newest()
		return apKeys{newest.sn, newest.key, c.wrong}
	}
	return apKeys{"", a.cfg.Keys.key, a.cfg.Keys.before}
}

// answerSign signs an answer, rightly unless the fault says otherwise. Answers
// tell no time: a stale one is one under a wrong key.
func (k apKeys) answerSign(text string, f Fault) string {
	switch f {
	case BadSign:
		return apSign(k.key, text+" ")
	case OldSign:
		return apSign(k.wrong, text)
	}
	return apSign(k.key, text)
}

// apPublicKey reads an app's public key or certificate, PEM or bare base64.
func apPublicKey(text string) (*rsa.PublicKey, error) {
	if block, _ := pem.Decode([]byte(text)); block == nil {
		text = "-----BEGIN PUBLIC KEY-----\n" + strings.TrimSpace(text) + "\n-----END PUBLIC KEY-----\n"
	}
	return publicKey(text)
}

func apSign(key *rsa.PrivateKey, text string) string {
	sum := sha256.Sum256([]byte(text))
	sign, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err) // a key of 2048 bits signs
	}
	return base64.StdEncoding.EncodeToString(sign)
}

func apCheck(key *rsa.PublicKey, signature, text string) error {
	sign, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(text))
	return rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sign)
}

// apContent is what is signed of parameters: sorted, not encoded, without empty
// ones and those named.
func apContent(params map[string]string, without ...string) string {
	var pairs []string
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if params[name] != "" && !slices.Contains(without, name) {
			pairs = append(pairs, name+"="+params[name])
		}
	}
	return strings.Join(pairs, "&")
}
