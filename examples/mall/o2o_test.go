package main

import (
	"encoding/json"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestO2OIsMounted: the O2O API answers under /api/user, in the sandbox with
// codes in answers; what is bought at the second operating centre leads to the
// page with a code to scan.
func TestO2OIsMounted(t *testing.T) {
	t.Parallel()
	h := launch(t, "-db", filepath.Join(t.TempDir(), "mall.db"))
	call := func(path string, f url.Values) map[string]any {
		_, body := get(t, h.base+"/api/user"+path+"?"+f.Encode())
		var e struct {
			Code int
			Data map[string]any
		}
		require.NoError(t, json.Unmarshal([]byte(body), &e), body)
		require.Zero(t, e.Code, body)
		return e.Data
	}
	in := call("/wxLogin", url.Values{"code": {"user"}})
	token := in["token"].(string)
	require.Equal(t, "13800138000", in["userInfo"].(map[string]any)["mobile"])
	require.Len(t, call("/sms/verify_code", url.Values{"token": {token}, "mobile": {"13800138001"}})["verify_code"], 4)
	require.EqualValues(t, 0, call("/orders", url.Values{"token": {token}})["total"])

	status, body := get(t, h.base+"/miniprogram_bridge/pay?targetOperId=2&orderNo=O1&userId=1")
	require.Equal(t, 404, status)
	require.Contains(t, body, "<main>")
	_, body = get(t, h.base+"/api/user/nothing")
	require.Contains(t, body, `"code":10000`)
	require.Zero(t, h.stop())

	h = launch(t, "-db", filepath.Join(t.TempDir(), "mall.db"), "-sandbox=false", "-demo=false")
	_, body = get(t, h.base+"/api/user/wxLogin?code=user&appid=wxsandbox00000000")
	require.Contains(t, body, `"code":70011`)
	require.False(t, strings.Contains(body, "token"))
}
