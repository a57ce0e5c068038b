package bunrepo

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// Accounts is the repository of accounts, bindings and roles.
func (s *Store) Accounts() auth.Repository { return accounts{s} }

type accounts struct{ *Store }

var accountKeys = map[auth.Key]string{
	auth.ByID: "id", auth.ByUsername: "username_key", auth.ByMobile: "mobile", auth.ByMail: "mail", auth.ByPublicID: "public_id",
}

func (r accounts) Insert(ctx context.Context, a *auth.Account, hash string) error {
	row := accountToRow(a, hash)
	res, err := r.ins(ctx).Model(row).ExcludeColumn("id").On("CONFLICT DO NOTHING").Returning("id").Exec(ctx)
	if err := inserted(res, err); err != nil {
		return err
	}
	a.ID = row.ID
	return nil
}

func (r accounts) Find(ctx context.Context, by auth.Key, value string) (*auth.Account, error) {
	if by == auth.ByUsername || by == auth.ByMail {
		value = strings.ToLower(value)
	}
	var row accountRow
	err := one(r.sel(ctx).Model(&row).Where("? = ?", bun.Ident(accountKeys[by]), value).Scan(ctx))
	if errors.Is(err, mall.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	a := accountFromRow(&row)
	return &a, nil
}

func (r accounts) Get(ctx context.Context, id mall.ID) (*auth.Account, error) {
	var row accountRow
	if err := one(r.sel(ctx).Model(&row).Where("id = ?", id).Scan(ctx)); err != nil {
		return nil, err
	}
	a := accountFromRow(&row)
	return &a, nil
}

func (r accounts) Profiles(ctx context.Context, ids []mall.ID) ([]auth.Profile, error) {
	var rows []accountRow
	err := r.sel(ctx).Model(&rows).
		Column("id", "public_id", "nick", "avatar_url", "username", "mobile", "gender", "province", "city").
		Where("id IN (?)", bun.List(ids)).Scan(ctx)
	if err != nil {
		return nil, err
	}
	ps := make([]auth.Profile, len(rows))
	for i := range rows {
		a := accountFromRow(&rows[i])
		ps[i] = auth.ProfileOf(&a)
	}
	return ps, nil
}

func (r accounts) List(ctx context.Context, f auth.Filter, p mall.Page) (mall.Slice[auth.Account], error) {
	var rows []accountRow
	q := r.sel(ctx).Model(&rows)
	if f.Text != "" {
		like := containing(f.Text)
		q = q.Where(`(username LIKE ? ESCAPE '\' OR nick LIKE ? ESCAPE '\' OR mobile LIKE ? ESCAPE '\')`, like, like, like)
	}
	if f.Role != "" {
		q = q.Where("role_id = ?", f.Role)
	}
	if f.Status != nil {
		q = q.Where("status = ?", int(*f.Status))
	}
	if f.Living {
		q = q.Where("status <> ?", int(auth.Erased))
	}
	order := "id DESC"
	if f.OldestFirst {
		order = "id"
	}
	n, err := q.Order(order).Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	if err != nil {
		return mall.Slice[auth.Account]{}, err
	}
	s := mall.Slice[auth.Account]{Items: make([]auth.Account, len(rows)), Total: n}
	for i := range rows {
		s.Items[i] = accountFromRow(&rows[i])
	}
	return s, nil
}

func (r accounts) Hash(ctx context.Context, id mall.ID) (string, error) {
	var hash string
	err := r.sel(ctx).Model((*accountRow)(nil)).Column("password_hash").Where("id = ?", id).Scan(ctx, &hash)
	return hash, one(err)
}

func (r accounts) SetHash(ctx context.Context, id mall.ID, old, hash string, at time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*accountRow)(nil)).Set("password_hash = ?", hash).Set("updated_at = ?", millis(at)).
		Where("id = ? AND password_hash = ? AND status <> ?", id, old, int(auth.Erased)).Exec(ctx))
}

func (r accounts) Change(ctx context.Context, id mall.ID, c auth.Changes, at time.Time) (bool, error) {
	q := r.upd(ctx).Model((*accountRow)(nil)).Set("updated_at = ?", millis(at))
	for _, f := range []struct {
		column string
		value  *string
	}{{"nick", c.Nick}, {"avatar_url", c.AvatarURL}, {"birthday", c.Birthday}, {"country", c.Country}, {"province", c.Province}, {"city", c.City}} {
		if f.value != nil {
			q = q.Set("? = ?", bun.Ident(f.column), *f.value)
		}
	}
	if c.Gender != nil {
		q = q.Set("gender = ?", *c.Gender)
	}
	if c.Ext != nil {
		q = q.Set("ext = ?", jsonText(c.Ext))
	}
	return hit(q.Where("id = ? AND status = ?", id, int(auth.Active)).Exec(ctx))
}

