package storagetest

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

var orderTime = time.UnixMilli(1_790_000_000_123).UTC()

// anOrder has something in every field that is stored.
func anOrder(number string, buyer mall.ID) *order.Order {
	lat := 30.25
	o := &order.Order{Number: number, Parent: 0, Buyer: buyer, Level: 2, Face: mall.FaceWXAPI, Shop: 3, Key: "k" + number,
		State: order.State{Pay: order.Unpaid, Ful: order.Idle, End: order.Open}, Delivery: order.Express, CanRedeem: true, PickUpShop: 4, PickUpName: "店",
		Address: order.Address{LinkMan: "张三", Mobile: "13800000000", Latitude: &lat}, List: 1500, FreightList: 100, Freight: 50,
		Fees: []order.Fee{{Name: "bag", Amount: 10}}, Reduced: 150, FreightCuts: []order.Reduction{{Source: "free", Amount: 50}}, Payable: 1460,
		Points: 7, Deducted: 8, Remark: "'; --😀", Ext: json.RawMessage(`{"a":1}`), Addr: "192.0.2.1", Inviter: 9,
		Due: orderTime.Add(time.Hour), Added: orderTime, Updated: orderTime}
	for i := range 2 {
		o.Lines = append(o.Lines, order.Line{Goods: 10, SKU: mall.ID(100 + i), Category: 5, Shop: 3, Kind: "parcel", Name: "茶", Sub: "sub", Picture: "/p.png",
			Options: "1:11,", Property: "颜色:红", BarCode: "69", Unit: "件", Addons: []order.Addon{{ID: 1, Group: 2, Name: "n", Title: "t", Price: 3}}, Claims: "0,1",
			Qty: 2, ListUnit: 375, PriceUnit: 350, List: 750, Payable: 700, Freight: 25, Points: 3, Deducted: 4,
			Reductions: []order.Reduction{{Source: order.SourceLevel, Amount: 50}}, Weight: 200, Template: 6, Inviter: 9, Level: 2, LevelDays: 30})
	}
	return o
}

func insertOrder(t *testing.T, ctx context.Context, repo order.Repository, o *order.Order) {
	t.Helper()
	ok, err := repo.Insert(ctx, o)
	require.NoError(t, err)
	require.True(t, ok)
}

