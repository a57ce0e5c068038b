package paytest

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// PlatformKeys are what WeChat Pay signs with: a public key with an id, and
// certificates, of which the newest signs. It starts with one of each.
type PlatformKeys struct {
	publicID string
	public   *rsa.PrivateKey

	mu       sync.Mutex
	certs    []platformCertificate
	byPublic bool // notifications, and answers to who does not ask for a key
}

type platformCertificate struct {
	serial, pem string
	key         *rsa.PrivateKey
	from, until time.Time
}

// NewPlatformKeys makes keys; the certificate is valid for five years from a day before now.
func NewPlatformKeys(now time.Time) (*PlatformKeys, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	k := &PlatformKeys{publicID: "PUB_KEY_ID_01" + strings.Repeat("0", 10) + fmt.Sprint(now.UnixNano()), public: key}
	return k, k.Rotate(now, 5*365*24*time.Hour)
}

// PublicKey is the platform's public key with its id, PEM.
func (k *PlatformKeys) PublicKey() (id, text string) {
	der, err := x509.MarshalPKIXPublicKey(&k.public.PublicKey)
	if err != nil {
		panic(err) // it is an RSA key
	}
	return k.publicID, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// Certificate is the certificate that signs, with its serial number, PEM; both
// are empty without one.
func (k *PlatformKeys) Certificate() (serial, text string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.certs) == 0 {
		return "", ""
	}
	c := k.certs[len(k.certs)-1]
	return c.serial, c.pem
}

// UsePublicKey says whether notifications are signed by the public key from now
// on, or by a certificate.
func (k *PlatformKeys) UsePublicKey(use bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.byPublic = use
}

// Retire takes all certificates away: new merchants have the public key only.
func (k *PlatformKeys) Retire() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.certs = nil
}

// Rotate adds a certificate of a duration, which signs from now on. The list
// for download keeps those that are still valid.
func (k *PlatformKeys) Rotate(now time.Time, valid time.Duration) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	serial := make([]byte, 20)
	if _, err := rand.Read(serial); err != nil {
		return err
	}
	serial[0] = serial[0]&0x7f | 0x40
	c := platformCertificate{serial: fmt.Sprintf("%X", serial), key: key, from: now.Add(-24 * time.Hour), until: now.Add(valid)}
	subject := pkix.Name{CommonName: "Tenpay.com sign", Organization: []string{"sandbox, no real money"}}
	template := &x509.Certificate{SerialNumber: new(big.Int).SetBytes(serial), Subject: subject, NotBefore: c.from, NotAfter: c.until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	c.pem = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	k.mu.Lock()
	defer k.mu.Unlock()
	k.certs = append(k.certs, c)
	return nil
}

// head is the signed header of an answer or notification: by the key that the
// other side asks for, if there is such a one.
func (k *PlatformKeys) head(asked string, at time.Time, body []byte, what Outcome) map[string]string {
	k.mu.Lock()
	serial, key := k.publicID, k.public
	if n := len(k.certs); n > 0 && asked != k.publicID && (!k.byPublic || asked != "") {
		serial, key = k.certs[n-1].serial, k.certs[n-1].key
	}
	for _, c := range k.certs {
		if asked == c.serial {
			serial, key = c.serial, c.key
		}
	}
	k.mu.Unlock()
	if what == Stale {
		at = at.Add(-2 * window)
	}
	head := map[string]string{"Wechatpay-Timestamp": strconv.FormatInt(at.Unix(), 10), "Wechatpay-Nonce": rand.Text(), "Wechatpay-Serial": serial,
		"Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048"}
	sum := sha256.Sum256([]byte(head["Wechatpay-Timestamp"] + "\n" + head["Wechatpay-Nonce"] + "\n" + string(body) + "\n"))
	sign, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err) // a key of 2048 bits signs
	}
	head["Wechatpay-Signature"] = base64.StdEncoding.EncodeToString(sign)
	if what == BadSignature { // as the platform probes: recognisable, and wrong
		head["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + head["Wechatpay-Signature"]
	}
	return head
}

// certificates lists those that are valid, encrypted.
func (w *wechat) certificates(*wxCall) (any, error) {
	k, now := w.cfg.Keys, w.g.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.certs) == 0 {
		return nil, wxFault(404, "RESOURCE_NOT_EXISTS", "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥")
	}
	list := []any{}
	for _, c := range k.certs {
		if now.Before(c.until) {
			list = append(list, map[string]any{"serial_no": c.serial, "effective_time": c.from.In(beijing).Format(time.RFC3339),
				"expire_time": c.until.In(beijing).Format(time.RFC3339), "encrypt_certificate": seal(w.aead, "", "certificate", []byte(c.pem))})
		}
	}
	return map[string]any{"data": list}, nil
}

var authField = regexp.MustCompile(`^(mchid|nonce_str|timestamp|serial_no|signature)="([^"]*)"$`)

// verify checks that a request is the merchant's, and refuses as the platform does.
func (w *wechat) verify(r *http.Request, body []byte) error {
	if r.Header.Get("User-Agent") == "" || r.Header.Get("Accept") == "" {
		return wxFault(400, "PARAM_ERROR", "Http头缺少Accept或User-Agent")
	}
	if len(body) > 0 && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return wxFault(415, "PARAM_ERROR", "Content-Type须为application/json")
	}
	scheme, list, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	field := map[string]string{}
	for part := range strings.SplitSeq(list, ",") {
		if m := authField.FindStringSubmatch(part); m != nil {
			field[m[1]] = m[2]
		}
	}
	switch {
	case !ok || scheme != "WECHATPAY2-SHA256-RSA2048":
		return wxFault(401, "SIGN_ERROR", "Http头Authorization认证类型不正确")
	case len(field) != 5:
		return wxFault(401, "SIGN_ERROR", "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》")
	case field["mchid"] != w.cfg.MerchantID || field["serial_no"] != w.cfg.Serial:
		return wxFault(401, "SIGN_ERROR", "商户证书序列号有误。请使用签名私钥匹配的证书序列号")
	}
	sec, err := strconv.ParseInt(field["timestamp"], 10, 64)
	if err != nil || w.g.now().Sub(time.Unix(sec, 0)).Abs() > window {
		return wxFault(401, "SIGN_ERROR", "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟")
	}
	text := strings.Join([]string{r.Method, r.URL.RequestURI(), field["timestamp"], field["nonce_str"], string(bytes.Clone(body))}, "\n") + "\n"
	sign, err := base64.StdEncoding.DecodeString(field["signature"])
	sum := sha256.Sum256([]byte(text))
	if err != nil || rsa.VerifyPKCS1v15(w.merchant, crypto.SHA256, sum[:], sign) != nil {
		e := wxFault(401, "SIGN_ERROR", "错误的签名，验签失败")
		shown := text[:min(len(text), 80)]
		e.Detail = &wxDetail{Field: "signature", Issue: "sign not match", Location: "authorization", Signed: &wxSign{r.Method, r.URL.RequestURI(), shown, len(text)}}
		return e
	}
	return nil
}

// publicKey reads a public key or a certificate, PEM.
func publicKey(text string) (*rsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("paytest: PublicKey is not PEM")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if cert, failed := x509.ParseCertificate(block.Bytes); failed == nil {
		key, err = cert.PublicKey, nil
	}
	if k, ok := key.(*rsa.PublicKey); err == nil && ok {
		return k, nil
	}
	return nil, errors.New("paytest: PublicKey is no RSA key")
}
