package wallet

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Repository keeps wallets, their ledger, pay passwords and recharge rules.
// Writes need a running mall.Tx.Do.
type Repository interface {
	// Get is the wallet of an account; one that never moved has zeros.
	Get(ctx context.Context, account mall.ID) (Amounts, error)
	// Change adds signed amounts to a wallet and answers what is there
	// afterwards. With guard it happens only if no part that is lowered falls
	// below 0; ok says whether it happened. Without guard it always does, and
	// a missing wallet is made.
	Change(ctx context.Context, account mall.ID, d Amounts, guard bool) (left Amounts, ok bool, err error)
	// Count adds to the totals of a wallet; a missing one is made.
	Count(ctx context.Context, account mall.ID, t Totals) error
	// Append stores an entry, or answers false when the account has one of
	// this source already.
	Append(ctx context.Context, e *Entry) (bool, error)
	// FindSource is the entry of a source; mall.ErrNotFound without one.
	FindSource(ctx context.Context, account mall.ID, src Source) (*Entry, error)
	// Logs lists entries, newest first, without those of payment.KindFreeze.
	// What left is told from what came by Entry.Net.
	Logs(ctx context.Context, account mall.ID, f Filter, p mall.Page) (mall.Slice[Entry], error)
	// Each gives up to limit of the entries that Logs lists, with ids over
	// after, lowest first.
	Each(ctx context.Context, account, after mall.ID, limit int64) ([]Entry, error)
	// Sum adds up the ledger of an account: it equals Get, always.
	Sum(ctx context.Context, account mall.ID) (balance, frozen mall.Money, err error)
	// Gifts is what is left of the gifts (payment.KindGift) in a wallet: they are
	// spent after all else. What refunds and returned deposits brought back
	// counts as never spent, so that no gift becomes money by being refunded.
	Gifts(ctx context.Context, account mall.ID) (mall.Money, error)
	// Redact empties the remarks of an account's entries, and deletes its pay password.
	Redact(ctx context.Context, account mall.ID) error

	// Password is the hash of an account's pay password, or mall.ErrNotFound.
	Password(ctx context.Context, account mall.ID) (hash string, err error)
	// SetPassword stores the first hash; false when there is one.
	SetPassword(ctx context.Context, account mall.ID, hash string, at time.Time) (bool, error)
	// ReplacePassword puts a hash in the place of old and forgets the tries;
	// false when old is not the current one.
	ReplacePassword(ctx context.Context, account mall.ID, old, hash string, at time.Time) (bool, error)
	// PutPassword stores a hash, whatever was there before, and forgets the tries.
	PutPassword(ctx context.Context, account mall.ID, hash string, at time.Time) error
	// TakeTry counts a try if fewer than most were made since the counter was
	// last empty; the counter empties at the moment until, which every try
	// moves. It answers the number of tries, this one included.
	TakeTry(ctx context.Context, account mall.ID, most int, now, until time.Time) (tries int, ok bool, err error)
	// LockedUntil is when the tries empty.
	LockedUntil(ctx context.Context, account mall.ID) (time.Time, error)
	// ForgetTries empties the counter.
	ForgetTries(ctx context.Context, account mall.ID) error

	// Rules lists the recharge rules by Confine.
	Rules(ctx context.Context) ([]Rule, error)
	// SaveRule stores a rule, a new one (ID 0) gets its ID; mall.ErrNotFound
	// when there is none of the ID.
	SaveRule(ctx context.Context, r *Rule) error
	// DeleteRule removes a rule; false when there is none.
	DeleteRule(ctx context.Context, id mall.ID) (bool, error)
}