func testOrders(t *testing.T, open Open) {
	store := open(t)
	repo := store.Orders()
	ctx := t.Context()
	do := func(fn func(ctx context.Context)) {
		t.Helper()
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error { fn(ctx); return nil }))
	}
	_, err := repo.Insert(ctx, anOrder("none", 1))
	require.ErrorIs(t, err, mall.ErrNoTx)

	o := anOrder("n1", 1)
	rolledBack(t, store, func(ctx context.Context) {
		insertOrder(t, ctx, repo, o)
		got, err := repo.Get(ctx, o.ID)
		require.NoError(t, err)
		require.Equal(t, o, got, "a transaction reads its own writes")
		ok, err := repo.Save(ctx, o)
		require.NoError(t, err)
		require.True(t, ok)
		require.NoError(t, repo.SaveLine(ctx, &o.Lines[0]))
		require.NoError(t, repo.AddLog(ctx, order.Log{Order: o.ID, Move: order.MovePlace, At: orderTime}))
		require.NoError(t, repo.AddShipment(ctx, &order.Shipment{Order: o.ID, At: orderTime}))
	})
	_, err = repo.Get(ctx, o.ID)
	require.ErrorIs(t, err, mall.ErrNotFound)
	logs, err := repo.Logs(ctx, o.ID)
	require.NoError(t, err)
	require.Empty(t, logs)

	o = anOrder("n1", 1)
	do(func(ctx context.Context) {
		insertOrder(t, ctx, repo, o)
		same := anOrder("n1", 2)
		ok, err := repo.Insert(ctx, same)
		require.NoError(t, err)
		require.False(t, ok, "a number is given once")
		key := anOrder("n2", 1)
		key.Key = "kn1"
		ok, err = repo.Insert(ctx, key)
		require.NoError(t, err)
		require.False(t, ok, "a buyer's key is used once")
		key.Buyer = 2
		insertOrder(t, ctx, repo, key)
	})
	got, err := repo.Get(ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, o, got)
	id, err := repo.FindByNumber(ctx, "n1")
	require.NoError(t, err)
	require.Equal(t, o.ID, id)
	id, err = repo.FindByKey(ctx, 1, "kn1")
	require.NoError(t, err)
	require.Equal(t, o.ID, id)
	for _, find := range []func() (mall.ID, error){
		func() (mall.ID, error) { return repo.FindByNumber(ctx, "no") },
		func() (mall.ID, error) { return repo.FindByKey(ctx, 1, "") },
	} {
		id, err = find()
		require.NoError(t, err)
		require.Zero(t, id)
	}

	do(func(ctx context.Context) {
		o.State = order.State{Pay: order.Paid, Ful: order.Shipped, End: order.Open}
		o.Paid, o.Refunded, o.OpenClaims, o.Payment, o.PaidAs = 1460, 60, 1, 77, o.ID
		o.PaidAt, o.ShippedAt, o.Received, o.Ended, o.Tried = orderTime, orderTime, orderTime, orderTime, orderTime
		o.HiddenBy, o.Updated = order.HideBuyer, orderTime.Add(time.Second)
		old := *o
		ok, err := repo.Save(ctx, o)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, int64(1), o.Version)
		ok, err = repo.Save(ctx, &old)
		require.NoError(t, err)
		require.False(t, ok, "a stale copy writes nothing")
		l := &o.Lines[1]
		l.Payable, l.Freight, l.Shipped, l.Redeemed, l.Refunded, l.RefundedMoney, l.FreightBack, l.Claim, l.LastClaim = 600, 20, 1, 1, 1, 300, 7, 5, 5
		l.Reductions = append(l.Reductions, order.Reduction{Source: order.SourceManual, Ref: "x", Amount: -3})
		l.Review = order.Review{Grade: order.Good, Stars: 5, Remark: "好", Pictures: []string{"/a.png"}, At: orderTime}
		require.NoError(t, repo.SaveLine(ctx, l))
		ship := &order.Shipment{Order: o.ID, Code: "SF", Name: "顺丰", Tracking: "1", Pieces: []order.Piece{{Line: l.ID, Qty: 1}}, At: orderTime}
		require.NoError(t, repo.AddShipment(ctx, ship))
		ships, err := repo.Shipments(ctx, []mall.ID{o.ID})
		require.NoError(t, err)
		require.Equal(t, []order.Shipment{*ship}, ships)
		entry := order.Log{Order: o.ID, Move: order.MoveShip, Actor: 3, Face: mall.FaceManager, Addr: "a", From: order.State{Pay: order.Paid, Ful: order.Idle, End: order.Open}, To: o.State, Reason: "r", At: orderTime}
		require.NoError(t, repo.AddLog(ctx, order.Log{Order: o.ID, Move: order.MovePlace, Actor: 1, Addr: "mine", Reason: "r", At: orderTime}, entry))
		logs, err := repo.Logs(ctx, o.ID)
		require.NoError(t, err)
		require.Len(t, logs, 2)
		entry.ID = logs[1].ID
		require.Equal(t, entry, logs[1])
	})
	got, err = repo.Get(ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, o, got)

	do(func(ctx context.Context) { require.NoError(t, repo.Erase(ctx, 1)) })
	got, err = repo.Get(ctx, o.ID)
	require.NoError(t, err)
	require.Equal(t, order.Address{}, got.Address)
	require.Empty(t, got.Remark+got.Addr+string(got.Ext)+got.Lines[1].Review.Remark)
	require.Equal(t, o.Payable, got.Payable)
	traces := func() (all []string) {
		logs, err := repo.Logs(ctx, o.ID)
		require.NoError(t, err)
		for _, l := range logs {
			all = append(all, l.Addr+"/"+l.Reason)
		}
		return all
	}
	require.Equal(t, []string{"/", "a/"}, traces(), "another's address on my order is another's")
	do(func(ctx context.Context) { require.NoError(t, repo.Erase(ctx, 3)) })
	require.Equal(t, []string{"/", "/"}, traces())
}

