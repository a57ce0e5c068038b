package wxapi

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/deposit"
)

// depositStates are the states of deposits by their numbers.
var depositStates = map[int64]deposit.State{-1: deposit.Unpaid, 1: deposit.Paid, 2: deposit.Asked, 3: deposit.Returning, 4: deposit.Returned}

var depositTexts = map[deposit.State]string{deposit.Unpaid: "待支付", deposit.Paid: "已支付", deposit.Asked: "申请退回",
	deposit.Returning: "退回中", deposit.Returned: "已退回"}

type payDepositIn struct {
	Amount     mall.Money `in:"amount,required"`
	RefCode    string     `in:"refCode"`
	Remark     string     `in:"remark"`
	ExtJSONStr string     `in:"extJsonStr"`
	Pwd        string     `in:"pwd"`
}

// payDeposit pays from the balance; when that is short the deposit waits to be
// paid at a gateway, by nextAction 5, and the answer is what is missing.
func (a *api) payDeposit(ctx context.Context, who mall.Actor, in payDepositIn) (any, error) {
	ext, err := extOf(in.ExtJSONStr)
	if err != nil {
		return nil, err
	}
	d, err := a.Deposits.Draft(ctx, who, deposit.Terms{Amount: in.Amount, RefCode: in.RefCode, Remark: in.Remark, Ext: ext})
	if err != nil {
		return nil, err
	}
	return empty(missing(a.Deposits.PayFromWallet(ctx, who, d.ID, in.Pwd)))
}

type payStatusDepositIn struct {
	ID  mall.ID `in:"id,required"`
	Pwd string  `in:"pwd"`
}

func (a *api) payStatusDeposit(ctx context.Context, who mall.Actor, in payStatusDepositIn) (any, error) {
	return empty(missing(a.Deposits.PayFromWallet(ctx, who, in.ID, in.Pwd)))
}

// missing adds the amount that is left to pay online as data.
func missing(err error) error {
	if e, ok := errors.AsType[*mall.Error](err); ok && errors.Is(e, deposit.ErrShort) && len(e.Args) == 1 {
		if left, ok := e.Args[0].(mall.Money); ok {
			return &withData{err, yuan(left)}
		}
	}
	return err
}

type depositOut struct {
	ID              mall.ID           `json:"id"`
	UID             mall.ID           `json:"uid"`
	UserID          mall.ID           `json:"userId"`
	Number          string            `json:"number"`
	Amount          yuan              `json:"amount"`
	AmountBack      yuan              `json:"amountBack"`
	Status          int64             `json:"status"`
	StatusStr       string            `json:"statusStr"`
	RefCode         string            `json:"refCode,omitempty"`
	Remark          string            `json:"remark,omitempty"`
	ExtJSON         map[string]string `json:"extJson,omitempty"`
	RejectionReason string            `json:"rejectionReason,omitempty"`
	DateAdd         stamp             `json:"dateAdd"`
	DatePay         *stamp            `json:"datePay,omitempty"`
	DateBack        *stamp            `json:"dateBack,omitempty"`
}

func (a *api) deposit(d deposit.Deposit) depositOut {
	out := depositOut{ID: d.ID, UID: d.Account, UserID: a.cfg.MerchantID, Number: d.Number, Amount: yuan(d.Amount), AmountBack: yuan(d.Returned),
		StatusStr: depositTexts[d.State], RefCode: d.RefCode, Remark: d.Remark, ExtJSON: d.Ext, RejectionReason: d.Reason,
		DateAdd: a.at(d.Created), DatePay: a.maybe(d.Paid), DateBack: a.maybe(d.Done)}
	for n, s := range depositStates {
		if s == d.State {
			out.Status = n
		}
	}
	return out
}

type depositListIn struct {
	pageIn
	Status *int64 `in:"status"`
}

func (a *api) depositList(ctx context.Context, who mall.Actor, in depositListIn) (*page[depositOut], error) {
	var f deposit.Filter
	if in.Status != nil {
		state, ok := depositStates[*in.Status]
		if !ok {
			return nil, mall.ErrInvalid.With("status")
		}
		f.States = []deposit.State{state}
	}
	list, err := a.Deposits.ListOf(ctx, who, f, in.window())
	if err != nil {
		return nil, err
	}
	return paged(list, in.window(), a.deposit)
}

func (a *api) depositInfo(ctx context.Context, who mall.Actor, in rowIn) (*depositOut, error) {
	d, err := a.Deposits.GetOf(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	out := a.deposit(*d)
	return &out, nil
}

func (a *api) depositBackApply(ctx context.Context, who mall.Actor, in rowIn) (any, error) {
	_, err := a.Deposits.AskBack(ctx, who, in.ID)
	return empty(err)
}
