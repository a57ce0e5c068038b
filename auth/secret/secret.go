// Package secret makes and checks password hashes: argon2id in PHC form.
// bcrypt hashes of older systems are still verified and then replaced.
//
//	h := secret.New(secret.Config{})
//	hash, err := h.Hash(ctx, "demo123")
//	ok, rehash, err := h.Verify(ctx, "demo123", hash)
package secret

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"

	"github.com/gomall-dev/mall/auth"
)

// Config adjusts a Hasher; its zero value works.
type Config struct {
	// Memory is the memory of one hash in KiB; default 19456 (19 MiB).
	Memory uint32
	// Time is the number of passes; default 2.
	Time uint32
	// Parallel is how many hashes run at a time in this process; default 2.
	// The others wait, so a storm of logins cannot take all memory.
	Parallel int
}

// Hasher implements auth.Hasher. It is safe for use by many goroutines.
type Hasher struct {
	memory, time uint32
	places       chan struct{}
	dummy        string // verified in place of a missing hash
}

var _ auth.Hasher = (*Hasher)(nil)

const (
	saltLen = 16
	keyLen  = 32
	// Hashes that ask for more than this are refused: they come from a
	// database that somebody else may have filled.
	maxMemory = 256 << 10 // KiB
	maxTime   = 16
	maxBcrypt = 14 // a second or so; each more doubles it
)

// New makes a Hasher.
func New(c Config) *Hasher {
	if c.Memory == 0 {
		c.Memory = 19456
	}
	if c.Time == 0 {
		c.Time = 2
	}
	if c.Parallel <= 0 {
		c.Parallel = 2
	}
	h := &Hasher{memory: c.Memory, time: c.Time, places: make(chan struct{}, c.Parallel)}
	h.dummy = h.encode(make([]byte, saltLen), make([]byte, keyLen))
	return h
}

// Hash is the argon2id hash of a password with a fresh salt.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	salt := make([]byte, saltLen)
	rand.Read(salt)
	return h.encode(salt, argon2.IDKey([]byte(password), salt, h.time, h.memory, 1, keyLen)), nil
}

// Verify compares a password with a hash. A missing hash costs as much as
// another and never matches. A hash that cannot be read never matches.
func (h *Hasher) Verify(ctx context.Context, password, hash string) (ok, rehash bool, err error) {
	if err := h.enter(ctx); err != nil {
		return false, false, err
	}
	defer h.leave()
	if strings.HasPrefix(hash, "$2") {
		cost, err := bcrypt.Cost([]byte(hash))
		// bcrypt looks at 72 bytes only: a longer password would match by its head.
		ok = err == nil && cost <= maxBcrypt && len(password) <= 72 && bcrypt.CompareHashAndPassword([]byte(hash), []byte(password)) == nil
		return ok, ok, nil
	}
	missing := hash == ""
	if missing {
		hash = h.dummy
	}
	p, good := parse(hash)
	if !good {
		return false, false, nil
	}
	got := argon2.IDKey([]byte(password), p.salt, p.time, p.memory, p.threads, uint32(len(p.key)))
	ok = subtle.ConstantTimeCompare(got, p.key) == 1 && !missing
	return ok, ok && (p.memory != h.memory || p.time != h.time || p.threads != 1), nil
}

func (h *Hasher) enter(ctx context.Context) error {
	select {
	case h.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *Hasher) leave() { <-h.places }

func (h *Hasher) encode(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s",
		argon2.Version, h.memory, h.time, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// params are the parts of a PHC string.
type params struct {
	memory, time uint32
	threads      uint8
	salt, key    []byte
}

// parse reads $argon2id$v=19$m=…,t=…,p=…$salt$key within sane bounds.
func parse(hash string) (params, bool) {
	f := strings.Split(hash, "$")
	if len(hash) > 512 || len(f) != 6 || f[0] != "" || f[1] != "argon2id" || f[2] != "v="+strconv.Itoa(argon2.Version) {
		return params{}, false
	}
	var n [3]uint64
	costs := strings.Split(f[3], ",")
	if len(costs) != len(n) {
		return params{}, false
	}
	for i, name := range []string{"m=", "t=", "p="} {
		v, found := strings.CutPrefix(costs[i], name)
		var err error
		if n[i], err = strconv.ParseUint(v, 10, 32); !found || err != nil || n[i] == 0 {
			return params{}, false
		}
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(f[4])
	key, err2 := base64.RawStdEncoding.DecodeString(f[5])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(key) < 16 || n[0] > maxMemory || n[1] > maxTime || n[2] > math.MaxUint8 {
		return params{}, false
	}
	return params{uint32(n[0]), uint32(n[1]), uint8(n[2]), salt, key}, true
}