// testOrderLists: filters, sweeps and counters; phases in SQL and in Go agree.
func testOrderLists(t *testing.T, open Open) {
	store := open(t)
	repo := store.Orders()
	ctx := t.Context()
	states := []order.State{}
	for _, p := range []order.Pay{order.Unpaid, order.Paid, order.Refunded} {
		for _, f := range []order.Fulfilment{order.Idle, order.Waiting, order.Preparing, order.Part, order.Shipped, order.Received} {
			for _, e := range []order.End{order.Open, order.Cancelled, order.Expired, order.Invalid, order.Reviewed} {
				switch {
				case p == order.Unpaid && (f != order.Idle || e == order.Reviewed), p != order.Unpaid && (e == order.Cancelled || e == order.Expired),
					e == order.Reviewed && f != order.Received:
					continue
				}
				states = append(states, order.State{Pay: p, Ful: f, End: e})
			}
		}
	}
	now := orderTime.Add(time.Hour)
	want := map[order.Phase]int64{}
	var late, shipped mall.ID
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		n := 0
		for _, s := range states {
			for _, due := range []time.Time{{}, now.Add(-time.Second), now.Add(time.Minute)} {
				n++
				o := anOrder("n"+string(rune('a'+n%26))+time.Duration(n).String(), 1)
				o.State, o.Due, o.ShippedAt, o.Received = s, due, orderTime, orderTime
				o.HeldOpen = n%7 == 0
				insertOrder(t, ctx, repo, o)
				want[o.Phase(now)]++
				if o.Overdue(now) {
					late = o.ID
				}
				if s == (order.State{Pay: order.Paid, Ful: order.Shipped, End: order.Open}) {
					shipped = o.ID
				}
			}
		}
		parent := anOrder("parent", 1)
		parent.Parts, parent.Lines = true, nil
		insertOrder(t, ctx, repo, parent)
		child := anOrder("child", 2)
		child.Parent, child.Due = parent.ID, now.Add(time.Minute)
		insertOrder(t, ctx, repo, child)
		ids, err := repo.Children(ctx, parent.ID)
		require.NoError(t, err)
		require.Equal(t, []mall.ID{child.ID}, ids)
		return nil
	}))
	f := order.Filter{Now: now, Buyer: 1}
	counts, err := repo.Counts(ctx, f)
	require.NoError(t, err)
	require.Equal(t, want, counts)
	for _, p := range order.Phases() {
		f.Phases = []order.Phase{p}
		list, err := repo.List(ctx, f, mall.Page{Limit: 100})
		require.NoError(t, err)
		require.Equal(t, want[p], list.Total, "%s", p)
		for _, o := range list.Items {
			require.Equal(t, p, o.Phase(now))
		}
	}
	f.Phases = order.Phases()
	var walked int64
	for after := mall.ID(0); ; {
		os, err := repo.Each(ctx, f, after, 7)
		require.NoError(t, err)
		if len(os) == 0 {
			break
		}
		walked, after = walked+int64(len(os)), os[len(os)-1].ID
	}
	list, err := repo.List(ctx, f, mall.Page{Limit: 1, Offset: 3})
	require.NoError(t, err)
	require.Equal(t, walked, list.Total)
	require.Len(t, list.Items, 1)

	ids, err := repo.Overdue(ctx, now, 10)
	require.NoError(t, err)
	require.Equal(t, []mall.ID{late}, ids)
	ids, err = repo.OverdueOf(ctx, []mall.ID{101, 999}, now, 10)
	require.NoError(t, err)
	require.Equal(t, []mall.ID{late}, ids)
	ids, err = repo.OverdueOf(ctx, []mall.ID{999}, now, 10)
	require.NoError(t, err)
	require.Empty(t, ids)
	ids, err = repo.Due(ctx, order.State{Pay: order.Paid, Ful: order.Shipped, End: order.Open}, now, 10)
	require.NoError(t, err)
	require.Contains(t, ids, shipped)
	require.Len(t, ids, 3)
	ids, err = repo.Due(ctx, order.State{Pay: order.Paid, Ful: order.Received, End: order.Open}, orderTime.Add(-1), 10)
	require.NoError(t, err)
	require.Empty(t, ids)
	live, err := repo.Live(ctx, 1, now)
	require.NoError(t, err)
	require.True(t, live)
	live, err = repo.Live(ctx, 5, now)
	require.NoError(t, err)
	require.False(t, live)
}

