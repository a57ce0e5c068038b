package wxapi

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExtOf(t *testing.T) {
	t.Parallel()
	got, err := extOf(`{"a":"1","b":2.50,"c":true,"d":null,"e":"null","f":"\u5b89"}`)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "1", "b": "2.50", "c": "true", "e": "null", "f": "安"}, got)
	got, err = extOf("")
	require.NoError(t, err)
	require.Nil(t, got)
	for _, text := range []string{"null", "[]", "1", `"x"`, "{", `{"a":[]}`, `{"a":{}}`, `{"a":"` + strings.Repeat("x", maxExt) + `"}`} {
		_, err := extOf(text)
		require.Error(t, err, text[:min(20, len(text))])
	}
}

func FuzzExtOf(f *testing.F) {
	f.Add(`{"a":"1"}`)
	f.Add(`{"a": {"b":[1]}}`)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := extOf(text)
		if err != nil && got != nil || len(text) > maxExt && err == nil {
			t.Fatal(got, err)
		}
	})
}
