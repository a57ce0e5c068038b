package manager

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
)

// Layouts of moments, in the shop's zone. Each chapter has its own.
const (
	layoutSlash = "2006/01/02 15:04:05" // users, logs, students
	layoutComma = "2006-01-02,15:04:05" // categories, goods
	layoutDash  = "2006-01-02 15:04:05" // orders, carts
)

// when is a moment in one of the layouts, empty for none.
func (a *api) when(layout string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(a.Calendar.Zone()).Format(layout)
}

// maybe is a text, null when it is empty.
func maybe(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// objectID prints a number as the 24 hexadecimal digits of "_id".
func objectID(id mall.ID) string { return fmt.Sprintf("%024x", uint64(id)) }

// yuan prints fen as a number in yuan.
type yuan mall.Money

// MarshalJSON writes two decimals at most: 0.01, 12.5, 30.
func (y yuan) MarshalJSON() ([]byte, error) {
	text := mall.Money(y).String()
	return []byte(strings.TrimSuffix(strings.TrimRight(text, "0"), ".")), nil
}

// listed makes wire rows, [] for none.
func listed[T, Out any](items []T, row func(T) Out) []Out {
	out := make([]Out, len(items))
	for i, it := range items {
		out[i] = row(it)
	}
	return out
}

// window is the page that page and count ask for. Without a count everything
// is wanted: that is cut at maxRows, and the answer's total says what there is.
type window struct {
	Page  string `in:"page"`
	Count string `in:"count"`
}

// maxRows is the longest list in one answer.
const maxRows = 1000

// rows are the page's first row and its length. Clients send empty texts for
// what was not chosen.
func (w window) rows() (offset, limit int64, err error) {
	page, err := whole("page", w.Page, 1)
	if err != nil {
		return 0, 0, err
	}
	limit, err = whole("count", w.Count, maxRows)
	limit = min(limit, maxRows)
	return min(page-1, mall.MaxOffset/limit) * limit, limit, err
}

// whole reads a number of at least 1, def when there is none.
func whole(field, text string, def int64) (int64, error) {
	if text == "" {
		return def, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return 1, mall.ErrInvalid.With(field)
	}
	return n, nil
}

// gather reads rows offset…offset+limit of a list in pages as services give them.
func gather[T any](offset, limit int64, list func(mall.Page) (mall.Slice[T], error)) (all mall.Slice[T], err error) {
	for first := true; first || limit > 0; first = false {
		page := mall.Page{Offset: offset, Limit: min(limit, mall.MaxLimit)}
		got, err := list(page)
		if err != nil {
			return all, err
		}
		all.Items, all.Total, all.AtLeast = append(all.Items, got.Items...), got.Total, got.AtLeast
		n := int64(len(got.Items))
		if n < page.Limit {
			break
		}
		offset, limit = offset+n, limit-n
	}
	return all, nil
}

// ids splits a list of numbers as clients write it: "1198,16843", or the JSON
// text of an array. Empty parts are left out, doubled ones count once.
func ids(text string) []string {
	var out []string
	seen := map[string]bool{}
	for part := range strings.SplitSeq(strings.Trim(text, "[]"), ",") {
		part = strings.Trim(part, "\" \n\t")
		if part != "" && !seen[part] {
			seen[part] = true
			out = append(out, part)
		}
	}
	return out
}

// told gives an error of a room the number and the text that the chapter at
// hand has for it; other errors stay as they are.
func told(err error, is, as *mall.Error) error {
	if errors.Is(err, is) {
		return as.Because(err)
	}
	return err
}
