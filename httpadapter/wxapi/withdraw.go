package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/wallet/withdraw"
)

// withdrawStates are the states of withdrawals by their numbers. Number 3,
// waiting for the receiver's word, belongs to transfers through WeChat.
var withdrawStates = map[int64]withdraw.State{0: withdraw.Asked, 1: withdraw.Refused, 2: withdraw.Paid}

var withdrawTexts = map[withdraw.State]string{withdraw.Asked: "待处理", withdraw.Refused: "不通过", withdraw.Paid: "已提现"}

type withdrawApplyIn struct {
	Money mall.Money `in:"money,required"`
	Pwd   string     `in:"pwd"`
	Name  string     `in:"name"`
}

func (a *api) withDrawApply(ctx context.Context, who mall.Actor, in withdrawApplyIn) (any, error) {
	_, err := a.Payouts.Apply(ctx, who, withdraw.Request{Amount: in.Money, Name: in.Name, Password: in.Pwd})
	return empty(err)
}

type withdrawOut struct {
	ID              mall.ID `json:"id"`
	UID             mall.ID `json:"uid"`
	UserID          mall.ID `json:"userId"`
	Number          string  `json:"number"`
	Money           yuan    `json:"money"`
	Fee             yuan    `json:"fee"`
	Name            string  `json:"name,omitempty"`
	Status          int64   `json:"status"`
	StatusStr       string  `json:"statusStr"`
	RejectionReason string  `json:"rejectionReason,omitempty"`
	DateAdd         stamp   `json:"dateAdd"`
	DateUpdate      *stamp  `json:"dateUpdate,omitempty"`
}

func (a *api) withdrawal(w withdraw.Withdrawal) withdrawOut {
	out := withdrawOut{ID: w.ID, UID: w.Account, UserID: a.cfg.MerchantID, Number: w.Number, Money: yuan(w.Amount), Fee: yuan(w.Fee), Name: w.Name,
		StatusStr: withdrawTexts[w.State], RejectionReason: w.Reason, DateAdd: a.at(w.Created), DateUpdate: a.maybe(w.Decided)}
	for n, s := range withdrawStates {
		if s == w.State {
			out.Status = n
		}
	}
	return out
}

type withdrawLogsIn struct {
	pageIn
	Status *int64 `in:"status"`
}

// withdrawals answers an empty page for number 3, which nothing can have.
func (a *api) withdrawals(ctx context.Context, who mall.Actor, in withdrawLogsIn) (mall.Slice[withdraw.Withdrawal], error) {
	var f withdraw.Filter
	if in.Status != nil {
		state, ok := withdrawStates[*in.Status]
		switch {
		case ok:
			f.States = []withdraw.State{state}
		case *in.Status == 3:
			return mall.Slice[withdraw.Withdrawal]{}, nil
		default:
			return mall.Slice[withdraw.Withdrawal]{}, mall.ErrInvalid.With("status")
		}
	}
	return a.Payouts.ListOf(ctx, who, f, in.window())
}

func (a *api) withDrawLogs(ctx context.Context, who mall.Actor, in withdrawLogsIn) ([]withdrawOut, error) {
	list, err := a.withdrawals(ctx, who, in)
	if err != nil {
		return nil, err
	}
	return listed(list.Items, a.withdrawal)
}

func (a *api) withDrawLogsV2(ctx context.Context, who mall.Actor, in withdrawLogsIn) (*page[withdrawOut], error) {
	list, err := a.withdrawals(ctx, who, in)
	if err != nil {
		return nil, err
	}
	return paged(list, in.window(), a.withdrawal)
}

type rowIn struct {
	ID mall.ID `in:"id,required"`
}

func (a *api) withDrawDetail(ctx context.Context, who mall.Actor, in rowIn) (*withdrawOut, error) {
	w, err := a.Payouts.GetOf(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	out := a.withdrawal(*w)
	return &out, nil
}

type merchantTransferIn struct {
	Number string `in:"number,required"`
}

// wxpayRequestMerchantTransferV2 is for withdrawals that WeChat pays out and
// the receiver confirms. Staff pay them out by hand here, so what is missing is
// named to whom the withdrawal belongs.
func (a *api) wxpayRequestMerchantTransferV2(ctx context.Context, who mall.Actor, in merchantTransferIn) (any, error) {
	if _, err := a.Payouts.ByNumberOf(ctx, who, in.Number); err != nil {
		return nil, err
	}
	return nil, mall.ErrNotConfigured.With(wxpayProvider + ".transfer")
}
