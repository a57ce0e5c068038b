package student

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
)

const (
	// MaxPage is the longest page of students; clients that ask for all get
	// this many and the total.
	MaxPage = 1000
	// maxClasses bounds the list of classes.
	maxClasses = 1000
	// counted is how far the total of a list is exact.
	counted = 10_000
	// draws is how often a number is drawn anew when it is taken; one in 10^13 is.
	draws = 5
)

// Deps are what the service cannot work without.
type Deps struct {
	Repo Repository
	Tx   mall.Tx
}

// Config adjusts the service; its zero value works.
type Config struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// DropPicture removes a picture by its URL if it was uploaded for a
	// student, and leaves every other alone. Default: pictures stay.
	DropPicture func(ctx context.Context, url string) error
}

// Service holds the rules about students.
type Service struct {
	d   Deps
	c   Config
	now func() time.Time
}

// New builds the service.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Repo == nil:
		return nil, errors.New("student: Deps.Repo is missing")
	case d.Tx == nil:
		return nil, errors.New("student: Deps.Tx is missing")
	}
	if c.DropPicture == nil {
		c.DropPicture = func(context.Context, string) error { return nil }
	}
	return &Service{d: d, c: c, now: mall.Clock(c.Now)}, nil
}

// Add stores a new student under a number of its own. Every field but
// AvatarURL must be given. It needs RightAdd.
func (s *Service) Add(ctx context.Context, who mall.Actor, st Student) (*Student, error) {
	if err := who.Must(RightAdd); err != nil {
		return nil, err
	}
	if err := check(st.fields(), true); err != nil {
		return nil, err
	}
	st.CreatedAt = s.now()
	st.UpdatedAt = st.CreatedAt
	for range draws {
		st.ID, st.Number = 0, newNumber()
		err := s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.d.Repo.Insert(ctx, &st) })
		if errors.Is(err, mall.ErrConflict) {
			continue
		}
		return &st, wrap("add", err)
	}
	return nil, errors.New("student: no free number")
}

// Update changes the fields that are given and differ; ErrSame when none
// does, ErrNone when there is no such student. It needs RightUpdate.
func (s *Service) Update(ctx context.Context, who mall.Actor, number string, c Changes) error {
	if err := who.Must(RightUpdate); err != nil {
		return err
	}
	if err := check(c.fields(), false); err != nil {
		return err
	}
	var before *Student
	err := s.d.Tx.Do(ctx, func(ctx context.Context) (err error) {
		if before, err = s.d.Repo.ByNumber(ctx, number); err != nil {
			return err
		}
		ok, err := s.d.Repo.Update(ctx, number, c, s.now())
		if err == nil && !ok {
			err = ErrSame
		}
		return err
	})
	if err != nil {
		return wrap("update", err)
	}
	if c.AvatarURL != nil && *c.AvatarURL != before.AvatarURL {
		return s.drop(ctx, before.AvatarURL)
	}
	return nil
}

// Delete removes a student for good, with the picture that was uploaded for
// it unless another student shows it; ErrNone when there is no such student.
// It needs RightDelete.
func (s *Service) Delete(ctx context.Context, who mall.Actor, number string) error {
	if err := who.Must(RightDelete); err != nil {
		return err
	}
	st, err := s.d.Repo.ByNumber(ctx, number)
	if err != nil {
		return wrap("delete", err)
	}
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repo.Delete(ctx, number)
		if err == nil && !ok {
			err = ErrNone
		}
		return err
	})
	if err != nil {
		return wrap("delete", err)
	}
	return s.drop(ctx, st.AvatarURL)
}

// drop removes a picture that no student shows any more.
func (s *Service) drop(ctx context.Context, url string) error {
	if url == "" {
		return nil
	}
	shown, err := s.d.Repo.Shows(ctx, url)
	if err != nil || shown {
		return wrap("picture", err)
	}
	return wrap("picture", s.c.DropPicture(context.WithoutCancel(ctx), url))
}

// Export is everything that is kept about a student, to be told to that
// person; ErrNone when there is none. It needs RightUpdate.
func (s *Service) Export(ctx context.Context, who mall.Actor, number string) (*Student, error) {
	if err := who.Must(RightUpdate); err != nil {
		return nil, err
	}
	st, err := s.d.Repo.ByNumber(ctx, number)
	return st, wrap("export", err)
}

