package auth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
)

// Staff rights over roles and menus.
const (
	RightAddRole     = "/role/addRole"
	RightUpdateRole  = "/role/updateRole"
	RightDeleteRole  = "/role/delRole"
	RightGrantRole   = "/role/grantRole"
	RightAssignRole  = "/role/roleAssignment"
	RightAddMenu     = "/menus/addMenus"
	RightUpdateMenu  = "/menus/updateMenus"
	RightDeleteMenu  = "/menus/delMenus"
	RightAssignMenus = "/menus/assignmentMenu"
)

// RoleRepository keeps roles with their rights and menus. Writes need a
// running mall.Tx.Do.
type RoleRepository interface {
	// Role is a role with its rights; mall.ErrNotFound.
	Role(ctx context.Context, id string) (*Role, error)
	// Roles are all roles by id, without their rights.
	Roles(ctx context.Context) ([]Role, error)
	// InsertRole stores a new role with its rights; mall.ErrConflict when its
	// id is taken.
	InsertRole(ctx context.Context, r Role) error
	// SaveRole stores a role and replaces its rights.
	SaveRole(ctx context.Context, r Role) error
	// HoldRole writes the row of a role as it is, so that other writers of it
	// wait until the transaction ends, and says whether it is there.
	HoldRole(ctx context.Context, id string) (bool, error)
	// DeleteRole deletes a role with its rights and menus.
	DeleteRole(ctx context.Context, id string) error
	// RoleUsed says whether an account holds the role or a role is below it.
	RoleUsed(ctx context.Context, id string) (bool, error)
	// Holders counts the accounts of a role that may sign in.
	Holders(ctx context.Context, role string) (int, error)

	// Menus are all menus: by parent, then sort, then id.
	Menus(ctx context.Context) ([]Menu, error)
	// SaveMenu stores a menu, a new one when its ID is 0, which it then gets.
	SaveMenu(ctx context.Context, m *Menu) error
	// DeleteMenu deletes a menu and takes it from all roles.
	DeleteMenu(ctx context.Context, id mall.ID) error
	// RoleMenus are the menus assigned to a role, by id.
	RoleMenus(ctx context.Context, role string) ([]mall.ID, error)
	// SetRoleMenus replaces the menus of a role.
	SetRoleMenus(ctx context.Context, role string, menus []mall.ID) error
}

const (
	maxRoles  = 1000
	maxRights = 1000
)

// Role is a role with its rights; ErrNoRole.
func (s *Service) Role(ctx context.Context, id string) (*Role, error) {
	r, err := s.d.Repository.Role(ctx, id)
	if errors.Is(err, mall.ErrNotFound) {
		return nil, ErrNoRole.Because(err)
	}
	return r, err
}

// Roles are all roles by id, without their rights.
func (s *Service) Roles(ctx context.Context) ([]Role, error) { return s.d.Repository.Roles(ctx) }

// AddRole stores a new role, by default below the actor's own: it stands
// there or further down, and its rights are rights that the actor holds.
// Without a name it is called by its id. ErrRoleExists.
func (s *Service) AddRole(ctx context.Context, who mall.Actor, r Role) error {
	if err := who.Must(RightAddRole); err != nil {
		return err
	}
	if r.Name == "" {
		r.Name = r.ID
	}
	return s.changeRoles(ctx, who, func(ctx context.Context, t tree) error {
		if r.Parent == "" {
			r.Parent = t.mine
		}
		if !t.mayPut(r.Parent) {
			return ErrAbove
		}
		if len(t.parents) >= maxRoles {
			return mall.ErrInvalid.With("roleid")
		}
		if err := r.check(); err != nil {
			return err
		}
		if err := passOn(who, nil, r.Rights); err != nil {
			return err
		}
		err := s.d.Repository.InsertRole(ctx, r)
		if errors.Is(err, mall.ErrConflict) {
			return ErrRoleExists.Because(err)
		}
		if err != nil {
			return err
		}
		return s.logRole(ctx, who, nil, &r)
	})
}

// RoleChanges are the parts of a role to change; nil leaves a part.
type RoleChanges struct {
	Name, Parent *string
	Rights       []string // replaces all when not nil
}

