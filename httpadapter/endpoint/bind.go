package endpoint

import (
	"encoding/json"
	"fmt"
	"mime/multipart"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gomall-dev/mall"
)

// plan says how to fill a request struct; it is made once per type.
type plan struct {
	fields []planned
	file   bool // takes an uploaded file
}

type planned struct {
	name     string
	index    []int
	required bool
	set      func(v reflect.Value, text string) bool // nil: an uploaded file
}

var plans sync.Map // reflect.Type → *plan

// Bind fills the struct that dst points to from the fields of a request, by
// tags `in:"name[,required][,json]"` on its fields, embedded structs included:
//
//	string, bool (true false 1 0), int, int64, float64, mall.ID
//	mall.Money                 yuan with at most two decimals
//	*T of these                nil when the field is absent
//	[]string, []mall.ID        a comma list; empty parts are left out
//	any type with ",json"      JSON text decoded into it
//	*multipart.FileHeader      an uploaded file
//
// A field is absent when it is missing or absent says so of its text. Numbers
// are strict: no exponents, no spaces, nothing out of range. Errors name the
// field.
func Bind(dst any, f Fields, absent func(text string) bool) error {
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("endpoint: Bind needs a pointer to a struct, not %T", dst)
	}
	p, err := planFor(v.Elem().Type())
	if err != nil {
		return err
	}
	return p.bind(dst, source{fields: f, absent: absent})
}

func planOf[Req any]() (*plan, error) { return planFor(reflect.TypeFor[Req]()) }

func planFor(t reflect.Type) (*plan, error) {
	if p, ok := plans.Load(t); ok {
		return p.(*plan), nil
	}
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("request type %s is no struct", t)
	}
	p := &plan{}
	if err := p.add(t, nil); err != nil {
		return nil, err
	}
	plans.Store(t, p)
	return p, nil
}

func (p *plan) add(t reflect.Type, at []int) error {
	for i := range t.NumField() {
		sf := t.Field(i)
		index := append(slices.Clone(at), i)
		tag, ok := sf.Tag.Lookup("in")
		if !ok {
			if sf.Anonymous && sf.Type.Kind() == reflect.Struct {
				if err := p.add(sf.Type, index); err != nil {
					return err
				}
			}
			continue
		}
		if !sf.IsExported() {
			return fmt.Errorf("field %s.%s has a tag but is not exported", t, sf.Name)
		}
		name, opts, _ := strings.Cut(tag, ",")
		pl := planned{name: name, index: index}
		asJSON := false
		for opt := range strings.SplitSeq(opts, ",") {
			switch opt {
			case "required":
				pl.required = true
			case "json":
				asJSON = true
			case "":
			default:
				return fmt.Errorf("field %s.%s: unknown option %q", t, sf.Name, opt)
			}
		}
		switch {
		case asJSON:
			pl.set = setJSON
		case sf.Type == reflect.TypeFor[*multipart.FileHeader]():
			p.file = true
		default:
			if pl.set = setter(sf.Type); pl.set == nil {
				return fmt.Errorf("field %s.%s: type %s cannot be bound", t, sf.Name, sf.Type)
			}
		}
		p.fields = append(p.fields, pl)
	}
	return nil
}

// bind fills *dst, whose type the plan was made for.
func (p *plan) bind(dst any, src source) error {
	v := reflect.ValueOf(dst).Elem()
	for i := range p.fields {
		pl := &p.fields[i]
		if pl.set == nil {
			if hs := src.files[pl.name]; len(hs) > 0 {
				v.FieldByIndex(pl.index).Set(reflect.ValueOf(hs[0]))
			} else if pl.required {
				return ErrRequired.With(pl.name)
			}
			continue
		}
		text := src.fields.Get(pl.name)
		if text == "" || src.absent != nil && src.absent(text) {
			if pl.required {
				return ErrRequired.With(pl.name)
			}
			continue
		}
		if !pl.set(v.FieldByIndex(pl.index), text) {
			return mall.ErrInvalid.With(pl.name)
		}
	}
	return nil
}

// setter is how a text becomes a value of type t, nil when it cannot.
func setter(t reflect.Type) func(reflect.Value, string) bool {
	switch t {
	case reflect.TypeFor[mall.Money]():
		return func(v reflect.Value, s string) bool {
			m, err := mall.ParseYuan(s)
			v.SetInt(int64(m))
			return err == nil
		}
	case reflect.TypeFor[[]mall.ID]():
		return setIDs
	case reflect.TypeFor[[]string]():
		return func(v reflect.Value, s string) bool {
			v.Set(reflect.ValueOf(parts(s)))
			return true
		}
	}
	switch t.Kind() {
	case reflect.String:
		return func(v reflect.Value, s string) bool { v.SetString(s); return true }
	case reflect.Int, reflect.Int64:
		return func(v reflect.Value, s string) bool {
			n, ok := Int(s)
			v.SetInt(n)
			return ok
		}
	case reflect.Float64:
		return setFloat
	case reflect.Bool:
		return func(v reflect.Value, s string) bool {
			v.SetBool(s == "true" || s == "1")
			return v.Bool() || s == "false" || s == "0"
		}
	case reflect.Pointer:
		set := setter(t.Elem())
		if set == nil {
			return nil
		}
		return func(v reflect.Value, s string) bool {
			n := reflect.New(t.Elem())
			v.Set(n)
			return set(n.Elem(), s)
		}
	}
	return nil
}

// Int reads a whole number strictly: an optional minus sign and digits, in the
// range of int64.
func Int(s string) (int64, bool) {
	if s == "" || s[0] == '+' {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func setIDs(v reflect.Value, s string) bool {
	var ids []mall.ID
	for _, p := range parts(s) {
		n, ok := Int(p)
		if !ok {
			return false
		}
		ids = append(ids, mall.ID(n))
	}
	v.Set(reflect.ValueOf(ids))
	return true
}

// setFloat takes plain decimals as coordinates are written: "-120.153576".
func setFloat(v reflect.Value, s string) bool {
	if len(s) > 32 || strings.Trim(s, "-.0123456789") != "" {
		return false
	}
	f, err := strconv.ParseFloat(s, 64)
	v.SetFloat(f)
	return err == nil
}

func setJSON(v reflect.Value, s string) bool {
	// An escaped NUL is as unwelcome to the databases as a plain one.
	return !strings.Contains(s, `\u0000`) && json.Unmarshal([]byte(s), v.Addr().Interface()) == nil
}

func parts(s string) []string {
	ps := strings.Split(s, ",")
	return slices.DeleteFunc(ps, func(p string) bool { return p == "" })
}
