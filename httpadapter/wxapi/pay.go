package wxapi

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/wallet"
)

// errUnpaid is payQuery's answer while a payment is not paid.
var errUnpaid = mall.E(mall.State, "wxapi.unpaid", "not paid")

// purposes are the purposes of payments by the numbers of nextAction.
var purposes = map[int]payment.Purpose{0: payment.Order}

// nextAction reads the action that follows a payment: {"type":0,"id":"1,2"}. An
// absent one is nil: a recharge. Numbers may come as texts.
func nextAction(text string) (*payment.Action, error) {
	if text == "" || text == "null" {
		return nil, nil
	}
	var in struct {
		Type json.RawMessage `json:"type"`
		ID   json.RawMessage `json:"id"`
	}
	if json.Unmarshal([]byte(text), &in) != nil {
		return nil, mall.ErrInvalid.With("nextAction")
	}
	kind := string(bytes.Trim(in.Type, `"`))
	n, err := strconv.Atoi(kind)
	purpose, ok := purposes[n]
	if err != nil || !ok {
		return nil, payment.ErrPurpose.With(kind)
	}
	a := &payment.Action{Purpose: purpose}
	for part := range strings.SplitSeq(string(bytes.Trim(in.ID, `"`)), ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil || id <= 0 {
			return nil, mall.ErrInvalid.With("nextAction.id")
		}
		a.Refs = append(a.Refs, mall.ID(id))
	}
	if len(a.Refs) == 0 {
		return nil, mall.ErrInvalid.With("nextAction.id")
	}
	return a, nil
}

type payQueryIn struct {
	OutTradeID string `in:"outTradeId,required"`
}

// payQuery answers code 0 when the payment is paid.
func (a *api) payQuery(ctx context.Context, who mall.Actor, in payQueryIn) (any, error) {
	p, err := a.Payments.Check(ctx, who, in.OutTradeID)
	if err == nil && p.State != payment.StateSucceeded {
		err = errUnpaid
	}
	return empty(err)
}

// payStates are the states of payments by the numbers of payLogs.
var payStates = map[int64][]payment.State{
	0: {payment.StateCreated, payment.StatePending},
	1: {payment.StateSucceeded},
	2: {payment.StateClosed, payment.StateFailed},
}

var payStateTexts = []string{"未支付", "支付成功", "支付失败"}

type payLogsIn struct {
	pageIn
	Status   *int64 `in:"status"`
	OrderNo  string `in:"orderNo"`
	Recharge bool   `in:"recharge"`
}

type payLogOut struct {
	ID           mall.ID `json:"id"`
	UID          mall.ID `json:"uid"`
	UserID       mall.ID `json:"userId"`
	Money        yuan    `json:"money"`
	OrderNo      string  `json:"orderNo"`
	ThirdOrderNo string  `json:"thirdOrderNo,omitempty"`
	PayGate      string  `json:"payGate"`
	PayGateStr   string  `json:"payGateStr"`
	NextAction   string  `json:"nextAction,omitempty"`
	Remark       string  `json:"remark,omitempty"`
	Status       int64   `json:"status"`
	StatusStr    string  `json:"statusStr"`
	DateAdd      stamp   `json:"dateAdd"`
	DatePay      *stamp  `json:"datePay,omitempty"`
	DateUpdate   stamp   `json:"dateUpdate"`
}

func (a *api) payLogs(ctx context.Context, who mall.Actor, in payLogsIn) ([]payLogOut, error) {
	f := payment.Filter{Number: in.OrderNo, Paying: true}
	if in.Status != nil {
		if f.States = payStates[*in.Status]; f.States == nil {
			return nil, mall.ErrInvalid.With("status")
		}
	}
	if in.Recharge {
		f.Purpose = payment.Recharge
	}
	list, err := a.Payments.ListOf(ctx, who, f, in.window())
	if err != nil {
		return nil, err
	}
	return listed(list.Items, a.payLog)
}

func (a *api) payLog(p payment.Payment) payLogOut {
	out := payLogOut{ID: p.ID, UID: p.Payer, UserID: a.cfg.MerchantID, Money: yuan(p.Amount), OrderNo: p.Number, ThirdOrderNo: p.Transaction,
		PayGate: "WXAPP", PayGateStr: "微信支付", NextAction: actionText(&p), Remark: p.Remark, DateAdd: a.at(p.Created), DatePay: a.maybe(p.Paid), DateUpdate: a.at(p.Updated)}
	switch p.Provider {
	case payment.ProviderBalance:
		out.PayGate, out.PayGateStr = "余额", "余额支付"
	case alipayProvider:
		out.PayGate, out.PayGateStr = "ALIPAY", "支付宝"
	case fomoProvider:
		out.PayGate, out.PayGateStr = "FOMO", "FOMO支付"
	}
	for n, states := range payStates {
		if slices.Contains(states, p.State) {
			out.Status, out.StatusStr = n, payStateTexts[n]
		}
	}
	return out
}

type rechargeRuleOut struct {
	ID      mall.ID `json:"id"`
	Confine yuan    `json:"confine"`
	Send    yuan    `json:"send"`
	Loop    bool    `json:"loop"`
}

func (a *api) rechargeSendRules(ctx context.Context, _ mall.Actor, _ struct{}) ([]rechargeRuleOut, error) {
	rules, err := a.Wallets.Rules(ctx)
	if err != nil {
		return nil, err
	}
	return listed(rules, func(r wallet.Rule) rechargeRuleOut {
		return rechargeRuleOut{r.ID, yuan(r.Confine), yuan(r.Send), r.Loop}
	})
}
