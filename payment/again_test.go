package payment_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
)

// again opens a payment of an order or answers the open one.
func (b *bench) again(who mall.Actor, ref mall.ID, scene payment.Scene) (*payment.Opened, error) {
	return b.pay.Open(b.ctx, who, payment.OpenInput{Action: orders(ref), Provider: "wxpay", Scene: scene, Again: true})
}

func TestTheSamePaymentAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		b.mu.Lock()
		b.numbers[7] = "WISHED7"
		b.mu.Unlock()
		first, err := b.again(buyer(1), 7, payment.SceneNative)
		require.NoError(t, err)
		second, err := b.again(buyer(1), 7, payment.SceneNative)
		require.NoError(t, err)
		require.Equal(t, []any{first.Number, first.Prepay, first.Params}, []any{second.Number, second.Prepay, second.Params})

		b.mu.Lock()
		b.prices[7] = 900
		b.mu.Unlock()
		cheaper, err := b.again(buyer(1), 7, payment.SceneNative)
		require.NoError(t, err)
		require.Equal(t, []any{"WISHED7_2", mall.Money(900)}, []any{cheaper.Number, cheaper.Amount})
		require.Equal(t, payment.StateClosed, b.get(first.Number).State, "another price is another payment")
		app, err := b.again(buyer(1), 7, payment.SceneApp)
		require.NoError(t, err)
		require.Equal(t, "WISHED7_3", app.Number)

		b.settle(app.Number, "")
		b.kill(7) // what is paid has no price any more
		_, err = b.again(buyer(1), 7, payment.SceneApp)
		require.ErrorIs(t, err, errDead)
		require.EqualValues(t, 1, b.ran(7))
	})
}

// TestAgainAfterAPaymentNobodyHeardOf: the gateway was paid and its notice is
// lost; asking again books it instead of opening another.
func TestAgainAfterAPaymentNobodyHeardOf(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		first, err := b.again(buyer(1), 7, payment.SceneNative)
		require.NoError(t, err)
		b.settle(first.Number, paytest.Drop)
		_, err = b.again(buyer(1), 7, payment.SceneNative)
		if err == nil { // the bench's price knows nothing of payments: a second one was opened
			require.Equal(t, payment.StateSucceeded, b.get(first.Number).State)
		}
		require.EqualValues(t, 1, b.ran(7))
	})
}

func TestOneOpensItAllGetIt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		b.mu.Lock()
		b.numbers[7] = "WISHED7"
		b.mu.Unlock()
		for round := range 3 {
			var mu sync.Mutex
			numbers := map[string]int{}
			together(8, func(int) {
				o, err := b.again(buyer(1), 7, payment.SceneNative)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				numbers[o.Number+" "+o.Prepay]++
			})
			require.Len(t, numbers, 1, "round %d", round)
			_, err := b.pay.CloseFor(b.ctx, payment.Order, 7)
			require.NoError(t, err)
			b.clock.pass(time.Second)
		}
		require.Len(t, b.books.All(), 3)
	})
}

// renamer is a gateway that names each opening of a number apart, as WeChat Pay does.
type renamer struct {
	payment.Provider
	n atomic.Int64
}

func (r *renamer) Create(ctx context.Context, in payment.Request) (payment.Opening, error) {
	o, err := r.Provider.Create(ctx, in)
	o.Prepay += fmt.Sprint("-", r.n.Add(1))
	return o, err
}

func TestAnotherPrepayIDIsTheSamePayment(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		b.mu.Lock()
		b.numbers[7] = "WISHED7"
		b.mu.Unlock()
		b.pay = b.serviceOf(&renamer{Provider: b.provider})
		var mu sync.Mutex
		prepays := map[string]bool{}
		together(8, func(int) {
			o, err := b.again(buyer(1), 7, payment.SceneNative)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			prepays[o.Prepay] = true
			if o.Number != "WISHED7" {
				t.Error(o.Number)
			}
		})
		require.Len(t, prepays, 8, "each has the id that its parameters are about")
		require.Equal(t, payment.StatePending, b.get("WISHED7").State, "nobody closed it")
		b.settle("WISHED7", "")
		require.EqualValues(t, 1, b.ran(7))
	})
}
