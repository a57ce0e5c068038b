package bunrepo

import (
	"encoding/json"
	"errors"
	"strings"
)

// errPacked says that a packed row is not what selecting makes.
var errPacked = errors.New("storage: packed row cannot be read")

// unpack reads a JSON array of scalars, one for each cell, as SQLite writes it:
// without spaces. Texts without escapes are parts of the row's, not copies.
func unpack(row string, cells []cell) error {
	rest, last := row, byte('[')
	for _, c := range cells {
		if rest == "" || rest[0] != last {
			return errPacked
		}
		last = ','
		value, quoted, end, err := scalar(rest[1:])
		switch {
		case err != nil:
			return err
		case !quoted && value == "null":
			c.clear()
		default:
			if err := c.read(value); err != nil {
				return err
			}
		}
		rest = rest[1+end:]
	}
	if rest != "]" {
		return errPacked
	}
	return nil
}

// scalar is the value at the start of s, and where it ends.
func scalar(s string) (value string, quoted bool, end int, err error) {
	if s == "" || s[0] != '"' {
		for end < len(s) && s[end] != ',' && s[end] != ']' {
			end++
		}
		return s[:end], false, end, nil
	}
	if end = 1 + strings.IndexByte(s[1:], '"'); end > 0 && strings.IndexByte(s[:end], '\\') < 0 {
		return s[1:end], true, end + 1, nil
	}
	for end = 1; end < len(s) && s[end] != '"'; end++ {
		if s[end] == '\\' {
			end++
		}
	}
	if end >= len(s) {
		return "", true, 0, errPacked
	}
	value, err = unescaped(s[:end+1])
	return value, true, end + 1, err
}

func unescaped(quoted string) (text string, err error) {
	err = json.Unmarshal([]byte(quoted), &text)
	return text, err
}
