package auth_test

import (
	"context"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// staff makes an account of a role and gives the actor of its session.
func (b *bundle) staff(t *testing.T, name, role string) mall.Actor {
	t.Helper()
	_, err := b.Create(t.Context(), mall.System(), auth.NewAccount{Registration: auth.Registration{Username: name, Password: "secret1"}, Role: role})
	require.NoError(t, err)
	return b.signIn(t, name, "secret1")
}

func (b *bundle) signIn(t *testing.T, name, password string) mall.Actor {
	t.Helper()
	l, err := b.LoginPassword(t.Context(), mall.Actor{Face: mall.FaceManager}, auth.PasswordLogin{By: auth.ByUsername, Name: name, Password: password})
	require.NoError(t, err)
	who, err := b.Authenticate(t.Context(), mall.FaceManager, l.Token, "192.0.2.7")
	require.NoError(t, err)
	return who
}

// grant gives a role exactly these rights.
func (b *bundle) grant(t *testing.T, role string, rights ...string) {
	t.Helper()
	require.NoError(t, b.ChangeRole(t.Context(), mall.System(), role, auth.RoleChanges{Rights: append([]string{}, rights...)}))
}

// TestRolesBelow: a role acts on roles below it and passes on what it has.
// The seeds stand in one line: 1 over 102 over 103 over 200.
func TestRolesBelow(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		rights := []string{auth.RightAddRole, auth.RightUpdateRole, auth.RightDeleteRole, auth.RightGrantRole, auth.RightAssignRole, auth.RightUpdateUser, "/a"}
		b.grant(t, "103", rights...)
		b.grant(t, "200", "/b")
		chief := b.staff(t, "chief", "103")
		text := func(s string) *string { return &s }

		require.NoError(t, b.AddRole(ctx, chief, auth.Role{ID: "new", Rights: []string{"/a"}}))
		r, err := b.Role(ctx, "new")
		require.NoError(t, err)
		require.Equal(t, &auth.Role{ID: "new", Name: "new", Parent: "103", Rights: []string{"/a"}}, r)
		require.ErrorIs(t, b.AddRole(ctx, chief, auth.Role{ID: "new"}), auth.ErrRoleExists)
		for _, r := range []auth.Role{{ID: "up", Parent: "102"}, {ID: "up", Parent: "1"}, {ID: "up", Parent: "nowhere"}} {
			require.ErrorIs(t, b.AddRole(ctx, chief, r), auth.ErrAbove)
		}
		require.ErrorIs(t, b.AddRole(ctx, chief, auth.Role{ID: "x", Rights: []string{"/c"}}), auth.ErrGrant)
		for _, right := range []string{"*", "", "a"} {
			require.ErrorIs(t, b.AddRole(ctx, mall.System(), auth.Role{ID: "x", Rights: []string{right}}), mall.ErrInvalid, "only root has all")
		}
		require.ErrorIs(t, b.AddRole(ctx, mall.System(), auth.Role{}), mall.ErrInvalid)

		require.NoError(t, b.ChangeRole(ctx, chief, "200", auth.RoleChanges{Rights: []string{"/a", "/b"}}), "what it has may stay")
		require.NoError(t, b.ChangeRole(ctx, chief, "200", auth.RoleChanges{Rights: []string{}}), "or go")
		require.ErrorIs(t, b.ChangeRole(ctx, chief, "200", auth.RoleChanges{Rights: []string{"/b"}}), auth.ErrGrant, "but not come back")
		for _, id := range []string{"103", "102"} {
			require.ErrorIs(t, b.ChangeRole(ctx, chief, id, auth.RoleChanges{Name: text("x")}), auth.ErrAbove, "neither the own nor an upper one")
			require.ErrorIs(t, b.DeleteRole(ctx, chief, id), auth.ErrAbove)
		}
		require.ErrorIs(t, b.ChangeRole(ctx, mall.System(), auth.RoleRoot, auth.RoleChanges{Name: text("x")}), auth.ErrRoot)
		require.ErrorIs(t, b.DeleteRole(ctx, mall.System(), auth.RoleRoot), auth.ErrRoot)
		require.NoError(t, b.ChangeRole(ctx, chief, "new", auth.RoleChanges{Parent: text("200")}))
		for _, parent := range []string{"200", "new", "102", "nowhere"} {
			require.ErrorIs(t, b.ChangeRole(ctx, chief, "200", auth.RoleChanges{Parent: text(parent)}), auth.ErrAbove, "no circles, no escape: %s", parent)
		}
		require.ErrorIs(t, b.DeleteRole(ctx, chief, "200"), auth.ErrRoleUsed, "new is below it")
		require.ErrorIs(t, b.DeleteRole(ctx, chief, "nowhere"), auth.ErrNoRole)
		require.ErrorIs(t, b.ChangeRole(ctx, chief, "nowhere", auth.RoleChanges{Name: text("x")}), auth.ErrNoRole)

		log := storagetest.Texts(t, b.store, "SELECT after FROM {account_log} WHERE field = 'roles' ORDER BY id")
		require.Contains(t, log, "new new < 103: /a", "who changed what is kept")
		require.Contains(t, log, "new new < 200: /a")
		low, boss, shop := b.staff(t, "low", "200"), b.staff(t, "boss", "102"), b.user(t, "anna", "secret1")
		require.NoError(t, b.SetRole(ctx, chief, shop.ID, "new", ""))
		require.ErrorIs(t, b.DeleteRole(ctx, chief, "new"), auth.ErrRoleUsed)
		require.NoError(t, b.SetRole(ctx, chief, shop.ID, "", ""))
		require.NoError(t, b.DeleteRole(ctx, chief, "new"))
		require.ErrorIs(t, b.SetRole(ctx, chief, shop.ID, "new", ""), auth.ErrAbove, "gone")
		for _, role := range []string{"103", "102"} {
			require.ErrorIs(t, b.SetRole(ctx, chief, shop.ID, role, ""), auth.ErrAbove, role)
		}
		require.ErrorIs(t, b.SetRole(ctx, chief, shop.ID, auth.RoleRoot, ""), auth.ErrRoot)
		for _, id := range []mall.ID{boss.Account, chief.Account} {
			require.ErrorIs(t, b.SetRole(ctx, chief, id, "200", ""), auth.ErrAbove)
			require.ErrorIs(t, b.SetStatus(ctx, chief, id, auth.Disabled, ""), auth.ErrAbove)
		}
		require.NoError(t, b.SetStatus(ctx, chief, low.Account, auth.Disabled, ""))
		for _, call := range []error{
			b.AddRole(ctx, boss, auth.Role{ID: "x"}), b.ChangeRole(ctx, boss, "200", auth.RoleChanges{Rights: []string{}}),
			b.ChangeRole(ctx, boss, "200", auth.RoleChanges{}), b.DeleteRole(ctx, boss, "200"), b.SetRole(ctx, boss, shop.ID, "200", ""),
		} {
			require.Error(t, call, "standing above is not enough without the right")
		}
	})
}

