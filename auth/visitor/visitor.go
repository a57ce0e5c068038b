// Package visitor keeps notes about browsers that nobody has signed in from:
// that a picture code was solved, which number a code was sent to. A browser
// is known by a random token, as a rule in a cookie; the notes are rows, so
// they hold over restarts and processes.
//
//	notes, err := visitor.New(visitor.Deps{Tx: store, Repository: store.VisitorNotes()}, visitor.Config{})
//	token := visitor.NewToken()
//	err = notes.Put(ctx, token, "sms", "13812345678", time.Hour)
//	number, err := notes.Find(ctx, token, "sms")
//
// A row is found by a hash of the token and its text is encrypted under the
// token: who reads the database learns neither.
package visitor

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"

	"github.com/gomall-dev/mall"
)

// Note is a stored note.
type Note struct {
	Hash      string // of the token
	Name      string
	Sealed    string // the text, encrypted under the token
	ExpiresAt time.Time
}

// Repository keeps notes. Writes need a running mall.Tx.Do.
type Repository interface {
	// Put stores a note in place of the former one of its hash and name.
	Put(ctx context.Context, n Note) error
	// Find is a note, nil when there is none.
	Find(ctx context.Context, hash, name string) (*Note, error)
	// Take deletes a note and gives it, in one statement; nil when there is none.
	Take(ctx context.Context, hash, name string) (*Note, error)
	// Forget deletes at most limit that expired before a moment.
	Forget(ctx context.Context, before time.Time, limit int) (int64, error)
}

// Deps are what a Service cannot do without.
type Deps struct {
	Tx         mall.Tx
	Repository Repository
}

// Config adjusts a Service; its zero value works.
type Config struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
}

// Service keeps notes.
type Service struct {
	d   Deps
	now func() time.Time
}

// New makes a Service; a missing dependency is an error that names it.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Tx == nil:
		return nil, errors.New("visitor: Deps.Tx is missing")
	case d.Repository == nil:
		return nil, errors.New("visitor: Deps.Repository is missing")
	}
	return &Service{d: d, now: mall.Clock(c.Now)}, nil
}

// NewToken is a token for a browser that has none: 256 random bits in 43
// characters that cookies take.
func NewToken() string {
	var b [32]byte
	rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Valid says whether a text has the form of a token.
func Valid(token string) bool {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	return err == nil && len(b) == 32
}

// Key is a name under which other rooms may keep what belongs to the browser:
// it does not give the token away.
func Key(token string) string { return "visitor:" + hashOf(token) }

const maxText = 256

// Put keeps a text under a name for some time, in place of the former one.
func (s *Service) Put(ctx context.Context, token, name, text string, ttl time.Duration) error {
	if !Valid(token) || name == "" || len(name) > 32 || len(text) > maxText {
		return mall.ErrInvalid.With("note")
	}
	n := Note{Hash: hashOf(token), Name: name, Sealed: seal(token, name, text), ExpiresAt: s.now().Add(ttl)}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.d.Repository.Put(ctx, n) })
}

// Find is the text under a name; false when there is none, or no more.
func (s *Service) Find(ctx context.Context, token, name string) (string, bool, error) {
	if !Valid(token) {
		return "", false, nil
	}
	n, err := s.d.Repository.Find(ctx, hashOf(token), name)
	if err != nil {
		return "", false, err
	}
	text, ok := s.read(token, n)
	return text, ok, nil
}

// Take is Find and forgets: of many who ask together one gets it.
func (s *Service) Take(ctx context.Context, token, name string) (string, bool, error) {
	if !Valid(token) {
		return "", false, nil
	}
	var n *Note
	err := s.d.Tx.Do(ctx, func(ctx context.Context) (err error) {
		n, err = s.d.Repository.Take(ctx, hashOf(token), name)
		return err
	})
	if err != nil {
		return "", false, err
	}
	text, ok := s.read(token, n)
	return text, ok, nil
}

func (s *Service) read(token string, n *Note) (string, bool) {
	if n == nil || !s.now().Before(n.ExpiresAt) {
		return "", false
	}
	return open(token, n.Name, n.Sealed)
}

// Sweep deletes at most limit notes that expired.
func (s *Service) Sweep(ctx context.Context, limit int) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		_, err := s.d.Repository.Forget(ctx, s.now(), limit)
		return err
	})
}

func hashOf(token string) string {
	sum := sha256.Sum256([]byte("row\x00" + token))
	return hex.EncodeToString(sum[:])
}

// box is AES-256-GCM under a token: 256 random bits need no stretching.
func box(token string) cipher.AEAD {
	key := sha256.Sum256([]byte("text\x00" + token))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // the key's length is right
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has the block size that GCM wants
	}
	return aead
}

func seal(token, name, text string) string {
	return base64.RawStdEncoding.EncodeToString(box(token).Seal(nil, nil, []byte(text), []byte(name)))
}

func open(token, name, sealed string) (string, bool) {
	b, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil {
		return "", false
	}
	text, err := box(token).Open(nil, nil, b, []byte(name))
	return string(text), err == nil
}
