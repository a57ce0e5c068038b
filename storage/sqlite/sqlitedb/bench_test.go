package sqlitedb_test

import (
	"context"
	"testing"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/storage/sqlite/sqlitedb"
)

// checkout writes as much as placing an order of two lines does.
func checkout(ctx context.Context, s *sqlitedb.Store) error {
	for range 3 {
		if err := s.Append(ctx, mall.Event{Kind: "line", At: time.UnixMilli(1)}, mall.Event{Kind: "line", At: time.UnixMilli(1)}); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkDo compares one writer after the other with callers who share
// commits: run it with -cpu 1,8,64.
func BenchmarkDo(b *testing.B) {
	work := func(s *sqlitedb.Store) func(context.Context) error {
		return func(ctx context.Context) error { return checkout(ctx, s) }
	}
	b.Run("single", func(b *testing.B) {
		s := open(b)
		for b.Loop() {
			if err := s.Do(b.Context(), work(s)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("grouped", func(b *testing.B) {
		s := open(b)
		b.SetParallelism(8)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if err := s.Do(b.Context(), work(s)); err != nil {
					b.Error(err)
				}
			}
		})
		st := s.Stats()
		b.ReportMetric(float64(st.Members)/float64(st.Commits), "members/commit")
	})
	b.Run("view", func(b *testing.B) {
		s := open(b)
		for b.Loop() {
			err := s.View(b.Context(), func(ctx context.Context) error {
				var n int
				return s.SQL(ctx).QueryRowContext(ctx, "SELECT 1").Scan(&n)
			})
			if err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("empty", func(b *testing.B) {
		s := open(b)
		for b.Loop() {
			if err := s.Do(b.Context(), func(context.Context) error { return nil }); err != nil {
				b.Fatal(err)
			}
		}
	})
}
