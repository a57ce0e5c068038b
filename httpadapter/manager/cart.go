package manager

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cart"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/stock"
)

var (
	// errCheckWhat says that no line was named to be selected.
	errCheckWhat = mall.E(mall.Invalid, "manager.check_what", "no line named")
	// errNothingChecked says that none of the named lines is in the cart.
	errNothingChecked = mall.E(mall.NotFound, "manager.nothing_checked", "none of these is in the cart")
	// errCartWhat says that the line to delete is not named.
	errCartWhat = mall.E(mall.Invalid, "manager.cart_what", "line is missing")
	// errCartFields says that line or quantity is missing.
	errCartFields = mall.E(mall.Invalid, "manager.cart_fields", "line or quantity is missing")
	// errAddFields says that product or quantity is missing.
	errAddFields = mall.E(mall.Invalid, "manager.add_fields", "product or quantity is missing")
	// errInCart says that the cart has the product already.
	errInCart = mall.E(mall.Conflict, "manager.in_cart", "product is in the cart already")
	// errNotSold says that a product cannot be put into a cart.
	errNotSold = mall.E(mall.NotFound, "manager.not_sold", "product is gone or off sale")
	// errNoStock says that fewer pieces are there than wanted; its argument is the product's name.
	errNoStock = mall.E(mall.Limit, "manager.no_stock", "not enough in stock:")
)

// cartIn names lines of the cart: by what is in them, as documented, or by
// their own ids, as clients of the real server do.
type cartIn struct {
	ProductID string `in:"product_id"`
	CartID    string `in:"cart_id"`
}

type quantityIn struct {
	Count    string `in:"count"`
	Quantity string `in:"quantity"`
}

// pieces is the number of pieces, 0 when none is given.
func (in quantityIn) pieces() (int64, error) {
	text := cmp.Or(in.Count, in.Quantity)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 0, mall.ErrInvalid.With("count")
	}
	return n, nil
}

// cartLine is a line with its public id.
type cartLine struct {
	cart.Position
	code string
}

// cartLines are the caller's cart. A line's id is the moment in which it was
// added in 17 digits; of lines of the same millisecond the later one takes the
// next that is free.
func (a *api) cartLines(ctx context.Context, who mall.Actor) ([]cartLine, error) {
	c, err := a.Carts.Get(ctx, who.Account, "")
	if err != nil {
		return nil, err
	}
	lines, last := make([]cartLine, len(c.Positions)), time.Time{}
	for i, p := range c.Positions {
		at := p.AddedAt
		if !at.After(last) {
			at = last.Add(time.Millisecond)
		}
		lines[i], last = cartLine{p, catalog.CodeOf(a.Calendar, at)}, at
	}
	return lines, nil
}

// keys are the keys of the lines that a request names.
func (a *api) keys(ctx context.Context, who mall.Actor, in cartIn) ([]string, error) {
	lines, err := a.cartLines(ctx, who)
	if err != nil {
		return nil, err
	}
	products, carts := ids(in.ProductID), ids(in.CartID)
	var keys []string
	for _, l := range lines {
		if slices.Contains(products, l.Item.Goods.Code) || slices.Contains(carts, l.code) {
			keys = append(keys, l.Key)
		}
	}
	return keys, nil
}

type checkOut struct {
	envelope
	cartOf
}

// cartOf repeats what was named.
type cartOf struct {
	CartID    string `json:"cart_id"`
	ProductID string `json:"product_id"`
}

// checkCart selects the named lines for the next order, and no others.
func (a *api) checkCart(ctx context.Context, who mall.Actor, in cartIn) (*checkOut, error) {
	if in == (cartIn{}) {
		return nil, errCheckWhat
	}
	keys, err := a.keys(ctx, who, in)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, errNothingChecked
	}
	if err := a.Carts.SelectOnly(ctx, who.Account, "", keys); err != nil {
		return nil, told(err, cart.ErrNoLine, errNothingChecked)
	}
	return &checkOut{done("选中成功"), cartOf{in.CartID, in.ProductID}}, nil
}

type cartLineOut struct {
	CartID      string `json:"cart_id"`
	Unid        string `json:"unid"`
	ProductID   string `json:"product_id"`
	Title       string `json:"title"`
	ProductName string `json:"productName"`
	Price       yuan   `json:"price"`
	Quantity    int64  `json:"quantity"`
	Count       int64  `json:"count"`
	ImageURL    string `json:"imageUrl"`
	IsChecked   bool   `json:"isChecked"`
	CreateTime  string `json:"create_time"`
	UpdateTime  string `json:"updateTime"`
	// Options are what was chosen of goods with options; Valid says whether the
	// line can be ordered as it stands.
	Options string `json:"options,omitempty"`
	Valid   bool   `json:"valid"`
}

