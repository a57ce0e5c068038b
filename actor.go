package mall

import "slices"

// Face is the documented API through which a session came in. A session is
// valid at its own face only.
type Face string

const (
	// FaceHost is the host program itself, calling services directly.
	FaceHost Face = "host"
	// FaceManager is the management back end.
	FaceManager Face = "manager"
	// FaceO2O is the user side of the O2O mini program.
	FaceO2O Face = "o2o"
	// FaceWXAPI is the API behind the apifm-wxapi SDK.
	FaceWXAPI Face = "wxapi"
)

// Actor says who acts. It is passed explicitly to every service method that
// needs to know, never hidden in a context. The zero Actor is an anonymous
// visitor.
type Actor struct {
	Account  ID       // zero: nobody signed in
	Session  ID       // zero: no session (the host, a sweep)
	Face     Face     // where the call came in
	Scope    string   // a narrower scope than the account's, "" for none
	Rights   []string // staff rights; only manager sessions and the host carry any
	Shop     ID       // the shop the actor works for, zero for the platform
	Operator ID       // the operating centre whose mini program is used
	AppID    string   // the mini program
	OpenID   string   // the visitor's id there
	UnionID  string   // the visitor's id across mini programs, "" if not known
	Addr     string   // the visitor's network address, for limits and logs
}

// RightAll is the right of root: it includes every other.
const RightAll = "*"

// System is the actor of sweeps and of the host's own code: it has every right.
func System() Actor { return Actor{Face: FaceHost, Rights: []string{RightAll}} }

// Has says whether the actor holds a staff right.
func (a Actor) Has(right string) bool {
	return slices.Contains(a.Rights, right) || slices.Contains(a.Rights, RightAll)
}

// Must is ErrDenied unless the actor holds the right, ErrUnauthenticated when
// nobody is signed in.
func (a Actor) Must(right string) error {
	switch {
	case a.Has(right):
		return nil
	case a.Account == 0:
		return ErrUnauthenticated
	}
	return ErrDenied
}

// Buyer is the account of a signed-in actor, else ErrUnauthenticated.
func (a Actor) Buyer() (ID, error) {
	if a.Account == 0 {
		return 0, ErrUnauthenticated
	}
	return a.Account, nil
}
