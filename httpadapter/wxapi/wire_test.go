package wxapi

import (
	"encoding/json"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
)

func TestWire(t *testing.T) {
	t.Parallel()
	a := &api{}
	at := time.Date(2026, 3, 1, 16, 30, 5, 0, time.UTC)
	b, err := json.Marshal(map[string]any{
		"a": []yuan{0, 1, 10, 100, 1234, -5, -1250}, "b": []rate10{10000, 9500, 9525}, "c": a.at(at), "f": a.maybe(time.Time{}), "g": stamp{},
	})
	require.NoError(t, err)
	require.JSONEq(t, `{"a":[0,0.01,0.1,1,12.34,-0.05,-12.5],"b":[10,9.5,9.525],"c":"2026-03-02 00:30:05","f":null,"g":null}`, string(b))
	_, err = paged(mall.Slice[int]{}, mall.NumberedPage(1, 10), func(i int) int { return i })
	require.ErrorIs(t, err, errNone)
	p, err := paged(mall.Slice[int]{Items: []int{1}, Total: 21}, mall.NumberedPage(1, 10), func(i int) int { return i })
	require.NoError(t, err)
	require.Equal(t, int64(3), p.TotalPage)
}

func TestEnvelope(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code int
		msg  string
		data any
		want string
	}{
		{0, "success", nil, `{"code":0,"msg":"success"}`},
		{0, "success", (*stamp)(nil), `{"code":0,"msg":"success"}`},
		{0, "success", []int{}, `{"code":0,"msg":"success","data":[]}`},
		{0, "success", "<b>红</b>", `{"code":0,"msg":"success","data":"<b>红</b>"}`},
		{40000, "差", yuan(950), `{"code":40000,"msg":"差","data":9.5}`},
	} {
		w := httptest.NewRecorder()
		require.NoError(t, write(w, c.code, c.msg, c.data))
		require.Equal(t, c.want, w.Body.String())
	}
	w := httptest.NewRecorder()
	require.Error(t, write(w, 0, "", make(chan int)))
	require.Empty(t, w.Body.String())
}