// List is a page of students, newest first, of at most MaxPage; a limit of 0
// is MaxPage. The total is that of the filter, exact up to 10,000.
func (s *Service) List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Student], error) {
	if utf8.RuneCountInString(f.Name) > limits["name"] || utf8.RuneCountInString(f.Class) > limits["class"] {
		return mall.Slice[Student]{}, nil // nobody is called so
	}
	p.Offset = min(max(p.Offset, 0), mall.MaxOffset)
	if p.Limit <= 0 || p.Limit > MaxPage {
		p.Limit = MaxPage
	}
	list, err := s.d.Repo.List(ctx, f, p)
	if err != nil {
		return mall.Slice[Student]{}, wrap("list", err)
	}
	n, err := s.d.Repo.Total(ctx, f, counted+1)
	return mall.Slice[Student]{Items: list, Total: min(n, counted), AtLeast: n > counted}, wrap("list", err)
}

// Classes are the names of all classes in their order, at most 1000.
func (s *Service) Classes(ctx context.Context) ([]string, error) {
	list, err := s.d.Repo.Classes(ctx, maxClasses)
	return list, wrap("classes", err)
}

// limits are the longest texts by field, in characters.
var limits = map[string]int{
	"name": 64, "age": 3, "class": 64, "city": 64, "degree": 32, "productUrl": 1000, "description": 1000, "headimgurl": 1000,
}

type field struct {
	name string
	text *string
}

// fields are those that may change; the number and the moments are ours.
func (c Changes) fields() []field {
	return []field{
		{"class", c.Class}, {"name", c.Name}, {"age", c.Age}, {"city", c.City}, {"degree", c.Degree},
		{"productUrl", c.ProductURL}, {"description", c.Description}, {"headimgurl", c.AvatarURL},
	}
}

func (st *Student) fields() []field {
	return Changes{&st.Name, &st.Age, &st.Class, &st.City, &st.Degree, &st.ProductURL, &st.Description, &st.AvatarURL}.fields()
}

// check refuses what no student can have; all says that every field but the
// picture must be there. A field that is given must not be empty.
func check(fields []field, all bool) error {
	for _, f := range fields {
		switch {
		case f.text == nil:
		case strings.TrimSpace(*f.text) == "":
			if f.name != "headimgurl" {
				return ErrEmpty.With(f.name)
			}
		case utf8.RuneCountInString(*f.text) > limits[f.name] || !utf8.ValidString(*f.text) || strings.ContainsRune(*f.text, 0),
			f.name == "age" && !isAge(*f.text),
			strings.HasSuffix(strings.ToLower(f.name), "url") && runs(*f.text):
			return ErrField.With(f.name)
		}
		if f.text == nil && all {
			return ErrEmpty.With(f.name)
		}
	}
	return nil
}

func isAge(text string) bool {
	n, err := strconv.ParseUint(text, 10, 8)
	return err == nil && n <= 150
}

// runs says whether a text would run as a program when a page makes a link of
// it; browsers overlook spaces and control characters in such texts.
func runs(text string) bool {
	text = strings.ToLower(strings.Map(func(c rune) rune {
		if c <= ' ' {
			return -1
		}
		return c
	}, text))
	for _, scheme := range []string{"javascript:", "vbscript:", "data:"} {
		if strings.HasPrefix(text, scheme) {
			return true
		}
	}
	return false
}

// newNumber draws 4 capital letters and 8 digits: "WWLN97178546".
func newNumber() string {
	var b [16]byte
	rand.Read(b[:])
	letters := binary.BigEndian.Uint64(b[:8]) % (26 * 26 * 26 * 26)
	digits := binary.BigEndian.Uint64(b[8:]) % 100_000_000
	text := make([]byte, 4)
	for i := range text {
		text[i] = 'A' + byte(letters%26)
		letters /= 26
	}
	return fmt.Sprintf("%s%08d", text, digits)
}

// wrap names the room in unexpected errors and turns "not found" into ErrNone.
func wrap(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, mall.ErrNotFound):
		return ErrNone
	case mall.Refused(err):
		return err
	}
	return fmt.Errorf("student: %s: %w", what, err)
}
