// Package member holds membership levels: what a level is worth, who holds
// one until when, and through which grants.
package member

import (
	"slices"
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
	Active    bool              // false: nobody holds it, whatever they were given
	Ext       map[string]string // what the shop says of it, at most 20 entries; not in answers of LevelOf
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
	Term      Term   // how long; the zero Term is for ever
	CreatedAt time.Time
	RevokedAt time.Time // zero while it stands
}

// Term is a length of membership by the calendar of the shop; the zero Term is
// for ever.
type Term struct {
	N    int
	Unit mall.Span
}

// Days is a Term of n days.
func Days(n int) Term { return Term{N: n, Unit: mall.Daily} }

// maxTerms are the longest terms of each unit: a hundred years.
var maxTerms = map[mall.Span]int{mall.Daily: 36_500, mall.Weekly: 5_200, mall.Monthly: 1_200, mall.Yearly: 100}

// Valid says whether the term is for ever or at most a hundred years long.
func (t Term) Valid() bool { return t.N >= 0 && t.N <= maxTerms[t.Unit] }

// Span joins grants of one level: each begins when it was given or when the
// ones before it end, whichever is later. Since is the begin of the last
// unbroken run, until its end, zero for ever; ok is false without grants.
// Months and years that follow each other are counted from where the first of
// them began: one month and another from 31 January on end on 31 March.
func Span(c mall.Calendar, grants []Grant) (since, until time.Time, ok bool) {
	grants = slices.Clone(grants)
	slices.SortStableFunc(grants, func(a, b Grant) int { return a.CreatedAt.Compare(b.CreatedAt) })
	var first time.Time // where the months of the end are counted from
	months := 0
	for _, g := range grants {
		if ok && until.IsZero() {
			return since, until, true
		}
		if !ok || g.CreatedAt.After(until) {
			since, until, first, months = g.CreatedAt, g.CreatedAt, g.CreatedAt, 0
		}
		ok = true
		switch {
		case g.Term.N == 0:
			until = time.Time{}
		case g.Term.Unit == mall.Monthly, g.Term.Unit == mall.Yearly:
			n := g.Term.N
			if g.Term.Unit == mall.Yearly {
				n *= 12
			}
			months += n
			until = c.Add(first, mall.Monthly, months)
		default:
			until = c.Add(until, g.Term.Unit, g.Term.N)
			first, months = until, 0
		}
	}
	return since, until, ok
}
