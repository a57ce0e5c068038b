package auth_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// bundle is a Service on a fresh store with a clock that tests move and an
// SMS box that they read.
type bundle struct {
	*auth.Service
	store  storage.Store
	verify *verify.Service
	hasher auth.Hasher

	mu  sync.Mutex
	at  time.Time
	sms map[string]string
}

func (b *bundle) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

func (b *bundle) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = b.at.Add(d)
}

func (b *bundle) SendSMS(ctx context.Context, m verify.Message) error {
	if mall.InTx(ctx) {
		return errors.New("SMS inside a transaction")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sms[m.To] = m.Code
	return nil
}

// code sends a code to a number and reads it from the box.
func (b *bundle) code(t *testing.T, mobile string) string {
	t.Helper()
	require.NoError(t, b.verify.Send(t.Context(), shopper, mobile, verify.Picture{}))
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sms[mobile]
}

var shopper = mall.Actor{Face: mall.FaceWXAPI, Addr: "192.0.2.1"}

func setup(t *testing.T, store storage.Store) *bundle {
	t.Helper()
	b := &bundle{store: store, at: time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC), sms: map[string]string{}}
	b.hasher = secret.New(secret.Config{Memory: 64, Time: 1, Parallel: 8})
	var err error
	b.verify, err = verify.New(verify.Deps{Tx: store, Repository: store.Codes(), Limits: store.Limits(), SMS: b}, verify.Config{Now: b.now})
	require.NoError(t, err)
	b.Service, err = auth.New(auth.Deps{
		Tx: store, Outbox: store, Repository: store.Accounts(), Sessions: store.Sessions(), Limits: store.Limits(),
		Hasher: b.hasher, Codes: b.verify,
	}, auth.Config{Now: b.now})
	require.NoError(t, err)
	return b
}

// each runs a test on a fresh bundle of each database.
func each(t *testing.T, body func(t *testing.T, b *bundle)) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) { body(t, setup(t, store)) })
}

// together runs n calls behind one gate and counts those without an error;
// other errors than the expected ones fail the test.
func together(t *testing.T, n int, expected []error, call func(i int) error) (won int) {
	t.Helper()
	gate, errs := make(chan struct{}), make(chan error, n)
	for i := range n {
		go func() { <-gate; errs <- call(i) }()
	}
	close(gate)
next:
	for range n {
		err := <-errs
		if err == nil {
			won++
			continue
		}
		for _, e := range expected {
			if errors.Is(err, e) {
				continue next
			}
		}
		require.NoError(t, err)
	}
	return won
}

func (b *bundle) user(t *testing.T, name, password string) *auth.Account {
	t.Helper()
	a, err := b.Register(t.Context(), shopper, auth.Registration{Username: name, Password: password})
	require.NoError(t, err)
	return a
}

func (b *bundle) login(t *testing.T, name, password string) (*auth.Login, error) {
	t.Helper()
	return b.LoginPassword(t.Context(), shopper, auth.PasswordLogin{By: auth.ByUsername, Name: name, Password: password})
}

func TestRegisterAndLogin(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		inviter := b.user(t, "Anna", "secret1")
		a, err := b.Register(ctx, shopper, auth.Registration{
			Username: "Bert", Password: "secret2", Nick: "熊🐻", Province: "浙江", Referrer: fmt.Sprint(inviter.ID), Ext: map[string]string{"k": "v"},
		})
		require.NoError(t, err)
		got, err := b.Get(ctx, a.ID)
		require.NoError(t, err)
		require.Equal(t, a, got)
		require.Equal(t, inviter.ID, got.Inviter)
		require.Len(t, got.PublicID, 12)
		require.True(t, got.HasPassword)

		_, err = b.Register(ctx, shopper, auth.Registration{Username: "bERT", Password: "secret3"})
		require.ErrorIs(t, err, auth.ErrRegistered, "case does not make another name")
		_, err = b.Register(ctx, shopper, auth.Registration{Username: "carl", Password: "short"})
		require.ErrorIs(t, err, auth.ErrWeakPassword)
		_, err = b.Register(ctx, shopper, auth.Registration{Username: "carl"})
		require.ErrorIs(t, err, mall.ErrInvalid)

		_, err = b.login(t, "bert", "wrong")
		require.ErrorIs(t, err, auth.ErrPassword)
		_, err = b.login(t, "nobody", "wrong")
		require.ErrorIs(t, err, auth.ErrPassword)
		l, err := b.login(t, "bert", "secret2")
		require.NoError(t, err)
		who, err := b.Authenticate(ctx, mall.FaceWXAPI, l.Token, "192.0.2.7")
		require.NoError(t, err)
		require.Equal(t, mall.Actor{Account: a.ID, Session: l.Session, Face: mall.FaceWXAPI, Addr: "192.0.2.7"}, who)
		log, err := b.Logins(ctx, a.ID, mall.Page{})
		require.NoError(t, err)
		require.Len(t, log.Items, 1)
	})
}

