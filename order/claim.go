package order

import (
	"time"

	"github.com/gomall-dev/mall"
)

// ClaimType is what the buyer asks for. The numbers are those that goods list
// as their allowed after-sale types.
type ClaimType int

const (
	// RefundOnly asks for money, nothing is sent back.
	RefundOnly ClaimType = 0
	// ReturnRefund sends goods back for money.
	ReturnRefund ClaimType = 1
	// Exchange sends goods back for others of the same kind.
	Exchange ClaimType = 2
)

// ClaimState is how far a claim is.
type ClaimState string

const (
	Applied   ClaimState = "applied"
	Accepted  ClaimState = "accepted" // by the merchant; goods may be on their way back
	Back      ClaimState = "back"     // goods arrived
	Refunding ClaimState = "refunding"
	Refused   ClaimState = "refused"
	Withdrawn ClaimState = "withdrawn"
	Closed    ClaimState = "closed" // money is back, or the exchange is done
)

// Ended says whether nothing follows the state.
func (s ClaimState) Ended() bool { return s == Refused || s == Withdrawn || s == Closed }

// Claim (售后) is a buyer's after-sale request for pieces of a line, or for all
// that is left of an order (Line 0). Freight that a merchant sends back apart
// is one of Line 0 as well, without pieces.
type Claim struct {
	ID       mall.ID
	Order    mall.ID
	Line     mall.ID
	Buyer    mall.ID
	Shop     mall.ID
	Type     ClaimType
	State    ClaimState
	Received bool       // the buyer has the goods
	Qty      int64      // pieces; 0 for the whole order
	Amount   mall.Money // asked for, later what is refunded
	Reason   string
	Remark   string
	Pictures []string
	Answer   string // the merchant's words
	BackTo   BackTo
	Added    time.Time
	Updated  time.Time
	Ended    time.Time
}

// BackTo says where goods go back to, and how the buyer sent them.
type BackTo struct {
	LinkMan  string `json:"linkMan,omitempty"`
	Mobile   string `json:"mobile,omitempty"`
	Address  string `json:"address,omitempty"`
	Carrier  string `json:"shipperName,omitempty"`
	Tracking string `json:"trackingNumber,omitempty"`
}

// Code is a redemption code (核销码).
type Code struct {
	ID     mall.ID
	Order  mall.ID
	Line   mall.ID // 0: the whole order
	Shop   mall.ID
	Text   string // digits
	State  CodeState
	UsedBy mall.ID
	UsedAt time.Time
	Added  time.Time
}

// CodeState is where a redemption code is in its life.
type CodeState string

const (
	CodeUnused CodeState = "unused"
	CodeUsed   CodeState = "used"
	CodeVoid   CodeState = "void" // its pieces left the order by refund
)
