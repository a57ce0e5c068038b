package httpadapter_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestStatisticsEqualLists: whatever combination of payment, fulfilment, end,
// overdue time and claims orders are in, each is counted under exactly the status
// under which it is listed, and shows that status itself.
func TestStatisticsEqualLists(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		kit := apitest.New(t, store)
		token := kit.Register("ann")
		buyer, now := kit.Buyer(token).Account, kit.Clock.Now()
		var all []*order.Order
		for _, pay := range []order.Pay{order.Unpaid, order.Paid, order.Refunded} {
			for _, ful := range []order.Fulfilment{order.Idle, order.Waiting, order.Preparing, order.Part, order.Shipped, order.Received} {
				for _, end := range []order.End{order.Open, order.Cancelled, order.Expired, order.Invalid, order.Reviewed} {
					if pay == order.Unpaid && (ful != order.Idle || end == order.Reviewed) || pay != order.Unpaid && (end == order.Cancelled || end == order.Expired) {
						continue // no order ever is in such a state, see order.TestEveryPairOfStates
					}
					for i, due := range []time.Time{now, now.Add(-time.Minute), now.Add(time.Minute)} {
						all = append(all, &order.Order{Number: fmt.Sprintf("2026%06d", len(all)), Buyer: buyer, Face: mall.FaceWXAPI, Delivery: order.Express,
							State: order.State{Pay: pay, Ful: ful, End: end}, OpenClaims: int64(i), HeldOpen: i == 1, Due: due, Added: now, Updated: now})
					}
				}
			}
		}
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			for _, o := range all {
				if ok, err := store.Orders().Insert(ctx, o); err != nil || !ok {
					return fmt.Errorf("insert: %v %w", ok, err)
				}
			}
			return nil
		}))

		counts := kit.Call("GET", "order/statistics", apitest.Fields{"token": token}).OK(t)
		sum := 0
		for key, status := range map[string]string{"count_id_no_pay": "0", "count_id_no_transfer": "1", "count_id_no_confirm": "2",
			"count_id_no_reputation": "3", "count_id_success": "4", "count_id_close": "-1"} {
			var list struct {
				TotalRow  int
				OrderList []struct{ Status int }
			}
			kit.Call("POST", "order/list", apitest.Fields{"token": token, "status": status, "pageSize": "500"}).OK(t).Into(t, &list)
			require.Equal(t, counts.Get(key), fmt.Sprint(list.TotalRow), key)
			for _, o := range list.OrderList {
				require.Equal(t, status, fmt.Sprint(o.Status), key)
			}
			sum += list.TotalRow
		}
		require.Equal(t, len(all), sum, "every order is counted once")
	})
}
