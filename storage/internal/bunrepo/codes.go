package bunrepo

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/captcha"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/auth/wechat"
)

// Codes is the repository of verification codes.
func (s *Store) Codes() verify.Repository { return codes{s} }

// Captchas is the repository of picture codes.
func (s *Store) Captchas() captcha.Repository { return captchas{s} }

// AppTokens is the repository of access tokens of outside parties.
func (s *Store) AppTokens() wechat.Tokens { return appTokens{s} }

type codes struct{ *Store }

type codeRow struct {
	bun.BaseModel `bun:"table:?(ns)verify_codes,alias:c"`

	Channel   string `bun:"channel,pk"`
	Target    string `bun:"target,pk"`
	Salt      string `bun:"salt"`
	Hash      string `bun:"hash"`
	Tries     int    `bun:"tries"`
	CreatedAt *int64 `bun:"created_at"`
	ExpiresAt *int64 `bun:"expires_at"`
	UsedAt    *int64 `bun:"used_at"`
}

func codeToRow(c verify.Code) *codeRow {
	return &codeRow{
		Channel: c.Channel, Target: c.Target, Salt: c.Salt, Hash: c.Hash, Tries: c.Tries,
		CreatedAt: millis(c.CreatedAt), ExpiresAt: millis(c.ExpiresAt), UsedAt: millis(c.UsedAt),
	}
}

func codeFromRow(r codeRow) *verify.Code {
	return &verify.Code{
		Channel: r.Channel, Target: r.Target, Salt: r.Salt, Hash: r.Hash, Tries: r.Tries,
		CreatedAt: moment(r.CreatedAt), ExpiresAt: moment(r.ExpiresAt), UsedAt: moment(r.UsedAt),
	}
}

func (r codes) Put(ctx context.Context, c verify.Code) error {
	_, err := r.ins(ctx).Model(codeToRow(c)).On("CONFLICT (channel, target) DO UPDATE").
		Set("salt = EXCLUDED.salt").Set("hash = EXCLUDED.hash").Set("tries = EXCLUDED.tries").
		Set("created_at = EXCLUDED.created_at").Set("expires_at = EXCLUDED.expires_at").Set("used_at = EXCLUDED.used_at").
		Returning("NULL").Exec(ctx)
	return err
}

func (r codes) Try(ctx context.Context, channel, target string, most int, now time.Time) (*verify.Code, error) {
	ok, err := hit(r.upd(ctx).Model((*codeRow)(nil)).Set("tries = tries + 1").
		Where("channel = ? AND target = ?", channel, target).
		Where("used_at IS NULL AND expires_at > ? AND tries < ?", now.UnixMilli(), most).Exec(ctx))
	if err != nil || !ok {
		return nil, err
	}
	return r.Find(ctx, channel, target)
}

func (r codes) Untry(ctx context.Context, c verify.Code) error {
	_, err := r.upd(ctx).Model((*codeRow)(nil)).Set("tries = tries - 1").
		Where("channel = ? AND target = ? AND salt = ? AND tries > 0", c.Channel, c.Target, c.Salt).Exec(ctx)
	return err
}

func (r codes) Find(ctx context.Context, channel, target string) (*verify.Code, error) {
	var row codeRow
	err := one(r.sel(ctx).Model(&row).Where("channel = ? AND target = ?", channel, target).Scan(ctx))
	if errors.Is(err, mall.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return codeFromRow(row), nil
}

func (r codes) Use(ctx context.Context, c verify.Code, most int, now time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*codeRow)(nil)).Set("used_at = ?", millis(now)).
		Where("channel = ? AND target = ? AND salt = ?", c.Channel, c.Target, c.Salt).
		Where("used_at IS NULL AND expires_at > ? AND tries < ?", now.UnixMilli(), most).Exec(ctx))
}

func (r codes) Forget(ctx context.Context, before time.Time, limit int) (int64, error) {
	old := r.sel(ctx).Model((*codeRow)(nil)).Column("channel", "target").
		Where("expires_at < ?", before.UnixMilli()).Order("expires_at").Limit(int64(limit))
	return count(r.del(ctx).Model((*codeRow)(nil)).Where("(channel, target) IN (?)", old).Exec(ctx))
}

type captchas struct{ *Store }

type captchaRow struct {
	bun.BaseModel `bun:"table:?(ns)captchas,alias:c"`

	Key       string `bun:"key,pk"`
	Hash      string `bun:"hash"`
	ExpiresAt *int64 `bun:"expires_at"`
}

func (r captchas) Put(ctx context.Context, c captcha.Captcha) error {
	_, err := r.ins(ctx).Model(&captchaRow{Key: c.Key, Hash: c.Hash, ExpiresAt: millis(c.ExpiresAt)}).
		On("CONFLICT (key) DO UPDATE").Set("hash = EXCLUDED.hash").Set("expires_at = EXCLUDED.expires_at").
		Returning("NULL").Exec(ctx)
	return err
}

func (r captchas) Take(ctx context.Context, key string) (*captcha.Captcha, error) {
	var rows []captchaRow
	if err := r.del(ctx).Model(&rows).Where("key = ?", key).Returning("*").Scan(ctx); err != nil || len(rows) == 0 {
		return nil, err
	}
	return &captcha.Captcha{Key: rows[0].Key, Hash: rows[0].Hash, ExpiresAt: moment(rows[0].ExpiresAt)}, nil
}

func (r captchas) Forget(ctx context.Context, before time.Time, limit int) (int64, error) {
	old := r.sel(ctx).Model((*captchaRow)(nil)).Column("key").Where("expires_at < ?", before.UnixMilli()).Order("expires_at").Limit(int64(limit))
	return count(r.del(ctx).Model((*captchaRow)(nil)).Where("key IN (?)", old).Exec(ctx))
}

type appTokens struct{ *Store }

type appTokenRow struct {
	bun.BaseModel `bun:"table:?(ns)app_tokens,alias:t"`

	Name      string `bun:"name,pk"`
	Token     string `bun:"token"`
	ExpiresAt *int64 `bun:"expires_at"`
}

func (r appTokens) Load(ctx context.Context, name string) (string, time.Time, error) {
	var row appTokenRow
	err := one(r.sel(ctx).Model(&row).Where("name = ?", name).Scan(ctx))
	if errors.Is(err, mall.ErrNotFound) {
		return "", time.Time{}, nil
	}
	return row.Token, moment(row.ExpiresAt), err
}

func (r appTokens) Save(ctx context.Context, name, token string, expires time.Time) error {
	_, err := r.ins(ctx).Model(&appTokenRow{Name: name, Token: token, ExpiresAt: millis(expires)}).
		On("CONFLICT (name) DO UPDATE").Set("token = EXCLUDED.token").Set("expires_at = EXCLUDED.expires_at").
		Returning("NULL").Exec(ctx)
	return err
}
