package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func TestFreightFee(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		rule  catalog.FreightRule
		units int64
		fee   mall.Money
	}{
		{"nothing to send", catalog.FreightRule{FirstNumber: 1, First: 800}, 0, 0},
		{"below the first", catalog.FreightRule{FirstNumber: 3, First: 800, AddNumber: 1, Add: 100}, 2, 800},
		{"just the first", catalog.FreightRule{FirstNumber: 3, First: 800, AddNumber: 1, Add: 100}, 3, 800},
		{"one more", catalog.FreightRule{FirstNumber: 3, First: 800, AddNumber: 1, Add: 100}, 4, 900},
		{"a step begun", catalog.FreightRule{FirstNumber: 1000, First: 800, AddNumber: 500, Add: 300}, 1001, 1100},
		{"a step full", catalog.FreightRule{FirstNumber: 1000, First: 800, AddNumber: 500, Add: 300}, 1500, 1100},
		{"the next step", catalog.FreightRule{FirstNumber: 1000, First: 800, AddNumber: 500, Add: 300}, 1501, 1400},
		{"nothing is added", catalog.FreightRule{FirstNumber: 1, First: 800, Add: 300}, 100, 800},
		{"free from an amount on", catalog.FreightRule{}, 100, 0},
		{"more than any amount", catalog.FreightRule{First: 1, AddNumber: 1, Add: mall.MaxMoney}, 1 << 60, mall.MaxMoney},
	} {
		require.Equal(t, c.fee, c.rule.Fee(c.units), c.name)
	}
}

func TestFreightFeeNeverFalls(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		money := rapid.Int64Range(0, int64(mall.MaxMoney))
		number := rapid.Int64Range(0, 1_000_000)
		r := catalog.FreightRule{
			FirstNumber: number.Draw(t, "first number"), First: mall.Money(money.Draw(t, "first")),
			AddNumber: number.Draw(t, "add number"), Add: mall.Money(money.Draw(t, "add")),
		}
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		low, high := r.Fee(min(a, b)), r.Fee(max(a, b))
		require.LessOrEqual(t, low, high)
		require.GreaterOrEqual(t, low, mall.Money(0))
		require.LessOrEqual(t, high, mall.MaxMoney)
	})
}

const (
	zhejiang, hangzhou, xihu = "330000000000", "330100000000", "330106000000"
	xinjiang, beijing        = "650000000000", "110000000000"
)

func TestFreight(t *testing.T) {
	t.Parallel()
	b := setup(t, storagetest.SQLite(t))
	put := func(f catalog.Freight) mall.ID {
		id, err := b.goods.PutFreight(t.Context(), f)
		require.NoError(t, err)
		return id
	}
	everywhere := catalog.FreightRule{FirstNumber: 1, First: 1000, AddNumber: 1, Add: 300}
	pieces := put(catalog.Freight{Name: "快递", Rules: []catalog.FreightRule{
		everywhere,
		{Regions: []string{zhejiang}, FirstNumber: 1, First: 500, AddNumber: 1, Add: 100},
		{Regions: []string{xihu}, FirstNumber: 10, First: 0},
		{Regions: []string{xinjiang}, Refused: true},
	}})
	weight := put(catalog.Freight{Name: "大件", Basis: catalog.ByWeight, Rules: []catalog.FreightRule{
		{Regions: []string{zhejiang}, FirstNumber: 1000, First: 800, AddNumber: 500, Add: 200},
	}})
	amount := put(catalog.Freight{Name: "保价", Basis: catalog.ByAmount, Rules: []catalog.FreightRule{{FirstNumber: 10_000, First: 100, AddNumber: 10_000, Add: 100}}})
	free := put(catalog.Freight{Name: "包邮", Free: true, Rules: []catalog.FreightRule{everywhere}})

	fee := func(region []string, lines ...catalog.FreightLine) ([]mall.Money, error) {
		return b.goods.Freight(t.Context(), region, lines)
	}
	for _, c := range []struct {
		name   string
		region []string
		lines  []catalog.FreightLine
		want   []mall.Money
	}{
		{"no template", nil, []catalog.FreightLine{{Qty: 3}}, []mall.Money{0}},
		{"everywhere else", []string{beijing, "110100000000", ""}, []catalog.FreightLine{{Template: pieces, Qty: 3}}, []mall.Money{1600}},
		{"province", []string{zhejiang, hangzhou}, []catalog.FreightLine{{Template: pieces, Qty: 3}}, []mall.Money{700}},
		{"the narrowest", []string{zhejiang, hangzhou, xihu}, []catalog.FreightLine{{Template: pieces, Qty: 3}}, []mall.Money{0}},
		{"lines share", []string{zhejiang}, []catalog.FreightLine{{Template: pieces, Qty: 1}, {Qty: 9}, {Template: pieces, Qty: 2}}, []mall.Money{233, 0, 467}},
		{"by weight", []string{zhejiang}, []catalog.FreightLine{{Template: weight, Qty: 9, Weight: 1200}, {Template: weight, Weight: 1200}}, []mall.Money{700, 700}},
		{"by amount", nil, []catalog.FreightLine{{Template: amount, Amount: 10_001}}, []mall.Money{200}},
		{"free", []string{beijing}, []catalog.FreightLine{{Template: free, Qty: 3}, {Template: pieces, Qty: 1}}, []mall.Money{0, 1000}},
	} {
		got, err := fee(c.region, c.lines...)
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, got, c.name)
	}
	_, err := fee([]string{xinjiang, "650100000000"}, catalog.FreightLine{Template: pieces, Qty: 1})
	require.ErrorIs(t, err, catalog.ErrNotDelivered)
	_, err = fee([]string{beijing}, catalog.FreightLine{Template: weight, Qty: 1})
	require.ErrorIs(t, err, catalog.ErrNotDelivered, "no rule, no fallback")
	_, err = fee(nil, catalog.FreightLine{Template: 99, Qty: 1})
	require.ErrorIs(t, err, catalog.ErrFreight)

	d := plain("杯子", 100, 1)
	d.Goods.Freight = pieces
	b.save(t, d)
	require.ErrorIs(t, b.goods.DeleteFreight(t.Context(), pieces), catalog.ErrInUse)
	require.NoError(t, b.goods.DeleteFreight(t.Context(), free))
	_, err = b.goods.PutFreight(t.Context(), catalog.Freight{Name: "x", Rules: []catalog.FreightRule{everywhere, everywhere}})
	require.ErrorIs(t, err, mall.ErrInvalid, "one rule a region")
}