func TestSessionsOfAFace(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		root, err := b.Create(ctx, mall.System(), auth.NewAccount{Registration: auth.Registration{Username: "admin", Password: "Admin123#"}, Role: auth.RoleRoot})
		require.NoError(t, err)
		l, err := b.login(t, "admin", "Admin123#")
		require.NoError(t, err)
		_, err = b.Authenticate(ctx, mall.FaceManager, l.Token, "")
		require.ErrorIs(t, err, mall.ErrUnauthenticated, "valid at its own face only")
		who, err := b.Authenticate(ctx, mall.FaceWXAPI, l.Token, "")
		require.NoError(t, err)
		require.Empty(t, who.Rights, "sessions of wxapi never carry staff rights")

		manager := mall.Actor{Face: mall.FaceManager}
		in := auth.PasswordLogin{By: auth.ByUsername, Name: "admin", Password: "Admin123#"}
		l, err = b.LoginPassword(ctx, manager, in)
		require.NoError(t, err)
		who, err = b.Authenticate(ctx, mall.FaceManager, l.Token, "")
		require.NoError(t, err)
		require.True(t, who.Has("/order/ship"))
		manager.Scope = auth.ScopeGeneral
		general, err := b.LoginPassword(ctx, manager, in)
		require.NoError(t, err)
		who, err = b.Authenticate(ctx, mall.FaceManager, general.Token, "")
		require.NoError(t, err)
		require.Empty(t, who.Rights, "the scope narrows")

		b.pass(10 * time.Hour)
		_, err = b.Authenticate(ctx, mall.FaceManager, l.Token, "")
		require.ErrorIs(t, err, mall.ErrUnauthenticated, "expired")
		require.NoError(t, b.SetStatus(ctx, mall.System(), root.ID, auth.Disabled, "test"))
		_, err = b.login(t, "admin", "Admin123#")
		require.ErrorIs(t, err, auth.ErrDisabled)
	})
}

func TestSessionSlidesOnceADay(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.user(t, "anna", "secret1")
		l, err := b.login(t, "anna", "secret1")
		require.NoError(t, err)
		for range 40 { // 40 days of daily use, beyond the first end
			b.pass(25 * time.Hour)
			_, err = b.Authenticate(ctx, mall.FaceWXAPI, l.Token, "")
			require.NoError(t, err)
		}
		who, err := b.Authenticate(ctx, mall.FaceWXAPI, l.Token, "")
		require.NoError(t, err)
		require.NoError(t, b.Logout(ctx, who))
		_, err = b.Authenticate(ctx, mall.FaceWXAPI, l.Token, "")
		require.ErrorIs(t, err, mall.ErrUnauthenticated)

		l, err = b.login(t, "anna", "secret1")
		require.NoError(t, err)
		b.pass(31 * 24 * time.Hour)
		_, err = b.Authenticate(ctx, mall.FaceWXAPI, l.Token, "")
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
		require.NoError(t, b.Sweep(ctx, 100))
	})
}

func TestLockOut(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		b.user(t, "anna", "secret1")
		b.user(t, "bert", "secret2")
		won := together(t, 30, []error{auth.ErrPassword, auth.ErrLocked}, func(int) error {
			_, err := b.login(t, "anna", "guess!")
			return err
		})
		require.Zero(t, won)
		_, err := b.login(t, "anna", "secret1")
		require.ErrorIs(t, err, auth.ErrLocked, "the right password too")
		for range 10 {
			_, err = b.login(t, "nobody", "guess!")
			require.ErrorIs(t, err, auth.ErrPassword)
		}
		_, err = b.login(t, "nobody", "guess!")
		require.ErrorIs(t, err, auth.ErrLocked, "an unknown name answers the same")
		_, err = b.login(t, "bert", "secret2")
		require.NoError(t, err, "others are not locked")
		b.pass(16 * time.Minute)
		_, err = b.login(t, "anna", "secret1")
		require.NoError(t, err, "the lock ends by itself")
		won = together(t, 30, nil, func(int) error {
			_, err := b.login(t, "anna", "secret1")
			return err
		})
		require.Equal(t, 30, won, "right logins are never locked by each other")
	})
}

