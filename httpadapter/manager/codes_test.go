package manager

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
)

// TestEveryKindHasARow: a new Kind is a new row here. Only the gate's answers
// carry a code: clients log out by it.
func TestEveryKindHasARow(t *testing.T) {
	t.Parallel()
	for _, k := range mall.Kinds() {
		r, ok := kinds[k]
		require.True(t, ok, k)
		require.NotEmpty(t, r.text, k)
		require.Equal(t, k == mall.Unauthenticated, r.code != "", k)
	}
	for name, r := range codes {
		require.Equal(t, map[string]string{"manager.token": "1004", "manager.right": "10026"}[name], r.code, name)
	}
	require.Equal(t, envelope{Status: 1004, Msg: "缺少参数:x"}, answer(mall.E(mall.Invalid, "endpoint.required", "").With("x")))
	require.Equal(t, 500, answer(plainError{}).Status)
}

type plainError struct{}

func (plainError) Error() string { return "no mall.Error" }
