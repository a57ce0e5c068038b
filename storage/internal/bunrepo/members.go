package bunrepo

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
)

// Members is the repository of membership levels and grants.
func (s *Store) Members() member.Repository { return members{s} }

type members struct{ *Store }

type levelRow struct {
	bun.BaseModel `bun:"table:?(ns)levels,alias:l"`

	ID        mall.ID `bun:"id,pk,autoincrement"`
	Name      string  `bun:"name"`
	Rank      int     `bun:"rank"`
	Sort      int     `bun:"sort"`
	Rebate    int64   `bun:"rebate"`
	Active    bool    `bun:"active"`
	CreatedAt *int64  `bun:"created_at"`
	UpdatedAt *int64  `bun:"updated_at"`
}

// levelTextRow is a level with what its shop says of it, which nobody asks for
// on the way to a price.
type levelTextRow struct {
	levelRow `bun:",extend"`

	Ext map[string]string `bun:"ext,type:text"`
}

func levelToRow(l *member.Level) *levelTextRow {
	return &levelTextRow{levelRow{
		ID: l.ID, Name: l.Name, Rank: l.Rank, Sort: l.Sort, Rebate: int64(l.Rebate), Active: l.Active,
		CreatedAt: millis(l.CreatedAt), UpdatedAt: millis(l.UpdatedAt),
	}, filledMap(l.Ext)}
}

func levelFromTextRow(r levelTextRow) member.Level {
	l := levelFromRow(r.levelRow)
	if len(r.Ext) > 0 {
		l.Ext = r.Ext
	}
	return l
}

func levelFromRow(r levelRow) member.Level {
	return member.Level{
		ID: r.ID, Name: r.Name, Rank: r.Rank, Sort: r.Sort, Rebate: mall.Rate(r.Rebate), Active: r.Active,
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt),
	}
}

type grantRow struct {
	bun.BaseModel `bun:"table:?(ns)level_grants,alias:g"`

	ID        mall.ID `bun:"id,pk,autoincrement"`
	AccountID mall.ID `bun:"account_id"`
	LevelID   mall.ID `bun:"level_id"`
	Source    string  `bun:"source"`
	N         int     `bun:"days"`
	Unit      int     `bun:"unit"`
	CreatedAt *int64  `bun:"created_at"`
	RevokedAt *int64  `bun:"revoked_at"`
}

func grantToRow(g *member.Grant) *grantRow {
	return &grantRow{
		AccountID: g.Account, LevelID: g.Level, Source: g.Source, N: g.Term.N, Unit: int(g.Term.Unit),
		CreatedAt: millis(g.CreatedAt), RevokedAt: millis(g.RevokedAt),
	}
}

func grantFromRow(r grantRow) member.Grant {
	return member.Grant{
		ID: r.ID, Account: r.AccountID, Level: r.LevelID, Source: r.Source, Term: member.Term{N: r.N, Unit: mall.Span(r.Unit)},
		CreatedAt: moment(r.CreatedAt), RevokedAt: moment(r.RevokedAt),
	}
}

type holdRow struct {
	bun.BaseModel `bun:"table:?(ns)level_holds,alias:h"`

	AccountID mall.ID `bun:"account_id,pk"`
	LevelID   mall.ID `bun:"level_id,pk"`
	Since     *int64  `bun:"since"`
	EndsAt    *int64  `bun:"ends_at"`
}

type memberRow struct {
	bun.BaseModel `bun:"table:?(ns)members,alias:m"`

	AccountID mall.ID `bun:"account_id,pk"`
	Version   int64   `bun:"version"`
}

func (r members) Save(ctx context.Context, l *member.Level) error {
	row := levelToRow(l)
	if l.ID != 0 {
		ok, err := hit(r.upd(ctx).Model(row).ExcludeColumn("created_at").WherePK().Exec(ctx))
		if err == nil && !ok {
			return mall.ErrNotFound
		}
		return err
	}
	if _, err := r.ins(ctx).Model(row).ExcludeColumn("id").Returning("id").Exec(ctx); err != nil {
		return err
	}
	l.ID = row.ID
	return nil
}

func (r members) Level(ctx context.Context, id mall.ID) (*member.Level, error) {
	var row levelTextRow
	if err := one(r.sel(ctx).Model(&row).Where("id = ?", id).Scan(ctx)); err != nil {
		return nil, err
	}
	l := levelFromTextRow(row)
	return &l, nil
}

func (r members) Levels(ctx context.Context) ([]member.Level, error) {
	var rows []levelTextRow
	if err := r.sel(ctx).Model(&rows).Order("rank", "id").Scan(ctx); err != nil {
		return nil, err
	}
	ls := make([]member.Level, len(rows))
	for i, row := range rows {
		ls[i] = levelFromTextRow(row)
	}
	return ls, nil
}

func (r members) Holders(ctx context.Context, level mall.ID, at time.Time) (int64, error) {
	n, err := r.sel(ctx).Model((*holdRow)(nil)).Where("level_id = ? AND (ends_at IS NULL OR ends_at > ?)", level, at.UnixMilli()).Count(ctx)
	return int64(n), err
}

