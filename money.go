package mall

import (
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// Money is an amount in fen (1/100 yuan). It is never a float.
type Money int64

// MaxMoney bounds every single amount that is accepted from outside: ten
// billion yuan. Sums of many stay far from the limits of int64.
const MaxMoney Money = 1_000_000_000_000

// ErrMoney is the error of ParseYuan.
var ErrMoney = E(Invalid, "money.invalid", "not an amount in yuan:")

// ParseYuan reads yuan with at most two decimals ("12", "12.3", "0.01").
// Signs, exponents, spaces, more decimals and amounts over MaxMoney are refused.
func ParseYuan(s string) (Money, error) {
	whole, frac, dot := strings.Cut(s, ".")
	if whole == "" || len(whole) > 11 || !digits(whole) || dot && (len(frac) < 1 || len(frac) > 2 || !digits(frac)) {
		if len(s) > 32 {
			s = s[:32]
		}
		return 0, ErrMoney.With(strings.ToValidUTF8(s, "?"))
	}
	n, _ := strconv.ParseInt(whole, 10, 64)
	f := int64(0)
	if dot {
		f, _ = strconv.ParseInt((frac + "0")[:2], 10, 64)
	}
	if m := Money(n*100 + f); m <= MaxMoney {
		return m, nil
	}
	return 0, ErrMoney.With(s)
}

func digits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// String prints yuan with two decimals: "12.30", "-0.05".
func (m Money) String() string {
	sign, u := "", uint64(m)
	if m < 0 {
		sign, u = "-", -uint64(m)
	}
	f := strconv.FormatUint(u%100, 10)
	if len(f) < 2 {
		f = "0" + f
	}
	return sign + strconv.FormatUint(u/100, 10) + "." + f
}

// Rate is a share in 1/10,000: 9500 is 95 %.
type Rate int64

// Whole is the Rate that changes nothing.
const Whole Rate = 10_000

// Of is the share r of m, rounded half up (away from zero) to the fen.
func (r Rate) Of(m Money) Money {
	if m < 0 {
		return -r.Of(-m)
	}
	q := mulDiv(uint64(m), uint64(r), uint64(Whole)/2, uint64(Whole))
	return Money(q)
}

// Floor is the share r of m, rounded down to the fen: commissions and values
// of points never exceed what they are a part of.
func (r Rate) Floor(m Money) Money { return Money(mulDiv(uint64(m), uint64(r), 0, uint64(Whole))) }

// mulDiv is (a*b+add)/d in 128 bits; the quotient must fit 64.
func mulDiv(a, b, add, d uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	lo, c := bits.Add64(lo, add, 0)
	q, _ := bits.Div64(hi+c, lo, d)
	return q
}

// Spread splits total over weights in their proportion so that the parts sum
// to it exactly: floors first, then one fen each by largest remainder, ties to
// the lower index. Negative weights count as zero; if all are zero, everything
// goes to the first part. Total must be ≥ 0.
func Spread(total Money, weights []int64) []Money {
	parts := make([]Money, len(weights))
	if len(weights) == 0 {
		return parts
	}
	var sum uint64
	for _, w := range weights {
		sum += uint64(max(w, 0))
	}
	if sum == 0 {
		parts[0] = total
		return parts
	}
	rest := total
	rem := make([]uint64, len(weights))
	for i, w := range weights {
		hi, lo := bits.Mul64(uint64(total), uint64(max(w, 0)))
		q, r := bits.Div64(hi, lo, sum)
		parts[i], rem[i] = Money(q), r
		rest -= Money(q)
	}
	for ; rest > 0; rest-- {
		best := 0
		for i := range rem {
			if rem[i] > rem[best] {
				best = i
			}
		}
		parts[best]++
		rem[best] = 0
	}
	return parts
}

// Portion is the part of total that falls on units from+1…to of n, such that
// consecutive portions add up to total whatever the steps.
func Portion(total Money, from, to, n int64) Money {
	if n <= 0 {
		return 0
	}
	return Money(mulDiv(uint64(total), uint64(to), 0, uint64(n)) - mulDiv(uint64(total), uint64(from), 0, uint64(n)))
}

// Calendar is the only source of days, weeks, months and years. The zero value
// is the calendar of Asia/Shanghai, a fixed zone of UTC+8 that needs no tzdata.
type Calendar struct{ zone *time.Location }

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// NewCalendar is a Calendar of another zone; nil means the default.
func NewCalendar(zone *time.Location) Calendar { return Calendar{zone} }

// Zone is the calendar's zone.
func (c Calendar) Zone() *time.Location {
	if c.zone == nil {
		return shanghai
	}
	return c.zone
}

// Day is the day of t as YYYY-MM-DD.
func (c Calendar) Day(t time.Time) string { return t.In(c.Zone()).Format(time.DateOnly) }

// ParseDay is the first moment of a day written YYYY-MM-DD.
func (c Calendar) ParseDay(day string) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, day, c.Zone())
	if err != nil {
		return time.Time{}, ErrInvalid.With("day")
	}
	return t, nil
}

// Span is a unit of the calendar: the natural day, week (from Monday), month or year.
type Span uint8

const (
	// Daily is the natural day.
	Daily Span = iota
	// Weekly is the week from Monday.
	Weekly
	// Monthly is the calendar month.
	Monthly
	// Yearly is the calendar year.
	Yearly
)

// Start is the first day, as YYYY-MM-DD, of the n spans that end with the one t lies in.
func (c Calendar) Start(t time.Time, s Span, n int) string {
	l := t.In(c.Zone())
	y, m, d := l.Date()
	n = max(n, 1) - 1
	switch s {
	case Weekly:
		d -= (int(l.Weekday())+6)%7 + 7*n
	case Monthly:
		m, d = m-time.Month(n), 1
	case Yearly:
		y, m, d = y-n, time.January, 1
	default:
		d -= n
	}
	return time.Date(y, m, d, 0, 0, 0, 0, c.Zone()).Format(time.DateOnly)
}

// Add is n spans after t by the calendar, at the same time of day in its zone:
// months and years end on the same day of the month, or on its last if that is
// missing there. It answers in the zone of t.
func (c Calendar) Add(t time.Time, s Span, n int) time.Time {
	l := t.In(c.Zone())
	y, m, d := l.Date()
	switch s {
	case Weekly:
		d += 7 * n
	case Monthly, Yearly:
		if s == Yearly {
			n *= 12
		}
		m += time.Month(n)
		d = min(d, time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day())
	default:
		d += n
	}
	return time.Date(y, m, d, l.Hour(), l.Minute(), l.Second(), l.Nanosecond(), c.Zone()).In(t.Location())
}