// TestRoleChangesHoldAtOnce: rights are read at every request.
func TestRoleChangesHoldAtOnce(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.grant(t, "200", "/a")
		b.staff(t, "anna", "200")
		l, err := b.LoginPassword(ctx, mall.Actor{Face: mall.FaceManager}, auth.PasswordLogin{By: auth.ByUsername, Name: "anna", Password: "secret1"})
		require.NoError(t, err)
		rights := func() []string {
			t.Helper()
			who, err := b.Authenticate(ctx, mall.FaceManager, l.Token, "")
			require.NoError(t, err)
			return who.Rights
		}
		require.Equal(t, []string{"/a"}, rights())
		b.grant(t, "200", "/b")
		require.Equal(t, []string{"/b"}, rights())
		b.grant(t, "200")
		require.Empty(t, rights())
		require.NoError(t, b.SetRole(ctx, mall.System(), l.Account.ID, "103", ""))
		_, err = b.Authenticate(ctx, mall.FaceManager, l.Token, "")
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
	})
}

// TestRoleRaces: a role is not deleted under somebody's feet, two changes of
// the tree make no circle, and of two roots leaving together one stays.
func TestRoleRaces(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx, host := t.Context(), mall.System()
		ids := make([]mall.ID, 8)
		for i := range ids {
			ids[i] = b.user(t, string(rune('a'+i))+"nna", "secret1").ID
		}
		for round := range 3 {
			id := string(rune('A' + round))
			require.NoError(t, b.AddRole(ctx, host, auth.Role{ID: id}))
			deleted := false
			together(t, len(ids)+1, []error{auth.ErrNoRole, auth.ErrRoleUsed, mall.ErrConflict}, func(i int) error {
				if i < len(ids) {
					return b.SetRole(ctx, host, ids[i], id, "")
				}
				err := b.DeleteRole(ctx, host, id)
				deleted = err == nil
				return err
			})
			l, err := b.List(ctx, auth.Filter{Role: id}, mall.Page{})
			require.NoError(t, err)
			require.True(t, !deleted || l.Total == 0, "%d hold a role that is gone", l.Total)
		}

		for range 3 {
			for _, id := range []string{"X", "Y"} {
				_ = b.DeleteRole(ctx, host, id)
				require.NoError(t, b.AddRole(ctx, host, auth.Role{ID: id}))
			}
			won := together(t, 2, []error{auth.ErrAbove}, func(i int) error {
				pair := [][2]string{{"X", "Y"}, {"Y", "X"}}[i]
				return b.ChangeRole(ctx, host, pair[0], auth.RoleChanges{Parent: &pair[1]})
			})
			require.Equal(t, 1, won)
			for _, id := range []string{"X", "Y"} {
				root := auth.RoleRoot
				require.NoError(t, b.ChangeRole(ctx, host, id, auth.RoleChanges{Parent: &root}))
			}
		}

		roots := []mall.Actor{b.staff(t, "root1", auth.RoleRoot), b.staff(t, "root2", auth.RoleRoot)}
		won := together(t, 2, []error{auth.ErrLastRoot}, func(i int) error {
			return b.SetRole(ctx, roots[i], roots[i].Account, "200", "")
		})
		require.Equal(t, 1, won)
		left, err := b.List(ctx, auth.Filter{Role: auth.RoleRoot}, mall.Page{})
		require.NoError(t, err)
		require.Len(t, left.Items, 1)
		last := mall.Actor{Account: left.Items[0].ID, Face: mall.FaceManager, Rights: []string{mall.RightAll}}
		require.ErrorIs(t, b.SetStatus(ctx, last, last.Account, auth.Disabled, ""), auth.ErrLastRoot)
		require.ErrorIs(t, b.Erase(ctx, last, last.Account), auth.ErrLastRoot)
	})
}

