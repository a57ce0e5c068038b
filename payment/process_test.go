package payment_test

import (
	"context"
	"errors"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/bill"
	"github.com/gomall-dev/mall/payment/deposit"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/payment/wallet/withdraw"
	"github.com/gomall-dev/mall/storage"
)

// process is a host with all that moves money, on the database of a bench.
type process struct {
	*fuse
	pay      *payment.Service
	payouts  *withdraw.Service
	deposits *deposit.Service
	bills    *bill.Service
}

// feeRules are those of withdrawals.
var feeRules = withdraw.Rules{Min: 50, Rate: 100, MinFee: 5}

// process starts one, and notices come to it from now on.
func (b *bench) process() *process {
	p := &process{fuse: &fuse{}}
	tx := mortal{b.store, p.fuse}
	wallets, err := wallet.New(wallet.Deps{Repo: b.store.Wallets(), Tx: tx, Outbox: b.store, Hasher: secret.New(secret.Config{})}, wallet.Config{Now: b.clock.now})
	require.NoError(b.t, err)
	p.pay = b.unsealed(payment.Deps{Tx: tx, Outbox: b.store, Repo: b.store.Payments(), Wallet: wallets}, caller{b.provider, p.fuse})
	p.payouts, err = withdraw.New(withdraw.Deps{Repo: b.store.Withdrawals(), Tx: tx, Outbox: b.store, Wallets: wallets},
		withdraw.Config{Now: b.clock.now, Rules: func(context.Context) (withdraw.Rules, error) { return feeRules, nil }})
	require.NoError(b.t, err)
	p.deposits, err = deposit.New(deposit.Deps{Repo: b.store.Deposits(), Tx: tx, Outbox: b.store, Payments: p.pay}, deposit.Config{Now: b.clock.now})
	require.NoError(b.t, err)
	p.bills, err = bill.New(bill.Deps{Repo: b.store.Bills(), Tx: tx, Outbox: b.store, Payments: p.pay}, bill.Config{Now: b.clock.now})
	require.NoError(b.t, err)
	require.NoError(b.t, p.pay.Seal())
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pay = p.pay
	return p
}

// errDied is all that is heard of a process that died.
var errDied = errors.New("the process died")

// fuse ends a process, or puts it to sleep, at one of the steps that others
// notice: its transactions, and its calls of the gateway.
type fuse struct {
	mu   sync.Mutex
	left int  // steps until it happens, 0 for never
	late bool // after the step, which is done then though nobody hears of it
	nap  *nap // what it sleeps in; nil for one that dies
	dead bool
}

// nap is the sleep of a process that others take for dead.
type nap struct{ asleep, wake chan struct{} }

// light says at which step it happens.
func (f *fuse) light(left int, late bool, n *nap) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left, f.late, f.nap = left, late, n
}

// died says whether the process is gone.
func (f *fuse) died() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dead
}

// step takes a step, as far as the process gets.
func (f *fuse) step(do func() error) error {
	f.mu.Lock()
	hit, gone := f.left == 1, f.dead
	f.left = max(f.left-1, 0)
	f.dead = f.dead || hit && f.nap == nil
	f.mu.Unlock()
	switch {
	case gone:
		return errDied
	case !hit:
		return do()
	case f.nap == nil:
		if f.late {
			_ = do()
		}
		return errDied
	case f.late:
		err := do()
		f.nap.sleep()
		return err
	}
	f.nap.sleep()
	return do()
}

func (n *nap) sleep() {
	close(n.asleep)
	<-n.wake
}

// mortal is the database as a process sees it.
type mortal struct {
	storage.Store
	*fuse
}

// Do takes a step, whose commit may be the last thing the process did.
func (m mortal) Do(ctx context.Context, fn func(ctx context.Context) error) error {
	if mall.InTx(ctx) {
		return m.Store.Do(ctx, fn)
	}
	return m.step(func() error { return m.Store.Do(ctx, fn) })
}

// caller is the gateway as a process sees it.
type caller struct {
	payment.Provider
	*fuse
}

func (c caller) Create(ctx context.Context, r payment.Request) (o payment.Opening, err error) {
	err = c.step(func() error { o, err = c.Provider.Create(ctx, r); return err })
	return o, err
}

func (c caller) Query(ctx context.Context, q payment.Query) (r payment.Result, err error) {
	err = c.step(func() error { r, err = c.Provider.Query(ctx, q); return err })
	return r, err
}

func (c caller) Close(ctx context.Context, q payment.Query) (r payment.Result, err error) {
	err = c.step(func() error { r, err = c.Provider.Close(ctx, q); return err })
	return r, err
}

func (c caller) Refund(ctx context.Context, q payment.RefundRequest) (r payment.RefundResult, err error) {
	err = c.step(func() error { r, err = c.Provider.Refund(ctx, q); return err })
	return r, err
}

func (c caller) QueryRefund(ctx context.Context, q payment.RefundRequest) (r payment.RefundResult, err error) {
	err = c.step(func() error { r, err = c.Provider.QueryRefund(ctx, q); return err })
	return r, err
}
