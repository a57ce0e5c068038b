package payment

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Purpose says what a payment is for. Rooms register one Handler each.
type Purpose string

const (
	// Recharge is a payment without a next action: it fills the payer's wallet.
	Recharge Purpose = "recharge"
	// Order pays one order or several (wxapi nextAction type 0).
	Order Purpose = "order"
)

// Action is the next action (nextAction): what is to happen once the money is
// there. Refs are the things it happens to; each is priced and run apart.
type Action struct {
	Purpose Purpose
	Refs    []mall.ID         // distinct, at most MaxRefs; none for purposes without a reference
	Params  map[string]string // whatever else the purpose's handler wants to know
}

// MaxRefs bounds how many references one payment can pay.
const MaxRefs = 50

// Price is what a handler asks for one reference.
type Price struct {
	Amount  mall.Money // fen, the whole price, ≥ 0
	Due     time.Time  // until when it can be paid; zero means Config.Term from now
	Title   string     // what the payer reads at the gateway
	Subject string     // the reference's own number, by which payers look their payments up; "" for none
	Number  string     // wished number of the first payment, later ones append a counter; "" for a fresh one
}

// Handler prices and carries out the actions of one purpose. Both functions
// are called once for each reference, with an Action (Payment) that holds just
// that one; a purpose without references is called once.
type Handler struct {
	// Price refuses when the reference is not the actor's or not payable now.
	// It runs inside the transaction that opens the payment.
	Price func(ctx context.Context, who mall.Actor, a Action) (Price, error)
	// Run carries the action out, inside the transaction that records the
	// success. p.Action.Refs and p.Parts hold the one reference; p.Parts[0].Amount
	// is what was paid for it, wallet share included. A refusal (mall.Refused)
	// undoes Run's writes alone, is stored on the part, and the money is
	// remedied; any other error rolls everything back, so the notice comes again.
	Run func(ctx context.Context, p *Payment) error
	// Keep overrides what happens to the money of a refused action: true keeps
	// it in the payer's wallet, false sends it back to its origin. Nil decides
	// by the payer's face: wallet at wxapi, origin elsewhere.
	Keep *bool
	// Kind is that of the wallet entries; zero means KindOrder.
	Kind MoveKind
	// BackKind is that of the entries of refunds; zero means KindRefund.
	BackKind MoveKind
}

// State of a payment. Succeeded may follow closed and failed (a late notice);
// nothing follows succeeded.
type State string

const (
	// StateCreated means written here; the gateway has not confirmed it yet.
	StateCreated State = "created"
	// StatePending means known to the gateway and payable there.
	StatePending State = "pending"
	// StateSucceeded means the money arrived.
	StateSucceeded State = "succeeded"
	// StateClosed means it can no longer be paid, as far as we know.
	StateClosed State = "closed"
	// StateFailed means the gateway refused it.
	StateFailed State = "failed"
)

// ShareState tells where the wallet share of a payment is.
type ShareState string

const (
	// ShareNone means that the payment has no wallet share.
	ShareNone ShareState = ""
	// ShareFrozen means set aside in the payer's wallet.
	ShareFrozen ShareState = "frozen"
	// ShareReleased means back in the payer's balance.
	ShareReleased ShareState = "released"
	// ShareSpent means spent on the action, so far as that was carried out.
	ShareSpent ShareState = "spent"
)

// Providers that need no gateway.
const (
	// ProviderBalance pays from the wallet.
	ProviderBalance = "balance"
	// ProviderNone settles what costs nothing.
	ProviderNone = "none"
)

// Scene is the way in which the payer meets the gateway.
type Scene string

const (
	// SceneNative shows a QR code that the payer scans.
	SceneNative Scene = "NATIVE"
	// SceneJSAPI pays inside a mini program or an official account; it needs an openid.
	SceneJSAPI Scene = "JSAPI"
	// SceneApp pays from an app.
	SceneApp Scene = "APP"
	// SceneH5 pays from a phone's browser.
	SceneH5 Scene = "H5"
	// ScenePage pays from a computer's browser.
	ScenePage Scene = "PAGE"
	// SceneCode takes the payment code (付款码) that the payer shows.
	SceneCode Scene = "CODE"
)

// Payment is one attempt to pay. Amounts are frozen when it is opened.
type Payment struct {
	ID          mall.ID
	Number      string // ours, unique, ≤ 32 characters, the gateway's out_trade_no
	Payer       mall.ID
	Face        mall.Face // where the payer came from
	Operator    mall.ID
	Action      Action
	Parts       []Part
	Amount      mall.Money // fen to be paid through Provider
	Share       mall.Money // fen from the payer's wallet besides
	ShareState  ShareState
	Title       string
	Remark      string
	Provider    string
	Scene       Scene
	AppID       string
	OpenID      string // personal data: emptied by Erase
	Merchant    string // merchant account at the provider, "" if the provider has just one
	Prepay      string // the provider's id of the open payment
	Transaction string // the provider's id of the paid payment, unique with Provider
	State       State
	Due         time.Time // until when the gateway accepts money (time_expire)
	Paid        time.Time // when the gateway says it was paid
	Refunded    mall.Money
	Failure     string // the provider's code for a failure
	Tries       int    // how often the provider was asked since
	Created     time.Time
	Updated     time.Time
}

// Price is the whole price: what the gateway gets and the wallet share.
func (p *Payment) Price() mall.Money { return p.Amount + p.Share }

// Open says whether the payment can still be paid as far as we know.
func (p *Payment) Open() bool { return p.State == StateCreated || p.State == StatePending }

// query names the payment at its provider.
func (p *Payment) query() Query {
	return Query{Number: p.Number, Merchant: p.Merchant, AppID: p.AppID, Scene: p.Scene}
}

// only is the payment as the handler of its i-th reference sees it.
func (p *Payment) only(i int) *Payment {
	c := *p
	c.Parts = []Part{p.Parts[i]}
	c.Action.Refs = nil
	if ref := p.Parts[i].Ref; ref != 0 {
		c.Action.Refs = []mall.ID{ref}
	}
	return &c
}

// fromWallet is what the payer's wallet paid of a part.
func (p *Payment) fromWallet(part Part) mall.Money {
	if p.Provider == ProviderBalance {
		return part.Amount
	}
	return part.Share
}

// PartState tells what became of one reference of a payment.
type PartState string

const (
	// PartWaiting means that the money is not there yet.
	PartWaiting PartState = "waiting"
	// PartDone means paid and carried out.
	PartDone PartState = "done"
	// PartKept means refused, and the money kept in the payer's wallet.
	PartKept PartState = "kept"
	// PartReturned means refused, and the money on its way back to its origin.
	PartReturned PartState = "returned"
)

// Part is the share of a payment that belongs to one reference.
type Part struct {
	ID       mall.ID
	Payment  mall.ID
	Ref      mall.ID    // zero for purposes without references
	Subject  string     // the reference's own number, "" for none
	wish     string     // Price.Number, while the payment is opened
	Amount   mall.Money // fen, the whole price of the reference
	Share    mall.Money // of it from the wallet
	Refunded mall.Money // ≤ Amount, by a rule of the database
	State    PartState
	Refusal  string // code of the refusal, "" if carried out
	Message  string // English text of the refusal
}