func TestOldHashIsReplaced(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		a := b.user(t, "anna", "secret1")
		old, err := bcrypt.GenerateFromPassword([]byte("from php"), bcrypt.MinCost)
		require.NoError(t, err)
		hash, err := b.store.Accounts().Hash(ctx, a.ID)
		require.NoError(t, err)
		require.NoError(t, b.store.Do(ctx, func(ctx context.Context) error {
			ok, err := b.store.Accounts().SetHash(ctx, a.ID, hash, string(old), b.now())
			require.True(t, ok)
			return err
		}))
		_, err = b.login(t, "anna", "from php")
		require.NoError(t, err)
		hash, err = b.store.Accounts().Hash(ctx, a.ID)
		require.NoError(t, err)
		require.Contains(t, hash, "$argon2id$")
		_, err = b.login(t, "anna", "from php")
		require.NoError(t, err)
	})
}

// TestHashFollowsItsParameters: after a change of costs a login replaces the
// hash, once, and the password stays good.
func TestHashFollowsItsParameters(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		a := b.user(t, "anna", "secret1")
		hash := func() string {
			t.Helper()
			h, err := b.store.Accounts().Hash(ctx, a.ID)
			require.NoError(t, err)
			return h
		}
		old := hash()
		require.Contains(t, old, "m=64,t=1,")
		_, err := b.login(t, "anna", "secret1")
		require.NoError(t, err)
		require.Equal(t, old, hash(), "nothing to replace")
		b.Service, err = auth.New(auth.Deps{
			Tx: b.store, Outbox: b.store, Repository: b.store.Accounts(), Sessions: b.store.Sessions(), Limits: b.store.Limits(),
			Hasher: secret.New(secret.Config{Memory: 128, Time: 2}), Codes: b.verify,
		}, auth.Config{Now: b.now})
		require.NoError(t, err)
		_, err = b.login(t, "anna", "wrong!")
		require.ErrorIs(t, err, auth.ErrPassword)
		require.Equal(t, old, hash(), "only a right password is hashed again")
		for range 2 {
			_, err = b.login(t, "anna", "secret1")
			require.NoError(t, err)
		}
		require.Contains(t, hash(), "m=128,t=2,")
	})
}

func TestRegisterMobile(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		const mobile = "13800000001"
		code := b.code(t, mobile)
		_, err := b.LoginCode(ctx, shopper, mobile, code, nil, auth.Device{})
		require.ErrorIs(t, err, auth.ErrNotRegistered)
		require.NoError(t, b.verify.Check(ctx, mall.FaceWXAPI, mobile, code), "a check leaves the code good")
		_, err = b.Register(ctx, shopper, auth.Registration{Mobile: mobile, Code: "x", Password: "secret1"})
		require.ErrorIs(t, err, verify.ErrCode)
		a, err := b.Register(ctx, shopper, auth.Registration{Mobile: mobile, Code: code, Password: "secret1"})
		require.NoError(t, err)
		_, err = b.LoginCode(ctx, shopper, mobile, code, nil, auth.Device{})
		require.ErrorIs(t, err, verify.ErrNoCode, "used up")

		code = b.code(t, mobile)
		_, err = b.Register(ctx, shopper, auth.Registration{Mobile: mobile, Code: code, Password: "secret1"})
		require.ErrorIs(t, err, auth.ErrRegistered)
		l, err := b.LoginCode(ctx, shopper, mobile, code, nil, auth.Device{})
		require.NoError(t, err, "a refused registration leaves the code good")
		require.Equal(t, a.ID, l.Account.ID)

		code = b.code(t, mobile)
		require.NoError(t, b.ResetPassword(ctx, shopper, mobile, code, "secret2"))
		_, err = b.Authenticate(ctx, mall.FaceWXAPI, l.Token, "")
		require.ErrorIs(t, err, mall.ErrUnauthenticated, "a new password ends the sessions")
		_, err = b.LoginPassword(ctx, shopper, auth.PasswordLogin{By: auth.ByMobile, Name: mobile, Password: "secret2"})
		require.NoError(t, err)
	})
}

func TestBindMobile(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		anna, bert := b.user(t, "anna", "secret1"), b.user(t, "bert", "secret1")
		who := mall.Actor{Account: anna.ID, Face: mall.FaceWXAPI}
		require.NoError(t, b.BindMobile(ctx, who, "13800000001", ""))
		require.NoError(t, b.BindMobile(ctx, who, "13800000001", "secret9"), "again, with a password")
		err := b.BindMobile(ctx, mall.Actor{Account: bert.ID}, "13800000001", "")
		require.ErrorIs(t, err, auth.ErrMobileTaken)
		_, err = b.LoginPassword(ctx, shopper, auth.PasswordLogin{By: auth.ByMobile, Name: "13800000001", Password: "secret9"})
		require.NoError(t, err)
		won := together(t, 20, []error{auth.ErrMobileTaken}, func(i int) error {
			id := anna.ID
			if i%2 == 0 {
				id = bert.ID
			}
			return b.BindMobile(ctx, mall.Actor{Account: id}, "13900000002", "")
		})
		require.Equal(t, 10, won, "only one of the two has it")
	})
}

