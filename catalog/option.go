package catalog

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/gomall-dev/mall"
)

// maxOptions bounds the dimensions of goods.
const maxOptions = 5

// OptionKey is the canonical form of chosen options: "1:11,2:21", ordered by
// property. It accepts any order, and commas and blanks at either end; an
// empty text is the default SKU.
func OptionKey(text string) (string, error) {
	text = strings.Trim(text, ", ")
	if text == "" {
		return "", nil
	}
	parts := strings.Split(text, ",")
	if len(parts) > maxOptions {
		return "", mall.ErrInvalid.With("options")
	}
	options := make([]OptionValue, len(parts))
	for i, part := range parts {
		p, v, _ := strings.Cut(strings.TrimSpace(part), ":")
		property, err := strconv.ParseInt(p, 10, 64)
		value, err2 := strconv.ParseInt(v, 10, 64)
		if err != nil || err2 != nil || property <= 0 || value <= 0 {
			return "", mall.ErrInvalid.With("options")
		}
		options[i] = OptionValue{Property: mall.ID(property), Value: mall.ID(value)}
	}
	key := keyOf(options)
	for i := 1; i < len(options); i++ {
		if options[i].Property == options[i-1].Property {
			return "", mall.ErrInvalid.With("options")
		}
	}
	return key, nil
}

// keyOf sorts options by property and writes them canonically.
func keyOf(options []OptionValue) string {
	slices.SortFunc(options, func(a, b OptionValue) int { return cmp.Compare(a.Property, b.Property) })
	var b strings.Builder
	for i, o := range options {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.FormatInt(int64(o.Property), 10))
		b.WriteByte(':')
		b.WriteString(strconv.FormatInt(int64(o.Value), 10))
	}
	return b.String()
}

// OptionNames is the options in words: "颜色:红,尺寸:L".
func OptionNames(options []OptionValue) string {
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = o.PropertyName + ":" + o.Name
	}
	return strings.Join(names, ",")
}
