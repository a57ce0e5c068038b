package wxapi

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/bill"
	"github.com/gomall-dev/mall/payment/deposit"
	"github.com/gomall-dev/mall/payment/membership"
)

// sums are the actions that name something else than ids of orders.
type sums struct {
	Type   json.RawMessage `json:"type"`
	Amount json.RawMessage `json:"amount"` // of a deposit, yuan
	Money  json.RawMessage `json:"money"`  // of a bill, yuan
	UID    json.RawMessage `json:"uid"`    // whose bill
	Level  json.RawMessage `json:"userLevelPriceId"`
	Renew  json.RawMessage `json:"isAutoRenew"`
	Coupon json.RawMessage `json:"couponRuleId"` // what coupon is bought
}

// action reads the action that follows a payment: those of nextAction, a bill,
// {"type":4,"uid":7,"money":12}, which everybody pays for themselves, a deposit,
// {"type":5,"amount":20}, of which the unpaid one of that amount is meant, a
// membership, {"type":6,"userLevelPriceId":2,"isAutoRenew":false}, and a coupon,
// {"type":7,"couponRuleId":3}. Deposits and memberships are stored for it, and only
// if ready gives no error.
func (a *api) action(ctx context.Context, who mall.Actor, text string, ready func() error) (*payment.Action, error) {
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
		if err := ready(); err != nil {
			return nil, err
		}
		d, err := a.Deposits.Unpaid(ctx, who, amount)
		if err != nil {
			return nil, err
		}
		return &payment.Action{Purpose: deposit.Purpose, Refs: []mall.ID{d.ID}}, nil
	case "6":
		id, err := strconv.ParseInt(string(unquoted(in.Level)), 10, 64)
		if err != nil || id <= 0 {
			return nil, mall.ErrInvalid.With("nextAction.userLevelPriceId")
		}
		if err := ready(); err != nil {
			return nil, err
		}
		d, err := a.Levels.Draft(ctx, who, membership.Order{Price: mall.ID(id), Renew: string(unquoted(in.Renew)) == "true"})
		if err != nil {
			return nil, err
		}
		buy := d.Action()
		return &buy, nil
	case "7":
		id, err := strconv.ParseInt(string(unquoted(in.Coupon)), 10, 64)
		if err != nil || id <= 0 {
			return nil, mall.ErrInvalid.With("nextAction.couponRuleId")
		}
		buy := coupon.Action(mall.ID(id))
		return &buy, nil
	}
	return nextAction(text)
}

// unquoted is a JSON number, whether it came as one or as a text.
func unquoted(n json.RawMessage) []byte { return bytes.Trim(n, `"`) }

// actionOut is an action as clients send it.
type actionOut struct {
	Type   int     `json:"type"`
	ID     string  `json:"id,omitempty"`
	UID    mall.ID `json:"uid,omitempty"`
	Money  *yuan   `json:"money,omitempty"`
	Amount *yuan   `json:"amount,omitempty"`
	Level  mall.ID `json:"userLevelPriceId,omitempty"`
	Renew  *bool   `json:"isAutoRenew,omitempty"`
	Coupon mall.ID `json:"couponRuleId,omitempty"`
}

// actionText is the action of a payment, "" for a recharge and for purposes
// that have no number.
func actionText(p *payment.Payment) string {
	out := actionOut{Type: -1}
	switch p.Action.Purpose {
	case bill.Purpose:
		money, err := bill.AmountOf(p.Action)
		if err != nil {
			return ""
		}
		out = actionOut{Type: 4, UID: p.Payer, Money: (*yuan)(&money)}
	case deposit.Purpose:
		amount := yuan(p.Price())
		out = actionOut{Type: 5, Amount: &amount}
	case membership.Purpose:
		o, err := membership.OrderOf(p.Action)
		if err != nil {
			return ""
		}
		out = actionOut{Type: 6, Level: o.Price, Renew: &o.Renew}
	case coupon.Purpose:
		id, err := coupon.TemplateOf(p.Action)
		if err != nil {
			return ""
		}
		out = actionOut{Type: 7, Coupon: id}
	default:
		for n, purpose := range purposes {
			if purpose == p.Action.Purpose {
				out = actionOut{Type: n, ID: joined(p.Action.Refs)}
			}
		}
	}
	if out.Type < 0 {
		return ""
	}
	text, _ := json.Marshal(out) // a struct of numbers and a text
	return string(text)
}

// joined is a comma list of ids.
func joined(ids []mall.ID) string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = strconv.FormatInt(int64(id), 10)
	}
	return strings.Join(list, ",")
}
