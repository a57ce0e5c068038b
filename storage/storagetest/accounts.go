package storagetest

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/storage"
)

// moment0 is a moment that both databases keep exactly.
var moment0 = time.UnixMilli(1_790_000_000_123).UTC()

func account(name, mobile string) *auth.Account {
	return &auth.Account{
		PublicID: (name + "xxxxxxxxxxxx")[:12], Username: name, Mobile: mobile, Mail: strings.ToLower(name) + "@example.com",
		Role: auth.RoleStaff, Inviter: 7, Source: auth.SourceMobile,
		Nick: "昵称😀' ?0", AvatarURL: "https://example.com/a.png", Gender: 2, Birthday: "2000-02-29", Country: "中国", Province: "浙江", City: "杭州",
		Ext: map[string]string{"k": `"v"`}, HasPassword: true,
		RegisteredAt: moment0, RegisterAddr: "192.0.2.1", UpdatedAt: moment0,
	}
}

// must runs fn in a transaction that has to succeed.
func must(t *testing.T, store storage.Store, fn func(ctx context.Context) error) {
	t.Helper()
	require.NoError(t, store.Do(t.Context(), fn))
}

func testAccounts(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Accounts(), t.Context()
	require.ErrorIs(t, repo.Insert(ctx, account("none", "1"), ""), mall.ErrNoTx)
	rolledBack(t, store, func(ctx context.Context) {
		a := account("gone", "13800000009")
		require.NoError(t, repo.Insert(ctx, a, "hash"))
		got, err := repo.Get(ctx, a.ID)
		require.NoError(t, err)
		require.Equal(t, a, got, "a transaction reads its own writes")
	})
	gone, err := repo.Find(ctx, auth.ByUsername, "gone")
	require.NoError(t, err)
	require.Nil(t, gone)

	anna, bare := account("Anna", "13800000001"), &auth.Account{PublicID: "bare", RegisteredAt: moment0, UpdatedAt: moment0}
	must(t, store, func(ctx context.Context) error { return repo.Insert(ctx, anna, "hash") })
	must(t, store, func(ctx context.Context) error { return repo.Insert(ctx, bare, "") })
	must(t, store, func(ctx context.Context) error {
		return repo.Insert(ctx, &auth.Account{PublicID: "bare2", RegisteredAt: moment0, UpdatedAt: moment0}, "")
	})
	for by, value := range map[auth.Key]string{
		auth.ByUsername: "aNNA", auth.ByMobile: "13800000001", auth.ByMail: "ANNA@example.com", auth.ByPublicID: anna.PublicID,
	} {
		got, err := repo.Find(ctx, by, value)
		require.NoError(t, err)
		require.NotNil(t, got, value)
		require.Equal(t, anna.ID, got.ID)
	}
	for _, twin := range []func(a *auth.Account){
		func(a *auth.Account) { a.Username = "ANNA" }, func(a *auth.Account) { a.Mobile = anna.Mobile },
		func(a *auth.Account) { a.Mail = anna.Mail }, func(a *auth.Account) { a.PublicID = anna.PublicID },
	} {
		a := account("other", "13800000002")
		twin(a)
		err := store.Do(ctx, func(ctx context.Context) error { return repo.Insert(ctx, a, "") })
		require.ErrorIs(t, err, mall.ErrConflict)
	}
	_, err = repo.Get(ctx, 999)
	require.ErrorIs(t, err, mall.ErrNotFound)
	_, err = repo.Hash(ctx, 999)
	require.ErrorIs(t, err, mall.ErrNotFound)
	err = store.Do(ctx, func(ctx context.Context) error {
		_, err := repo.SetMobile(ctx, bare.ID, anna.Mobile, moment0)
		return err
	})
	require.ErrorIs(t, err, mall.ErrConflict)

	t.Run("compare and set", func(t *testing.T) {
		later := moment0.Add(time.Hour)
		must(t, store, func(ctx context.Context) error {
			ok, err := repo.SetHash(ctx, anna.ID, "wrong", "new", later)
			require.NoError(t, err)
			require.False(t, ok)
			ok, err = repo.SetHash(ctx, anna.ID, "hash", "new", later)
			require.NoError(t, err)
			require.True(t, ok)
			ok, err = repo.SetRole(ctx, anna.ID, "", auth.RoleRoot, later)
			require.NoError(t, err)
			require.False(t, ok)
			ok, err = repo.SetStatus(ctx, anna.ID, auth.Active, auth.Disabled, later)
			require.NoError(t, err)
			require.True(t, ok)
			nick := "new"
			ok, err = repo.Change(ctx, anna.ID, auth.Changes{Nick: &nick}, later)
			require.NoError(t, err)
			require.False(t, ok, "disabled accounts do not change")
			_, err = repo.SetStatus(ctx, anna.ID, auth.Disabled, auth.Active, later)
			require.NoError(t, err)
			ok, err = repo.Change(ctx, anna.ID, auth.Changes{Nick: &nick, Ext: map[string]string{}}, later)
			require.NoError(t, err)
			require.True(t, ok)
			return nil
		})
		got, err := repo.Get(ctx, anna.ID)
		require.NoError(t, err)
		require.Equal(t, "new", got.Nick)
		require.Equal(t, "杭州", got.City)
		require.Empty(t, got.Ext)
	})

	t.Run("lists", func(t *testing.T) {
		l, err := repo.List(ctx, auth.Filter{Text: "13800"}, mall.Page{Limit: 10})
		require.NoError(t, err)
		require.Len(t, l.Items, 1)
		l, err = repo.List(ctx, auth.Filter{Text: "%"}, mall.Page{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, l.Items, "patterns are text")
		l, err = repo.List(ctx, auth.Filter{}, mall.Page{Offset: 1, Limit: 1})
		require.NoError(t, err)
		require.Equal(t, []int64{1, 3}, []int64{int64(len(l.Items)), l.Total})
		ps, err := repo.Profiles(ctx, []mall.ID{anna.ID, bare.ID, 999})
		require.NoError(t, err)
		require.Len(t, ps, 2)
	})

	t.Run("bindings", func(t *testing.T) {
		b := auth.Binding{Account: anna.ID, Provider: auth.ProviderWXApp, AppID: "wx1", OpenID: "o1", UnionID: "u1", At: moment0}
		must(t, store, func(ctx context.Context) error { return repo.Bind(ctx, b) })
		b.Account = bare.ID
		require.ErrorIs(t, store.Do(ctx, func(ctx context.Context) error { return repo.Bind(ctx, b) }), mall.ErrConflict)
		id, err := repo.FindBinding(ctx, auth.ProviderWXApp, "wx1", "o1")
		require.NoError(t, err)
		require.Equal(t, anna.ID, id)
		id, err = repo.FindBinding(ctx, auth.ProviderWXApp, "wx2", "o1")
		require.NoError(t, err)
		require.Zero(t, id)
		bs, err := repo.Bindings(ctx, anna.ID)
		require.NoError(t, err)
		require.Equal(t, "u1", bs[0].UnionID)
		b.UnionID = "u2"
		rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.Rebind(ctx, b)) })
		must(t, store, func(ctx context.Context) error { return repo.Rebind(ctx, b) })
		bs, err = repo.Bindings(ctx, anna.ID)
		require.NoError(t, err)
		require.Empty(t, bs, "an identity has one account")
		bs, err = repo.Bindings(ctx, bare.ID)
		require.NoError(t, err)
		require.Equal(t, []auth.Binding{b}, bs)
		b.Account, b.UnionID = anna.ID, "u1"
		must(t, store, func(ctx context.Context) error { return repo.Rebind(ctx, b) })
		must(t, store, func(ctx context.Context) error {
			return repo.Rebind(ctx, auth.Binding{Account: anna.ID, Provider: auth.ProviderWXApp, AppID: "wx3", OpenID: "o1", At: moment0.Add(time.Second)})
		})
		bs, err = repo.Bindings(ctx, anna.ID)
		require.NoError(t, err)
		require.Len(t, bs, 2, "a new identity is bound too")
	})

	t.Run("roles", func(t *testing.T) {
		root, err := repo.Role(ctx, auth.RoleRoot)
		require.NoError(t, err)
		require.Equal(t, []string{mall.RightAll}, root.Rights)
		r := auth.Role{ID: "300", Name: "仓库", Parent: "103", Rights: []string{"/order/ship", "/a"}}
		must(t, store, func(ctx context.Context) error { return repo.SaveRole(ctx, r) })
		r.Rights = []string{"/b"}
		must(t, store, func(ctx context.Context) error { return repo.SaveRole(ctx, r) })
		got, err := repo.Role(ctx, "300")
		require.NoError(t, err)
		require.Equal(t, &r, got)
		_, err = repo.Role(ctx, "999")
		require.ErrorIs(t, err, mall.ErrNotFound)
	})

	t.Run("login log", func(t *testing.T) {
		e := auth.LoginEntry{Account: anna.ID, Face: mall.FaceWXAPI, Addr: "192.0.2.9", Device: "phone", At: moment0}
		must(t, store, func(ctx context.Context) error { return repo.Seen(ctx, e) })
		l, err := repo.Logins(ctx, anna.ID, mall.Page{Limit: 10})
		require.NoError(t, err)
		e.ID = l.Items[0].ID
		require.Equal(t, []auth.LoginEntry{e}, l.Items)
		walked(t, anna.ID, repo.EachLogin, func(e auth.LoginEntry) mall.ID { return e.ID }, e)
		must(t, store, func(ctx context.Context) error {
			n, err := repo.ForgetLogins(ctx, moment0, 10)
			require.Zero(t, n)
			return err
		})
		must(t, store, func(ctx context.Context) error {
			n, err := repo.ForgetLogins(ctx, moment0.Add(1), 10)
			require.Zero(t, n, "the databases keep milliseconds")
			return err
		})
		must(t, store, func(ctx context.Context) error {
			n, err := repo.ForgetLogins(ctx, moment0.Add(time.Millisecond), 10)
			require.Equal(t, int64(1), n)
			return err
		})
	})

	t.Run("erase", func(t *testing.T) {
		change := auth.AuditEntry{Account: bare.ID, Actor: anna.ID, Face: mall.FaceManager, Addr: "192.0.2.9", Field: "role", From: "1", To: "2", Reason: "x", At: moment0}
		must(t, store, func(ctx context.Context) error {
			require.NoError(t, repo.Audit(ctx, change))
			ok, err := repo.Erase(ctx, anna.ID, moment0)
			require.True(t, ok)
			return err
		})
		log, err := repo.EachAudit(ctx, bare.ID, 0, 1)
		require.NoError(t, err)
		change.ID, change.Addr = log[0].ID, ""
		walked(t, bare.ID, repo.EachAudit, func(e auth.AuditEntry) mall.ID { return e.ID }, change)
		must(t, store, func(ctx context.Context) error {
			ok, err := repo.Erase(ctx, anna.ID, moment0)
			require.False(t, ok)
			return err
		})
		got, err := repo.Get(ctx, anna.ID)
		require.NoError(t, err)
		require.Equal(t, &auth.Account{
			ID: anna.ID, PublicID: anna.PublicID, Status: auth.Erased, Inviter: 7, Source: auth.SourceMobile, Ext: map[string]string{},
			RegisteredAt: moment0, UpdatedAt: moment0, ErasedAt: moment0,
		}, got)
		must(t, store, func(ctx context.Context) error { return repo.Insert(ctx, account("anna2", "13800000001"), "") })
	})
}

func testAccountRaces(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Accounts(), t.Context()
	var won, bound atomic.Int64
	together(20, func(i int) {
		err := store.Do(ctx, func(ctx context.Context) error {
			a := account("anna", "13800000001")
			a.PublicID = strings.Repeat("p", i+1)
			return repo.Insert(ctx, a, "")
		})
		if err == nil {
			won.Add(1)
		}
		err = store.Do(ctx, func(ctx context.Context) error {
			return repo.Bind(ctx, auth.Binding{Account: mall.ID(i + 1), Provider: "p", AppID: "a", OpenID: "o", At: moment0})
		})
		if err == nil {
			bound.Add(1)
		}
	})
	require.Equal(t, int64(1), won.Load())
	require.Equal(t, int64(1), bound.Load())
}
