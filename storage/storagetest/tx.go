package storagetest

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/storage"
)

// Events stand for writes in this part: say writes one in the transaction of
// ctx, said lists what is committed.

func say(ctx context.Context, store storage.Store, kind string) error {
	return store.Append(ctx, mall.Event{Kind: kind, At: time.UnixMilli(1)})
}

func said(ctx context.Context, t *testing.T, store storage.Store) []string {
	t.Helper()
	events, err := store.Events(ctx, 0, 1000)
	require.NoError(t, err)
	kinds := []string{}
	for _, e := range events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

var errRefused = mall.E(mall.State, "storagetest.refused", "refused on purpose")

func testDo(t *testing.T, open Open) {
	t.Run("commits what fn wrote", func(t *testing.T) {
		store := open(t)
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			require.True(t, mall.InTx(ctx))
			return say(ctx, store, "a")
		}))
		require.Equal(t, []string{"a"}, said(t.Context(), t, store))
		require.False(t, mall.InTx(t.Context()))
	})
	t.Run("rolls back when fn fails", func(t *testing.T) {
		store := open(t)
		rolledBack(t, store, func(ctx context.Context) { require.NoError(t, say(ctx, store, "a")) })
		require.Empty(t, said(t.Context(), t, store))
	})
	t.Run("joins the outer one", func(t *testing.T) {
		store := open(t)
		rolledBack(t, store, func(ctx context.Context) {
			require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return say(ctx, store, "inner") }))
		})
		require.Empty(t, said(t.Context(), t, store))
	})
	t.Run("a swallowed nested error rolls all back", func(t *testing.T) {
		store := open(t)
		err := store.Do(t.Context(), func(ctx context.Context) error {
			_ = store.Do(ctx, func(context.Context) error { return errRefused })
			return nil
		})
		require.ErrorIs(t, err, mall.ErrRollbackOnly)
		require.ErrorIs(t, err, errRefused)
		err = store.Do(t.Context(), func(ctx context.Context) error {
			require.NoError(t, say(ctx, store, "a"))
			_ = store.Do(ctx, func(context.Context) error { return errRefused })
			require.ErrorIs(t, say(ctx, store, "b"), mall.ErrRollbackOnly)
			return nil
		})
		require.ErrorIs(t, err, mall.ErrRollbackOnly)
		require.Empty(t, said(t.Context(), t, store))
	})
	t.Run("a swallowed statement error rolls all back", func(t *testing.T) {
		store := open(t)
		err := store.Do(t.Context(), func(ctx context.Context) error {
			require.NoError(t, say(ctx, store, "a"))
			_, err := store.SQL(ctx).ExecContext(ctx, "UPDATE there_is_no_such_table SET a = 1")
			require.Error(t, err)
			return nil
		})
		require.ErrorIs(t, err, mall.ErrRollbackOnly)
		require.Empty(t, said(t.Context(), t, store))
	})
	t.Run("a panic in a nested one that is recovered rolls all back", func(t *testing.T) {
		store := open(t)
		err := store.Do(t.Context(), func(ctx context.Context) error {
			func() {
				defer func() { _ = recover() }()
				_ = store.Do(ctx, func(context.Context) error { panic("nested") })
			}()
			return nil
		})
		require.ErrorIs(t, err, mall.ErrRollbackOnly)
	})
	t.Run("a write outside is ErrNoTx", func(t *testing.T) {
		store := open(t)
		require.ErrorIs(t, say(t.Context(), store, "a"), mall.ErrNoTx)
		_, err := store.SQL(t.Context()).ExecContext(t.Context(), "DELETE FROM x")
		require.ErrorIs(t, err, mall.ErrNoTx)
	})
	t.Run("two stores at once", func(t *testing.T) {
		a, b := open(t), open(t)
		require.NoError(t, a.Do(t.Context(), func(ctx context.Context) error {
			require.ErrorIs(t, say(ctx, b, "b without Do"), mall.ErrNoTx)
			return b.Do(ctx, func(ctx context.Context) error {
				return errors.Join(say(ctx, a, "a"), say(ctx, b, "b"))
			})
		}))
		require.Equal(t, []string{"a"}, said(t.Context(), t, a))
		require.Equal(t, []string{"b"}, said(t.Context(), t, b))
	})
}

