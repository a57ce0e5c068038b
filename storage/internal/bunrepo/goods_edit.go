package bunrepo

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

func (r products) Own(ctx context.Context, id mall.ID) (bool, error) {
	return hit(r.upd(ctx).Model((*goodsRow)(nil)).Set("limited = limited").Where("id = ? AND deleted_at IS NULL", id).Exec(ctx))
}

func (r products) Codes(ctx context.Context, ids []mall.ID) (map[mall.ID]string, error) {
	var rows []goodsRow
	if err := r.sel(ctx).Model(&rows).Column("id", "code").Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	codes := make(map[mall.ID]string, len(rows))
	for _, row := range rows {
		codes[mall.ID(row.ID)] = row.Code
	}
	return codes, nil
}

func (r products) Texts(ctx context.Context, goods []mall.ID, most int) (map[mall.ID]catalog.Text, error) {
	var rows []goodsTextRow
	q := r.sel(ctx).Model(&rows).Column("goods_id", "extra").Where("goods_id IN (?)", bun.List(goods))
	if most > 0 {
		q = q.ColumnExpr("substr(content, 1, ?) AS content", most)
	} else {
		q = q.Column("content")
	}
	if err := q.Scan(ctx); err != nil {
		return nil, err
	}
	texts := make(map[mall.ID]catalog.Text, len(rows))
	for _, row := range rows {
		texts[mall.ID(row.Goods)] = catalog.Text{Goods: mall.ID(row.Goods), Content: row.Content, Extra: row.Extra}
	}
	return texts, nil
}
