package payment

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"github.com/gomall-dev/mall"
)

// Spent is the source of the wallet entry of a part that was paid from the balance.
func (part Part) Spent() Source { return Source{Type: "payment.spend", ID: part.ID} }

// NewNumber is a fresh number for a piece of money's paper: the time to the
// millisecond in the calendar's zone and nine random digits, 26 in all.
func NewNumber(c mall.Calendar, at time.Time) string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000_000))
	if err != nil {
		panic(err) // the system's source of randomness is gone
	}
	local := at.In(c.Zone())
	return fmt.Sprintf("%s%s%09d", local.Format("20060102150405"), local.Format(".000")[1:], n)
}
