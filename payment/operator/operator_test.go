package operator_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/operator"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func setup(t *testing.T, store storage.Store, c operator.Config) *operator.Service {
	t.Helper()
	svc, err := operator.New(operator.Deps{Tx: store, Outbox: store, Repo: store.Operators()}, c)
	require.NoError(t, err)
	return svc
}

func ExampleNew() {
	dir, _ := os.MkdirTemp("", "operator")
	defer os.RemoveAll(dir)
	ctx := context.Background()
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		panic(err)
	}
	defer store.Close()
	centres, err := operator.New(operator.Deps{Tx: store, Outbox: store, Repo: store.Operators()}, operator.Config{})
	if err != nil {
		panic(err)
	}
	_, err = centres.Save(ctx, mall.System(), operator.Operator{Name: "西湖运营中心", AppID: "wx2", Merchants: map[string]string{"wxpay": "1900000002"}})
	if err != nil {
		panic(err)
	}
	centre, _ := centres.ByAppID(ctx, "wx2")
	fmt.Println(centre.ID, centre.Name, centre.Merchants["wxpay"])
	// Output: 2 西湖运营中心 1900000002
}

func TestMerchant(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		accounts := map[string]string{"wxpay": "1900000001"}
		svc := setup(t, store, operator.Config{Default: operator.Operator{AppID: "wx1", Merchants: accounts}})
		accounts["wxpay"] = "changed" // the service has a copy
		second, err := svc.Save(t.Context(), mall.System(), operator.Operator{Name: "二", AppID: "wx2", Merchants: map[string]string{"wxpay": "1900000002"}})
		require.NoError(t, err)
		for _, c := range []struct {
			centre          mall.ID
			provider, appid string
			want            payment.Merchant
		}{
			{1, "wxpay", "", payment.Merchant{Operator: 1, AppID: "wx1", Number: "1900000001"}},
			{1, "wxpay", "wx9", payment.Merchant{Operator: 1, AppID: "wx9", Number: "1900000001"}},
			{1, "alipay", "", payment.Merchant{Operator: 1, AppID: "wx1"}},
			{second, "wxpay", "", payment.Merchant{Operator: second, AppID: "wx2", Number: "1900000002"}},
		} {
			m, err := svc.Merchant(t.Context(), c.centre, c.provider, c.appid)
			require.NoError(t, err)
			require.Equal(t, c.want, m)
		}
		_, err = svc.Merchant(t.Context(), 99, "wxpay", "")
		require.ErrorIs(t, err, mall.ErrNotFound)
	})
}

func TestACentreIsFoundByItsMiniProgram(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		ctx, staff := t.Context(), mall.System()
		svc := setup(t, store, operator.Config{Default: operator.Operator{AppID: "wx1"}})
		one, err := svc.ByAppID(ctx, "wx1")
		require.NoError(t, err)
		require.Equal(t, operator.Default, one.ID)
		two := operator.Operator{Name: "二", AppID: "wx2"}
		two.ID, err = svc.Save(ctx, staff, two)
		require.NoError(t, err)

		// A mini program belongs to one centre, be it in the row or in the settings.
		for _, appid := range []string{"wx1", "wx2"} {
			_, err = svc.Save(ctx, staff, operator.Operator{Name: "三", AppID: appid})
			require.ErrorIs(t, err, operator.ErrAppID, appid)
		}
		_, err = svc.Save(ctx, staff, operator.Operator{ID: operator.Default, Name: "一", AppID: "wx2"})
		require.ErrorIs(t, err, operator.ErrAppID)

		// What staff gave number 1 counts more than the settings.
		_, err = svc.Save(ctx, staff, operator.Operator{ID: operator.Default, Name: "一", AppID: "wx1b"})
		require.NoError(t, err)
		_, err = svc.ByAppID(ctx, "wx1b")
		require.NoError(t, err)
		for _, gone := range []string{"wx1", "", "wx3"} {
			_, err = svc.ByAppID(ctx, gone)
			require.ErrorIs(t, err, operator.ErrNone, gone)
		}

		two.Closed = true
		_, err = svc.Save(ctx, staff, two)
		require.NoError(t, err)
		_, err = svc.ByAppID(ctx, "wx2")
		require.ErrorIs(t, err, operator.ErrNone, "a closed centre's mini program is refused")
		_, err = svc.Get(ctx, two.ID)
		require.NoError(t, err, "the centre itself stays")
		list, err := svc.List(ctx, staff, mall.Page{})
		require.NoError(t, err)
		require.EqualValues(t, 2, list.Total)
	})
}

func TestOnlyStaffChangeCentres(t *testing.T) {
	t.Parallel()
	svc, ctx := setup(t, storagetest.SQLite(t), operator.Config{}), t.Context()
	buyer := mall.Actor{Account: 5, Face: mall.FaceO2O}
	_, err := svc.Save(ctx, buyer, operator.Operator{Name: "我的"})
	require.ErrorIs(t, err, mall.ErrDenied)
	_, err = svc.List(ctx, buyer, mall.Page{})
	require.ErrorIs(t, err, mall.ErrDenied)
	_, err = svc.Save(ctx, mall.Actor{}, operator.Operator{Name: "我的"})
	require.ErrorIs(t, err, mall.ErrUnauthenticated)
	clerk := mall.Actor{Account: 6, Rights: []string{operator.RightManage}}
	for _, bad := range []operator.Operator{
		{}, {Name: strings.Repeat("长", 101)}, {Name: "x", AppID: "a b"}, {Name: "x", AppID: "'; DROP"}, {Name: "x", Phone: strings.Repeat("1", 41)},
		{Name: "x", Merchants: map[string]string{"": "1"}}, {Name: "x", Merchants: map[string]string{"wxpay": " 1"}}, {ID: -1, Name: "x"},
		{ID: operator.Default, Name: "x", Closed: true},
	} {
		_, err = svc.Save(ctx, clerk, bad)
		require.ErrorIs(t, err, mall.ErrInvalid, "%+v", bad)
	}
	_, err = svc.Save(ctx, clerk, operator.Operator{ID: 99, Name: "x"})
	require.ErrorIs(t, err, operator.ErrNone)
	_, err = svc.Save(ctx, clerk, operator.Operator{Name: "新"})
	require.NoError(t, err)
}

func TestNewNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	store := storagetest.SQLite(t)
	d := operator.Deps{Tx: store, Outbox: store, Repo: store.Operators()}
	for _, broken := range []operator.Deps{{Outbox: d.Outbox, Repo: d.Repo}, {Tx: d.Tx, Repo: d.Repo}, {Tx: d.Tx, Outbox: d.Outbox}} {
		_, err := operator.New(broken, operator.Config{})
		require.ErrorContains(t, err, "is missing")
	}
	_, err := operator.New(d, operator.Config{Default: operator.Operator{ID: 2}})
	require.Error(t, err)
}
