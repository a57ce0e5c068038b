package sqlitedb_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/sqlite/sqlitedb"
)

var (
	quiet      = slog.New(slog.DiscardHandler)
	errRefused = mall.E(mall.State, "test.refused", "refused on purpose")
)

func open(t testing.TB) *sqlitedb.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "mall.db"), &sqlite.Options{Migrate: true, Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func say(ctx context.Context, s *sqlitedb.Store, kind string) error {
	return s.Append(ctx, mall.Event{Kind: kind, At: time.UnixMilli(1)})
}

func said(t *testing.T, s *sqlitedb.Store) []string {
	t.Helper()
	events, err := s.Events(t.Context(), 0, 1000)
	require.NoError(t, err)
	kinds := []string{}
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// behind runs the closures as one queue, in order, behind a Do that ends when
// all of them wait, and gives their errors.
func behind(t *testing.T, s *sqlitedb.Store, fns ...func(context.Context) error) []error {
	t.Helper()
	errs := make([]error, len(fns))
	var wg sync.WaitGroup
	started := false
	require.NoError(t, s.Do(t.Context(), func(context.Context) error {
		if started { // it shares their group and runs again when that is lost
			return nil
		}
		started = true
		for i, fn := range fns {
			wg.Go(func() {
				errs[i] = errGone
				errs[i] = s.Do(t.Context(), fn)
			})
			for s.Waiting() <= i {
				runtime.Gosched()
			}
		}
		return nil
	}))
	wg.Wait()
	return errs
}

var errGone = errors.New("closure did not return")

// saying is a closure that writes one event and counts its runs.
func saying(s *sqlitedb.Store, kind string, runs *int) func(context.Context) error {
	return func(ctx context.Context) error {
		*runs++
		return say(ctx, s, kind)
	}
}

func TestWaitingCallersShareACommit(t *testing.T) {
	t.Parallel()
	s := open(t)
	before := s.Stats()
	var fns []func(context.Context) error
	for range 10 {
		fns = append(fns, func(ctx context.Context) error { return say(ctx, s, "x") })
	}
	for _, err := range behind(t, s, fns...) {
		require.NoError(t, err)
	}
	after := s.Stats()
	require.EqualValues(t, 11, after.Members-before.Members)
	require.Less(t, after.Commits-before.Commits, int64(11))
	require.Len(t, said(t, s), 10)
}

// Rule (a): a statement that is cancelled while it runs would undo the work of
// the whole group; so it runs to its end, and the next one is refused.
func TestCancelledMemberHarmsNobody(t *testing.T) {
	t.Parallel()
	s, f, _ := faulty(t)
	runs := 0
	errs := behind(t, s, saying(s, "a", &runs), func(ctx context.Context) error {
		ctx, cancel := context.WithCancel(ctx)
		f.call("cancelled", cancel)
		if err := say(ctx, s, "cancelled"); err != nil {
			return err
		}
		if ctx.Err() == nil {
			return errors.New("was not cancelled")
		}
		return say(ctx, s, "never")
	}, saying(s, "b", &runs))
	require.ErrorIs(t, errs[1], context.Canceled)
	require.NoError(t, errors.Join(errs[0], errs[2]))
	require.Equal(t, 2, runs, "nobody had to run again")
	require.Equal(t, []string{"a", "b"}, said(t, s))
}

// Rule (a).
func TestCallerLeavesTheQueueWhenCancelled(t *testing.T) {
	t.Parallel()
	s := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	require.NoError(t, s.Do(t.Context(), func(context.Context) error {
		done := make(chan error)
		go func() { done <- s.Do(ctx, func(context.Context) error { panic("must not run") }) }()
		for s.Waiting() == 0 {
			runtime.Gosched()
		}
		cancel()
		require.ErrorIs(t, <-done, context.Canceled)
		return nil
	}))
	require.Zero(t, s.Waiting())
}

// Rule (b): a statement that makes the transaction doubtful loses the group;
// its member gets the error, the others run again and are committed.
func TestDeadlyStatementLosesTheGroup(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]int{"NOMEM": 7, "INTERRUPT": 9, "IOERR": 10, "IOERR_FSYNC": 1034, "CORRUPT": 11, "FULL": 13} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, f, _ := faulty(t)
			runs := 0
			errs := behind(t, s, saying(s, "a", &runs), saying(s, "b", &runs), func(ctx context.Context) error {
				f.set("outbox", 1, code)
				return say(ctx, s, "dead")
			}, saying(s, "c", &runs))
			require.ErrorIs(t, errs[2], fault(code))
			require.NoError(t, errors.Join(errs[0], errs[1], errs[3]))
			require.ElementsMatch(t, []string{"a", "b", "c"}, said(t, s))
			require.GreaterOrEqual(t, runs, 3)
			require.EqualValues(t, 1, s.Stats().Lost)
		})
	}
}

