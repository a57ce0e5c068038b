package bunrepo

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

// goodsSort is one order of lists: the column, the direction, and the end of
// the names of the indexes that serve it.
type goodsSort struct {
	column, direction string
	idDirection       string
	index             string
}

// goodsSorts is the closed map from orders to SQL.
var goodsSorts = map[catalog.Sort]goodsSort{
	catalog.BySort:       {"sort", "ASC", "DESC", "sort"},
	catalog.ByPriceUp:    {"min_price", "ASC", "ASC", "price"},
	catalog.ByPriceDown:  {"min_price", "DESC", "DESC", "price"},
	catalog.ByOrdersUp:   {"orders", "ASC", "ASC", "orders"},
	catalog.ByOrdersDown: {"orders", "DESC", "DESC", "orders"},
	catalog.ByAddedUp:    {"created_at", "ASC", "ASC", "added"},
	catalog.ByAddedDown:  {"created_at", "DESC", "DESC", "added"},
	catalog.ByNameUp:     {"name", "ASC", "ASC", "name"},
}

func (s goodsSort) order(alias string) string {
	return alias + s.column + " " + s.direction + ", " + alias + "id " + s.idDirection
}

const (
	// maxBranches is up to how many categories or shops are merged from their
	// own sorted indexes; more are sorted.
	maxBranches = 32
	// rareMatches is up to how many matches of a keyword are sorted; of more,
	// a page is found faster by walking the sort's index and reading names. With
	// a million goods both ways read this many rows for a first page of 20.
	rareMatches = 4500
	// trigramLength is the least number of characters of an indexed search.
	trigramLength = 3
)

// List reads a first page straight from the index of scope and sort. Of later
// pages it chooses the ids from the index alone, and reads whole rows, with
// their stock, only of those.
func (r products) List(ctx context.Context, f catalog.Query, p mall.Page) ([]catalog.Goods, error) {
	sort := goodsSorts[f.Sort]
	searched, err := r.searched(ctx, f.Keyword)
	if err != nil {
		return nil, err
	}
	if searched {
		ids, rare, err := r.rare(ctx, f, sort, p)
		if err != nil || rare && len(ids) == 0 {
			return nil, err
		}
		if rare {
			where := &condition{}
			where.in("g.id", ids)
			return r.first(ctx, "?(ns)goods AS g", where, sort, p.Limit)
		}
	}
	if p.Offset == 0 && f.Keyword == "" && indexed(f) {
		return r.first(ctx, r.table(f, sort, false), r.where(f, ""), sort, p.Limit)
	}
	rows, err := r.sel(ctx).Model((*goodsRow)(nil)).ColumnExpr(r.goodsColumns()).OrderExpr(sort.order("g.")).
		Join("JOIN (?) AS page ON page.id = g.id", r.pageIDs(ctx, f, sort, p)).Rows(ctx)
	return scanAll(r.Store, rows, err, p.Limit, goodsFromStockRow)
}

// first reads the first rows of a list.
func (r products) first(ctx context.Context, table string, where *condition, sort goodsSort, limit int64) ([]catalog.Goods, error) {
	rows, err := r.query(ctx, "SELECT "+r.goodsColumns()+" FROM "+table+" WHERE "+where.text+
		" ORDER BY "+sort.order("g.")+" LIMIT "+strconv.FormatInt(limit, 10), where.args...)
	return scanAll(r.Store, rows, err, limit, goodsFromStockRow)
}

func (r products) pageIDs(ctx context.Context, f catalog.Query, sort goodsSort, p mall.Page) *bun.SelectQuery {
	column, values := branches(f)
	if len(values) < 2 || len(values) > maxBranches {
		return r.from(ctx, f, sort).Column("g.id").OrderExpr(sort.order("g.")).Limit(p.Limit).Offset(p.Offset)
	}
	// The first rows of each branch come sorted from its index; the page is
	// among them.
	var union *bun.SelectQuery
	for _, v := range values {
		b := f
		if column == "category_id" {
			b.Categories = []mall.ID{v}
		} else {
			b.Shops = []mall.ID{v}
		}
		sorted := r.from(ctx, b, sort).Column("g.id", "g."+sort.column).
			OrderExpr(sort.order("g.")).Limit(p.Offset + p.Limit)
		branch := r.sel(ctx).TableExpr("(?) AS b", sorted).Column("b.id", "b."+sort.column)
		if union == nil {
			union = branch
			continue
		}
		union = union.UnionAll(branch)
	}
	return r.sel(ctx).TableExpr("(?) AS u", union).Column("u.id").
		OrderExpr(sort.order("u.")).Limit(p.Limit).Offset(p.Offset)
}

// branches is the condition with several values that a list is merged over.
func branches(f catalog.Query) (column string, values []mall.ID) {
	if len(f.IDs) > 0 || f.BarCode != "" {
		return "", nil
	}
	if len(f.Categories) > 1 {
		return "category_id", f.Categories
	}
	if len(f.Categories) == 0 && len(f.Shops) > 1 {
		return "shop_id", f.Shops
	}
	return "", nil
}

func (r products) from(ctx context.Context, f catalog.Query, sort goodsSort) *bun.SelectQuery {
	where := r.where(f, "")
	return r.sel(ctx).TableExpr(r.table(f, sort, false)).Where(where.text, where.args...)
}

