package cms

import (
	"time"

	"github.com/gomall-dev/mall"
)

// RightContent is the staff right to write notices, banners and articles.
const RightContent = "cms.content"

// Visibility is the one rule of what the public sees: moderated in, within its
// time, in order of Sort.
type Visibility struct {
	Shown bool      // the moderation flag
	From  time.Time // shown from here on; zero: from the beginning
	Until time.Time // shown before this; zero: for ever
	Sort  int64     // ascending; equal ones newest first
}

// At says whether the public sees it at a moment. Repositories state the same
// rule in their queries.
func (v Visibility) At(t time.Time) bool {
	return v.Shown && !t.Before(v.From) && (v.Until.IsZero() || t.Before(v.Until))
}

func (v *Visibility) clean() error {
	if !v.Until.IsZero() && !v.Until.After(v.From) {
		return mall.ErrInvalid.With("until")
	}
	v.From, v.Until = v.From.UTC().Truncate(time.Millisecond), v.Until.UTC().Truncate(time.Millisecond)
	return nil
}

// Notice (公告) is a message of the shop to everybody, or to one account.
type Notice struct {
	ID      mall.ID
	Shop    mall.ID // zero: the platform
	Account mall.ID // who alone may see it; zero: everybody
	Type    string  // free label of the group, may be empty
	Title   string
	Content string // HTML
	Remind  bool   // clients pop it up
	Visibility
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Link types of a Banner.
const (
	LinkPage        = 0 // Link is a page of the client itself
	LinkMiniProgram = 1 // Link is a path in the mini program AppID
)

// Banner is a picture with a link.
type Banner struct {
	ID       mall.ID
	Shop     mall.ID // zero: the platform
	Type     string  // free label of the group: "index", "app"
	Title    string
	Picture  string // URL
	Link     string // page or path, may be empty
	LinkType int    // LinkPage or LinkMiniProgram
	AppID    string // the other mini program's
	Remark   string
	Business mall.ID // id of the thing it advertises, zero for none
	Visibility
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Filter narrows lists of notices and banners; zero fields do not.
type Filter struct {
	Type    string
	Shop    mall.ID
	Visible time.Time // only what the public sees at this moment
	Account mall.ID   // with Visible: also what is meant for this account alone
}
