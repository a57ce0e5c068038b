package payment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
)

// Open opens a payment at a gateway and answers what the payer's client needs.
// What is to be paid is computed here: the price of the action less the wallet
// share. The client's amount is compared: it is the whole price (no share), or,
// with UseWallet, the price less the balance (that share is frozen in the same
// transaction); any other is ErrAmount. Open payments of the same payer for
// the same references are closed first, so that their shares are free again.
//
// It is called outside of transactions. What a Checker refuses writes nothing
// and closes nothing. When the gateway refuses or does not answer it is
// ErrGateway; the payment then ends, or waits for the sweep.
func (s *Service) Open(ctx context.Context, who mall.Actor, in OpenInput) (*Opened, error) {
	provider, like, err := s.ready(ctx, who, &in)
	if err != nil {
		return nil, err
	}
	if o, err := s.makeRoom(ctx, provider, who, like, in); o != nil || err != nil {
		return o, err
	}
	var p *Payment
	err = s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		fresh := *like
		p = &fresh
		return s.insertOpen(ctx, who, p, in)
	})
	if errors.Is(err, errTwin) {
		o, _, err := s.openAgain(ctx, provider, who, like, in)
		if o == nil && err == nil {
			err = ErrGateway.With("superseded")
		}
		return o, err
	}
	if err != nil {
		return nil, err
	}
	return s.create(ctx, provider, p, in, who.Addr)
}

// Ready is the error with which Open would refuse before it writes anything: the
// provider or a setting of it is missing, a field is wrong. It is for callers
// that store what is to be paid only when it can be.
func (s *Service) Ready(ctx context.Context, who mall.Actor, in OpenInput) error {
	_, _, err := s.ready(ctx, who, &in)
	return err
}

// ready gives the provider and what all attempts have in common, and fills in
// what the actor knows.
func (s *Service) ready(ctx context.Context, who mall.Actor, in *OpenInput) (Provider, *Payment, error) {
	if mall.InTx(ctx) {
		return nil, nil, ErrInTx
	}
	_, err := who.Buyer()
	if err != nil {
		return nil, nil, err
	}
	provider := s.cfg.Providers[in.Provider]
	if provider == nil {
		return nil, nil, ErrProvider.With(in.Provider)
	}
	if max(utf8.RuneCountInString(in.Title), utf8.RuneCountInString(in.Remark)) > maxWords {
		return nil, nil, mall.ErrInvalid.With("payName")
	}
	in.Scene = cmp.Or(in.Scene, SceneJSAPI)
	in.AppID = cmp.Or(in.AppID, who.AppID)
	in.OpenID = cmp.Or(in.OpenID, who.OpenID)
	a := Action{Purpose: Recharge}
	if in.Action != nil {
		if a, err = s.action(*in.Action); err != nil {
			return nil, nil, err
		}
	}
	m := Merchant{Operator: cmp.Or(who.Operator, 1), AppID: in.AppID}
	if s.cfg.Merchants != nil {
		if m, err = s.cfg.Merchants.Merchant(ctx, m.Operator, in.Provider, in.AppID); err != nil {
			return nil, nil, err
		}
	}
	like := s.draft(who, a)
	like.Provider, like.Scene, like.OpenID, like.Remark = in.Provider, in.Scene, in.OpenID, in.Remark
	like.Operator, like.AppID, like.Merchant = m.Operator, m.AppID, m.Number
	if c, ok := provider.(Checker); ok {
		if err := c.Check(s.request(like, *in, who.Addr)); err != nil {
			return nil, nil, err
		}
	}
	return provider, like, nil
}