// ChangeRole changes a role below the actor's own. Rights that it gets are
// rights that the actor holds; those that it has may stay or go. Rights need
// RightGrantRole, the rest RightUpdateRole. The root role stays as it is. The
// change holds for the next request of everybody who has the role.
func (s *Service) ChangeRole(ctx context.Context, who mall.Actor, id string, c RoleChanges) error {
	for right, needed := range map[string]bool{RightGrantRole: c.Rights != nil, RightUpdateRole: c.Rights == nil || c.Name != nil || c.Parent != nil} {
		if err := who.Must(right); needed && err != nil {
			return err
		}
	}
	if id == RoleRoot {
		return ErrRoot
	}
	return s.changeRoles(ctx, who, func(ctx context.Context, t tree) error {
		old, err := s.Role(ctx, id)
		if err != nil {
			return err
		}
		if !t.mayTouch(id) {
			return ErrAbove
		}
		next := *old
		if c.Name != nil {
			next.Name = *c.Name
		}
		if c.Parent != nil {
			if !t.mayPut(*c.Parent) || *c.Parent == id || t.below(*c.Parent, id) {
				return ErrAbove
			}
			next.Parent = *c.Parent
		}
		if c.Rights != nil {
			next.Rights = c.Rights
		}
		if err := next.check(); err != nil {
			return err
		}
		if err := passOn(who, old.Rights, next.Rights); err != nil {
			return err
		}
		if err := s.d.Repository.SaveRole(ctx, next); err != nil {
			return err
		}
		return s.logRole(ctx, who, old, &next)
	})
}

// DeleteRole deletes a role below the actor's own that nobody holds and that
// no role is below; else ErrRoleUsed.
func (s *Service) DeleteRole(ctx context.Context, who mall.Actor, id string) error {
	if err := who.Must(RightDeleteRole); err != nil {
		return err
	}
	if id == RoleRoot {
		return ErrRoot
	}
	return s.changeRoles(ctx, who, func(ctx context.Context, t tree) error {
		old, err := s.Role(ctx, id)
		if err != nil {
			return err
		}
		if !t.mayTouch(id) {
			return ErrAbove
		}
		// Deleting comes first: it waits for those who are just giving the role
		// to somebody, and then sees them.
		if err := s.d.Repository.DeleteRole(ctx, id); err != nil {
			return err
		}
		used, err := s.d.Repository.RoleUsed(ctx, id)
		if err != nil {
			return err
		}
		if used {
			return ErrRoleUsed
		}
		return s.logRole(ctx, who, old, nil)
	})
}

// changeRoles runs a change of roles or menus in a transaction. Such changes
// go one after the other: each takes root's row first.
func (s *Service) changeRoles(ctx context.Context, who mall.Actor, change func(context.Context, tree) error) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if _, err := s.d.Repository.HoldRole(ctx, RoleRoot); err != nil {
			return err
		}
		t, err := s.tree(ctx, who)
		if err != nil {
			return err
		}
		return change(ctx, t)
	})
}

// tree is the tree of roles with an actor's place in it.
type tree struct {
	mine    string // the actor's role
	root    bool   // the actor has every right
	parents map[string]string
}

func (s *Service) tree(ctx context.Context, who mall.Actor) (tree, error) {
	t := tree{root: who.Has(mall.RightAll), parents: map[string]string{}}
	roles, err := s.d.Repository.Roles(ctx)
	if err != nil {
		return t, err
	}
	for _, r := range roles {
		t.parents[r.ID] = r.Parent
	}
	if t.root {
		t.mine = RoleRoot
		return t, nil
	}
	a, err := s.d.Repository.Get(ctx, who.Account)
	if errors.Is(err, mall.ErrNotFound) {
		return t, nil
	}
	if err == nil {
		t.mine = a.Role
	}
	return t, err
}

// below says whether a role stands below another one.
func (t tree) below(role, top string) bool {
	for range t.parents {
		role = t.parents[role]
		if role == "" {
			return false
		}
		if role == top {
			return true
		}
	}
	return false
}

// mayTouch says whether the actor may change a role or somebody who has it:
// roles below the own one, and no role at all.
func (t tree) mayTouch(role string) bool { return t.root || role == "" || t.below(role, t.mine) }

// mayPut says whether the actor may put a role below parent.
func (t tree) mayPut(parent string) bool {
	_, there := t.parents[parent]
	return there && (parent == t.mine || t.mayTouch(parent))
}

// over is ErrAbove unless the actor's role stands above role; everybody
// stands above no role.
func (s *Service) over(ctx context.Context, who mall.Actor, role string) error {
	if role == "" || who.Has(mall.RightAll) {
		return nil
	}
	t, err := s.tree(ctx, who)
	if err == nil && !t.mayTouch(role) {
		return ErrAbove
	}
	return err
}

