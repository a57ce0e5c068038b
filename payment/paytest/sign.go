package paytest

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"sync"
	"time"
)

// The headers of a signed message.
const (
	headTime  = "Sandbox-Timestamp" // Unix seconds
	headNonce = "Sandbox-Nonce"
	headSign  = "Sandbox-Signature" // hexadecimal HMAC-SHA256 of "time\nnonce\nbody"
)

// window is how far the clock of a message may be off, and so how long nonces
// are remembered.
const window = 5 * time.Minute

var (
	errSign   = errors.New("paytest: signature is wrong")
	errStale  = errors.New("paytest: message is stale")
	errReplay = errors.New("paytest: message was seen before")
)

// signer signs and verifies the messages of one side.
type signer struct {
	secret []byte
	now    func() time.Time

	mu   sync.Mutex
	seen map[string]time.Time
}

func newSigner(secret string, now func() time.Time) (*signer, error) {
	if len(secret) < 16 {
		return nil, errors.New("paytest: Secret needs at least 16 characters")
	}
	return &signer{secret: []byte(secret), now: now, seen: map[string]time.Time{}}, nil
}

// head is the signed header of a body.
func (s *signer) head(body []byte) map[string]string { return s.headAt(s.now(), body) }

func (s *signer) headAt(now time.Time, body []byte) map[string]string {
	at, nonce := strconv.FormatInt(now.Unix(), 10), rand.Text()
	return map[string]string{headTime: at, headNonce: nonce, headSign: hex.EncodeToString(s.mac(at, nonce, body))}
}

func (s *signer) mac(at, nonce string, body []byte) []byte {
	h := hmac.New(sha256.New, s.secret)
	h.Write([]byte(at + "\n" + nonce + "\n"))
	h.Write(body)
	return h.Sum(nil)
}

// verify accepts a genuine message once, within the window.
func (s *signer) verify(get func(string) string, body []byte) error {
	at, nonce := get(headTime), get(headNonce)
	sum, err := hex.DecodeString(get(headSign))
	if err != nil || nonce == "" || !hmac.Equal(sum, s.mac(at, nonce, body)) {
		return errSign
	}
	sec, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return errSign
	}
	now, sent := s.now(), time.Unix(sec, 0)
	if now.Sub(sent).Abs() > window {
		return errStale
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.seen[nonce]; ok {
		return errReplay
	}
	if len(s.seen) > 10_000 {
		for n, t := range s.seen {
			if now.Sub(t) > window {
				delete(s.seen, n)
			}
		}
	}
	s.seen[nonce] = sent
	return nil
}