// insertOpen prices, stores and freezes, inside Do.
func (s *Service) insertOpen(ctx context.Context, who mall.Actor, p *Payment, in OpenInput) error {
	if in.Action == nil {
		if in.ClientAmount == nil || *in.ClientAmount <= 0 || *in.ClientAmount > mall.MaxMoney {
			return mall.ErrInvalid.With("money")
		}
		p.Amount, p.Due = *in.ClientAmount, p.Created.Add(s.cfg.Term)
		p.Parts = []Part{{Amount: p.Amount, State: PartWaiting}}
	} else {
		if err := s.price(ctx, who, p); err != nil {
			return err
		}
		if err := s.share(ctx, p, in); err != nil {
			return err
		}
	}
	p.Title = cmp.Or(in.Title, p.Title)
	if err := s.insert(ctx, p, in.Again); err != nil {
		return err
	}
	if p.Share > 0 {
		return s.deps.Wallet.Freeze(ctx, Move{Account: p.Payer, Amount: p.Share, Source: Source{Type: "payment.freeze", ID: p.ID}})
	}
	return nil
}

// share splits the price into wallet share and gateway amount.
func (s *Service) share(ctx context.Context, p *Payment, in OpenInput) error {
	price, share := p.Amount, mall.Money(0)
	if in.UseWallet && (in.ClientAmount == nil || *in.ClientAmount != price) {
		balance, err := s.deps.Wallet.Available(ctx, p.Payer)
		if err != nil {
			return err
		}
		share = min(max(balance, 0), price)
	}
	p.Amount = price - share
	if in.ClientAmount != nil && *in.ClientAmount != p.Amount {
		return ErrAmount.With(price, *in.ClientAmount)
	}
	if p.Amount == 0 {
		return ErrNothing
	}
	if share == 0 {
		return nil
	}
	p.Share, p.ShareState = share, ShareFrozen
	weights := make([]int64, len(p.Parts))
	for i, part := range p.Parts {
		weights[i] = int64(part.Amount)
	}
	for i, m := range mall.Spread(share, weights) {
		p.Parts[i].Share = m
	}
	return nil
}

// request is what the gateway is asked to open.
func (s *Service) request(p *Payment, in OpenInput, addr string) Request {
	return Request{Number: p.Number, Amount: p.Amount, Title: cmp.Or(p.Title, p.Number), Scene: p.Scene,
		AppID: p.AppID, OpenID: p.OpenID, Code: in.Code, Merchant: p.Merchant, Addr: addr, Due: p.Due}
}

// create asks the gateway, outside of any transaction, and stores its answer.
func (s *Service) create(ctx context.Context, provider Provider, p *Payment, in OpenInput, addr string) (*Opened, error) {
	o, err := provider.Create(ctx, s.request(p, in, addr))
	if err != nil {
		_, endErr := s.end(ctx, p, StateFailed, mall.CodeOf(err))
		return nil, errors.Join(err, endErr)
	}
	switch o.Outcome {
	case Waiting:
		moved := false
		err := s.deps.Tx.Do(ctx, func(ctx context.Context) error {
			now := s.now()
			if moved, err = s.deps.Repo.Pend(ctx, p.ID, o.Prepay, now.Add(firstCheck), now); err != nil || !moved {
				return err
			}
			return s.event(ctx, "payment.opened", p)
		})
		if err != nil {
			return nil, err
		}
		if !moved {
			return s.overtaken(ctx, p, o)
		}
		p.State, p.Prepay = StatePending, o.Prepay
	case Settled:
		if p, err = s.settle(ctx, p.Number, o.Paid); err != nil {
			return nil, err
		}
	case Failed:
		if _, err := s.end(ctx, p, StateFailed, o.Code); err != nil {
			return nil, err
		}
		return nil, ErrGateway.With(o.Code)
	default:
		return nil, ErrGateway.With(string(o.Outcome))
	}
	return &Opened{Payment: *p, Params: o.Params}, nil
}

