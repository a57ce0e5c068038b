package bunrepo

import (
	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms"
)

type noticeRow struct {
	bun.BaseModel `bun:"table:?(ns)notices,alias:n"`

	ID         int64  `bun:"id,pk,autoincrement"`
	ShopID     int64  `bun:"shop_id"`
	AccountID  int64  `bun:"account_id"`
	Type       string `bun:"type"`
	Title      string `bun:"title"`
	Content    string `bun:"content"`
	Remind     bool   `bun:"remind"`
	Shown      bool   `bun:"shown"`
	ShownFrom  *int64 `bun:"shown_from"`
	ShownUntil *int64 `bun:"shown_until"`
	Sort       int64  `bun:"sort"`
	CreatedAt  *int64 `bun:"created_at"`
	UpdatedAt  *int64 `bun:"updated_at"`
}

func noticeToRow(n *cms.Notice) *noticeRow {
	return &noticeRow{
		ID: int64(n.ID), ShopID: int64(n.Shop), AccountID: int64(n.Account), Type: n.Type, Title: n.Title,
		Content: n.Content, Remind: n.Remind, Shown: n.Shown, ShownFrom: millis(n.From), ShownUntil: millis(n.Until),
		Sort: n.Sort, CreatedAt: millis(n.CreatedAt), UpdatedAt: millis(n.UpdatedAt),
	}
}

func noticeFromRow(r *noticeRow) *cms.Notice {
	return &cms.Notice{
		ID: mall.ID(r.ID), Shop: mall.ID(r.ShopID), Account: mall.ID(r.AccountID), Type: r.Type, Title: r.Title,
		Content: r.Content, Remind: r.Remind,
		Visibility: cms.Visibility{Shown: r.Shown, From: moment(r.ShownFrom), Until: moment(r.ShownUntil), Sort: r.Sort},
		CreatedAt:  moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt),
	}
}

type bannerRow struct {
	bun.BaseModel `bun:"table:?(ns)banners,alias:b"`

	ID         int64  `bun:"id,pk,autoincrement"`
	ShopID     int64  `bun:"shop_id"`
	Type       string `bun:"type"`
	Title      string `bun:"title"`
	Picture    string `bun:"picture"`
	Link       string `bun:"link"`
	LinkType   int    `bun:"link_type"`
	AppID      string `bun:"appid"`
	Remark     string `bun:"remark"`
	BusinessID int64  `bun:"business_id"`
	Shown      bool   `bun:"shown"`
	ShownFrom  *int64 `bun:"shown_from"`
	ShownUntil *int64 `bun:"shown_until"`
	Sort       int64  `bun:"sort"`
	CreatedAt  *int64 `bun:"created_at"`
	UpdatedAt  *int64 `bun:"updated_at"`
}

func bannerToRow(b *cms.Banner) *bannerRow {
	return &bannerRow{
		ID: int64(b.ID), ShopID: int64(b.Shop), Type: b.Type, Title: b.Title, Picture: b.Picture, Link: b.Link,
		LinkType: b.LinkType, AppID: b.AppID, Remark: b.Remark, BusinessID: int64(b.Business), Shown: b.Shown,
		ShownFrom: millis(b.From), ShownUntil: millis(b.Until), Sort: b.Sort,
		CreatedAt: millis(b.CreatedAt), UpdatedAt: millis(b.UpdatedAt),
	}
}

func bannerFromRow(r *bannerRow) *cms.Banner {
	return &cms.Banner{
		ID: mall.ID(r.ID), Shop: mall.ID(r.ShopID), Type: r.Type, Title: r.Title, Picture: r.Picture, Link: r.Link,
		LinkType: r.LinkType, AppID: r.AppID, Remark: r.Remark, Business: mall.ID(r.BusinessID),
		Visibility: cms.Visibility{Shown: r.Shown, From: moment(r.ShownFrom), Until: moment(r.ShownUntil), Sort: r.Sort},
		CreatedAt:  moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt),
	}
}
