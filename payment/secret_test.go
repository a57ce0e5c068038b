package payment_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment"
)

func TestSecret(t *testing.T) {
	t.Parallel()
	type config struct {
		Key, None payment.Secret
	}
	c := config{Key: "hunter2"}
	var said bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%08b"} {
		fmt.Fprintf(&said, verb, c)
		fmt.Fprintf(&said, verb, &c)
		fmt.Fprintf(&said, verb, c.Key)
		fmt.Fprintf(&said, verb, []payment.Secret{c.Key})
	}
	slog.New(slog.NewTextHandler(&said, nil)).Info("x", "config", c, "key", c.Key)
	slog.New(slog.NewJSONHandler(&said, nil)).Info("x", "config", c, "key", c.Key)
	body, err := json.Marshal(c)
	require.NoError(t, err)
	require.JSONEq(t, `{"Key":"[secret]","None":""}`, string(body))
	require.Contains(t, said.String(), "[secret]")
	require.NotContains(t, said.String(), "hunter2")
	require.NotContains(t, said.String(), fmt.Sprintf("%x", "hunter2"))
	require.Equal(t, "hunter2", string(c.Key))
}
