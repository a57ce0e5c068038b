package manager_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
	"github.com/gomall-dev/mall/httpadapter/manager"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// answer is the envelope with the keys that these tests look at.
type answer struct {
	Status     any
	State      bool
	Msg        string
	Code       *string
	Token      string
	UserInfo   map[string]any
	Permission struct{ Buttons []string }
}

type bundle struct {
	*apitest.Kit
	t *testing.T
}

func (b bundle) ask(verb, path, body string, headers ...string) (a answer, status int) {
	b.t.Helper()
	req, err := http.NewRequest(verb, b.Server.URL+path, strings.NewReader(body))
	require.NoError(b.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if strings.HasPrefix(body, "{") {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.Server.Client().Do(req)
	require.NoError(b.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	require.NoError(b.t, json.Unmarshal(text, &a), string(text))
	return a, res.StatusCode
}

func setup(t *testing.T, opts ...apitest.Option) bundle {
	t.Helper()
	return setupOn(t, storagetest.SQLite(t), opts...)
}

// setupOn is setup on a store.
func setupOn(t *testing.T, store storage.Store, opts ...apitest.Option) bundle {
	t.Helper()
	k := apitest.New(t, store, opts...)
	for name, role := range map[string]string{"admin": auth.RoleRoot, "clerk": auth.RoleStaff} {
		_, err := k.Auth.Create(t.Context(), mall.System(), auth.NewAccount{
			Registration: auth.Registration{Username: name, Password: "Admin123#", Nick: "n-" + name}, Role: role,
		})
		require.NoError(t, err)
	}
	return bundle{k, t}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, body := range []string{"username=admin&password=Admin123%23", `{"username":"admin","password":"Admin123#"}`} {
		a, status := b.ask("POST", "/users/login", body)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, []any{1.0, true, "登入成功"}, []any{a.Status, a.State, a.Msg})
		require.NotEmpty(t, a.Token)
		require.Equal(t, "admin", a.UserInfo["username"])
		require.Equal(t, "n-admin", a.UserInfo["nickname"])
		require.Equal(t, "1", a.UserInfo["roleid"])
		require.Equal(t, "王者管理员", a.UserInfo["roleName"])
		require.Len(t, a.UserInfo["unid"], 12)
		require.NotContains(t, a.UserInfo, "password")
		require.Equal(t, []string{"read", "add", "edit", "delete"}, a.Permission.Buttons)
	}
	for body, want := range map[string]any{"username=admin&password=x": 0.0, "username=nobody&password=x": 0.0, "username=admin": 1004.0} {
		a, _ := b.ask("POST", "/users/login", body)
		require.Equal(t, want, a.Status, body)
		require.False(t, a.State)
		require.Nil(t, a.Code, "clients would log out by it")
	}
	admin, err := b.Auth.Find(t.Context(), auth.ByUsername, "clerk")
	require.NoError(t, err)
	require.NoError(t, b.Auth.SetStatus(t.Context(), mall.System(), admin.ID, auth.Disabled, ""))
	a, _ := b.ask("POST", "/users/login", "username=clerk&password=Admin123%23")
	require.Equal(t, 1007.0, a.Status)
}

func TestGate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const path = "/order/ship?order_id=1&action=1"
	gate := func(verb, path, body, code string, headers ...string) {
		t.Helper()
		a, _ := b.ask(verb, path, body, headers...)
		require.False(t, a.State)
		require.NotNil(t, a.Code, a.Msg)
		require.Equal(t, code, *a.Code)
	}
	login := func(body string, headers ...string) string {
		t.Helper()
		a, _ := b.ask("POST", "/users/login", body, headers...)
		require.NotEmpty(t, a.Token)
		return a.Token
	}
	root := login("username=admin&password=Admin123%23")
	general := login("username=admin&password=Admin123%23", "useragent", "general")
	clerk := login("username=clerk&password=Admin123%23")
	shopper := b.Register("anna")
	gate("GET", path, "", "10022")
	gate("GET", path, "", "1004", "authorization", "x.y.z")
	gate("GET", path, "", "1004", "authorization", shopper)
	gate("GET", path+"&token="+root, "", "10022")
	gate("GET", path, "", "10026", "authorization", general)
	gate("GET", path, "", "10026", "authorization", clerk)
	for _, ok := range [][]string{{"authorization", root}, {"authorization", "Bearer " + root}, {"authorzation", root}} {
		a, _ := b.ask("GET", path, "", ok...)
		require.Equal(t, 1004.0, a.Status, "past the gate there is no such order")
		require.Nil(t, a.Code)
	}
	a, _ := b.ask("POST", "/order/ship", "order_id=1&action=1&token="+root)
	require.Nil(t, a.Code)
	a, _ = b.ask("GET", "/order/ship?action=1", "", "authorization", root)
	require.Equal(t, 1004.0, a.Status)
	b.Call("GET", "user/detail", apitest.Fields{"token": root}).Want(t, 2000)

	a, status := b.ask("GET", "/users/nothing", "")
	require.Equal(t, []any{404.0, http.StatusNotFound}, []any{a.Status, status})
	b.Clock.Advance(10 * time.Hour)
	gate("GET", path, "", "1004", "authorization", root)
}

func TestKeysAreNeeded(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, manager.Mount(endpoint.NewMux(endpoint.Options{}), manager.Deps{}, manager.Config{}), "Keys")
}
