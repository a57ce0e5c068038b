package wxapi

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/site"
)

// jsonTokenIn is the token of routes where a stale one must not pass for none:
// what its holder means to keep would be stored for everybody to read.
type jsonTokenIn struct {
	Token string `in:"token"`
}

// stale is mall.ErrUnauthenticated when there is a token that nobody has.
func (in jsonTokenIn) stale(who mall.Actor) error {
	if in.Token != "" && who.Account == 0 {
		return mall.ErrUnauthenticated
	}
	return nil
}

type jsonSetIn struct {
	jsonTokenIn
	ID      mall.ID `in:"id"`
	Type    string  `in:"type"`
	RefID   string  `in:"refId"`
	Content string  `in:"content,required"`
}

// jsonSet answers the document's id, which clients keep for the next change.
func (a *api) jsonSet(ctx context.Context, who mall.Actor, in jsonSetIn) (mall.ID, error) {
	if err := in.stale(who); err != nil {
		return 0, err
	}
	return a.Site.PutDocument(ctx, who, site.Document{ID: in.ID, Type: in.Type, Ref: in.RefID, Content: in.Content})
}

type jsonListIn struct {
	jsonTokenIn
	Page     *int64  `in:"page"`
	PageSize int64   `in:"pageSize"`
	ID       mall.ID `in:"id"`
	Type     string  `in:"type"`
	RefID    string  `in:"refId"`
	OrderBy  string  `in:"orderBy"`
}

// window is the page asked for; a list without page is as long as lists get.
func (in jsonListIn) window() mall.Page {
	if in.Page == nil && in.PageSize == 0 {
		return mall.NumberedPage(1, mall.MaxLimit)
	}
	number := int64(1)
	if in.Page != nil {
		number = *in.Page
	}
	return mall.NumberedPage(number, in.PageSize)
}

type jsonOut struct {
	ID          mall.ID         `json:"id"`
	UID         mall.ID         `json:"uid"`
	UserID      mall.ID         `json:"userId"`
	Type        string          `json:"type"`
	RefID       looseID         `json:"refId"`
	Content     string          `json:"content"`
	JSONData    json.RawMessage `json:"jsonData"`
	IsTop       bool            `json:"isTop"`
	IsHighlight bool            `json:"isHighlight"`
	DateAdd     stamp           `json:"dateAdd"`
	DateUpdate  stamp           `json:"dateUpdate"`
}

// looseID is a text that clients count with when it is a number: 3, "a3".
type looseID string

// MarshalJSON prints whole numbers that JavaScript has exactly as numbers.
func (id looseID) MarshalJSON() ([]byte, error) {
	if n, err := strconv.ParseInt(string(id), 10, 53); err == nil && strconv.FormatInt(n, 10) == string(id) {
		return []byte(id), nil
	}
	return json.Marshal(string(id))
}

// jsonList is a bare array at the api host and a page at the common one; where
// hosts cannot be told apart, a page for who asks for one.
func (a *api) jsonList(ctx context.Context, who mall.Actor, in jsonListIn) (any, error) {
	if err := in.stale(who); err != nil {
		return nil, err
	}
	host := formOf(ctx)
	bare := host == formAPI || host != formCommon && in.Page == nil
	f := site.DocumentFilter{ID: in.ID, Type: in.Type, Ref: in.RefID, Sort: site.DocumentSort(in.OrderBy), NoTotal: bare}
	list, err := a.Site.ListDocuments(ctx, who, f, in.window())
	switch {
	case err != nil:
		return nil, err
	case bare:
		return listed(list.Items, a.jsonOf)
	}
	return paged(list, in.window(), a.jsonOf)
}

func (a *api) jsonOf(d site.Document) jsonOut {
	return jsonOut{
		ID: d.ID, UID: d.Owner, UserID: a.cfg.MerchantID, Type: d.Type, RefID: looseID(d.Ref), Content: d.Content, JSONData: json.RawMessage(d.Content),
		IsTop: d.Top, IsHighlight: d.Highlight, DateAdd: a.at(d.CreatedAt), DateUpdate: a.at(d.UpdatedAt),
	}
}

type jsonIn struct {
	ID mall.ID `in:"id,required"`
}

func (a *api) jsonDelete(ctx context.Context, who mall.Actor, in jsonIn) (any, error) {
	return empty(a.Site.DeleteDocument(ctx, who, in.ID))
}

type jsonTopIn struct {
	jsonIn
	IsTop bool `in:"isTop,required"`
}

func (a *api) jsonTop(ctx context.Context, who mall.Actor, in jsonTopIn) (any, error) {
	return empty(a.Site.MarkDocument(ctx, who, in.ID, site.Marks{Top: &in.IsTop}))
}

type jsonHighlightIn struct {
	jsonIn
	IsHighlight bool `in:"isHighlight,required"`
}

func (a *api) jsonHighlight(ctx context.Context, who mall.Actor, in jsonHighlightIn) (any, error) {
	return empty(a.Site.MarkDocument(ctx, who, in.ID, site.Marks{Highlight: &in.IsHighlight}))
}
