package paytest_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
)

// renaming gives a payment another prepay id whenever it is asked for, as
// WeChat Pay may.
type renaming struct {
	payment.Provider
	n atomic.Int64
}

func (p *renaming) Create(ctx context.Context, r payment.Request) (payment.Opening, error) {
	o, err := p.Provider.Create(ctx, r)
	if o.Prepay != "" {
		o.Prepay = fmt.Sprintf("%s-%d", o.Prepay, p.n.Add(1))
	}
	return o, err
}

func TestSuiteTakesAnotherPrepayID(t *testing.T) {
	t.Parallel()
	paytest.RunProvider(t, func(t *testing.T) paytest.Kit {
		kit, _ := open(t)
		kit.Provider = &renaming{Provider: kit.Provider}
		return kit
	})
}

// twofold opens a second trade for a number that is asked for again: with the
// same amount, or with another one.
type twofold struct {
	payment.Provider
	same  bool
	known map[string]bool
}

func (p *twofold) Create(ctx context.Context, r payment.Request) (payment.Opening, error) {
	number, this := r.Number, fmt.Sprint(r.Number, int64(r.Amount))
	if p.known[number] && p.known[this] == p.same {
		r.Number += "B"
	}
	p.known[number], p.known[this] = true, true
	return p.Provider.Create(ctx, r)
}

// TestSuiteCatches runs the suite's first part over broken providers, in
// processes of their own, and demands that it fails.
func TestSuiteCatches(t *testing.T) {
	t.Parallel()
	const env = "PAYTEST_BROKEN"
	if broken := os.Getenv(env); broken != "" {
		paytest.RunProvider(t, func(t *testing.T) paytest.Kit {
			kit, _ := open(t)
			kit.Provider = &twofold{Provider: kit.Provider, same: broken == "trade", known: map[string]bool{}}
			pay, paid := kit.Pay, false
			kit.Pay = func(number string) error {
				if paid {
					number += "B" // the payer still has the second means
				}
				paid = true
				return pay(number)
			}
			return kit
		})
		return
	}
	for broken, told := range map[string]string{"trade": "one number, two trades", "amount": "another amount under the same number"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSuiteCatches$/^Create$")
		cmd.Env = append(os.Environ(), env+"="+broken)
		out, err := cmd.CombinedOutput()
		require.Error(t, err, "%s: %s", broken, out)
		require.Contains(t, string(out), told)
	}
}