func testTry(t *testing.T, open Open) {
	t.Run("undoes only itself", func(t *testing.T) {
		store := open(t)
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			require.NoError(t, say(ctx, store, "before"))
			require.ErrorIs(t, store.Try(ctx, func(ctx context.Context) error {
				require.NoError(t, say(ctx, store, "refused"))
				return errRefused
			}), errRefused)
			require.NoError(t, store.Try(ctx, func(ctx context.Context) error { return say(ctx, store, "kept") }))
			return say(ctx, store, "after")
		}))
		require.Equal(t, []string{"before", "kept", "after"}, said(t.Context(), t, store))
	})
	t.Run("undoes a failed statement", func(t *testing.T) {
		store := open(t)
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			require.Error(t, store.Try(ctx, func(ctx context.Context) error {
				_, err := store.SQL(ctx).QueryContext(ctx, "SELECT 1 FROM there_is_no_such_table")
				return err
			}))
			return say(ctx, store, "after")
		}))
		require.Equal(t, []string{"after"}, said(t.Context(), t, store))
	})
	t.Run("nests", func(t *testing.T) {
		store := open(t)
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			return store.Try(ctx, func(ctx context.Context) error {
				require.NoError(t, say(ctx, store, "outer"))
				require.Error(t, store.Try(ctx, func(ctx context.Context) error {
					require.NoError(t, store.Try(ctx, func(ctx context.Context) error { return say(ctx, store, "innermost") }))
					return errRefused
				}))
				return nil
			})
		}))
		require.Equal(t, []string{"outer"}, said(t.Context(), t, store))
	})
	t.Run("a swallowed Do in it fails the Try alone", func(t *testing.T) {
		store := open(t)
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			err := store.Try(ctx, func(ctx context.Context) error {
				require.NoError(t, say(ctx, store, "undone"))
				_ = store.Do(ctx, func(context.Context) error { return errRefused })
				return nil
			})
			require.ErrorIs(t, err, mall.ErrRollbackOnly)
			return say(ctx, store, "after")
		}))
		require.Equal(t, []string{"after"}, said(t.Context(), t, store))
	})
	t.Run("a recovered panic in it undoes it", func(t *testing.T) {
		store := open(t)
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			func() {
				defer func() { require.Equal(t, "boom", recover()) }()
				_ = store.Try(ctx, func(ctx context.Context) error {
					require.NoError(t, say(ctx, store, "undone"))
					panic("boom")
				})
			}()
			return say(ctx, store, "after")
		}))
		require.Equal(t, []string{"after"}, said(t.Context(), t, store))
	})
	t.Run("needs a Do", func(t *testing.T) {
		store := open(t)
		never := func(context.Context) error { panic("must not run") }
		require.ErrorIs(t, store.Try(t.Context(), never), mall.ErrNoTx)
		require.NoError(t, store.View(t.Context(), func(ctx context.Context) error {
			require.ErrorIs(t, store.Try(ctx, never), mall.ErrNoTx)
			return nil
		}))
	})
}

func testView(t *testing.T, open Open) {
	t.Run("reads one snapshot", func(t *testing.T) {
		store := open(t)
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error { return say(ctx, store, "a") }))
		require.Len(t, said(t.Context(), t, store), 1) // it has a position now
		require.NoError(t, store.View(t.Context(), func(ctx context.Context) error {
			require.True(t, mall.InTx(ctx))
			require.Len(t, said(ctx, t, store), 1)
			outside := t.Context()
			require.NoError(t, store.Do(outside, func(ctx context.Context) error { return say(ctx, store, "b") }))
			require.Len(t, said(outside, t, store), 2)
			require.Len(t, said(ctx, t, store), 1)
			return nil
		}))
	})
	t.Run("refuses writes", func(t *testing.T) {
		store := open(t)
		err := store.View(t.Context(), func(ctx context.Context) error {
			require.ErrorIs(t, say(ctx, store, "a"), mall.ErrReadOnly)
			_, err := store.SQL(ctx).ExecContext(ctx, "DELETE FROM x")
			require.ErrorIs(t, err, mall.ErrReadOnly)
			return store.Do(ctx, func(context.Context) error { panic("must not run") })
		})
		require.ErrorIs(t, err, mall.ErrReadOnly)
	})
	t.Run("inside Do reads that transaction", func(t *testing.T) {
		store := open(t)
		rolledBack(t, store, func(ctx context.Context) {
			require.NoError(t, say(ctx, store, "a"))
			require.NoError(t, store.View(ctx, func(ctx context.Context) error {
				require.Equal(t, []string{"a"}, said(ctx, t, store))
				return nil
			}))
		})
	})
}

