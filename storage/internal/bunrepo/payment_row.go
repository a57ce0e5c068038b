package bunrepo

import (
	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

type paymentRow struct {
	bun.BaseModel `bun:"table:?(ns)payments,alias:p"`

	ID          int64             `bun:"id,pk,autoincrement"`
	Number      string            `bun:"number"`
	Payer       int64             `bun:"payer"`
	Face        string            `bun:"face"`
	OperatorID  int64             `bun:"operator_id"`
	Purpose     string            `bun:"purpose"`
	Params      map[string]string `bun:"params,type:text"`
	Amount      int64             `bun:"amount"`
	Share       int64             `bun:"share"`
	ShareState  string            `bun:"share_state"`
	Title       string            `bun:"title"`
	Remark      string            `bun:"remark"`
	Provider    string            `bun:"provider"`
	Scene       string            `bun:"scene"`
	AppID       string            `bun:"appid"`
	OpenID      string            `bun:"openid"`
	Merchant    string            `bun:"merchant"`
	Prepay      string            `bun:"prepay"`
	Transaction string            `bun:"transaction_id"`
	State       string            `bun:"state"`
	DueAt       *int64            `bun:"due_at"`
	PaidAt      *int64            `bun:"paid_at"`
	Refunded    int64             `bun:"refunded"`
	Failure     string            `bun:"failure"`
	NextCheckAt *int64            `bun:"next_check_at"`
	LeasedUntil int64             `bun:"leased_until"`
	Tries       int               `bun:"tries"`
	CreatedAt   int64             `bun:"created_at"`
	UpdatedAt   int64             `bun:"updated_at"`
}

func paymentToRow(p *payment.Payment) *paymentRow {
	r := &paymentRow{Number: p.Number, Payer: int64(p.Payer), Face: string(p.Face), OperatorID: int64(p.Operator),
		Purpose: string(p.Action.Purpose), Params: p.Action.Params, Amount: int64(p.Amount), Share: int64(p.Share),
		ShareState: string(p.ShareState), Title: p.Title, Remark: p.Remark, Provider: p.Provider, Scene: string(p.Scene),
		AppID: p.AppID, OpenID: p.OpenID, Merchant: p.Merchant, Prepay: p.Prepay, Transaction: p.Transaction,
		State: string(p.State), DueAt: millis(p.Due), PaidAt: millis(p.Paid), Refunded: int64(p.Refunded), Failure: p.Failure,
		Tries: p.Tries, CreatedAt: p.Created.UnixMilli(), UpdatedAt: p.Updated.UnixMilli()}
	if r.Params == nil {
		r.Params = map[string]string{}
	}
	return r
}

func paymentFromRow(r *paymentRow) payment.Payment {
	p := payment.Payment{ID: mall.ID(r.ID), Number: r.Number, Payer: mall.ID(r.Payer), Face: mall.Face(r.Face), Operator: mall.ID(r.OperatorID),
		Action: payment.Action{Purpose: payment.Purpose(r.Purpose)}, Amount: mall.Money(r.Amount), Share: mall.Money(r.Share),
		ShareState: payment.ShareState(r.ShareState), Title: r.Title, Remark: r.Remark, Provider: r.Provider, Scene: payment.Scene(r.Scene),
		AppID: r.AppID, OpenID: r.OpenID, Merchant: r.Merchant, Prepay: r.Prepay, Transaction: r.Transaction,
		State: payment.State(r.State), Due: moment(r.DueAt), Paid: moment(r.PaidAt), Refunded: mall.Money(r.Refunded), Failure: r.Failure,
		Tries: r.Tries, Created: moment(&r.CreatedAt), Updated: moment(&r.UpdatedAt)}
	if len(r.Params) > 0 {
		p.Action.Params = r.Params
	}
	return p
}

type paymentPartRow struct {
	bun.BaseModel `bun:"table:?(ns)payment_parts,alias:t"`

	ID        int64  `bun:"id,pk,autoincrement"`
	PaymentID int64  `bun:"payment_id"`
	Purpose   string `bun:"purpose"`
	Ref       int64  `bun:"ref"`
	Subject   string `bun:"subject"`
	Amount    int64  `bun:"amount"`
	Share     int64  `bun:"share"`
	Refunded  int64  `bun:"refunded"`
	State     string `bun:"state"`
	Refusal   string `bun:"refusal"`
	Message   string `bun:"message"`
}

func paymentPartToRow(purpose payment.Purpose, id int64, t payment.Part) paymentPartRow {
	return paymentPartRow{PaymentID: id, Purpose: string(purpose), Ref: int64(t.Ref), Subject: t.Subject, Amount: int64(t.Amount),
		Share: int64(t.Share), Refunded: int64(t.Refunded), State: string(t.State), Refusal: t.Refusal, Message: t.Message}
}

func paymentPartFromRow(r *paymentPartRow) payment.Part {
	return payment.Part{ID: mall.ID(r.ID), Payment: mall.ID(r.PaymentID), Ref: mall.ID(r.Ref), Subject: r.Subject, Amount: mall.Money(r.Amount),
		Share: mall.Money(r.Share), Refunded: mall.Money(r.Refunded), State: payment.PartState(r.State), Refusal: r.Refusal, Message: r.Message}
}

type paymentNoticeRow struct {
	bun.BaseModel `bun:"table:?(ns)payment_notices,alias:n"`

	ID       int64  `bun:"id,pk,autoincrement"`
	Provider string `bun:"provider"`
	Notice   string `bun:"notice"`
	Number   string `bun:"number"`
	Hash     string `bun:"hash"`
	Result   string `bun:"result"`
	At       int64  `bun:"at"`
}

func paymentNoticeToRow(n payment.NoticeLog) *paymentNoticeRow {
	return &paymentNoticeRow{Provider: n.Provider, Notice: n.ID, Number: n.Number, Hash: n.Hash, Result: n.Result, At: n.At.UnixMilli()}
}
