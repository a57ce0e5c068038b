package cms

import (
	"context"

	"github.com/gomall-dev/mall"
)

// SaveNotice stores a new notice (ID zero, which is then set) or overwrites an
// old one. It needs RightContent.
func (s *Service) SaveNotice(ctx context.Context, who mall.Actor, n *Notice) error {
	if err := who.Must(RightContent); err != nil {
		return err
	}
	if n.Title == "" {
		return mall.ErrInvalid.With("title")
	}
	if err := fits(limited{"type", n.Type, maxLabel}, limited{"title", n.Title, maxTitle}, limited{"content", n.Content, maxContent}); err != nil {
		return err
	}
	if err := n.Visibility.clean(); err != nil {
		return err
	}
	row := *n
	row.Content, row.UpdatedAt = s.clean(n.Content), s.now()
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if n.ID == 0 {
			row.ID, row.CreatedAt = 0, row.UpdatedAt
			return s.d.Repo.InsertNotice(ctx, &row)
		}
		old, err := s.d.Repo.Notice(ctx, n.ID)
		if err != nil {
			return err
		}
		row.CreatedAt = old.CreatedAt
		return found(s.d.Repo.UpdateNotice(ctx, &row))
	})
	if err != nil {
		return wrap("save notice", err)
	}
	*n = row
	return nil
}

// DeleteNotice removes a notice. It needs RightContent.
func (s *Service) DeleteNotice(ctx context.Context, who mall.Actor, id mall.ID) error {
	if err := who.Must(RightContent); err != nil {
		return err
	}
	return wrap("delete notice", s.d.Tx.Do(ctx, func(ctx context.Context) error {
		return found(s.d.Repo.DeleteNotice(ctx, id))
	}))
}

// GetNotice is one notice as the actor may see it: staff see every one, others
// the visible ones for everybody or for themselves; else ErrGone.
func (s *Service) GetNotice(ctx context.Context, who mall.Actor, id mall.ID) (*Notice, error) {
	n, err := s.d.Repo.Notice(ctx, id)
	if err != nil {
		return nil, wrap("notice", err)
	}
	meant := n.Account == 0 || n.Account == who.Account
	if !who.Has(RightContent) && (!meant || !n.At(s.now())) {
		return nil, ErrGone
	}
	return n, nil
}

// Notices lists what the actor sees of a type (empty: of all types) by Sort,
// newest first among equals.
func (s *Service) Notices(ctx context.Context, who mall.Actor, kind string, p mall.Page) (mall.Slice[Notice], error) {
	list, err := s.d.Repo.Notices(ctx, Filter{Type: kind, Visible: s.now(), Account: who.Account}, p.Clean())
	return list, wrap("notices", err)
}

// LatestNotice is the newest notice that the actor sees of a type (empty: of
// all types), or ErrGone.
func (s *Service) LatestNotice(ctx context.Context, who mall.Actor, kind string) (*Notice, error) {
	n, err := s.d.Repo.LatestNotice(ctx, Filter{Type: kind, Visible: s.now(), Account: who.Account})
	return n, wrap("latest notice", err)
}

// ListNotices lists notices for staff, visible or not. It needs RightContent.
func (s *Service) ListNotices(ctx context.Context, who mall.Actor, f Filter, p mall.Page) (mall.Slice[Notice], error) {
	if err := who.Must(RightContent); err != nil {
		return mall.Slice[Notice]{}, err
	}
	list, err := s.d.Repo.Notices(ctx, f, p.Clean())
	return list, wrap("notices", err)
}

// Erase removes what was meant for one account alone. It belongs to the
// transaction that erases the account.
func (s *Service) Erase(ctx context.Context, account mall.ID) error {
	return wrap("erase", s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.d.Repo.EraseNotices(ctx, account) }))
}

// Export is what was meant for one account alone, visible or not.
func (s *Service) Export(ctx context.Context, account mall.ID) (any, error) {
	list, err := mall.All(ctx, account, s.d.Repo.EachNotice, func(n Notice) mall.ID { return n.ID })
	return list, wrap("export", err)
}

// found turns "no row was hit" into mall.ErrNotFound.
func found(ok bool, err error) error {
	if err == nil && !ok {
		return mall.ErrNotFound
	}
	return err
}
