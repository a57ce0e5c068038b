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

// ShopsSQL is the statements that a list of shops runs: the page and the total.
func ShopsSQL(db *bun.DB, q shop.Query, p mall.Page) (page, total string) {
	r := shops{New(db, unread{})}
	var rows []shopRow
	return r.page(context.Background(), &rows, q, p).String(), r.from(context.Background(), q).ColumnExpr("1").Limit(10_001).String()
}
