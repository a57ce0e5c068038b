package payment

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/textproto"

	"github.com/gomall-dev/mall"
)

// Notify takes a notification as it came: the provider verifies it over the raw
// body, then the payment (refund) it names is booked, in one transaction with
// the line of the log. The answer is in the provider's form; it accepts only
// what is committed. A notification that was accepted before, in whatever
// process, is accepted again and books nothing. The error tells the host's log
// why one was not accepted.
func (s *Service) Notify(ctx context.Context, provider string, h Header, body []byte) (NoticeAnswer, error) {
	p := s.cfg.Providers[provider]
	if p == nil {
		return NoticeAnswer{Status: 404, ContentType: "text/plain; charset=utf-8", Body: []byte("no such provider\n")}, ErrProvider.With(provider)
	}
	if mall.InTx(ctx) {
		return p.Answer(false, "busy"), ErrInTx
	}
	canonical := make(Header, len(h))
	for k, v := range h {
		canonical[textproto.CanonicalMIMEHeaderKey(k)] = v
	}
	sum := sha256.Sum256(body)
	line := NoticeLog{Provider: provider, Hash: hex.EncodeToString(sum[:]), Result: "accepted"}
	n, err := p.ParseNotice(ctx, canonical, body)
	if err != nil {
		// Not in the database: anybody can send these.
		s.log.WarnContext(ctx, "payment: notice refused", "provider", provider, "hash", line.Hash, "error", err)
		return p.Answer(false, "not genuine"), err
	}
	line.ID, line.Number = n.ID, n.Number
	if n.RefundNumber != "" {
		line.Number = n.RefundNumber
	}
	err = s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		line.At = s.now()
		// The line comes first: it keeps other deliveries of the same one out.
		if n.RefundNumber != "" {
			first, err := s.deps.Repo.LogNotice(ctx, line)
			if err != nil || !first {
				return err
			}
			return s.bookRefund(ctx, provider, n)
		}
		first, p, err := s.deps.Repo.TakeNotice(ctx, line)
		if err != nil || !first {
			return err
		}
		return s.book(ctx, provider, p, n)
	})
	if err == nil {
		return p.Answer(true, ""), nil
	}
	line.Result = mall.CodeOf(err)
	if line.Result == "" {
		line.Result = "internal"
	}
	logged := s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		line.At = s.now()
		_, err := s.deps.Repo.LogNotice(ctx, line)
		return err
	})
	return p.Answer(false, line.Result), errors.Join(err, logged)
}

// book carries a verified notice of a payment into the books, inside Do.
func (s *Service) book(ctx context.Context, provider string, p *Payment, n Notice) (err error) {
	if p.Provider != provider {
		return ErrNotice.With("provider")
	}
	switch n.Outcome {
	case Settled:
		_, err = s.record(ctx, p, n.Result)
	case Failed:
		_, err = s.end(ctx, p, StateFailed, n.Code)
	case Closed:
		_, err = s.end(ctx, p, StateClosed, n.Code)
	}
	return err
}

// bookRefund finishes a refund that the provider says is done, and otherwise
// lets the sweep ask: a failure is never taken from a notice alone.
func (s *Service) bookRefund(ctx context.Context, provider string, n Notice) error {
	r, err := s.deps.Repo.RefundByNumber(ctx, n.RefundNumber)
	if err != nil {
		return err
	}
	switch {
	case r.Provider != provider:
		return ErrNotice.With("provider")
	case n.Outcome == Settled && n.Amount != r.Gateway:
		return ErrNotice.With("amount")
	case n.Outcome == Settled:
		return s.finish(ctx, r, n.Receipt)
	}
	return s.deps.Repo.HurryRefund(ctx, r.ID, s.now())
}
