package wxapi

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
	"github.com/gomall-dev/mall/marketing"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/order"
)

type couponsIn struct {
	pageIn
	Type  string    `in:"type"`
	RefID mall.ID   `in:"refId"`
	IDs   []mall.ID `in:"ids"`
}

// coupons lists all that are asked for by ids, else a page.
func (a *api) coupons(ctx context.Context, _ mall.Actor, in couponsIn) ([]couponRule, error) {
	if len(in.IDs) > 0 && in.PageSize == 0 {
		in.PageSize = mall.MaxLimit
	}
	list, err := a.Coupons.Claimable(ctx, coupon.Wish{IDs: in.IDs, Type: in.Type, Goods: in.RefID}, in.window())
	if err != nil {
		return nil, err
	}
	return listed(list.Items, a.couponRuleOf)
}

type couponDetailOut struct {
	Info       couponRule  `json:"info"`
	CouponRefs []couponRef `json:"couponRefs,omitempty"`
}

func (a *api) couponDetail(ctx context.Context, _ mall.Actor, in rowIn) (*couponDetailOut, error) {
	t, err := a.Coupons.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &couponDetailOut{a.couponRuleOf(*t), each(t.Scope, couponRefOf)}, nil
}

type fetchCouponsIn struct {
	ID     mall.ID `in:"id,required"`
	Pwd    string  `in:"pwd"`
	Detect bool    `in:"detect"`
}

// fetchCoupons claims a coupon, or with detect only says whether that is
// possible. One that must be bought answers its price, for nextAction 7.
func (a *api) fetchCoupons(ctx context.Context, who mall.Actor, in fetchCouponsIn) (any, error) {
	if in.Detect {
		return empty(priced(a.Coupons.Check(ctx, who, in.ID, in.Pwd)))
	}
	_, err := a.Coupons.Claim(ctx, who, in.ID, in.Pwd)
	return empty(priced(err))
}

// priced adds the price of a coupon that must be bought as data.
func priced(err error) error {
	if e, ok := errors.AsType[*mall.Error](err); ok && errors.Is(e, coupon.ErrPrice) && len(e.Args) == 1 {
		if price, ok := e.Args[0].(mall.Money); ok {
			return &withData{err, yuan(price)}
		}
	}
	return err
}

type myCouponsIn struct {
	pageIn
	Status       []string    `in:"status"`
	ConsumAmount *mall.Money `in:"consumAmount"`
}

// myCoupons lists the newest hundred when no page is asked for: clients of the
// document ask for none.
func (a *api) myCoupons(ctx context.Context, who mall.Actor, in myCouponsIn) ([]userCoupon, error) {
	own := coupon.Own{Reached: in.ConsumAmount}
	for _, text := range in.Status {
		n, ok := endpoint.Int(text)
		if !ok || n < 0 || n >= int64(len(couponStates)) {
			return nil, mall.ErrInvalid.With("status")
		}
		own.States = append(own.States, couponStates[n].state)
	}
	if in.PageSize == 0 {
		in.PageSize = mall.MaxLimit
	}
	list, err := a.Coupons.ListOf(ctx, who, own, in.window())
	if err != nil {
		return nil, err
	}
	return listed(list.Items, a.userCouponOf)
}

func (a *api) mergeCouponsRules(ctx context.Context, _ mall.Actor, _ struct{}) ([]mergeRuleOut, error) {
	rules, names, err := a.Coupons.MergeRules(ctx)
	if err != nil {
		return nil, err
	}
	return listed(rules, func(r coupon.MergeRule) mergeRuleOut { return mergeRuleOf(r, names) })
}

type mergeCouponsIn struct {
	MergeID   mall.ID   `in:"mergeId,required"`
	CouponIDs []mall.ID `in:"couponIds,required"`
}

func (a *api) mergeCoupons(ctx context.Context, who mall.Actor, in mergeCouponsIn) (any, error) {
	_, err := a.Coupons.Merge(ctx, who, in.MergeID, in.CouponIDs)
	return empty(err)
}

type sendCouponsIn struct {
	ID     mall.ID `in:"id,required"`
	Mobile string  `in:"mobile"`
	UID    mall.ID `in:"uid"`
}

func (a *api) sendCoupons(ctx context.Context, who mall.Actor, in sendCouponsIn) (any, error) {
	if in.UID == 0 && in.Mobile == "" {
		return nil, endpoint.ErrRequired.With("uid")
	}
	return empty(a.Coupons.Give(ctx, who, in.ID, coupon.Receiver{Account: in.UID, Mobile: in.Mobile}))
}

type exchangeCouponsIn struct {
	Number string `in:"number,required"`
	Pwd    string `in:"pwd,required"`
}

func (a *api) exchangeCoupons(ctx context.Context, who mall.Actor, in exchangeCouponsIn) (any, error) {
	_, err := a.Coupons.Exchange(ctx, who, in.Number, in.Pwd)
	return empty(err)
}

// usableCoupons are the coupons that the buyer of a quote could choose.
func (a *api) usableCoupons(ctx context.Context, who mall.Actor, usable []marketing.Offer) ([]userCoupon, error) {
	var ids []mall.ID
	for _, f := range usable {
		if n, ok := endpoint.Int(f.Ref); ok && f.Source == coupon.SourceName {
			ids = append(ids, mall.ID(n))
		}
	}
	list, err := a.Coupons.ByIDs(ctx, who, ids)
	return each(list, a.userCouponOf), err
}

// unusable tells why a coupon cannot be used instead of which.
func unusable(err error) error {
	e, ok := errors.AsType[*mall.Error](err)
	if !ok || !errors.Is(e, order.ErrOffer) {
		return err
	}
	reason, ok := errors.AsType[*mall.Error](e.Err)
	if !ok {
		return err
	}
	_, text, _ := answer(reason)
	return order.ErrOffer.With(text).Because(err)
}
