package membership_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/membership"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

const day = 24 * time.Hour

var (
	buyer = mall.Actor{Account: 1, Face: mall.FaceWXAPI}
	staff = mall.Actor{Account: 9, Face: mall.FaceManager, Rights: []string{membership.Right, member.RightLevels}}
	month = member.Term{N: 1, Unit: mall.Monthly}
)

// shop sells silver and gold to account 1, who has 100 yuan.
type shop struct {
	*membership.Service
	t            *testing.T
	store        storage.Store
	members      *member.Service
	payments     *payment.Service
	wallets      *wallet.Service
	silver, gold *member.Level
	at           atomic.Int64 // the clock, unix milliseconds
	earned       mall.ID
	need         bool
}

func each(t *testing.T, body func(t *testing.T, s *shop)) {
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		body(t, open(t, store))
	})
}

func open(t *testing.T, store storage.Store) *shop {
	s := &shop{t: t, store: store}
	s.set(time.Date(2026, 1, 31, 2, 0, 0, 0, time.UTC))
	need := func(context.Context, mall.Actor) (bool, error) { return s.need, nil }
	var err error
	s.wallets, err = wallet.New(wallet.Deps{Repo: store.Wallets(), Tx: store, Outbox: store, Hasher: secret.New(secret.Config{Memory: 64, Time: 1})}, wallet.Config{Now: s.now})
	require.NoError(t, err)
	s.payments, err = payment.New(payment.Deps{Tx: store, Outbox: store, Repo: store.Payments(), Wallet: s.wallets}, payment.Config{Now: s.now, NeedPassword: need})
	require.NoError(t, err)
	s.members, err = member.New(member.Deps{Tx: store, Outbox: store, Repository: store.Members()}, member.Config{Now: s.now})
	require.NoError(t, err)
	s.Service, err = membership.New(membership.Deps{Repo: store.Memberships(), Tx: store, Outbox: store, Members: s.members, Payments: s.payments},
		membership.Config{Now: s.now, NeedPassword: need})
	require.NoError(t, err)
	require.NoError(t, s.payments.Seal())
	s.silver, s.gold = s.level("银卡", 1), s.level("金卡", 2)
	s.earn(1, 10_000)
	return s
}

func (s *shop) now() time.Time       { return time.UnixMilli(s.at.Load()).UTC() }
func (s *shop) set(at time.Time)     { s.at.Store(at.UnixMilli()) }
func (s *shop) pass(d time.Duration) { s.set(s.now().Add(d)) }

func (s *shop) level(name string, rank int) *member.Level {
	s.t.Helper()
	l := &member.Level{Name: name, Rank: rank, Rebate: 9000, Active: true}
	require.NoError(s.t, s.members.Save(s.t.Context(), staff, l))
	return l
}

func (s *shop) earn(account mall.ID, amount mall.Money) {
	s.t.Helper()
	s.earned++
	require.NoError(s.t, s.wallets.Earn(s.t.Context(), wallet.Move{Account: account, Kind: payment.KindRecharge, Amount: amount,
		Source: wallet.Source{Type: "test", ID: s.earned}}))
}

func (s *shop) price(l *member.Level, amount mall.Money, term member.Term) membership.Price {
	s.t.Helper()
	p, err := s.SavePrice(s.t.Context(), staff, membership.Price{Level: l.ID, Amount: amount, Term: term})
	require.NoError(s.t, err)
	return p
}

func (s *shop) buy(p membership.Price, renew bool) *membership.Purchase {
	s.t.Helper()
	d, err := s.Buy(s.t.Context(), buyer, membership.Order{Price: p.ID, Renew: renew}, "")
	require.NoError(s.t, err)
	require.Equal(s.t, membership.Paid, d.State)
	return d
}

// balance holds the buyer's wallet and its ledger to an amount.
func (s *shop) balance(want mall.Money) {
	s.t.Helper()
	a, err := s.wallets.Amounts(s.t.Context(), 1)
	require.NoError(s.t, err)
	sum, _, err := s.store.Wallets().Sum(s.t.Context(), 1)
	require.NoError(s.t, err)
	require.Equal(s.t, []mall.Money{want, want}, []mall.Money{a.Balance, sum})
}

