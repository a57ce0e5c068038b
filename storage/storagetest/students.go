package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/student"
)

func testStudents(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Students(), t.Context()
	of := func(number, name, class string, after time.Duration) *student.Student {
		return &student.Student{Number: number, Name: name, Age: "21", Class: class, City: "重庆", Degree: "专科", ProductURL: "地址",
			Description: "O(∩_∩)O哈哈~", CreatedAt: noon.Add(after), UpdatedAt: noon.Add(after)}
	}
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.Insert(ctx, of("A", "a", "c", 0))) })
	_, err := repo.ByNumber(ctx, "A")
	require.ErrorIs(t, err, mall.ErrNotFound)
	require.ErrorIs(t, repo.Insert(ctx, of("A", "a", "c", 0)), mall.ErrNoTx)

	all := []*student.Student{of("A", "谭鹏", "H2", 0), of("B", `100%_\'"`, "H1", time.Second), of("C", "谭小鹏", "H2", time.Second)}
	all[2].AvatarURL = "/files/x.png"
	for _, s := range all {
		must(t, store, func(ctx context.Context) error { s.ID = 0; return repo.Insert(ctx, s) })
		got, err := repo.ByNumber(ctx, s.Number)
		require.NoError(t, err)
		require.Equal(t, s, got)
	}
	require.ErrorIs(t, store.Do(ctx, func(ctx context.Context) error { return repo.Insert(ctx, of("A", "x", "c", 0)) }), mall.ErrConflict)

	numbers := func(f student.Filter, p mall.Page) (list []string) {
		t.Helper()
		found, err := repo.List(ctx, f, p)
		require.NoError(t, err)
		for _, s := range found {
			list = append(list, s.Number)
		}
		return list
	}
	whole := mall.Page{Limit: 10}
	require.Equal(t, []string{"C", "B", "A"}, numbers(student.Filter{}, whole), "newest first")
	require.Equal(t, []string{"B"}, numbers(student.Filter{}, mall.Page{Offset: 1, Limit: 1}))
	require.Equal(t, []string{"C", "A"}, numbers(student.Filter{Class: "H2"}, whole))
	require.Equal(t, []string{"C", "A"}, numbers(student.Filter{Name: "谭"}, whole))
	for text, want := range map[string][]string{"%": {"B"}, "_": {"B"}, `\`: {"B"}, `'`: {"B"}, `' OR 1=1 --`: nil, "鹏谭": nil} {
		require.Equal(t, want, numbers(student.Filter{Name: text}, whole), text)
	}
	for f, want := range map[student.Filter]int64{{}: 2, {Class: "H2"}: 2, {Class: "H1"}: 1, {Class: "H2", Name: "小"}: 1} {
		n, err := repo.Total(ctx, f, 2)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	classes, err := repo.Classes(ctx, 10)
	require.NoError(t, err)
	require.Equal(t, []string{"H1", "H2"}, classes)
	for url, want := range map[string]bool{"/files/x.png": true, "/files/y.png": false, "": false} {
		shown, err := repo.Shows(ctx, url)
		require.NoError(t, err)
		require.Equal(t, want, shown, url)
	}

	city, same, later := "成都", "21", noon.Add(time.Hour)
	update := func(number string, c student.Changes) (ok bool) {
		must(t, store, func(ctx context.Context) (err error) {
			ok, err = repo.Update(ctx, number, c, later)
			return err
		})
		return ok
	}
	require.False(t, update("A", student.Changes{}))
	require.False(t, update("A", student.Changes{Age: &same}))
	require.False(t, update("X", student.Changes{City: &city}))
	require.True(t, update("A", student.Changes{City: &city, Age: &same}))
	all[0].City, all[0].UpdatedAt = city, later
	got, err := repo.ByNumber(ctx, "A")
	require.NoError(t, err)
	require.Equal(t, all[0], got)
	require.Equal(t, []string{"C", "B", "A"}, numbers(student.Filter{}, whole), "an update moves nobody")

	for _, want := range []bool{true, false} {
		must(t, store, func(ctx context.Context) error {
			ok, err := repo.Delete(ctx, "A")
			require.Equal(t, want, ok)
			return err
		})
	}
}
