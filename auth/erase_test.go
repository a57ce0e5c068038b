package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/address"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestErase: after an erasure no table holds anything of the person.
func TestErase(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		const mobile = "13812345678"
		homes, err := address.New(address.Deps{Tx: b.store, Repository: b.store.Addresses()}, address.Config{Now: b.now})
		require.NoError(t, err)
		busy, country := true, "UniqueCountry"
		b.OnErase("address", homes.Eraser())
		b.OnErase("test", auth.Eraser{Busy: func(context.Context, mall.ID) error {
			if busy {
				return auth.ErrOpen.With("orders")
			}
			return nil
		}})
		b.Seal()
		require.Panics(t, func() { b.OnErase("late", auth.Eraser{}) })

		from := mall.Actor{Face: mall.FaceWXAPI, Addr: "203.0.113.77"}
		a, err := b.Register(ctx, from, auth.Registration{
			Username: "UniqueAnna", Password: "secret1", Nick: "UniqueNick", AvatarURL: "https://example.com/UniqueFace", Province: "UniqueProvince",
			Ext: map[string]string{"k": "UniqueExt"}, Identity: &auth.Identity{AppID: "wx1", OpenID: "UniqueOpenID", UnionID: "UniqueUnionID"},
		})
		require.NoError(t, err)
		clerk := mall.Actor{Account: a.ID + 9, Rights: []string{mall.RightAll}, Addr: "198.51.100.3"}
		require.NoError(t, b.SetStatus(ctx, clerk, a.ID, auth.Disabled, "UniqueReason"))
		require.NoError(t, b.SetStatus(ctx, clerk, a.ID, auth.Active, ""))
		l, err := b.LoginPassword(ctx, from, auth.PasswordLogin{
			By: auth.ByUsername, Name: "UniqueAnna", Password: "secret1", Device: auth.Device{ID: "UniqueDevice", Name: "UniquePhone"},
		})
		require.NoError(t, err)
		who, err := b.Authenticate(ctx, mall.FaceWXAPI, l.Token, from.Addr)
		require.NoError(t, err)
		require.NoError(t, b.BindMobile(ctx, who, mobile, ""))
		require.NoError(t, b.Modify(ctx, who, auth.Changes{Country: &country}))
		require.NoError(t, b.verify.Send(ctx, from, mobile, verify.Picture{}))
		_, err = b.LoginPassword(ctx, from, auth.PasswordLogin{By: auth.ByMobile, Name: mobile, Password: "wrong!"})
		require.ErrorIs(t, err, auth.ErrPassword)
		_, err = homes.Add(ctx, who, address.Address{LinkMan: "UniqueAnna", Mobile: mobile, ProvinceID: "330000000000", Address: "UniqueStreet", Default: true})
		require.NoError(t, err)

		words := []string{"Unique", "unique", mobile, "203.0.113.77"}
		require.NotEmpty(t, storagetest.Grep(t, b.store, words...))
		export, err := b.Export(ctx, who, a.ID)
		require.NoError(t, err)
		text, err := json.Marshal(export)
		require.NoError(t, err)
		for _, w := range []string{"UniqueNick", "UniqueOpenID", "UniqueStreet", "UniquePhone", "UniqueReason", mobile} {
			require.Contains(t, string(text), w)
		}
		require.NotContains(t, string(text), "argon2")
		require.NotContains(t, string(text), clerk.Addr, "that is the clerk's")
		for _, o := range export["sessions"].([]auth.Session) {
			require.Empty(t, o.Hash)
		}

		stranger := mall.Actor{Account: a.ID + 1}
		require.ErrorIs(t, b.Erase(ctx, stranger, a.ID), mall.ErrDenied)
		_, err = b.Export(ctx, stranger, a.ID)
		require.ErrorIs(t, err, mall.ErrDenied)
		require.ErrorIs(t, b.Erase(ctx, who, a.ID), auth.ErrOpen)
		_, err = b.Authenticate(ctx, mall.FaceWXAPI, l.Token, "")
		require.NoError(t, err, "a refused erasure changes nothing")
		busy = false
		won := together(t, 5, nil, func(int) error { return b.Erase(ctx, mall.System(), a.ID) })
		require.Equal(t, 5, won, "erasing again is no error")

		require.Empty(t, storagetest.Grep(t, b.store, words...))
		_, err = b.Authenticate(ctx, mall.FaceWXAPI, l.Token, "")
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
		other := b.user(t, "bert", "secret1")
		require.NoError(t, b.BindMobile(ctx, mall.Actor{Account: other.ID}, mobile, ""), "the number is free again")
		fresh, err := b.LoginIdentity(ctx, shopper, auth.Identity{AppID: "wx1", OpenID: "UniqueOpenID"}, &auth.Registration{}, auth.Device{})
		require.NoError(t, err)
		require.NotEqual(t, a.ID, fresh.Account.ID)
	})
}

// TestExportIsOneSnapshot: what is written while rooms tell what they have is
// in none of them, or sums would not fit their entries.
func TestExportIsOneSnapshot(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		homes, err := address.New(address.Deps{Tx: b.store, Repository: b.store.Addresses()}, address.Config{Now: b.now})
		require.NoError(t, err)
		who := mall.Actor{Account: b.user(t, "anna", "secret1").ID}
		move := func() error {
			_, err := homes.Add(ctx, who, address.Address{LinkMan: "Anna", Mobile: "13812345678", ProvinceID: "330000000000", Address: "Street"})
			return err
		}
		require.NoError(t, move())
		b.OnErase("first", auth.Eraser{Export: func(context.Context, mall.ID) (any, error) { return "moved", move() }})
		b.OnErase("address", homes.Eraser())
		b.OnErase("writer", auth.Eraser{Export: func(inside context.Context, _ mall.ID) (any, error) {
			require.ErrorIs(t, b.store.Do(inside, func(context.Context) error { return nil }), mall.ErrReadOnly)
			return nil, nil
		}})
		b.Seal()
		for want := range 2 {
			export, err := b.Export(ctx, who, who.Account)
			require.NoError(t, err)
			require.Equal(t, "moved", export["first"])
			require.Len(t, export["address"], want+1)
		}
	})
}

func TestSweep(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.user(t, "anna", "secret1")
		_, err := b.login(t, "anna", "secret1")
		require.NoError(t, err)
		_, err = b.login(t, "anna", "wrong!")
		require.ErrorIs(t, err, auth.ErrPassword)
		b.code(t, "13812345678")
		b.pass(365 * 24 * time.Hour)
		require.NoError(t, b.Sweep(ctx, 100))
		require.NoError(t, b.verify.Sweep(ctx, 100))
		require.Empty(t, storagetest.Grep(t, b.store, "login.account", "code.target"))
		log, err := b.Logins(ctx, 0, mall.Page{})
		require.NoError(t, err)
		require.Empty(t, log.Items)
	})
}

func TestMissingDependencies(t *testing.T) {
	t.Parallel()
	_, err := auth.New(auth.Deps{}, auth.Config{})
	require.ErrorContains(t, err, "Tx")
	require.False(t, errors.Is(err, mall.ErrInvalid), fmt.Sprint(err))
}
