package payment

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Repository keeps payments with their parts, refunds and the log of notices.
// Writes need a running mall.Tx.Do. Payments are read with their parts.
type Repository interface {
	Bills

	// Insert stores a payment with its parts and gives them their IDs;
	// mall.ErrConflict when the number is taken. next is the first check of an
	// open one.
	Insert(ctx context.Context, p *Payment, next time.Time) error
	// Get and ByNumber answer one payment or mall.ErrNotFound.
	Get(ctx context.Context, id mall.ID) (*Payment, error)
	ByNumber(ctx context.Context, number string) (*Payment, error)
	// List is one page of payments, newest first.
	List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Payment], error)
	// Each gives up to limit payments of a payer with ids over after, lowest first.
	Each(ctx context.Context, payer, after mall.ID, limit int64) ([]Payment, error)
	// OpenFor lists the open gateway payments of a reference, oldest first, at most limit.
	OpenFor(ctx context.Context, purpose Purpose, ref mall.ID, limit int) ([]Payment, error)
	// CountOpen counts them; CountFor counts all payments of a reference.
	CountOpen(ctx context.Context, purpose Purpose, ref mall.ID) (int, error)
	CountFor(ctx context.Context, purpose Purpose, ref mall.ID) (int, error)
	// HasOpen says whether an account has open payments or unfinished refunds.
	HasOpen(ctx context.Context, payer mall.ID) (bool, error)

	// Pend moves created → pending and stores the provider's id.
	Pend(ctx context.Context, id mall.ID, prepay string, next, at time.Time) (bool, error)
	// End moves an open payment to closed or failed; a frozen share becomes
	// released. It answers whether it moved and whether there was a frozen share.
	End(ctx context.Context, id mall.ID, to State, failure string, at time.Time) (moved, frozen bool, err error)
	// Succeed moves a payment that did not succeed yet to succeeded and
	// answers where its share is. It does not move when another payment of the
	// provider has the transaction.
	Succeed(ctx context.Context, id mall.ID, transaction string, paid, at time.Time) (share ShareState, moved bool, err error)
	// SaveParts stores state and refusal of a payment's parts, and the state of its share.
	SaveParts(ctx context.Context, id mall.ID, share ShareState, parts []Part) error
	// Claim takes at most limit open payments whose next check is due, and
	// keeps other processes off them until the moment lease.
	Claim(ctx context.Context, now, lease time.Time, limit int) ([]Payment, error)
	// Later sets the next check of an open payment and counts the try.
	Later(ctx context.Context, id mall.ID, next time.Time) error

	// PaidPart is the part that paid for a reference and was carried out, in a
	// payment that holds just this one; mall.ErrNotFound without one.
	PaidPart(ctx context.Context, purpose Purpose, ref mall.ID) (*Payment, error)
	// TakeRefund adds to what is refunded of a part and its payment, if both
	// have as much left, and answers the part's sum afterwards.
	TakeRefund(ctx context.Context, payment, part mall.ID, amount mall.Money) (refunded mall.Money, ok bool, err error)
	// InsertRefund stores a refund and gives it its ID; mall.ErrConflict when
	// its source or number is taken.
	InsertRefund(ctx context.Context, r *Refund) error
	// RefundBySource and RefundByNumber answer one refund or mall.ErrNotFound.
	RefundBySource(ctx context.Context, source string) (*Refund, error)
	RefundByNumber(ctx context.Context, number string) (*Refund, error)
	// Refunds lists the refunds of a reference, oldest first.
	Refunds(ctx context.Context, purpose Purpose, ref mall.ID) ([]Refund, error)
	// EachRefund gives up to limit refunds of a payer with ids over after, lowest first.
	EachRefund(ctx context.Context, payer, after mall.ID, limit int64) ([]Refund, error)
	// RedactRefunds empties the reasons of a payer's refunds, which may be the
	// buyer's words.
	RedactRefunds(ctx context.Context, payer mall.ID) error
	// FinishRefund moves an unfinished refund to succeeded.
	FinishRefund(ctx context.Context, id mall.ID, receipt string, at time.Time) (bool, error)
	// DelayRefund notes an answer that was not the end: the state becomes
	// pending or failed, the try is counted, the next one set.
	DelayRefund(ctx context.Context, id mall.ID, to RefundState, failure string, next time.Time) (bool, error)
	// HurryRefund lets the next sweep ask for an unfinished refund.
	HurryRefund(ctx context.Context, id mall.ID, at time.Time) error
	// ClaimRefunds takes at most limit unfinished refunds whose next try is
	// due, and keeps other processes off them until the moment lease.
	ClaimRefunds(ctx context.Context, now, lease time.Time, limit int) ([]Refund, error)

	// LogNotice stores one line about a notification. It answers false, and
	// stores nothing, when the provider's notification of that ID was accepted
	// before; of several at once one is the first. PurgeNotices deletes at most
	// limit lines from before a moment and answers how many.
	LogNotice(ctx context.Context, n NoticeLog) (first bool, err error)
	// TakeNotice is LogNotice for a notification about a payment, which it gives
	// when it was the first; mall.ErrNotFound when there is none of the number.
	TakeNotice(ctx context.Context, n NoticeLog) (first bool, p *Payment, err error)
	PurgeNotices(ctx context.Context, before time.Time, limit int) (int, error)
	// Redact empties the openids, titles and remarks of an account's payments:
	// clients choose the words of the latter two.
	Redact(ctx context.Context, payer mall.ID) error
}

// Filter narrows a list of payments; zero fields do not.
type Filter struct {
	Payer   mall.ID
	States  []State
	Number  string  // the payment's own number, or that of what it paid for
	Purpose Purpose // Recharge lists recharges
	Paying  bool    // leave out what cost nothing
}

// NoticeLog is one line about a verified notification. It holds no secrets:
// the body is kept as a hash only.
type NoticeLog struct {
	Provider string
	ID       string // of the notification at the provider, "" if it has none
	Number   string // of the payment or refund
	Hash     string // SHA-256 of the raw body, hexadecimal
	Result   string // "accepted", or the code of the refusal
	At       time.Time
}