func testOnCommit(t *testing.T, open Open) {
	t.Run("runs after the commit, in order, not cancelled", func(t *testing.T) {
		store := open(t)
		var got []string
		ctx, cancel := context.WithCancel(t.Context())
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			store.OnCommit(ctx, func(ctx context.Context) {
				require.NoError(t, ctx.Err())
				require.False(t, mall.InTx(ctx))
				got = append(got, "first")
				got = append(got, said(ctx, t, store)...)
			})
			err := store.Do(ctx, func(ctx context.Context) error {
				store.OnCommit(ctx, func(context.Context) { panic("recovered") })
				return nil
			})
			require.NoError(t, err)
			store.OnCommit(ctx, func(ctx context.Context) {
				require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return say(ctx, store, "b") }))
				got = append(got, "last")
			})
			err = say(ctx, store, "a")
			cancel()
			require.Empty(t, got)
			return err
		}))
		require.Equal(t, []string{"first", "a", "last"}, got)
	})
	t.Run("is dropped with a rollback and with a failed Try", func(t *testing.T) {
		store := open(t)
		var got []string
		note := func(ctx context.Context, s string) {
			store.OnCommit(ctx, func(context.Context) { got = append(got, s) })
		}
		rolledBack(t, store, func(ctx context.Context) { note(ctx, "rolled back") })
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			note(ctx, "1")
			_ = store.Try(ctx, func(ctx context.Context) error {
				note(ctx, "refused")
				return errRefused
			})
			return store.Try(ctx, func(ctx context.Context) error {
				note(ctx, "2")
				return nil
			})
		}))
		require.Equal(t, []string{"1", "2"}, got)
	})
	t.Run("without a transaction runs at once", func(t *testing.T) {
		store := open(t)
		ran := false
		store.OnCommit(t.Context(), func(context.Context) { ran = true })
		require.True(t, ran)
	})
}

// testEnded: a context that outlives its closure reaches nobody's transaction.
func testEnded(t *testing.T, open Open) {
	dead := func(t *testing.T, store storage.Store, ctx context.Context) {
		t.Helper()
		require.ErrorIs(t, say(ctx, store, "late"), mall.ErrTxDone)
		_, err := store.Events(ctx, 0, 1)
		require.ErrorIs(t, err, mall.ErrTxDone)
		require.ErrorIs(t, store.SQL(ctx).QueryRowContext(ctx, "SELECT 1").Scan(new(int)), mall.ErrTxDone)
		require.ErrorIs(t, store.Do(ctx, func(context.Context) error { panic("must not run") }), mall.ErrTxDone)
		require.ErrorIs(t, store.Try(ctx, func(context.Context) error { panic("must not run") }), mall.ErrTxDone)
		require.ErrorIs(t, store.View(ctx, func(context.Context) error { panic("must not run") }), mall.ErrTxDone)
		store.OnCommit(ctx, func(context.Context) { panic("must not run") })
	}
	t.Run("after Do, in OnCommit and in goroutines", func(t *testing.T) {
		store := open(t)
		gate, done := make(chan struct{}), make(chan struct{})
		var late context.Context
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			late = ctx
			store.OnCommit(ctx, func(context.Context) { dead(t, store, late) })
			go func() {
				defer close(done)
				<-gate
				dead(t, store, ctx)
			}()
			return nil
		}))
		// Somebody else's closure is open while the late one tries.
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			dead(t, store, late)
			close(gate)
			<-done
			return nil
		}))
		require.Empty(t, said(t.Context(), t, store))
	})
	t.Run("after Try and View", func(t *testing.T) {
		store := open(t)
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			var late context.Context
			require.NoError(t, store.Try(ctx, func(ctx context.Context) error { late = ctx; return nil }))
			dead(t, store, late)
			return say(ctx, store, "a")
		}))
		var late context.Context
		require.NoError(t, store.View(t.Context(), func(ctx context.Context) error { late = ctx; return nil }))
		_, err := store.Events(late, 0, 1)
		require.ErrorIs(t, err, mall.ErrTxDone)
	})
	t.Run("rows left open do not hold the connection", func(t *testing.T) {
		store := open(t)
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			_, err := store.SQL(ctx).QueryContext(ctx, "SELECT 1")
			return err
		}))
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			return store.SQL(ctx).QueryRowContext(ctx, "SELECT 1").Err()
		}))
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error { return say(ctx, store, "a") }))
	})
}

