package alipay

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// maxAnswer is the longest answer that is read, in bytes.
const maxAnswer = 1 << 20

// reply is what is known after a call.
type reply struct {
	known   bool   // a verified answer came
	pending bool   // of a payment code: the payer is asked for the password
	code    string // its error code, "" when it is none
	message string
	advice  Advice // what to do about the code
}

// done says whether the answer is the one that was asked for.
func (r *reply) done() bool { return r.known && r.code == "" }

// refused says whether nothing happened, and will not by asking again.
func (r *reply) refused() bool { return r.known && r.code != "" && r.advice == GiveUp }

// is says whether a reply has a code.
func (r *reply) is(code string) bool {
	return r.known && strings.TrimPrefix(r.code, "aop.") == code
}

// begin is what every call begins with: not inside a transaction, and for the
// merchant that this provider acts for.
func (p *Provider) begin(ctx context.Context, merchant string) error {
	if mall.InTx(ctx) {
		return payment.ErrInTx
	}
	return p.actsFor(merchant)
}

func (p *Provider) actsFor(merchant string) error {
	if merchant != "" && merchant != p.cfg.SellerID {
		return mall.ErrNotConfigured.With("alipay merchant " + merchant)
	}
	return nil
}

// call sends a request, at most tries times while that is worth it, and reads
// the verified answer into out. Each try is the same request, signed afresh. An
// error means that nothing was sent; whatever else went wrong is a reply that
// is not known.
func (p *Provider) call(ctx context.Context, tries int, method string, in, out any) (reply, error) {
	for try := 1; ; try++ {
		r, err := p.once(ctx, method, in, out)
		if err != nil || r.advice != Retry || try >= tries {
			return r, err
		}
		select {
		case <-ctx.Done():
			return r, nil
		case <-time.After(p.cfg.Pause << (try - 1)):
		}
	}
}

// once sends a request once.
func (p *Provider) once(ctx context.Context, method string, in, out any) (reply, error) {
	values, err := p.signed(method, in, method == methodPrecreate || method == methodCreate || method == methodPay)
	if err != nil {
		return reply{}, err
	}
	body, err := p.send(ctx, values.Encode())
	var node []byte
	if err == nil {
		node, err = p.verify(ctx, method, body)
	}
	var head struct {
		Code    string `json:"code"`
		Msg     string `json:"msg"`
		SubCode string `json:"sub_code"`
		SubMsg  string `json:"sub_msg"`
	}
	if err == nil && (json.Unmarshal(node, &head) != nil || head.Code == "" || out != nil && json.Unmarshal(node, out) != nil) {
		err = errors.New("alipay: answer is not of its form")
	}
	if err != nil {
		p.log.WarnContext(ctx, "alipay: no answer that can be trusted", "method", method, "error", err)
		return reply{advice: Retry}, nil
	}
	r := reply{known: true, message: cmp.Or(head.SubMsg, head.Msg)}
	if head.Code == gateDone {
		return r, nil
	}
	r.pending, r.code, r.advice = head.Code == gatePending, cmp.Or(head.SubCode, head.Code), adviceOf(head.Code, head.SubCode)
	return r, nil
}

// verify takes the node of an answer and checks its signature, which is over
// the node's text as it came. What the gateway refuses before it knows the app
// is not signed, and so was not said.
func (p *Provider) verify(ctx context.Context, method string, body []byte) ([]byte, error) {
	var nodes map[string]json.RawMessage
	if json.Unmarshal(body, &nodes) != nil {
		return nil, errors.New("alipay: answer is not JSON")
	}
	node, ok := nodes[strings.ReplaceAll(method, ".", "_")+"_response"]
	if !ok {
		node = nodes["error_response"]
	}
	var sign, sn string
	if json.Unmarshal(nodes["sign"], &sign) != nil {
		return nil, errors.New("alipay: answer is not signed")
	}
	if text, ok := nodes["alipay_cert_sn"]; ok && json.Unmarshal(text, &sn) != nil {
		return nil, errors.New("alipay: answer names no certificate")
	}
	return node, p.keys.check(ctx, sn, fromAnswer, sign, string(node))
}

// send sends one request and reads the answer, unverified, within the time of
// one try.
func (p *Provider) send(ctx context.Context, form string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.cfg.BaseURL+"?charset=utf-8", strings.NewReader(form))
	if err != nil {
		return nil, fmt.Errorf("alipay: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=utf-8")
	req.Header.Set("Accept", "application/json")
	return p.do(req, maxAnswer)
}

// do sends a request and reads an answer of at most limit bytes. Its errors do
// not tell the address: that of a bill opens it to whoever has it.
func (p *Provider) do(req *http.Request, limit int64) ([]byte, error) {
	req.Header.Set("User-Agent", "mall-alipay (Go net/http)")
	res, err := p.cfg.HTTP.Do(req)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok {
			err = e.Err
		}
		return nil, fmt.Errorf("alipay: %w", err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("alipay: %w", err)
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("alipay: HTTP status %d", res.StatusCode)
	case int64(len(text)) > limit:
		return nil, errors.New("alipay: answer is too long")
	}
	return text, nil
}
