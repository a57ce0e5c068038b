package bunrepo

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

// repeated are the columns of goods that PostgreSQL's search index has as well:
// all that lists are sorted by, and most are filtered by, so that a match costs
// one narrow row. Whoever changes one of them calls index or repeat afterwards.
var repeated = []string{
	"category_id", "shop_id", "sort", "min_price", "orders", "created_at", "listed", "on_sale", "hidden", "recommended", "name",
}

// repeating sets these columns from those of an alias.
func repeating(from string) string {
	sets := make([]string, len(repeated))
	for i, column := range repeated {
		sets[i] = column + " = " + from + column
	}
	return strings.Join(sets, ", ")
}

// index makes goods findable by keyword, as their rows are.
func (r products) index(ctx context.Context, goods []*catalog.Goods) error {
	values := make([]any, 0, 2*len(goods))
	for _, g := range goods {
		var name any = g.Name
		if r.postgres() {
			name = bun.Safe(gramsLiteral(g.Name))
		}
		values = append(values, g.ID, name)
	}
	if !r.postgres() {
		return r.addSearch(ctx, "goods_search (rowid, name)", values)
	}
	if len(values) == 0 {
		return nil
	}
	columns := strings.Join(repeated, ", ")
	rows := strings.TrimSuffix(strings.Repeat("(?, ?), ", len(goods)), ", ")
	_, err := r.rawWrite(ctx, `INSERT INTO ?(ns)goods_search (goods_id, grams, `+columns+`)
SELECT g.id, k.grams, `+columns+` FROM (VALUES `+rows+`) AS k (id, grams) JOIN ?(ns)goods AS g ON g.id = k.id
ON CONFLICT (goods_id) DO UPDATE SET grams = EXCLUDED.grams, `+repeating("EXCLUDED."), values...).Exec(ctx)
	return err
}

// reindex makes goods that were stored again findable as they are now.
func (r products) reindex(ctx context.Context, g *catalog.Goods) error {
	if !r.postgres() {
		if err := r.unindex(ctx, g.ID); err != nil {
			return err
		}
	}
	return r.index(ctx, []*catalog.Goods{g})
}

func (r products) unindex(ctx context.Context, id mall.ID) error {
	column := "rowid"
	if r.postgres() {
		column = "goods_id"
	}
	return r.dropSearch(ctx, "goods_search", column, id)
}

// repeat brings entries s of PostgreSQL's search index up to their goods g. It
// is called after the change: nobody touches an entry but who holds its goods.
func (r products) repeat(ctx context.Context, condition string, args ...any) error {
	if !r.postgres() {
		return nil
	}
	_, err := r.rawWrite(ctx, "UPDATE ?(ns)goods_search AS s SET "+repeating("g.")+
		" FROM ?(ns)goods AS g WHERE g.id = s.goods_id AND "+condition, args...).Exec(ctx)
	return err
}

// searched says whether the search index can find a keyword: it is long
// enough, and there is an index, as always but for a SQLite that was built
// without FTS5. The database is asked once.
func (r products) searched(ctx context.Context, keyword string) (bool, error) {
	if utf8.RuneCountInString(keyword) < trigramLength {
		return false, nil
	}
	return r.fullText(ctx)
}

// narrow says whether PostgreSQL's search index holds all that a list asks for.
func (r products) narrow(f catalog.Query) bool {
	return r.postgres() && f.BarCode == "" && f.Tag == "" && f.Bargain == nil && f.GroupBuy == nil && f.FlashSale == nil
}

// narrowGoods is PostgreSQL's search index as goods g of lists; no deleted ones
// are in it.
const narrowGoods = "(SELECT *, goods_id AS id, NULL AS deleted_at FROM ?(ns)goods_search) AS g"

// matching is the condition on rows of the search index that a keyword's goods
// fulfil: on SQLite these alone, on PostgreSQL few others whose trigrams have
// the same hashes or stand apart.
func (r products) matching(keyword string) (condition string, arg any) {
	if r.postgres() {
		return "grams @> ?", bun.Safe(gramsLiteral(keyword))
	}
	return "name MATCH ?", phrase(keyword)
}

