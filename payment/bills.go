package payment

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// RightReconcile is the staff right to see differences and to compare a day anew.
const RightReconcile = "payment.reconcile"

// DifferenceKind says how a provider's bill and the books differ.
type DifferenceKind string

const (
	// MissingHere means paid there, and not here.
	MissingHere DifferenceKind = "missing_here"
	// MissingThere means paid here, and not there.
	MissingThere DifferenceKind = "missing_there"
	// AmountDiffers means paid on both sides, with another amount.
	AmountDiffers DifferenceKind = "amount"
	// TransactionDiffers means paid on both sides, by another transaction.
	TransactionDiffers DifferenceKind = "transaction"
	// RefundMissingHere means refunded there, and not known here.
	RefundMissingHere DifferenceKind = "refund_missing_here"
	// RefundMissingThere means refunded here, and not there.
	RefundMissingThere DifferenceKind = "refund_missing_there"
	// RefundDiffers means refunded on both sides, with another amount; or it
	// failed there and is booked here.
	RefundDiffers DifferenceKind = "refund"
)

// Difference is one finding of a comparison. It is reported once, however
// often the day is compared.
type Difference struct {
	ID           mall.ID
	Provider     string
	Merchant     string // merchant account, "" for the provider's only one
	Day          string // of the bill, by Config.Calendar
	Kind         DifferenceKind
	Number       string     // of the payment
	RefundNumber string     // "" for payments
	Transaction  string     // the provider's
	Ours, Theirs mall.Money // fen; zero on the side that has nothing
	Found        time.Time
	Resolved     time.Time // when a comparison did not find it any more, zero until then
}

// Bill is the comparison of one day of a merchant account.
type Bill struct {
	Provider, Merchant, Day string
	Lines                   int // in the provider's bill
	Differences             int // found, those that were known included
}

// DifferenceFilter narrows a list of differences; zero fields do not.
type DifferenceFilter struct {
	Provider string
	Day      string
	Kind     DifferenceKind
	Open     bool // leave out what is resolved
}

// Bills keeps the days that are compared and what was found. It is part of
// Repository; writes need a running mall.Tx.Do.
type Bills interface {
	// MerchantsOf lists the merchant accounts at which a provider was paid in
	// a span of time, in order, at most limit.
	MerchantsOf(ctx context.Context, provider string, from, to time.Time, limit int) ([]string, error)
	// ClaimBill takes a day of an account that was not compared yet and whose
	// next try is due, and keeps other processes off it until the moment lease;
	// false when there is nothing to do. again takes it though it is done.
	ClaimBill(ctx context.Context, provider, merchant, day string, again bool, now, lease time.Time) (bool, error)
	// DelayBill sets the next try of a day. FinishBill marks it as compared.
	DelayBill(ctx context.Context, provider, merchant, day string, next time.Time) error
	FinishBill(ctx context.Context, b Bill, at time.Time) error

	// ByNumbers and RefundsByNumbers answer what is known of many numbers, in
	// no order and without parts.
	ByNumbers(ctx context.Context, numbers []string) ([]Payment, error)
	RefundsByNumbers(ctx context.Context, numbers []string) ([]Refund, error)
	// PaidOn is a page of the payments that succeeded at an account in a span of
	// time, by id, after an id. RefundedOn is one of refunds that a provider
	// finished in that time.
	PaidOn(ctx context.Context, provider, merchant string, from, to time.Time, after mall.ID, limit int) ([]Payment, error)
	RefundedOn(ctx context.Context, provider, merchant string, from, to time.Time, after mall.ID, limit int) ([]Refund, error)

	// PutDifference stores a difference seen at a moment, and says whether it is
	// a new one. ResolveDifferences marks those of a bill that were last seen
	// before a moment.
	PutDifference(ctx context.Context, d *Difference, seen time.Time) (first bool, err error)
	ResolveDifferences(ctx context.Context, provider, merchant, day string, before, at time.Time) error
	// PurgeBills deletes differences that were last seen before a moment, then
	// days that were last compared or tried before it, at most limit in all, and
	// answers how many.
	PurgeBills(ctx context.Context, before time.Time, limit int) (int, error)
	// Differences is one page, newest first.
	Differences(ctx context.Context, f DifferenceFilter, p mall.Page) (mall.Slice[Difference], error)
}
