package auth

import (
	"context"
	"slices"

	"github.com/gomall-dev/mall"
)

// Menu is an entry of a management page's menu (菜单). There are two levels.
type Menu struct {
	ID     mall.ID
	Parent mall.ID // 0 on the upper level
	Name   string  // what clients match and show
	Title  string  // a free second text, "" for none
	Sort   int     // smaller first
	Hidden bool
}

// MenuTree is an entry of the upper level with those below it.
type MenuTree struct {
	Menu
	Children []Menu
}

const maxMenus = 500

// Menus are all menus: by parent, then sort, then id.
func (s *Service) Menus(ctx context.Context) ([]Menu, error) { return s.d.Repository.Menus(ctx) }

// RoleMenus are the ids of the menus that a role sees, hidden ones included:
// root sees all, and nobody holds the role "".
func (s *Service) RoleMenus(ctx context.Context, role string) ([]mall.ID, error) {
	if role != RoleRoot {
		return s.d.Repository.RoleMenus(ctx, role)
	}
	all, err := s.d.Repository.Menus(ctx)
	ids := make([]mall.ID, len(all))
	for i, m := range all {
		ids[i] = m.ID
	}
	return ids, err
}

// MenuTree is what a role sees of the menus that are not hidden. An entry
// of the upper level comes with what is seen below it, also where it was not
// assigned itself.
func (s *Service) MenuTree(ctx context.Context, role string) ([]MenuTree, error) {
	all, err := s.d.Repository.Menus(ctx)
	if err != nil {
		return nil, err
	}
	seen, err := s.RoleMenus(ctx, role)
	if err != nil {
		return nil, err
	}
	return Tree(slices.DeleteFunc(all, func(m Menu) bool { return m.Hidden }), func(m Menu) bool {
		return slices.Contains(seen, m.ID)
	}), nil
}

// Tree orders menus by levels and leaves out what keep does not want.
func Tree(all []Menu, keep func(Menu) bool) []MenuTree {
	var out []MenuTree
	for _, m := range all {
		if m.Parent != 0 {
			continue
		}
		t := MenuTree{Menu: m}
		for _, c := range all {
			if c.Parent == m.ID && keep(c) {
				t.Children = append(t.Children, c)
			}
		}
		if keep(m) || len(t.Children) > 0 {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b MenuTree) int { return a.Sort - b.Sort })
	return out
}

// SaveMenu stores a menu, a new one when its ID is 0, which it then gets. Its
// parent, if any, is an entry of the upper level. ErrNoMenu.
func (s *Service) SaveMenu(ctx context.Context, who mall.Actor, m *Menu) error {
	right := RightAddMenu
	if m.ID != 0 {
		right = RightUpdateMenu
	}
	if err := who.Must(right); err != nil {
		return err
	}
	if m.Name == "" || short("name", m.Name, maxName) != nil || short("title", m.Title, maxName) != nil {
		return mall.ErrInvalid.With("name")
	}
	id := m.ID
	return s.changeRoles(ctx, who, func(ctx context.Context, _ tree) error {
		all, err := s.d.Repository.Menus(ctx)
		if err != nil {
			return err
		}
		if id == 0 && len(all) >= maxMenus {
			return mall.ErrInvalid.With("menu")
		}
		there := id == 0
		for _, o := range all {
			there = there || o.ID == id
			if o.Parent == id && id != 0 && m.Parent != 0 {
				return mall.ErrInvalid.With("parentid") // it would get a third level
			}
		}
		if !there {
			return ErrNoMenu
		}
		top := func(o Menu) bool { return o.ID == m.Parent && o.Parent == 0 && o.ID != id }
		if m.Parent != 0 && !slices.ContainsFunc(all, top) {
			return mall.ErrInvalid.With("parentid")
		}
		m.ID = id
		return s.d.Repository.SaveMenu(ctx, m)
	})
}

// DeleteMenu deletes a menu that has none below it; all roles lose it.
// ErrNoMenu, ErrMenuUsed.
func (s *Service) DeleteMenu(ctx context.Context, who mall.Actor, id mall.ID) error {
	if err := who.Must(RightDeleteMenu); err != nil {
		return err
	}
	return s.changeRoles(ctx, who, func(ctx context.Context, _ tree) error {
		all, err := s.d.Repository.Menus(ctx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(m Menu) bool { return m.ID == id }) {
			return ErrNoMenu
		}
		if slices.ContainsFunc(all, func(m Menu) bool { return m.Parent == id }) {
			return ErrMenuUsed
		}
		return s.d.Repository.DeleteMenu(ctx, id)
	})
}

// AssignMenus replaces the menus of a role below the actor's own, but for
// root, who has all. Menus that it gets are menus that the actor's role sees.
func (s *Service) AssignMenus(ctx context.Context, who mall.Actor, role string, menus []mall.ID) error {
	return s.assignMenus(ctx, who, role, func([]mall.ID) []mall.ID { return menus })
}

// TakeMenus takes menus from a role below the actor's own.
func (s *Service) TakeMenus(ctx context.Context, who mall.Actor, role string, menus []mall.ID) error {
	return s.assignMenus(ctx, who, role, func(had []mall.ID) []mall.ID {
		return slices.DeleteFunc(slices.Clone(had), func(id mall.ID) bool { return slices.Contains(menus, id) })
	})
}

func (s *Service) assignMenus(ctx context.Context, who mall.Actor, role string, change func(had []mall.ID) []mall.ID) error {
	if err := who.Must(RightAssignMenus); err != nil {
		return err
	}
	if role == RoleRoot {
		return ErrRoot
	}
	return s.changeRoles(ctx, who, func(ctx context.Context, t tree) error {
		if _, err := s.Role(ctx, role); err != nil {
			return err
		}
		if !t.mayTouch(role) {
			return ErrAbove
		}
		had, err := s.d.Repository.RoleMenus(ctx, role)
		if err != nil {
			return err
		}
		mine, err := s.RoleMenus(ctx, t.mine)
		if err != nil {
			return err
		}
		want := slices.Clone(change(had))
		slices.Sort(want)
		want = slices.Compact(want)
		for _, id := range want {
			if !slices.Contains(had, id) && !slices.Contains(mine, id) {
				return ErrNoMenu
			}
		}
		return s.d.Repository.SetRoleMenus(ctx, role, want)
	})
}
