package cms

import (
	"context"

	"github.com/gomall-dev/mall"
)

// SaveBanner stores a new banner (ID zero, which is then set) or overwrites an
// old one. It needs RightContent.
func (s *Service) SaveBanner(ctx context.Context, who mall.Actor, b *Banner) error {
	if err := who.Must(RightContent); err != nil {
		return err
	}
	switch {
	case b.Picture == "":
		return mall.ErrInvalid.With("picture")
	case b.LinkType != LinkPage && b.LinkType != LinkMiniProgram:
		return mall.ErrInvalid.With("link type")
	case b.LinkType == LinkMiniProgram && b.AppID == "":
		return mall.ErrInvalid.With("appid")
	}
	if err := fits(limited{"type", b.Type, maxLabel}, limited{"title", b.Title, maxTitle}, limited{"picture", b.Picture, maxLink},
		limited{"link", b.Link, maxLink}, limited{"appid", b.AppID, maxLabel}, limited{"remark", b.Remark, maxLink}); err != nil {
		return err
	}
	if err := b.Visibility.clean(); err != nil {
		return err
	}
	row := *b
	row.UpdatedAt = s.now()
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if b.ID == 0 {
			row.ID, row.CreatedAt = 0, row.UpdatedAt
			return s.d.Repo.InsertBanner(ctx, &row)
		}
		old, err := s.d.Repo.Banner(ctx, b.ID)
		if err != nil {
			return err
		}
		row.CreatedAt = old.CreatedAt
		return found(s.d.Repo.UpdateBanner(ctx, &row))
	})
	if err != nil {
		return wrap("save banner", err)
	}
	*b = row
	return nil
}

// DeleteBanner removes a banner. It needs RightContent.
func (s *Service) DeleteBanner(ctx context.Context, who mall.Actor, id mall.ID) error {
	if err := who.Must(RightContent); err != nil {
		return err
	}
	return wrap("delete banner", s.d.Tx.Do(ctx, func(ctx context.Context) error {
		return found(s.d.Repo.DeleteBanner(ctx, id))
	}))
}

// Banners lists the visible banners of a type (empty: of all types), at most
// mall.MaxLimit, by Sort, newest first among equals.
func (s *Service) Banners(ctx context.Context, kind string) ([]Banner, error) {
	list, err := s.d.Repo.Banners(ctx, Filter{Type: kind, Visible: s.now()}, mall.Page{Limit: mall.MaxLimit})
	return list.Items, wrap("banners", err)
}

// ListBanners lists banners for staff, visible or not. It needs RightContent.
func (s *Service) ListBanners(ctx context.Context, who mall.Actor, f Filter, p mall.Page) (mall.Slice[Banner], error) {
	if err := who.Must(RightContent); err != nil {
		return mall.Slice[Banner]{}, err
	}
	list, err := s.d.Repo.Banners(ctx, f, p.Clean())
	return list, wrap("banners", err)
}
