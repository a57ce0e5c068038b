package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/bill"
)

type billRuleOut struct {
	ID        mall.ID `json:"id"`
	Consume   yuan    `json:"consume"`
	Discounts yuan    `json:"discounts"`
	Loop      bool    `json:"loop"`
}

func (a *api) payBillDiscounts(ctx context.Context, _ mall.Actor, _ struct{}) ([]billRuleOut, error) {
	rules, err := a.Bills.Rules(ctx)
	if err != nil {
		return nil, err
	}
	return listed(rules, func(r bill.Rule) billRuleOut { return billRuleOut{r.ID, yuan(r.Consume), yuan(r.Discount), r.Loop} })
}

type payBillIn struct {
	Money     mall.Money `in:"money,required"`
	Pwd       string     `in:"pwd"`
	Calculate bool       `in:"calculate"`
}

type realMoneyOut struct {
	RealMoney yuan `json:"realMoney"`
}

// payBill pays from the balance and answers the row of the cash log, nothing
// where the discount covers the bill. With calculate it only tells the price.
func (a *api) payBill(ctx context.Context, who mall.Actor, in payBillIn) (any, error) {
	if in.Calculate {
		q, err := a.Bills.Quote(ctx, in.Money)
		if err != nil {
			return nil, err
		}
		return realMoneyOut{yuan(q.Real())}, nil
	}
	p, err := a.Bills.PayFromWallet(ctx, who, in.Money, in.Pwd)
	if err != nil || p.Price() == 0 {
		return nil, err
	}
	e, err := a.Wallets.EntryOf(ctx, p.Payer, p.Parts[0].Spent())
	if err != nil {
		return nil, err
	}
	return a.cashLog(*e), nil
}
