package catalog

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Repository is the catalogue's part of a store; every field is needed.
type Repository struct {
	Categories Categories
	Products   Products
	Freights   Freights
	Limits     Limits
	Favourites Favourites
	Reviews    Reviews
}

func (r Repository) complete() bool {
	return r.Categories != nil && r.Products != nil && r.Freights != nil && r.Limits != nil && r.Favourites != nil && r.Reviews != nil
}

// Categories keeps the tree. Writes need a running Do.
type Categories interface {
	// Insert stores a new category and sets its ID. mall.ErrConflict: its Code is taken.
	Insert(ctx context.Context, c *Category) error
	// Update stores everything but Code, Creator and CreatedAt; mall.ErrNotFound.
	Update(ctx context.Context, c *Category) error
	// SetLevels moves the levels of all descendants of a category by so many.
	SetLevels(ctx context.Context, below mall.ID, by int) error
	// Delete removes a category that has neither children nor goods; false when
	// it has some or is not there.
	Delete(ctx context.Context, id mall.ID) (bool, error)
	// Empty takes the goods of a category out of it; they then have none.
	Empty(ctx context.Context, id mall.ID, at time.Time) error
	// Find is one category; mall.ErrNotFound.
	Find(ctx context.Context, id mall.ID) (*Category, error)
	// FindCode is the category of a public code; mall.ErrNotFound.
	FindCode(ctx context.Context, code string) (*Category, error)
	// Named is the oldest category of this name among the children of a parent
	// (0: the roots) in a shop, 0 when there is none.
	Named(ctx context.Context, shop, parent mall.ID, name string) (mall.ID, error)
	// All lists categories by Sort and id; those of one shop, or of all when shop is nil.
	All(ctx context.Context, shop *mall.ID, usedOnly bool) ([]Category, error)
	// Below is a category and everything under it, in one statement.
	Below(ctx context.Context, id mall.ID) ([]mall.ID, error)
	// LastCode is the last public code given, empty when there is none. Until
	// the transaction ends nobody else gets it.
	LastCode(ctx context.Context) (string, error)
	// SetLastCode stores the last public code given.
	SetLastCode(ctx context.Context, code string) error
}

