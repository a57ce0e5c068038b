package manager

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

type addRoleIn struct {
	RoleID   string `in:"roleid,required"`
	RoleName string `in:"roleName"`
}

// addRoot makes a role below root's, without rights: the path of the document.
func (a *api) addRoot(ctx context.Context, who mall.Actor, in addRoleIn) (any, error) {
	return done("success"), a.Auth.AddRole(ctx, who, auth.Role{ID: in.RoleID, Name: in.RoleName})
}

type rolesIn struct {
	RoleID string `in:"roleid"`
}

type roleName struct {
	RoleID   string `json:"roleid"`
	RoleName string `json:"roleName"`
}

type rolesOut struct {
	envelope
	Roles []roleName `json:"roles"`
}

// roles lists the roles, or the one with an id.
func (a *api) roles(ctx context.Context, _ mall.Actor, in rolesIn) (*rolesOut, error) {
	all, err := a.Auth.Roles(ctx)
	if err != nil {
		return nil, err
	}
	out := &rolesOut{done("success"), []roleName{}}
	for _, r := range all {
		if in.RoleID == "" || in.RoleID == r.ID {
			out.Roles = append(out.Roles, roleName{r.ID, r.Name})
		}
	}
	return out, nil
}

type menuName struct {
	Name     string     `json:"name"`
	Children []menuName `json:"children,omitempty"`
}

type menuListOut struct {
	envelope
	RoleName string     `json:"roleName"`
	MenuList []menuName `json:"menuList"`
}

// menuList is the menu of the caller's role in two levels.
func (a *api) menuList(ctx context.Context, who mall.Actor, _ nothing) (*menuListOut, error) {
	id, err := a.roleOf(ctx, who)
	if err != nil {
		return nil, err
	}
	name := ""
	if id != "" {
		r, err := a.Auth.Role(ctx, id)
		if err != nil && !errors.Is(err, auth.ErrNoRole) {
			return nil, err
		}
		if r != nil {
			name = r.Name
		}
	}
	tree, err := a.Auth.MenuTree(ctx, id)
	if err != nil {
		return nil, err
	}
	return &menuListOut{done("success"), name, listed(tree, func(t auth.MenuTree) menuName {
		return menuName{t.Name, listed(t.Children, func(m auth.Menu) menuName { return menuName{Name: m.Name} })}
	})}, nil
}
