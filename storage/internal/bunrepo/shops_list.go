package bunrepo

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/catalog/shop"
)

// maxSpans is up to how many spans of cells PostgreSQL plans one by one; more
// are read as the band that holds them.
const maxSpans = 256

// List chooses the ids of a page from an index alone where one holds all that
// is asked for, and reads whole rows only of those.
func (r shops) List(ctx context.Context, q shop.Query, p mall.Page) ([]shop.Shop, error) {
	var rows []shopRow
	err := r.page(ctx, &rows, q, p).Scan(ctx)
	return shopsFromRows(rows), err
}

func (r shops) page(ctx context.Context, rows *[]shopRow, q shop.Query, p mall.Page) *bun.SelectQuery {
	sel := r.sel(ctx).Model(rows)
	if q.Near != nil {
		far, args := chord2(q.Near)
		ids := r.from(ctx, q).Column("s.id").ColumnExpr(far+" AS far", args...).OrderExpr("far, s.id").Limit(p.Limit).Offset(p.Offset)
		return sel.Join("JOIN (?) AS page ON page.id = s.id", ids).OrderExpr("page.far, s.id")
	}
	return sel.Join("JOIN (?) AS page ON page.id = s.id", r.sorted(ctx, q, p)).OrderExpr("s.sort, s.id")
}

// sorted are the ids of a page in the order of staff. Several categories are
// merged from the sorted index of each: the page is among their first rows.
func (r shops) sorted(ctx context.Context, q shop.Query, p mall.Page) *bun.SelectQuery {
	if q.First != shop.InOrder || q.Any || len(q.Categories) < 2 || len(q.Categories) > maxBranches {
		return r.from(ctx, q).Column("s.id").OrderExpr("s.sort, s.id").Limit(p.Limit).Offset(p.Offset)
	}
	var union *bun.SelectQuery
	for _, c := range q.Categories {
		one := q
		one.Categories = []mall.ID{c}
		first := r.from(ctx, one).Column("s.id", "s.sort").OrderExpr("s.sort, s.id").Limit(p.Offset + p.Limit)
		branch := r.sel(ctx).TableExpr("(?) AS b", first).Column("b.id", "b.sort")
		if union == nil {
			union = branch
			continue
		}
		union = union.UnionAll(branch)
	}
	return r.sel(ctx).TableExpr("(?) AS u", union).Column("u.id").OrderExpr("u.sort, u.id").Limit(p.Limit).Offset(p.Offset)
}

// chord2 is the square of the chord between a shop and a point, which grows
// with their distance.
func chord2(n *shop.Near) (expr string, args []any) {
	x, y, z := geo.Vector(n.Lat, n.Lng)
	return "(s.x - ?) * (s.x - ?) + (s.y - ?) * (s.y - ?) + (s.z - ?) * (s.z - ?)", []any{x, x, y, y, z, z}
}

// from are the shops of a list. On SQLite the index is named: its planner
// cannot tell a small partial index from a large one.
func (r shops) from(ctx context.Context, q shop.Query) *bun.SelectQuery {
	if q.Near == nil || len(q.Spans) == 0 {
		return r.where(ctx, r.sel(ctx).TableExpr("?(ns)shops AS s"+r.by(q)), q)
	}
	// A span of cells each is looked up in the index of places. PostgreSQL has
	// to see the numbers in conditions, or it takes them for a third of the table;
	// SQLite keeps to the index if they come as rows.
	if last := len(q.Spans) - 1; r.postgres() && last >= maxSpans {
		q.Spans = []geo.Span{{From: q.Spans[0].From, To: q.Spans[last].To}}
	}
	values := make([]string, len(q.Spans))
	args := make([]any, 0, 2*len(q.Spans))
	for i, span := range q.Spans {
		args = append(args, span.From, span.To)
		values[i] = "(?, ?)"
		if r.postgres() {
			values[i] = "s.cell BETWEEN ? AND ?"
		}
	}
	if r.postgres() {
		return r.where(ctx, r.sel(ctx).TableExpr("?(ns)shops AS s").Where("("+strings.Join(values, " OR ")+")", args...), q)
	}
	boxes := "(VALUES " + strings.Join(values, ", ") + ") AS box CROSS JOIN ?(ns)shops AS s" + r.indexedBy("near")
	return r.where(ctx, r.sel(ctx).TableExpr(boxes, args...).Where("s.cell BETWEEN box.column1 AND box.column2"), q)
}

func (r shops) indexedBy(name string) string {
	if r.postgres() {
		return ""
	}
	return " INDEXED BY ?(ix)shops_" + name
}

// by names the index that serves the order of staff, or finds the few. Of
// several categories none gives the order, but only theirs need be counted.
func (r shops) by(q shop.Query) string {
	categorised := len(q.Categories) > 0
	switch {
	case q.Any || q.First == shop.ByKeyword:
		return ""
	case q.CityID != "" && categorised:
		return r.indexedBy("city_cat_sort")
	case q.CityID != "":
		return r.indexedBy("city_sort")
	case categorised:
		return r.indexedBy("cat_sort")
	}
	return r.indexedBy("sort")
}

func (r shops) Total(ctx context.Context, q shop.Query, atMost int64) (int64, error) {
	return r.limited(ctx, r.from(ctx, q), atMost)
}

// limited counts rows up to atMost+1.
func (r shops) limited(ctx context.Context, rows *bun.SelectQuery, atMost int64) (int64, error) {
	var n int64
	err := r.sel(ctx).TableExpr("(?) AS counted", rows.ColumnExpr("1").Limit(atMost+1)).ColumnExpr("COUNT(*)").Scan(ctx, &n)
	return n, err
}

// where holds a list against its filter.
func (r shops) where(ctx context.Context, sel *bun.SelectQuery, q shop.Query) *bun.SelectQuery {
	if !q.Any {
		sel = sel.Where("s.listed = TRUE")
	}
	if q.Near != nil {
		far, args := chord2(q.Near)
		sel = sel.Where("s.cell IS NOT NULL").Where(far+" <= ?", append(args, geo.Chord2(q.Near.Radius))...)
	}
	for _, c := range []struct{ column, code string }{{"s.province_id", q.ProvinceID}, {"s.city_id", q.CityID}, {"s.district_id", q.DistrictID}} {
		if c.code != "" {
			sel = sel.Where(c.column+" = ?", c.code)
		}
	}
	sel = whereIn(sel, "s.category_id", q.Categories)
	if q.Merchant != nil {
		sel = sel.Where("(s.category_id <> 0) = ?", *q.Merchant)
	}
	if q.PickUp != nil {
		sel = sel.Where("s.pick_up = ?", *q.PickUp)
	}
	if q.Applicant != 0 {
		sel = sel.Where("s.applicant_id = ? AND s.applicant_id <> 0", q.Applicant)
	}
	if q.Audit != nil {
		sel = sel.Where("s.audit = ?", int(*q.Audit))
	}
	return r.named(ctx, sel, q)
}
