package httpadapter

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/operator"
)

// operators finds operating centres by their mini programs.
type operators struct{ *operator.Service }

// ByAppID is the centre of a mini program; mall.ErrNotFound.
func (o operators) ByAppID(ctx context.Context, appid string) (operator.Operator, error) {
	centre, err := o.Get(ctx, operator.Default)
	if err == nil && (appid == "" || centre.AppID != appid) {
		err = mall.ErrNotFound
	}
	return centre, err
}
