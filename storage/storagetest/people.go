package storagetest

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/visitor"
)

func testRoles(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Accounts(), t.Context()
	clerk := auth.Role{ID: "300", Name: "仓库", Parent: "200", Rights: []string{"/a", "/b"}}
	rolledBack(t, store, func(ctx context.Context) {
		require.NoError(t, repo.InsertRole(ctx, clerk))
		require.NoError(t, repo.SetRoleMenus(ctx, "300", []mall.ID{1, 2}))
		require.NoError(t, repo.SaveMenu(ctx, &auth.Menu{Name: "gone"}))
	})
	_, err := repo.Role(ctx, "300")
	require.ErrorIs(t, err, mall.ErrNotFound)

	must(t, store, func(ctx context.Context) error { return repo.InsertRole(ctx, clerk) })
	err = store.Do(ctx, func(ctx context.Context) error { return repo.InsertRole(ctx, auth.Role{ID: "300", Name: "again"}) })
	require.ErrorIs(t, err, mall.ErrConflict)
	got, err := repo.Role(ctx, "300")
	require.NoError(t, err)
	require.Equal(t, &clerk, got, "a refused role changes nothing")
	held := func(id string) (ok bool) {
		must(t, store, func(ctx context.Context) (err error) {
			ok, err = repo.HoldRole(ctx, id)
			return err
		})
		return ok
	}
	require.True(t, held("300"))
	require.False(t, held("301"))
	used := func(id string) bool {
		ok, err := repo.RoleUsed(ctx, id)
		require.NoError(t, err)
		return ok
	}
	require.True(t, used("200"), "a role is below it")
	require.False(t, used("300"))
	require.False(t, used("nothing"))
	anna := account("anna", "13800000001")
	anna.Role = "300"
	must(t, store, func(ctx context.Context) error { return repo.Insert(ctx, anna, "") })
	require.True(t, used("300"), "somebody holds it")
	n, err := repo.Holders(ctx, "300")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	must(t, store, func(ctx context.Context) error {
		_, err := repo.SetStatus(ctx, anna.ID, auth.Active, auth.Disabled, moment0)
		return err
	})
	n, err = repo.Holders(ctx, "300")
	require.NoError(t, err)
	require.Zero(t, n, "who may sign in")

	must(t, store, func(ctx context.Context) error { return repo.SetRoleMenus(ctx, "300", []mall.ID{2, 1}) })
	ids, err := repo.RoleMenus(ctx, "300")
	require.NoError(t, err)
	require.Equal(t, []mall.ID{1, 2}, ids)
	must(t, store, func(ctx context.Context) error { return repo.DeleteRole(ctx, "300") })
	_, err = repo.Role(ctx, "300")
	require.ErrorIs(t, err, mall.ErrNotFound)
	ids, err = repo.RoleMenus(ctx, "300")
	require.NoError(t, err)
	require.Empty(t, ids)
}

func testMenus(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Accounts(), t.Context()
	menus := func() []auth.Menu {
		t.Helper()
		all, err := repo.Menus(ctx)
		require.NoError(t, err)
		return all
	}
	seeded := menus()
	require.Len(t, seeded, 12, "the menus of the document")
	require.True(t, slices.IsSortedFunc(seeded, func(a, b auth.Menu) int { return int(a.Parent - b.Parent) }))
	m := &auth.Menu{Parent: seeded[0].ID, Name: "新", Title: "new", Sort: 5}
	must(t, store, func(ctx context.Context) error { return repo.SaveMenu(ctx, m) })
	require.NotZero(t, m.ID)
	m.Hidden, m.Name = true, "旧"
	must(t, store, func(ctx context.Context) error { return repo.SaveMenu(ctx, m) })
	require.Contains(t, menus(), *m)
	err := store.Do(ctx, func(ctx context.Context) error { return repo.SaveMenu(ctx, &auth.Menu{ID: 9999, Name: "x"}) })
	require.ErrorIs(t, err, mall.ErrNotFound)
	must(t, store, func(ctx context.Context) error { return repo.SetRoleMenus(ctx, "200", []mall.ID{m.ID}) })
	must(t, store, func(ctx context.Context) error { return repo.DeleteMenu(ctx, m.ID) })
	require.Equal(t, seeded, menus())
	ids, err := repo.RoleMenus(ctx, "200")
	require.NoError(t, err)
	require.Empty(t, ids, "a menu goes with its assignments")
}