// searchKey is the column of the search index that names the goods.
func (r products) searchKey() string {
	if r.postgres() {
		return "goods_id"
	}
	return "rowid"
}

// rare says whether a keyword has few matches in the search index, and gives the
// page of goods among them, in no order. Their total, which the same statement
// finds, is remembered.
func (r products) rare(ctx context.Context, f catalog.Query, sort goodsSort, p mall.Page) (ids []mall.ID, rare bool, err error) {
	changes := r.goodsTotals.seen()
	text, args := r.gather(f, sort, p)
	rows, err := r.query(ctx, text, args...)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	for rows.Next() {
		var matches, id, total int64
		if err := rows.Scan(&matches, &id, &total); err != nil {
			return nil, false, err
		}
		if rare = matches <= rareMatches; rare && id != 0 {
			ids = append(ids, mall.ID(id))
		}
		if rare && (id != 0 || p.Offset == 0) { // behind the last page the total may be missing
			r.goodsTotals.remember(ctx, totalKey(f), total, changes)
		}
	}
	return ids, rare, rows.Err()
}

// gather is the statement of rare: how many rows of the search index match, and
// with each id of the page the total.
func (r products) gather(f catalog.Query, sort goodsSort, p mall.Page) (text string, args []any) {
	matching, arg := r.matching(f.Keyword)
	if r.narrow(f) {
		where := r.where(f, "")
		return fmt.Sprintf(`WITH matches AS MATERIALIZED (SELECT g.id, g.%s AS key, (%s) AS fits FROM %s WHERE %s LIMIT %d)
			SELECT n.matches, COALESCE(page.id, 0), n.total FROM
			(SELECT COUNT(*) AS matches, COUNT(*) FILTER (WHERE fits) AS total FROM matches) AS n LEFT JOIN
			(SELECT id FROM matches WHERE fits ORDER BY key %s, id %s LIMIT %d OFFSET %d) AS page ON TRUE`,
			sort.column, where.text, narrowGoods, matching, rareMatches+1, sort.direction, sort.idDirection, p.Limit, p.Offset), append(where.args, arg)
	}
	where := r.where(f, "m.id")
	// CROSS JOIN keeps SQLite from reading a whole category for them.
	return fmt.Sprintf(`WITH matches AS MATERIALIZED (SELECT %s AS id FROM ?(ns)goods_search WHERE %s LIMIT %d)
		SELECT n.matches, COALESCE(page.id, 0), COALESCE(page.total, 0) FROM (SELECT COUNT(*) AS matches FROM matches) AS n LEFT JOIN
		(SELECT g.id, COUNT(*) OVER () AS total FROM matches AS m CROSS JOIN ?(ns)goods AS g WHERE (SELECT COUNT(*) FROM matches) <= %d AND %s
		ORDER BY %s LIMIT %d OFFSET %d) AS page ON TRUE`,
		r.searchKey(), matching, rareMatches+1, rareMatches, where.text, sort.order("g."), p.Limit, p.Offset), append([]any{arg}, where.args...)
}

// counted is the statement of a total: the goods of a list are counted up to so
// many, those with a keyword in the search index if that can find it.
func (r products) counted(f catalog.Query, searched bool, most string) (text string, args []any) {
	from, among, given := r.table(f, goodsSorts[catalog.BySort], searched), "", []any(nil)
	matching, arg := r.matching(f.Keyword)
	narrow := searched && r.narrow(f)
	switch {
	case narrow:
		from = narrowGoods
	case searched:
		among, given = "SELECT "+r.searchKey()+" FROM ?(ns)goods_search WHERE "+matching, []any{arg}
	}
	where := r.where(f, among, given...)
	if narrow {
		where.and(matching, arg)
	}
	return "SELECT COUNT(*) FROM (SELECT 1 FROM " + from + " WHERE " + where.text + " LIMIT " + most + ") AS counted", where.args
}
