package bunrepo

import (
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

type paymentBillRow struct {
	bun.BaseModel `bun:"table:?(ns)payment_bills,alias:b"`

	ID          int64  `bun:"id,pk,autoincrement"`
	Provider    string `bun:"provider"`
	Merchant    string `bun:"merchant"`
	Day         string `bun:"day"`
	Done        bool   `bun:"done"`
	NextTryAt   int64  `bun:"next_try_at"`
	Tries       int    `bun:"tries"`
	Lines       int64  `bun:"lines"`
	Differences int64  `bun:"differences"`
	ComparedAt  *int64 `bun:"compared_at"`
}

type differenceRow struct {
	bun.BaseModel `bun:"table:?(ns)payment_differences,alias:d"`

	ID           int64  `bun:"id,pk,autoincrement"`
	Provider     string `bun:"provider"`
	Merchant     string `bun:"merchant"`
	Day          string `bun:"day"`
	Kind         string `bun:"kind"`
	Number       string `bun:"number"`
	RefundNumber string `bun:"refund_number"`
	Transaction  string `bun:"transaction_id"`
	Ours         int64  `bun:"ours"`
	Theirs       int64  `bun:"theirs"`
	FoundAt      int64  `bun:"found_at"`
	SeenAt       int64  `bun:"seen_at"`
	ResolvedAt   *int64 `bun:"resolved_at"`
}

func differenceToRow(d *payment.Difference, seen time.Time) *differenceRow {
	return &differenceRow{Provider: d.Provider, Merchant: d.Merchant, Day: d.Day, Kind: string(d.Kind), Number: d.Number, RefundNumber: d.RefundNumber,
		Transaction: d.Transaction, Ours: int64(d.Ours), Theirs: int64(d.Theirs), FoundAt: d.Found.UnixMilli(), SeenAt: seen.UnixMilli()}
}

func differenceFromRow(r *differenceRow) payment.Difference {
	return payment.Difference{ID: mall.ID(r.ID), Provider: r.Provider, Merchant: r.Merchant, Day: r.Day, Kind: payment.DifferenceKind(r.Kind),
		Number: r.Number, RefundNumber: r.RefundNumber, Transaction: r.Transaction, Ours: mall.Money(r.Ours), Theirs: mall.Money(r.Theirs),
		Found: moment(&r.FoundAt), Resolved: moment(r.ResolvedAt)}
}

func paymentsFromRows(rows []paymentRow) []payment.Payment {
	list := make([]payment.Payment, len(rows))
	for i := range rows {
		list[i] = paymentFromRow(&rows[i])
	}
	return list
}
