package verify_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

type bundle struct {
	*verify.Service
	store storage.Store
	at    time.Time
	sent  []verify.Message
	fail  error
	pics  map[string]string
}

func (b *bundle) SendSMS(ctx context.Context, m verify.Message) error {
	if mall.InTx(ctx) {
		return errors.New("inside a transaction")
	}
	b.sent = append(b.sent, m)
	return b.fail
}

func (b *bundle) SendMail(ctx context.Context, m verify.Message) error { return b.SendSMS(ctx, m) }

func (b *bundle) Check(_ context.Context, key, answer string) error {
	if b.pics[key] != answer {
		return verify.ErrPicture
	}
	delete(b.pics, key)
	return nil
}

func (b *bundle) last() string { return b.sent[len(b.sent)-1].Code }

func each(t *testing.T, c verify.Config, body func(t *testing.T, b *bundle)) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b := &bundle{store: store, at: time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC), pics: map[string]string{}}
		c := c
		c.Now = func() time.Time { return b.at }
		var err error
		b.Service, err = verify.New(verify.Deps{Tx: store, Repository: store.Codes(), Limits: store.Limits(), SMS: b, Mail: b, Pictures: b}, c)
		require.NoError(t, err)
		body(t, b)
	})
}

// check calls the service: bundle.Check is the picture port.
func (b *bundle) check(face mall.Face, target, code string) error {
	return b.Service.Check(context.Background(), face, target, code)
}

func (b *bundle) use(face mall.Face, target, code string) error {
	return b.store.Do(context.Background(), func(ctx context.Context) error { return b.Use(ctx, face, target, code) })
}

const mobile = "13812345678"

func TestPolicies(t *testing.T) {
	each(t, verify.Config{}, func(t *testing.T, b *bundle) {
		for face, want := range map[mall.Face]struct {
			digits int
			ttl    time.Duration
		}{mall.FaceWXAPI: {6, 10 * time.Minute}, mall.FaceManager: {5, time.Hour}, mall.FaceO2O: {4, 10 * time.Minute}} {
			start := b.at
			require.NoError(t, b.Send(t.Context(), mall.Actor{Face: face, Addr: "a"}, mobile, verify.Picture{}))
			code := b.last()
			require.Len(t, code, want.digits)
			require.Contains(t, b.sent[len(b.sent)-1].Body, code)
			require.ErrorIs(t, b.check("other", mobile, code), verify.ErrNoCode, "good at its own face")
			b.at = start.Add(want.ttl - time.Millisecond)
			require.NoError(t, b.check(face, mobile, code))
			b.at = start.Add(want.ttl)
			require.ErrorIs(t, b.check(face, mobile, code), verify.ErrNoCode, "expired")
			b.at = start
		}
	})
}

func TestOneGoodCode(t *testing.T) {
	each(t, verify.Config{}, func(t *testing.T, b *bundle) {
		who := mall.Actor{Face: mall.FaceWXAPI, Addr: "a"}
		require.NoError(t, b.Send(t.Context(), who, mobile, verify.Picture{}))
		first := b.last()
		require.NoError(t, b.Send(t.Context(), who, mobile, verify.Picture{}))
		second := b.last()
		if first != second {
			require.ErrorIs(t, b.check(who.Face, mobile, first), verify.ErrCode, "the newer one voids it")
			require.ErrorIs(t, b.use(who.Face, mobile, first), verify.ErrCode)
		}
		for range 10 {
			require.NoError(t, b.check(who.Face, mobile, second), "right tries cost nothing")
		}
		var won atomic.Int64
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if b.use(who.Face, mobile, second) == nil {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		require.Equal(t, int64(1), won.Load())
		require.ErrorIs(t, b.check(who.Face, mobile, second), verify.ErrNoCode)
		require.Empty(t, storagetest.Grep(t, b.store, mobile), "numbers are stored hashed")
	})
}

func TestGuessing(t *testing.T) {
	each(t, verify.Config{}, func(t *testing.T, b *bundle) {
		who := mall.Actor{Face: mall.FaceWXAPI, Addr: "a"}
		require.NoError(t, b.Send(t.Context(), who, mobile, verify.Picture{}))
		var wrong, over atomic.Int64
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() {
				switch err := b.check(who.Face, mobile, "guess"); {
				case errors.Is(err, verify.ErrCode):
					wrong.Add(1)
				case errors.Is(err, verify.ErrNoCode):
					over.Add(1)
				}
			})
		}
		wg.Wait()
		require.Equal(t, [2]int64{5, 25}, [2]int64{wrong.Load(), over.Load()}, "parallel guesses get five tries together")
		require.ErrorIs(t, b.check(who.Face, mobile, b.last()), verify.ErrNoCode)
		require.ErrorIs(t, b.use(who.Face, mobile, b.last()), verify.ErrNoCode)
	})
}

