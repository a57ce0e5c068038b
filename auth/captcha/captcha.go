// Package captcha draws picture codes and checks them. The client chooses a
// key and asks for a picture under it; the answer is stored hashed, expires,
// and is gone after the first check, right or wrong.
package captcha

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

var (
	// ErrAnswer says that the answer is wrong, or that there is no picture
	// under this key, or no more.
	ErrAnswer = mall.E(mall.Invalid, "captcha.answer", "wrong picture code, get a new one")
	// ErrKey says that the key is missing or too long.
	ErrKey = mall.E(mall.Invalid, "captcha.key", "key must have 1 to 128 characters")
	// ErrTooMany says that one address asked for too many pictures.
	ErrTooMany = mall.E(mall.Limit, "captcha.too_many", "too many picture codes, try again later")
)

const maxKey = 128

// Captcha is the stored form of a picture code.
type Captcha struct {
	Key       string
	Hash      string // of key and answer
	ExpiresAt time.Time
}

// Repository keeps picture codes. Writes need a running mall.Tx.Do.
type Repository interface {
	// Put stores a picture code in place of the former one of its key.
	Put(ctx context.Context, c Captcha) error
	// Take deletes the picture code of a key and gives it, in one statement;
	// nil when there is none.
	Take(ctx context.Context, key string) (*Captcha, error)
	// Forget deletes at most limit that expired before a moment.
	Forget(ctx context.Context, before time.Time, limit int) (int64, error)
}

// Deps are what a Service cannot do without.
type Deps struct {
	Tx         mall.Tx
	Repository Repository
	Limits     auth.Limits
}

// Config adjusts a Service; its zero value works.
type Config struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// Length is the number of characters; default 4, at most 8.
	Length int
	// TTL is how long a picture is good; default 5 minutes.
	TTL time.Duration
	// PerAddr is how many pictures one network address gets in an hour;
	// default 1000, because many shoppers share one.
	PerAddr int
	// Reveal is told every answer, outside of transactions. It is for
	// sandboxes and tests; nil tells nobody.
	Reveal func(ctx context.Context, key, answer string)
}

// Service draws and checks.
type Service struct {
	d   Deps
	c   Config
	now func() time.Time
}

// New makes a Service; a missing dependency is an error that names it.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Tx == nil:
		return nil, errors.New("captcha: Deps.Tx is missing")
	case d.Repository == nil:
		return nil, errors.New("captcha: Deps.Repository is missing")
	case d.Limits == nil:
		return nil, errors.New("captcha: Deps.Limits is missing")
	}
	if c.Length <= 0 {
		c.Length = 4
	}
	c.Length = min(c.Length, 8)
	if c.TTL <= 0 {
		c.TTL = 5 * time.Minute
	}
	if c.PerAddr <= 0 {
		c.PerAddr = 1000
	}
	return &Service{d: d, c: c, now: mall.Clock(c.Now)}, nil
}

// Draw makes a new picture under a key that the client chose, as PNG. An
// older one under the same key is void.
func (s *Service) Draw(ctx context.Context, who mall.Actor, key string) ([]byte, error) {
	answer, err := s.issue(ctx, who, key, s.c.Length)
	if err != nil {
		return nil, err
	}
	return picture(answer)
}

// DrawSVG is Draw with a number of characters of its own, at most 8, as SVG
// markup that pages may insert. The characters are in it as pixels only.
func (s *Service) DrawSVG(ctx context.Context, who mall.Actor, key string, length int) (string, error) {
	answer, err := s.issue(ctx, who, key, min(max(length, 1), 8))
	if err != nil {
		return "", err
	}
	return markup(answer)
}

// issue stores a new answer under a key.
func (s *Service) issue(ctx context.Context, who mall.Actor, key string, length int) (string, error) {
	if key == "" || len(key) > maxKey {
		return "", ErrKey
	}
	answer, now := text(length), s.now()
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if who.Addr != "" {
			ok, err := s.d.Limits.Take(ctx, auth.LimitKey("captcha", who.Addr), s.c.PerAddr, time.Hour, now)
			if err != nil {
				return err
			}
			if !ok {
				return ErrTooMany
			}
		}
		return s.d.Repository.Put(ctx, Captcha{Key: key, Hash: hash(key, answer), ExpiresAt: now.Add(s.c.TTL)})
	})
	if err != nil {
		return "", err
	}
	if s.c.Reveal != nil {
		s.c.Reveal(ctx, key, answer)
	}
	return answer, nil
}

// Check compares an answer, whatever its case. The picture is gone
// afterwards, so it runs its own transaction.
func (s *Service) Check(ctx context.Context, key, answer string) error {
	if mall.InTx(ctx) {
		return errors.New("captcha: Check inside a transaction")
	}
	if key == "" || len(key) > maxKey || len(answer) > 64 {
		return ErrAnswer
	}
	var c *Captcha
	err := s.d.Tx.Do(ctx, func(ctx context.Context) (err error) {
		c, err = s.d.Repository.Take(ctx, key)
		return err
	})
	if err != nil {
		return err
	}
	if c == nil || !s.now().Before(c.ExpiresAt) || subtle.ConstantTimeCompare([]byte(c.Hash), []byte(hash(key, answer))) != 1 {
		return ErrAnswer
	}
	return nil
}

// Sweep deletes at most limit picture codes that expired.
func (s *Service) Sweep(ctx context.Context, limit int) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		_, err := s.d.Repository.Forget(ctx, s.now(), limit)
		return err
	})
}

func hash(key, answer string) string {
	h := sha256.Sum256([]byte(key + "\x00" + strings.ToLower(strings.TrimSpace(answer))))
	return hex.EncodeToString(h[:])
}

// text is n random characters without look-alikes.
func text(n int) string {
	const alphabet = "23456789abcdefghjkmnpqrstuvwxyz"
	b := make([]byte, 0, n)
	for len(b) < n {
		var one [1]byte
		rand.Read(one[:])
		// Bytes beyond the last multiple would make the first characters likelier.
		if i := int(one[0]); i < 256/len(alphabet)*len(alphabet) {
			b = append(b, alphabet[i%len(alphabet)])
		}
	}
	return string(b)
}