func TestMenus(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx, host := t.Context(), mall.System()
		names := func(role string) (out []string) {
			t.Helper()
			tree, err := b.MenuTree(ctx, role)
			require.NoError(t, err)
			for _, m := range tree {
				out = append(out, m.Name)
				for _, c := range m.Children {
					out = append(out, m.Name+"/"+c.Name)
				}
			}
			return out
		}
		director := []string{"管理首页", "学员管理", "学员管理/学员项目管理", "学员管理/学员资料", "学员管理/学员宿舍", "考勤管理", "数据统计", "我的中心"}
		require.Equal(t, director, names("102"), "as the document prints it")
		require.Equal(t, []string{
			"管理首页", "学员管理", "学员管理/学员项目管理", "学员管理/学员资料", "学员管理/学员宿舍", "考勤管理", "用户管理", "数据统计", "我的中心",
			"vip管理", "vip管理/vip充值", "vip管理/订单管理",
		}, names(auth.RoleRoot))
		require.Empty(t, names(""))

		shop := &auth.Menu{Name: "商城", Sort: 1}
		require.NoError(t, b.SaveMenu(ctx, host, shop))
		goods := &auth.Menu{Name: "商品管理", Parent: shop.ID}
		require.NoError(t, b.SaveMenu(ctx, host, goods))
		for _, bad := range []*auth.Menu{{}, {Name: "x", Parent: goods.ID}, {Name: "x", Parent: 999}, {ID: shop.ID, Name: "x", Parent: shop.ID}} {
			require.ErrorIs(t, b.SaveMenu(ctx, host, bad), mall.ErrInvalid, "%v", bad)
		}
		all, err := b.Menus(ctx)
		require.NoError(t, err)
		other := all[slices.IndexFunc(all, func(m auth.Menu) bool { return m.Name == "我的中心" })]
		require.ErrorIs(t, b.SaveMenu(ctx, host, &auth.Menu{ID: shop.ID, Name: "x", Parent: other.ID}), mall.ErrInvalid, "no third level")
		require.ErrorIs(t, b.SaveMenu(ctx, host, &auth.Menu{ID: 999, Name: "x"}), auth.ErrNoMenu)
		require.Equal(t, []string{"商城", "商城/商品管理"}, names(auth.RoleRoot)[:2])

		require.NoError(t, b.AssignMenus(ctx, host, "103", []mall.ID{goods.ID, other.ID, goods.ID}))
		require.Equal(t, []string{"商城", "商城/商品管理", "我的中心"}, names("103"), "the upper entry comes along")
		b.grant(t, "103", auth.RightAssignMenus)
		chief := b.staff(t, "chief", "103")
		require.NoError(t, b.AssignMenus(ctx, chief, "200", []mall.ID{goods.ID}))
		require.ErrorIs(t, b.AssignMenus(ctx, chief, "200", []mall.ID{all[0].ID}), auth.ErrNoMenu, "only what one sees")
		for _, role := range []string{"103", "102"} {
			require.ErrorIs(t, b.AssignMenus(ctx, chief, role, nil), auth.ErrAbove)
		}
		require.ErrorIs(t, b.AssignMenus(ctx, host, auth.RoleRoot, nil), auth.ErrRoot)
		require.NoError(t, b.TakeMenus(ctx, chief, "200", []mall.ID{goods.ID}))
		require.Empty(t, names("200"))
		for _, call := range []error{
			b.SaveMenu(ctx, chief, &auth.Menu{Name: "x"}), b.SaveMenu(ctx, chief, &auth.Menu{ID: shop.ID, Name: "x"}), b.DeleteMenu(ctx, chief, goods.ID),
		} {
			require.ErrorIs(t, call, mall.ErrDenied)
		}
		require.ErrorIs(t, b.DeleteMenu(ctx, host, shop.ID), auth.ErrMenuUsed)
		hidden := *goods
		hidden.Hidden = true
		require.NoError(t, b.SaveMenu(ctx, host, &hidden))
		require.NotContains(t, names(auth.RoleRoot), "商城/商品管理")
		require.NoError(t, b.DeleteMenu(ctx, host, goods.ID))
		require.NoError(t, b.DeleteMenu(ctx, host, shop.ID))
		require.ErrorIs(t, b.DeleteMenu(ctx, host, shop.ID), auth.ErrNoMenu)
	})
}

