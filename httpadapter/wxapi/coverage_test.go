package wxapi

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

var update = flag.Bool("update", false, "rewrite testdata/pending.tsv")

// extensions are mounted though the route list does not have them in this place.
var extensions = []string{
	"GET tenant /user/shipping-address/list", // older SDKs
	"POST tenant /upload2",                   // upload host below a tenant
	"GET root /common/subdomain/appid/wxapp", // common host on the plain prefix

	// ways to pay of the SDK that no document lists
	"POST tenant /pay/wx/h5", "POST tenant /pay/wx/jsapi", "POST tenant /pay/wx/qrcode", "POST tenant /pay/wx/paymentCode", "POST tenant /pay/wx/app",
	"POST tenant /pay/intelsalon/wxapp", "POST tenant /pay/alipay/gate/mp", "POST tenant /pay/alipay/gate/app",
	"POST tenant /pay/alipay/gate/paymentCode", "POST tenant /pay/alipay/gate/h5", "POST tenant /pay/alipay/gate/pc",
}

// documented are the rows of testdata/routes.tsv: method, verb, base, path, auth.
func documented(t *testing.T) [][]string {
	t.Helper()
	b, err := os.ReadFile("testdata/routes.tsv")
	require.NoError(t, err)
	var rows [][]string
	for line := range strings.Lines(string(b)) {
		if cells := strings.Split(strings.TrimSpace(line), "\t"); cells[0] != "method" {
			require.Len(t, cells, 5)
			rows = append(rows, cells)
		}
	}
	return rows
}

// key names what a row of the list is served by; hosts fall into three places.
func key(row []string) string {
	verb, base, path := row[1], row[2], row[3]
	if path == "{path}" { // the caller chooses; the SDK's own choice
		path = "/pay/wx/wxapp"
	}
	switch base {
	case "root", "common_root", "dfs_root":
		base = "root"
	case "jdvop":
	default:
		base = "tenant"
	}
	return verb + " " + base + " " + path
}

func mounted() map[string]endpoint.Route {
	a, all := &api{}, map[string]endpoint.Route{}
	for place, routes := range map[string][]endpoint.Route{"tenant": a.tenant(), "root": a.root(), "jdvop": a.jdvop()} {
		for _, r := range routes {
			all[r.Verb+" "+place+" "+r.Path] = r
		}
	}
	return all
}

// TestMountedIsDocumented: what is served is in the list, with its access, or
// a named extension.
func TestMountedIsDocumented(t *testing.T) {
	t.Parallel()
	auth := map[string]string{}
	for _, row := range documented(t) {
		auth[key(row)] = row[4]
	}
	for k, r := range mounted() {
		want, ok := auth[k]
		if !ok {
			require.Contains(t, extensions, k)
			continue
		}
		if !strings.Contains(k, " jdvop ") { // fixed answers
			require.Equal(t, want, r.Access.String(), k)
		}
	}
}

// TestPending: what is documented and not served is testdata/pending.tsv,
// exactly; run with -update after mounting more.
func TestPending(t *testing.T) {
	t.Parallel()
	all, lines := mounted(), []string{}
	for _, row := range documented(t) {
		if _, ok := all[key(row)]; !ok {
			lines = append(lines, strings.Join(row, "\t"))
		}
	}
	slices.Sort(lines)
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		require.NoError(t, os.WriteFile("testdata/pending.tsv", []byte(got), 0o644))
	}
	want, err := os.ReadFile("testdata/pending.tsv")
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}
