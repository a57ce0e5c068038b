package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// client speaks the wxapi face of one host process.
type client struct {
	base string
	hc   *http.Client
}

func newClient(base string) *client {
	return &client{base: base, hc: &http.Client{Timeout: 15 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 4, DisableCompression: true}}}
}

// fields is a flat form.
type fields map[string]string

// call posts a form to a path of the tenant, decodes data into out when that
// is not nil (see count), and turns every code but 0 into an error.
func (c *client) call(ctx context.Context, path string, in fields, out any) error {
	return c.send(ctx, http.MethodPost, c.base+"/mall"+path, in, out)
}

func (c *client) get(ctx context.Context, path string, in fields, out any) error {
	return c.send(ctx, http.MethodGet, c.base+"/mall"+path, in, out)
}

func (c *client) send(ctx context.Context, verb, target string, in fields, out any) error {
	form := url.Values{}
	for k, v := range in {
		form.Set(k, v)
	}
	var body io.Reader
	if verb == http.MethodGet {
		target += "?" + form.Encode()
	} else {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(ctx, verb, target, body)
	if err != nil {
		return err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := c.hc.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := readAll(res)
	if err != nil {
		return err
	}
	// The envelope of success is told by its first bytes: decoding answers
	// that nobody looks into would cost more than the server's work.
	if !bytes.HasPrefix(b, []byte(`{"code":0,`)) {
		var env struct {
			Code int
			Msg  string
		}
		if err := json.Unmarshal(b, &env); err != nil {
			return fmt.Errorf("%s: %w: %.200s", target, err, b)
		}
		return fmt.Errorf("%s: code %d %s", req.URL.Path, env.Code, env.Msg)
	}
	switch out := out.(type) {
	case nil:
		return nil
	case *count:
		*out = count(bytes.Count(b, []byte(`"minPrice":`)))
		return nil
	}
	return json.Unmarshal(b, &struct{ Data any }{out})
}

// readAll makes room at once for an answer that tells its length.
func readAll(res *http.Response) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(int(max(res.ContentLength, 0)) + bytes.MinRead)
	_, err := b.ReadFrom(res.Body)
	return b.Bytes(), err
}

// count takes the number of goods in a list, without decoding it.
type count int

// pay plays the payer at the sandbox gateway.
func (c *client) pay(ctx context.Context, prepay string) error {
	res, err := c.hc.PostForm(c.base+"/sandbox/pay", url.Values{"prepay_id": {prepay}})
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && !strings.Contains(string(b), "SUCCESS") {
		err = fmt.Errorf("sandbox: %s %.200s", res.Status, b)
	}
	return err
}
