package site

import (
	"time"

	"github.com/gomall-dev/mall"
)

// RightSettings is the staff right to read and write settings and ad positions.
const RightSettings = "site.settings"

// Access says who may read a setting.
type Access uint8

const (
	// Private settings are read by the program and by staff. It is the zero value.
	Private Access = iota
	// Public settings are read by everybody.
	Public
	// Secret settings are read by the program alone: no list holds them, and
	// staff can overwrite but not read them.
	Secret
)

// Setting is one parameter of the shop. Values are text; switches are "0" and
// "1", amounts are in yuan.
type Setting struct {
	Key       string // 1 to 64 letters, digits, "_", "-", "."; case matters
	Value     string // at most 64 KiB
	Remark    string
	Access    Access
	UpdatedAt time.Time
}

// AdPosition (广告位) is a named place with a picture and a link.
type AdPosition struct {
	Key       string // as a setting's
	Picture   string // URL
	Link      string // may be empty
	Shown     bool   // hidden ones do not exist for the public
	UpdatedAt time.Time
}

// Statistics are the counters of the site.
type Statistics struct {
	AppID     string // the site's own mini program, may be empty
	FileBytes int64
	FileCount int64
	Capacity  int64 // bytes that files may take in all, zero: no limit
}

var (
	// ErrNone says that there is no such setting or ad position, or none that
	// the actor may see.
	ErrNone = mall.E(mall.NotFound, "site.none", "not set")
	// ErrKey says that a key is malformed.
	ErrKey = mall.E(mall.Invalid, "site.key", "malformed key")
)