// Rule (b): the swallowed failure counts as well.
func TestDeadlyStatementCannotBeSwallowed(t *testing.T) {
	t.Parallel()
	s, f, _ := faulty(t)
	err := s.Do(t.Context(), func(ctx context.Context) error {
		f.set("outbox", 1, 13)
		_ = s.Try(ctx, func(ctx context.Context) error { return say(ctx, s, "dead") })
		_ = say(ctx, s, "later")
		return nil
	})
	require.ErrorIs(t, err, fault(13))
	require.Empty(t, said(t, s))
}

// Rule (b), for the statements of the group itself.
func TestFailingSavepointLosesTheGroup(t *testing.T) {
	t.Parallel()
	for _, statement := range []string{"RELEASE SAVEPOINT member", "ROLLBACK TO SAVEPOINT member"} {
		t.Run(statement, func(t *testing.T) {
			t.Parallel()
			s, f, _ := faulty(t)
			runs := 0
			errs := behind(t, s, saying(s, "a", &runs), func(ctx context.Context) error {
				f.set(statement, 1, 1)
				if strings.HasPrefix(statement, "ROLLBACK") {
					return errRefused
				}
				return say(ctx, s, "lost")
			}, saying(s, "b", &runs))
			require.Error(t, errs[1])
			require.NoError(t, errors.Join(errs[0], errs[2]))
			require.ElementsMatch(t, []string{"a", "b"}, said(t, s))
		})
	}
	t.Run("SAVEPOINT", func(t *testing.T) {
		t.Parallel()
		s, f, _ := faulty(t)
		runs := 0
		errs := behind(t, s, func(ctx context.Context) error {
			f.set(";SAVEPOINT member", 1, 1)
			return say(ctx, s, "a")
		}, saying(s, "b", &runs))
		require.NoError(t, errors.Join(errs...))
		require.ElementsMatch(t, []string{"a", "b"}, said(t, s))
	})
}

func TestFailedCommitRunsMembersAgain(t *testing.T) {
	t.Parallel()
	s, f, _ := faulty(t)
	runs, hooks := 0, 0
	f.set("COMMIT", 1, 1034)
	require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error {
		s.OnCommit(ctx, func(context.Context) { hooks++ })
		return saying(s, "a", &runs)(ctx)
	}))
	require.Equal(t, 2, runs)
	require.Equal(t, 1, hooks)
	require.Equal(t, []string{"a"}, said(t, s))

	f.set("COMMIT", 100, 1034)
	runs = 0
	err := s.Do(t.Context(), saying(s, "b", &runs))
	require.ErrorIs(t, err, mall.ErrBusy)
	require.ErrorIs(t, err, fault(1034))
	require.Equal(t, 4, runs)
	f.set("", 0, 0)
	require.Equal(t, []string{"a"}, said(t, s))
}

func TestBusyDatabaseIsTriedAgain(t *testing.T) {
	t.Parallel()
	s, f, _ := faulty(t)
	runs := 0
	f.set("BEGIN", 3, 5)
	require.NoError(t, s.Do(t.Context(), saying(s, "a", &runs)))
	require.Equal(t, 1, runs)
	f.set("BEGIN", 4, 5)
	require.ErrorIs(t, s.Do(t.Context(), saying(s, "b", &runs)), mall.ErrBusy)
	require.Equal(t, 1, runs)
}

