package paytest

import (
	"errors"
	"testing"
	"time"

	"github.com/gomall-dev/mall/payment"
)

// FuzzParseNotice sends what anybody may send, and what the gateway itself
// might sign: the first is never believed, the second read or refused, and the
// same message is not taken twice.
func FuzzParseNotice(f *testing.F) {
	const secret = "0123456789abcdef"
	now := func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
	for _, body := range []string{
		"", "null", "{}", `{"code":"SUCCESS","order":{"number":"N1","state":"PAID","amount":-1}}`,
		`{"refund":{"number":"R1","amount":9223372036854775807}}`, `{"refund":null,"order":[]}`, `{"order":{"amount":1e400}}`, "\x00\xff",
	} {
		f.Add([]byte(body), "1795262400", "nonce", "00")
		f.Add([]byte(body), "", "", "\xff")
	}
	f.Fuzz(func(t *testing.T, body []byte, at, nonce, sum string) {
		p, err := NewProvider(ProviderConfig{BaseURL: "http://127.0.0.1", Secret: secret, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		forged := payment.Header{headTime: {at}, headNonce: {nonce}, headSign: {sum}}
		if n, err := p.ParseNotice(t.Context(), forged, body); !errors.Is(err, payment.ErrSignature) {
			t.Fatalf("a forged notice was read as %+v: %v", n, err)
		}
		head := payment.Header{}
		for k, v := range p.signer.head(body) {
			head[k] = []string{v}
		}
		if n, err := p.ParseNotice(t.Context(), head, append([]byte(" "), body...)); !errors.Is(err, payment.ErrSignature) {
			t.Fatalf("a changed body was read as %+v: %v", n, err)
		}
		n, err := p.ParseNotice(t.Context(), head, body)
		if err != nil && !errors.Is(err, payment.ErrSignature) {
			t.Fatal(err)
		}
		if err != nil && n != (payment.Notice{}) {
			t.Fatalf("refused and read: %+v", n)
		}
		if _, err := p.ParseNotice(t.Context(), head, body); !errors.Is(err, payment.ErrSignature) {
			t.Fatalf("taken twice: %v", err)
		}
	})
}
