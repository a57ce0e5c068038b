package bunrepo

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/shop"
)

// unread is an engine for queries that are only written down.
type unread struct{ Engine }

func (unread) Reader(context.Context) bun.IConn { return nil }

// ShopsSQL is the statements that a list of shops may run: the page in its
// order, the page of what is gathered first, and the total.
func ShopsSQL(db *bun.DB, q shop.Query, p mall.Page) [3]string {
	r := shops{New(db, unread{})}
	ctx, inOrder := context.Background(), q
	inOrder.First = shop.InOrder
	var rows []shopRow
	return [3]string{r.page(ctx, &rows, inOrder, p).String(), r.find(ctx, q, p, 2000).String(), r.from(ctx, q).ColumnExpr("1").Limit(10_001).String()}
}
