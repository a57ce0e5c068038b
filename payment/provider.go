package payment

import (
	"context"
	"net/textproto"
	"time"

	"github.com/gomall-dev/mall"
)

// Outcome is what is known about a payment or refund at a provider. Unknown is
// an outcome like the others: it is asked again later and never guessed.
type Outcome string

const (
	// Unknown means that the answer did not come or did not tell.
	Unknown Outcome = "unknown"
	// Waiting means open there: not paid (not refunded) yet.
	Waiting Outcome = "waiting"
	// Settled means that the money moved.
	Settled Outcome = "settled"
	// Closed means that no money can come any more.
	Closed Outcome = "closed"
	// Failed means that the provider refused; Code says why.
	Failed Outcome = "failed"
	// Absent means that the provider does not know the number.
	Absent Outcome = "absent"
)

// Provider is a payment gateway. Implementations are safe for concurrent use,
// call nobody inside a transaction (ErrInTx), and answer in outcomes: an error
// means that nothing was sent (bad configuration, ErrInTx), a time-out or an
// answer that cannot be verified is Unknown. payment/paytest has a suite that
// every provider must pass.
type Provider interface {
	// Create opens a payment there. A number is one trade: asked for again with
	// the same amount it is that trade, though Prepay and Params may be others
	// each time, and is paid once; with another amount it is Failed. A scene that
	// lacks what it needs (an openid) is an error, ErrOpenID.
	Create(ctx context.Context, r Request) (Opening, error)
	// Query tells how a payment stands.
	Query(ctx context.Context, q Query) (Result, error)
	// Close ends a payment that was not paid: Closed, or Settled when it was
	// paid meanwhile (then Query tells the details), or Unknown.
	Close(ctx context.Context, q Query) (Result, error)
	// Refund sends money back, idempotent by RefundNumber.
	Refund(ctx context.Context, r RefundRequest) (RefundResult, error)
	// QueryRefund tells how a refund stands.
	QueryRefund(ctx context.Context, r RefundRequest) (RefundResult, error)
	// ParseNotice verifies a notification over its raw body and reads it.
	// ErrSignature says that it is forged or stale. The same message again is
	// ErrSignature as well, or read with the same Notice.ID: the service books
	// each of those once.
	ParseNotice(ctx context.Context, h Header, body []byte) (Notice, error)
	// Answer is the reply to a notification in the provider's form.
	Answer(accepted bool, message string) NoticeAnswer
}

// Checker is a Provider that knows by itself whether it can open a payment at
// all. Payments that it refuses are never written.
type Checker interface {
	// Check is the error that Create would answer without sending anything:
	// mall.ErrNotConfigured with the setting that is missing for the appid or the
	// merchant, ErrOpenID, mall.ErrInvalid with a field. It calls nobody. Number,
	// Amount, Title and Due are not known yet and not looked at.
	Check(r Request) error
}

// Header is the header of a notification in the canonical form of net/http.
type Header map[string][]string

// Get is the first value of a field, whatever the case of its name.
func (h Header) Get(name string) string { return textproto.MIMEHeader(h).Get(name) }

// Request asks a provider to open a payment.
type Request struct {
	Number   string
	Amount   mall.Money // fen, > 0
	Title    string
	Scene    Scene
	AppID    string
	OpenID   string // SceneJSAPI
	Code     string // SceneCode: the payment code
	Merchant string // "" for the provider's only one
	Addr     string // the payer's network address (SceneH5)
	Due      time.Time
}

// Query names a payment at a provider, by what it was opened with.
type Query struct {
	Number   string
	Merchant string
	AppID    string // "" for the provider's own
	Scene    Scene  // "" where it is not known
}

// Opening is the answer to Create: Waiting with Prepay and Params, Settled
// (SceneCode may be paid at once), Failed or Unknown.
type Opening struct {
	Outcome Outcome
	Prepay  string
	Params  map[string]string // what the payer's client needs, by the names of its platform
	Paid    Result            // when Settled
	Code    string            // the provider's code when Failed
	Message string
}

// Result is how a payment stands at a provider. Amount, Merchant, Transaction
// and Paid are filled when Settled; AppID if the provider tells it.
type Result struct {
	Outcome     Outcome
	Number      string
	Transaction string
	Amount      mall.Money
	Merchant    string
	AppID       string
	Paid        time.Time
	Code        string
	Message     string
}

// RefundRequest asks for a refund, or how it stands.
type RefundRequest struct {
	Number       string // of the payment
	RefundNumber string
	Transaction  string
	Merchant     string
	Total        mall.Money // fen, the payment's amount at the provider
	Amount       mall.Money // fen to refund, > 0
	Reason       string
}

// RefundResult is how a refund stands at a provider.
type RefundResult struct {
	Outcome Outcome // Settled, Waiting, Failed, Absent (QueryRefund only), Unknown
	Receipt string  // the provider's refund id
	Amount  mall.Money
	Code    string
	Message string
}

// Notice is a verified notification: about a refund when RefundNumber is set,
// else about a payment.
type Notice struct {
	Result
	ID           string // of the notification at the provider, the same whenever it is sent again; "" if it has none
	RefundNumber string
	Receipt      string
}

// NoticeAnswer is the reply to a notification.
type NoticeAnswer struct {
	Accepted    bool
	Status      int // HTTP status
	ContentType string
	Body        []byte
}

// Biller is a Provider whose books can be read a day at a time, for comparing
// them with ours. It calls out, so never inside a transaction (ErrInTx).
type Biller interface {
	// Bill lists what the provider booked on a day ("2026-11-21" by its own
	// calendar) for a merchant account, "" for its only one: payments on the
	// day the money came, refunds on the day they were asked for. The order is
	// the provider's. A day without any is empty. ErrBillNotReady says that the
	// bill is not made yet, ErrBill that it cannot be had or is not intact; ask
	// again later.
	Bill(ctx context.Context, day, merchant string) ([]BillLine, error)
}

// BillLine is one payment or refund in a provider's books.
type BillLine struct {
	Refund       bool   // money that went back; also what was revoked at a till, without a RefundNumber
	Number       string // of the payment, ours; may be foreign to this shop
	RefundNumber string // ours
	Transaction  string
	Receipt      string // the provider's refund id
	Merchant     string
	AppID        string
	Amount       mall.Money // fen paid, or fen asked back
	Outcome      Outcome    // of a payment Settled; of a refund Settled, Waiting or Failed, when the bill was made
	At           time.Time  // when it was booked
}
