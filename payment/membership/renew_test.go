package membership_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/membership"
)

// sweep runs the sweep once and says how much it found.
func (s *shop) sweep() int {
	s.t.Helper()
	n, err := s.SweepRenewals(s.t.Context(), 10)
	require.NoError(s.t, err)
	return n
}

func (s *shop) renews(l *member.Level) {
	s.t.Helper()
	got, err := s.Renewing(s.t.Context(), 1)
	require.NoError(s.t, err)
	want := mall.ID(0)
	if l != nil {
		want = l.ID
	}
	require.Equal(s.t, want, got)
}

// TestRenewal: on the day a membership ends, by the shop's calendar, it is
// bought again from the balance, as long as that suffices and the price stands.
func TestRenewal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		s.buy(s.price(s.gold, 4000, month), true)
		s.need = true // renewals ask for no password
		s.renews(s.gold)
		s.holds(s.gold, time.Date(2026, 2, 28, 2, 0, 0, 0, time.UTC))
		s.set(time.Date(2026, 2, 27, 15, 59, 59, 0, time.UTC)) // still the day before in Shanghai
		require.Zero(t, s.sweep())
		s.pass(time.Second)
		require.Equal(t, 1, s.sweep())
		end := time.Date(2026, 3, 31, 2, 0, 0, 0, time.UTC)
		s.holds(s.gold, end)
		s.balance(2000)
		require.Zero(t, s.sweep(), "once")
		list, err := s.ListOf(ctx, buyer, membership.Filter{}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, []any{int64(2), "自动续费", true, membership.Paid}, []any{list.Total, list.Items[0].Remark, list.Items[0].Renew, list.Items[0].State})

		s.set(end.Add(-time.Hour))
		require.Equal(t, 1, s.sweep(), "the balance is too low")
		require.Zero(t, s.sweep(), "an hour later again")
		s.pass(2 * time.Hour)
		s.holds(nil, time.Time{})
		s.earn(1, 2000)
		require.Equal(t, 1, s.sweep())
		s.holds(s.gold, s.now().AddDate(0, 1, -1)) // 30 April
		s.balance(0)

		s.set(time.Date(2026, 4, 30, 2, 0, 0, 0, time.UTC))
		for range 40 { // hours
			s.sweep()
			s.pass(time.Hour)
		}
		s.renews(nil)
		s.earn(1, 9000)
		require.Zero(t, s.sweep(), "the agreement is over")
		s.balance(9000)
	})
}

// TestAgreements: the newest purchase decides; whatever changes the membership
// or its price otherwise is heeded.
func TestAgreements(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		p := s.price(s.gold, 1000, member.Days(10))
		s.buy(p, true)
		s.buy(p, false)
		s.renews(nil)
		s.buy(p, true)
		require.NoError(t, s.StopRenewing(ctx, buyer))
		require.NoError(t, s.StopRenewing(ctx, buyer))
		require.ErrorIs(t, s.StopRenewing(ctx, mall.Actor{}), mall.ErrUnauthenticated)
		s.renews(nil)
		s.buy(p, true)
		end := s.now().Add(40 * day)
		s.holds(s.gold, end)

		require.NoError(t, s.members.Give(ctx, 1, s.gold.ID, member.Days(5), "gift:1"))
		s.set(end)
		require.Equal(t, 1, s.sweep())
		s.balance(6000)
		end = end.Add(5 * day)
		s.holds(s.gold, end)
		s.set(end.Add(-day))
		require.Zero(t, s.sweep())
		s.set(end)
		require.Equal(t, 1, s.sweep())
		s.balance(5000)
		end = end.Add(10 * day)

		p.Amount = 1001
		_, err := s.SavePrice(ctx, staff, p)
		require.NoError(t, err)
		s.set(end)
		require.Equal(t, 1, s.sweep())
		s.balance(5000)
		s.renews(s.gold)
		s.pass(25 * time.Hour)
		s.sweep()
		s.renews(nil)

		again := s.buy(s.price(s.silver, 500, member.Days(1)), true)
		require.NoError(t, s.members.Revoke(ctx, membership.Source(again.ID)))
		s.pass(day)
		require.Equal(t, 1, s.sweep())
		s.renews(nil)
		s.balance(4500)
	})
}