func TestRaces(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		won := together(t, 20, []error{auth.ErrRegistered}, func(int) error {
			_, err := b.Register(ctx, shopper, auth.Registration{Username: "anna", Password: "secret1"})
			return err
		})
		require.Equal(t, 1, won, "one user name, one account")

		code := b.code(t, "13800000001")
		won = together(t, 20, []error{auth.ErrRegistered, verify.ErrCode, verify.ErrNoCode}, func(int) error {
			_, err := b.Register(ctx, shopper, auth.Registration{Mobile: "13800000001", Code: code})
			return err
		})
		require.Equal(t, 1, won, "one mobile number, one account")

		code = b.code(t, "13800000001")
		won = together(t, 20, []error{verify.ErrCode, verify.ErrNoCode}, func(int) error {
			_, err := b.LoginCode(ctx, shopper, "13800000001", code, nil, auth.Device{})
			return err
		})
		require.Equal(t, 1, won, "one code, one login")

		var mu sync.Mutex
		accounts := map[mall.ID]bool{}
		won = together(t, 20, nil, func(int) error {
			l, err := b.LoginIdentity(ctx, shopper, auth.Identity{AppID: "wx1", OpenID: "o1"}, &auth.Registration{}, auth.Device{})
			if err == nil {
				mu.Lock()
				accounts[l.Account.ID] = true
				mu.Unlock()
			}
			return err
		})
		require.Equal(t, 20, won, "every login of a known identity works")
		require.Len(t, accounts, 1, "one openid, one account")
	})
}

func TestRolesAreRoots(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		a := b.user(t, "anna", "secret1")
		clerk := mall.Actor{Account: 99, Face: mall.FaceManager, Rights: []string{auth.RightAddUser, auth.RightUpdateUser}}
		require.ErrorIs(t, b.SetRole(ctx, clerk, a.ID, auth.RoleRoot, ""), auth.ErrRoot)
		_, err := b.Create(ctx, clerk, auth.NewAccount{Registration: auth.Registration{Username: "evil", Password: "secret1"}, Role: auth.RoleRoot})
		require.ErrorIs(t, err, auth.ErrRoot)
		_, err = b.Create(ctx, mall.Actor{Account: a.ID}, auth.NewAccount{Registration: auth.Registration{Username: "evil", Password: "secret1"}})
		require.ErrorIs(t, err, mall.ErrDenied)

		require.NoError(t, b.ChangeRole(ctx, mall.System(), "102", auth.RoleChanges{Rights: []string{"/order/ship"}}))
		require.NoError(t, b.SetRole(ctx, mall.System(), a.ID, "102", "promoted"))
		l, err := b.LoginPassword(ctx, mall.Actor{Face: mall.FaceManager}, auth.PasswordLogin{By: auth.ByUsername, Name: "anna", Password: "secret1"})
		require.NoError(t, err)
		who, err := b.Authenticate(ctx, mall.FaceManager, l.Token, "")
		require.NoError(t, err)
		require.Equal(t, []string{"/order/ship"}, who.Rights)
		require.ErrorIs(t, b.ChangeRole(ctx, mall.System(), auth.RoleRoot, auth.RoleChanges{Rights: []string{"/a"}}), auth.ErrRoot)
		roles, err := b.Roles(ctx)
		require.NoError(t, err)
		require.Len(t, roles, 4)
	})
}

func TestModify(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		a := b.user(t, "anna", "secret1")
		who := mall.Actor{Account: a.ID}
		nick, gender, birthday := "安娜", 2, "2000-02-29"
		require.NoError(t, b.Modify(ctx, who, auth.Changes{Nick: &nick, Gender: &gender, Birthday: &birthday, Ext: map[string]string{"a": "1"}}))
		city := "杭州"
		require.NoError(t, b.Modify(ctx, who, auth.Changes{City: &city}))
		got, err := b.Get(ctx, a.ID)
		require.NoError(t, err)
		require.Equal(t, "安娜 2 2000-02-29 杭州", fmt.Sprint(got.Nick, " ", got.Gender, " ", got.Birthday, " ", got.City))
		require.Equal(t, map[string]string{"a": "1"}, got.Ext)
		bad := "2001-02-29"
		require.ErrorIs(t, b.Modify(ctx, who, auth.Changes{Birthday: &bad}), mall.ErrInvalid)
		require.ErrorIs(t, b.Modify(ctx, mall.Actor{}, auth.Changes{}), mall.ErrUnauthenticated)
		ps, err := b.Profiles(ctx, []mall.ID{a.ID, 9999})
		require.NoError(t, err)
		require.Equal(t, "安娜", ps[a.ID].Nick)
		require.Len(t, ps, 1)
	})
}
