package student_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/student"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func ExampleService_Add() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "mall")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		panic(err)
	}
	defer store.Close()
	s, err := student.New(student.Deps{Repo: store.Students(), Tx: store}, student.Config{})
	if err != nil {
		panic(err)
	}
	added, err := s.Add(ctx, mall.System(), sample())
	if err != nil {
		panic(err)
	}
	page, err := s.List(ctx, student.Filter{Name: "鹏"}, mall.Page{})
	fmt.Println(len(added.Number), page.Total, page.Items[0].Class, err)
	// Output: 12 1 H51901 <nil>
}

func sample() student.Student {
	return student.Student{Name: "谭鹏", Age: "21", Class: "H51901", City: "重庆", Degree: "专科", ProductURL: "地址", Description: "O(∩_∩)O哈哈~"}
}

type bundle struct {
	*student.Service
	now     time.Time
	dropped []string
}

func setup(t *testing.T, store storage.Store) *bundle {
	t.Helper()
	b := &bundle{now: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)}
	var err error
	b.Service, err = student.New(student.Deps{Repo: store.Students(), Tx: store}, student.Config{
		Now:         func() time.Time { return b.now },
		DropPicture: func(_ context.Context, url string) error { b.dropped = append(b.dropped, url); return nil },
	})
	require.NoError(t, err)
	return b
}

var clerk = mall.Actor{Account: 7, Face: mall.FaceManager, Rights: []string{student.RightAdd, student.RightDelete, student.RightUpdate}}

func TestLifeOfAStudent(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		in := sample()
		in.AvatarURL = "https://shop.example/files/a.png"
		in.Number, in.ID = "MINE00000001", 5
		one, err := b.Add(ctx, clerk, in)
		require.NoError(t, err)
		require.Regexp(t, regexp.MustCompile(`^[A-Z]{4}[0-9]{8}$`), one.Number, "the number is drawn, whatever is asked")
		require.Equal(t, b.now, one.CreatedAt)
		two, err := b.Add(ctx, clerk, in)
		require.NoError(t, err)
		require.NotEqual(t, one.Number, two.Number)

		for _, nobody := range []mall.Actor{{}, {Account: 8}, {Account: 8, Rights: []string{"/students/getstulist"}}} {
			_, err = b.Add(ctx, nobody, sample())
			require.Error(t, err)
			require.Error(t, b.Update(ctx, nobody, one.Number, student.Changes{Name: &in.Name}))
			require.Error(t, b.Delete(ctx, nobody, one.Number))
			_, err = b.Export(ctx, nobody, one.Number)
			require.Error(t, err)
		}

		b.now = b.now.Add(time.Hour)
		name, picture := "谭小鹏", "https://shop.example/files/b.png"
		require.NoError(t, b.Update(ctx, clerk, one.Number, student.Changes{Name: &name, AvatarURL: &picture}))
		require.Empty(t, b.dropped, "another student shows the picture")
		require.ErrorIs(t, b.Update(ctx, clerk, one.Number, student.Changes{Name: &name}), student.ErrSame)
		require.ErrorIs(t, b.Update(ctx, clerk, one.Number, student.Changes{}), student.ErrSame)
		require.ErrorIs(t, b.Update(ctx, clerk, "XXXX00000000", student.Changes{Name: &name}), student.ErrNone)
		got, err := b.Export(ctx, clerk, one.Number)
		require.NoError(t, err)
		require.Equal(t, []any{name, picture, "21", b.now}, []any{got.Name, got.AvatarURL, got.Age, got.UpdatedAt})

		require.NoError(t, b.Delete(ctx, clerk, two.Number))
		require.NoError(t, b.Delete(ctx, clerk, one.Number))
		require.Equal(t, []string{in.AvatarURL, picture}, b.dropped)
		require.ErrorIs(t, b.Delete(ctx, clerk, one.Number), student.ErrNone)
		require.Empty(t, storagetest.Grep(t, store, "谭", "重庆", "哈哈"), "nothing of a deleted student stays")
	})
}

func TestBadStudents(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, storagetest.SQLite(t)), t.Context()
	bad := func(want error, change func(*student.Student)) {
		t.Helper()
		in := sample()
		change(&in)
		_, err := b.Add(ctx, clerk, in)
		require.ErrorIs(t, err, want)
	}
	for _, empty := range []string{"", " ", "\t"} {
		bad(student.ErrEmpty, func(s *student.Student) { s.Name = empty })
		bad(student.ErrEmpty, func(s *student.Student) { s.Class = empty })
		bad(student.ErrEmpty, func(s *student.Student) { s.Description = empty })
	}
	for _, age := range []string{"x", "-1", "151", "2.5", "1e2", "０"} {
		bad(student.ErrField, func(s *student.Student) { s.Age = age })
	}
	for _, text := range []string{strings.Repeat("长", 65), "a\x00b", "\xff"} {
		bad(student.ErrField, func(s *student.Student) { s.Name = text })
	}
	for _, link := range []string{"javascript:alert(1)", " JavaScript:x", "java\nscript:x", "data:text/html,x", "vbscript:x"} {
		bad(student.ErrField, func(s *student.Student) { s.ProductURL = link })
		bad(student.ErrField, func(s *student.Student) { s.AvatarURL = link })
	}
	page, err := b.List(ctx, student.Filter{}, mall.Page{})
	require.NoError(t, err)
	require.Zero(t, page.Total)
}

func TestListOfStudents(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				in := sample()
				in.Class = []string{"H2", "H1"}[i%2]
				if _, err := b.Add(ctx, clerk, in); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, c := range []struct {
			f     student.Filter
			p     mall.Page
			total int64
			items int
		}{
			{student.Filter{}, mall.Page{}, 20, 20},
			{student.Filter{Class: "H1"}, mall.Page{Limit: 3}, 10, 3},
			{student.Filter{Class: "H1"}, mall.Page{Offset: 9, Limit: 3}, 10, 1},
			{student.Filter{}, mall.Page{Offset: -5, Limit: 1 << 60}, 20, 20},
			{student.Filter{}, mall.Page{Offset: 1 << 60, Limit: 1}, 20, 0},
			{student.Filter{Name: strings.Repeat("谭", 65)}, mall.Page{}, 0, 0},
			{student.Filter{Name: "%"}, mall.Page{}, 0, 0},
		} {
			page, err := b.List(ctx, c.f, c.p)
			require.NoError(t, err)
			require.Equal(t, []any{c.total, c.items, false}, []any{page.Total, len(page.Items), page.AtLeast})
		}
		classes, err := b.Classes(ctx)
		require.NoError(t, err)
		require.Equal(t, []string{"H1", "H2"}, classes)
	})
}
