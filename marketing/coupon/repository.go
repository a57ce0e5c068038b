package coupon

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Repository keeps templates, coupons, cards and merging rules. Writes need a
// running mall.Tx.Do. Moves answer whether they happened.
type Repository interface {
	// InsertTemplate stores a template and gives it its ID.
	InsertTemplate(ctx context.Context, t *Template) error
	// SaveTerms replaces the terms of a template; false when there is none of the ID.
	SaveTerms(ctx context.Context, id mall.ID, t Terms, at time.Time) (bool, error)
	// SetOpen opens or closes a template; false when there is none of the ID.
	SetOpen(ctx context.Context, id mall.ID, open bool, at time.Time) (bool, error)
	// Templates gives those of the ids that exist, by two statements.
	Templates(ctx context.Context, ids []mall.ID) (map[mall.ID]*Template, error)
	// ListTemplates is one page, newest first, by a fixed number of statements.
	ListTemplates(ctx context.Context, f TemplateFilter, p mall.Page) (mall.Slice[Template], error)
	// UsedOf says how many coupons of templates are used; those without are missing.
	UsedOf(ctx context.Context, templates []mall.ID) (map[mall.ID]int64, error)

	// InsertGrants stores coupons and gives them their IDs.
	InsertGrants(ctx context.Context, gs []Grant) error
	// Grants gives those of the ids that exist, lowest first, by one statement.
	Grants(ctx context.Context, ids []mall.ID) ([]Grant, error)
	// GrantsOf are the coupons that an order used, lowest first.
	GrantsOf(ctx context.Context, order mall.ID) ([]Grant, error)
	// ListGrants is one page, newest first.
	ListGrants(ctx context.Context, f GrantFilter, p mall.Page) (mall.Slice[Grant], error)
	// EachGrant gives up to limit coupons of an account with ids over after, lowest first.
	EachGrant(ctx context.Context, account, after mall.ID, limit int64) ([]Grant, error)
	// Good are up to limit usable coupons of an account that are good at a
	// moment, the next to end first.
	Good(ctx context.Context, account mall.ID, at time.Time, limit int64) ([]Grant, error)
	// Use moves an account's coupon that is good now usable → used.
	Use(ctx context.Context, id, account, order mall.ID, now time.Time) (bool, error)
	// Return moves a coupon that the order used → usable, with its old end.
	Return(ctx context.Context, id, order mall.ID, now time.Time) (bool, error)
	// Give hands a usable coupon before its end from one account to another.
	Give(ctx context.Context, id, from, to mall.ID, now time.Time) (bool, error)
	// Merge moves an account's usable coupon before its end → merged.
	Merge(ctx context.Context, id, account mall.ID, now time.Time) (bool, error)
	// Due are up to limit usable coupons whose end has passed, oldest end first.
	Due(ctx context.Context, now time.Time, limit int) ([]Grant, error)
	// Expire moves a coupon usable → expired.
	Expire(ctx context.Context, id mall.ID, now time.Time) (bool, error)
	// ExpireOf moves all usable coupons of an account → expired.
	ExpireOf(ctx context.Context, account mall.ID, now time.Time) error
	// Take counts one more claim of an account, unless there are most (≥ 1)
	// already; counting and comparing are one statement.
	Take(ctx context.Context, template, account mall.ID, most int64) (bool, error)
	// Taken says how many of a template an account has claimed.
	Taken(ctx context.Context, template, account mall.ID) (int64, error)

	// InsertCards stores cards; mall.ErrConflict when a number is taken.
	InsertCards(ctx context.Context, cards []Card) error
	// Card gives one card; mall.ErrNotFound.
	Card(ctx context.Context, number string) (*Card, error)
	// Spend notes who exchanged an unspent card for which coupon.
	Spend(ctx context.Context, id, account, grant mall.ID, now time.Time) (bool, error)

	// MergeRules lists the rules, all or those that are open, by ID.
	MergeRules(ctx context.Context, open bool) ([]MergeRule, error)
	// MergeRule gives one rule; mall.ErrNotFound.
	MergeRule(ctx context.Context, id mall.ID) (*MergeRule, error)
	// SaveMergeRule stores a rule, a new one (ID 0) gets its ID;
	// mall.ErrNotFound when there is none of the ID.
	SaveMergeRule(ctx context.Context, r *MergeRule) error
	// DeleteMergeRule removes a rule; false when there is none.
	DeleteMergeRule(ctx context.Context, id mall.ID) (bool, error)
}

// TemplateFilter narrows a list of templates; zero fields do not.
type TemplateFilter struct {
	IDs    []mall.ID
	Type   string
	Shop   *mall.ID
	Shown  bool      // open and listed
	Open   bool      // open, listed or not
	Before time.Time // claims had not ended then
	For    *Product
}

// Product is what coupons must be good for.
type Product struct {
	Goods      mall.ID
	Shop       mall.ID
	Categories []mall.ID // its own and all above it
}

// GrantFilter narrows a list of coupons; zero fields do not.
type GrantFilter struct {
	Account  mall.ID
	Template mall.ID
	Shop     *mall.ID // of templates of this shop
	States   []State  // at Now
	Now      time.Time
	// Reached restricts to coupons whose threshold a sum of goods reaches.
	Reached *mall.Money
}