func (r accounts) SetMobile(ctx context.Context, id mall.ID, mobile string, at time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*accountRow)(nil)).Set("mobile = ?", mobile).Set("updated_at = ?", millis(at)).
		Where("id = ? AND status = ?", id, int(auth.Active)).Exec(ctx))
}

func (r accounts) SetUsername(ctx context.Context, id mall.ID, name string, at time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*accountRow)(nil)).Set("username = ?", name).Set("username_key = ?", strings.ToLower(name)).
		Set("updated_at = ?", millis(at)).Where("id = ? AND status = ?", id, int(auth.Active)).Exec(ctx))
}

func (r accounts) SetRole(ctx context.Context, id mall.ID, from, to string, at time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*accountRow)(nil)).Set("role_id = ?", to).Set("updated_at = ?", millis(at)).
		Where("id = ? AND role_id = ? AND status <> ?", id, from, int(auth.Erased)).Exec(ctx))
}

func (r accounts) SetStatus(ctx context.Context, id mall.ID, from, to auth.Status, at time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*accountRow)(nil)).Set("status = ?", int(to)).Set("updated_at = ?", millis(at)).
		Where("id = ? AND status = ?", id, int(from)).Exec(ctx))
}

func (r accounts) Seen(ctx context.Context, e auth.LoginEntry) error {
	_, err := r.upd(ctx).Model((*accountRow)(nil)).Set("login_at = ?", millis(e.At)).Set("login_addr = ?", e.Addr).
		Where("id = ?", e.Account).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = r.ins(ctx).Model(loginToRow(e)).ExcludeColumn("id").Returning("NULL").Exec(ctx)
	return err
}

func (r accounts) Logins(ctx context.Context, account mall.ID, p mall.Page) (mall.Slice[auth.LoginEntry], error) {
	var rows []loginRow
	q := r.sel(ctx).Model(&rows)
	if account != 0 {
		q = q.Where("account_id = ?", account)
	}
	n, err := q.Order("id DESC").Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	if err != nil {
		return mall.Slice[auth.LoginEntry]{}, err
	}
	s := mall.Slice[auth.LoginEntry]{Items: make([]auth.LoginEntry, len(rows)), Total: n}
	for i, row := range rows {
		s.Items[i] = loginFromRow(row)
	}
	return s, nil
}

func (r accounts) EachLogin(ctx context.Context, account, after mall.ID, limit int64) ([]auth.LoginEntry, error) {
	return each(ctx, r.sel(ctx).Where("account_id = ?", account), after, limit, func(row *loginRow) auth.LoginEntry { return loginFromRow(*row) })
}

func (r accounts) Journal(ctx context.Context, face mall.Face, p mall.Page) (mall.Slice[auth.JournalEntry], error) {
	var rows []struct {
		loginRow `bun:",extend"`
		Username string `bun:"username"`
		LastAt   *int64 `bun:"last_at"`
		LastAddr string `bun:"last_addr"`
	}
	n, err := r.sel(ctx).Model(&rows).ColumnExpr("l.*, a.username, p.at AS last_at, p.addr AS last_addr").
		Join("JOIN ?(ns)accounts AS a ON a.id = l.account_id").
		Join("LEFT JOIN ?(ns)login_log AS p ON p.id = (SELECT MAX(q.id) FROM ?(ns)login_log AS q WHERE q.account_id = l.account_id AND q.face = l.face AND q.id < l.id)").
		Where("l.face = ?", string(face)).Order("l.id DESC").Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	if err != nil {
		return mall.Slice[auth.JournalEntry]{}, err
	}
	s := mall.Slice[auth.JournalEntry]{Items: make([]auth.JournalEntry, len(rows)), Total: n}
	for i, row := range rows {
		s.Items[i] = auth.JournalEntry{
			LoginEntry: loginFromRow(row.loginRow), Username: row.Username, LastAt: moment(row.LastAt), LastAddr: row.LastAddr,
		}
	}
	return s, nil
}

