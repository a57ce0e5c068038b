package bunrepo

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

func (r accounts) Role(ctx context.Context, id string) (*auth.Role, error) {
	var row roleRow
	if err := one(r.sel(ctx).Model(&row).Where("id = ?", id).Scan(ctx)); err != nil {
		return nil, err
	}
	role := &auth.Role{ID: row.ID, Name: row.Name, Parent: row.ParentID}
	err := r.sel(ctx).Model((*rightRow)(nil)).Column("path").Where("role_id = ?", id).Order("path").Scan(ctx, &role.Rights)
	return role, err
}

func (r accounts) Roles(ctx context.Context) ([]auth.Role, error) {
	var rows []roleRow
	if err := r.sel(ctx).Model(&rows).Order("id").Scan(ctx); err != nil {
		return nil, err
	}
	roles := make([]auth.Role, len(rows))
	for i, row := range rows {
		roles[i] = auth.Role{ID: row.ID, Name: row.Name, Parent: row.ParentID}
	}
	return roles, nil
}

func (r accounts) SaveRole(ctx context.Context, role auth.Role) error {
	_, err := r.ins(ctx).Model(&roleRow{ID: role.ID, Name: role.Name, ParentID: role.Parent}).
		On("CONFLICT (id) DO UPDATE").Set("name = EXCLUDED.name").Set("parent_id = EXCLUDED.parent_id").
		Returning("NULL").Exec(ctx)
	if err != nil {
		return err
	}
	if _, err := r.del(ctx).Model((*rightRow)(nil)).Where("role_id = ?", role.ID).Exec(ctx); err != nil {
		return err
	}
	if len(role.Rights) == 0 {
		return nil
	}
	rows := make([]rightRow, len(role.Rights))
	for i, p := range role.Rights {
		rows[i] = rightRow{RoleID: role.ID, Path: p}
	}
	_, err = r.ins(ctx).Model(&rows).On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx)
	return err
}

func (r accounts) InsertRole(ctx context.Context, role auth.Role) error {
	row := &roleRow{ID: role.ID, Name: role.Name, ParentID: role.Parent}
	if err := inserted(r.ins(ctx).Model(row).On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx)); err != nil {
		return err
	}
	return r.SaveRole(ctx, role)
}

func (r accounts) HoldRole(ctx context.Context, id string) (bool, error) {
	return hit(r.upd(ctx).Model((*roleRow)(nil)).Set("name = name").Where("id = ?", id).Exec(ctx))
}

func (r accounts) DeleteRole(ctx context.Context, id string) error {
	if _, err := r.del(ctx).Model((*roleRow)(nil)).Where("id = ?", id).Exec(ctx); err != nil {
		return err
	}
	if _, err := r.del(ctx).Model((*rightRow)(nil)).Where("role_id = ?", id).Exec(ctx); err != nil {
		return err
	}
	_, err := r.del(ctx).Model((*roleMenuRow)(nil)).Where("role_id = ?", id).Exec(ctx)
	return err
}

func (r accounts) RoleUsed(ctx context.Context, id string) (bool, error) {
	held, err := r.sel(ctx).Model((*accountRow)(nil)).Where("role_id = ? AND role_id <> ''", id).Exists(ctx)
	if err != nil || held {
		return held, err
	}
	return r.sel(ctx).Model((*roleRow)(nil)).Where("parent_id = ?", id).Exists(ctx)
}

func (r accounts) Holders(ctx context.Context, role string) (int, error) {
	n, err := r.sel(ctx).Model((*accountRow)(nil)).
		Where("role_id = ? AND role_id <> '' AND status = ?", role, int(auth.Active)).Count(ctx)
	return int(n), err
}

func (r accounts) Menus(ctx context.Context) ([]auth.Menu, error) {
	var rows []menuRow
	if err := r.sel(ctx).Model(&rows).Order("parent_id", "sort", "id").Scan(ctx); err != nil {
		return nil, err
	}
	ms := make([]auth.Menu, len(rows))
	for i, row := range rows {
		ms[i] = auth.Menu{ID: row.ID, Parent: row.ParentID, Name: row.Name, Title: row.Title, Sort: row.Sort, Hidden: row.Hidden}
	}
	return ms, nil
}

func (r accounts) SaveMenu(ctx context.Context, m *auth.Menu) error {
	row := &menuRow{ID: m.ID, ParentID: m.Parent, Name: m.Name, Title: m.Title, Sort: m.Sort, Hidden: m.Hidden}
	if m.ID != 0 {
		ok, err := hit(r.upd(ctx).Model(row).WherePK().Exec(ctx))
		if err == nil && !ok {
			return mall.ErrNotFound
		}
		return err
	}
	if _, err := r.ins(ctx).Model(row).ExcludeColumn("id").Returning("id").Exec(ctx); err != nil {
		return err
	}
	m.ID = row.ID
	return nil
}

func (r accounts) DeleteMenu(ctx context.Context, id mall.ID) error {
	if _, err := r.del(ctx).Model((*menuRow)(nil)).Where("id = ?", id).Exec(ctx); err != nil {
		return err
	}
	_, err := r.del(ctx).Model((*roleMenuRow)(nil)).Where("menu_id = ?", id).Exec(ctx)
	return err
}

func (r accounts) RoleMenus(ctx context.Context, role string) ([]mall.ID, error) {
	var ids []mall.ID
	err := r.sel(ctx).Model((*roleMenuRow)(nil)).Column("menu_id").Where("role_id = ?", role).Order("menu_id").Scan(ctx, &ids)
	return ids, err
}

func (r accounts) SetRoleMenus(ctx context.Context, role string, menus []mall.ID) error {
	if _, err := r.del(ctx).Model((*roleMenuRow)(nil)).Where("role_id = ?", role).Exec(ctx); err != nil || len(menus) == 0 {
		return err
	}
	rows := make([]roleMenuRow, len(menus))
	for i, id := range menus {
		rows[i] = roleMenuRow{RoleID: role, MenuID: id}
	}
	_, err := r.ins(ctx).Model(&rows).On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx)
	return err
}
