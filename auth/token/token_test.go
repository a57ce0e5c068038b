package token_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/token"
)

var (
	oldKey = token.Key{ID: "2025", Secret: bytes.Repeat([]byte("o"), 32)}
	newKey = token.Key{ID: "2026", Secret: bytes.Repeat([]byte("n"), 32)}
)

func signer(t *testing.T, keys ...token.Key) *token.Signer {
	t.Helper()
	s, err := token.New(token.Config{Keys: keys})
	require.NoError(t, err)
	return s
}

func ExampleNew() {
	s, err := token.New(token.Config{Keys: []token.Key{{ID: "2026", Secret: []byte("32 random bytes, kept outside git")}}})
	if err != nil {
		panic(err)
	}
	jwt, _ := s.Sign("session token", "public id", time.Now().Add(time.Hour))
	session, err := s.Parse(jwt)
	fmt.Println(session, err)
	// Output: session token <nil>
}

func TestNoDefaultKey(t *testing.T) {
	t.Parallel()
	for _, keys := range [][]token.Key{
		nil, {{ID: "a", Secret: []byte("short")}}, {{Secret: newKey.Secret}}, {newKey, newKey},
	} {
		_, err := token.New(token.Config{Keys: keys})
		require.Error(t, err)
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	old, err := signer(t, oldKey).Sign("s", "u", time.Now().Add(time.Hour))
	require.NoError(t, err)
	session, err := signer(t, newKey, oldKey).Parse(old)
	require.NoError(t, err)
	require.Equal(t, "s", session)
	claims, err := signer(t, newKey, oldKey).Read(old)
	require.NoError(t, err)
	require.Equal(t, []string{"s", "u"}, []string{claims.Session, claims.Subject})
	require.WithinDuration(t, claims.IssuedAt.Add(time.Hour), claims.ExpiresAt, time.Second)
	_, err = signer(t, newKey).Parse(old)
	require.ErrorIs(t, err, mall.ErrUnauthenticated)
}

func TestForgedAndExpired(t *testing.T) {
	t.Parallel()
	s := signer(t, newKey)
	claims := jwt.RegisteredClaims{Issuer: "mall", ID: "s", ExpiresAt: jwt.NewNumericDate(time.Now().Add(time.Hour))}
	make := func(method jwt.SigningMethod, key any, c jwt.RegisteredClaims) string {
		x := jwt.NewWithClaims(method, c)
		x.Header["kid"] = newKey.ID
		text, err := x.SignedString(key)
		require.NoError(t, err)
		return text
	}
	_, err := s.Parse(make(jwt.SigningMethodHS256, newKey.Secret, claims))
	require.NoError(t, err)
	expired, endless, foreign, empty := claims, claims, claims, claims
	expired.ExpiresAt = jwt.NewNumericDate(time.Now().Add(-time.Minute))
	endless.ExpiresAt = nil
	foreign.Issuer = "other"
	empty.ID = ""
	for _, text := range []string{
		"", "x", "a.b.c",
		make(jwt.SigningMethodHS256, oldKey.Secret, claims),
		make(jwt.SigningMethodHS384, newKey.Secret, claims),
		make(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, claims),
		make(jwt.SigningMethodHS256, newKey.Secret, expired),
		make(jwt.SigningMethodHS256, newKey.Secret, endless),
		make(jwt.SigningMethodHS256, newKey.Secret, foreign),
		make(jwt.SigningMethodHS256, newKey.Secret, empty),
	} {
		_, err := s.Parse(text)
		require.ErrorIs(t, err, mall.ErrUnauthenticated, text)
	}
}