func (r accounts) Audit(ctx context.Context, e auth.AuditEntry) error {
	_, err := r.ins(ctx).Model(auditToRow(e)).ExcludeColumn("id").Returning("NULL").Exec(ctx)
	return err
}

func (r accounts) EachAudit(ctx context.Context, account, after mall.ID, limit int64) ([]auth.AuditEntry, error) {
	return each(ctx, r.sel(ctx).Where("account_id = ?", account), after, limit, auditFromRow)
}

func (r accounts) Erase(ctx context.Context, id mall.ID, at time.Time) (bool, error) {
	q := r.upd(ctx).Model((*accountRow)(nil)).
		Set("status = ?", int(auth.Erased)).Set("erased_at = ?", millis(at)).Set("updated_at = ?", millis(at)).
		Set("role_id = ''").Set("gender = 0").Set("ext = '{}'")
	for _, c := range []string{"username", "username_key", "mobile", "mail", "login_at"} {
		q = q.Set("? = NULL", bun.Ident(c))
	}
	for _, c := range []string{"password_hash", "nick", "avatar_url", "birthday", "country", "province", "city", "register_addr", "login_addr"} {
		q = q.Set("? = ''", bun.Ident(c))
	}
	ok, err := hit(q.Where("id = ? AND status <> ?", id, int(auth.Erased)).Exec(ctx))
	if err != nil || !ok {
		return ok, err
	}
	if _, err := r.del(ctx).Model((*bindingRow)(nil)).Where("account_id = ?", id).Exec(ctx); err != nil {
		return false, err
	}
	if _, err := r.del(ctx).Model((*loginRow)(nil)).Where("account_id = ?", id).Exec(ctx); err != nil {
		return false, err
	}
	if _, err := r.upd(ctx).Model((*auditRow)(nil)).Set("reason = ''").Where("account_id = ?", id).Exec(ctx); err != nil {
		return false, err
	}
	_, err = r.upd(ctx).Model((*auditRow)(nil)).Set("addr = ''").Where("actor_id = ?", id).Exec(ctx)
	return err == nil, err
}

func (r accounts) ForgetLogins(ctx context.Context, before time.Time, limit int) (int64, error) {
	old := r.sel(ctx).Model((*loginRow)(nil)).Column("id").Where("at < ?", before.UnixMilli()).Order("at").Limit(int64(limit))
	return count(r.del(ctx).Model((*loginRow)(nil)).Where("id IN (?)", old).Exec(ctx))
}

func (r accounts) Bind(ctx context.Context, b auth.Binding) error {
	return inserted(r.ins(ctx).Model(bindingToRow(b)).On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx))
}

func (r accounts) Rebind(ctx context.Context, b auth.Binding) error {
	_, err := r.ins(ctx).Model(bindingToRow(b)).On("CONFLICT (provider, appid, openid) DO UPDATE").
		Set("account_id = EXCLUDED.account_id").Set("unionid = EXCLUDED.unionid").Set("at = EXCLUDED.at").
		Returning("NULL").Exec(ctx)
	return err
}

func (r accounts) FindBinding(ctx context.Context, provider, appid, openid string) (mall.ID, error) {
	var id mall.ID
	err := one(r.sel(ctx).Model((*bindingRow)(nil)).Column("account_id").
		Where("provider = ? AND appid = ? AND openid = ?", provider, appid, openid).Scan(ctx, &id))
	if errors.Is(err, mall.ErrNotFound) {
		return 0, nil
	}
	return id, err
}

func (r accounts) Bindings(ctx context.Context, account mall.ID) ([]auth.Binding, error) {
	var rows []bindingRow
	err := r.sel(ctx).Model(&rows).Where("account_id = ?", account).Order("at", "openid").Scan(ctx)
	if err != nil {
		return nil, err
	}
	bs := make([]auth.Binding, len(rows))
	for i, row := range rows {
		bs[i] = bindingFromRow(row)
	}
	return bs, nil
}

func (r accounts) OpenIDs(ctx context.Context, ids []mall.ID) (map[mall.ID]string, error) {
	var rows []bindingRow
	err := r.sel(ctx).Model(&rows).Column("account_id", "openid").
		Where("account_id IN (?)", bun.List(ids)).Order("at", "openid").Scan(ctx)
	if err != nil {
		return nil, err
	}
	m := make(map[mall.ID]string, len(rows))
	for _, row := range rows {
		if _, older := m[row.AccountID]; !older {
			m[row.AccountID] = row.OpenID
		}
	}
	return m, nil
}
