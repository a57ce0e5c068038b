package postgres_test

import (
	"context"
	"testing"

	"github.com/gomall-dev/mall/storage/postgres"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// BenchmarkOpen opens an existing database, with the check of its version.
func BenchmarkOpen(b *testing.B) {
	dsn := storagetest.PostgresDatabase(b)
	for b.Loop() {
		s, err := postgres.Open(b.Context(), dsn, &postgres.Options{Migrate: true})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDo writes as much as placing an order of two lines does, with
// prepared statements and without.
func BenchmarkDo(b *testing.B) {
	for name, params := range map[string]string{"prepared": "", "simple": "default_query_exec_mode=simple_protocol"} {
		b.Run(name, func(b *testing.B) {
			dsn := storagetest.PostgresDatabase(b)
			s, err := postgres.Open(b.Context(), dsn+"&"+params, &postgres.Options{Migrate: true})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			for b.Loop() {
				err := s.Do(b.Context(), func(ctx context.Context) error {
					for range 3 {
						if err := say(ctx, s, "line"); err != nil {
							return err
						}
					}
					return nil
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
