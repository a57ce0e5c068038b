package apitest

import (
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// Scenario is a story told in requests.
type Scenario struct {
	Name  string
	Steps []Step
}

// Step is one request and what its answer must be. Texts in braces, in Path
// and Fields, are replaced by what earlier steps saved: "{token}".
type Step struct {
	Verb, Path string
	Fields     Fields
	Code       int
	Has        []string          // must stand in the body
	Not        []string          // must not stand in the body
	Want       map[string]string // path in data → text, see Envelope.Get
	Save       map[string]string // name → path in data
	// Do replaces the request by what no request can do: the merchant's part,
	// the passing of time.
	Do func(t testing.TB, k *Kit)
}

// Run plays scenarios in order on this Kit; saved texts live on between them.
func (k *Kit) Run(ss ...Scenario) {
	k.t.Helper()
	for _, s := range ss {
		for i, st := range s.Steps {
			if st.Do != nil {
				st.Do(k.t, k)
				continue
			}
			e := k.Call(st.Verb, k.fill(st.Path), k.fillAll(st.Fields))
			what := []any{"%s, step %d: %s %s: %s", s.Name, i + 1, st.Verb, st.Path, e.Body}
			require.Equal(k.t, st.Code, e.Code, what...)
			for _, text := range st.Has {
				require.Contains(k.t, e.Body, k.fill(text), what...)
			}
			for _, text := range st.Not {
				require.NotContains(k.t, e.Body, k.fill(text), what...)
			}
			for path, text := range st.Want {
				require.Equal(k.t, k.fill(text), e.Get(path), slices.Concat([]any{path + ": " + what[0].(string)}, what[1:])...)
			}
			for name, path := range st.Save {
				k.vars[name] = e.Get(path)
				require.NotEmpty(k.t, k.vars[name], what...)
			}
		}
	}
}

// Set saves a text under a name for the steps that follow.
func (k *Kit) Set(name, text string) { k.vars[name] = text }

// Var is a saved text.
func (k *Kit) Var(name string) string { return k.vars[name] }

var braces = regexp.MustCompile(`\{[a-zA-Z][a-zA-Z0-9]*\}`)

func (k *Kit) fill(text string) string {
	return braces.ReplaceAllStringFunc(text, func(m string) string {
		if v, ok := k.vars[m[1:len(m)-1]]; ok {
			return v
		}
		return m
	})
}

func (k *Kit) fillAll(f Fields) Fields {
	out := make(Fields, len(f))
	for name, text := range f {
		out[name] = k.fill(text)
	}
	return out
}
