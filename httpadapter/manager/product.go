package manager

import (
	"cmp"
	"context"
	"mime/multipart"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

var (
	// errProductCategory says that new goods have no category.
	errProductCategory = mall.E(mall.Invalid, "manager.product_category", "category id is missing")
	// errProductFields says that new goods lack one of the required fields.
	errProductFields = mall.E(mall.Invalid, "manager.product_fields", "a required field is missing")
	// errNoProductID and errChangeWhat say that the id of goods is missing.
	errNoProductID = mall.E(mall.Invalid, "manager.no_product_id", "product id is missing")
	errChangeWhat  = mall.E(mall.Invalid, "manager.change_what", "product id is missing")
	// errNoVIPLevel says that the shop has no such membership level.
	errNoVIPLevel = mall.E(mall.NotFound, "manager.no_vip_level", "no such membership level")
)

// rightGoods is the right of those who see goods that buyers are not shown.
const rightGoods = "/product/update_product"

// levelIn is what goods of the VIP category give, beyond the document: which
// level by its rank, and for how many days.
type levelIn struct {
	Level *int `in:"vipLevel"`
	Days  int  `in:"vipDays"`
}

type addProductIn struct {
	CategoryID  string                `in:"category_id"`
	Name        string                `in:"productName"`
	Price       *mall.Money           `in:"price"`
	Description string                `in:"description"`
	Inventory   *int64                `in:"inventory"`
	Image       string                `in:"imageUrl"`
	File        *multipart.FileHeader `in:"imageUrl"`
	levelIn
}

type addProductOut struct {
	envelope
	ProductID string `json:"product_id"`
}

// addProduct puts goods on sale at once. The picture comes as a file, or as
// the address that an upload gave. Goods of the VIP category are memberships:
// of the lowest level for 30 days unless vipLevel and vipDays say otherwise.
func (a *api) addProduct(ctx context.Context, who mall.Actor, in addProductIn) (*addProductOut, error) {
	switch {
	case in.CategoryID == "":
		return nil, errProductCategory
	case in.Name == "" || in.Price == nil || in.Description == "" || in.Inventory == nil || in.Image == "" && in.File == nil:
		return nil, errProductFields
	case *in.Inventory < 0: // which stands for unlimited inside
		return nil, mall.ErrInvalid.With("inventory")
	}
	c, err := a.Catalog.FindCategory(ctx, in.CategoryID)
	if err != nil {
		return nil, told(err, catalog.ErrCategory, errAbsent)
	}
	d := catalog.Draft{Content: in.Description, SKUs: []catalog.SKUDraft{{Price: *in.Price, Stock: in.Inventory}},
		Goods: catalog.Goods{Category: c.ID, Name: in.Name, Subtitle: subtitle(in.Description), Pic: in.Image, OnSale: true, AfterSale: []int{0, 1}}}
	if c.Code == a.cfg.VIPCategory {
		if d.Goods.Level, err = a.levelOfRank(ctx, in.Level); err != nil {
			return nil, err
		}
		d.Goods.Kind, d.Goods.LevelDays, d.Goods.AfterSale = catalog.Membership, in.Days, []int{0}
	}
	if in.File != nil {
		if d.Goods.Pic, err = a.picture(ctx, who, in.File); err != nil {
			return nil, err
		}
	}
	id, err := a.Catalog.SaveGoods(ctx, who, d)
	if err != nil {
		return nil, err
	}
	g, err := a.Catalog.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return &addProductOut{done("添加成功"), g.Code}, nil
}

// subtitle is the beginning of a description, as orders and lists of other
// faces show it.
func subtitle(text string) string {
	if rs := []rune(text); len(rs) > 200 {
		return string(rs[:200])
	}
	return text
}

// levelOfRank is the membership level of a rank, the lowest one without a wish.
func (a *api) levelOfRank(ctx context.Context, rank *int) (mall.ID, error) {
	levels, err := a.Members.Levels(ctx)
	if err != nil {
		return 0, err
	}
	for _, l := range levels {
		if l.Active && (rank == nil || l.Rank == *rank) {
			return l.ID, nil
		}
	}
	return 0, errNoVIPLevel
}

type updateProductIn struct {
	ProductID   string                `in:"product_id"`
	CategoryID  string                `in:"category_id"`
	Name        *string               `in:"productName"`
	Price       *mall.Money           `in:"price"`
	Description *string               `in:"description"`
	Inventory   *int64                `in:"inventory"`
	Image       *string               `in:"imageUrl"`
	File        *multipart.FileHeader `in:"imageUrl"`
	levelIn
}

// updateProduct changes what is given of goods. Price and inventory are those of
// goods without options.
func (a *api) updateProduct(ctx context.Context, who mall.Actor, in updateProductIn) (any, error) {
	if in.ProductID == "" {
		return nil, errChangeWhat
	}
	if in.Inventory != nil && *in.Inventory < 0 {
		return nil, mall.ErrInvalid.With("inventory")
	}
	id, err := a.Catalog.FindCode(ctx, in.ProductID)
	if err != nil {
		return nil, told(err, catalog.ErrGone, errNoData)
	}
	r := catalog.Revision{Name: in.Name, Content: in.Description, Pic: in.Image, Price: in.Price, Stock: in.Inventory}
	if in.Description != nil {
		short := subtitle(*in.Description)
		r.Subtitle = &short
	}
	if err := a.complete(ctx, id, in, &r); err != nil {
		return nil, err
	}
	if in.File != nil {
		url, err := a.picture(ctx, who, in.File)
		if err != nil {
			return nil, err
		}
		r.Pic = &url
	}
	changed, err := a.Catalog.Revise(ctx, who, id, r)
	switch {
	case err != nil:
		return nil, told(err, catalog.ErrGone, errNoData)
	case !changed:
		return nil, errSame
	}
	return done("修改成功"), nil
}

// complete fills in the category and what follows from it: goods that come into
// the VIP category are memberships from then on, those that leave it are not
// any more. What never runs out stays so when its printed number comes back.
func (a *api) complete(ctx context.Context, id mall.ID, in updateProductIn, r *catalog.Revision) error {
	g, err := a.Catalog.Get(ctx, id)
	if err != nil {
		return told(err, catalog.ErrGone, errNoData)
	}
	if r.Stock != nil && *r.Stock == plenty && g.Stock == catalog.Unlimited {
		r.Stock = nil
	}
	vip := g.Level != 0
	if in.CategoryID != "" {
		c, err := a.Catalog.FindCategory(ctx, in.CategoryID)
		if err != nil {
			return told(err, catalog.ErrCategory, errNoData)
		}
		r.Category, vip = &c.ID, c.Code == a.cfg.VIPCategory
	}
	var level mall.ID
	switch {
	case !vip && g.Level != 0:
		r.Level = &level
		return nil
	case !vip || g.Level != 0 && in.Level == nil:
	default:
		if level, err = a.levelOfRank(ctx, in.Level); err != nil {
			return err
		}
		r.Level = &level
	}
	if vip && in.Days != 0 {
		r.LevelDays = &in.Days
	}
	return nil
}

type productIn struct {
	ProductID string `in:"product_id"`
}

func (a *api) delProduct(ctx context.Context, who mall.Actor, in productIn) (any, error) {
	if in.ProductID == "" {
		return nil, errNoProductID
	}
	id, err := a.Catalog.FindCode(ctx, in.ProductID)
	if err == nil {
		err = a.Catalog.Delete(ctx, who, id)
	}
	if err != nil {
		return nil, told(err, catalog.ErrGone, errAbsent)
	}
	return done("删除成功"), nil
}

type productOut struct {
	ID          string  `json:"_id"`
	ProductID   string  `json:"product_id"`
	CategoryID  string  `json:"category_id"`
	Name        string  `json:"productName"`
	Description string  `json:"description"`
	Price       yuan    `json:"price"`
	Inventory   int64   `json:"inventory"`
	ImageURL    string  `json:"imageUrl"`
	Updator     *string `json:"updator"`
	UpdateTime  *string `json:"updateTime"`
	ShopID      mall.ID `json:"shop_id,omitempty"`
	OnSale      bool    `json:"onSale"`
	// HasOptions: price is that of the cheapest SKU, inventory that of all.
	HasOptions bool `json:"hasOptions,omitempty"`
	Level      int  `json:"vipLevel,omitempty"`
	Days       int  `json:"vipDays,omitempty"`
}

type productsOut struct {
	envelope
	Total int64        `json:"total"`
	Data  []productOut `json:"data"`
}

type getProductIn struct {
	productIn
	CategoryID string `in:"category_id"`
	Format     string `in:"format"`
	window
}

const (
	// listText is how many characters of a description lists show; asked for
	// by its product_id it is whole.
	listText = 2000
	// plenty is the inventory printed for what never runs out.
	plenty = catalog.MaxQty
)

// getProduct lists goods, those of a category, or one: what buyers are shown,
// and to staff who may change goods everything. The VIP category can be had as
// a bare array.
func (a *api) getProduct(ctx context.Context, who mall.Actor, in getProductIn) (any, error) {
	out := &productsOut{envelope: done("获取成功"), Data: []productOut{}}
	f, text, err := a.productFilter(ctx, in)
	if err != nil {
		return nil, err
	}
	if f != nil {
		f.Any = who.Has(rightGoods)
		offset, limit, err := in.rows()
		if err != nil {
			return nil, err
		}
		found, err := gather(offset, limit, func(p mall.Page) (mall.Slice[catalog.Goods], error) { return a.Catalog.List(ctx, *f, p) })
		if err != nil {
			return nil, err
		}
		out.Total = found.Total
		if out.Data, err = a.products(ctx, found.Items, text); err != nil {
			return nil, err
		}
	}
	if in.CategoryID == a.cfg.VIPCategory && in.Format == "array" {
		return out.Data, nil
	}
	return out, nil
}

// productFilter is what is asked for, nil when there cannot be any, and how
// much of the descriptions is wanted.
func (a *api) productFilter(ctx context.Context, in getProductIn) (*catalog.Filter, int, error) {
	f, text := &catalog.Filter{Sort: catalog.ByAddedDown}, listText
	if in.CategoryID != "" {
		c, err := a.Catalog.FindCategory(ctx, in.CategoryID)
		if mall.KindOf(err) == mall.NotFound {
			return nil, 0, nil
		}
		if err != nil {
			return nil, 0, err
		}
		f.Category = c.ID
	}
	if in.ProductID != "" {
		id, err := a.Catalog.FindCode(ctx, in.ProductID)
		if mall.KindOf(err) == mall.NotFound {
			return nil, 0, nil
		}
		if err != nil {
			return nil, 0, err
		}
		f.IDs, text = []mall.ID{id}, 0
	}
	return f, text, nil
}

// products prints goods with a fixed number of statements.
func (a *api) products(ctx context.Context, goods []catalog.Goods, text int) ([]productOut, error) {
	if len(goods) == 0 {
		return []productOut{}, nil
	}
	var numbers, people []mall.ID
	for i := range goods {
		numbers, people = append(numbers, goods[i].ID), append(people, goods[i].Editor)
	}
	texts, err := a.Catalog.Texts(ctx, numbers, text)
	if err != nil {
		return nil, err
	}
	names, err := a.names(ctx, people)
	if err != nil {
		return nil, err
	}
	categories, err := a.Catalog.ListCategories(ctx, nil, false)
	if err != nil {
		return nil, err
	}
	codes := make(map[mall.ID]string, len(categories))
	for _, c := range categories {
		codes[c.ID] = c.Code
	}
	levels, err := a.Members.Levels(ctx)
	if err != nil {
		return nil, err
	}
	ranks := make(map[mall.ID]int, len(levels))
	for _, l := range levels {
		ranks[l.ID] = l.Rank
	}
	return listed(goods, func(g catalog.Goods) productOut {
		out := productOut{ID: objectID(g.ID), ProductID: g.Code, CategoryID: codes[g.Category], Name: g.Name,
			Description: cmp.Or(texts[g.ID].Content, g.Subtitle), Price: yuan(g.MinPrice), Inventory: g.Stock, ImageURL: a.absolute(g.Pic),
			Updator: maybe(names[g.Editor]), ShopID: g.Shop, OnSale: g.OnSale, HasOptions: len(g.PropertyIDs) > 0,
			Level: ranks[g.Level]}
		if g.Stock == catalog.Unlimited {
			out.Inventory = plenty
		}
		if g.Level != 0 {
			out.Days = g.LevelDays
		}
		if g.UpdatedAt.After(g.CreatedAt) {
			out.UpdateTime = maybe(a.when(layoutComma, g.UpdatedAt))
		}
		return out
	}), nil
}
