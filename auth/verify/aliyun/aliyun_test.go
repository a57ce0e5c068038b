package aliyun

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestVector: the example of the service's own documentation.
func TestVector(t *testing.T) {
	t.Parallel()
	c, err := New(Config{KeyID: "YourAccessKeyId", KeySecret: "YourAccessKeySecret", Sign: "-", Template: "-",
		Now: func() time.Time { return time.Date(2023, 10, 26, 10, 22, 32, 0, time.UTC) }})
	require.NoError(t, err)
	req, err := http.NewRequest("POST", "https://ecs.cn-shanghai.aliyuncs.com/?"+
		encode(url.Values{"RegionId": {"cn-shanghai"}, "ImageId": {"win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"}}), http.NoBody)
	require.NoError(t, err)
	req.Header.Set("X-Acs-Action", "RunInstances")
	req.Header.Set("X-Acs-Version", "2014-05-26")
	c.sign(req, "3156853299f313e23d1673dc12e1703d")
	require.Equal(t, "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"+
		"SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"+
		"Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0", req.Header.Get("Authorization"))
	require.Equal(t, "a=%20%2B%2A%2F~&b=%E4%B8%AD", encode(url.Values{"b": {"中"}, "a": {" +*/~"}}))
}

var authorization = regexp.MustCompile(`^ACS3-HMAC-SHA256 Credential=key,SignedHeaders=([a-z0-9;-]+),Signature=([0-9a-f]{64})$`)

// vendor plays the service: it takes the signature apart by its own means.
func vendor(t *testing.T, nonces map[string]bool, status int, body string, seen *url.Values) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m := authorization.FindStringSubmatch(r.Header.Get("Authorization"))
		if m == nil || nonces[r.Header.Get("x-acs-signature-nonce")] || r.Header.Get("x-acs-action") != "SendSms" || r.Header.Get("x-acs-version") != "2017-05-25" {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprint(w, `{"Code":"InvalidRequest"}`)
			return
		}
		nonces[r.Header.Get("x-acs-signature-nonce")] = true
		var query []string
		for k, vs := range r.URL.Query() {
			query = append(query, k+"="+strings.ReplaceAll(url.QueryEscape(vs[0]), "+", "%20"))
		}
		sort.Strings(query)
		text := r.Method + "\n" + r.URL.Path + "\n" + strings.Join(query, "&") + "\n"
		for _, name := range strings.Split(m[1], ";") {
			value := r.Header.Get(name)
			if name == "host" {
				value = r.Host
			}
			text += name + ":" + value + "\n"
		}
		text += "\n" + m[1] + "\n" + "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
		hash := sha256.Sum256([]byte(text))
		mac := hmac.New(sha256.New, []byte("hush"))
		mac.Write([]byte("ACS3-HMAC-SHA256\n" + hex.EncodeToString(hash[:])))
		if hex.EncodeToString(mac.Sum(nil)) != m[2] {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = fmt.Fprint(w, `{"Code":"SignatureDoesNotMatch"}`)
			return
		}
		*seen = r.URL.Query()
		w.WriteHeader(status)
		_, _ = fmt.Fprint(w, body)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestSendSMS(t *testing.T) {
	t.Parallel()
	message := verify.Message{To: "13812345678", Code: "01234", TTL: time.Hour}
	for _, c := range []struct {
		status int
		body   string
		says   string
	}{
		{200, `{"Code":"OK","Message":"OK","BizId":"1","RequestId":"2"}`, ""},
		{200, `{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"触发号码天级流控 13812345678"}`, "isv.BUSINESS_LIMIT_CONTROL"},
		{400, `{"Code":"InvalidAccessKeyId.NotFound"}`, "InvalidAccessKeyId.NotFound"},
		{503, `{"Code":"OK"}`, "503"},
		{502, `<html>`, "502 without an answer"},
		{200, ``, "200 without an answer"},
		{200, `{}`, "200"},
	} {
		var seen url.Values
		nonces := map[string]bool{}
		s := vendor(t, nonces, c.status, c.body, &seen)
		client, err := New(Config{KeyID: "key", KeySecret: "hush", Sign: "商 城", Template: "SMS_1", BaseURL: s.URL + "/"})
		require.NoError(t, err)
		for range 2 { // a nonce is used once
			err = client.SendSMS(t.Context(), message)
			if c.says == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.says)
				require.NotContains(t, err.Error(), message.To)
			}
		}
		require.Len(t, nonces, 2)
		require.Equal(t, url.Values{"PhoneNumbers": {"13812345678"}, "SignName": {"商 城"}, "TemplateCode": {"SMS_1"}, "TemplateParam": {`{"code":"01234"}`}}, seen)
		require.NotContains(t, fmt.Sprintf("%+v", client), "hush")
	}
}

func TestSendSMSFails(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	client, err := New(Config{KeyID: "key", KeySecret: "hush", Sign: "s", Template: "t", BaseURL: s.URL})
	require.NoError(t, err)
	s.Close()
	err = client.SendSMS(t.Context(), verify.Message{To: "13812345678", Code: "01234"})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "13812345678", "the address of the request holds number and code")
	require.NotContains(t, err.Error(), "01234")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, client.SendSMS(ctx, verify.Message{}), context.Canceled)
	store := storagetest.SQLite(t)
	err = store.Do(t.Context(), func(ctx context.Context) error { return client.SendSMS(ctx, verify.Message{}) })
	require.ErrorContains(t, err, "inside a transaction")
	for _, c := range []Config{{}, {KeyID: "k"}, {KeyID: "k", KeySecret: "s"}, {KeyID: "k", KeySecret: "s", Sign: "x"}, {KeyID: "k", KeySecret: "s", Sign: "x", Template: "t", BaseURL: "x"}} {
		_, err := New(c)
		require.ErrorContains(t, err, "Config.")
	}
}
