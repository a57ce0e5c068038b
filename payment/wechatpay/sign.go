package wechatpay

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// scheme names the signatures of requests.
const scheme = "WECHATPAY2-SHA256-RSA2048"

// window is how far the time of a signed message may be off.
const window = 300 * time.Second

// signer signs in the merchant's name.
type signer struct {
	merchant, serial string
	key              *rsa.PrivateKey
	nonce            func() string
}

func newSigner(merchant, serial, key string) (signer, error) {
	k, err := parsePrivateKey(key)
	return signer{merchant: merchant, serial: serial, key: k, nonce: rand.Text}, err
}

// authorization is the header of a request; uri is path and query as sent.
func (s signer) authorization(method, uri string, body []byte, now time.Time) (string, error) {
	at, nonce := strconv.FormatInt(now.Unix(), 10), s.nonce()
	sum, err := s.sign(method, uri, at, nonce, string(body))
	return fmt.Sprintf(`%s mchid="%s",nonce_str="%s",timestamp="%s",serial_no="%s",signature="%s"`,
		scheme, s.merchant, nonce, at, s.serial, sum), err
}

// sign signs lines, each with its line feed.
func (s signer) sign(lines ...string) (string, error) {
	sum, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, digest(lines))
	if err != nil {
		return "", errors.New("wechatpay: the merchant's key cannot sign")
	}
	return base64.StdEncoding.EncodeToString(sum), nil
}

func digest(lines []string) []byte {
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n") + "\n"))
	return sum[:]
}

// check verifies the signature of lines.
func check(key *rsa.PublicKey, signature string, lines ...string) error {
	sum, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return errSignature
	}
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest(lines), sum) != nil {
		return errSignature
	}
	return nil
}

var (
	errSignature = errors.New("wechatpay: signature is wrong")
	errStale     = errors.New("wechatpay: message is stale")
	errReplay    = errors.New("wechatpay: message was seen before")
)

// params are what wx.requestPayment (JSAPI) needs.
func (s signer) params(appid, prepay string, now time.Time) (map[string]string, error) {
	at, nonce, pack := strconv.FormatInt(now.Unix(), 10), s.nonce(), "prepay_id="+prepay
	sum, err := s.sign(appid, at, nonce, pack)
	return map[string]string{"appId": appid, "timeStamp": at, "nonceStr": nonce, "package": pack, "signType": "RSA", "paySign": sum}, err
}

// appParams are what the SDK of an app needs; merchant is the one that is paid.
func (s signer) appParams(appid, merchant, prepay string, now time.Time) (map[string]string, error) {
	at, nonce := strconv.FormatInt(now.Unix(), 10), s.nonce()
	sum, err := s.sign(appid, at, nonce, prepay)
	return map[string]string{"appid": appid, "partnerid": merchant, "prepayid": prepay, "package": "Sign=WXPay",
		"noncestr": nonce, "timestamp": at, "sign": sum}, err
}