func TestSendLimits(t *testing.T) {
	p := verify.Policy{Digits: 4, TTL: time.Minute, Tries: 5, PerTarget: 3, PerAddr: 5, Gap: time.Second}
	each(t, verify.Config{Policies: map[mall.Face]verify.Policy{mall.FaceWXAPI: p}}, func(t *testing.T, b *bundle) {
		send := func(target, addr string) error {
			return b.Send(t.Context(), mall.Actor{Face: mall.FaceWXAPI, Addr: addr}, target, verify.Picture{})
		}
		require.NoError(t, send(mobile, "a"))
		require.ErrorIs(t, send(mobile, "a"), verify.ErrTooOften, "the pause between two")
		for range 2 {
			b.at = b.at.Add(time.Second)
			require.NoError(t, send(mobile, "a"))
		}
		b.at = b.at.Add(time.Second)
		require.ErrorIs(t, send(mobile, "b"), verify.ErrTooOften, "per number")
		require.Len(t, b.sent, 3)
		for i := range 2 {
			require.NoError(t, send(fmt.Sprint("1391234567", i), "a"))
		}
		require.ErrorIs(t, send("13912345679", "a"), verify.ErrTooOften, "per address")
		b.at = b.at.Add(24 * time.Hour)
		require.NoError(t, send(mobile, "a"))
	})
}

// TestSendsOfOneOpenID: one person cannot use up the sends of many numbers; a
// refused send takes nothing from the number's.
func TestSendsOfOneOpenID(t *testing.T) {
	p := verify.Policy{PerTarget: 2, PerOpenID: 3}
	each(t, verify.Config{Policies: map[mall.Face]verify.Policy{mall.FaceO2O: p}}, func(t *testing.T, b *bundle) {
		send := func(target, appid, openid string) error {
			return b.Send(t.Context(), mall.Actor{Face: mall.FaceO2O, AppID: appid, OpenID: openid}, target, verify.Picture{})
		}
		for i := range 3 {
			require.NoError(t, send(fmt.Sprint("1391234567", i), "wx1", "o1"))
		}
		for range 3 {
			require.ErrorIs(t, send(mobile, "wx1", "o1"), verify.ErrTooOften)
		}
		require.NoError(t, send(mobile, "wx2", "o1"), "another mini program's openids are other people's")
		require.NoError(t, send(mobile, "wx1", "o2"))
		b.at = b.at.Add(24 * time.Hour)
		require.NoError(t, send(mobile, "wx1", "o1"))
	})
}

func TestTargetsAndPorts(t *testing.T) {
	need := func(context.Context, mall.Face) (bool, error) { return true, nil }
	each(t, verify.Config{NeedPicture: need}, func(t *testing.T, b *bundle) {
		ctx, who := t.Context(), mall.Actor{Face: mall.FaceWXAPI}
		for _, target := range []string{"", "1381234567", "12812345678", "1381234567x", "@", "a b@example.com", "+8613812345678"} {
			require.ErrorIs(t, b.Send(ctx, who, target, verify.Picture{}), verify.ErrTarget, target)
		}
		require.ErrorIs(t, b.Send(ctx, who, mobile, verify.Picture{}), verify.ErrPicture)
		require.ErrorIs(t, b.Send(ctx, who, mobile, verify.Picture{Key: "k", Answer: "x"}), verify.ErrPicture)
		b.pics["k"] = "x"
		require.NoError(t, b.Send(ctx, who, mobile, verify.Picture{Key: "k", Answer: "x"}))
		b.pics["k"] = "x"
		require.NoError(t, b.Send(ctx, who, "Anna@example.com", verify.Picture{Key: "k", Answer: "x"}))
		require.NoError(t, b.check(who.Face, "anna@EXAMPLE.com", b.last()))
		b.pics["k"], b.fail = "x", errors.New("vendor is down")
		require.ErrorIs(t, b.Send(ctx, who, mobile, verify.Picture{Key: "k", Answer: "x"}), verify.ErrSend)

		bare, err := verify.New(verify.Deps{Tx: b.store, Repository: b.store.Codes(), Limits: b.store.Limits()}, verify.Config{})
		require.NoError(t, err)
		require.ErrorIs(t, bare.Send(ctx, who, mobile, verify.Picture{}), mall.ErrNotConfigured)
		err = b.store.Do(ctx, func(ctx context.Context) error { return bare.Send(ctx, who, mobile, verify.Picture{}) })
		require.ErrorContains(t, err, "inside a transaction")
	})
}
