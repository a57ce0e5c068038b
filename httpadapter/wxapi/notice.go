package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms"
)

type noticeOut struct {
	ID        mall.ID `json:"id"`
	Title     string  `json:"title"`
	Content   string  `json:"content,omitempty"`
	IsShow    bool    `json:"isShow"`
	IsRemind  bool    `json:"isRemind"`
	RemindUID mall.ID `json:"remindUid"`
	UserID    mall.ID `json:"userId"`
	DateAdd   stamp   `json:"dateAdd"`
}

func (a *api) noticeLastOne(ctx context.Context, who mall.Actor, in typeIn) (*noticeOut, error) {
	n, err := a.Content.LatestNotice(ctx, who, in.Type)
	if err != nil {
		return nil, err
	}
	return a.noticeOf(n), nil
}

type noticeListIn struct {
	typeIn
	pageIn
}

// noticePage is the list's own form: rows stand under dataList.
type noticePage struct {
	DataList  []*noticeOut `json:"dataList"`
	TotalRow  int64        `json:"totalRow"`
	TotalPage int64        `json:"totalPage"`
}

func (a *api) noticeList(ctx context.Context, who mall.Actor, in noticeListIn) (*noticePage, error) {
	list, err := a.Content.Notices(ctx, who, in.Type, in.window())
	if err != nil {
		return nil, err
	}
	if len(list.Items) == 0 {
		return nil, errNone
	}
	rows := each(list.Items, func(n cms.Notice) *noticeOut {
		n.Content = "" // clients ask for the text by noticeDetail
		return a.noticeOf(&n)
	})
	return &noticePage{rows, list.Total, pages(list.Total, in.window())}, nil
}

type noticeIn struct {
	ID mall.ID `in:"id,required"`
}

func (a *api) noticeDetail(ctx context.Context, who mall.Actor, in noticeIn) (*noticeOut, error) {
	n, err := a.Content.GetNotice(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return a.noticeOf(n), nil
}

func (a *api) noticeOf(n *cms.Notice) *noticeOut {
	return &noticeOut{
		ID: n.ID, Title: n.Title, Content: n.Content, IsShow: n.Shown, IsRemind: n.Remind, RemindUID: n.Account,
		UserID: a.cfg.MerchantID, DateAdd: a.at(n.CreatedAt),
	}
}
