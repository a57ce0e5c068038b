package manager_test

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// What the gate says, exactly.
const (
	saysLogin = `{"status":403,"state":false,"msg":"请登入","code":"10022"}`
	saysToken = `{"status":0,"state":false,"msg":"校验失败","code":"1004"}`
	saysRight = `{"status":403,"state":false,"msg":"你没有权限访问,或路径不正确","code":"10026"}`
)

// plain sends fields in the query of a GET and the body of everything else,
// and gives the answer's text.
func (b bundle) plain(verb, path string, fields url.Values, headers ...string) string {
	b.t.Helper()
	target, body := b.Server.URL+path, io.Reader(nil)
	if verb == http.MethodGet {
		target += "?" + fields.Encode()
	} else {
		body = strings.NewReader(fields.Encode())
	}
	req, err := http.NewRequestWithContext(b.t.Context(), verb, target, body)
	require.NoError(b.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.Server.Client().Do(req)
	require.NoError(b.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	return strings.TrimSpace(string(text))
}

// guarded are the mounted routes that not everybody may call, and the values
// that a call of each gets: those of somebody else, or ones that look right.
func (b bundle) guarded(values map[string]string, visit func(r endpoint.Info, verb string, fields url.Values)) {
	b.t.Helper()
	seen := map[string]int{}
	for _, r := range b.Routes(mall.FaceManager, "manager") {
		seen[r.Access]++
		if r.Access == "none" || r.Access == "optional" {
			continue
		}
		verbs := []string{r.Verb}
		if r.Verb == "*" {
			verbs = []string{"GET", "POST", "PUT", "DELETE"}
		}
		for _, verb := range verbs {
			fields := url.Values{}
			for _, name := range r.Fields {
				if name == "token" {
					continue
				}
				text, ok := values[name]
				if !ok {
					text = "1"
				}
				fields.Set(name, text)
			}
			visit(r, verb, fields)
		}
	}
	for _, level := range []string{"none", "user", "role", "root"} {
		require.NotZero(b.t, seen[level], level)
	}
}

// victim is somebody with a name, a number, an address, an order and a cart.
func (b shopBundle) victim() (values map[string]string, secrets []string) {
	b.t.Helper()
	_, err := b.Auth.Create(b.t.Context(), mall.System(), auth.NewAccount{Role: auth.RoleStaff, Registration: auth.Registration{
		Username: "victim", Password: "Admin123#", Nick: "受害者昵称", Mobile: "13912345678"}})
	require.NoError(b.t, err)
	who := b.token("victim")
	category := b.category("受害类目")
	product := b.product(category, "受害商品", "9.9", "100")
	b.post("/cart/add_to_cart", map[string]string{"product_id": product, "count": "7"}, who...)
	number := b.order(product, "2", who)
	shipped := b.order(product, "1", who)
	b.paid(shipped, who)
	cart := rows(b.get("/cart/get_cart", who...))[0]
	a, err := b.Auth.Find(b.t.Context(), auth.ByUsername, "victim")
	require.NoError(b.t, err)
	return map[string]string{
		"unid": a.PublicID, "uId": a.PublicID, "username": "victim", "order_id": number, "cart_id": cart["cart_id"].(string),
		// Goods are everybody's: what is sold is left as it is by these.
		"product_id": "20200101000000000", "category_id": "20200101000000000",
		"nickname": "stolen", "password": "Stolen123#", "oldPassword": "Admin123#", "newPassword": "Stolen123#", "phone": "13700000000",
		"roleid": auth.RoleRoot, "roles": auth.RoleRoot, "vipLevel": "9", "headimgurl": "/stolen.png", "sId": "WWLN97178546", "menu_id": "1",
		"roleids": "200", "permission_ids": "/order/ship", "price": "0.01", "inventory": "5", "quantity": "1", "count": "1",
		"action": "1", "categoryName": "偷来的", "productName": "偷来的", "name": "偷来的", "title": "偷来的",
	}, []string{"受害者昵称", "13912345678", number, shipped}
}

// TestAccess calls every mounted route that is not open to everybody as those
// who may not: the gate's answer is exact, nothing leaks, nothing is written.
func TestAccess(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	values, _ := b.victim()
	shopper := b.Register("shopper")
	director := []string{}
	for _, r := range b.Routes(mall.FaceManager, "manager") {
		if r.Access == "role" {
			director = append(director, r.Path)
		}
	}
	require.NoError(t, b.Auth.ChangeRole(t.Context(), mall.System(), auth.RoleDirector, auth.RoleChanges{Rights: director}))
	_, err := b.Auth.Create(t.Context(), mall.System(), auth.NewAccount{
		Registration: auth.Registration{Username: "director", Password: "Admin123#"}, Role: auth.RoleDirector})
	require.NoError(t, err)
	boss := b.token("director")
	narrow, _ := b.ask("POST", "/users/login", "username=admin&password=Admin123%23", "useragent", "general")
	left := b.token("lbw")
	b.get("/users/sigout", left...)
	expired := b.token("admin")
	b.Clock.Advance(10 * time.Hour)
	b.root, b.clerk, boss = b.token("admin"), b.token("clerk"), b.token("director")
	narrow, _ = b.ask("POST", "/users/login", "username=admin&password=Admin123%23", "useragent", "general")
	shopper = b.Login("shopper")

	before := storagetest.Dump(t, b.Store)
	require.NotEmpty(t, before)
	b.guarded(values, func(r endpoint.Info, verb string, fields url.Values) {
		call := func(want string, headers ...string) {
			t.Helper()
			require.Equal(t, want, b.plain(verb, r.Path, fields, headers...), "%s %s (%s)", verb, r.Path, r.Access)
		}
		call(saysLogin)
		call(saysLogin, "authorization", "undefined")
		for _, token := range []string{shopper, "x.y.z", strings.Repeat("a", 5000), left[1], expired[1]} {
			call(saysToken, "authorization", token)
		}
		if verb == http.MethodGet {
			withToken := maps.Clone(fields)
			withToken.Set("token", b.root[1])
			require.Equal(t, saysLogin, b.plain(verb, r.Path, withToken), "a link must not act: %s", r.Path)
		}
		switch r.Access {
		case "role":
			call(saysRight, b.clerk...)
			call(saysRight, "authorization", narrow.Token)
		case "root":
			call(saysRight, b.clerk...)
			call(saysRight, boss...)
			call(saysRight, "authorization", narrow.Token)
		}
	})
	require.Equal(t, before, storagetest.Dump(t, b.Store), "somebody wrote")
	b.get("/getloginlog", boss...).says(t, 200, true, "success")
}

// TestStranger calls every route that is open to whoever is signed in with
// what belongs to somebody else: no answer tells of her, no row of hers moves.
func TestStranger(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	values, secrets := b.victim()
	_, err := b.Auth.Create(t.Context(), mall.System(), auth.NewAccount{
		Registration: auth.Registration{Username: "stranger", Password: "Admin123#"}, Role: auth.RoleStaff})
	require.NoError(t, err)
	// What counts tries grows by trying.
	before := storagetest.Dump(t, b.Store, "limits")
	mine := func(line string) bool { return strings.Contains(line, "stranger") }
	whose := []string{"unid", "uId", "order_id", "cart_id", "sId"}
	b.guarded(values, func(r endpoint.Info, verb string, fields url.Values) {
		if r.Access != "user" {
			return
		}
		// All fields at once, and each by itself beside those that say whose it
		// is: one that is refused anyway must not hide what another does.
		calls := []url.Values{fields}
		for name := range fields {
			one := url.Values{name: fields[name]}
			for _, id := range whose {
				if fields.Has(id) {
					one[id] = fields[id]
				}
			}
			calls = append(calls, one)
		}
		who := b.token("stranger")
		for _, call := range calls {
			text := b.plain(verb, r.Path, call, who...)
			for _, s := range secrets {
				require.NotContains(t, text, s, "%s %s %v", verb, r.Path, call)
			}
		}
	})
	after := storagetest.Dump(t, b.Store, "limits")
	for _, line := range before {
		if !mine(line) {
			require.True(t, slices.Contains(after, line), "changed by a stranger: %s", line)
		}
	}
	b.token("victim")
}

// TestSessionsStayAtTheirFace: a session of one API is none at the others, and
// only a login here gives staff rights.
func TestSessionsStayAtTheirFace(t *testing.T) {
	t.Parallel()
	b := setup(t)
	admin := b.token("admin")
	session, err := b.signer().Parse(admin[1])
	require.NoError(t, err)
	for _, text := range []string{admin[1], session} {
		b.Call("GET", "user/detail", apitest.Fields{"token": text}).Want(t, 2000)
	}
	for _, face := range []mall.Face{mall.FaceWXAPI, mall.FaceO2O} {
		_, err := b.Auth.Authenticate(t.Context(), face, session, "")
		require.ErrorIs(t, err, mall.ErrUnauthenticated, face)
		l, err := b.Auth.LoginPassword(t.Context(), mall.Actor{Face: face}, auth.PasswordLogin{By: auth.ByUsername, Name: "admin", Password: "Admin123#"})
		require.NoError(t, err)
		require.Equal(t, saysToken, b.plain("GET", "/users/getAllUsers", nil, "authorization", l.Token))
		jwt, err := b.signer().Sign(l.Token, l.Account.PublicID, l.ExpiresAt)
		require.NoError(t, err)
		require.Equal(t, saysToken, b.plain("GET", "/users/getAllUsers", nil, "authorization", jwt), "also in a good JWT")
		who, err := b.Auth.Authenticate(t.Context(), face, l.Token, "")
		require.NoError(t, err)
		require.Empty(t, who.Rights, face)
	}
}
