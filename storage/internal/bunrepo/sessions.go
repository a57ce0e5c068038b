package bunrepo

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// Sessions is the repository of sessions.
func (s *Store) Sessions() auth.Sessions { return sessions{s} }

// Limits is the repository of the counters that guard secrets.
func (s *Store) Limits() auth.Limits { return limits{s} }

type sessions struct{ *Store }

type sessionRow struct {
	bun.BaseModel `bun:"table:?(ns)sessions,alias:s"`

	ID         mall.ID `bun:"id,pk,autoincrement"`
	Hash       string  `bun:"hash"`
	AccountID  mall.ID `bun:"account_id"`
	Face       string  `bun:"face"`
	Scope      string  `bun:"scope"`
	AppID      string  `bun:"appid"`
	OpenID     string  `bun:"openid"`
	UnionID    string  `bun:"unionid"`
	DeviceID   string  `bun:"device_id"`
	DeviceName string  `bun:"device_name"`
	Addr       string  `bun:"addr"`
	CreatedAt  *int64  `bun:"created_at"`
	SeenAt     *int64  `bun:"seen_at"`
	ExpiresAt  *int64  `bun:"expires_at"`
}

func sessionToRow(s *auth.Session) *sessionRow {
	return &sessionRow{
		Hash: s.Hash, AccountID: s.Account, Face: string(s.Face), Scope: s.Scope, AppID: s.AppID, OpenID: s.OpenID, UnionID: s.UnionID,
		DeviceID: s.DeviceID, DeviceName: s.DeviceName, Addr: s.Addr,
		CreatedAt: millis(s.CreatedAt), SeenAt: millis(s.SeenAt), ExpiresAt: millis(s.ExpiresAt),
	}
}

func sessionFromRow(r sessionRow) auth.Session {
	return auth.Session{
		ID: r.ID, Hash: r.Hash, Account: r.AccountID, Face: mall.Face(r.Face), Scope: r.Scope,
		AppID: r.AppID, OpenID: r.OpenID, UnionID: r.UnionID, DeviceID: r.DeviceID, DeviceName: r.DeviceName, Addr: r.Addr,
		CreatedAt: moment(r.CreatedAt), SeenAt: moment(r.SeenAt), ExpiresAt: moment(r.ExpiresAt),
	}
}

func (r sessions) Open(ctx context.Context, s *auth.Session) error {
	row := sessionToRow(s)
	if _, err := r.ins(ctx).Model(row).ExcludeColumn("id").Returning("id").Exec(ctx); err != nil {
		return err
	}
	s.ID = row.ID
	return nil
}

// heldSessionRow is a session beside its account.
type heldSessionRow struct {
	sessionRow `bun:",extend"`

	Status *int    `bun:"status,scanonly"`
	RoleID *string `bun:"role_id,scanonly"`
}

func (r sessions) ByHash(ctx context.Context, hash string) (auth.Session, auth.Holder, error) {
	columns := selecting[heldSessionRow](r.Store, "s", "status", "a.status", "role_id", "a.role_id")
	rows, err := r.query(ctx, "SELECT "+columns+` FROM ?(ns)sessions AS s
		LEFT JOIN ?(ns)accounts AS a ON a.id = s.account_id WHERE s.hash = ?`, hash)
	row, err := scanOne[heldSessionRow](r.Store, rows, err)
	if err != nil {
		return auth.Session{}, auth.Holder{}, err
	}
	var h auth.Holder
	if row.Status != nil {
		h = auth.Holder{Status: auth.Status(*row.Status), Role: *row.RoleID}
	}
	return sessionFromRow(row.sessionRow), h, nil
}

func (r sessions) Prolong(ctx context.Context, id mall.ID, seen, now, expires time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*sessionRow)(nil)).Set("seen_at = ?", millis(now)).Set("expires_at = ?", millis(expires)).
		Where("id = ? AND seen_at = ?", id, millis(seen)).Exec(ctx))
}

func (r sessions) Assign(ctx context.Context, id, account mall.ID, scope string) (bool, error) {
	return hit(r.upd(ctx).Model((*sessionRow)(nil)).Set("account_id = ?", account).Set("scope = ?", scope).Where("id = ?", id).Exec(ctx))
}

func (r sessions) Close(ctx context.Context, id mall.ID) error {
	_, err := r.del(ctx).Model((*sessionRow)(nil)).Where("id = ?", id).Exec(ctx)
	return err
}

func (r sessions) CloseAll(ctx context.Context, account, except mall.ID) error {
	_, err := r.del(ctx).Model((*sessionRow)(nil)).Where("account_id = ? AND id <> ?", account, except).Exec(ctx)
	return err
}

func (r sessions) Each(ctx context.Context, account, after mall.ID, limit int64) ([]auth.Session, error) {
	return each(ctx, r.sel(ctx).Where("account_id = ?", account), after, limit, func(row *sessionRow) auth.Session { return sessionFromRow(*row) })
}

func (r sessions) CloseIdentity(ctx context.Context, appid, openid string) error {
	_, err := r.del(ctx).Model((*sessionRow)(nil)).Where("openid = ? AND openid <> '' AND appid = ?", openid, appid).Exec(ctx)
	return err
}

func (r sessions) Forget(ctx context.Context, before time.Time, limit int) (int64, error) {
	old := r.sel(ctx).Model((*sessionRow)(nil)).Column("id").Where("expires_at < ?", before.UnixMilli()).Order("expires_at").Limit(int64(limit))
	return count(r.del(ctx).Model((*sessionRow)(nil)).Where("id IN (?)", old).Exec(ctx))
}

type limits struct{ *Store }

type limitRow struct {
	bun.BaseModel `bun:"table:?(ns)limits,alias:l"`

	Key    string `bun:"key,pk"`
	Used   int64  `bun:"used"`
	EndsAt int64  `bun:"ends_at"`
}

func (r limits) Take(ctx context.Context, key string, most int, window time.Duration, now time.Time) (bool, error) {
	at := now.UnixMilli()
	return hit(r.ins(ctx).Model(&limitRow{Key: key, Used: 1, EndsAt: now.Add(window).UnixMilli()}).
		On("CONFLICT (key) DO UPDATE").
		Set("used = CASE WHEN l.ends_at <= ? THEN 1 ELSE l.used + 1 END", at).
		Set("ends_at = CASE WHEN l.ends_at <= ? THEN EXCLUDED.ends_at ELSE l.ends_at END", at).
		Where("l.ends_at <= ? OR l.used < ?", at, most).
		Returning("NULL").Exec(ctx))
}

func (r limits) Reached(ctx context.Context, key string, most int, now time.Time) (bool, error) {
	return r.sel(ctx).Model((*limitRow)(nil)).
		Where("key = ? AND ends_at > ? AND used >= ?", key, now.UnixMilli(), most).Exists(ctx)
}

func (r limits) Reset(ctx context.Context, key string) error {
	_, err := r.del(ctx).Model((*limitRow)(nil)).Where("key = ?", key).Exec(ctx)
	return err
}

func (r limits) Forget(ctx context.Context, before time.Time, limit int) (int64, error) {
	old := r.sel(ctx).Model((*limitRow)(nil)).Column("key").Where("ends_at < ?", before.UnixMilli()).Order("ends_at").Limit(int64(limit))
	return count(r.del(ctx).Model((*limitRow)(nil)).Where("key IN (?)", old).Exec(ctx))
}