// holds is the level that the buyer has now, and until when.
func (s *shop) holds(l *member.Level, until time.Time) {
	s.t.Helper()
	held, err := s.members.LevelOf(s.t.Context(), 1)
	require.NoError(s.t, err)
	want := mall.ID(0)
	if l != nil {
		want = l.ID
	}
	require.Equal(s.t, want, held.ID)
	require.Equal(s.t, until, held.ExpiresAt)
}

func TestPrices(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		for _, p := range []membership.Price{{Level: s.gold.ID}, {Level: s.gold.ID, Amount: -1, Term: month}, {Level: s.gold.ID, Amount: mall.MaxMoney + 1, Term: month},
			{Level: s.gold.ID, Amount: 1, Term: member.Term{N: -1}}, {Level: s.gold.ID, Amount: 1, Term: member.Term{N: 1, Unit: mall.Weekly}},
			{Level: s.gold.ID, Amount: 1, Term: member.Term{N: 101, Unit: mall.Yearly}}} {
			_, err := s.SavePrice(ctx, staff, p)
			require.ErrorIs(t, err, membership.ErrPrice)
		}
		_, err := s.SavePrice(ctx, staff, membership.Price{Level: 999, Amount: 1, Term: month})
		require.ErrorIs(t, err, member.ErrNoLevel)
		_, err = s.SavePrice(ctx, staff, membership.Price{ID: 999, Level: s.gold.ID, Amount: 1, Term: month})
		require.ErrorIs(t, err, membership.ErrNoPrice)
		p, year := s.price(s.gold, 3000, month), s.price(s.gold, 20_000, member.Term{N: 1, Unit: mall.Yearly})
		_, err = s.SavePrice(ctx, buyer, p)
		require.ErrorIs(t, err, mall.ErrDenied)
		same, err := s.SavePrice(ctx, staff, p)
		require.NoError(t, err)
		require.Equal(t, p, same, "nothing differs")
		p.Amount = 3100
		dearer, err := s.SavePrice(ctx, staff, p)
		require.NoError(t, err)
		require.NotEqual(t, p.ID, dearer.ID)
		list, err := s.Prices(ctx, s.gold.ID)
		require.NoError(t, err)
		require.Equal(t, []membership.Price{dearer, year}, list)
		s.buy(dearer, false)
		list, err = s.Prices(ctx, s.gold.ID)
		require.NoError(t, err)
		require.Equal(t, int64(1), list[0].Sold)

		require.ErrorIs(t, s.DeletePrice(ctx, buyer, year.ID), mall.ErrDenied)
		require.NoError(t, s.DeletePrice(ctx, staff, year.ID))
		require.ErrorIs(t, s.DeletePrice(ctx, staff, year.ID), membership.ErrNoPrice)
		require.ErrorIs(t, s.DeleteLevel(ctx, buyer, s.gold.ID), mall.ErrDenied)
		require.ErrorIs(t, s.DeleteLevel(ctx, mall.Actor{Account: 9, Rights: []string{membership.Right}}, s.gold.ID), mall.ErrDenied)
		require.ErrorIs(t, s.DeleteLevel(ctx, staff, s.gold.ID), member.ErrHeld)
		list, err = s.Prices(ctx, s.gold.ID)
		require.NoError(t, err)
		require.Len(t, list, 1, "a refusal changes nothing")
		s.gold.Active = false
		require.NoError(t, s.members.Save(ctx, staff, s.gold))
		list, err = s.Prices(ctx, s.gold.ID)
		require.NoError(t, err)
		require.Empty(t, list, "not offered")
		s.price(s.silver, 1, month)
		require.NoError(t, s.DeleteLevel(ctx, staff, s.silver.ID))
		list, err = s.Prices(ctx, s.silver.ID)
		require.NoError(t, err)
		require.Empty(t, list)
		for range 49 {
			s.price(s.gold, 1, month)
		}
		_, err = s.SavePrice(ctx, staff, membership.Price{Level: s.gold.ID, Amount: 1, Term: month})
		require.ErrorIs(t, err, membership.ErrTooMany)
	})
}

