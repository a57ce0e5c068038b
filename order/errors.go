package order

import "github.com/gomall-dev/mall"

var (
	// ErrNoOrder says that there is no such order, or none that the actor may see.
	ErrNoOrder = mall.E(mall.NotFound, "order.none", "no such order")
	// ErrState says that the order's state does not allow the move; arguments: the move and the phase.
	ErrState = mall.E(mall.State, "order.state", "order does not allow this now:")
	// ErrCentre says that the order is paid in the mini program of another operating centre.
	ErrCentre = mall.E(mall.State, "order.centre", "order is paid in another mini program")
	// ErrOverdue says that the order's time to pay is over.
	ErrOverdue = mall.E(mall.State, "order.overdue", "time to pay this order is over")
	// ErrPaidMeanwhile says that a payment arrived while the order was to be closed.
	ErrPaidMeanwhile = mall.E(mall.State, "order.paid_meanwhile", "order was paid meanwhile")
	// ErrPaymentUnknown says that the provider does not tell whether the order is paid; try later.
	ErrPaymentUnknown = mall.E(mall.State, "order.payment_unknown", "payment is being checked, try again later")
	// ErrQty says that a quantity is out of range; its argument is the goods.
	ErrQty = mall.E(mall.Invalid, "order.qty", "quantity out of range for goods")
	// ErrEmpty says that there is nothing to order.
	ErrEmpty = mall.E(mall.Invalid, "order.empty", "nothing to order")
	// ErrTooMany says that an order would have too many lines.
	ErrTooMany = mall.E(mall.Limit, "order.too_many_lines", "too many lines in one order")
	// ErrUnpaidOrders says that the buyer has as many unpaid orders as allowed; its argument is how many.
	ErrUnpaidOrders = mall.E(mall.Limit, "order.unpaid_orders", "pay or cancel an order first, unpaid ones allowed:")
	// ErrUnpaidPieces says that the buyer would have too many pieces in unpaid orders; its argument is how many are allowed.
	ErrUnpaidPieces = mall.E(mall.Limit, "order.unpaid_pieces", "too many pieces in unpaid orders, allowed:")
	// ErrManyShops says that goods of several shops need one order each.
	ErrManyShops = mall.E(mall.Invalid, "order.many_shops", "goods of several shops need an order each")
	// ErrAmount says that an amount is beyond what an order may cost.
	ErrAmount = mall.E(mall.Invalid, "order.amount", "amount out of range")
	// ErrNoAddress says that goods are to be delivered and no address was given.
	ErrNoAddress = mall.E(mall.Invalid, "order.no_address", "delivery needs an address")
	// ErrOffer says that a wanted offer cannot be used; its arguments are the offer and the reason's code.
	ErrOffer = mall.E(mall.State, "order.offer", "offer cannot be used:")
	// ErrNoCoupon says that there is no such coupon.
	ErrNoCoupon = mall.E(mall.NotFound, "order.no_coupon", "no such coupon:")
	// ErrNothingToShip says that no piece of the order waits to be shipped.
	ErrNothingToShip = mall.E(mall.State, "order.nothing_to_ship", "nothing to ship")
	// ErrNotPaid says that an order must be paid first.
	ErrNotPaid = mall.E(mall.State, "order.not_paid", "order is not paid")
	// ErrNoCode says that there is no such redemption code, or none the actor may use.
	ErrNoCode = mall.E(mall.NotFound, "order.no_code", "no such redemption code")
	// ErrCodeShops says that several shops have such a code; the actor must name one.
	ErrCodeShops = mall.E(mall.Conflict, "order.code_shops", "several shops have this redemption code, name the shop")
	// ErrCodeUsed says that a redemption code was used already.
	ErrCodeUsed = mall.E(mall.State, "order.code_used", "redemption code was used already")
	// ErrNotClerk says that the account may not redeem codes.
	ErrNotClerk = mall.E(mall.Denied, "order.not_clerk", "not allowed to redeem codes")
	// ErrTries says that too many wrong codes were tried.
	ErrTries = mall.E(mall.Limit, "order.tries", "too many wrong codes, try again later")
	// ErrReviewed says that every line was reviewed.
	ErrReviewed = mall.E(mall.State, "order.reviewed", "reviewed already")
	// ErrNoLine says that the order has no such line.
	ErrNoLine = mall.E(mall.NotFound, "order.no_line", "order has no such line")
	// ErrNoClaim says that nothing of this can be claimed.
	ErrNoClaim = mall.E(mall.State, "order.no_claim", "after-sale is not possible for this")
	// ErrClaimOpen says that an after-sale claim is open for this already.
	ErrClaimOpen = mall.E(mall.Conflict, "order.claim_open", "in after-sale already")
	// ErrClaimState says that the claim's state does not allow this.
	ErrClaimState = mall.E(mall.State, "order.claim_state", "claim does not allow this now")
	// ErrClaimNone says that there is no such claim.
	ErrClaimNone = mall.E(mall.NotFound, "order.claim_none", "no such claim")
	// ErrClaimAmount says that more is asked for than was paid; its argument is the most there is.
	ErrClaimAmount = mall.E(mall.Invalid, "order.claim_amount", "more than can be refunded:")
	// ErrBusy says that the order was changed by others again and again.
	ErrBusy = mall.E(mall.Unavailable, "order.busy", "order is being changed, try again")
	// errUnbalanced says that the pricing pipeline broke an identity of its contract.
	errUnbalanced = mall.E(mall.Internal, "order.unbalanced", "amounts do not add up")
	// ErrAccountBusy bars erasing an account with live orders or claims.
	ErrAccountBusy = mall.E(mall.State, "order.account_busy", "there are open orders")
)
