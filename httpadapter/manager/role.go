package manager

import (
	"context"
	"errors"
	"slices"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// What this file serves stands in no document; the original server has it, and
// management pages need it. Whoever acts does so on roles below the own one
// and passes on rights that she holds; root may everything.

// errRole says that a role is out of reach.
var errRole = mall.E(mall.Denied, "manager.role", "role is not below the own one")

// reached gives the errors of a change of roles their numbers.
func reached(err error) error {
	if errors.Is(err, auth.ErrAbove) || errors.Is(err, auth.ErrRoot) {
		return errRole.Because(err)
	}
	return err
}

type roleRow struct {
	RoleID   string    `json:"roleid"`
	RoleName string    `json:"roleName"`
	ParentID string    `json:"parentid"`
	Children []roleRow `json:"children,omitempty"`
}

type treeIn struct {
	RoleID string `in:"roleid"`
	Type   string `in:"type"` // "1" is the other form: flat, or for a role's menus the tree
}

type listOut struct {
	envelope
	Total int `json:"total"`
	Data  any `json:"data"`
}

// roleTree lists the roles with their parents, as a tree or with type=1 flat.
func (a *api) roleTree(ctx context.Context, _ mall.Actor, in treeIn) (*listOut, error) {
	all, err := a.Auth.Roles(ctx)
	if err != nil {
		return nil, err
	}
	rows := []roleRow{}
	if in.Type == "1" {
		for _, r := range all {
			rows = append(rows, roleRow{RoleID: r.ID, RoleName: r.Name, ParentID: r.Parent})
		}
	} else {
		rows = rolesBelow(all, "")
	}
	return &listOut{done("success"), len(all), rows}, nil
}

// rolesBelow are the subtrees below a role. The services keep the tree free
// of circles.
func rolesBelow(all []auth.Role, parent string) []roleRow {
	rows := []roleRow{}
	for _, r := range all {
		if r.Parent == parent {
			rows = append(rows, roleRow{r.ID, r.Name, r.Parent, rolesBelow(all, r.ID)})
		}
	}
	return rows
}

type saveRoleIn struct {
	RoleID   string  `in:"roleid,required"`
	RoleName *string `in:"roleName"`
	ParentID *string `in:"parentid"`
}

// addRole makes a role below the caller's, or further down.
func (a *api) addRole(ctx context.Context, who mall.Actor, in saveRoleIn) (any, error) {
	r := auth.Role{ID: in.RoleID}
	if in.RoleName != nil {
		r.Name = *in.RoleName
	}
	if in.ParentID != nil {
		r.Parent = *in.ParentID
	}
	return done("添加成功"), reached(a.Auth.AddRole(ctx, who, r))
}

// updateRole changes the name of a role, or its place.
func (a *api) updateRole(ctx context.Context, who mall.Actor, in saveRoleIn) (any, error) {
	return done("修改成功"), reached(a.Auth.ChangeRole(ctx, who, in.RoleID, auth.RoleChanges{Name: in.RoleName, Parent: in.ParentID}))
}

type roleIn struct {
	RoleID string `in:"roleid,required"`
}

// delRole deletes a role that nobody holds.
func (a *api) delRole(ctx context.Context, who mall.Actor, in roleIn) (any, error) {
	return done("删除成功"), reached(a.Auth.DeleteRole(ctx, who, in.RoleID))
}

type grantIn struct {
	RoleIDs string `in:"roleids,required"`
	Rights  string `in:"permission_ids"` // paths; none takes all away
}

// grantRole replaces the rights of roles by the paths given. With several
// roles those before a refusal have theirs.
func (a *api) grantRole(ctx context.Context, who mall.Actor, in grantIn) (any, error) {
	rights := append([]string{}, ids(in.Rights)...)
	known := a.rightPaths()
	for _, r := range rights {
		if !slices.ContainsFunc(known, func(p pathRow) bool { return p.Path == r }) {
			return nil, mall.ErrInvalid.With("permission_ids")
		}
	}
	for _, id := range ids(in.RoleIDs) {
		if err := a.Auth.ChangeRole(ctx, who, id, auth.RoleChanges{Rights: rights}); err != nil {
			return nil, reached(err)
		}
	}
	return done("授权成功"), nil
}

type pathRow struct {
	PermissionID string `json:"permissionId"` // the path: rights are paths
	Path         string `json:"path"`
	Desc         string `json:"desc"`
	Method       string `json:"method"`
}

// rightPaths are the paths that rights can be given to, in the order of the
// routes.
func (a *api) rightPaths() []pathRow {
	var rows []pathRow
	add := func(path, doc, verb string) {
		if !slices.ContainsFunc(rows, func(p pathRow) bool { return p.Path == path }) {
			rows = append(rows, pathRow{path, path, doc, verb})
		}
	}
	for _, l := range a.lines {
		if l.level == role && l.right == l.Path {
			add(l.Path, l.Doc, l.Verb)
		}
	}
	// Two paths that everybody may call on her own account, and staff with the
	// right on others'.
	add(auth.RightUpdateUser, "修改用户信息", "POST")
	add(auth.RightUpdatePassword, "修改用户密码", "POST")
	return rows
}

// permissionPaths lists the paths that can be granted.
func (a *api) permissionPaths(context.Context, mall.Actor, nothing) (*listOut, error) {
	rows := a.rightPaths()
	return &listOut{done("success"), len(rows), rows}, nil
}

// rolePermission lists the paths that a role may call.
func (a *api) rolePermission(ctx context.Context, _ mall.Actor, in roleIn) (*listOut, error) {
	r, err := a.Auth.Role(ctx, in.RoleID)
	if err != nil {
		return nil, err
	}
	who := mall.Actor{Rights: r.Rights}
	rows := slices.DeleteFunc(a.rightPaths(), func(p pathRow) bool { return !who.Has(p.Path) })
	return &listOut{done("success"), len(rows), rows}, nil
}

type assignIn struct {
	RoleID string `in:"roleid,required"`
	Unid   string `in:"unid,required"`
}

// assignRole gives somebody below the caller a role below the caller's; her
// sessions end.
func (a *api) assignRole(ctx context.Context, who mall.Actor, in assignIn) (any, error) {
	u, err := a.userBy(ctx, in.Unid, "")
	if err != nil {
		return nil, err
	}
	if u == nil {
		return nil, errUnknown
	}
	return done("分配成功"), reached(a.Auth.SetRole(ctx, who, u.ID, in.RoleID, ""))
}
