package bunrepo

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
)

// each reads up to limit rows of a query with ids over after, lowest first.
func each[R, T any](ctx context.Context, q *bun.SelectQuery, after mall.ID, limit int64, made func(*R) T) ([]T, error) {
	var rows []R
	err := q.Model(&rows).Where("?TableAlias.id > ?", after).OrderExpr("?TableAlias.id").Limit(limit).Scan(ctx)
	list := make([]T, len(rows))
	for i := range rows {
		list[i] = made(&rows[i])
	}
	return list, err
}
