// Package aliyun sends verification codes through the message service of
// Alibaba Cloud (阿里云短信服务), API version 2017-05-25, over net/http. Its
// requests are signed by ACS3-HMAC-SHA256.
//
//	sms, err := aliyun.New(aliyun.Config{KeyID: id, KeySecret: secret, Sign: "商城", Template: "SMS_1234567"})
//	svc, err := httpadapter.Assemble(store, httpadapter.Ports{SMS: sms}, httpadapter.Config{})
package aliyun

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/verify"
)

// Config is an account at the service with what its messages look like. Texts
// of messages are templates there, so Message.Body is not used.
type Config struct {
	KeyID     string // AccessKey id
	KeySecret string // AccessKey secret
	Sign      string // name of the signature (签名) that messages begin with
	Template  string // code of the template (模板), "SMS_1234567"
	// Variable is the template's variable that takes the code; default "code".
	Variable string
	// BaseURL is where the service answers; default https://dysmsapi.aliyuncs.com.
	BaseURL string
	// HTTP sends; default a client with a timeout of 10 seconds. Messages are
	// never sent twice.
	HTTP *http.Client
	// Now is the clock; nil is the system's. The service refuses requests that
	// are 15 minutes off.
	Now func() time.Time
}

// Client implements verify.SMSSender.
type Client struct {
	base     *url.URL
	http     *http.Client
	now      func() time.Time
	fields   url.Values
	variable string
	keyID    string
	mac      func(text string) string // keeps the secret out of what prints
}

var _ verify.SMSSender = (*Client)(nil)

// New makes a Client; it asks nobody. A missing field is an error that names it.
func New(c Config) (*Client, error) {
	for _, f := range []struct{ name, value string }{
		{"KeyID", c.KeyID}, {"KeySecret", c.KeySecret}, {"Sign", c.Sign}, {"Template", c.Template},
	} {
		if f.value == "" {
			return nil, errors.New("aliyun: Config." + f.name + " is missing")
		}
	}
	if c.BaseURL == "" {
		c.BaseURL = "https://dysmsapi.aliyuncs.com"
	}
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" {
		return nil, errors.New("aliyun: Config.BaseURL is no address")
	}
	if c.Variable == "" {
		c.Variable = "code"
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	return &Client{
		base: &url.URL{Scheme: base.Scheme, Host: base.Host, Path: "/"}, http: c.HTTP, now: mall.Clock(c.Now),
		fields: url.Values{"SignName": {c.Sign}, "TemplateCode": {c.Template}}, variable: c.Variable, keyID: c.KeyID,
		mac: func(text string) string {
			m := hmac.New(sha256.New, []byte(c.KeySecret))
			m.Write([]byte(text))
			return hex.EncodeToString(m.Sum(nil))
		},
	}, nil
}

// answer is what the service says; "OK" is the only good code.
type answer struct {
	Code    string `json:"Code"`
	Message string `json:"Message"`
}

// SendSMS hands a code over to the service. Errors carry the service's own
// code, isv.BUSINESS_LIMIT_CONTROL and the like, and neither number nor code.
func (c *Client) SendSMS(ctx context.Context, m verify.Message) error {
	if mall.InTx(ctx) {
		return errors.New("aliyun: SendSMS inside a transaction")
	}
	param, err := json.Marshal(map[string]string{c.variable: m.Code})
	if err != nil {
		return err
	}
	q := url.Values{"PhoneNumbers": {m.To}, "TemplateParam": {string(param)}}
	for k, v := range c.fields {
		q[k] = v
	}
	u := *c.base
	u.RawQuery = encode(q)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), http.NoBody)
	if err != nil {
		return fmt.Errorf("aliyun: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("X-Acs-Action", "SendSms")
	req.Header.Set("X-Acs-Version", "2017-05-25")
	c.sign(req, rand.Text())
	res, err := c.http.Do(req)
	if e, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("aliyun: %w", e.Err) // its address holds number and code
	}
	if err != nil {
		return fmt.Errorf("aliyun: %w", err)
	}
	defer res.Body.Close()
	var a answer
	if err := json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&a); err != nil {
		return fmt.Errorf("aliyun: HTTP status %d without an answer", res.StatusCode)
	}
	if a.Code != "OK" || res.StatusCode != http.StatusOK {
		return fmt.Errorf("aliyun: HTTP status %d, %.100q", res.StatusCode, a.Code)
	}
	return nil
}

// sign adds the headers of ACS3-HMAC-SHA256 to a request without a body.
func (c *Client) sign(req *http.Request, nonce string) {
	empty := sum("")
	req.Header.Set("X-Acs-Date", c.now().UTC().Format(time.RFC3339))
	req.Header.Set("X-Acs-Signature-Nonce", nonce)
	req.Header.Set("X-Acs-Content-Sha256", empty)
	signed := map[string]string{"host": req.URL.Host}
	for name := range req.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-acs-") {
			signed[name] = req.Header.Get(name)
		}
	}
	names := make([]string, 0, len(signed))
	for name := range signed {
		names = append(names, name)
	}
	slices.Sort(names)
	var headers strings.Builder
	for _, name := range names {
		headers.WriteString(name + ":" + strings.TrimSpace(signed[name]) + "\n")
	}
	list := strings.Join(names, ";")
	canonical := strings.Join([]string{req.Method, "/", req.URL.RawQuery, headers.String(), list, empty}, "\n")
	req.Header.Set("Authorization", "ACS3-HMAC-SHA256 Credential="+c.keyID+",SignedHeaders="+list+
		",Signature="+c.mac("ACS3-HMAC-SHA256\n"+sum(canonical)))
}

// encode is the canonical query: sorted, blanks as %20, and ~ as itself.
func encode(q url.Values) string { return strings.ReplaceAll(q.Encode(), "+", "%20") }

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}