// TestSweepersShareRenewals: of ten sweepers, some of which find the lease of
// another over, one renews each membership, and a buyer who buys at the same
// moment lengthens it too.
func TestSweepersShareRenewals(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		p := s.price(s.gold, 100, member.Days(10))
		var buyers []mall.Actor
		for i := range 4 {
			b := mall.Actor{Account: mall.ID(100 + i), Face: mall.FaceWXAPI}
			s.earn(b.Account, 10_000)
			_, err := s.Buy(ctx, b, membership.Order{Price: p.ID, Renew: true}, "")
			require.NoError(t, err)
			buyers = append(buyers, b)
		}
		start := s.now()
		s.set(start.Add(10*day - time.Hour))
		var wg sync.WaitGroup
		gate := make(chan struct{})
		for range 10 {
			wg.Go(func() {
				<-gate
				s.at.Add(int64(6 * time.Minute / time.Millisecond)) // the leases of those before are over
				if _, err := s.SweepRenewals(ctx, 3); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Go(func() {
			<-gate
			_, err := s.Buy(ctx, buyers[0], membership.Order{Price: p.ID, Renew: true}, "")
			// A sweep may have paid the draft that this was to pay.
			if err != nil && !errors.Is(err, membership.ErrState) && !errors.Is(err, payment.ErrPaid) {
				t.Error(err)
			}
		})
		close(gate)
		wg.Wait()
		for range 3 {
			s.pass(6 * time.Minute)
			s.sweep()
		}
		for i, b := range buyers {
			paid, err := s.ListOf(ctx, b, membership.Filter{States: []membership.State{membership.Paid}}, mall.Page{})
			require.NoError(t, err)
			until, _, err := s.members.EndOf(ctx, b.Account, s.gold.ID)
			require.NoError(t, err)
			a, err := s.wallets.Amounts(ctx, b.Account)
			require.NoError(t, err)
			require.Equal(t, start.Add(time.Duration(paid.Total)*10*day), until)
			require.Equal(t, 10_000-100*mall.Money(paid.Total), a.Balance)
			if i > 0 {
				require.Equal(t, int64(2), paid.Total, "bought, and renewed once")
			} else {
				require.Contains(t, []int64{2, 3}, paid.Total)
			}
		}
	})
}

// TestRenewedOnce: of two sweepers that look at one membership at the same time
// the second finds it renewed.
func TestRenewedOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		s.buy(s.price(s.gold, 1000, member.Days(10)), true)
		s.pass(10 * day)
		repo := newMeet(s)
		var wg sync.WaitGroup
		sweep := func() {
			one, err := membership.New(membership.Deps{Repo: repo, Tx: s.store, Outbox: s.store, Members: s.members, Payments: s.fresh()}, membership.Config{Now: s.now})
			require.NoError(t, err)
			wg.Go(func() {
				if _, err := one.SweepRenewals(t.Context(), 10); err != nil {
					t.Error(err)
				}
			})
		}
		sweep()
		<-repo.here
		s.pass(6 * time.Minute) // what the first claimed is free again
		sweep()
		wg.Wait()
		s.balance(8000)
		until, _, err := s.members.EndOf(t.Context(), 1, s.gold.ID)
		require.NoError(t, err)
		require.True(t, until.Before(s.now().Add(11*day)))
	})
}

// meet lets two meet who look at the same: the first says so, and goes on when
// the other looks too, or cannot because it is kept off.
type meet struct {
	membership.Repository
	here, both chan struct{}
}

func newMeet(s *shop) meet {
	return meet{Repository: s.store.Memberships(), here: make(chan struct{}, 1), both: make(chan struct{})}
}

func (m meet) wait() {
	select {
	case m.here <- struct{}{}:
	default:
	}
	select {
	case m.both <- struct{}{}:
	case <-m.both:
	case <-time.After(500 * time.Millisecond):
	}
}

func (m meet) Renewal(ctx context.Context, account mall.ID) (*membership.Renewal, error) {
	r, err := m.Repository.Renewal(ctx, account)
	m.wait()
	return r, err
}

func (m meet) Tried(ctx context.Context, account, level mall.ID) (bool, error) {
	tried, err := m.Repository.Tried(ctx, account, level)
	m.wait()
	return tried, err
}

// TestOneTrial: who takes two trials of one level at the same moment gets one.
func TestOneTrial(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		prices := []membership.Price{s.price(s.gold, 0, member.Days(3)), s.price(s.gold, 0, member.Days(5))}
		repo := newMeet(s)
		var won atomic.Int64
		var wg sync.WaitGroup
		for _, p := range prices {
			shop, err := membership.New(membership.Deps{Repo: repo, Tx: s.store, Outbox: s.store, Members: s.members, Payments: s.fresh()}, membership.Config{Now: s.now})
			require.NoError(t, err)
			wg.Go(func() {
				switch _, err := shop.Buy(t.Context(), buyer, membership.Order{Price: p.ID}, ""); {
				case err == nil:
					won.Add(1)
				case !errors.Is(err, membership.ErrTried):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, int64(1), won.Load())
	})
}

// TestRenewalIsAllOrNothing: a sweep that fails after the payment leaves no
// trace of it, and the next one renews.
func TestRenewalIsAllOrNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		s.buy(s.price(s.gold, 1000, member.Days(10)), true)
		s.pass(10 * day)
		failing, err := membership.New(membership.Deps{Repo: lame{s.store.Memberships()}, Tx: s.store, Outbox: s.store, Members: s.members, Payments: s.fresh()},
			membership.Config{Now: s.now})
		require.NoError(t, err)
		_, err = failing.SweepRenewals(t.Context(), 10)
		require.ErrorIs(t, err, errLame)
		s.balance(9000)
		s.holds(nil, time.Time{})
		s.pass(6 * time.Minute)
		require.Equal(t, 1, s.sweep())
		s.balance(8000)
		s.holds(s.gold, s.now().Add(10*day))
	})
}

var errLame = errors.New("lame")

// lame cannot note agreements, which is the last thing of a renewal.
type lame struct{ membership.Repository }

func (lame) Agree(context.Context, membership.Renewal) error { return errLame }

// fresh is another payment service over the same books.
func (s *shop) fresh() *payment.Service {
	p, err := payment.New(payment.Deps{Tx: s.store, Outbox: s.store, Repo: s.store.Payments(), Wallet: s.wallets}, payment.Config{Now: s.now})
	require.NoError(s.t, err)
	return p
}
