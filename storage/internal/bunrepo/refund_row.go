package bunrepo

import (
	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

type refundRow struct {
	bun.BaseModel `bun:"table:?(ns)refunds,alias:r"`

	ID          int64  `bun:"id,pk,autoincrement"`
	Number      string `bun:"number"`
	PaymentID   int64  `bun:"payment_id"`
	PartID      int64  `bun:"part_id"`
	Payer       int64  `bun:"payer"`
	Purpose     string `bun:"purpose"`
	Ref         int64  `bun:"ref"`
	Source      string `bun:"source"`
	Amount      int64  `bun:"amount"`
	Gateway     int64  `bun:"gateway"`
	Wallet      int64  `bun:"wallet"`
	Reason      string `bun:"reason"`
	State       string `bun:"state"`
	Provider    string `bun:"provider"`
	Receipt     string `bun:"receipt"`
	Failure     string `bun:"failure"`
	Remedy      bool   `bun:"remedy"`
	ByAccount   int64  `bun:"by_account"`
	ByFace      string `bun:"by_face"`
	NextTryAt   int64  `bun:"next_try_at"`
	LeasedUntil int64  `bun:"leased_until"`
	Tries       int    `bun:"tries"`
	CreatedAt   int64  `bun:"created_at"`
	DoneAt      *int64 `bun:"done_at"`
}

func refundToRow(r *payment.Refund) *refundRow {
	at := r.Created.UnixMilli()
	return &refundRow{Number: r.Number, PaymentID: int64(r.Payment), PartID: int64(r.Part), Payer: int64(r.Payer), Purpose: string(r.Purpose),
		Ref: int64(r.Ref), Source: r.Source, Amount: int64(r.Amount), Gateway: int64(r.Gateway), Wallet: int64(r.Wallet), Reason: r.Reason,
		State: string(r.State), Provider: r.Provider, Receipt: r.Receipt, Failure: r.Failure, Remedy: r.Remedy, ByAccount: int64(r.By),
		ByFace: string(r.Face), NextTryAt: at, Tries: r.Tries, CreatedAt: at, DoneAt: millis(r.Done)}
}

func refundFromRow(r *refundRow) payment.Refund {
	return payment.Refund{ID: mall.ID(r.ID), Number: r.Number, Payment: mall.ID(r.PaymentID), Part: mall.ID(r.PartID), Payer: mall.ID(r.Payer),
		Purpose: payment.Purpose(r.Purpose), Ref: mall.ID(r.Ref), Source: r.Source, Amount: mall.Money(r.Amount), Gateway: mall.Money(r.Gateway),
		Wallet: mall.Money(r.Wallet), Reason: r.Reason, State: payment.RefundState(r.State), Provider: r.Provider, Receipt: r.Receipt,
		Failure: r.Failure, Remedy: r.Remedy, By: mall.ID(r.ByAccount), Face: mall.Face(r.ByFace), Tries: r.Tries,
		Created: moment(&r.CreatedAt), Done: moment(r.DoneAt)}
}

func refundsFromRows(rows []refundRow) []payment.Refund {
	list := make([]payment.Refund, len(rows))
	for i := range rows {
		list[i] = refundFromRow(&rows[i])
	}
	return list
}
