package sqlite_test

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/internal/bunrepo"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/sqlite/sqlitedb"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func ExampleOpen() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "mall")
	defer os.RemoveAll(dir)

	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()

	err = store.Do(ctx, func(ctx context.Context) error {
		return store.Append(ctx, mall.Event{Kind: "shop.opened", At: time.Now()})
	})
	events, _ := store.Events(ctx, 0, 10)
	fmt.Println(err, len(events), events[0].Kind)
	// Output: <nil> 1 shop.opened
}

var migrated = &sqlite.Options{Migrate: true, Logger: slog.New(slog.DiscardHandler)}

func open(t *testing.T, path string, o *sqlite.Options) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestOneProcessAFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mall.db")
	s := open(t, path, migrated)
	_, err := sqlite.Open(t.Context(), path, migrated)
	require.ErrorIs(t, err, sqlite.ErrLocked)
	require.ErrorContains(t, err, path)
	require.NoError(t, s.Close())
	open(t, path, nil)
}

func TestNoDatabaseInMemory(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, path := range []string{"", ":memory:", "file::memory:", "file::memory:?cache=shared", "file:mall.db?mode=memory", "file:mall.db"} {
		_, err := sqlite.Open(t.Context(), path, migrated)
		require.ErrorIs(t, err, sqlite.ErrNoFile, path)
		require.ErrorContains(t, err, "needs a database file")
	}
	left, err := os.ReadDir(".")
	require.NoError(t, err)
	require.Empty(t, left, "no lock file stays behind")
}

func TestAnyPath(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b?c#d%25&e=商城.db")
	open(t, path, migrated)
	_, err := os.Stat(path)
	require.NoError(t, err)
}

func TestPragmas(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "mall.db"), migrated)
	pragma := func(ctx context.Context, name string) (v string) {
		require.NoError(t, s.SQL(ctx).QueryRowContext(ctx, "PRAGMA "+name).Scan(&v))
		return v
	}
	require.Equal(t, "1", pragma(t.Context(), "query_only"))
	require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error {
		require.Equal(t, "wal", pragma(ctx, "journal_mode"))
		require.Equal(t, "2", pragma(ctx, "synchronous"))
		require.Equal(t, "1", pragma(ctx, "foreign_keys"))
		require.Equal(t, "0", pragma(ctx, "query_only"))
		return nil
	}))
}

func TestOlderAndNewerDatabasesAreRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mall.db")
	_, err := sqlite.Open(t.Context(), path, nil)
	require.ErrorIs(t, err, storage.ErrOlder)

	s := open(t, path, &sqlite.Options{Unchecked: true})
	applied, err := s.Migrate(t.Context())
	require.NoError(t, err)
	require.Contains(t, applied, 1)
	exec(t, s, "INSERT INTO mall_versions (number, name, applied_at) VALUES (9999, 'later', 0)")
	require.NoError(t, s.Close())
	for _, o := range []*sqlite.Options{nil, migrated} {
		_, err = sqlite.Open(t.Context(), path, o)
		require.ErrorIs(t, err, storage.ErrNewer)
	}
}

func exec(t *testing.T, s *sqlite.Store, query string) {
	t.Helper()
	require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error {
		_, err := s.SQL(ctx).ExecContext(ctx, query)
		return err
	}))
}

func TestBadPrefix(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"Mall_", "1a", "a-b", "a b", "a;drop", "abcdefghijabcdefghijabcdefghijab"} {
		_, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "mall.db"), &sqlite.Options{Migrate: true, Prefix: p})
		require.ErrorContains(t, err, "must match", p)
	}
}

func TestBackup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "mall.db"), migrated)
	require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error {
		return s.Append(ctx, mall.Event{Kind: "a", At: time.UnixMilli(1)})
	}))
	copied := filepath.Join(dir, "copy of it's.db")
	require.NoError(t, s.Backup(t.Context(), copied))
	require.ErrorIs(t, s.Backup(t.Context(), copied), os.ErrExist)
	events, err := open(t, copied, nil).Events(t.Context(), 0, 10)
	require.NoError(t, err)
	require.Len(t, events, 1)
}

// The suite with a table of the host's that bears a name of ours, and with a prefix.
func TestBesideForeignTables(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, func(t *testing.T) storage.Store {
		s := open(t, filepath.Join(t.TempDir(), "host.db"), &sqlite.Options{Unchecked: true, Prefix: "shop_", Logger: migrated.Logger})
		for _, table := range []string{"orders", "accounts", "outbox", "versions", "mall_orders"} {
			exec(t, s, "CREATE TABLE "+table+" (foreign_column TEXT)")
		}
		_, err := s.Migrate(t.Context())
		require.NoError(t, err)
		return s
	})
}

