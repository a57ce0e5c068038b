package alipay

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
)

// signType names the signatures that are made and taken; RSA with SHA-1 is not.
const signType = "RSA2"

// beijing is the zone in which Alipay writes times.
var beijing = mall.Calendar{}.Zone()

var errSignature = errors.New("alipay: signature is wrong")

// signer signs in the app's name.
type signer struct{ key *rsa.PrivateKey }

// content is what is signed of parameters: sorted by name, not encoded, without
// the empty ones and those named in without.
func content(params map[string]string, without ...string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(params)) {
		if params[name] == "" || slices.Contains(without, name) {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('&')
		}
		b.WriteString(name + "=" + params[name])
	}
	return b.String()
}

func (s signer) sign(text string) (string, error) {
	sum := sha256.Sum256([]byte(text))
	sign, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	if err != nil {
		return "", errors.New("alipay: the app's key cannot sign")
	}
	return base64.StdEncoding.EncodeToString(sign), nil
}

// check verifies the signature of a text.
func check(key *rsa.PublicKey, signature, text string) error {
	sign, err := base64.StdEncoding.DecodeString(signature)
	sum := sha256.Sum256([]byte(text))
	if err != nil || rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sign) != nil {
		return errSignature
	}
	return nil
}

// signed makes the signed parameters of a request. pay says whether the shop is
// notified of it.
func (p *Provider) signed(method string, in any, pay bool) (url.Values, error) {
	biz, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("alipay: %w", err)
	}
	params := map[string]string{"app_id": p.cfg.AppID, "method": method, "format": "JSON", "charset": "utf-8", "sign_type": signType,
		"timestamp": stamp(p.now()), "version": "1.0", "biz_content": string(biz)}
	if p.keys.public == nil {
		params["app_cert_sn"], params["alipay_root_cert_sn"] = p.keys.app, p.keys.root
	}
	if pay {
		params["notify_url"] = p.cfg.NotifyURL
	}
	if method == methodWap || method == methodPage {
		params["return_url"] = p.cfg.ReturnURL
	}
	sign, err := p.signer.sign(content(params))
	if err != nil {
		return nil, err
	}
	values := url.Values{"sign": {sign}}
	for name, value := range params {
		if value != "" {
			values.Set(name, value)
		}
	}
	return values, nil
}

// stamp writes a time as Alipay does; the zero one is "".
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(beijing).Format(time.DateTime)
}

// moment reads such a time, with or without fractions of a second.
func moment(text string) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateTime, text, beijing)
	return t.UTC(), err
}
