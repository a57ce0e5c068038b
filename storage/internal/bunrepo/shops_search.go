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

// searchKey is the column of the search indexes that holds a shop's id.
func (r shops) searchKey() string {
	if r.postgres() {
		return "shop_id"
	}
	return "rowid"
}

// reindex makes a shop that was stored again findable as it is now.
func (r shops) reindex(ctx context.Context, s *shop.Shop) error {
	tables := []string{"shops_search", "shops_pairs"}
	if r.postgres() {
		tables = tables[:1]
	}
	for _, table := range tables {
		if err := r.dropSearch(ctx, table, r.searchKey(), s.ID); err != nil {
			return err
		}
	}
	return r.index(ctx, []*shop.Shop{s})
}

// index makes open shops findable by keyword; only they are in the index, so
// that their number is known from it.
func (r shops) index(ctx context.Context, shops []*shop.Shop) error {
	var names, pairs []any
	for _, s := range shops {
		switch {
		case !s.Open():
		case r.postgres():
			names = append(names, s.ID, bun.Safe(gramsOf(s.Name, pairLength, trigramLength)))
		default:
			names, pairs = append(names, s.ID, s.Name), append(pairs, s.ID, pairsOf(s.Name))
		}
	}
	if r.postgres() {
		return r.addSearch(ctx, "shops_search (shop_id, grams)", names)
	}
	if err := r.addSearch(ctx, "shops_search (rowid, name)", names); err != nil {
		return err
	}
	return r.addSearch(ctx, "shops_pairs (rowid, pairs)", pairs)
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

func (r shops) Matches(ctx context.Context, q shop.Query, atMost int64) (shop.Matches, error) {
	found := shop.Matches{Keyword: -1, Place: -1}
	if searched, err := r.searched(ctx, searchedFor(q)); err != nil {
		return found, err
	} else if searched {
		// Each half ends for itself: a union is read wholly before it is counted.
		rows := r.found(ctx, q).Limit(atMost + 1)
		if len(q.Named) > 0 {
			both := r.sel(ctx).TableExpr("(?) AS f", rows).Column("f.id")
			rows = both.Union(r.sel(ctx).TableExpr("(?) AS c", r.ofNamed(ctx, q).Limit(atMost+1)).Column("c.id"))
		}
		if found.Keyword, err = r.limited(ctx, r.sel(ctx).TableExpr("(?) AS matches", rows), atMost); err != nil {
			return found, err
		}
	}
	if len(q.Categories) == 0 && q.CityID == "" {
		return found, nil
	}
	place := shop.Query{Filter: shop.Filter{CityID: q.CityID}, Categories: q.Categories}
	var err error
	found.Place, err = r.limited(ctx, r.from(ctx, place), atMost)
	return found, err
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

// found are the ids that the search index gives for a keyword, on PostgreSQL
// with few others; see products.matching.
func (r shops) found(ctx context.Context, q shop.Query) *bun.SelectQuery {
	keyword := searchedFor(q)
	short := utf8.RuneCountInString(keyword) == pairLength
	table, condition, arg := "shops_search", "name MATCH ?", any(phrase(keyword))
	switch {
	case r.postgres() && short:
		condition, arg = "grams @> ?", bun.Safe(gramsOf(keyword, pairLength))
	case r.postgres():
		condition, arg = "grams @> ?", bun.Safe(gramsLiteral(keyword))
	case short:
		table, condition, arg = "shops_pairs", "?(ns)shops_pairs MATCH ?", phrase(pairsOf(keyword))
	}
	return r.sel(ctx).TableExpr("?(ns)"+table).ColumnExpr(r.searchKey()+" AS id").Where(condition, arg)
}

// ofNamed are the ids of the categories that the keyword names.
func (r shops) ofNamed(ctx context.Context, q shop.Query) *bun.SelectQuery {
	rows := r.sel(ctx).TableExpr("?(ns)shops AS s" + r.indexedBy("cat_sort")).Column("s.id").Where("s.listed = TRUE")
	return whereIn(rows, "s.category_id", q.Named)
}

// named holds names against the keyword. ByKeyword they are taken from the
// search index, if Matches has found one, and PostgreSQL looks at its hits again.
func (r shops) named(ctx context.Context, sel *bun.SelectQuery, q shop.Query) *bun.SelectQuery {
	keyword := searchedFor(q)
	if keyword == "" {
		return sel
	}
	known := r.searchable.Load()
	if q.First == shop.ByKeyword && (r.postgres() || known != nil && *known) {
		matches := r.found(ctx, q)
		if len(q.Named) > 0 {
			matches = matches.UnionAll(r.ofNamed(ctx, q))
		}
		sel = sel.Where("s.id IN (?)", matches)
		if !r.postgres() {
			return sel
		}
	}
	if len(q.Named) == 0 {
		return like(sel, r.postgres(), "s.name", keyword)
	}
	return sel.WhereGroup(" AND ", func(sel *bun.SelectQuery) *bun.SelectQuery {
		return like(sel, r.postgres(), "s.name", keyword).WhereOr("s.category_id IN (?)", bun.List(q.Named))
	})
}
