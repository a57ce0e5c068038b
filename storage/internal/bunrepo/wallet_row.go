package bunrepo

import (
	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/wallet"
)

type walletRow struct {
	bun.BaseModel `bun:"table:?(ns)wallets,alias:w"`

	Account   int64 `bun:"account,pk"`
	Balance   int64 `bun:"balance"`
	Frozen    int64 `bun:"frozen"`
	Consumed  int64 `bun:"consumed"`
	Paid      int64 `bun:"paid"`
	Payments  int64 `bun:"payments"`
	Withdrawn int64 `bun:"withdrawn"`
}

func walletToRow(account mall.ID, a wallet.Amounts) *walletRow {
	return &walletRow{Account: int64(account), Balance: int64(a.Balance), Frozen: int64(a.Frozen),
		Consumed: int64(a.Consumed), Paid: int64(a.Paid), Payments: a.Payments, Withdrawn: int64(a.Withdrawn)}
}

func walletFromRow(r *walletRow) wallet.Amounts {
	return wallet.Amounts{Balance: mall.Money(r.Balance), Frozen: mall.Money(r.Frozen), Withdrawn: mall.Money(r.Withdrawn),
		Totals: wallet.Totals{Consumed: mall.Money(r.Consumed), Paid: mall.Money(r.Paid), Payments: r.Payments}}
}

type walletEntryRow struct {
	bun.BaseModel `bun:"table:?(ns)wallet_entries,alias:e"`

	ID          int64  `bun:"id,pk,autoincrement"`
	Account     int64  `bun:"account"`
	Kind        int    `bun:"kind"`
	Balance     int64  `bun:"balance"`
	Frozen      int64  `bun:"frozen"`
	BalanceLeft int64  `bun:"balance_left"`
	FrozenLeft  int64  `bun:"frozen_left"`
	SourceType  string `bun:"source_type"`
	SourceID    int64  `bun:"source_id"`
	OrderID     int64  `bun:"order_id"`
	ShopID      int64  `bun:"shop_id"`
	Remark      string `bun:"remark"`
	At          int64  `bun:"at"`
}

func walletEntryToRow(e *wallet.Entry) *walletEntryRow {
	return &walletEntryRow{Account: int64(e.Account), Kind: int(e.Kind), Balance: int64(e.Balance), Frozen: int64(e.Frozen),
		BalanceLeft: int64(e.BalanceLeft), FrozenLeft: int64(e.FrozenLeft), SourceType: e.Source.Type, SourceID: int64(e.Source.ID),
		OrderID: int64(e.Order), ShopID: int64(e.Shop), Remark: e.Remark, At: e.At.UnixMilli()}
}

func walletEntryFromRow(r *walletEntryRow) wallet.Entry {
	return wallet.Entry{ID: mall.ID(r.ID), Account: mall.ID(r.Account), Kind: wallet.Kind(r.Kind),
		Balance: mall.Money(r.Balance), Frozen: mall.Money(r.Frozen), BalanceLeft: mall.Money(r.BalanceLeft), FrozenLeft: mall.Money(r.FrozenLeft),
		Source: wallet.Source{Type: r.SourceType, ID: mall.ID(r.SourceID)}, Order: mall.ID(r.OrderID), Shop: mall.ID(r.ShopID),
		Remark: r.Remark, At: moment(&r.At)}
}

type walletPasswordRow struct {
	bun.BaseModel `bun:"table:?(ns)wallet_passwords,alias:p"`

	Account   int64  `bun:"account,pk"`
	Hash      string `bun:"hash"`
	Tries     int    `bun:"tries"`
	Until     int64  `bun:"tries_until"`
	UpdatedAt int64  `bun:"updated_at"`
}

type rechargeRuleRow struct {
	bun.BaseModel `bun:"table:?(ns)recharge_rules,alias:r"`

	ID      int64 `bun:"id,pk,autoincrement"`
	Confine int64 `bun:"confine"`
	Send    int64 `bun:"send"`
	Repeats bool  `bun:"repeats"`
}

func rechargeRuleToRow(r *wallet.Rule) *rechargeRuleRow {
	return &rechargeRuleRow{ID: int64(r.ID), Confine: int64(r.Confine), Send: int64(r.Send), Repeats: r.Loop}
}

func rechargeRuleFromRow(r *rechargeRuleRow) wallet.Rule {
	return wallet.Rule{ID: mall.ID(r.ID), Confine: mall.Money(r.Confine), Send: mall.Money(r.Send), Loop: r.Repeats}
}
