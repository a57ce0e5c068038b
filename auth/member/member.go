// Package member holds membership levels: what a level is worth, who holds
// one until when, and through which grants.
package member

import (
	"time"

	"github.com/gomall-dev/mall"
)

// Level is a membership level (会员等级). Rebate is what its members pay of a
// price: 9500 is 95 %, mall.Whole changes nothing.
type Level struct {
	ID        mall.ID
	Name      string
	Rank      int // higher is better
	Sort      int
	Rebate    mall.Rate
	Active    bool
	CreatedAt time.Time
	UpdatedAt time.Time
	Since     time.Time // in answers of LevelOf: since when the account holds it
	ExpiresAt time.Time // in answers of LevelOf: when the account's hold ends, zero for never
}

// Grant is one reason why an account holds a level for some time. The end of
// a membership is computed from the grants that were not revoked, so taking
// one away never touches what others gave.
type Grant struct {
	ID        mall.ID
	Account   mall.ID
	Level     mall.ID
	Source    string // unique: what it was given for, "payment:12"
	Days      int    // length; 0 is for ever
	CreatedAt time.Time
	RevokedAt time.Time // zero while it stands
}
