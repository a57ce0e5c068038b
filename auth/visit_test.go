package auth_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/verify"
)

// arrive is the actor of a session that an openid has just opened.
func arrive(t *testing.T, b *bundle, openid, unionid string) mall.Actor {
	t.Helper()
	l, err := b.Arrive(t.Context(), shopper, auth.Identity{AppID: "wx1", OpenID: openid, UnionID: unionid}, auth.Device{})
	require.NoError(t, err)
	return who(t, b, l.Token)
}

func who(t *testing.T, b *bundle, token string) mall.Actor {
	t.Helper()
	a, err := b.Authenticate(t.Context(), shopper.Face, token, shopper.Addr)
	require.NoError(t, err)
	return a
}

// TestAttachMobile: a session without an account gets the one of a number, and
// its openid with it; a failure leaves code and session as they were.
func TestAttachMobile(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		const mobile = "13800138000"
		ctx := t.Context()
		l, err := b.Arrive(ctx, shopper, auth.Identity{AppID: "wx1", OpenID: "o1", UnionID: "u1"}, auth.Device{})
		require.NoError(t, err)
		require.Nil(t, l.Account)
		v := who(t, b, l.Token)
		require.Equal(t, []any{mall.ID(0), "o1", "u1"}, []any{v.Account, v.OpenID, v.UnionID})
		code := b.code(t, mobile)
		_, err = b.AttachMobile(ctx, v, mobile, "x")
		require.ErrorIs(t, err, verify.ErrCode)
		_, err = b.AttachMobile(ctx, shopper, mobile, code)
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
		ended := v
		ended.Session += 100
		_, err = b.AttachMobile(ctx, ended, mobile, code)
		require.ErrorIs(t, err, mall.ErrUnauthenticated, "the session ended meanwhile")
		none, err := b.Find(ctx, auth.ByMobile, mobile)
		require.NoError(t, err)
		require.Nil(t, none, "nothing is half done")
		a, err := b.AttachMobile(ctx, v, mobile, code)
		require.NoError(t, err, "the code was not used up")
		require.Equal(t, a.ID, who(t, b, l.Token).Account)
		require.Equal(t, a.ID, arrive(t, b, "o1", "").Account)

		// Another number moves the openid; the account that loses it stays.
		other, err := b.AttachMobile(ctx, arrive(t, b, "o1", ""), "13800138001", b.code(t, "13800138001"))
		require.NoError(t, err)
		require.NotEqual(t, a.ID, other.ID)
		require.Equal(t, other.ID, arrive(t, b, "o1", "").Account)
		require.NoError(t, b.SetStatus(ctx, mall.System(), a.ID, auth.Disabled, "x"))
		_, err = b.AttachMobile(ctx, arrive(t, b, "o9", ""), mobile, b.code(t, mobile))
		require.ErrorIs(t, err, auth.ErrDisabled)
	})
}

// TestAttachMobileAtOnce: many phones with one new number make one account.
func TestAttachMobileAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		const mobile = "13800138000"
		v, code := arrive(t, b, "o1", ""), b.code(t, mobile)
		var won atomic.Int64
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if _, err := b.AttachMobile(t.Context(), v, mobile, code); err == nil {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		require.Equal(t, int64(1), won.Load(), "a code is good once")
		list, err := b.List(t.Context(), auth.Filter{Text: mobile}, mall.Page{})
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
	})
}

// TestGuessesOfOneOpenID: one openid cannot try code after code at number
// after number; others are not kept out by it.
func TestGuessesOfOneOpenID(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx, v := t.Context(), arrive(t, b, "o1", "")
		code := b.code(t, "13800138000")
		for i := range 20 {
			_, err := b.AttachMobile(ctx, v, fmt.Sprintf("139000000%02d", i), "x")
			require.Error(t, err)
			require.NotErrorIs(t, err, auth.ErrLocked)
		}
		_, err := b.AttachMobile(ctx, v, "13800138000", code)
		require.ErrorIs(t, err, auth.ErrLocked)
		_, err = b.AttachMobile(ctx, arrive(t, b, "o1", ""), "13800138000", code)
		require.ErrorIs(t, err, auth.ErrLocked, "another session is the same openid")
		_, err = b.AttachMobile(ctx, arrive(t, b, "o2", ""), "13800138000", code)
		require.NoError(t, err)
	})
}

// TestRecognise: a unionid makes one person of two openids, and nothing else does.
func TestRecognise(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		ann, err := b.AttachMobile(ctx, arrive(t, b, "o1", "u1"), "13800138000", b.code(t, "13800138000"))
		require.NoError(t, err)
		plain, err := b.AttachMobile(ctx, arrive(t, b, "o2", ""), "13800138001", b.code(t, "13800138001"))
		require.NoError(t, err)
		for _, c := range []struct {
			openid, unionid string
			account         mall.ID
			same            bool
		}{{"x1", "u1", ann.ID, true}, {"x2", "u2", ann.ID, false}, {"x3", "", ann.ID, false}, {"x4", "", plain.ID, false}, {"x5", "u1", plain.ID, false}} {
			v := arrive(t, b, c.openid, c.unionid)
			same, err := b.Recognise(ctx, v, c.account)
			require.NoError(t, err)
			require.Equal(t, c.same, same, c.openid)
			require.Equal(t, c.same, arrive(t, b, c.openid, c.unionid).Account == c.account, c.openid)
		}
		require.NoError(t, b.SetStatus(ctx, mall.System(), ann.ID, auth.Disabled, "x"))
		same, err := b.Recognise(ctx, arrive(t, b, "x6", "u1"), ann.ID)
		require.NoError(t, err)
		require.False(t, same)
	})
}

// TestNarrow: a narrowed session acts in nobody's name until it is signed in
// again, and an erasure ends every session of the openid.
func TestNarrow(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		l, err := b.Arrive(ctx, shopper, auth.Identity{AppID: "wx1", OpenID: "o1"}, auth.Device{})
		require.NoError(t, err)
		ann, err := b.AttachMobile(ctx, who(t, b, l.Token), "13800138000", b.code(t, "13800138000"))
		require.NoError(t, err)
		require.ErrorIs(t, b.Narrow(ctx, mall.Actor{}, "pay"), mall.ErrUnauthenticated)
		require.NoError(t, b.Narrow(ctx, who(t, b, l.Token), "pay"))
		v := who(t, b, l.Token)
		require.Equal(t, []any{mall.ID(0), "pay"}, []any{v.Account, v.Scope})
		_, err = b.AttachMobile(ctx, v, "13800138000", b.code(t, "13800138000"))
		require.NoError(t, err)
		v = who(t, b, l.Token)
		require.Equal(t, []any{ann.ID, ""}, []any{v.Account, v.Scope})
		require.NoError(t, b.Narrow(ctx, v, "pay"))
		b.Seal()
		require.NoError(t, b.Erase(ctx, mall.System(), ann.ID))
		_, err = b.Authenticate(ctx, shopper.Face, l.Token, "")
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
	})
}