// Products keeps goods, SKUs, pictures and extras. Writes need a running Do.
type Products interface {
	// Insert stores new goods, sets their IDs and makes them searchable.
	// mall.ErrConflict: a Code is taken; nothing may be kept of the rest then.
	Insert(ctx context.Context, goods []*Goods, texts []Text) error
	// Update stores what staff may change and the columns that lists need, not
	// the counters and activities; mall.ErrNotFound when it is deleted or was never there.
	Update(ctx context.Context, g *Goods, t Text) error
	// SetSale sets the sale state; false when there is no such goods.
	SetSale(ctx context.Context, id mall.ID, on bool, at time.Time) (bool, error)
	// Own takes the row of goods: until the transaction ends nobody else
	// changes it. False when there is no such goods.
	Own(ctx context.Context, id mall.ID) (bool, error)
	// SetLimited notes whether goods have purchase limits.
	SetLimited(ctx context.Context, id mall.ID, limited bool) error
	// Delete hides goods for ever; false when there is no such goods.
	Delete(ctx context.Context, id mall.ID, at time.Time) (bool, error)
	// Count adds to counters of goods, one statement each, in order of ids.
	Count(ctx context.Context, add []Counts) error
	// LastCode is the last public code given, empty when there is none. Until
	// the transaction ends nobody else gets it.
	LastCode(ctx context.Context) (string, error)
	// SetLastCode stores the last public code given.
	SetLastCode(ctx context.Context, code string) error

	// Find is one goods with its stock; mall.ErrNotFound also when deleted.
	Find(ctx context.Context, id mall.ID) (*Goods, error)
	// FindCode is the goods of a public code; mall.ErrNotFound.
	FindCode(ctx context.Context, code string) (mall.ID, error)
	// Whole is one goods with its stock, its texts, pictures, SKUs and category;
	// mall.ErrNotFound also when deleted.
	Whole(ctx context.Context, id mall.ID) (*Detail, error)
	// WithSKUs are the goods that ByIDs gives, with what SKUs gives for them.
	WithSKUs(ctx context.Context, ids []mall.ID) (map[mall.ID]*Goods, []SKU, error)
	// ByIDs are the goods that are there and not deleted, without stock, in one statement.
	ByIDs(ctx context.Context, ids []mall.ID) (map[mall.ID]*Goods, error)
	// List is a page of goods with their stock.
	List(ctx context.Context, f Query, p mall.Page) ([]Goods, error)
	// Total counts the goods of a list, up to atMost+1.
	Total(ctx context.Context, f Query, atMost int64) (int64, error)
	// Shelf is what a shop, not 0, has on sale at a moment, hidden or not, by
	// sort and newest first, without stock.
	Shelf(ctx context.Context, shop mall.ID, at time.Time, limit int64) ([]Goods, error)
	// Lowest are, by shop, the lowest prices of goods on sale at a moment, hidden
	// or not, that can be used on its day.
	Lowest(ctx context.Context, shops []mall.ID, at time.Time, day string) (map[mall.ID]mall.Money, error)
	// Each are the goods with ids greater than after, deleted ones left out, by id.
	Each(ctx context.Context, after mall.ID, limit int64) ([]Goods, error)

	// Codes are the public codes of goods, deleted ones too.
	Codes(ctx context.Context, ids []mall.ID) (map[mall.ID]string, error)
	// Texts are the long texts of several goods in one statement, their Content
	// cut to so many characters (0: whole); goods without any are missing.
	Texts(ctx context.Context, goods []mall.ID, most int) (map[mall.ID]Text, error)
	// PicsOf are the pictures of several goods in order, in one statement.
	PicsOf(ctx context.Context, goods []mall.ID) (map[mall.ID][]Pic, error)
	// PutPics replaces the pictures of goods; those kept keep their ids.
	PutPics(ctx context.Context, goods mall.ID, urls []string) error
	// Properties are the options of goods in order.
	Properties(ctx context.Context, goods mall.ID) ([]Property, error)
	// PutProperties stores properties and values: those with an ID are changed,
	// others are new and get theirs, those missing go away.
	PutProperties(ctx context.Context, goods mall.ID, ps []Property, at time.Time) error

	// SKUs are the SKUs of several goods with their stock, in one statement, by id.
	SKUs(ctx context.Context, goods []mall.ID) ([]SKU, error)
	// InsertSKUs stores new SKUs and sets their IDs. mall.ErrConflict: a combination is taken.
	InsertSKUs(ctx context.Context, skus []*SKU) error
	// UpdateSKU stores a SKU.
	UpdateSKU(ctx context.Context, k *SKU) error
	// DeleteSKUs takes SKUs off the shelf for ever.
	DeleteSKUs(ctx context.Context, ids []mall.ID, at time.Time) error

	// Addons are the groups of extras of several goods in order, in one statement.
	Addons(ctx context.Context, goods []mall.ID) (map[mall.ID][]AddonGroup, error)
	// PutAddons replaces the groups of goods; groups and items with an ID keep it.
	PutAddons(ctx context.Context, goods mall.ID, groups []AddonGroup) error
}

// Text is the long part of goods.
type Text struct {
	Goods   mall.ID
	Content string
	Extra   map[string]string
}

// Counts is what is added to the counters of one goods.
type Counts struct {
	Goods                                                  mall.ID
	Views, Orders, Sells, Favourites, Reviews, GoodReviews int64
}

// Freights keeps freight templates. Writes need a running Do.
type Freights interface {
	// Put stores a template: a new one, whose ID it sets, or by ID; mall.ErrNotFound.
	Put(ctx context.Context, f *Freight, at time.Time) error
	// Delete removes a template that no goods uses; false when some do or it is not there.
	Delete(ctx context.Context, id mall.ID) (bool, error)
	// ByIDs are the templates that are there, in one statement.
	ByIDs(ctx context.Context, ids []mall.ID) (map[mall.ID]*Freight, error)
	// All lists the templates of a shop by id.
	All(ctx context.Context, shop mall.ID) ([]Freight, error)
}

