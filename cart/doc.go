// Package cart keeps what a buyer means to buy: one cart per owner and type,
// one line per goods, SKU, add-ons, day and slot, the selection stored on the
// line. Prices are never stored here: every reading asks the catalogue.
//
// The main type is [Service]:
//
//	carts, err := cart.New(cart.Deps{Repo: store.Carts(), Tx: store, Catalog: goods, Stock: stocks}, cart.Config{})
//	_, err = carts.Add(ctx, buyer, "", cart.AddInput{Goods: 1, Qty: 2})
//	c, err := carts.Get(ctx, buyer, "")
//	fmt.Println(c.Number, c.Total)
package cart
