package bunrepo

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall/catalog/shop"
)

// pairLength is the least number of characters that names of shops are searched
// for by an index: most Chinese words have two.
const pairLength = 2

// reindex makes a shop that was stored again findable as it is now.
func (r shops) reindex(ctx context.Context, s *shop.Shop) error {
	tables, key := []string{"shops_search", "shops_pairs"}, "rowid"
	if r.postgres() {
		tables, key = []string{"shops_found"}, "id"
	}
	for _, table := range tables {
		if err := r.dropSearch(ctx, table, key, s.ID); err != nil {
			return err
		}
	}
	return r.index(ctx, []*shop.Shop{s})
}

// index makes open shops findable by keyword; only they are in the index, so
// that their number is known from it.
func (r shops) index(ctx context.Context, shops []*shop.Shop) error {
	var names, pairs, grams []any
	for _, s := range shops {
		switch {
		case !s.Open():
		case r.postgres():
			grams = append(grams, s.ID, bun.Safe(gramsOf(s.Name, pairLength, trigramLength)))
		default:
			names, pairs = append(names, s.ID, s.Name), append(pairs, s.ID, pairsOf(s.Name))
		}
	}
	if r.postgres() {
		return r.addFound(ctx, grams)
	}
	if err := r.addSearch(ctx, "shops_search (rowid, name)", names); err != nil {
		return err
	}
	return r.addSearch(ctx, "shops_pairs (rowid, pairs)", pairs)
}

// addFound adds shops to PostgreSQL's search index, as their rows are. The
// values are an id and the grams of the name for each; none is nothing to do.
func (r shops) addFound(ctx context.Context, values []any) error {
	if len(values) == 0 {
		return nil
	}
	rows := strings.TrimSuffix(strings.Repeat("(?, ?), ", len(values)/2), ", ")
	_, err := r.rawWrite(ctx, `INSERT INTO ?(ns)shops_found (id, sort, category_id, province_id, city_id, district_id, cell, x, y, z, name, grams)
SELECT s.id, s.sort, s.category_id, s.province_id, s.city_id, s.district_id, s.cell, s.x, s.y, s.z, s.name, k.grams
FROM (VALUES `+rows+`) AS k (id, grams) JOIN ?(ns)shops AS s ON s.id = k.id`, values...).Exec(ctx)
	return err
}

// pairsOf is the pairs of neighbouring letters of a text, each written as a
// word of its own that no tokenizer cuts.
func pairsOf(text string) string {
	letters := []rune(strings.ToLower(text))
	words := make([]string, 0, len(letters))
	for i := 0; i+pairLength <= len(letters); i++ {
		words = append(words, strconv.FormatInt(int64(letters[i])<<21|int64(letters[i+1]), 36))
	}
	return strings.Join(words, " ")
}

// searchedFor is the text that names are searched for.
func searchedFor(q shop.Query) string {
	if q.Keyword != "" {
		return q.Keyword
	}
	return q.NameLike
}

// searched says whether an index can find a keyword; see products.searched.
func (r shops) searched(ctx context.Context, keyword string) (bool, error) {
	if utf8.RuneCountInString(keyword) < pairLength {
		return false, nil
	}
	return r.fullText(ctx)
}

// narrow says whether PostgreSQL's table of what keywords find holds all that a
// list asks for.
func (r shops) narrow(q shop.Query) bool {
	return r.postgres() && q.First == shop.ByKeyword && q.PickUp == nil && q.Applicant == 0 && q.Audit == nil
}

// matches are the shops that the search index gives for a keyword, on
// PostgreSQL with few others whose names are to be looked at; see products.matching.
func (r shops) matches(ctx context.Context, q shop.Query) *bun.SelectQuery {
	ids := r.matched(ctx, searchedFor(q))
	switch {
	case r.narrow(q):
		return ids
	case r.postgres():
		// LIMIT keeps to one look-up a match: a planner that expects too many
		// would read the whole table.
		return r.sel(ctx).TableExpr("(?) AS k CROSS JOIN LATERAL (SELECT * FROM ?(ns)shops WHERE id = k.id LIMIT 1) AS s", ids.Column("s.id"))
	}
	return r.sel(ctx).TableExpr("(?) AS k CROSS JOIN ?(ns)shops AS s ON s.id = k.id", ids)
}

// matched are the rows of the search index for a keyword: on SQLite the ids
// of shops, on PostgreSQL what lists are told by as well.
func (r shops) matched(ctx context.Context, keyword string) *bun.SelectQuery {
	short := utf8.RuneCountInString(keyword) == pairLength
	switch {
	case r.postgres() && short:
		return r.sel(ctx).TableExpr("?(ns)shops_found AS s").Where("s.grams @> ?", bun.Safe(gramsOf(keyword, pairLength)))
	case r.postgres():
		return r.sel(ctx).TableExpr("?(ns)shops_found AS s").Where("s.grams @> ?", bun.Safe(gramsLiteral(keyword)))
	case short:
		return r.sel(ctx).TableExpr("?(ns)shops_pairs").ColumnExpr("rowid AS id").Where("?(ns)shops_pairs MATCH ?", phrase(pairsOf(keyword)))
	}
	return r.sel(ctx).TableExpr("?(ns)shops_search").ColumnExpr("rowid AS id").Where("name MATCH ?", phrase(keyword))
}
