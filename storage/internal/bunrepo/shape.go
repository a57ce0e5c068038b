package bunrepo

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/uptrace/bun/schema"

	"github.com/gomall-dev/mall"
)

// The hottest statements go past bun's models: finding the field of each value
// of each row, and building a statement's text only to take the literals out
// of it again, costs more than SQLite's own work. Their rows are read by
// scanEach and written by insert, their statements are in SQL. Which columns
// there are stands in the tags of the row structs all the same, and nowhere
// else.

// shape is what these statements know of a row struct, taken once from bun's
// reading of its tags.
type shape struct {
	table  string    // for INSERT, with its alias
	fields []*column // all, in the struct's order
	stored []*column // those of an INSERT: without what is computed, and without the key that the database gives
	packed bool      // see selecting
	texts  sync.Map  // what selecting and insertText have made, by what it was made of

	readers sync.Pool // of *reader of the row struct
}

// column is one column and its field.
type column struct {
	name     string
	at       []int
	computed bool // not stored, given by an expression
	cell     func(field reflect.Value) cell
	arg      func(field reflect.Value) (any, error)
}

// shapeOf is the shape of R. It panics, in every test that comes by, when R
// has a field of a type that no column holds.
func shapeOf[R any](s *Store) *shape {
	t := reflect.TypeFor[R]()
	if known, ok := s.shapes.Load(t); ok {
		return known.(*shape)
	}
	table := s.db.Table(t)
	sh := &shape{table: string(table.SQLName) + " AS " + string(table.SQLAlias), packed: !s.postgres()}
	for _, f := range table.FieldMap {
		sh.fields = append(sh.fields, columnOf(f))
		sh.packed = sh.packed && f.IndirectType.Kind() != reflect.Float64
	}
	slices.SortFunc(sh.fields, func(a, b *column) int { return slices.Compare(a.at, b.at) })
	for _, c := range sh.fields {
		if f := table.FieldMap[c.name]; !c.computed && !f.AutoIncrement {
			sh.stored = append(sh.stored, c)
		}
	}
	s.shapes.Store(t, sh)
	return sh
}

func columnOf(f *schema.Field) *column {
	c := &column{name: f.Name, at: f.Index, computed: f.Tag.HasOption("scanonly")}
	c.cell, c.arg = kindOf(f.StructField.Type)
	return c
}

// packedName is the name of the column that selecting makes on SQLite.
const packedName = "packed"

// selecting is the list of a SELECT that scanEach reads as an R: its columns
// of the table with an alias, and the expressions of those that are computed.
// The drivers of SQLite lock the connection for each value of each row, so
// there all values of a row come as one text, a JSON array. Fractions would
// lose digits in it: rows that have any come as they are. Computed are names
// and expressions in turn.
func selecting[R any](s *Store, alias string, computed ...string) string {
	sh := shapeOf[R](s)
	key := alias + strings.Join(computed, "=")
	if known, ok := sh.texts.Load(key); ok {
		return known.(string)
	}
	exprs := make([]string, len(sh.fields))
	for i, c := range sh.fields {
		exprs[i] = alias + `."` + c.name + `"`
		if c.computed {
			exprs[i] = computed[slices.Index(computed, c.name)+1]
			if !sh.packed {
				exprs[i] += ` AS "` + c.name + `"`
			}
		}
	}
	list := strings.Join(exprs, ", ")
	if sh.packed {
		list = "json_array(" + list + ") AS " + packedName
	}
	sh.texts.Store(key, list)
	return list
}

// scanEach calls add for each row that a query gave, and closes it. All rows
// are read into one and the same R: what add keeps must not point into it.
func scanEach[R any](s *Store, rows *sql.Rows, err error, add func(*R) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	return scanRows(s, rows, add)
}

// scanRows is scanEach for the result set that comes now, which it leaves open.
func scanRows[R any](s *Store, rows *sql.Rows, add func(*R) error) error {
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	sh := shapeOf[R](s)
	r := readerOf[R](sh)
	defer r.rest(sh)
	dest, err := r.dest(sh, names)
	if err != nil {
		return err
	}
	for rows.Next() {
		err := rows.Scan(dest...)
		if err == nil && dest[0] == &r.packed {
			err = unpack(r.packed, r.cells)
		}
		if err != nil {
			return err
		}
		if err := add(&r.row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// reader is a row struct with the cells of all its fields, in their order. To
// find and convert the fields costs more than reading a row, so readers are
// used again.
type reader[R any] struct {
	row    R
	cells  []cell
	packed string // the row on SQLite, see selecting
}

func readerOf[R any](sh *shape) *reader[R] {
	if rested, ok := sh.readers.Get().(*reader[R]); ok {
		return rested
	}
	r := &reader[R]{cells: make([]cell, len(sh.fields))}
	row := reflect.ValueOf(&r.row).Elem()
	for i, c := range sh.fields {
		r.cells[i] = c.cell(row.FieldByIndex(c.at))
	}
	return r
}

// rest keeps the reader for the next query, without what it has read.
func (r *reader[R]) rest(sh *shape) {
	var none R
	r.row, r.packed = none, ""
	sh.readers.Put(r)
}

// dest is where the columns with these names are scanned to.
func (r *reader[R]) dest(sh *shape, names []string) ([]any, error) {
	if len(names) == 1 && names[0] == packedName {
		return []any{&r.packed}, nil
	}
	dest := make([]any, len(names))
	for i, name := range names {
		at := i // where it mostly is
		if at >= len(sh.fields) || sh.fields[at].name != name {
			at = slices.IndexFunc(sh.fields, func(c *column) bool { return c.name == name })
		}
		if at < 0 {
			return nil, fmt.Errorf("storage: %T has no column %s", r.row, name)
		}
		dest[i] = r.cells[at]
	}
	return dest, nil
}

// scanAll makes a T of each row; room is for how many it makes room at first.
func scanAll[R, T any](s *Store, rows *sql.Rows, err error, room int64, made func(*R) T) ([]T, error) {
	all := make([]T, 0, min(room, maxRoom))
	err = scanEach(s, rows, err, func(r *R) error {
		all = append(all, made(r))
		return nil
	})
	return all, err
}

// maxRoom bounds the room that is made for rows which may not come.
const maxRoom = 100

// scanOne is the first row of a query; without one it is mall.ErrNotFound.
func scanOne[R any](s *Store, rows *sql.Rows, err error) (row R, _ error) {
	err = scanEach(s, rows, err, func(r *R) error {
		row = *r
		return errFirst
	})
	switch {
	case errors.Is(err, errFirst):
		return row, nil
	case err == nil:
		err = mall.ErrNotFound
	}
	return row, err
}

// errFirst ends the reading of rows after the first one.
var errFirst = errors.New("only the first row is wanted")