// PayFromWallet pays an action from the payer's balance, in one transaction:
// the action is carried out and the price spent, for every reference, or
// nothing happens. An action that costs nothing is carried out for nothing. The
// pay password is needed if Config.NeedPassword says so, and checked whenever
// one is given. When it is refused while open payments of the same payer for
// the same references hold shares of the balance, those are closed and it is
// tried once more. It is called outside of transactions.
func (s *Service) PayFromWallet(ctx context.Context, who mall.Actor, a Action, password string) (*Payment, error) {
	if mall.InTx(ctx) {
		return nil, ErrInTx
	}
	payer, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	if a, err = s.action(a); err != nil {
		return nil, err
	}
	need := password != ""
	if !need && s.cfg.NeedPassword != nil {
		if need, err = s.cfg.NeedPassword(ctx, who); err != nil {
			return nil, err
		}
	}
	if need {
		if err := s.deps.Wallet.CheckPassword(ctx, payer, password); err != nil {
			return nil, err
		}
	}
	p, err := s.fromBalance(ctx, who, a)
	if !mall.Refused(err) {
		return p, err
	}
	if closed, e := s.closeEarlier(ctx, payer, a, 1); e != nil || closed == 0 {
		return nil, err
	}
	return s.fromBalance(ctx, who, a)
}

func (s *Service) fromBalance(ctx context.Context, who mall.Actor, a Action) (*Payment, error) {
	var p *Payment
	err := s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		p = s.draft(who, a)
		p.Provider = ProviderBalance
		return s.payNow(ctx, who, p)
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// PayNothing carries out an action that costs nothing, with the same records
// as any payment. It joins the caller's transaction; a price above 0 is ErrAmount.
func (s *Service) PayNothing(ctx context.Context, who mall.Actor, a Action) (*Payment, error) {
	a, err := s.action(a)
	if err != nil {
		return nil, err
	}
	var p *Payment
	err = s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		p = s.draft(who, a)
		p.Provider = ProviderNone
		return s.payNow(ctx, who, p)
	})
	if err != nil {
		return nil, err
	}
	return p, nil
}

// PayAgreed is PayFromWallet for what the payer agreed to earlier, such as a
// renewal: it asks for no password and joins the caller's transaction, so that
// the payment and what says that it was due stand or fall together.
func (s *Service) PayAgreed(ctx context.Context, who mall.Actor, a Action) (*Payment, error) {
	if _, err := who.Buyer(); err != nil {
		return nil, err
	}
	a, err := s.action(a)
	if err != nil {
		return nil, err
	}
	return s.fromBalance(ctx, who, a)
}

// payNow settles a payment without gateway: records, actions, ledger.
func (s *Service) payNow(ctx context.Context, who mall.Actor, p *Payment) error {
	if err := s.price(ctx, who, p); err != nil {
		return err
	}
	if p.Provider == ProviderNone && p.Amount != 0 {
		return ErrAmount.With(p.Amount, mall.Money(0))
	}
	if p.Amount == 0 {
		p.Provider = ProviderNone
	}
	p.State, p.Paid = StateSucceeded, p.Created
	for i := range p.Parts {
		p.Parts[i].State = PartDone
	}
	if err := s.insert(ctx, p, false); errors.Is(err, mall.ErrConflict) {
		return ErrPaid // by another call a moment ago: its part is done too
	} else if err != nil {
		return err
	}
	h := s.handlers[p.Action.Purpose]
	for i := range p.Parts {
		if err := h.Run(ctx, p.only(i)); err != nil {
			return err
		}
	}
	payments := int64(1)
	for _, part := range p.Parts {
		if part.Amount == 0 {
			continue
		}
		err := s.deps.Wallet.Spend(ctx, Move{Account: p.Payer, Kind: h.Kind, Amount: part.Amount, Source: part.Spent(),
			Order: p.orderOf(part), Remark: part.Subject, Totals: Totals{Consumed: part.Amount, Paid: part.Amount, Payments: payments}})
		if err != nil {
			return err
		}
		payments = 0
	}
	return s.event(ctx, "payment.succeeded", p)
}

