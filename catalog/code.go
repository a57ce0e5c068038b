package catalog

import (
	"strconv"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
)

// codeLength is the length of a public code: YYYYMMDDHHmmss and milliseconds.
const codeLength = 17

// IsCode says whether text has the form of a public code.
func IsCode(text string) bool {
	if len(text) != codeLength {
		return false
	}
	_, err := strconv.ParseUint(text, 10, 64)
	return err == nil
}

const codeSeconds = "20060102150405"

// CodeOf is a moment in the form of a public code: local time to the millisecond.
func CodeOf(c mall.Calendar, at time.Time) string {
	return strings.Replace(at.In(c.Zone()).Format(codeSeconds+".000"), ".", "", 1)
}

// nextCode is the public code of a moment in local time, or the millisecond
// after the last code given when that is later.
func nextCode(c mall.Calendar, at time.Time, last string) string {
	t := at.In(c.Zone())
	if len(last) == codeLength {
		l, err := time.ParseInLocation(codeSeconds, last[:len(codeSeconds)], c.Zone())
		ms, err2 := strconv.Atoi(last[len(codeSeconds):])
		if next := l.Add(time.Duration(ms+1) * time.Millisecond); err == nil && err2 == nil && next.After(t) {
			t = next
		}
	}
	return CodeOf(c, t)
}

// checkText refuses texts that are too short or too long, in characters.
func checkText(field, text string, least, most int) error {
	if n := len([]rune(text)); n < least || n > most {
		return mall.ErrInvalid.With(field)
	}
	return nil
}

// badURL says whether text is no address of a picture: http, https or a path.
func badURL(text string) bool {
	return len(text) > 1024 || strings.ContainsAny(text, " \t\r\n\"<>") ||
		!strings.HasPrefix(text, "http://") && !strings.HasPrefix(text, "https://") && !strings.HasPrefix(text, "/")
}