type getCartOut struct {
	envelope
	Data []cartLineOut `json:"data"`
}

func (a *api) getCart(ctx context.Context, who mall.Actor, _ struct{}) (*getCartOut, error) {
	lines, err := a.cartLines(ctx, who)
	if err != nil {
		return nil, err
	}
	me, err := a.Auth.Get(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	return &getCartOut{done("获取成功"), listed(lines, func(l cartLine) cartLineOut {
		g := &l.Item.Goods
		out := cartLineOut{CartID: l.code, Unid: me.PublicID, ProductID: g.Code, Title: g.Name, ProductName: g.Name, Price: yuan(l.Price),
			Quantity: l.Qty, Count: l.Qty, ImageURL: a.absolute(cmp.Or(l.Item.SKU.Pic, g.Pic)), IsChecked: l.Selected,
			CreateTime: a.when(layoutDash, l.AddedAt), UpdateTime: a.when(layoutDash, l.AddedAt), Valid: l.Problem == nil}
		for i, o := range l.Item.Options {
			if i > 0 {
				out.Options += " "
			}
			out.Options += o.PropertyName + ":" + o.Name
		}
		return out
	})}, nil
}

// delCart deletes lines.
func (a *api) delCart(ctx context.Context, who mall.Actor, in cartIn) (any, error) {
	if in == (cartIn{}) {
		return nil, errCartWhat
	}
	keys, err := a.keys(ctx, who, in)
	if err != nil {
		return nil, err
	}
	if len(keys) == 0 {
		return nil, errAbsent
	}
	if err := a.Carts.Remove(ctx, who.Account, "", keys); err != nil {
		return nil, told(err, cart.ErrNoLine, errAbsent)
	}
	return done("删除成功"), nil
}

type updateCartIn struct {
	cartIn
	quantityIn
}

// updateCart sets the pieces of a line; of several lines of the same goods, of
// the one that was added first.
func (a *api) updateCart(ctx context.Context, who mall.Actor, in updateCartIn) (any, error) {
	n, err := in.pieces()
	if err != nil {
		return nil, err
	}
	if in.cartIn == (cartIn{}) || n == 0 {
		return nil, errCartFields
	}
	lines, err := a.cartLines(ctx, who)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(lines, func(l cartLine) bool {
		return in.CartID != "" && l.code == in.CartID || in.CartID == "" && l.Item.Goods.Code == in.ProductID
	})
	if i < 0 {
		return nil, errNoData
	}
	if lines[i].Qty == n {
		return nil, errSame
	}
	if err := a.Carts.SetQty(ctx, who.Account, "", lines[i].Key, n); err != nil {
		return nil, told(told(err, cart.ErrNoLine, errNoData), stock.ErrShort, errNoStock.With(lines[i].Item.Goods.Name))
	}
	return done("修改成功"), nil
}

type addToCartIn struct {
	ProductID string `in:"product_id"`
	// Options chooses among the SKUs of goods with options, "1:11,2:21"; beyond the document.
	Options string `in:"options"`
	quantityIn
}

// addToCart puts pieces into the cart; those of goods that are in it add up
// unless Config.CartRefusesAgain.
func (a *api) addToCart(ctx context.Context, who mall.Actor, in addToCartIn) (any, error) {
	n, err := in.pieces()
	if err != nil {
		return nil, err
	}
	if in.ProductID == "" || n == 0 {
		return nil, errAddFields
	}
	id, err := a.Catalog.FindCode(ctx, in.ProductID)
	if err != nil {
		return nil, told(err, catalog.ErrGone, errNotSold)
	}
	if a.cfg.CartRefusesAgain {
		keys, err := a.keys(ctx, who, cartIn{ProductID: in.ProductID})
		if err != nil {
			return nil, err
		}
		if len(keys) > 0 {
			return nil, errInCart
		}
	}
	if _, err := a.Carts.Add(ctx, who.Account, "", cart.AddInput{Goods: id, Options: in.Options, Qty: n}); err != nil {
		return nil, told(told(told(err, catalog.ErrGone, errNotSold), catalog.ErrOffSale, errNotSold), stock.ErrShort, errNoStock.With("商品"))
	}
	return done("添加成功"), nil
}
