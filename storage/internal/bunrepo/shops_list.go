package bunrepo

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/catalog/shop"
)

// List chooses the ids of a page from an index alone where one holds all that
// is asked for, and reads whole rows only of those.
func (r shops) List(ctx context.Context, q shop.Query, p mall.Page) ([]shop.Shop, error) {
	var rows []shopRow
	q.First = shop.InOrder
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
	if q.Any || len(q.Categories) < 2 || len(q.Categories) > maxBranches || q.DistrictID != "" || q.ProvinceID != "" {
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

// from are the shops of a list.
func (r shops) from(ctx context.Context, q shop.Query) *bun.SelectQuery {
	rest := r.filter(q)
	found := r.source(ctx, q)
	if rest.text != "" {
		found = found.Where(rest.text, rest.args...)
	}
	return found
}

// source is where a list is looked up, with what tells the shops there: all
// that a keyword finds, those of a place, or of the cells of a circle.
func (r shops) source(ctx context.Context, q shop.Query) *bun.SelectQuery {
	if q.First == shop.ByKeyword {
		return r.matches(ctx, q)
	}
	sel, place := r.sel(ctx), r.place(q)
	if len(q.Spans) == 0 {
		sel = sel.TableExpr("?(ns)shops AS s" + r.by(q))
		if place.text == "" {
			return sel
		}
		return sel.Where(place.text, place.args...)
	}
	// Each span of cells is looked up in the index of places: as rows, and not as
	// conditions, so that there may be many.
	boxes, args := make([]string, len(q.Spans)), make([]any, 0, 2*len(q.Spans)+len(place.args))
	for i, span := range q.Spans {
		boxes[i], args = "(?, ?)", append(args, span.From, span.To)
	}
	place.and("s.cell BETWEEN box.column1 AND box.column2")
	from := "(VALUES " + strings.Join(boxes, ", ") + ") AS box CROSS JOIN "
	if r.postgres() {
		// OFFSET keeps to a look-up for each span: a planner that expects too many
		// shops would read the whole table.
		from += "LATERAL (SELECT * FROM ?(ns)shops AS s WHERE " + place.text + " OFFSET 0) AS s"
		return sel.TableExpr(from, append(args, place.args...)...)
	}
	return sel.TableExpr(from+"?(ns)shops AS s"+r.by(q), args...).Where(place.text, place.args...)
}

// by names the index on SQLite, whose planner cannot tell a small partial index
// from a large one: the one that gives the order, or finds the few. Of several
// categories none gives the order of staff, but only theirs need be counted.
func (r shops) by(q shop.Query) string {
	categorised := len(q.Categories) > 0
	var index string
	switch {
	case r.postgres() || q.Any:
		return ""
	case q.Near != nil && q.CityID != "":
		index = "city_near"
	case q.Near != nil && categorised && len(q.Categories) <= maxBranches:
		index = "cat_near"
	case q.Near != nil:
		index = "near"
	case q.DistrictID != "":
		index = "district_sort"
	case q.CityID != "" && categorised:
		index = "city_cat_sort"
	case q.CityID != "":
		index = "city_sort"
	case q.ProvinceID != "":
		index = "province_sort"
	case categorised:
		index = "cat_sort"
	default:
		index = "sort"
	}
	return " INDEXED BY ?(ix)shops_" + index
}

// place is the part of a filter that the indexes of places and categories tell.
func (r shops) place(q shop.Query) *condition {
	where := &condition{}
	if !q.Any && !r.narrow(q) {
		where.and("s.listed = TRUE")
	}
	if q.Near != nil {
		where.and("s.cell IS NOT NULL")
	}
	for _, c := range []struct{ column, code string }{{"s.province_id", q.ProvinceID}, {"s.city_id", q.CityID}, {"s.district_id", q.DistrictID}} {
		if c.code != "" {
			where.and(c.column+" = ?", c.code)
		}
	}
	where.in("s.category_id", q.Categories)
	return where
}

// filter is what shops of the source are held against.
func (r shops) filter(q shop.Query) *condition {
	where := &condition{}
	if q.First == shop.ByKeyword {
		where = r.place(q)
	}
	if q.Near != nil && q.Near.Radius < geo.FarthestApart {
		far, args := chord2(q.Near)
		where.and(far+" <= ?", append(args, geo.Chord2(q.Near.Radius))...)
	}
	if q.Merchant != nil && (len(q.Categories) == 0 || !*q.Merchant) {
		where.and("(s.category_id <> 0) = ?", *q.Merchant)
	}
	if q.PickUp != nil {
		where.and("s.pick_up = ?", *q.PickUp)
	}
	if q.Applicant != 0 {
		where.and("s.applicant_id = ? AND s.applicant_id <> 0", int64(q.Applicant))
	}
	if q.Audit != nil {
		where.and("s.audit = ?", int(*q.Audit))
	}
	switch keyword := searchedFor(q); {
	case keyword == "", q.First == shop.ByKeyword && !r.postgres():
	case q.First == shop.ByKeyword || len(q.Named) == 0:
		where.and(likeText(r.postgres(), "s.name", keyword), containing(keyword))
	default:
		where.and(likeText(r.postgres(), "s.name", keyword)+" OR s.category_id IN ("+marks(len(q.Named))+")", append([]any{containing(keyword)}, anys(q.Named)...)...)
	}
	return where
}