// BenchmarkOpen opens an existing database, with the check of its version.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "mall.db")
	for b.Loop() {
		s, err := sqlite.Open(b.Context(), path, migrated)
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func TestHostWithAMigratorOfItsOwn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mall.db")
	s := open(t, path, &sqlite.Options{Unchecked: true, Prefix: "shop_"})
	files, err := sqlitedb.Migrations("shop_")
	require.NoError(t, err)
	list, err := fs.ReadDir(files, ".")
	require.NoError(t, err)
	for _, f := range list {
		script, err := fs.ReadFile(files, f.Name())
		require.NoError(t, err)
		if !fts5(t, s) && strings.Contains(string(script), "USING fts5") {
			t.Skip("the files are written for a SQLite with FTS5, this one was built without")
		}
		exec(t, s, string(script))
	}
	require.NoError(t, s.Close())
	open(t, path, &sqlite.Options{Prefix: "shop_"})
}

// fts5 says whether the SQLite of this build has full-text search.
func fts5(t *testing.T, s *sqlite.Store) bool {
	t.Helper()
	var n int
	require.NoError(t, s.SQL(t.Context()).QueryRowContext(t.Context(), "SELECT COUNT(*) FROM pragma_module_list WHERE name = 'fts5'").Scan(&n))
	return n == 1
}

// Migration 0114 puts the busiest tables in front of those whose ids SQLite counts.
// Stores that share a file all do so, and no count is lost.
func TestCountsOfIDs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mall.db")
	say := func(prefix string) (id int64) {
		t.Helper()
		s, err := sqlite.Open(t.Context(), path, &sqlite.Options{Migrate: true, Prefix: prefix})
		require.NoError(t, err)
		require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error {
			if err := s.Append(ctx, mall.Event{Kind: "said", At: time.UnixMilli(1)}); err != nil {
				return err
			}
			if err := s.SQL(ctx).QueryRowContext(ctx, "SELECT MAX(id) FROM "+prefix+"outbox").Scan(&id); err != nil {
				return err
			}
			_, err := s.SQL(ctx).ExecContext(ctx, "DELETE FROM "+prefix+"outbox")
			return err
		}))
		require.NoError(t, s.Close())
		return id
	}
	said := map[string]int64{}
	for _, prefix := range []string{"a_", "b_", "a_", "c_", "b_"} {
		said[prefix]++
		require.Equal(t, said[prefix], say(prefix), "%s: ids are never given twice", prefix)
	}
	s := open(t, path, &sqlite.Options{Prefix: "b_"})
	counts := func() (first []string, all map[string]int64) {
		t.Helper()
		rows, err := s.SQL(t.Context()).QueryContext(t.Context(), "SELECT name, seq FROM sqlite_sequence ORDER BY rowid")
		require.NoError(t, err)
		defer rows.Close()
		all = map[string]int64{}
		for rows.Next() {
			var name string
			var n int64
			require.NoError(t, rows.Scan(&name, &n))
			require.NotContains(t, all, name)
			first, all[name] = append(first, name), n
		}
		require.NoError(t, rows.Err())
		return first, all
	}
	_, before := counts()
	require.Positive(t, before["b_menus"], "others are counted as well")
	steps, err := bunrepo.Schema{Name: "a_"}.Steps()
	require.NoError(t, err)
	i := slices.IndexFunc(steps, func(step bunrepo.Step) bool { return step.Number == 114 })
	for _, q := range steps[i].Statements {
		if strings.Contains(q, "sqlite_sequence") {
			exec(t, s, q)
		}
	}
	first, after := counts()
	require.Equal(t, before, after)
	require.Equal(t, []string{"a_outbox", "a_order_logs", "a_order_lines", "a_orders"}, first[:4])
}

// A database whose search index this SQLite cannot write is refused at Open.
func TestSearchIndexOfAnotherBuild(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mall.db")
	s := open(t, path, migrated)
	if fts5(t, s) {
		t.Skip("this SQLite has FTS5: it can write every search index; runs with -tags cgosqlite alone")
	}
	exec(t, s, `DROP TABLE mall_goods_search; PRAGMA writable_schema = ON;
		INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES
		('table', 'mall_goods_search', 'mall_goods_search', 0, 'CREATE VIRTUAL TABLE mall_goods_search USING fts5(name)')`)
	require.NoError(t, s.Close())
	_, err := sqlite.Open(t.Context(), path, migrated)
	require.ErrorIs(t, err, storage.ErrNoFTS5)
}
