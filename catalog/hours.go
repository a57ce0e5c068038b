package catalog

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
)

// Hours are daily opening hours: seconds since midnight, From inside, To
// outside. To before From means over midnight: 22:00-02:00.
type Hours struct{ From, To int }

const secondsOfDay = 24 * 60 * 60

var clockTimes = regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::(\d{2}))? ?[-~–] ?(\d{1,2}):(\d{2})(?::(\d{2}))?$`)

// ParseHours reads "09:00-21:00", with or without seconds; 24:00 ends a day.
// It is false for every other text, and for hours of no length.
func ParseHours(text string) (Hours, bool) {
	m := clockTimes.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return Hours{}, false
	}
	from, ok := ofClock(m[1:4])
	to, also := ofClock(m[4:7])
	if !ok || !also || from == secondsOfDay || from == to {
		return Hours{}, false
	}
	return Hours{from, to}, true
}

// ofClock is the seconds of hours, minutes and maybe seconds.
func ofClock(parts []string) (int, bool) {
	n := [3]int{}
	for i, p := range parts {
		n[i], _ = strconv.Atoi(p) // digits, or empty for no seconds
	}
	s := n[0]*3600 + n[1]*60 + n[2]
	return s, n[1] < 60 && n[2] < 60 && s <= secondsOfDay
}

// Contains says whether a moment of a calendar's day lies within the hours.
func (h Hours) Contains(c mall.Calendar, at time.Time) bool {
	local := at.In(c.Zone())
	s := local.Hour()*3600 + local.Minute()*60 + local.Second()
	if h.From < h.To {
		return s >= h.From && s < h.To
	}
	return s >= h.From || s < h.To
}

// Clock is both ends as "10:30:00".
func (h Hours) Clock() (from, to string) { return clock(h.From), clock(h.To) }

func clock(s int) string {
	two := func(n int) string { return string([]byte{byte('0' + n/10), byte('0' + n%10)}) }
	return two(s/3600) + ":" + two(s/60%60) + ":" + two(s%60)
}

// usable is why goods cannot be bought at a moment though they are on sale:
// ErrNotValid outside their days of use, ErrHours outside their hours.
func (g *Goods) usable(c mall.Calendar, at time.Time) error {
	day := c.Day(at)
	if g.ValidFrom != "" && day < g.ValidFrom || g.ValidTo != "" && day > g.ValidTo {
		return ErrNotValid.With(g.Name)
	}
	if h, ok := ParseHours(g.Hours); ok && !h.Contains(c, at) {
		return ErrHours.With(g.Name)
	}
	return nil
}

// badTerm names the field of goods whose days or hours cannot be read.
func (g *Goods) badTerm() string {
	for _, d := range []struct{ field, day string }{{"validFrom", g.ValidFrom}, {"validTo", g.ValidTo}} {
		if _, err := time.Parse(time.DateOnly, d.day); d.day != "" && err != nil {
			return d.field
		}
	}
	if g.ValidTo != "" && g.ValidTo < g.ValidFrom {
		return "validTo"
	}
	if _, ok := ParseHours(g.Hours); g.Hours != "" && !ok {
		return "hours"
	}
	return ""
}
