package bunrepo

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
)

// cell is a field of a row struct that is read from a column: from a driver's
// value by Scan, from a value in text by read. NULL is the zero value.
type cell interface {
	sql.Scanner
	read(text string) error
	clear()
}

// kindOf is how a field of a type is read from a column and written to one:
// whole numbers, texts, flags, fractions, pointers to them for columns that may
// be NULL, and everything else as JSON in a text.
func kindOf(t reflect.Type) (of func(reflect.Value) cell, arg func(reflect.Value) (any, error)) {
	switch t.Kind() {
	case reflect.Int64:
		return cellOf[wholeCell], func(v reflect.Value) (any, error) { return v.Int(), nil }
	case reflect.Int:
		return cellOf[intCell], func(v reflect.Value) (any, error) { return v.Int(), nil }
	case reflect.String:
		return cellOf[textCell], func(v reflect.Value) (any, error) { return v.String(), nil }
	case reflect.Bool:
		return cellOf[flagCell], func(v reflect.Value) (any, error) { return v.Bool(), nil }
	case reflect.Float64:
		return cellOf[fractionCell], func(v reflect.Value) (any, error) { return v.Float(), nil }
	case reflect.Pointer:
		elem, value := kindOf(t.Elem())
		return func(v reflect.Value) cell { return nullCell{v, elem} }, func(v reflect.Value) (any, error) {
			if v.IsNil() {
				return nil, nil
			}
			return value(v.Elem())
		}
	case reflect.Slice, reflect.Map, reflect.Struct:
		if t == reflect.TypeFor[[]byte]() || t == reflect.TypeFor[json.RawMessage]() {
			break // no column holds bytes, and JSON is kept as text
		}
		return jsonCellOf(t), jsonArg
	}
	panic(fmt.Sprintf("storage: no column holds a %s", t))
}

// cellOf is a field seen as a C, the type with the same representation that
// is a cell.
func cellOf[C any, P interface {
	*C
	cell
}](v reflect.Value) cell {
	return v.Addr().Convert(reflect.TypeFor[*C]()).Interface().(P)
}

type (
	wholeCell    int64
	intCell      int
	textCell     string
	flagCell     bool
	fractionCell float64
)

func (c *wholeCell) clear()    { *c = 0 }
func (c *intCell) clear()      { *c = 0 }
func (c *textCell) clear()     { *c = "" }
func (c *flagCell) clear()     { *c = false }
func (c *fractionCell) clear() { *c = 0 }

func (c *wholeCell) read(text string) error {
	n, err := strconv.ParseInt(text, 10, 64)
	*c = wholeCell(n)
	return err
}

func (c *intCell) read(text string) error {
	n, err := strconv.Atoi(text)
	*c = intCell(n)
	return err
}

func (c *textCell) read(text string) error {
	*c = textCell(text)
	return nil
}

func (c *flagCell) read(text string) error {
	b, err := strconv.ParseBool(text)
	*c = flagCell(b)
	return err
}

func (c *fractionCell) read(text string) error {
	f, err := strconv.ParseFloat(text, 64)
	*c = fractionCell(f)
	return err
}

// Scan takes whole numbers; sums come as text from PostgreSQL.
func (c *wholeCell) Scan(src any) error {
	if n, ok := src.(int64); ok {
		*c = wholeCell(n)
		return nil
	}
	return readValue(c, src)
}

// Scan takes whole numbers.
func (c *intCell) Scan(src any) error {
	if n, ok := src.(int64); ok {
		*c = intCell(n)
		return nil
	}
	return readValue(c, src)
}

// Scan takes texts.
func (c *textCell) Scan(src any) error { return readValue(c, src) }

// Scan takes truth values and SQLite's 0 and 1.
func (c *flagCell) Scan(src any) error {
	switch src := src.(type) {
	case int64:
		*c = src != 0
		return nil
	case bool:
		*c = flagCell(src)
		return nil
	}
	return readValue(c, src)
}

// Scan takes fractions, and the whole numbers as which SQLite may keep them.
func (c *fractionCell) Scan(src any) error {
	if f, ok := src.(float64); ok {
		*c = fractionCell(f)
		return nil
	}
	return readValue(c, src)
}

// readValue reads a driver's value of whatever type.
func readValue(c cell, src any) error {
	switch src := src.(type) {
	case nil:
		c.clear()
		return nil
	case string:
		return c.read(src)
	case []byte:
		return c.read(string(src))
	}
	return c.read(fmt.Sprint(src))
}

// nullCell is a pointer: nil for NULL, else a new value each time, so that one
// row's is not the next one's.
type nullCell struct {
	field reflect.Value
	elem  func(reflect.Value) cell
}

func (c nullCell) clear() { c.field.SetZero() }

func (c nullCell) value() cell {
	made := reflect.New(c.field.Type().Elem())
	c.field.Set(made)
	return c.elem(made.Elem())
}

func (c nullCell) read(text string) error { return c.value().read(text) }

// Scan takes what the value takes.
func (c nullCell) Scan(src any) error {
	if src == nil {
		c.clear()
		return nil
	}
	return c.value().Scan(src)
}

// jsonCell is a value stored as JSON in a text.
type jsonCell struct {
	field reflect.Value
	empty reflect.Value // the list without elements, of which there is one for all
}

func jsonCellOf(t reflect.Type) func(reflect.Value) cell {
	var empty reflect.Value
	if t.Kind() == reflect.Slice {
		empty = reflect.MakeSlice(t, 0, 0)
	}
	return func(v reflect.Value) cell { return jsonCell{v, empty} }
}

func (c jsonCell) clear() { c.field.SetZero() }

// Scan takes texts.
func (c jsonCell) Scan(src any) error { return readValue(c, src) }

// read decodes into a new value each time. Most lists are empty, and the short
// ones of digits that stand in every row of goods need no decoder.
func (c jsonCell) read(text string) error {
	if text == "[]" && c.empty.IsValid() {
		c.field.Set(c.empty)
		return nil
	}
	c.clear()
	into := c.field.Addr().Interface()
	if list, ok := into.(*[]int); ok {
		if *list = digits(text); *list != nil {
			return nil
		}
	}
	return json.Unmarshal([]byte(text), into)
}

// digits reads a list of single digits, "[0,1,2]"; nil when it is none.
func digits(text string) []int {
	if len(text) < 3 || len(text)%2 == 0 || text[0] != '[' || text[len(text)-1] != ']' {
		return nil
	}
	list := make([]int, 0, len(text)/2)
	for i := 1; i < len(text); i += 2 {
		last := i+2 == len(text)
		if text[i] < '0' || text[i] > '9' || !last && text[i+1] != ',' {
			return nil
		}
		list = append(list, int(text[i]-'0'))
	}
	return list
}

func jsonArg(v reflect.Value) (any, error) {
	switch {
	case v.Kind() == reflect.Slice && !v.IsNil() && v.Len() == 0:
		return "[]", nil
	case v.Kind() == reflect.Map && !v.IsNil() && v.Len() == 0:
		return "{}", nil
	}
	b, err := json.Marshal(v.Interface())
	return string(b), err
}