// TestTerms: a membership begins at once, is lengthened from its end, gives way
// to a higher one and hides no higher one, and is over on time.
func TestTerms(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		ctx, start := t.Context(), s.now()
		silver, gold, week := s.price(s.silver, 1000, month), s.price(s.gold, 2000, month), s.price(s.gold, 500, member.Days(7))
		first := s.buy(silver, false)
		s.holds(s.silver, time.Date(2026, 2, 28, 2, 0, 0, 0, time.UTC))
		second := s.buy(silver, false)
		require.NotEqual(t, first.ID, second.ID)
		s.holds(s.silver, time.Date(2026, 3, 31, 2, 0, 0, 0, time.UTC))
		s.buy(week, false)
		s.holds(s.gold, start.Add(7*day))
		_, err := s.Buy(ctx, buyer, membership.Order{Price: silver.ID}, "")
		require.ErrorIs(t, err, membership.ErrLower)
		_, err = s.Refund(ctx, staff, second.ID, 0)
		require.NoError(t, err)
		s.holds(s.gold, start.Add(7*day))
		s.pass(7*day - time.Millisecond)
		s.holds(s.gold, start.Add(7*day))
		s.pass(time.Millisecond)
		s.holds(s.silver, time.Date(2026, 2, 28, 2, 0, 0, 0, time.UTC))
		s.buy(gold, false)
		s.holds(s.gold, time.Date(2026, 3, 7, 2, 0, 0, 0, time.UTC))
		s.set(time.Date(2026, 3, 7, 2, 0, 0, 0, time.UTC))
		s.holds(nil, time.Time{})
		s.balance(10_000 - 1000 - 500 - 2000)

		require.NoError(t, s.members.Give(ctx, 1, s.silver.ID, member.Term{}, "gift:1"))
		_, err = s.Buy(ctx, buyer, membership.Order{Price: silver.ID}, "")
		require.ErrorIs(t, err, membership.ErrLong)
		s.buy(s.price(s.gold, 1, member.Term{N: 99, Unit: mall.Yearly}), false)
		_, err = s.Buy(ctx, buyer, membership.Order{Price: s.price(s.gold, 1, member.Term{N: 2, Unit: mall.Yearly}).ID}, "")
		require.ErrorIs(t, err, membership.ErrLong)
		s.gold.Active = false
		require.NoError(t, s.members.Save(ctx, staff, s.gold))
		_, err = s.Buy(ctx, buyer, membership.Order{Price: gold.ID}, "")
		require.ErrorIs(t, err, member.ErrNoLevel)
	})
}

func TestBuyFromTheBalance(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		dear, free := s.price(s.gold, 12_000, month), s.price(s.gold, 0, member.Days(7))
		_, err := s.Buy(ctx, mall.Actor{}, membership.Order{Price: dear.ID}, "")
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
		_, err = s.Buy(ctx, buyer, membership.Order{Price: 999}, "")
		require.ErrorIs(t, err, membership.ErrNoPrice)
		_, err = s.Buy(ctx, buyer, membership.Order{Price: dear.ID, Remark: strings.Repeat("长", 201)}, "")
		require.ErrorIs(t, err, mall.ErrInvalid)
		short := func(want ...any) {
			t.Helper()
			_, err := s.Buy(ctx, buyer, membership.Order{Price: dear.ID}, "")
			require.ErrorIs(t, err, membership.ErrShort)
			var e *mall.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, want, e.Args)
		}
		short(mall.Money(2000), mall.Money(12_000))
		s.need = true
		short(mall.Money(12_000), mall.Money(12_000))
		_, err = s.Buy(ctx, buyer, membership.Order{Price: dear.ID}, "123456")
		require.ErrorIs(t, err, membership.ErrShort)
		s.buy(free, true)
		renews, err := s.Renewing(ctx, 1)
		require.NoError(t, err)
		require.Zero(t, renews, "what costs nothing is not renewed")
		_, err = s.Buy(ctx, buyer, membership.Order{Price: s.price(s.gold, 0, month).ID}, "")
		require.ErrorIs(t, err, membership.ErrTried, "whatever its price is called")
		s.need = false
		s.earn(1, 2000)
		s.pass(time.Second)
		d, err := s.Buy(ctx, buyer, membership.Order{Price: dear.ID, Remark: "谢谢"}, "")
		require.NoError(t, err)
		s.balance(0)
		list, err := s.ListOf(ctx, buyer, membership.Filter{States: []membership.State{membership.Paid}}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(2), list.Total)
		require.Equal(t, []any{d.ID, "谢谢", "金卡", s.now()}, []any{list.Items[0].ID, list.Items[0].Remark, list.Items[0].Name, list.Items[0].Paid})
		logs, err := s.wallets.CashLogs(ctx, 1, wallet.Filter{Kinds: []wallet.Kind{payment.KindLevel}}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(1), logs.Total)
		_, err = s.GetOf(ctx, mall.Actor{Account: 2}, d.ID)
		require.ErrorIs(t, err, membership.ErrNone)
		_, err = s.List(ctx, buyer, membership.Filter{}, mall.Page{})
		require.ErrorIs(t, err, mall.ErrDenied)
		all, err := s.List(ctx, staff, membership.Filter{Level: s.gold.ID}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(2), all.Total)
	})
}