func (r members) Delete(ctx context.Context, id mall.ID) (bool, error) {
	return hit(r.del(ctx).Model((*levelRow)(nil)).Where("id = ?", id).Exec(ctx))
}

// heldLevelRow is a level as somebody holds it.
type heldLevelRow struct {
	levelRow `bun:",extend"`

	Since  *int64 `bun:"since,scanonly"`
	EndsAt *int64 `bun:"ends_at,scanonly"`
}

func (r members) Held(ctx context.Context, account mall.ID, at time.Time) (member.Level, error) {
	columns := selecting[heldLevelRow](r.Store, "l", "since", "h.since", "ends_at", "h.ends_at")
	rows, err := r.query(ctx, "SELECT "+columns+` FROM ?(ns)levels AS l JOIN ?(ns)level_holds AS h ON h.level_id = l.id
		WHERE h.account_id = ? AND (h.ends_at IS NULL OR h.ends_at > ?) AND l.active
		ORDER BY l.rank DESC, l.id DESC LIMIT 1`, int64(account), at.UnixMilli())
	row, err := scanOne[heldLevelRow](r.Store, rows, err)
	if errors.Is(err, mall.ErrNotFound) {
		return member.Level{}, nil
	}
	l := levelFromRow(row.levelRow)
	l.Since, l.ExpiresAt = moment(row.Since), moment(row.EndsAt)
	return l, err
}

func (r members) HeldBy(ctx context.Context, accounts []mall.ID, at time.Time) (map[mall.ID]member.Level, error) {
	var rows []struct {
		levelRow  `bun:",extend"`
		AccountID mall.ID `bun:"account_id"`
		Since     *int64  `bun:"since"`
		EndsAt    *int64  `bun:"ends_at"`
	}
	err := r.sel(ctx).Model(&rows).ColumnExpr("l.id, l.name, l.rank, l.sort, l.rebate, l.active, l.created_at, l.updated_at, h.account_id, h.since, h.ends_at").
		Join("JOIN ?(ns)level_holds AS h ON h.level_id = l.id").
		Where("h.account_id IN (?) AND (h.ends_at IS NULL OR h.ends_at > ?) AND l.active", bun.List(accounts), at.UnixMilli()).
		Order("l.rank", "l.id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	best := make(map[mall.ID]member.Level, len(rows))
	for _, row := range rows { // the last one of an account is its best
		l := levelFromRow(row.levelRow)
		l.Since, l.ExpiresAt = moment(row.Since), moment(row.EndsAt)
		best[row.AccountID] = l
	}
	return best, nil
}

func (r members) Own(ctx context.Context, account mall.ID) error {
	_, err := r.ins(ctx).Model(&memberRow{AccountID: account, Version: 1}).
		On("CONFLICT (account_id) DO UPDATE").Set("version = m.version + 1").Returning("NULL").Exec(ctx)
	return err
}

func (r members) Insert(ctx context.Context, g *member.Grant) error {
	row := grantToRow(g)
	res, err := r.ins(ctx).Model(row).ExcludeColumn("id").On("CONFLICT DO NOTHING").Returning("id").Exec(ctx)
	if err := inserted(res, err); err != nil {
		return err
	}
	g.ID = row.ID
	return nil
}

func (r members) BySource(ctx context.Context, source string) (*member.Grant, error) {
	var row grantRow
	err := one(r.sel(ctx).Model(&row).Where("source = ?", source).Scan(ctx))
	if errors.Is(err, mall.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	g := grantFromRow(row)
	return &g, nil
}

func (r members) Standing(ctx context.Context, account, level mall.ID) ([]member.Grant, error) {
	var rows []grantRow
	err := r.sel(ctx).Model(&rows).Where("account_id = ? AND level_id = ? AND revoked_at IS NULL", account, level).
		Order("created_at", "id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	gs := make([]member.Grant, len(rows))
	for i, row := range rows {
		gs[i] = grantFromRow(row)
	}
	return gs, nil
}

func (r members) Revoke(ctx context.Context, id mall.ID, at time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*grantRow)(nil)).Set("revoked_at = ?", millis(at)).
		Where("id = ? AND revoked_at IS NULL", id).Exec(ctx))
}

func (r members) Hold(ctx context.Context, account, level mall.ID, since, until time.Time) error {
	_, err := r.ins(ctx).Model(&holdRow{AccountID: account, LevelID: level, Since: millis(since), EndsAt: millis(until)}).
		On("CONFLICT (account_id, level_id) DO UPDATE").
		Set("since = EXCLUDED.since").Set("ends_at = EXCLUDED.ends_at").Returning("NULL").Exec(ctx)
	return err
}

func (r members) Drop(ctx context.Context, account, level mall.ID) error {
	_, err := r.del(ctx).Model((*holdRow)(nil)).Where("account_id = ? AND level_id = ?", account, level).Exec(ctx)
	return err
}