func testJournal(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Accounts(), t.Context()
	anna, bert := account("anna", "13800000001"), account("bert", "13800000002")
	bert.Mail = ""
	for _, a := range []*auth.Account{anna, bert} {
		must(t, store, func(ctx context.Context) error { return repo.Insert(ctx, a, "") })
	}
	seen := func(a *auth.Account, face mall.Face, addr string, after time.Duration) {
		must(t, store, func(ctx context.Context) error {
			return repo.Seen(ctx, auth.LoginEntry{Account: a.ID, Face: face, Addr: addr, At: moment0.Add(after)})
		})
	}
	seen(anna, mall.FaceManager, "1", 0)
	seen(bert, mall.FaceManager, "2", 1*time.Hour)
	seen(anna, mall.FaceWXAPI, "3", 2*time.Hour)
	seen(anna, mall.FaceManager, "4", 3*time.Hour)
	l, err := repo.Journal(ctx, mall.FaceManager, mall.Page{Limit: 2})
	require.NoError(t, err)
	require.Equal(t, int64(3), l.Total)
	require.Len(t, l.Items, 2)
	e := l.Items[0]
	require.Equal(t, []any{"anna", "4", moment0.Add(3 * time.Hour), "1", moment0}, []any{e.Username, e.Addr, e.At, e.LastAddr, e.LastAt})
	e = l.Items[1]
	require.Equal(t, []any{"bert", "2", "", true}, []any{e.Username, e.Addr, e.LastAddr, e.LastAt.IsZero()})

	for i, b := range []auth.Binding{
		{Account: anna.ID, Provider: "p", AppID: "a", OpenID: "new", At: moment0.Add(time.Hour)},
		{Account: anna.ID, Provider: "p", AppID: "b", OpenID: "old", At: moment0},
	} {
		must(t, store, func(ctx context.Context) error { return repo.Bind(ctx, b) })
		openids, err := repo.OpenIDs(ctx, []mall.ID{anna.ID, bert.ID})
		require.NoError(t, err)
		require.Equal(t, map[mall.ID]string{anna.ID: []string{"new", "old"}[i]}, openids)
	}

	must(t, store, func(ctx context.Context) error {
		ok, err := repo.SetUsername(ctx, bert.ID, "Carl", moment0)
		require.True(t, ok)
		return err
	})
	found, err := repo.Find(ctx, auth.ByUsername, "cARL")
	require.NoError(t, err)
	require.Equal(t, "Carl", found.Username)
	err = store.Do(ctx, func(ctx context.Context) error {
		_, err := repo.SetUsername(ctx, bert.ID, "ANNA", moment0)
		return err
	})
	require.ErrorIs(t, err, mall.ErrConflict)
	must(t, store, func(ctx context.Context) error {
		_, err := repo.Erase(ctx, anna.ID, moment0)
		return err
	})
	living, err := repo.List(ctx, auth.Filter{Living: true, OldestFirst: true}, mall.Page{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, int64(1), living.Total)
	require.Equal(t, bert.ID, living.Items[0].ID)
}

func testVisitorNotes(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.VisitorNotes(), t.Context()
	n := visitor.Note{Hash: "h", Name: "sms", Sealed: "one", ExpiresAt: moment0}
	require.ErrorIs(t, repo.Put(ctx, n), mall.ErrNoTx)
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.Put(ctx, n)) })
	found := func(name string) *visitor.Note {
		t.Helper()
		got, err := repo.Find(ctx, "h", name)
		require.NoError(t, err)
		return got
	}
	require.Nil(t, found("sms"))
	for _, text := range []string{"one", "two"} {
		n.Sealed = text
		must(t, store, func(ctx context.Context) error { return repo.Put(ctx, n) })
		require.Equal(t, &n, found("sms"))
	}
	require.Nil(t, found("captcha"))
	var taken atomic.Int64
	together(20, func(int) {
		_ = store.Do(ctx, func(ctx context.Context) error {
			got, err := repo.Take(ctx, "h", "sms")
			if got != nil {
				taken.Add(1)
			}
			return err
		})
	})
	require.Equal(t, int64(1), taken.Load())
	must(t, store, func(ctx context.Context) error { return repo.Put(ctx, n) })
	must(t, store, func(ctx context.Context) error {
		k, err := repo.Forget(ctx, moment0, 10)
		require.Zero(t, k)
		return err
	})
	must(t, store, func(ctx context.Context) error {
		k, err := repo.Forget(ctx, moment0.Add(time.Second), 10)
		require.Equal(t, int64(1), k)
		return err
	})
}
