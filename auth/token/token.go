// Package token wraps session tokens in JWTs for clients that expect them.
// The JWT proves nothing by itself: behind it stands a session row, so logging
// out or disabling an account works at once.
//
//	s, err := token.New(token.Config{Keys: []token.Key{{ID: "2026", Secret: secret}}})
//	jwt, err := s.Sign(login.Token, account.PublicID, login.ExpiresAt)
//	session, err := s.Parse(jwt) // for auth.Service.Authenticate
package token

import (
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/gomall-dev/mall"
)

// Key is a secret for HS256 with the id under which tokens name it.
type Key struct {
	ID     string
	Secret []byte // at least 32 random bytes
}

// Config says with which keys tokens are signed. There is no default key.
type Config struct {
	// Keys: the first signs, all verify. To rotate, put the new one in front
	// and drop the old one when its last token has expired.
	Keys []Key
	// Issuer is the claim iss; default "mall".
	Issuer string
	// Now is the clock; nil is the system's.
	Now func() time.Time
}

// MinSecret is the least length of a secret in bytes.
const MinSecret = 32

// Signer makes and reads JWTs.
type Signer struct {
	keys   map[string][]byte
	first  string
	issuer string
	now    func() time.Time
}

// New makes a Signer; without keys, or with a short one, it is an error.
func New(c Config) (*Signer, error) {
	if len(c.Keys) == 0 {
		return nil, errors.New("token: Config.Keys is missing")
	}
	s := &Signer{keys: map[string][]byte{}, first: c.Keys[0].ID, issuer: c.Issuer, now: mall.Clock(c.Now)}
	if s.issuer == "" {
		s.issuer = "mall"
	}
	for _, k := range c.Keys {
		if k.ID == "" || len(k.Secret) < MinSecret {
			return nil, fmt.Errorf("token: key %q needs an id and a secret of at least %d bytes", k.ID, MinSecret)
		}
		if _, twice := s.keys[k.ID]; twice {
			return nil, fmt.Errorf("token: key %q is there twice", k.ID)
		}
		s.keys[k.ID] = k.Secret
	}
	return s, nil
}

// Sign wraps a session token; subject is the public id of the account.
func (s *Signer) Sign(session, subject string, expires time.Time) (string, error) {
	now := s.now()
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Issuer: s.issuer, Subject: subject, ID: session,
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(expires),
	})
	t.Header["kid"] = s.first
	return t.SignedString(s.keys[s.first])
}

// Claims are what a JWT says.
type Claims struct {
	Session   string    // the session's token
	Subject   string    // the public id of the account
	IssuedAt  time.Time // zero when it does not say
	ExpiresAt time.Time
}

// Parse verifies a JWT and unwraps the session token. Whatever is wrong with
// it is mall.ErrUnauthenticated.
func (s *Signer) Parse(text string) (session string, err error) {
	c, err := s.Read(text)
	return c.Session, err
}

// Read verifies a JWT and gives its claims; errors as Parse.
func (s *Signer) Read(text string) (Claims, error) {
	if len(text) > 2048 {
		return Claims{}, mall.ErrUnauthenticated
	}
	var c jwt.RegisteredClaims
	_, err := jwt.ParseWithClaims(text, &c, func(t *jwt.Token) (any, error) {
		kid, _ := t.Header["kid"].(string)
		if key, ok := s.keys[kid]; ok {
			return key, nil
		}
		return nil, errors.New("unknown key id")
	}, jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired(), jwt.WithIssuer(s.issuer), jwt.WithTimeFunc(s.now))
	if err != nil || c.ID == "" {
		return Claims{}, mall.ErrUnauthenticated.Because(err)
	}
	out := Claims{Session: c.ID, Subject: c.Subject, ExpiresAt: c.ExpiresAt.Time}
	if c.IssuedAt != nil {
		out.IssuedAt = c.IssuedAt.Time
	}
	return out, nil
}