func TestEdit(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.grant(t, "103", auth.RightUpdateUser)
		anna, chief, boss := b.user(t, "anna", "secret1"), b.staff(t, "chief", "103"), b.staff(t, "boss", "102")
		low := b.staff(t, "low", "200")
		text := func(s string) *string { return &s }
		me := b.signIn(t, "anna", "secret1")

		require.NoError(t, b.Edit(ctx, me, anna.ID, auth.Edit{
			Username: text("Anna2"), Mobile: text("1577775772"), Password: text("secret2"), Changes: auth.Changes{Nick: text("安"), Country: text("中国")},
		}))
		got, err := b.Get(ctx, anna.ID)
		require.NoError(t, err)
		require.Equal(t, []string{"Anna2", "1577775772", "安", "中国"}, []string{got.Username, got.Mobile, got.Nick, got.Country})
		b.signIn(t, "anna2", "secret2")

		// Somebody else's: only from above and with the right, and nothing is half written.
		nick := auth.Edit{Changes: auth.Changes{Nick: text("x")}}
		require.NoError(t, b.Edit(ctx, chief, anna.ID, nick))
		require.NoError(t, b.Edit(ctx, chief, low.Account, nick))
		for _, id := range []mall.ID{boss.Account, 9999} {
			require.Error(t, b.Edit(ctx, chief, id, nick))
			require.ErrorIs(t, b.Edit(ctx, me, id, nick), auth.ErrAbove, "there or not is not told")
		}
		require.ErrorIs(t, b.Edit(ctx, boss, low.Account, nick), auth.ErrAbove, "no right")
		require.ErrorIs(t, b.Edit(ctx, chief, anna.ID, auth.Edit{Role: text("200")}), auth.ErrRoot)
		require.ErrorIs(t, b.Edit(ctx, chief, anna.ID, auth.Edit{Changes: auth.Changes{Nick: text("half")}, Username: text("CHIEF")}), auth.ErrRegistered)
		require.ErrorIs(t, b.Edit(ctx, chief, low.Account, auth.Edit{Username: text("half"), Mobile: text("1577775772")}), auth.ErrMobileTaken)
		require.ErrorIs(t, b.Edit(ctx, chief, anna.ID, auth.Edit{Changes: auth.Changes{Nick: text("half")}, Also: func(ctx context.Context) error {
			require.True(t, mall.InTx(ctx))
			return mall.ErrConflict
		}}), mall.ErrConflict)
		got, err = b.Get(ctx, anna.ID)
		require.NoError(t, err)
		require.Equal(t, "x", got.Nick)
		half, err := b.Find(ctx, auth.ByUsername, "half")
		require.NoError(t, err)
		require.Nil(t, half)
		for _, bad := range []auth.Edit{{Username: text("a b")}, {Mobile: text("x")}, {Changes: auth.Changes{Country: text(string(make([]byte, 200)))}}} {
			require.ErrorIs(t, b.Edit(ctx, chief, anna.ID, bad), mall.ErrInvalid)
		}
		require.ErrorIs(t, b.Edit(ctx, chief, anna.ID, auth.Edit{Password: text("1")}), auth.ErrWeakPassword)
		off, on := auth.Disabled, auth.Active
		require.ErrorIs(t, b.Edit(ctx, me, anna.ID, auth.Edit{Status: &off}), mall.ErrInvalid, "nobody shuts herself out")
		require.NoError(t, b.Edit(ctx, chief, anna.ID, auth.Edit{Status: &off}))
		require.ErrorIs(t, b.Edit(ctx, chief, anna.ID, nick), auth.ErrDisabled)
		require.NoError(t, b.Edit(ctx, chief, anna.ID, auth.Edit{Status: &on, Changes: auth.Changes{Nick: text("back")}}))
	})
}

