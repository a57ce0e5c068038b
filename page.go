package mall

import "context"

// ID is the number of a row. Ids are given by the database and start at 1;
// zero means none. Dialects that print other forms convert at their edge.
type ID int64

// Page is a window on a list.
type Page struct {
	Offset int64 // rows left out, ≥ 0
	Limit  int64 // rows wanted at most, ≥ 1
}

const (
	// DefaultLimit is the length of a page when the caller names none.
	DefaultLimit = 20
	// MaxLimit is the longest page that a list gives; longer wishes are cut to it.
	MaxLimit = 100
	// MaxOffset bounds how far an offset list can be walked; Each has no such end.
	MaxOffset = 1_000_000
)

// NumberedPage is the page with a 1-based number and a size; numbers and sizes
// out of range are brought to the nearest sensible value. A number whose rows
// would start beyond MaxOffset gives an empty page there.
func NumberedPage(number, size int64) Page {
	if size <= 0 {
		size = DefaultLimit
	}
	size = min(size, MaxLimit)
	number = max(number, 1) - 1
	if number > MaxOffset/size {
		return Page{Offset: MaxOffset, Limit: size}
	}
	return Page{Offset: number * size, Limit: size}
}

// Clean brings a Page into its bounds.
func (p Page) Clean() Page {
	if p.Limit <= 0 {
		p.Limit = DefaultLimit
	}
	return Page{Offset: min(max(p.Offset, 0), MaxOffset), Limit: min(p.Limit, MaxLimit)}
}

// Slice is one page of a list with the number of all rows. Total is exact
// unless AtLeast is set: then counting stopped there and there are more.
type Slice[T any] struct {
	Items   []T
	Total   int64
	AtLeast bool
}

// allLimit is how many rows All asks for at a time.
const allLimit = 500

// All reads everything that belongs to somebody, in parts of a bounded length.
// each gives up to limit rows of owner whose ids are over after, lowest first,
// and id is a row's. It ends when there are no more: rows that are added
// meanwhile push none out and double none, and no list is too long. A list
// without rows is empty, not nil.
func All[T any](ctx context.Context, owner ID, each func(ctx context.Context, owner, after ID, limit int64) ([]T, error), id func(T) ID) ([]T, error) {
	all := []T{}
	for after := ID(0); ; {
		part, err := each(ctx, owner, after, allLimit)
		if err != nil {
			return nil, err
		}
		if len(part) == 0 {
			return all, nil
		}
		all = append(all, part...)
		after = id(part[len(part)-1])
	}
}
