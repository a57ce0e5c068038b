package wxapi

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/payment/membership"
)

// vipLevel is the plan of the back office, by which clients hide what a free
// one lacks: 1 unless the setting vipLevel says otherwise.
func (a *api) vipLevel(ctx context.Context, _ mall.Actor, _ struct{}) (int64, error) {
	return a.Site.Int(ctx, "vipLevel", 1), nil
}

// levelUnits are the units of terms on the wire. The document's 3, for ever, is
// what levels have that were not bought.
var levelUnits = map[mall.Span]struct {
	unit int
	name string
}{mall.Daily: {0, "天"}, mall.Monthly: {1, "月"}, mall.Yearly: {2, "年"}}

const levelForEver = 3

type levelOut struct {
	ID              mall.ID `json:"id"`
	UserID          mall.ID `json:"userId"`
	Name            string  `json:"name"`
	Level           int     `json:"level"`
	Paixu           int     `json:"paixu"`
	Rebate          rate10  `json:"rebate"`
	Status          int     `json:"status"`
	DefValidityUnit int     `json:"defValidityUnit"`
	DateAdd         stamp   `json:"dateAdd"`
	DateUpdate      stamp   `json:"dateUpdate"`
}

func (a *api) level(l member.Level) levelOut {
	return levelOut{
		ID: l.ID, UserID: a.cfg.MerchantID, Name: l.Name, Level: l.Rank, Paixu: l.Sort, Rebate: rate10(l.Rebate), DefValidityUnit: levelForEver,
		DateAdd: a.at(l.CreatedAt), DateUpdate: a.at(l.UpdatedAt),
	}
}

// userLevelList lists the levels that are offered, by their sort. There are few.
func (a *api) userLevelList(ctx context.Context, _ mall.Actor, in pageIn) (*page[levelOut], error) {
	levels, err := a.Members.Levels(ctx)
	if err != nil {
		return nil, err
	}
	levels = slices.DeleteFunc(levels, func(l member.Level) bool { return !l.Active })
	slices.SortStableFunc(levels, func(a, b member.Level) int { return cmp.Compare(a.Sort, b.Sort) })
	w, total := in.window(), int64(len(levels))
	from := min(w.Offset, total)
	return paged(mall.Slice[member.Level]{Items: levels[from:min(from+w.Limit, total)], Total: total}, w, a.level)
}

type levelDetailOut struct {
	Info    levelOut          `json:"info"`
	ExtJSON map[string]string `json:"extJson"`
}

func (a *api) userLevelDetail(ctx context.Context, _ mall.Actor, in rowIn) (*levelDetailOut, error) {
	l, err := a.Members.Level(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if !l.Active {
		return nil, member.ErrNoLevel
	}
	out := &levelDetailOut{Info: a.level(*l), ExtJSON: l.Ext}
	if out.ExtJSON == nil {
		out.ExtJSON = map[string]string{}
	}
	return out, nil
}

type levelPricesIn struct {
	LevelID mall.ID `in:"levelId,required"`
}

type levelPriceOut struct {
	ID       mall.ID `json:"id"`
	UserID   mall.ID `json:"userId"`
	LevelID  mall.ID `json:"levelId"`
	Duration int     `json:"duration"`
	Unit     int     `json:"unit"`
	UnitStr  string  `json:"unitStr"`
	Price    yuan    `json:"price"`
}

func (a *api) userLevelPrices(ctx context.Context, _ mall.Actor, in levelPricesIn) ([]levelPriceOut, error) {
	prices, err := a.Levels.Prices(ctx, in.LevelID)
	if err != nil {
		return nil, err
	}
	return listed(prices, func(p membership.Price) levelPriceOut {
		unit := levelUnits[p.Term.Unit]
		return levelPriceOut{ID: p.ID, UserID: a.cfg.MerchantID, LevelID: p.Level, Duration: p.Term.N, Unit: unit.unit, UnitStr: unit.name, Price: yuan(p.Amount)}
	})
}

type levelBuyIn struct {
	UserLevelPriceID mall.ID `in:"userLevelPriceId,required"`
	IsAutoRenew      bool    `in:"isAutoRenew"`
	Remark           string  `in:"remark"`
	Pwd              string  `in:"pwd"`
}

// userLevelBuy pays from the balance. When that is short the answer is what to
// pay at a gateway, with nextAction 6: all of it where the balance may take no
// share of that.
func (a *api) userLevelBuy(ctx context.Context, who mall.Actor, in levelBuyIn) (any, error) {
	_, err := a.Levels.Buy(ctx, who, membership.Order{Price: in.UserLevelPriceID, Renew: in.IsAutoRenew, Remark: in.Remark}, in.Pwd)
	e, ok := errors.AsType[*mall.Error](err)
	if !ok || !errors.Is(e, membership.ErrShort) {
		return nil, err
	}
	missing, price := e.Args[0].(mall.Money), e.Args[1].(mall.Money)
	if !a.balancePays(ctx) && missing < price {
		err, missing = membership.ErrShort.With(price, price), price
	}
	return nil, &withData{err, yuan(missing)}
}

type levelBoughtOut struct {
	ID          mall.ID `json:"id"`
	UID         mall.ID `json:"uid"`
	UserID      mall.ID `json:"userId"`
	OrderNumber string  `json:"orderNumber"`
	LevelID     mall.ID `json:"levelId"`
	LevelName   string  `json:"levelName"`
	Money       yuan    `json:"money"`
	MoneyBack   yuan    `json:"moneyBack"`
	Duration    int     `json:"duration"`
	UnitStr     string  `json:"unitStr"`
	IsAutoRenew bool    `json:"isAutoRenew"`
	Status      int     `json:"status"`
	StatusStr   string  `json:"statusStr"`
	Remark      string  `json:"remark"`
	DateAdd     stamp   `json:"dateAdd"`
}

var levelStates = map[membership.State]struct {
	status int
	text   string
}{membership.Paid: {1, "已支付"}, membership.Refunded: {2, "已退款"}}

// userLevelBuyLogs lists what was paid, refunded or not, renewals among it.
func (a *api) userLevelBuyLogs(ctx context.Context, who mall.Actor, in pageIn) (*page[levelBoughtOut], error) {
	list, err := a.Levels.ListOf(ctx, who, membership.Filter{States: []membership.State{membership.Paid, membership.Refunded}}, in.window())
	if err != nil {
		return nil, err
	}
	return paged(list, in.window(), func(d membership.Purchase) levelBoughtOut {
		state := levelStates[d.State]
		return levelBoughtOut{ID: d.ID, UID: d.Account, UserID: a.cfg.MerchantID, OrderNumber: d.Number, LevelID: d.Level, LevelName: d.Name,
			Money: yuan(d.Amount), MoneyBack: yuan(d.Refunded), Duration: d.Term.N, UnitStr: levelUnits[d.Term.Unit].name, IsAutoRenew: d.Renew,
			Status: state.status, StatusStr: state.text, Remark: d.Remark, DateAdd: a.at(d.Paid)}
	})
}
