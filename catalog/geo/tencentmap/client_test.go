package tencentmap_test

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/catalog/geo/tencentmap"
)

// answer is what the service says of a point.
func answer(nation, code string) string {
	return fmt.Sprintf(`{"status":0,"message":"query ok","result":{"ad_info":{"nation_code":%q,"adcode":%q,"name":"中国"}}}`, nation, code)
}

func client(t *testing.T, c tencentmap.Config, h http.HandlerFunc) *tencentmap.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	c.Key, c.BaseURL = "the-key", server.URL
	made, err := tencentmap.New(c)
	require.NoError(t, err)
	return made
}

func TestLocate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		status     int
		want       string
		err        error
	}{
		{"district", answer("156", "330106"), 200, "330106000000", nil},
		{"district younger than the table", answer("156", "330199"), 200, "330100000000", nil},
		{"abroad", answer("392", ""), 200, "", geo.ErrOutside},
		{"abroad with a code", answer("410", "110000"), 200, "", geo.ErrOutside},
		{"nothing at all", `{"status":0,"result":{}}`, 200, "", geo.ErrOutside},
		{"unknown code", answer("156", "xy"), 200, "", tencentmap.ErrAnswer},
		{"refused", `{"status":121,"message":"此key每日调用量已达到上限"}`, 200, "", tencentmap.ErrAnswer},
		{"down", "gateway", 502, "", tencentmap.ErrAnswer},
		{"no JSON", "<html>", 200, "", tencentmap.ErrAnswer},
	} {
		at, err := client(t, tencentmap.Config{}, func(w http.ResponseWriter, r *http.Request) {
			require.Equal(t, "/ws/geocoder/v1/", r.URL.Path)
			require.Equal(t, "30.259000,120.130000", r.FormValue("location"))
			require.Equal(t, "the-key", r.FormValue("key"))
			require.Empty(t, r.FormValue("sig"))
			w.WriteHeader(c.status)
			fmt.Fprint(w, c.body)
		}).Locate(t.Context(), 30.259, 120.13)
		require.ErrorIs(t, err, c.err, c.name)
		require.Equal(t, c.want, at.Code, c.name)
	}
}

func TestRequestsAreSigned(t *testing.T) {
	t.Parallel()
	_, err := client(t, tencentmap.Config{SecretKey: "hush"}, func(w http.ResponseWriter, r *http.Request) {
		sum := md5.Sum([]byte("/ws/geocoder/v1/?key=the-key&location=30.259000,120.130000hush"))
		require.Equal(t, hex.EncodeToString(sum[:]), r.FormValue("sig"))
		fmt.Fprint(w, answer("156", "330106"))
	}).Locate(t.Context(), 30.259, 120.13)
	require.NoError(t, err)
}

func TestTheKeyIsInNoError(t *testing.T) {
	t.Parallel()
	c, err := tencentmap.New(tencentmap.Config{Key: "the-key", BaseURL: "http://127.0.0.1:1", HTTP: &http.Client{Timeout: time.Second}})
	require.NoError(t, err)
	_, err = c.Locate(t.Context(), 30, 120)
	require.ErrorIs(t, err, tencentmap.ErrAnswer)
	require.NotContains(t, err.Error(), "the-key")
	_, err = c.Locate(t.Context(), 30, 999)
	require.ErrorIs(t, err, mall.ErrInvalid)
	_, err = tencentmap.New(tencentmap.Config{})
	require.ErrorContains(t, err, "Key")
}