// table is the goods of a list, on SQLite by the index that serves the sort:
// its planner cannot tell a small partial index from a large one.
func (r products) table(f catalog.Query, sort goodsSort, searched bool) string {
	if r.postgres() || searched || !indexed(f) {
		return "?(ns)goods AS g"
	}
	return "?(ns)goods AS g INDEXED BY ?(ix)goods_" + scope(f) + sort.index
}

// indexed says whether a list is one of those that the sort's indexes hold.
func indexed(f catalog.Query) bool {
	return !f.Any && !f.OffSale && !f.Hidden && len(f.IDs) == 0 && f.BarCode == "" &&
		len(f.Categories) < 2 && (len(f.Categories) == 1 || len(f.Shops) < 2)
}

func scope(f catalog.Query) string {
	switch {
	case len(f.Categories) == 1:
		return "cat_"
	case len(f.Shops) == 1:
		return "shop_"
	case f.Recommended != nil && *f.Recommended:
		return "rec_"
	}
	return ""
}

func (r products) Total(ctx context.Context, f catalog.Query, atMost int64) (int64, error) {
	key := totalKey(f)
	if n, ok := r.goodsTotals.recall(ctx, key); ok {
		return min(n, atMost+1), nil // of a keyword with few matches
	}
	// Matches of the search index are counted from there, however many.
	searched, err := r.searched(ctx, f.Keyword)
	if err != nil {
		return 0, err
	}
	most := strconv.FormatInt(atMost+1, 10)
	return r.goodsTotals.of(ctx, key+most, func() (int64, error) {
		text, args := r.counted(f, searched, most)
		rows, err := r.query(ctx, text, args...)
		return onlyNumber(rows, err)
	})
}

// totalKey names the total of a list, whatever its order.
func totalKey(f catalog.Query) string {
	f.Sort, f.NoTotal = "", false
	text, _ := json.Marshal(f) // a Query holds nothing that JSON cannot
	return string(text)
}

// where holds a list against its filter; among is the id, or a SELECT of the ids,
// that the search index finds for the keyword, empty to read names instead.
func (r products) where(f catalog.Query, among string, args ...any) *condition {
	where := &condition{}
	switch {
	case f.Any:
		where.and("g.deleted_at IS NULL")
	case !f.OffSale && !f.Hidden:
		where.and("g.listed = TRUE")
	default:
		where.and("g.deleted_at IS NULL AND g.on_sale = ? AND g.hidden = ?", !f.OffSale, f.Hidden)
	}
	where.in("g.category_id", f.Categories)
	where.in("g.shop_id", f.Shops)
	where.in("g.id", f.IDs)
	for _, flag := range []struct {
		column string
		value  *bool
	}{{"g.recommended", f.Recommended}, {"g.bargain", f.Bargain}, {"g.group_buy", f.GroupBuy}, {"g.flash_sale", f.FlashSale}} {
		switch {
		case flag.value == nil:
		case *flag.value:
			where.and(flag.column + " = TRUE")
		default:
			where.and(flag.column + " = FALSE")
		}
	}
	if f.PriceMin != nil {
		where.and("g.min_price >= ?", int64(*f.PriceMin))
	}
	if f.PriceMax != nil {
		where.and("g.min_price <= ?", int64(*f.PriceMax))
	}
	if f.BarCode != "" {
		where.and("g.bar_code = ? AND g.bar_code <> ''", f.BarCode)
	}
	if f.Tag != "" {
		where.and(likeText(r.postgres(), "g.tags", f.Tag), containing(f.Tag))
	}
	if f.Keyword == "" {
		return where
	}
	if among != "" {
		where.and("g.id IN ("+among+")", args...)
	}
	if among == "" || r.postgres() {
		where.and(likeText(r.postgres(), "g.name", f.Keyword), containing(f.Keyword))
	}
	return where
}

// like is the condition that a column contains a text, whatever the case of
// its Latin letters.
func like(q *bun.SelectQuery, postgres bool, column, text string) *bun.SelectQuery {
	return q.Where(likeText(postgres, column, text), containing(text))
}

// likeText is that condition in SQL. A text that has no case, as Chinese, needs
// not be compared as if it had: PostgreSQL would fold every value for that.
func likeText(postgres bool, column, text string) string {
	if postgres && strings.ToLower(text) != strings.ToUpper(text) {
		return column + ` ILIKE ? ESCAPE '\'`
	}
	return column + ` LIKE ? ESCAPE '\'`
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// phrase is a keyword as one phrase of the search index's language.
func phrase(keyword string) string { return `"` + strings.ReplaceAll(keyword, `"`, `""`) + `"` }

// gramsLiteral is the hashed trigrams of a text as an array of PostgreSQL.
func gramsLiteral(text string) string { return gramsOf(text, trigramLength) }

// gramsOf is the hashed pieces of a text as an array of PostgreSQL: all runs of
// so many letters.
func gramsOf(text string, lengths ...int) string {
	letters := []rune(strings.ToLower(text))
	var hashes []string
	for _, length := range lengths {
		for i := 0; i+length <= len(letters); i++ {
			h := fnv.New32a()
			_, _ = h.Write([]byte(string(letters[i : i+length])))
			hashes = append(hashes, strconv.FormatInt(int64(int32(h.Sum32())), 10))
		}
	}
	return "'{" + strings.Join(hashes, ",") + "}'::integer[]"
}
