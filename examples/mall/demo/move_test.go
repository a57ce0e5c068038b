package demo

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestEveryPictureIsServed: whatever address the data has, the host draws it,
// under the base URL it has now.
func TestEveryPictureIsServed(t *testing.T) {
	t.Parallel()
	ctx, store := t.Context(), storagetest.SQLite(t)
	svc, err := httpadapter.Assemble(store, httpadapter.Ports{}, httpadapter.Config{})
	require.NoError(t, err)
	require.NoError(t, Fill(ctx, svc, appid, public))
	require.NoError(t, Across(ctx, svc, "wxsandbox00000002", public))
	const moved = "https://other.example"
	require.NoError(t, Move(ctx, svc, "mall_", moved))
	serve, seen := ServePictures(), 0
	for _, c := range pictured {
		for _, text := range storagetest.Texts(t, store, "SELECT "+c.column+" FROM {"+c.table+"} WHERE "+c.column+" <> ''") {
			require.NotContains(t, text, public, c.table)
			path, ok := strings.CutPrefix(text, moved)
			if !ok {
				require.Equal(t, "goods_texts", c.table, text)
				continue
			}
			w := httptest.NewRecorder()
			serve.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
			require.Equal(t, 200, w.Code, path)
			seen++
		}
	}
	require.Greater(t, seen, 2*len(merchants)+len(items))
}
