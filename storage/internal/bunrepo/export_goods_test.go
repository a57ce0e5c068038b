package bunrepo

import (
	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

// GoodsSQL is the statements of a list of goods with a keyword of few matches:
// the ids of the page, and the total.
func GoodsSQL(db *bun.DB, q catalog.Query, p mall.Page) [2]string {
	r := products{New(db, unread{})}
	written := func(text string, args []any) string { return db.QueryGen().FormatQuery(text, args...) }
	return [2]string{written(r.gather(q, goodsSorts[q.Sort], p)), written(r.counted(q, true, "10001"))}
}
