package wxapi

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/bill"
	"github.com/gomall-dev/mall/payment/deposit"
)

// sums are the actions that name a sum instead of ids.
type sums struct {
	Type   json.RawMessage `json:"type"`
	Amount json.RawMessage `json:"amount"` // of a deposit, yuan
	Money  json.RawMessage `json:"money"`  // of a bill, yuan
	UID    json.RawMessage `json:"uid"`    // whose bill
}

// action reads the action that follows a payment: those of nextAction, a bill,
// {"type":4,"uid":7,"money":12}, which everybody pays for themselves, and a deposit,
// {"type":5,"amount":20}, of which the unpaid one of that amount is meant.
func (a *api) action(ctx context.Context, who mall.Actor, text string) (*payment.Action, error) {
	var in sums
	if text == "" || json.Unmarshal([]byte(text), &in) != nil {
		return nextAction(text)
	}
	switch string(unquoted(in.Type)) {
	case "4":
		money, err := mall.ParseYuan(string(unquoted(in.Money)))
		if err != nil || money == 0 {
			return nil, mall.ErrInvalid.With("nextAction.money")
		}
		if uid := string(unquoted(in.UID)); uid != "" && uid != "null" && uid != strconv.FormatInt(int64(who.Account), 10) {
			return nil, mall.ErrInvalid.With("nextAction.uid")
		}
		pay := bill.Action(money)
		return &pay, nil
	case "5":
		amount, err := mall.ParseYuan(string(unquoted(in.Amount)))
		if err != nil {
			return nil, mall.ErrInvalid.With("nextAction.amount")
		}
		d, err := a.Deposits.Unpaid(ctx, who, amount)
		if err != nil {
			return nil, err
		}
		return &payment.Action{Purpose: deposit.Purpose, Refs: []mall.ID{d.ID}}, nil
	}
	return nextAction(text)
}

// unquoted is a JSON number, whether it came as one or as a text.
func unquoted(n json.RawMessage) []byte { return bytes.Trim(n, `"`) }
