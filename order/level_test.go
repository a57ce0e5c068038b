package order_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/order"
)

// membership makes a level of a rank, and goods that give it for 30 days.
func (w *world) membership(t *testing.T, rank int) (level, goods mall.ID) {
	t.Helper()
	l := member.Level{Name: "vip", Rank: rank, Rebate: mall.Whole, Active: true}
	require.NoError(t, w.members.Save(t.Context(), mall.System(), &l))
	n := int64(1000)
	goods, err := w.catalog.SaveGoods(t.Context(), mall.System(), catalog.Draft{
		Goods: catalog.Goods{Name: "vip", OnSale: true, Kind: catalog.Membership, Level: l.ID, AfterSale: []int{0}},
		SKUs:  []catalog.SKUDraft{{Price: 100, Stock: &n}}})
	require.NoError(t, err)
	return l.ID, goods
}

// holds demands a level and how many days of it are left, 0 for no level.
func (w *world) holds(t *testing.T, who mall.Actor, level mall.ID, days int) {
	t.Helper()
	l, err := w.members.LevelOf(t.Context(), who.Account)
	require.NoError(t, err)
	require.Equal(t, level, l.ID)
	if level != 0 {
		require.Equal(t, time.Duration(days)*24*time.Hour, l.ExpiresAt.Sub(w.clock.now()))
	}
}

func TestMembershipsAreGranted(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx, who := t.Context(), buyer(1)
		w.rich(t, who, 100_000, 0)
		silver, one := w.membership(t, 1)
		gold, two := w.membership(t, 2)
		first := w.place(t, who, one, 3)
		require.Equal(t, order.NoDelivery, first.Delivery)
		w.holds(t, who, 0, 0)
		require.NoError(t, w.pay(ctx, who, first.ID))
		w.holds(t, who, silver, 90)
		second := w.paidOrder(t, who, one, 1, w.tea, 1)
		w.holds(t, who, silver, 120)

		// Pieces that are refunded take theirs away, whoever asks.
		c, err := w.orders.Claim(ctx, who, order.Ref{ID: first.ID}, order.ClaimInput{Line: first.Lines[0].ID, Type: order.RefundOnly, Qty: 2})
		require.NoError(t, err)
		require.NoError(t, w.orders.RefundClaim(ctx, staff, c.ID))
		w.holds(t, who, silver, 60)
		require.NoError(t, w.orders.Invalidate(ctx, staff, order.Ref{ID: second.ID}, ""))
		w.holds(t, who, silver, 30)

		// A higher level runs beside the lower one; the lower one is refused meanwhile.
		third := w.paidOrder(t, who, two, 1)
		w.holds(t, who, gold, 30)
		_, err = w.orders.Place(ctx, who, want(one, 1))
		require.ErrorIs(t, err, order.ErrLowerLevel)
		_, err = w.orders.Quote(ctx, who, want(one, 1))
		require.ErrorIs(t, err, order.ErrLowerLevel)
		require.NoError(t, w.orders.Return(ctx, staff, order.Ref{ID: third.ID}, ""))
		w.holds(t, who, silver, 30)

		for _, n := range []int{101, 99_999} {
			_, err = w.orders.Place(ctx, who, want(one, n))
			require.ErrorIs(t, err, order.ErrQty)
		}
		l, err := w.members.Level(ctx, silver)
		require.NoError(t, err)
		l.Active = false
		require.NoError(t, w.members.Save(ctx, mall.System(), l))
		_, err = w.orders.Place(ctx, who, want(one, 1))
		require.ErrorIs(t, err, member.ErrNoLevel)
	})
}

// TestMembershipOnceUnderManyNotices: two dozen notices of two orders at the
// same time grant each of them once, one after the other.
func TestMembershipOnceUnderManyNotices(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		who := counter(1)
		silver, goods := w.membership(t, 1)
		o, other := w.place(t, who, goods, 2), w.place(t, who, goods, 1)
		p, q := w.open(t, who, o.ID), w.open(t, who, other.ID)
		notice, second := w.paid(p), w.paid(q)
		for _, err := range race(24, func(i int) error {
			if i%4 == 0 {
				_, err := w.notify(t.Context(), second)
				return err
			}
			_, err := w.notify(t.Context(), notice)
			return err
		}) {
			require.NoError(t, err)
		}
		w.holds(t, who, silver, 90)
	})
}
