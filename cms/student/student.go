// Package student keeps the students (学员) of a school that uses the
// management back end: a list of people who have no account of their own.
//
//	s, err := student.New(student.Deps{Repo: store.Students(), Tx: store}, student.Config{})
//	added, err := s.Add(ctx, staff, student.Student{Name: "谭鹏", Class: "H51901", Age: "21", …})
//	page, err := s.List(ctx, student.Filter{Class: "H51901"}, mall.Page{Limit: 10})
//
// Students are personal data without an account, so erasing accounts does not
// touch them. Who may delete a student answers a wish to be forgotten by
// Delete, which removes the record for good and the picture that was uploaded
// for it, and a wish to be told by Export.
package student

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Staff rights: the paths of the management routes.
const (
	RightAdd    = "/students/addstu"
	RightDelete = "/students/delstu"
	RightUpdate = "/students/updatestu"
)

// Student is one record. All texts are plain.
type Student struct {
	ID          mall.ID
	Number      string // unique, drawn by the service: 4 capital letters and 8 digits
	Name        string
	Age         string // whole years in digits
	Class       string
	City        string
	Degree      string // education: 专科, 本科
	ProductURL  string // where the student's project is, free text
	Description string // one sentence about oneself
	AvatarURL   string // "" for none
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Changes are the fields to change; nil leaves a field as it is.
type Changes struct {
	Name, Age, Class, City, Degree, ProductURL, Description, AvatarURL *string
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	Class string // the whole name of a class
	Name  string // part of a name
}

// Repository keeps students. Writes need a running mall.Tx.Do.
type Repository interface {
	// Insert stores a new student and sets its ID; mall.ErrConflict when its
	// number is taken.
	Insert(ctx context.Context, s *Student) error
	// ByNumber is one student, mall.ErrNotFound when there is none.
	ByNumber(ctx context.Context, number string) (*Student, error)
	// Update writes the fields that are set and differ, and says whether any did.
	Update(ctx context.Context, number string, c Changes, at time.Time) (bool, error)
	// Delete says whether there was one.
	Delete(ctx context.Context, number string) (bool, error)
	// List is a page of students, newest first.
	List(ctx context.Context, f Filter, p mall.Page) ([]Student, error)
	// Total is the number of students, counted up to atMost.
	Total(ctx context.Context, f Filter, atMost int64) (int64, error)
	// Classes are the names of classes in their order, at most limit.
	Classes(ctx context.Context, limit int) ([]string, error)
	// Shows says whether any student has this picture.
	Shows(ctx context.Context, avatarURL string) (bool, error)
}

var (
	// ErrNone says that there is no such student.
	ErrNone = mall.E(mall.NotFound, "student.none", "no such student")
	// ErrEmpty says that a field that every student has is missing.
	ErrEmpty = mall.E(mall.Invalid, "student.empty", "missing field of a student:")
	// ErrField says that a field is too long or malformed; its argument names it.
	ErrField = mall.E(mall.Invalid, "student.field", "invalid field of a student:")
	// ErrSame says that an update changes nothing.
	ErrSame = mall.E(mall.State, "student.same", "nothing to change")
)
