package wxapi

import (
	"context"
	"strconv"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/wallet"
)

// amountOut has all its numbers always; those of capabilities that the shop
// does not have are 0.
type amountOut struct {
	Balance           yuan  `json:"balance"`
	Freeze            yuan  `json:"freeze"`
	Score             int64 `json:"score"`
	ScoreLastRound    int64 `json:"scoreLastRound"`
	TotalScore        int64 `json:"totalScore"`
	Growth            int64 `json:"growth"`
	TotleConsumed     yuan  `json:"totleConsumed"`
	TotalPayAmount    yuan  `json:"totalPayAmount"`
	TotalPayNumber    int64 `json:"totalPayNumber"`
	TotalWithdraw     yuan  `json:"totalWithdraw"`
	FXCommisionPaying yuan  `json:"fxCommisionPaying"`
}

func (a *api) userAmount(ctx context.Context, who mall.Actor, _ struct{}) (*amountOut, error) {
	w, err := a.Wallets.Amounts(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	p, err := a.Points.Amounts(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	return &amountOut{Balance: yuan(w.Balance), Freeze: yuan(w.Frozen), Score: p.Points, TotalScore: p.Total, Growth: p.Growth,
		TotleConsumed: yuan(w.Consumed), TotalPayAmount: yuan(w.Paid), TotalPayNumber: w.Payments, TotalWithdraw: yuan(w.Withdrawn)}, nil
}

type setPayPasswordIn struct {
	Pwd string `in:"pwd,required"`
}

func (a *api) setPayPassword(ctx context.Context, who mall.Actor, in setPayPasswordIn) (any, error) {
	return empty(a.Wallets.SetPassword(ctx, who, in.Pwd))
}

type modifyPayPasswordIn struct {
	PwdOld string `in:"pwdOld,required"`
	PwdNew string `in:"pwdNew,required"`
}

func (a *api) modifyPayPassword(ctx context.Context, who mall.Actor, in modifyPayPasswordIn) (any, error) {
	return empty(a.Wallets.ModifyPassword(ctx, who, in.PwdOld, in.PwdNew))
}

type resetPayPasswordIn struct {
	Mobile string `in:"mobile,required"`
	Code   string `in:"code,required"`
	Pwd    string `in:"pwd,required"`
}

// resetPayPassword needs no token: the code that was sent by SMS proves the number.
func (a *api) resetPayPassword(ctx context.Context, who mall.Actor, in resetPayPasswordIn) (any, error) {
	return empty(a.Wallets.ResetPassword(ctx, who, in.Mobile, in.Code, in.Pwd))
}

// cashTexts name the kinds of wallet entries.
var cashTexts = map[wallet.Kind]string{
	payment.KindRecharge: "充值", payment.KindWithdrawn: "提现", payment.KindOrder: "下单支付", payment.KindRefund: "退款",
	payment.KindBooking: "预约报名", payment.KindContent: "付费内容", payment.KindCommission: "佣金", payment.KindShare: "分享奖励",
	payment.KindBill: "优惠买单", payment.KindGift: "充值赠送", payment.KindWithdraw: "提现申请", payment.KindWithdrawBack: "提现失败",
	payment.KindDeposit: "支付押金", payment.KindDepositBack: "押金退回", payment.KindLevel: "购买会员", payment.KindSales: "销售收入",
	payment.KindProfit: "分润", payment.KindScoreExchange: "积分兑换",
}

type cashLogsIn struct {
	pageIn
	Behavior     *int64   `in:"behavior"`
	Type         *int64   `in:"type"`
	Types        []string `in:"types"`
	OrderID      mall.ID  `in:"orderId"`
	DateAddBegin string   `in:"dateAddBegin"`
	DateAddEnd   string   `in:"dateAddEnd"`
}

// filter reads the fields; the day of dateAddEnd is part of the span.
func (a *api) cashFilter(in cashLogsIn) (f wallet.Filter, err error) {
	f.Order = in.OrderID
	if in.Behavior != nil {
		if *in.Behavior != 0 && *in.Behavior != 1 {
			return f, mall.ErrInvalid.With("behavior")
		}
		out := *in.Behavior == 1
		f.Out = &out
	}
	if in.Type != nil {
		f.Kinds = []wallet.Kind{wallet.Kind(*in.Type)}
	}
	for _, t := range in.Types {
		n, err := strconv.Atoi(t)
		if err != nil {
			return f, mall.ErrInvalid.With("types")
		}
		f.Kinds = append(f.Kinds, wallet.Kind(n))
	}
	if f.From, _, err = a.moment(in.DateAddBegin); err != nil {
		return f, mall.ErrInvalid.With("dateAddBegin")
	}
	if _, f.Till, err = a.moment(in.DateAddEnd); err != nil {
		return f, mall.ErrInvalid.With("dateAddEnd")
	}
	return f, nil
}

// moment reads a day or a moment to the second in the shop's zone, as the span
// that it means; an empty text is two zero times.
func (a *api) moment(text string) (from, till time.Time, err error) {
	if text == "" {
		return from, till, nil
	}
	if from, err = time.ParseInLocation(time.DateTime, text, a.Calendar.Zone()); err == nil {
		return from, from.Add(time.Second), nil
	}
	if from, err = a.Calendar.ParseDay(text); err == nil {
		return from, from.AddDate(0, 0, 1), nil
	}
	return from, till, err
}

type cashLogOut struct {
	ID       mall.ID `json:"id"`
	Amount   yuan    `json:"amount"`
	Balance  yuan    `json:"balance"`
	Freeze   yuan    `json:"freeze"`
	Behavior int     `json:"behavior"`
	Type     int     `json:"type"`
	TypeStr  string  `json:"typeStr"`
	OrderID  mall.ID `json:"orderId,omitempty"`
	ShopID   mall.ID `json:"shopId,omitempty"`
	UID      mall.ID `json:"uid"`
	UserID   mall.ID `json:"userId"`
	Remark   string  `json:"remark,omitempty"`
	DateAdd  stamp   `json:"dateAdd"`
}

func (a *api) cashLogs(ctx context.Context, who mall.Actor, in cashLogsIn) (*page[cashLogOut], error) {
	f, err := a.cashFilter(in)
	if err != nil {
		return nil, err
	}
	list, err := a.Wallets.CashLogs(ctx, who.Account, f, in.window())
	if err != nil {
		return nil, err
	}
	return paged(list, in.window(), a.cashLog)
}

func (a *api) cashLog(e wallet.Entry) cashLogOut {
	net := e.Net()
	return cashLogOut{ID: e.ID, Amount: yuan(max(net, -net)), Balance: yuan(e.BalanceLeft), Freeze: yuan(e.FrozenLeft), Behavior: b2i(net < 0),
		Type: int(e.Kind), TypeStr: cashTexts[e.Kind], OrderID: e.Order, ShopID: e.Shop, UID: e.Account, UserID: a.cfg.MerchantID,
		Remark: e.Remark, DateAdd: a.at(e.At)}
}
