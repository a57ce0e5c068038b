package payment

import "github.com/gomall-dev/mall"

var (
	// ErrPurpose says that nothing is registered for a purpose; its argument names it.
	ErrPurpose = mall.E(mall.Invalid, "payment.purpose", "no such purpose of a payment:")
	// ErrProvider says that a provider is not configured; its argument names it.
	ErrProvider = mall.E(mall.Unavailable, "payment.provider", "payment provider is not configured:")
	// ErrAmount says that the client's amount differs from what is to be paid.
	// Its arguments are the amount to pay and the one that came.
	ErrAmount = mall.E(mall.Invalid, "payment.amount", "amount differs from what is to be paid:")
	// ErrNothing says that nothing is left for a gateway: pay from the wallet.
	ErrNothing = mall.E(mall.State, "payment.nothing", "nothing is left to pay at a gateway")
	// ErrOverdue says that the time to pay is over.
	ErrOverdue = mall.E(mall.State, "payment.overdue", "time to pay is over")
	// ErrPaid says that it is paid already.
	ErrPaid = mall.E(mall.State, "payment.paid", "paid already")
	// ErrGateway says that the gateway refused or did not answer; its argument is the gateway's code.
	ErrGateway = mall.E(mall.Unavailable, "payment.gateway", "payment gateway did not open the payment:")
	// ErrOpenID says that the scene needs the payer's openid.
	ErrOpenID = mall.E(mall.Invalid, "payment.openid", "payer has no openid at this mini program")
	// ErrNotice says that a notification does not fit the payment; its argument says in what.
	ErrNotice = mall.E(mall.Invalid, "payment.notice", "notification differs from the payment in")
	// ErrBill says that a provider's bill cannot be had; its argument is the provider's code.
	ErrBill = mall.E(mall.Unavailable, "payment.bill", "bill of the payment provider cannot be had:")
	// ErrBillNotReady says that a provider has not made a bill yet; its argument
	// is the day. It will be there later.
	ErrBillNotReady = mall.E(mall.Unavailable, "payment.bill_not_ready", "bill of the payment provider is not there yet:")
	// ErrSignature says that a notification is forged, stale or replayed.
	ErrSignature = mall.E(mall.Denied, "payment.signature", "notification is not genuine")
	// ErrInTx says that a provider was called inside a transaction.
	ErrInTx = mall.E(mall.Internal, "payment.in_tx", "payment provider called inside a transaction")
	// ErrRefund says that a refund exceeds what is paid and not yet refunded.
	// Its argument is what is left.
	ErrRefund = mall.E(mall.State, "payment.refund", "refund exceeds what is left of the payment")
	// ErrNotPaid says that nothing was paid for the reference.
	ErrNotPaid = mall.E(mall.State, "payment.not_paid", "nothing was paid for this")
	// ErrSealed says that Handle or OnRefund came after Seal, or twice for a purpose.
	ErrSealed = mall.E(mall.Internal, "payment.sealed", "handler registered too late or twice")
)
