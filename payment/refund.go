package payment

import (
	"time"

	"github.com/gomall-dev/mall"
)

// RefundState of a refund. A failed one is tried again with the same number.
type RefundState string

const (
	// RefundCreated means written; the gateway was not asked yet.
	RefundCreated RefundState = "created"
	// RefundPending means asked, and not yet answered for certain.
	RefundPending RefundState = "pending"
	// RefundSucceeded means that the money is back.
	RefundSucceeded RefundState = "succeeded"
	// RefundFailed means that the gateway refused; the sweep tries again later.
	RefundFailed RefundState = "failed"
)

// Refund is money on its way back to the payer.
type Refund struct {
	ID       mall.ID
	Number   string // ours, unique: the gateway's idempotency key
	Payment  mall.ID
	Part     mall.ID
	Payer    mall.ID
	Purpose  Purpose
	Ref      mall.ID
	Source   string     // what asked for it, unique ("claim:12")
	Amount   mall.Money // fen = Gateway + Wallet
	Gateway  mall.Money // back through the provider, by the sweep
	Wallet   mall.Money // back into the wallet, at once
	Reason   string
	State    RefundState
	Provider string
	Receipt  string    // the provider's refund id
	Failure  string    // the provider's code for the last failure
	Remedy   bool      // sends back the money of a refused action: OnRefund is not called
	By       mall.ID   // who asked, zero for the system
	Face     mall.Face // where
	Tries    int
	Created  time.Time
	Done     time.Time
}

// RefundInput asks for a refund of what was paid for one reference.
type RefundInput struct {
	Purpose Purpose
	Ref     mall.ID
	Source  string     // unique; the same source again answers the same refund
	Amount  mall.Money // fen, 1 … what is paid and not yet refunded
	Reason  string
}