// TestRefundTakesItsOwnGrant, once, and nobody else's.
func TestRefundTakesItsOwnGrant(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		p := s.price(s.gold, 3000, month)
		first, second := s.buy(p, false), s.buy(p, true)
		free := s.price(s.silver, 0, member.Days(3))
		s.holds(s.gold, time.Date(2026, 3, 31, 2, 0, 0, 0, time.UTC))
		renews, err := s.Renewing(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, s.gold.ID, renews)
		_, err = s.Refund(ctx, buyer, first.ID, 0)
		require.ErrorIs(t, err, mall.ErrDenied)
		_, err = s.Refund(ctx, staff, 999, 0)
		require.ErrorIs(t, err, membership.ErrNone)
		for _, amount := range []mall.Money{-1, 3001} {
			_, err = s.Refund(ctx, staff, first.ID, amount)
			require.ErrorIs(t, err, membership.ErrAmount)
		}
		d, err := s.Refund(ctx, staff, first.ID, 1000)
		require.NoError(t, err)
		require.Equal(t, []any{membership.Refunded, mall.Money(1000), mall.ID(9), s.now()}, []any{d.State, d.Refunded, d.By, d.Ended})
		s.balance(10_000 - 6000 + 1000)
		s.holds(s.gold, time.Date(2026, 2, 28, 2, 0, 0, 0, time.UTC))
		renews, err = s.Renewing(ctx, 1)
		require.NoError(t, err)
		require.Zero(t, renews, "what was given back is not bought again")
		_, err = s.Refund(ctx, staff, first.ID, 1000)
		require.ErrorIs(t, err, membership.ErrState)
		draft, err := s.Draft(ctx, buyer, membership.Order{Price: p.ID})
		require.NoError(t, err)
		_, err = s.Refund(ctx, staff, draft.ID, 0)
		require.ErrorIs(t, err, membership.ErrState)

		// The host gives money back past this room.
		host := func(source string, amount mall.Money) {
			require.NoError(t, s.store.Do(ctx, func(ctx context.Context) error {
				_, err := s.payments.Refund(ctx, mall.System(), payment.RefundInput{Purpose: membership.Purpose, Ref: second.ID, Source: source, Amount: amount})
				return err
			}))
		}
		host("host:1", 500)
		s.holds(s.gold, time.Date(2026, 2, 28, 2, 0, 0, 0, time.UTC))
		host("host:2", 2500)
		s.holds(nil, time.Time{})
		s.balance(10_000 - 6000 + 1000 + 3000)

		trial := s.buy(free, false)
		s.holds(s.silver, s.now().Add(3*day))
		_, err = s.Refund(ctx, staff, trial.ID, 0)
		require.NoError(t, err)
		s.holds(nil, time.Time{})
		_, err = s.Buy(ctx, buyer, membership.Order{Price: free.ID}, "")
		require.ErrorIs(t, err, membership.ErrTried)
	})
}

