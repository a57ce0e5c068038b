package site

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

const (
	maxLabel         = 64       // characters of Type and Ref
	maxContent       = 64 << 10 // bytes
	maxDepth         = 32
	countedDocuments = 10_000 // how far the total of a list is counted
)

// PutDocument stores d.Content under d.Type and d.Ref and gives the document's
// id. With an ID it changes the actor's own document, whose Type and Ref stay
// where d has none; ErrNoDocument when it is not theirs. Without one it adds a
// document: the actor's or, when nobody is signed in, one that everybody may
// read and nobody change; of these an address may add a number a day.
func (s *Service) PutDocument(ctx context.Context, who mall.Actor, d Document) (mall.ID, error) {
	if err := checkDocument(d); err != nil {
		return 0, err
	}
	d.Owner, d.UpdatedAt = who.Account, s.now()
	var id mall.ID
	err := s.d.Tx.Do(ctx, func(ctx context.Context) (err error) {
		id, err = s.putDocument(ctx, who, d)
		return err
	})
	return id, wrap("put document", err)
}

func (s *Service) putDocument(ctx context.Context, who mall.Actor, d Document) (mall.ID, error) {
	if d.ID != 0 {
		if d.Owner == 0 {
			return 0, mall.ErrUnauthenticated
		}
		ok, err := s.d.Documents.Update(ctx, d)
		return d.ID, owned(ok, err)
	}
	most := s.cfg.MaxDocuments
	if d.Owner == 0 {
		most = s.cfg.MaxAnonymous
		if who.Addr != "" {
			ok, err := s.d.Limits.Take(ctx, auth.LimitKey("json", who.Addr), s.cfg.AnonymousPerDay, 24*time.Hour, d.UpdatedAt)
			if err != nil {
				return 0, err
			}
			if !ok {
				return 0, ErrDocuments
			}
		}
	}
	d.Top, d.Highlight, d.CreatedAt = false, false, d.UpdatedAt
	ok, err := s.d.Documents.Insert(ctx, &d, most)
	if err == nil && !ok {
		err = ErrDocuments.With(most)
	}
	return d.ID, err
}

// MarkDocument sets marks of the actor's own document, ErrNoDocument when it
// is not theirs.
func (s *Service) MarkDocument(ctx context.Context, who mall.Actor, id mall.ID, m Marks) error {
	owner, err := who.Buyer()
	if err != nil {
		return err
	}
	if m.Top == nil && m.Highlight == nil {
		return mall.ErrInvalid.With("marks")
	}
	return wrap("mark document", s.d.Tx.Do(ctx, func(ctx context.Context) error {
		return owned(s.d.Documents.Mark(ctx, owner, id, m))
	}))
}

// DeleteDocument removes the actor's own document, whoever's with
// RightSettings; ErrNoDocument when there is none.
func (s *Service) DeleteDocument(ctx context.Context, who mall.Actor, id mall.ID) error {
	owner := &who.Account
	if who.Has(RightSettings) {
		owner = nil
	} else if who.Account == 0 {
		return mall.ErrUnauthenticated
	}
	return wrap("delete document", s.d.Tx.Do(ctx, func(ctx context.Context) error {
		return owned(s.d.Documents.Delete(ctx, id, owner))
	}))
}

// ListDocuments is a page of the actor's own documents in at most two
// statements. Whoever is not signed in gets the anonymous ones of a type;
// without Type nothing is told, so that nobody walks through all of them.
func (s *Service) ListDocuments(ctx context.Context, who mall.Actor, f DocumentFilter, p mall.Page) (mall.Slice[Document], error) {
	var out mall.Slice[Document]
	f.Owner = who.Account
	switch {
	case f.Owner == 0 && f.Type == "":
		return out, mall.ErrInvalid.With("type")
	case utf8.RuneCountInString(f.Type) > maxLabel || utf8.RuneCountInString(f.Ref) > maxLabel:
		return out, nil // nobody has such a label
	case f.Owner == 0 && f.Sort == ByUpdated:
		f.Sort = ByAdded // anonymous documents never change
	case f.Owner == 0 && f.Sort == ByUpdatedUp:
		f.Sort = ByAddedUp
	}
	var err error
	if out.Items, err = s.d.Documents.List(ctx, f, p.Clean()); err != nil || f.NoTotal {
		return out, wrap("documents", err)
	}
	n, err := s.d.Documents.Total(ctx, f, countedDocuments+1)
	out.Total, out.AtLeast = min(n, countedDocuments), n > countedDocuments
	return out, wrap("documents", err)
}

// Erase removes an account's documents. It belongs to the transaction that
// erases the account.
func (s *Service) Erase(ctx context.Context, account mall.ID) error {
	return wrap("erase", s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.d.Documents.Erase(ctx, account) }))
}

// Export is what an account is told about its documents: all of them.
func (s *Service) Export(ctx context.Context, account mall.ID) (any, error) {
	list, err := mall.All(ctx, account, s.d.Documents.Each, func(d Document) mall.ID { return d.ID })
	return list, wrap("export", err)
}

func checkDocument(d Document) error {
	switch {
	case utf8.RuneCountInString(d.Type) > maxLabel || !utf8.ValidString(d.Type):
		return mall.ErrInvalid.With("type")
	case utf8.RuneCountInString(d.Ref) > maxLabel || !utf8.ValidString(d.Ref):
		return mall.ErrInvalid.With("refId")
	case len(d.Content) > maxContent:
		return ErrContent.Because(fmt.Errorf("%d bytes", len(d.Content)))
	case !utf8.ValidString(d.Content) || !json.Valid([]byte(d.Content)) || depth(d.Content) > maxDepth:
		return ErrContent
	}
	return nil
}

// depth is how many arrays and objects of a valid JSON text lie in each other.
func depth(text string) (deepest int) {
	level, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[', c == '{':
			level++
			deepest = max(deepest, level)
		case c == ']', c == '}':
			level--
		}
	}
	return deepest
}

// owned turns "no row was hit" into ErrNoDocument.
func owned(ok bool, err error) error {
	if err == nil && !ok {
		return ErrNoDocument
	}
	return err
}
