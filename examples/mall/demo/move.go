package demo

import (
	"context"
	"fmt"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/httpadapter"
)

// pictured are the columns that hold addresses of the demo pictures; those of
// goods are changed for the demo goods only, by their ids.
var pictured = []struct{ table, column, goods string }{
	{"categories", "icon", ""}, {"banners", "picture", ""},
	{"shop_categories", "icon", ""}, {"shops", "pic", ""}, {"shops", "desc_pic", ""},
	{"goods", "pic", "id"}, {"goods_pics", "url", "goods_id"}, {"goods_texts", "content", "goods_id"},
}

// Move brings the addresses of the demo pictures to another base URL when the
// host is started under one: a look at a setting if nothing changed, else a
// statement for each column. prefix begins the names of the shop's tables.
func Move(ctx context.Context, svc *httpadapter.Services, prefix, public string) error {
	was, there, err := svc.Site.Value(ctx, base)
	if err != nil || !there || was == public {
		return err
	}
	var spans [][2]int64
	for _, key := range []string{goodsIDs, vipIDs, voucherIDs} {
		ids, there, err := svc.Site.Value(ctx, key)
		if err != nil {
			return err
		}
		if !there {
			continue // no vouchers without the sandbox
		}
		var span [2]int64
		if _, err := fmt.Sscanf(ids, "%d-%d", &span[0], &span[1]); err != nil {
			return fmt.Errorf("setting %s: %w", key, err)
		}
		spans = append(spans, span)
	}
	return svc.Store.Do(ctx, func(ctx context.Context) error {
		for _, c := range pictured {
			query := fmt.Sprintf("UPDATE %s%s SET %[3]s = replace(%[3]s, $1, $2)", prefix, c.table, c.column)
			args := []any{was + Pictures, public + Pictures}
			if c.goods != "" {
				query += " WHERE 1 = 0"
				for _, span := range spans {
					query += fmt.Sprintf(" OR %s BETWEEN $%d AND $%d", c.goods, len(args)+1, len(args)+2)
					args = append(args, span[0], span[1])
				}
			}
			if _, err := svc.Store.SQL(ctx).ExecContext(ctx, query, args...); err != nil {
				return err
			}
		}
		return svc.Site.Put(ctx, mall.System(), site.Setting{Key: base, Value: public})
	})
}
