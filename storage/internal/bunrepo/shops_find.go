package bunrepo

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/shop"
)

// foundRow is one shop of a page, or none of an empty one, with how many were
// gathered and how many of those belong to the list.
type foundRow struct {
	Gathered int64  `bun:"gathered"`
	Fitting  int64  `bun:"fitting"`
	ID       *int64 `bun:"id"`
}

func (r shops) Find(ctx context.Context, q shop.Query, p mall.Page, atMost int64) (shop.Found, error) {
	if q.First == shop.ByKeyword {
		if many, err := r.many(ctx, q, atMost); err != nil || many {
			return shop.Found{More: true}, err
		}
	}
	var rows []foundRow
	if err := r.find(ctx, q, p, atMost).Scan(ctx, &rows); err != nil {
		return shop.Found{}, err
	}
	found := shop.Found{Total: rows[0].Fitting, More: rows[0].Gathered > atMost}
	for _, row := range rows {
		if row.ID != nil {
			found.IDs = append(found.IDs, mall.ID(*row.ID))
		}
	}
	return found, nil
}

// many says whether a keyword is not to be gathered by: no index finds it, or
// too much. SQLite counts its matches in the index alone, which costs a tenth of
// looking them up; PostgreSQL reads the same rows either way.
func (r shops) many(ctx context.Context, q shop.Query, atMost int64) (bool, error) {
	keyword := searchedFor(q)
	if searched, err := r.searched(ctx, keyword); err != nil || !searched || r.postgres() {
		return !searched, err
	}
	n, err := r.limited(ctx, r.sel(ctx).TableExpr("(?) AS k", r.matched(ctx, keyword)), atMost)
	return n > atMost, err
}

// find gathers, counts and sorts in one statement: ids with their key alone, so
// that whole rows are read for the page only.
func (r shops) find(ctx context.Context, q shop.Query, p mall.Page, atMost int64) *bun.RawQuery {
	key, args := "s.sort", []any(nil)
	if q.Near != nil {
		key, args = chord2(q.Near)
	}
	gather := func(rows *bun.SelectQuery, fits *condition) *bun.SelectQuery {
		return rows.Column("s.id").ColumnExpr(key+" AS key", args...).ColumnExpr("("+fits.orTrue()+") AS fits", fits.args...).Limit(atMost + 1)
	}
	var gathered *bun.SelectQuery
	switch {
	case q.First == shop.InOrder && len(q.Spans) > 0:
		gathered = gather(r.from(ctx, q), &condition{})
	case q.First == shop.ByKeyword && len(q.Named) > 0:
		gathered = r.sel(ctx).TableExpr("(?) AS n", gather(r.source(ctx, q), r.filter(q))).ColumnExpr("n.*")
		also := r.also(q)
		gathered = gathered.UnionAll(r.sel(ctx).TableExpr("(?) AS c", gather(r.source(ctx, also), r.apart(q, r.filter(also)))).ColumnExpr("c.*"))
	default:
		gathered = gather(r.source(ctx, q), r.filter(q))
	}
	return r.rawRead(ctx, `WITH g AS MATERIALIZED (?)
SELECT (SELECT COUNT(*) FROM g) AS gathered, (SELECT COUNT(*) FROM g WHERE g.fits) AS fitting, page.id
FROM (SELECT 1 AS one) AS o LEFT JOIN (SELECT g.id, g.key FROM g WHERE g.fits ORDER BY g.key, g.id LIMIT ? OFFSET ?) AS page ON TRUE
ORDER BY page.key, page.id`, gathered, p.Limit, p.Offset)
}

// also is the second half of a list by keyword: what is in the categories that
// the keyword names, wherever it is looked up.
func (r shops) also(q shop.Query) shop.Query {
	q.Categories, q.Named, q.Keyword, q.NameLike, q.First = q.Named, nil, "", "", shop.ByPlace
	return q
}

// apart leaves out what the first half of a list by keyword has.
func (r shops) apart(q shop.Query, where *condition) *condition {
	where.and("NOT "+likeText(r.postgres(), "s.name", searchedFor(q)), containing(searchedFor(q)))
	return where
}

func (r shops) Total(ctx context.Context, q shop.Query, atMost int64) (int64, error) {
	if q.First == shop.ByKeyword {
		searched, err := r.searched(ctx, searchedFor(q))
		if err != nil {
			return 0, err
		}
		if !searched {
			q.First = shop.InOrder
		}
	}
	if q.First != shop.ByKeyword || len(q.Named) == 0 {
		return r.limited(ctx, r.from(ctx, q), atMost)
	}
	// Each half ends for itself.
	n, err := r.limited(ctx, r.from(ctx, q), atMost)
	if err != nil || n > atMost {
		return n, err
	}
	also := r.also(q)
	rest := r.apart(q, r.filter(also))
	more, err := r.limited(ctx, r.source(ctx, also).Where(rest.text, rest.args...), atMost)
	return min(n+more, atMost+1), err
}

// limited counts rows up to atMost+1.
func (r shops) limited(ctx context.Context, rows *bun.SelectQuery, atMost int64) (int64, error) {
	var n int64
	err := r.sel(ctx).TableExpr("(?) AS counted", rows.ColumnExpr("1").Limit(atMost+1)).ColumnExpr("COUNT(*)").Scan(ctx, &n)
	return n, err
}
