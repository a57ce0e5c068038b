package order

import (
	"crypto/rand"
	"math/big"
	"time"

	"github.com/gomall-dev/mall"
)

// Numbering is the form of an order's number. Every form is unique, at least 6
// and at most 32 characters long, and fit for a payment's number too.
type Numbering string

const (
	// Digits are the local time to the millisecond in 15 digits and 5 random ones.
	Digits Numbering = "digits"
	// TimeSuffix is the local time to the millisecond in 17 digits and 12 random letters and digits.
	TimeSuffix Numbering = "time"
	// LetterO is an O, the local time to the second and 8 random digits.
	LetterO Numbering = "o"
)

// number makes a number; that it is free is for the unique index to say.
func (s *Service) number(n Numbering, face mall.Face, at time.Time) string {
	if n == "" {
		switch face {
		case mall.FaceManager:
			n = TimeSuffix
		case mall.FaceO2O:
			n = LetterO
		}
	}
	local := at.In(s.cfg.Calendar.Zone())
	second, millis := local.Format("20060102150405"), local.Format(".000")[1:]
	switch n {
	case TimeSuffix:
		return second + millis + random("0123456789abcdefghijklmnopqrstuvwxyz", 12)
	case LetterO:
		return "O" + second + random(digits, 8)
	}
	return second[2:] + millis + random(digits, 5)
}

const digits = "0123456789"

// random is a text of n characters that cannot be guessed.
func random(alphabet string, n int) string {
	b := make([]byte, n)
	most := big.NewInt(int64(len(alphabet)))
	for i := range b {
		k, err := rand.Int(rand.Reader, most)
		if err != nil { // never: the system's randomness does not fail
			panic(err)
		}
		b[i] = alphabet[k.Int64()]
	}
	return string(b)
}
