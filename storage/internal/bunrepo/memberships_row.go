package bunrepo

import (
	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/payment/membership"
)

type levelPriceRow struct {
	bun.BaseModel `bun:"table:?(ns)level_prices,alias:p"`

	ID        int64 `bun:"id,pk,autoincrement"`
	LevelID   int64 `bun:"level_id"`
	Amount    int64 `bun:"amount"`
	Term      int   `bun:"term"`
	Unit      int   `bun:"unit"`
	Sold      int64 `bun:"sold"`
	CreatedAt int64 `bun:"created_at"`
}

func levelPriceToRow(p *membership.Price) *levelPriceRow {
	return &levelPriceRow{ID: int64(p.ID), LevelID: int64(p.Level), Amount: int64(p.Amount), Term: p.Term.N, Unit: int(p.Term.Unit),
		Sold: p.Sold, CreatedAt: p.Created.UnixMilli()}
}

func levelPriceFromRow(r *levelPriceRow) membership.Price {
	return membership.Price{ID: mall.ID(r.ID), Level: mall.ID(r.LevelID), Amount: mall.Money(r.Amount),
		Term: member.Term{N: r.Term, Unit: mall.Span(r.Unit)}, Sold: r.Sold, Created: moment(&r.CreatedAt)}
}

type levelPurchaseRow struct {
	bun.BaseModel `bun:"table:?(ns)level_purchases,alias:p"`

	ID        int64  `bun:"id,pk,autoincrement"`
	Number    string `bun:"number"`
	AccountID int64  `bun:"account_id"`
	PriceID   int64  `bun:"price_id"`
	LevelID   int64  `bun:"level_id"`
	LevelName string `bun:"level_name"`
	Amount    int64  `bun:"amount"`
	Term      int    `bun:"term"`
	Unit      int    `bun:"unit"`
	Renew     bool   `bun:"renew"`
	Remark    string `bun:"remark"`
	State     string `bun:"state"`
	Refunded  int64  `bun:"refunded"`
	ByAccount int64  `bun:"by_account"`
	CreatedAt int64  `bun:"created_at"`
	ListedAt  int64  `bun:"listed_at"`
	PaidAt    *int64 `bun:"paid_at"`
	EndedAt   *int64 `bun:"ended_at"`
}

func levelPurchaseToRow(p *membership.Purchase) *levelPurchaseRow {
	return &levelPurchaseRow{ID: int64(p.ID), Number: p.Number, AccountID: int64(p.Account), PriceID: int64(p.Price), LevelID: int64(p.Level),
		LevelName: p.Name, Amount: int64(p.Amount), Term: p.Term.N, Unit: int(p.Term.Unit), Renew: p.Renew, Remark: p.Remark, State: string(p.State),
		Refunded: int64(p.Refunded), ByAccount: int64(p.By), CreatedAt: p.Created.UnixMilli(), ListedAt: p.Created.UnixMilli(), PaidAt: millis(p.Paid), EndedAt: millis(p.Ended)}
}

func levelPurchaseFromRow(r *levelPurchaseRow) membership.Purchase {
	return membership.Purchase{ID: mall.ID(r.ID), Number: r.Number, Account: mall.ID(r.AccountID), Price: mall.ID(r.PriceID), Level: mall.ID(r.LevelID),
		Name: r.LevelName, Amount: mall.Money(r.Amount), Term: member.Term{N: r.Term, Unit: mall.Span(r.Unit)}, Renew: r.Renew, Remark: r.Remark,
		State: membership.State(r.State), Refunded: mall.Money(r.Refunded), By: mall.ID(r.ByAccount),
		Created: moment(&r.CreatedAt), Paid: moment(r.PaidAt), Ended: moment(r.EndedAt)}
}

type levelRenewalRow struct {
	bun.BaseModel `bun:"table:?(ns)level_renewals,alias:r"`

	ID          int64 `bun:"id,pk,autoincrement"`
	AccountID   int64 `bun:"account_id"`
	LevelID     int64 `bun:"level_id"`
	PriceID     int64 `bun:"price_id"`
	DueAt       int64 `bun:"due_at"`
	LeasedUntil int64 `bun:"leased_until"`
}

func levelRenewalFromRow(r *levelRenewalRow) membership.Renewal {
	return membership.Renewal{Account: mall.ID(r.AccountID), Level: mall.ID(r.LevelID), Price: mall.ID(r.PriceID), Due: moment(&r.DueAt)}
}