// testUnpaidOrders: what a buyer can still pay is counted by one transaction at
// a time.
func testUnpaidOrders(t *testing.T, open Open) {
	store := open(t)
	repo, now := store.Orders(), orderTime
	_, err := repo.CountUnpaid(t.Context(), 1, mall.FaceO2O, now)
	require.ErrorIs(t, err, mall.ErrNoTx)
	for i, edit := range []func(o *order.Order){
		func(*order.Order) {}, func(o *order.Order) { o.Due = time.Time{} },
		func(o *order.Order) { o.Due = now }, func(o *order.Order) { o.HeldOpen = true }, func(o *order.Order) { o.Face = mall.FaceWXAPI },
		func(o *order.Order) { o.Buyer = 2 }, func(o *order.Order) { o.State.Pay = order.Paid }, func(o *order.Order) { o.State.End = order.Cancelled },
	} {
		o := anOrder(fmt.Sprint("n", i), 1)
		o.Face, o.Due = mall.FaceO2O, now.Add(time.Millisecond)
		edit(o)
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error { insertOrder(t, ctx, repo, o); return nil }))
	}
	require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
		n, err := repo.CountUnpaid(ctx, 1, mall.FaceO2O, now)
		require.Equal(t, order.UnpaidCount{Orders: 2, Pieces: 8}, n)
		return err
	}))

	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			<-start
			_ = store.Do(t.Context(), func(ctx context.Context) error {
				n, err := repo.CountUnpaid(ctx, 3, mall.FaceO2O, now)
				if err != nil || n.Orders >= 5 {
					return err
				}
				o := anOrder(fmt.Sprint("race", i), 3)
				o.Face = mall.FaceO2O
				_, err = repo.Insert(ctx, o)
				return err
			})
		})
	}
	close(start)
	wg.Wait()
	require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
		n, err := repo.CountUnpaid(ctx, 3, mall.FaceO2O, now)
		require.Equal(t, order.UnpaidCount{Orders: 5, Pieces: 20}, n)
		return err
	}))
}

// testOrderRaces: of many that save one version, one wins.
func testOrderRaces(t *testing.T, open Open) {
	store := open(t)
	repo := store.Orders()
	o := anOrder("n1", 1)
	require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error { insertOrder(t, ctx, repo, o); return nil }))
	start := make(chan struct{})
	var wg sync.WaitGroup
	wins := make([]bool, 20)
	for i := range wins {
		wg.Go(func() {
			mine := *o
			<-start
			_ = store.Do(t.Context(), func(ctx context.Context) (err error) {
				try := mine
				wins[i], err = repo.Save(ctx, &try)
				return err
			})
		})
	}
	close(start)
	wg.Wait()
	n := 0
	for _, won := range wins {
		if won {
			n++
		}
	}
	require.Equal(t, 1, n)
}
