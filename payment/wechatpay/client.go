package wechatpay

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// maxAnswer is the longest answer that is read, in bytes.
const maxAnswer = 1 << 20

// reply is what is known after a call.
type reply struct {
	known   bool   // a verified answer came
	status  int    // its HTTP status
	code    string // its error code, "" when it is none
	message string
	advice  Advice // what to do about the code
}

// done says whether the answer is the one that was asked for.
func (r *reply) done() bool { return r.known && r.code == "" }

// refused says whether nothing happened, and will not by asking again.
func (r *reply) refused() bool { return r.known && r.code != "" && r.advice == GiveUp }

// call sends a request, at most tries times while that is worth it, and reads
// the verified answer into out. Each try is the same request under a fresh
// signature. An error means that nothing was sent; whatever else went wrong is
// a reply that is not known. Callers begin with Provider.begin.
func (p *Provider) call(ctx context.Context, tries int, method, path string, in, out any) (reply, error) {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return reply{}, fmt.Errorf("wechatpay: %w", err)
		}
	}
	for try := 1; ; try++ {
		r := p.once(ctx, method, path, body, out)
		if r.advice != Retry || try >= tries {
			return r, nil
		}
		select {
		case <-ctx.Done():
			return r, nil
		case <-time.After(p.cfg.Pause << (try - 1)):
		}
	}
}

// once sends a request once.
func (p *Provider) once(ctx context.Context, method, path string, body []byte, out any) reply {
	unknown := reply{advice: Retry}
	m, err := p.send(ctx, method, path, body, maxAnswer)
	if err == nil {
		err = p.verify(ctx, &m)
	}
	if err != nil {
		resource, _, _ := strings.Cut(path, "?")
		p.log.WarnContext(ctx, "wechatpay: no answer that can be trusted", "method", method, "path", resource,
			"status", m.status, "request_id", m.req, "error", err)
		return unknown
	}
	r := reply{known: true, status: m.status}
	if m.status != http.StatusOK && m.status != http.StatusNoContent {
		var f struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		}
		if json.Unmarshal(m.body, &f) != nil || f.Code == "" {
			return unknown
		}
		r.code, r.message, r.advice = f.Code, f.Message, adviceOf(m.status, f.Code)
		return r
	}
	if out != nil && json.Unmarshal(m.body, out) != nil {
		return unknown
	}
	return r
}

// verify checks time and signature of an answer with the key it names.
func (p *Provider) verify(ctx context.Context, m *message) error {
	if err := m.timely(p.now()); err != nil {
		return err
	}
	key, err := p.keys.find(ctx, m.serial)
	if err != nil {
		return err
	}
	return m.check(key, p.now())
}

// send signs and sends one request and reads the answer, unverified, within the
// time of one try.
func (p *Provider) send(ctx context.Context, method, path string, body []byte, limit int64) (message, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, p.base.String()+path, bytes.NewReader(body))
	if err != nil {
		return message{}, fmt.Errorf("wechatpay: %w", err)
	}
	auth, err := p.signer.authorization(method, req.URL.RequestURI(), body, p.now())
	if err != nil {
		return message{}, err
	}
	req.Header.Set("Authorization", auth)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "mall-wechatpay (Go net/http)")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if p.cfg.PublicKeyID != "" {
		req.Header.Set(headSerial, p.cfg.PublicKeyID) // asks for answers under this key
	}
	res, err := p.cfg.HTTP.Do(req)
	if err != nil {
		return message{}, fmt.Errorf("wechatpay: %w", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	m := newMessage(res.Header.Get, text)
	m.status = res.StatusCode
	if err == nil && int64(len(text)) > limit {
		err = errors.New("wechatpay: answer is too long")
	}
	return m, err
}