// A real SQLITE_FULL: the connection may not grow the file any further.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	s, _, writer := faulty(t)
	_, err := writer.ExecContext(t.Context(), "PRAGMA max_page_count = 60")
	require.NoError(t, err)
	runs := 0
	errs := behind(t, s, saying(s, "a", &runs), func(ctx context.Context) error {
		for range 1000 {
			if err := say(ctx, s, strings.Repeat("big", 1000)); err != nil {
				return err
			}
		}
		return nil
	}, saying(s, "b", &runs))
	require.Error(t, errs[1])
	require.NoError(t, errors.Join(errs[0], errs[2]))
	require.ElementsMatch(t, []string{"a", "b"}, said(t, s))
}

// Rule (c), with somebody else's closure open on the same connection.
func TestLateHandleReachesNobody(t *testing.T) {
	t.Parallel()
	s := open(t)
	var late context.Context
	errs := behind(t, s, func(ctx context.Context) error {
		late = ctx
		return say(ctx, s, "a")
	}, func(ctx context.Context) error {
		require.ErrorIs(t, say(late, s, "late"), mall.ErrTxDone)
		return say(ctx, s, "b")
	})
	require.NoError(t, errors.Join(errs...))
	require.Equal(t, []string{"a", "b"}, said(t, s))
}

// Rule (d).
func TestPanicAndGoexitPassTheBaton(t *testing.T) {
	t.Parallel()
	s := open(t)
	var errs []error
	var fns []func(context.Context) error
	for i := range 9 {
		fns = append(fns, func(ctx context.Context) error {
			if err := say(ctx, s, strconv.Itoa(i)); err != nil {
				return err
			}
			switch i % 3 {
			case 1:
				runtime.Goexit()
			case 2:
				return errRefused
			}
			return nil
		})
	}
	errs = behind(t, s, fns...)
	for i, err := range errs {
		require.ErrorIs(t, err, []error{nil, errGone, errRefused}[i%3], "member %d", i)
	}
	require.Equal(t, []string{"0", "3", "6"}, said(t, s))
}

// Rule (e).
func TestGroupEndsAtItsSizeAndTime(t *testing.T) {
	t.Parallel()
	s := open(t)
	var fns []func(context.Context) error
	for range 150 {
		fns = append(fns, func(context.Context) error { return nil })
	}
	require.NoError(t, errors.Join(behind(t, s, fns...)...))
	require.LessOrEqual(t, s.Stats().MaxGroup, int64(64))

	before := s.Stats()
	slow := func(context.Context) error {
		for start := time.Now(); time.Since(start) < 51*time.Millisecond; {
			runtime.Gosched()
		}
		return nil
	}
	require.NoError(t, errors.Join(behind(t, s, slow, slow, slow)...))
	after := s.Stats()
	require.GreaterOrEqual(t, after.Commits-before.Commits, int64(3), "each slow member ends its group")
	require.GreaterOrEqual(t, after.Slow-before.Slow, int64(3))
}

// Rule (f).
func TestNoDeferredConstraints(t *testing.T) {
	t.Parallel()
	s := open(t)
	var n int
	err := s.SQL(t.Context()).QueryRowContext(t.Context(),
		"SELECT COUNT(*) FROM sqlite_master WHERE upper(sql) LIKE '%DEFERRABLE%' OR upper(sql) LIKE '%DEFERRED%'").Scan(&n)
	require.NoError(t, err)
	require.Zero(t, n)
}

// A refusal may rest on what another member wrote: it counts only when that is
// committed.
func TestRefusalWaitsForTheGroup(t *testing.T) {
	t.Parallel()
	s, f, _ := faulty(t)
	runs := 0
	errs := behind(t, s, func(ctx context.Context) error { return say(ctx, s, "a") }, func(context.Context) error {
		runs++
		if runs == 1 {
			f.set("COMMIT", 1, 1034)
			return errRefused
		}
		return nil
	})
	require.NoError(t, errors.Join(errs...))
	require.GreaterOrEqual(t, runs, 1)
}

func TestUseAfterCloseIsRefused(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "mall.db"), &sqlite.Options{Migrate: true})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.Do(t.Context(), func(context.Context) error { return nil }), sqlitedb.ErrClosed)
	require.Error(t, s.Ping(t.Context()))
}
