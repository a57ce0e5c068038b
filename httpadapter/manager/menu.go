package manager

import (
	"context"
	"slices"
	"strconv"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

type menuRow struct {
	MenuID   mall.ID   `json:"menu_id"`
	ParentID mall.ID   `json:"parentid"` // 0 on the upper level
	Name     string    `json:"name"`
	Title    string    `json:"title"`
	Sort     int       `json:"sort"`
	Status   string    `json:"status"` // "1" is shown, "0" is not
	Children []menuRow `json:"children,omitempty"`
}

func menuOf(m auth.Menu) menuRow {
	row := menuRow{MenuID: m.ID, ParentID: m.Parent, Name: m.Name, Title: m.Title, Sort: m.Sort, Status: "1"}
	if m.Hidden {
		row.Status = "0"
	}
	return row
}

// menuRows are menus as a tree or flat, those that keep wants.
func menuRows(all []auth.Menu, flat bool, keep func(auth.Menu) bool) *listOut {
	n := 0
	for _, m := range all {
		if keep(m) {
			n++
		}
	}
	if flat {
		return &listOut{done("success"), n, listed(slices.DeleteFunc(slices.Clone(all), func(m auth.Menu) bool { return !keep(m) }), menuOf)}
	}
	return &listOut{done("success"), n, listed(auth.Tree(all, keep), func(t auth.MenuTree) menuRow {
		row := menuOf(t.Menu)
		row.Children = listed(t.Children, menuOf)
		return row
	})}
}

// menus lists all menus as a tree, or with type=1 flat.
func (a *api) menus(ctx context.Context, _ mall.Actor, in treeIn) (*listOut, error) {
	all, err := a.Auth.Menus(ctx)
	if err != nil {
		return nil, err
	}
	return menuRows(all, in.Type == "1", func(auth.Menu) bool { return true }), nil
}

// roleMenus lists the menus of a role flat, or with type=1 as a tree.
func (a *api) roleMenus(ctx context.Context, _ mall.Actor, in treeIn) (*listOut, error) {
	if _, err := a.Auth.Role(ctx, in.RoleID); err != nil {
		return nil, err
	}
	all, err := a.Auth.Menus(ctx)
	if err != nil {
		return nil, err
	}
	seen, err := a.Auth.RoleMenus(ctx, in.RoleID)
	if err != nil {
		return nil, err
	}
	return menuRows(all, in.Type != "1", func(m auth.Menu) bool { return slices.Contains(seen, m.ID) }), nil
}

type menuIn struct {
	MenuID   mall.ID `in:"menu_id"`
	Name     *string `in:"name"`
	Title    *string `in:"title"`
	ParentID *int    `in:"parentid"`
	Sort     *int    `in:"sort"`
	Status   string  `in:"status"`
}

// onto is a menu with the fields that came.
func (in menuIn) onto(m auth.Menu) (*auth.Menu, error) {
	for _, f := range []struct {
		text *string
		into *string
	}{{in.Name, &m.Name}, {in.Title, &m.Title}} {
		if f.text != nil {
			*f.into = *f.text
		}
	}
	if in.ParentID != nil {
		m.Parent = mall.ID(*in.ParentID)
	}
	if in.Sort != nil {
		m.Sort = *in.Sort
	}
	switch in.Status {
	case "":
	case "0", "1":
		m.Hidden = in.Status == "0"
	default:
		return nil, mall.ErrInvalid.With("status")
	}
	return &m, nil
}

type menuIDOut struct {
	envelope
	MenuID mall.ID `json:"menu_id"`
}

// addMenu makes a menu; without a name its title is its name.
func (a *api) addMenu(ctx context.Context, who mall.Actor, in menuIn) (*menuIDOut, error) {
	m, err := in.onto(auth.Menu{})
	if err != nil {
		return nil, err
	}
	if m.Name == "" {
		m.Name = m.Title
	}
	if err := a.Auth.SaveMenu(ctx, who, m); err != nil {
		return nil, err
	}
	return &menuIDOut{done("添加成功"), m.ID}, nil
}

// updateMenu changes what came of a menu.
func (a *api) updateMenu(ctx context.Context, who mall.Actor, in menuIn) (any, error) {
	all, err := a.Auth.Menus(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(m auth.Menu) bool { return m.ID == in.MenuID })
	if i < 0 {
		return nil, auth.ErrNoMenu
	}
	m, err := in.onto(all[i])
	if err != nil {
		return nil, err
	}
	return done("修改成功"), a.Auth.SaveMenu(ctx, who, m)
}

type delMenuIn struct {
	MenuID mall.ID `in:"menu_id,required"`
}

// delMenu deletes a menu that has none below it.
func (a *api) delMenu(ctx context.Context, who mall.Actor, in delMenuIn) (any, error) {
	return done("删除成功"), a.Auth.DeleteMenu(ctx, who, in.MenuID)
}

type assignMenuIn struct {
	RoleID string `in:"roleid,required"`
	Menus  string `in:"menu_id"`
}

func (in assignMenuIn) ids() ([]mall.ID, error) {
	var out []mall.ID
	for _, text := range ids(in.Menus) {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n <= 0 {
			return nil, mall.ErrInvalid.With("menu_id")
		}
		out = append(out, mall.ID(n))
	}
	return out, nil
}

// assignMenus replaces the menus of a role.
func (a *api) assignMenus(ctx context.Context, who mall.Actor, in assignMenuIn) (any, error) {
	list, err := in.ids()
	if err != nil {
		return nil, err
	}
	return done("分配成功"), reached(a.Auth.AssignMenus(ctx, who, in.RoleID, list))
}

// delRoleMenus takes menus from a role.
func (a *api) delRoleMenus(ctx context.Context, who mall.Actor, in assignMenuIn) (any, error) {
	list, err := in.ids()
	if err != nil {
		return nil, err
	}
	return done("删除成功"), reached(a.Auth.TakeMenus(ctx, who, in.RoleID, list))
}
