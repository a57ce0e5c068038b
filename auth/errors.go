package auth

import "github.com/gomall-dev/mall"

var (
	// ErrNotRegistered says that nobody is known by this identity, number or name.
	ErrNotRegistered = mall.E(mall.NotFound, "auth.not_registered", "not registered yet")
	// ErrRegistered says that the identity, number or name has an account already.
	ErrRegistered = mall.E(mall.Conflict, "auth.registered", "registered already")
	// ErrMobileTaken says that the mobile number belongs to another account.
	ErrMobileTaken = mall.E(mall.Conflict, "auth.mobile_taken", "mobile number belongs to another account")
	// ErrPassword is one answer for an unknown name and a wrong password.
	ErrPassword = mall.E(mall.Denied, "auth.password", "wrong name or password")
	// ErrLocked says that too many logins failed; the lock ends by itself.
	ErrLocked = mall.E(mall.Limit, "auth.locked", "too many failed logins, try again later")
	// ErrDisabled says that the account may not sign in.
	ErrDisabled = mall.E(mall.Denied, "auth.disabled", "account is disabled")
	// ErrWeakPassword says that a new password is too short or too long.
	ErrWeakPassword = mall.E(mall.Invalid, "auth.weak_password", "password must have this many characters at least:")
	// ErrReferrer says that an invite code belongs to nobody.
	ErrReferrer = mall.E(mall.NotFound, "auth.referrer", "invite code belongs to nobody")
	// ErrRoot says that the root role cannot be changed or taken.
	ErrRoot = mall.E(mall.Denied, "auth.root", "only root may give or change this role")
	// ErrLastRoot says that the shop would be left without an account of role root.
	ErrLastRoot = mall.E(mall.State, "auth.last_root", "the last account of role root stays")
	// ErrAbove says that a role, or somebody's role, is not below the actor's own.
	ErrAbove = mall.E(mall.Denied, "auth.above", "role is not below the actor's own")
	// ErrGrant says that the actor does not hold a right that she would pass on.
	ErrGrant = mall.E(mall.Denied, "auth.grant", "only a right that one holds can be passed on:")
	// ErrNoRole says that there is no such role.
	ErrNoRole = mall.E(mall.NotFound, "auth.no_role", "no such role")
	// ErrRoleExists says that a role's id is taken.
	ErrRoleExists = mall.E(mall.Conflict, "auth.role_exists", "role exists already")
	// ErrRoleUsed says that accounts hold a role, or roles are below it.
	ErrRoleUsed = mall.E(mall.State, "auth.role_used", "role is in use")
	// ErrNoMenu says that there is no such menu, or that the actor does not see it.
	ErrNoMenu = mall.E(mall.NotFound, "auth.no_menu", "no such menu")
	// ErrMenuUsed says that menus are below a menu.
	ErrMenuUsed = mall.E(mall.State, "auth.menu_used", "menu has others below it")
	// ErrOpen says that an account cannot be erased while its argument is open.
	ErrOpen = mall.E(mall.State, "auth.open", "account cannot be erased, still open:")
)
