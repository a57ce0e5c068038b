package wechatpay

import (
	"crypto/cipher"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"maps"
	"strconv"
	"sync"
	"time"
)

// The headers of a signed answer or notification.
const (
	headTime      = "Wechatpay-Timestamp"
	headNonce     = "Wechatpay-Nonce"
	headSerial    = "Wechatpay-Serial"
	headSignature = "Wechatpay-Signature"
	headRequest   = "Request-Id"
)

// message is what came from the platform, an answer or a notification.
type message struct {
	status                      int // of an answer
	at, nonce, serial, sum, req string
	body                        []byte
}

// newMessage takes the signed headers out of get.
func newMessage(get func(string) string, body []byte) message {
	return message{at: get(headTime), nonce: get(headNonce), serial: get(headSerial), sum: get(headSignature), req: get(headRequest), body: body}
}

// timely says whether the message was signed within the window.
func (m *message) timely(now time.Time) error {
	sec, err := strconv.ParseInt(m.at, 10, 64)
	if err != nil || m.nonce == "" || m.serial == "" || m.sum == "" {
		return errSignature
	}
	if now.Sub(time.Unix(sec, 0)).Abs() > window {
		return errStale
	}
	return nil
}

// check verifies time and signature over the raw body.
func (m *message) check(key *rsa.PublicKey, now time.Time) error {
	if err := m.timely(now); err != nil {
		return err
	}
	return check(key, m.sum, m.at, m.nonce, string(m.body))
}

// sealed is what WeChat Pay encrypts with the API v3 key.
type sealed struct {
	Algorithm  string `json:"algorithm"`
	Nonce      string `json:"nonce"`
	Associated string `json:"associated_data"`
	Ciphertext string `json:"ciphertext"`
	Original   string `json:"original_type"` // of notifications
}

var errSealed = errors.New("wechatpay: message does not open with the API v3 key")

// open decrypts; nothing of the text is in the error.
func (s *sealed) open(aead cipher.AEAD) ([]byte, error) {
	text, err := base64.StdEncoding.DecodeString(s.Ciphertext)
	if err != nil || s.Algorithm != "AEAD_AES_256_GCM" || len(s.Nonce) != aead.NonceSize() {
		return nil, errSealed
	}
	plain, err := aead.Open(nil, []byte(s.Nonce), text, []byte(s.Associated))
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

// memory knows the genuine messages of the last minutes, so that none is taken
// twice by this process; stale ones need no memory.
type memory struct {
	mu    sync.Mutex
	seen  map[string]time.Time
	limit int // at which old ones are forgotten
}

const leastMemory = 10_000

// first says whether a verified message was not seen yet.
func (s *memory) first(m *message, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen, s.limit = map[string]time.Time{}, leastMemory
	}
	key := m.at + " " + m.nonce
	if _, ok := s.seen[key]; ok {
		return false
	}
	if len(s.seen) >= s.limit {
		maps.DeleteFunc(s.seen, func(_ string, at time.Time) bool { return now.Sub(at).Abs() > 2*window })
		s.limit = max(leastMemory, 2*len(s.seen))
	}
	s.seen[key] = now
	return true
}
