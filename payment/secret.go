package payment

import (
	"fmt"
	"log/slog"
)

// Secret is a key or password in the configuration of a provider. Whatever
// prints it, by fmt, slog or encoding/json, prints a placeholder; string(s) is
// the secret itself. fmt does not ask fields that are not exported how they
// want to be printed: keep none there.
type Secret string

const redacted = "[secret]"

// String implements fmt.Stringer.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// Format implements fmt.Formatter, for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// LogValue implements slog.LogValuer.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText implements encoding.TextMarshaler, and so serves encoding/json.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }
