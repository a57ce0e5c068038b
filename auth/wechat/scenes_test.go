package wechat_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// drawer keeps the scene of the code that it drew last.
type drawer struct {
	wechat.Client
	scene string
	err   error
}

func (d *drawer) WXACode(ctx context.Context, _ string, c wechat.WXACode) ([]byte, error) {
	if mall.InTx(ctx) {
		panic("WeChat is called inside a transaction")
	}
	d.scene = c.Scene
	return []byte("PNG"), d.err
}

// TestScenes: a refusal leaves scene and session as they were; what Payable
// says is asked when the code is drawn and when it is used.
func TestScenes(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		ctx, at := t.Context(), time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
		now := func() time.Time { return at }
		codes, err := verify.New(verify.Deps{Tx: store, Repository: store.Codes(), Limits: store.Limits()}, verify.Config{Now: now})
		require.NoError(t, err)
		accounts, err := auth.New(auth.Deps{Tx: store, Outbox: store, Repository: store.Accounts(), Sessions: store.Sessions(), Limits: store.Limits(),
			Hasher: secret.New(secret.Config{}), Codes: codes}, auth.Config{Now: now})
		require.NoError(t, err)
		ann, err := accounts.Create(ctx, mall.System(), auth.NewAccount{Registration: auth.Registration{Mobile: "13800138000"}})
		require.NoError(t, err)
		var refused error
		draws := &drawer{}
		deps := wechat.SceneDeps{Tx: store, Scenes: store.Scenes(), Limits: store.Limits(), Accounts: accounts, Client: draws,
			Payable: func(context.Context, mall.ID, string, mall.ID) error { return refused }}
		scenes, err := wechat.NewScenes(deps, wechat.SceneConfig{Now: now, PerOrder: 3, PerAddr: 3})
		require.NoError(t, err)
		deps.Payable = nil
		_, err = wechat.NewScenes(deps, wechat.SceneConfig{})
		require.ErrorContains(t, err, "Payable")

		l, err := accounts.Arrive(ctx, mall.Actor{Face: mall.FaceO2O}, auth.Identity{AppID: "wx2", OpenID: "o1"}, auth.Device{})
		require.NoError(t, err)
		session := func() mall.Actor {
			who, err := accounts.Authenticate(ctx, mall.FaceO2O, l.Token, "")
			require.NoError(t, err)
			who.Operator = 2
			return who
		}
		in := wechat.SceneInput{Operator: 2, AppID: "wx2", Page: "p", Order: "O1", Account: ann.ID}
		from := mall.Actor{Addr: "192.0.2.1"}
		paid := mall.E(mall.State, "test.paid", "paid")
		refused = paid
		_, err = scenes.Draw(ctx, from, in)
		require.ErrorIs(t, err, paid)
		require.Empty(t, draws.scene)
		refused = nil
		picture, err := scenes.Draw(ctx, from, in)
		require.NoError(t, err)
		require.Equal(t, "PNG", string(picture))
		refused = paid
		_, err = scenes.Enter(ctx, session(), draws.scene)
		require.ErrorIs(t, err, paid)
		require.Empty(t, session().Scope)
		refused = nil
		e, err := scenes.Enter(ctx, session(), draws.scene)
		require.NoError(t, err, "the scene was not used up")
		require.Equal(t, []any{ann.ID, "O1", false}, []any{e.Account.ID, e.Order, e.Whole})
		account, order, ok := wechat.ReadPayScope(session().Scope)
		require.Equal(t, []any{ann.ID, "O1", true}, []any{account, order, ok})
		_, err = scenes.Enter(ctx, mall.Actor{}, draws.scene)
		require.ErrorIs(t, err, mall.ErrUnauthenticated)

		draws.err = wechat.ErrPage
		_, err = scenes.Draw(ctx, from, in)
		require.ErrorIs(t, err, wechat.ErrPage)
		draws.err = nil
		_, err = scenes.Draw(ctx, from, in)
		require.ErrorIs(t, err, wechat.ErrScenes, "three for an order")
		in.Order = "O2"
		_, err = scenes.Draw(ctx, from, in)
		require.ErrorIs(t, err, wechat.ErrScenes, "three for an address, refused ones too")
		_, err = scenes.Draw(ctx, mall.Actor{Addr: "192.0.2.2"}, in)
		require.NoError(t, err, "another address has its own")
		require.True(t, errors.Is(store.Do(ctx, func(ctx context.Context) error {
			_, err := scenes.Draw(ctx, from, in)
			require.Error(t, err, "not inside a transaction")
			return context.Canceled
		}), context.Canceled))
	})
}

// TestPayScopes: only what PayScope wrote is read as one.
func TestPayScopes(t *testing.T) {
	t.Parallel()
	for _, scope := range []string{"", "general", "pay:", "pay:1", "pay:1:", "pay:0:O1", "pay:-1:O1", "pay:x:O1", "PAY:1:O1"} {
		_, _, ok := wechat.ReadPayScope(scope)
		require.False(t, ok, scope)
	}
}

// A code leads to another mini program, where it is worth one payment.
func ExampleScenes() {
	account, order, ok := wechat.ReadPayScope(wechat.PayScope(7, "O2026030210000000000001"))
	fmt.Println(account, order, ok)
	// Output: 7 O2026030210000000000001 true
}
