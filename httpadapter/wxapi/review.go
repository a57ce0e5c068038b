package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/catalog"
)

type reviewsIn struct {
	pageIn
	GoodsID mall.ID `in:"goodsId,required"`
}

type reviewOut struct {
	Goods          reviewGoods `json:"goods"`
	User           reviewUser  `json:"user"`
	ReputationPics []reviewPic `json:"reputationPics,omitempty"`
}

type reviewGoods struct {
	ID                   mall.ID `json:"id"`
	GoodsID              mall.ID `json:"goodsId"`
	GoodsName            string  `json:"goodsName"`
	OrderID              mall.ID `json:"orderId"`
	PriceID              mall.ID `json:"priceId,omitempty"`
	Pic                  string  `json:"pic"`
	Property             string  `json:"property,omitempty"`
	Number               int64   `json:"number"`
	Amount               yuan    `json:"amount"`
	Score                int64   `json:"score"`
	UID                  mall.ID `json:"uid"`
	UserID               mall.ID `json:"userId"`
	GoodReputation       int     `json:"goodReputation"`
	GoodReputationStr    string  `json:"goodReputationStr"`
	GoodReputationRemark string  `json:"goodReputationRemark"`
	GoodReputationReply  string  `json:"goodReputationReply,omitempty"`
	ReputationNumber     int     `json:"reputationNumber"`
	DateReputation       stamp   `json:"dateReputation"`
}

// reviewUser is a reviewer with name and number masked: reviews are public.
type reviewUser struct {
	ID        mall.ID `json:"id"`
	UID       mall.ID `json:"uid"`
	Nick      string  `json:"nick"`
	AvatarURL string  `json:"avatarUrl"`
	Mobile    string  `json:"mobile,omitempty"`
}

type reviewPic struct {
	Pic string `json:"pic"`
}

var rankNames = map[catalog.Rank]string{catalog.Bad: "差评", catalog.Middle: "中评", catalog.Good: "好评"}

func (a *api) goodsReputation(ctx context.Context, _ mall.Actor, in reviewsIn) ([]reviewOut, error) {
	list, wire, err := a.reviews(ctx, in)
	if err != nil {
		return nil, err
	}
	return listed(list.Items, wire)
}

func (a *api) goodsReputationV2(ctx context.Context, _ mall.Actor, in reviewsIn) (*page[reviewOut], error) {
	list, wire, err := a.reviews(ctx, in)
	if err != nil {
		return nil, err
	}
	return paged(list, in.window(), wire)
}

// reviews is a page with what puts its reviewers' names to it.
func (a *api) reviews(ctx context.Context, in reviewsIn) (mall.Slice[catalog.Review], func(catalog.Review) reviewOut, error) {
	list, err := a.Catalog.ListReviews(ctx, catalog.ReviewFilter{Goods: in.GoodsID}, in.window())
	if err != nil || len(list.Items) == 0 {
		return list, nil, err
	}
	people, err := a.Auth.Profiles(ctx, each(list.Items, func(r catalog.Review) mall.ID { return r.Buyer }))
	return list, func(r catalog.Review) reviewOut { return a.reviewOf(r, people[r.Buyer]) }, err
}

func (a *api) reviewOf(r catalog.Review, by auth.Profile) reviewOut {
	return reviewOut{
		Goods: reviewGoods{
			ID: r.OrderLine, GoodsID: r.Goods, GoodsName: r.Name, OrderID: r.Order, PriceID: r.SKU, Pic: r.Pic, Property: r.Property,
			Number: r.Qty, Amount: yuan(r.Amount), Score: r.Score, UID: r.Buyer, UserID: a.cfg.MerchantID,
			GoodReputation: int(r.Rank), GoodReputationStr: rankNames[r.Rank], GoodReputationRemark: r.Remark,
			GoodReputationReply: r.Reply, ReputationNumber: r.Stars, DateReputation: a.at(r.CreatedAt),
		},
		User:           reviewUser{ID: r.Buyer, UID: r.Buyer, Nick: maskName(by.Nick), AvatarURL: by.AvatarURL, Mobile: maskMobile(by.Mobile)},
		ReputationPics: each(r.Pics, func(url string) reviewPic { return reviewPic{url} }),
	}
}

// maskName leaves the first character of a name.
func maskName(name string) string {
	for _, first := range name {
		return string(first) + "**"
	}
	return "匿名"
}

// maskMobile leaves the first three and the last four digits of a number.
func maskMobile(mobile string) string {
	if len(mobile) < 11 {
		return ""
	}
	return mobile[:3] + "****" + mobile[len(mobile)-4:]
}

type dynamicIn struct {
	Type int64 `in:"type"` // 0 ordered, 1 paid
}

type dynamicOut struct {
	GoodsID   mall.ID `json:"goodsId"`
	GoodsName string  `json:"goodsName"`
	Pic       string  `json:"pic"`
	Nick      string  `json:"nick"`
	AvatarURL string  `json:"avatarUrl"`
	Type      int     `json:"type"`
	DateAdd   stamp   `json:"dateAdd"`
}

// dynamics is how many recent deals a ticker shows.
const dynamics = 20

func (a *api) goodsDynamic(ctx context.Context, _ mall.Actor, in dynamicIn) ([]dynamicOut, error) {
	kind := catalog.Ordered
	if in.Type == int64(catalog.Paid) {
		kind = catalog.Paid
	}
	deals, err := a.Catalog.Deals(ctx, kind, dynamics)
	if err != nil {
		return nil, err
	}
	if len(deals) == 0 {
		return nil, errNone
	}
	people, err := a.Auth.Profiles(ctx, each(deals, func(d catalog.Deal) mall.ID { return d.Buyer }))
	if err != nil {
		return nil, err
	}
	return listed(deals, func(d catalog.Deal) dynamicOut {
		return dynamicOut{d.Goods, d.Name, d.Pic, maskName(people[d.Buyer].Nick), people[d.Buyer].AvatarURL, int(d.Kind), a.at(d.At)}
	})
}

func (a *api) goodsDynamicV2(ctx context.Context, who mall.Actor, in dynamicIn) (*page[dynamicOut], error) {
	list, err := a.goodsDynamic(ctx, who, in)
	if err != nil {
		return nil, err
	}
	return &page[dynamicOut]{Result: list, TotalRow: int64(len(list)), TotalPage: 1}, nil
}
