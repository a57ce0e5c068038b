package cms

import (
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
)

// Deps are what the service cannot work without.
type Deps struct {
	Repo     Repository
	Articles Articles
	Tx       mall.Tx
}

// Config adjusts the service; its zero value works.
type Config struct {
	// Now is the clock; nil means the system's.
	Now func() time.Time
	// Clean sanitises the HTML of notices and articles before it is stored. Default: kept as
	// written, because only staff with RightContent write it.
	Clean func(html string) string
}

// Service writes content for staff and reads it for everybody.
type Service struct {
	d     Deps
	now   func() time.Time
	clean func(string) string
}

// New builds the service.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Repo == nil:
		return nil, errors.New("cms: Deps.Repo is missing")
	case d.Articles == nil:
		return nil, errors.New("cms: Deps.Articles is missing")
	case d.Tx == nil:
		return nil, errors.New("cms: Deps.Tx is missing")
	}
	if c.Clean == nil {
		c.Clean = func(html string) string { return html }
	}
	return &Service{d: d, now: mall.Clock(c.Now), clean: c.Clean}, nil
}

// Longest accepted texts, in characters.
const (
	maxLabel   = 64
	maxTitle   = 200
	maxLink    = 2000
	maxContent = 200_000
)

// fits names the first text that is longer than its limit.
func fits(texts ...limited) error {
	for _, t := range texts {
		if utf8.RuneCountInString(t.text) > t.max {
			return mall.ErrInvalid.With(t.name)
		}
	}
	return nil
}

type limited struct {
	name, text string
	max        int
}

// wrap names the room in unexpected errors and turns the repositories' "not
// found" into ErrGone.
func wrap(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mall.ErrNotFound):
		return ErrGone
	}
	return fmt.Errorf("cms: %s: %w", what, err)
}
