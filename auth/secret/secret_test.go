package secret_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/gomall-dev/mall/auth/secret"
)

var fast = secret.Config{Memory: 64, Time: 1}

func TestHashAndVerify(t *testing.T) {
	t.Parallel()
	ctx, h := t.Context(), secret.New(fast)
	a, err := h.Hash(ctx, "密码很长😀 with blanks")
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(a, "$argon2id$v=19$m=64,t=1,p=1$"), a)
	b, err := h.Hash(ctx, "密码很长😀 with blanks")
	require.NoError(t, err)
	require.NotEqual(t, a, b, "salted")
	for password, want := range map[string]bool{"密码很长😀 with blanks": true, "": false, "密码": false} {
		ok, rehash, err := h.Verify(ctx, password, a)
		require.NoError(t, err)
		require.Equal(t, want, ok)
		require.False(t, rehash)
	}
	ok, rehash, err := secret.New(secret.Config{Memory: 128, Time: 1}).Verify(ctx, "密码很长😀 with blanks", a)
	require.NoError(t, err)
	require.True(t, ok)
	require.True(t, rehash, "older parameters")
}

func TestUnreadableHashesNeverMatch(t *testing.T) {
	t.Parallel()
	h := secret.New(fast)
	for _, hash := range []string{
		"", "x", "$argon2id$", "$argon2id$v=19$m=64,t=1,p=1$AAAA$AAAA", "$argon2i$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=99999999,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=0,t=0,p=0$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAA", strings.Repeat("$", 1000), "$2y$broken",
	} {
		ok, _, err := h.Verify(t.Context(), "", hash)
		require.NoError(t, err)
		require.False(t, ok, hash)
	}
}

func TestBcryptIsReplaced(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 72)
	old, err := bcrypt.GenerateFromPassword([]byte(long), bcrypt.MinCost)
	require.NoError(t, err)
	php := strings.Replace(string(old), "$2a$", "$2y$", 1)
	h := secret.New(fast)
	ok, rehash, err := h.Verify(t.Context(), long, php)
	require.NoError(t, err)
	require.True(t, ok)
	require.True(t, rehash)
	ok, _, err = h.Verify(t.Context(), long+"tail", php)
	require.NoError(t, err)
	require.False(t, ok, "bcrypt itself would take it")
	ok, _, err = h.Verify(t.Context(), long, strings.Replace(php, "$04$", "$31$", 1))
	require.NoError(t, err)
	require.False(t, ok, "a hash that costs days is not tried")
}

// TestStormTakesTurns: many logins at once all end, and one whose caller has
// left while waiting ends with the caller's error.
func TestStormTakesTurns(t *testing.T) {
	t.Parallel()
	h := secret.New(secret.Config{Memory: 1 << 10, Time: 1, Parallel: 2})
	hash, err := h.Hash(t.Context(), "secret")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan bool, 40)
	for range 40 {
		go func() {
			ok, _, err := h.Verify(ctx, "secret", hash)
			done <- ok || errors.Is(err, context.Canceled)
		}()
	}
	for i := range 40 {
		if i == 20 {
			cancel()
		}
		require.True(t, <-done)
	}
	cancel()
}

func FuzzVerify(f *testing.F) {
	h := secret.New(fast)
	f.Add("a", "$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("", "$2a$04$")
	f.Fuzz(func(t *testing.T, password, hash string) {
		if strings.Contains(hash, "m=") && len(hash) > 40 {
			t.Skip("a readable hash may be costly")
		}
		ok, _, err := h.Verify(context.Background(), password, hash)
		if err != nil || ok {
			t.Fatal(password, hash, ok, err)
		}
	})
}