// TestDraftsAreForgotten a month after they were last asked for, purchases never.
func TestDraftsAreForgotten(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		bought, p := s.buy(s.price(s.gold, 1, month), false), s.price(s.gold, 2, month)
		d, err := s.Draft(ctx, buyer, membership.Order{Price: p.ID})
		require.NoError(t, err)
		s.pass(20 * day)
		again, err := s.Draft(ctx, buyer, membership.Order{Price: p.ID})
		require.NoError(t, err)
		require.Equal(t, d.ID, again.ID)
		for want, wait := range []time.Duration{20 * day, 11 * day} {
			s.pass(wait)
			n, err := s.SweepDrafts(ctx, 10)
			require.NoError(t, err)
			require.Equal(t, want, n)
		}
		_, err = s.GetOf(ctx, buyer, d.ID)
		require.ErrorIs(t, err, membership.ErrNone)
		_, err = s.GetOf(ctx, buyer, bought.ID)
		require.NoError(t, err)
	})
}

// TestErase: no words are left, and nothing is renewed for who is gone.
func TestErase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		_, err := s.Buy(ctx, buyer, membership.Order{Price: s.price(s.gold, 3000, month).ID, Renew: true, Remark: "Geheimrat"}, "")
		require.NoError(t, err)
		require.NotEmpty(t, storagetest.Grep(t, s.store, "Geheimrat"))
		export, err := s.Eraser().Export(ctx, 1)
		require.NoError(t, err)
		exported := export.(membership.Exported)
		require.Len(t, exported.Purchases, 1)
		require.Equal(t, []mall.ID{s.gold.ID, s.gold.ID}, []mall.ID{exported.Level.ID, exported.Renewal.Level})
		require.NoError(t, s.store.Do(ctx, func(ctx context.Context) error { return s.Eraser().Erase(ctx, 1) }))
		require.Empty(t, storagetest.Grep(t, s.store, "Geheimrat"))
		renews, err := s.Renewing(ctx, 1)
		require.NoError(t, err)
		require.Zero(t, renews)
	})
}

// race runs fn in many goroutines behind one gate and counts who wins; every
// other error than the expected ones fails the test.
func (s *shop) race(n int, fn func() error, expected ...error) (won int64) {
	var count atomic.Int64
	var wg sync.WaitGroup
	gate := make(chan struct{})
	for range n {
		wg.Go(func() {
			<-gate
			err := fn()
			for _, e := range expected {
				if errors.Is(err, e) {
					return
				}
			}
			if err != nil {
				s.t.Error(err)
				return
			}
			count.Add(1)
		})
	}
	close(gate)
	wg.Wait()
	return count.Load()
}

// TestRaces: however many buy at once, everyone who pays gets a term, nobody
// pays what is not there, what is free is given once, and a refund happens once.
func TestRaces(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		ctx := t.Context()
		free, p := s.price(s.silver, 0, member.Days(3)), s.price(s.gold, 3000, member.Days(10))
		lost := []error{membership.ErrTried, membership.ErrState, membership.ErrShort, wallet.ErrShort, payment.ErrPaid}
		buy := func(price mall.ID) func() error {
			return func() error { _, err := s.Buy(ctx, buyer, membership.Order{Price: price}, ""); return err }
		}
		second := s.price(s.silver, 0, member.Days(3))
		var turn atomic.Int64
		require.Equal(t, int64(1), s.race(20, func() error { return buy([]mall.ID{free.ID, second.ID}[turn.Add(1)%2])() }, lost...), "one of two trials")
		s.holds(s.silver, s.now().Add(3*day))
		won := s.race(20, buy(p.ID), lost...)
		require.True(t, won >= 1 && won <= 3, won)
		s.balance(10_000 - mall.Money(won)*3000)
		s.holds(s.gold, s.now().Add(time.Duration(won)*10*day))
		list, err := s.ListOf(ctx, buyer, membership.Filter{Level: s.gold.ID, States: []membership.State{membership.Paid}}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, won, list.Total)
		id := list.Items[0].ID
		require.Equal(t, int64(1), s.race(20, func() error { _, err := s.Refund(ctx, staff, id, 0); return err }, membership.ErrState))
		s.balance(10_000 - mall.Money(won-1)*3000)
	})
}