// testUnwinding: panics and runtime.Goexit leave nothing behind.
func testUnwinding(t *testing.T, open Open) {
	store := open(t)
	for range 3 {
		require.PanicsWithValue(t, "boom", func() {
			_ = store.Do(t.Context(), func(ctx context.Context) error {
				require.NoError(t, say(ctx, store, "panicked"))
				panic("boom")
			})
		})
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = store.Do(t.Context(), func(ctx context.Context) error {
				_ = say(ctx, store, "gone")
				runtime.Goexit()
				return nil
			})
		}()
		<-done
		require.Panics(t, func() { _ = store.View(t.Context(), func(context.Context) error { panic("view") }) })
	}
	require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error { return say(ctx, store, "a") }))
	require.Equal(t, []string{"a"}, said(t.Context(), t, store))
}

func testCancelled(t *testing.T, open Open) {
	t.Run("before it begins", func(t *testing.T) {
		store := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		never := func(context.Context) error { panic("must not run") }
		require.ErrorIs(t, store.Do(ctx, never), context.Canceled)
		require.ErrorIs(t, store.View(ctx, never), context.Canceled)
	})
	t.Run("between two statements", func(t *testing.T) {
		store := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		err := store.Do(ctx, func(ctx context.Context) error {
			require.NoError(t, say(ctx, store, "a"))
			cancel()
			return say(ctx, store, "b")
		})
		require.ErrorIs(t, err, context.Canceled)
		require.Empty(t, said(t.Context(), t, store))
	})
	t.Run("after the last statement it commits", func(t *testing.T) {
		store := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			defer cancel()
			return say(ctx, store, "a")
		}))
		require.Equal(t, []string{"a"}, said(t.Context(), t, store))
	})
	t.Run("a cancelled Try is undone", func(t *testing.T) {
		store := open(t)
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			part, cancel := context.WithCancel(ctx)
			require.ErrorIs(t, store.Try(part, func(ctx context.Context) error {
				require.NoError(t, say(ctx, store, "undone"))
				cancel()
				return say(ctx, store, "b")
			}), context.Canceled)
			return say(ctx, store, "after")
		}))
		require.Equal(t, []string{"after"}, said(t.Context(), t, store))
	})
}

// testCrowd: many writers at once, some of which fail, panic or leave.
func testCrowd(t *testing.T, open Open) {
	store := open(t)
	const callers, rounds = 24, 8
	var kept, hooks atomic.Int64
	gate := make(chan struct{})
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			<-gate
			for n := range rounds {
				crowdMember(t, store, (i+n)%6, &kept, &hooks)
			}
		})
	}
	close(gate)
	wg.Wait()
	events, err := store.Events(t.Context(), 0, 1000)
	require.NoError(t, err)
	require.EqualValues(t, kept.Load(), len(events))
	require.Equal(t, kept.Load(), hooks.Load())
	for i, e := range events {
		require.EqualValues(t, i+1, e.ID)
	}
}

func crowdMember(t *testing.T, store storage.Store, how int, kept, hooks *atomic.Int64) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	defer func() { _ = recover() }()
	err := store.Do(ctx, func(ctx context.Context) error {
		store.OnCommit(ctx, func(context.Context) { hooks.Add(1) })
		if err := say(ctx, store, "crowd"); err != nil {
			return err
		}
		switch how {
		case 1:
			return errRefused
		case 2:
			panic("crowd")
		case 3:
			cancel()
			return say(ctx, store, "never")
		case 4:
			_ = store.Try(ctx, func(ctx context.Context) error {
				_ = say(ctx, store, "never")
				return errRefused
			})
		}
		return nil
	})
	if err == nil {
		kept.Add(1)
	}
}
