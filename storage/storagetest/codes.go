package storagetest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/auth/captcha"
	"github.com/gomall-dev/mall/auth/verify"
)

func code(salt string) verify.Code {
	return verify.Code{Channel: "wxapi", Target: "t", Salt: salt, Hash: "h", CreatedAt: moment0, ExpiresAt: moment0.Add(time.Minute)}
}

func testCodes(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Codes(), t.Context()
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.Put(ctx, code("s1"))) })
	none, err := repo.Find(ctx, "wxapi", "t")
	require.NoError(t, err)
	require.Nil(t, none)

	try := func(most int, at time.Time) (c *verify.Code) {
		must(t, store, func(ctx context.Context) (err error) {
			c, err = repo.Try(ctx, "wxapi", "t", most, at)
			return err
		})
		return c
	}
	use := func(c verify.Code, at time.Time) (ok bool) {
		must(t, store, func(ctx context.Context) (err error) {
			ok, err = repo.Use(ctx, c, 3, at)
			return err
		})
		return ok
	}
	require.Nil(t, try(3, moment0))
	must(t, store, func(ctx context.Context) error { return repo.Put(ctx, code("s1")) })
	require.Equal(t, 1, try(3, moment0).Tries)
	must(t, store, func(ctx context.Context) error { return repo.Untry(ctx, code("s1")) })
	for range 3 {
		require.NotNil(t, try(3, moment0))
	}
	require.Nil(t, try(3, moment0), "no tries left")
	require.False(t, use(code("s1"), moment0), "and no use")

	must(t, store, func(ctx context.Context) error { return repo.Put(ctx, code("s2")) })
	require.Zero(t, try(3, moment0).Tries-1, "a new code has its own tries")
	require.Nil(t, try(3, moment0.Add(time.Minute)), "expired")
	require.False(t, use(code("s1"), moment0), "the older one is void")
	require.False(t, use(code("s2"), moment0.Add(time.Minute)), "expired")
	require.True(t, use(code("s2"), moment0))
	require.False(t, use(code("s2"), moment0), "once")
	require.Nil(t, try(3, moment0), "used")
	must(t, store, func(ctx context.Context) error {
		n, err := repo.Forget(ctx, moment0.Add(time.Hour), 10)
		require.Equal(t, int64(1), n)
		return err
	})
}

func testCaptchas(t *testing.T, open Open) {
	store := open(t)
	repo := store.Captchas()
	c := captcha.Captcha{Key: "k", Hash: "h1", ExpiresAt: moment0}
	take := func() (got *captcha.Captcha) {
		must(t, store, func(ctx context.Context) (err error) {
			got, err = repo.Take(ctx, "k")
			return err
		})
		return got
	}
	must(t, store, func(ctx context.Context) error { return repo.Put(ctx, c) })
	c.Hash = "h2"
	must(t, store, func(ctx context.Context) error { return repo.Put(ctx, c) })
	require.Equal(t, &c, take())
	require.Nil(t, take(), "gone after the first")
	must(t, store, func(ctx context.Context) error { return repo.Put(ctx, c) })
	must(t, store, func(ctx context.Context) error {
		n, err := repo.Forget(ctx, moment0.Add(time.Second), 10)
		require.Equal(t, int64(1), n)
		return err
	})
}

func testAppTokens(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.AppTokens(), t.Context()
	text, at, err := repo.Load(ctx, "wechat:wx1")
	require.NoError(t, err)
	require.Zero(t, text)
	require.True(t, at.IsZero())
	for _, v := range []string{"one", "two"} {
		must(t, store, func(ctx context.Context) error { return repo.Save(ctx, "wechat:wx1", v, moment0) })
		text, at, err = repo.Load(ctx, "wechat:wx1")
		require.NoError(t, err)
		require.Equal(t, v, text)
		require.Equal(t, moment0, at)
	}
}

func testCodeRaces(t *testing.T, open Open) {
	store := open(t)
	repo := store.Codes()
	must(t, store, func(ctx context.Context) error { return repo.Put(ctx, code("s")) })
	var used, taken atomic.Int64
	must(t, store, func(ctx context.Context) error {
		return store.Captchas().Put(ctx, captcha.Captcha{Key: "k", Hash: "h", ExpiresAt: moment0})
	})
	together(20, func(int) {
		_ = store.Do(t.Context(), func(ctx context.Context) error {
			ok, err := repo.Use(ctx, code("s"), 5, moment0)
			if ok {
				used.Add(1)
			}
			return err
		})
		_ = store.Do(t.Context(), func(ctx context.Context) error {
			c, err := store.Captchas().Take(ctx, "k")
			if c != nil {
				taken.Add(1)
			}
			return err
		})
	})
	require.Equal(t, int64(1), used.Load())
	require.Equal(t, int64(1), taken.Load())
}
