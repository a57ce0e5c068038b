package sqlitedb_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	_ "github.com/gomall-dev/mall/storage/sqlite" // registers the driver
	"github.com/gomall-dev/mall/storage/sqlite/sqlitedb"
)

// faults makes chosen statements of the writer fail.
type faults struct {
	driver driver.Driver
	dsn    string

	mu     sync.Mutex
	on     string // part of the statement or of its arguments
	left   int    // how often yet
	code   int
	during func() // called while the statement runs, instead of a fault
}

// fault is an error with a result code of SQLite.
type fault int

func (f fault) Error() string { return fmt.Sprintf("injected fault %d", int(f)) }
func (f fault) Code() int     { return int(f) }

// set makes the next n statements that contain on fail with code.
func (f *faults) set(on string, n, code int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on, f.left, f.code, f.during = on, n, code, nil
}

// call calls fn while the next statement that contains on runs.
func (f *faults) call(on string, fn func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.on, f.left, f.during = on, 1, fn
}

func (f *faults) check(ctx context.Context, query string, args []driver.NamedValue) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left == 0 || !strings.Contains(fmt.Sprint(";", query, args), f.on) {
		return nil
	}
	f.left--
	if f.during != nil {
		f.during()
		return ctx.Err()
	}
	return fault(f.code)
}

func (f *faults) Driver() driver.Driver { return f.driver }

func (f *faults) Connect(context.Context) (driver.Conn, error) {
	c, err := f.driver.Open(f.dsn)
	if err != nil {
		return nil, err
	}
	return faultyConn{c.(innerConn), f}, nil
}

type innerConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
}

type faultyConn struct {
	innerConn
	faults *faults
}

func (c faultyConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.faults.check(ctx, query, args); err != nil {
		return nil, err
	}
	return c.innerConn.ExecContext(ctx, query, args)
}

func (c faultyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.faults.check(ctx, query, args); err != nil {
		return nil, err
	}
	return c.innerConn.QueryContext(ctx, query, args)
}

// faulty is a store on pools of the host's own, whose writer fails on demand.
func faulty(t *testing.T) (*sqlitedb.Store, *faults, *sql.DB) {
	t.Helper()
	dsn := "file:" + filepath.Join(t.TempDir(), "host.db") + "?_busy_timeout=300&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_txlock=immediate"
	readers, err := sql.Open(driverName, dsn)
	require.NoError(t, err)
	f := &faults{driver: readers.Driver(), dsn: dsn}
	writer := sql.OpenDB(f)
	writer.SetMaxOpenConns(1)
	s, err := sqlitedb.New(t.Context(), writer, readers, &sqlitedb.Options{Migrate: true, Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, s.Close())
		require.NoError(t, writer.Close())
		require.NoError(t, readers.Close())
	})
	return s, f, writer
}
