package manager

import (
	"context"
	"errors"
	"strconv"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

type shipIn struct {
	OrderID string `in:"order_id,required"`
	Action  int    `in:"action,required"`
	// Beyond the document: the parcel, for shops that have one.
	Carrier  string `in:"shipper_name"`
	Tracking string `in:"tracking_number"`
}

// ship moves a paid order on: 3 made ready, 1 sent, 2 received.
func (a *api) ship(ctx context.Context, who mall.Actor, in shipIn) (any, error) {
	step := order.ShipInput{Action: order.ShipAction(in.Action), Name: in.Carrier, Tracking: in.Tracking}
	err := a.Orders.Ship(ctx, who, order.Ref{Number: in.OrderID}, step)
	if n, bad := strconv.ParseInt(in.OrderID, 10, 64); bad == nil && n > 0 && errors.Is(err, order.ErrNoOrder) {
		err = a.Orders.Ship(ctx, who, order.Ref{ID: mall.ID(n)}, step)
	}
	return nil, err
}
