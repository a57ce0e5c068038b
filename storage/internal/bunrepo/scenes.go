package bunrepo

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/wechat"
)

// Scenes is the repository of scenes behind mini-program codes.
func (s *Store) Scenes() wechat.SceneRepository { return scenes{s} }

type scenes struct{ *Store }

type sceneRow struct {
	bun.BaseModel `bun:"table:?(ns)scenes,alias:c"`

	Hash        string  `bun:"hash,pk"`
	OperatorID  mall.ID `bun:"operator_id"`
	Page        string  `bun:"page"`
	OrderNumber string  `bun:"order_number"`
	AccountID   mall.ID `bun:"account_id"`
	CreatedAt   *int64  `bun:"created_at"`
	ExpiresAt   *int64  `bun:"expires_at"`
	UsedAt      *int64  `bun:"used_at"`
}

func sceneToRow(s wechat.Scene) *sceneRow {
	return &sceneRow{
		Hash: s.Hash, OperatorID: s.Operator, Page: s.Page, OrderNumber: s.Order, AccountID: s.Account,
		CreatedAt: millis(s.CreatedAt), ExpiresAt: millis(s.ExpiresAt), UsedAt: millis(s.UsedAt),
	}
}

func sceneFromRow(r sceneRow) *wechat.Scene {
	return &wechat.Scene{
		Hash: r.Hash, Operator: r.OperatorID, Page: r.Page, Order: r.OrderNumber, Account: r.AccountID,
		CreatedAt: moment(r.CreatedAt), ExpiresAt: moment(r.ExpiresAt), UsedAt: moment(r.UsedAt),
	}
}

func (r scenes) Insert(ctx context.Context, s wechat.Scene) error {
	_, err := r.ins(ctx).Model(sceneToRow(s)).Returning("NULL").Exec(ctx)
	return err
}

func (r scenes) Find(ctx context.Context, hash string) (*wechat.Scene, error) {
	var row sceneRow
	err := one(r.sel(ctx).Model(&row).Where("hash = ?", hash).Scan(ctx))
	if errors.Is(err, mall.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return sceneFromRow(row), nil
}

func (r scenes) Use(ctx context.Context, hash string, operator mall.ID, now time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*sceneRow)(nil)).Set("used_at = ?", millis(now)).
		Where("hash = ? AND operator_id = ?", hash, operator).
		Where("used_at IS NULL AND expires_at > ?", now.UnixMilli()).Exec(ctx))
}

func (r scenes) Forget(ctx context.Context, before time.Time, limit int) (int64, error) {
	old := r.sel(ctx).Model((*sceneRow)(nil)).Column("hash").Where("expires_at < ?", before.UnixMilli()).Order("expires_at").Limit(int64(limit))
	return count(r.del(ctx).Model((*sceneRow)(nil)).Where("hash IN (?)", old).Exec(ctx))
}