// action checks the form of an action and whether it has a handler.
func (s *Service) action(a Action) (Action, error) {
	if h := s.handlers[a.Purpose]; h.Price == nil {
		return a, ErrPurpose.With(string(a.Purpose))
	}
	if len(a.Refs) > MaxRefs {
		return a, mall.ErrInvalid.With("refs")
	}
	refs := slices.Clone(a.Refs)
	slices.Sort(refs) // the order in which they run, the same for everybody
	if len(slices.Compact(slices.Clone(refs))) != len(refs) || len(refs) > 0 && refs[0] <= 0 {
		return a, mall.ErrInvalid.With("refs")
	}
	a.Refs = refs
	return a, nil
}

func (s *Service) draft(who mall.Actor, a Action) *Payment {
	now := s.now()
	return &Payment{Payer: who.Account, Face: who.Face, Operator: cmp.Or(who.Operator, 1), Action: a,
		State: StateCreated, Created: now, Updated: now}
}

// price asks the handler for every reference and fills parts, sum and due time.
func (s *Service) price(ctx context.Context, who mall.Actor, p *Payment) error {
	refs := p.Action.Refs
	if len(refs) == 0 {
		refs = []mall.ID{0}
	}
	for _, ref := range refs {
		a := p.Action
		if ref != 0 {
			a.Refs = []mall.ID{ref}
		}
		pr, err := s.handlers[a.Purpose].Price(ctx, who, a)
		if err != nil {
			return err
		}
		if pr.Amount < 0 || pr.Amount > mall.MaxMoney {
			return fmt.Errorf("payment: %s asks for %s", a.Purpose, pr.Amount)
		}
		if pr.Due.IsZero() {
			pr.Due = p.Created.Add(s.cfg.Term)
		}
		if !pr.Due.After(p.Created) {
			return ErrOverdue
		}
		if p.Due.IsZero() || pr.Due.Before(p.Due) {
			p.Due = pr.Due
		}
		p.Title = cmp.Or(p.Title, pr.Title)
		p.Amount += pr.Amount
		p.Parts = append(p.Parts, Part{Ref: ref, Subject: pr.Subject, wish: pr.Number, Amount: pr.Amount, State: PartWaiting})
	}
	return nil
}

// insert stores a payment under a free number: the wished one if it is the
// first payment of a single reference, then that with a counter, then a fresh one.
// With again it is errTwin when somebody opened one like it a moment ago.
func (s *Service) insert(ctx context.Context, p *Payment, again bool) error {
	var next time.Time
	if p.Open() {
		next = p.Created.Add(firstCheck)
	}
	if wish := p.Parts[0].wish; len(p.Parts) == 1 && wish != "" && len(wish) <= maxNumber {
		p.Number = wish
		if err := s.deps.Repo.Insert(ctx, p, next); !errors.Is(err, mall.ErrConflict) {
			return err
		}
		n, err := s.deps.Repo.CountFor(ctx, p.Action.Purpose, p.Parts[0].Ref)
		if err != nil {
			return err
		}
		// Counted first: a twin that comes after has the counted number.
		if err := s.noTwin(ctx, p, again); err != nil {
			return err
		}
		if p.Number = fmt.Sprintf("%s_%d", wish, n+1); len(p.Number) <= maxNumber {
			if err := s.deps.Repo.Insert(ctx, p, next); !errors.Is(err, mall.ErrConflict) {
				return err
			}
			if err := s.noTwin(ctx, p, again); err != nil {
				return err
			}
		}
	}
	for range 3 {
		p.Number = s.number(p.Created)
		if err := s.deps.Repo.Insert(ctx, p, next); !errors.Is(err, mall.ErrConflict) {
			return err
		}
	}
	return mall.ErrConflict
}

// maxWords bounds what clients say about a payment, in characters.
const maxWords = 500

// maxNumber is the length that gateways allow for the number of a payment.
const maxNumber = 32

// number is a fresh number in the shop's zone.
func (s *Service) number(at time.Time) string { return NewNumber(s.cfg.Calendar, at) }
