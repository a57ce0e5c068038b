package catalog

import "github.com/gomall-dev/mall"

// Errors of the catalogue. The argument is the name of the goods, or its id
// where there is none.
var (
	// ErrGone says that there is no such goods, or it was deleted.
	ErrGone = mall.E(mall.NotFound, "catalog.gone", "no such goods:")
	// ErrOffSale says that the goods is not on sale now.
	ErrOffSale = mall.E(mall.State, "catalog.off_sale", "not on sale:")
	// ErrNotValid says that today is not among the days on which the goods can be used.
	ErrNotValid = mall.E(mall.State, "catalog.not_valid", "not within its days of use:")
	// ErrHours says that the goods cannot be bought at this time of the day.
	ErrHours = mall.E(mall.State, "catalog.hours", "not within its hours:")
	// ErrNeedSKU says that options must be chosen first.
	ErrNeedSKU = mall.E(mall.Invalid, "catalog.need_sku", "options must be chosen for")
	// ErrNameTaken says that a category of this name is there; its argument is the name.
	ErrNameTaken = mall.E(mall.Conflict, "catalog.name_taken", "category exists already:")
	// ErrNoSKU says that the goods has no such combination of options.
	ErrNoSKU = mall.E(mall.Invalid, "catalog.no_sku", "no such options of")
	// ErrNeedAddon says that an add-on of a required group is missing.
	ErrNeedAddon = mall.E(mall.Invalid, "catalog.need_addon", "a required extra is missing for")
	// ErrBadAddon says that an add-on is not of these goods, or two of a single-choice group were given.
	ErrBadAddon = mall.E(mall.Invalid, "catalog.bad_addon", "wrong extras for")
	// ErrMinBuy says that fewer pieces than the least number are wanted; arguments: name, least number.
	ErrMinBuy = mall.E(mall.Invalid, "catalog.min_buy", "too few pieces of")
	// ErrQty says that the number of pieces is out of range.
	ErrQty = mall.E(mall.Invalid, "catalog.qty", "number of pieces out of range for")
	// ErrLimit says that the buyer's purchase limit is used up, or excludes them.
	ErrLimit = mall.E(mall.Limit, "catalog.limit", "purchase limit reached for")
	// ErrNotDelivered says that a freight template does not deliver to the region; argument: its name.
	ErrNotDelivered = mall.E(mall.State, "catalog.not_delivered", "not delivered to this region:")
	// ErrReviewed says that an order line has a review already; argument: the line.
	ErrReviewed = mall.E(mall.Conflict, "catalog.reviewed", "reviewed already: line")
	// ErrCategory says that there is no such category.
	ErrCategory = mall.E(mall.NotFound, "catalog.category", "no such category")
	// ErrCycle says that a category would become its own ancestor.
	ErrCycle = mall.E(mall.Invalid, "catalog.cycle", "a category cannot lie below itself")
	// ErrInUse says that a category still has goods or children.
	ErrInUse = mall.E(mall.Conflict, "catalog.in_use", "category still has goods or children")
	// ErrFreight says that there is no such freight template.
	ErrFreight = mall.E(mall.NotFound, "catalog.freight", "no such freight template")
)
