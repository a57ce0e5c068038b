package coupon

import "github.com/gomall-dev/mall"

// Why a coupon cannot be had.
var (
	// ErrNone says that there is no such coupon, template or rule, or that it is somebody else's.
	ErrNone = mall.E(mall.NotFound, "coupon.none", "no such coupon")
	// ErrGone says that none are left.
	ErrGone = mall.E(mall.Limit, "coupon.gone", "no coupons are left")
	// ErrClosed says that coupons of the template are not issued, or not yet.
	ErrClosed = mall.E(mall.State, "coupon.closed", "coupons are not issued now")
	// ErrLimit says that the account has claimed as many as one may. Its argument is that number.
	ErrLimit = mall.E(mall.Limit, "coupon.limit", "claimed as many as one may already:")
	// ErrOver says that the time of the coupons is over.
	ErrOver = mall.E(mall.State, "coupon.over", "coupons are over")
	// ErrPoints says that the account has too few points. Its argument is how many a coupon costs.
	ErrPoints = mall.E(mall.State, "coupon.points", "coupon costs more points than there are:")
	// ErrPrice says that the coupon must be bought. Its argument is the price, a mall.Money.
	ErrPrice = mall.E(mall.State, "coupon.price", "coupon must be bought for")
	// ErrPassword says that the password of a template is missing or wrong.
	ErrPassword = mall.E(mall.NotFound, "coupon.password", "wrong password")
	// ErrTries says that too many passwords, cards or receivers were tried; it ends by itself.
	ErrTries = mall.E(mall.Limit, "coupon.tries", "too many tries, try again later")
)

// Why a coupon cannot be used.
var (
	// ErrUsed says that the coupon was used or merged already.
	ErrUsed = mall.E(mall.State, "coupon.used", "coupon was used already")
	// ErrExpired says that the coupon's time is over.
	ErrExpired = mall.E(mall.State, "coupon.expired", "coupon has expired")
	// ErrEarly says that the coupon's time has not come.
	ErrEarly = mall.E(mall.State, "coupon.early", "coupon is not good yet")
	// ErrShop says that the coupon belongs to another shop.
	ErrShop = mall.E(mall.State, "coupon.shop", "coupon belongs to another shop")
	// ErrScope says that the coupon is for none of the goods.
	ErrScope = mall.E(mall.State, "coupon.scope", "coupon is for other goods")
	// ErrThreshold says that its goods cost too little. Its argument is what they must cost.
	ErrThreshold = mall.E(mall.State, "coupon.threshold", "coupon needs goods for")
	// ErrNothing says that there is nothing left that it could take off.
	ErrNothing = mall.E(mall.State, "coupon.nothing", "nothing is left to take off")
	// ErrTooMany says that the goods take no more coupons. Its argument is how many they take.
	ErrTooMany = mall.E(mall.State, "coupon.too_many", "coupons that an order of these goods takes:")
)

// What else is refused.
var (
	// ErrReceiver says that nobody can take the gift: an unknown account, or the giver.
	ErrReceiver = mall.E(mall.NotFound, "coupon.receiver", "nobody to give the coupon to")
	// ErrMerge says that the coupons are not what the rule takes.
	ErrMerge = mall.E(mall.Invalid, "coupon.merge", "not the coupons that the rule takes")
	// ErrCard is one answer for an unknown number and a wrong secret.
	ErrCard = mall.E(mall.NotFound, "coupon.card", "wrong card number or secret")
	// ErrSpent says that the card was exchanged already.
	ErrSpent = mall.E(mall.State, "coupon.spent", "card was exchanged already")
	// ErrTotal says that there cannot be fewer coupons than were issued. Its argument is their number.
	ErrTotal = mall.E(mall.State, "coupon.total", "more coupons were issued already:")
)