// keepsRoot is ErrLastRoot when the account is the last one of role root that
// may sign in; the host may do without. It takes root's row, so that two
// cannot leave together.
func (s *Service) keepsRoot(ctx context.Context, who mall.Actor, a *Account) error {
	if a.Role != RoleRoot || a.Status != Active || who.Account == 0 {
		return nil
	}
	if _, err := s.d.Repository.HoldRole(ctx, RoleRoot); err != nil {
		return err
	}
	n, err := s.d.Repository.Holders(ctx, RoleRoot)
	if err == nil && n < 2 {
		return ErrLastRoot
	}
	return err
}

// check bounds a role. Rights are paths; RightAll is root's only.
func (r Role) check() error {
	switch {
	case r.ID == "" || short("roleid", r.ID, maxName) != nil:
		return mall.ErrInvalid.With("roleid")
	case r.Name == "" || short("roleName", r.Name, maxName) != nil:
		return mall.ErrInvalid.With("roleName")
	case len(r.Rights) > maxRights:
		return mall.ErrInvalid.With("rights")
	}
	for _, p := range r.Rights {
		if !strings.HasPrefix(p, "/") || short("rights", p, maxText) != nil {
			return mall.ErrInvalid.With("rights")
		}
	}
	return nil
}

// passOn is ErrGrant when next has a right beyond old that the actor lacks.
func passOn(who mall.Actor, old, next []string) error {
	for _, right := range next {
		if !slices.Contains(old, right) && !who.Has(right) {
			return ErrGrant.With(right)
		}
	}
	return nil
}

// logRole logs a change of a role, nil for none, and tells of it.
func (s *Service) logRole(ctx context.Context, who mall.Actor, from, to *Role) error {
	e := AuditEntry{Actor: who.Account, Face: who.Face, Addr: who.Addr, Field: "roles", From: from.text(), To: to.text(), At: s.now()}
	if err := s.d.Repository.Audit(ctx, e); err != nil {
		return err
	}
	id := ""
	for _, r := range []*Role{from, to} {
		if r != nil {
			id = r.ID
		}
	}
	return s.emit(ctx, "role.changed", 0, map[string]any{"role": id, "by": who.Account}, e.At)
}

func (r *Role) text() string {
	if r == nil {
		return ""
	}
	return r.ID + " " + r.Name + " < " + r.Parent + ": " + strings.Join(r.Rights, " ")
}

// SetRole gives an account another role, "" for none. Root may; others need
// RightAssignRole, and both the former and the new role must stand below
// their own. The account's sessions end. The reason is kept.
func (s *Service) SetRole(ctx context.Context, who mall.Actor, account mall.ID, role, reason string) error {
	if !who.Has(RightAssignRole) {
		return ErrRoot
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		a, err := s.d.Repository.Get(ctx, account)
		if err != nil {
			return err
		}
		return s.setRole(ctx, who, a, role, reason, s.now())
	})
}

// setRole does it inside the running Do.
func (s *Service) setRole(ctx context.Context, who mall.Actor, a *Account, role, reason string, now time.Time) error {
	if role == RoleRoot && !who.Has(mall.RightAll) {
		return ErrRoot
	}
	for _, r := range []string{a.Role, role} {
		if err := s.over(ctx, who, r); err != nil {
			return err
		}
	}
	if role != RoleRoot {
		if err := s.keepsRoot(ctx, who, a); err != nil {
			return err
		}
	}
	if err := s.holdRole(ctx, role); err != nil {
		return err
	}
	ok, err := s.d.Repository.SetRole(ctx, a.ID, a.Role, role, now)
	if err != nil {
		return err
	}
	if !ok {
		return mall.ErrConflict.With("role")
	}
	// A narrower role must not go on working in sessions that others hold open.
	if err := s.d.Sessions.CloseAll(ctx, a.ID, 0); err != nil {
		return err
	}
	return s.audit(ctx, who, AuditEntry{Account: a.ID, Field: "role", From: a.Role, To: role, Reason: reason, At: now})
}

// holdRole is ErrNoRole unless the role is there; it stays until the
// transaction ends.
func (s *Service) holdRole(ctx context.Context, role string) error {
	if role == "" {
		return nil
	}
	ok, err := s.d.Repository.HoldRole(ctx, role)
	if err == nil && !ok {
		return ErrNoRole
	}
	return err
}
