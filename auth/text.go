package auth

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
)

// Longest values that accounts take, in characters.
const (
	maxText     = 128
	maxName     = 64
	maxURL      = 1024
	maxPassword = 128
	maxExt      = 32  // fields of Ext
	maxExtValue = 512 // characters of one value
)

// LimitKey is the key of a counter in Limits. What it is about (a number, a
// name, an address) goes in hashed, so that counters hold no personal data.
func LimitKey(kind string, about ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(about, "\x00")))
	return kind + ":" + hex.EncodeToString(sum[:16])
}

// ValidMobile says whether text has the form of a mobile number: 5 to 20
// digits, a leading + allowed. Senders may be stricter.
func ValidMobile(text string) bool {
	d := strings.TrimPrefix(text, "+")
	return len(d) >= 5 && len(d) <= 20 && strings.Trim(d, "0123456789") == ""
}

// ValidMail says whether text is a bare mail address.
func ValidMail(text string) bool {
	a, err := mail.ParseAddress(text)
	return err == nil && a.Address == text && len(text) <= maxText
}

// validUsername takes letters, digits and marks without blanks.
func validUsername(text string) bool {
	n := utf8.RuneCountInString(text)
	return n >= 2 && n <= maxName && !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsGraphic(r)
	})
}

// short refuses values over max characters.
func short(field, value string, max int) error {
	if utf8.RuneCountInString(value) > max {
		return mall.ErrInvalid.With(field)
	}
	return nil
}

// checkExt bounds the free fields of a client.
func checkExt(ext map[string]string) error {
	if len(ext) > maxExt {
		return mall.ErrInvalid.With("ext")
	}
	for k, v := range ext {
		if k == "" || short("ext", k, maxName) != nil || short("ext", v, maxExtValue) != nil {
			return mall.ErrInvalid.With("ext")
		}
	}
	return nil
}

// newToken is 32 random bytes in 43 characters, and the hash under which a
// session is stored.
func newToken() (token, hash string) {
	var b [32]byte
	rand.Read(b[:])
	token = base64.RawURLEncoding.EncodeToString(b[:])
	return token, hashToken(token)
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// newPublicID is 12 random characters without look-alikes.
func newPublicID() string {
	const alphabet = "23456789abcdefghijkmnpqrstuvwxyz" // 32: one byte has no bias
	var b [12]byte
	rand.Read(b[:])
	for i := range b {
		b[i] = alphabet[b[i]%32]
	}
	return string(b[:])
}