// Limits keeps purchase limits and what was bought under them. Writes need a running Do.
type Limits interface {
	// Put replaces the limits of goods and sets their IDs.
	Put(ctx context.Context, goods mall.ID, limits []Limit) error
	// ByGoods are the limits of several goods by id, in one statement.
	ByGoods(ctx context.Context, goods []mall.ID) (map[mall.ID][]Limit, error)
	// Guard takes the guard rows of a buyer and goods, in order of the ids
	// given: until the transaction ends nobody else counts or takes for them.
	Guard(ctx context.Context, buyer mall.ID, goods []mall.ID) error
	// Taken are the pieces that a buyer took of goods since a day, summed per
	// goods, SKU and day, without what was given back.
	Taken(ctx context.Context, buyer mall.ID, goods []mall.ID, since string) ([]Taken, error)
	// Take stores what a source takes; false when it took of one of them before.
	Take(ctx context.Context, source string, buyer mall.ID, takes []Taken) (bool, error)
	// Give marks everything of a source as given back.
	Give(ctx context.Context, source string) error
}

// Taken is a number of pieces bought of limited goods on a day.
type Taken struct {
	Goods, SKU mall.ID
	Day        string
	Pieces     int64
}

// Favourites keeps what buyers like. Writes need a running Do.
type Favourites interface {
	// Add stores a favourite; of one that is there only JSON changes. added says whether it is new.
	Add(ctx context.Context, f Favourite) (added bool, err error)
	// Remove takes a buyer's favourite away, by its id or by goods and type,
	// and returns it; mall.ErrNotFound.
	Remove(ctx context.Context, account, id, goods mall.ID, typ int) (Favourite, error)
	// Has says whether a buyer likes goods.
	Has(ctx context.Context, account, goods mall.ID, typ int) (bool, error)
	// List is a buyer's favourites, newest first, with the names and pictures of today.
	List(ctx context.Context, account mall.ID, nameLike string, p mall.Page) ([]Favourite, error)
	// Each gives up to limit of a buyer's favourites with ids over after,
	// lowest first, as List does.
	Each(ctx context.Context, account, after mall.ID, limit int64) ([]Favourite, error)
	// Erase removes all favourites of a buyer and returns them.
	Erase(ctx context.Context, account mall.ID) ([]Favourite, error)
}

// Reviews keeps opinions and recent deals. Writes need a running Do.
type Reviews interface {
	// Add stores reviews; mall.ErrConflict when an order line has one.
	Add(ctx context.Context, reviews []Review) error
	// Reply stores the shop's answer; false when there is no such review.
	Reply(ctx context.Context, id mall.ID, text string, at time.Time) (bool, error)
	// Hide sets whether a review is hidden; it returns the review as it was,
	// mall.ErrNotFound when there is none or it is so already.
	Hide(ctx context.Context, id mall.ID, hidden bool) (Review, error)
	// List is a page of the visible reviews of goods, newest first, counted up to atMost+1.
	List(ctx context.Context, f ReviewFilter, p mall.Page, atMost int64) ([]Review, int64, error)
	// Each gives up to limit reviews of a buyer with ids over after, lowest
	// first, hidden ones too.
	Each(ctx context.Context, buyer, after mall.ID, limit int64) ([]Review, error)
	// Erase takes texts and pictures out of all reviews of a buyer, and the buyer's deals away.
	Erase(ctx context.Context, buyer mall.ID) error
	// AddDeals stores deals, and keeps the newest of each kind only.
	AddDeals(ctx context.Context, deals []Deal, keep int64) error
	// Deals are the newest deals of a kind with names and pictures of goods still listed.
	Deals(ctx context.Context, kind DealKind, limit int64) ([]Deal, error)
}