// TestPasswordOf: a password change ends the other tokens; others' passwords
// are changed from above only.
func TestPasswordOf(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		b.grant(t, "103", auth.RightUpdatePassword)
		chief, boss := b.staff(t, "chief", "103"), b.staff(t, "boss", "102")
		anna := b.user(t, "anna", "secret1")
		manager := mall.Actor{Face: mall.FaceManager}
		in := auth.PasswordLogin{By: auth.ByUsername, Name: "anna", Password: "secret1"}
		first, err := b.LoginPassword(ctx, manager, in)
		require.NoError(t, err)
		second, err := b.LoginPassword(ctx, manager, in)
		require.NoError(t, err)
		who, err := b.Authenticate(ctx, mall.FaceManager, first.Token, "")
		require.NoError(t, err)
		require.ErrorIs(t, b.ChangePasswordOf(ctx, who, anna, "wrong", "secret2"), auth.ErrPassword)
		require.NoError(t, b.ChangePasswordOf(ctx, who, anna, "secret1", "secret2"))
		_, err = b.Authenticate(ctx, mall.FaceManager, first.Token, "")
		require.NoError(t, err, "the own session goes on")
		_, err = b.Authenticate(ctx, mall.FaceManager, second.Token, "")
		require.ErrorIs(t, err, mall.ErrUnauthenticated)

		require.NoError(t, b.ChangePasswordOf(ctx, chief, anna, "secret2", "secret3"))
		_, err = b.Authenticate(ctx, mall.FaceManager, first.Token, "")
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
		top, err := b.Get(ctx, boss.Account)
		require.NoError(t, err)
		for _, a := range []mall.Actor{chief, who, {}} {
			require.ErrorIs(t, b.ChangePasswordOf(ctx, a, top, "secret1", "secret2"), auth.ErrAbove)
		}
	})
}

// TestLoginAgainstPasswordChange: no session that was opened with the old
// password outlives the change, however close they run.
func TestLoginAgainstPasswordChange(t *testing.T) {
	each(t, func(t *testing.T, b *bundle) {
		ctx := t.Context()
		anna := b.user(t, "anna", "secret0")
		for round := range 3 {
			old, fresh := "secret"+string(rune('0'+round)), "secret"+string(rune('1'+round))
			tokens := make([]string, 8)
			together(t, len(tokens)+1, []error{auth.ErrPassword}, func(i int) error {
				if i == len(tokens) {
					return b.ChangePassword(ctx, mall.Actor{Account: anna.ID, Face: mall.FaceManager}, old, fresh)
				}
				l, err := b.LoginPassword(ctx, mall.Actor{Face: mall.FaceManager}, auth.PasswordLogin{By: auth.ByUsername, Name: "anna", Password: old})
				if err == nil {
					tokens[i] = l.Token
				}
				return err
			})
			for _, token := range tokens {
				_, err := b.Authenticate(ctx, mall.FaceManager, token, "")
				require.ErrorIs(t, err, mall.ErrUnauthenticated)
			}
			b.signIn(t, "anna", fresh)
		}
	})
}
