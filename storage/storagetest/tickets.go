package storagetest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/qrlogin"
)

// openTicket stores the ticket of a socket and issues a state that is due in
// a minute.
func openTicket(t *testing.T, store interface {
	mall.Tx
	Tickets() qrlogin.Repository
}, socket, state string) {
	t.Helper()
	require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
		if err := store.Tickets().Open(ctx, qrlogin.Ticket{Socket: socket, CreatedAt: moment0, ExpiresAt: moment0.Add(time.Hour)}); err != nil {
			return err
		}
		ok, err := store.Tickets().Issue(ctx, socket, state, moment0, moment0.Add(time.Minute))
		require.True(t, ok)
		return err
	}))
}

func testTickets(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Tickets(), t.Context()
	blank := qrlogin.Ticket{Socket: "s", CreatedAt: moment0, ExpiresAt: moment0.Add(time.Hour)}
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.Open(ctx, blank)) })
	require.ErrorIs(t, repo.Open(ctx, blank), mall.ErrNoTx)
	did := func(want bool, fn func(ctx context.Context) (bool, error)) {
		t.Helper()
		must(t, store, func(ctx context.Context) error {
			ok, err := fn(ctx)
			require.Equal(t, want, ok)
			return err
		})
	}
	pending := func(at time.Time, sockets ...string) (list []qrlogin.Ticket) {
		t.Helper()
		list, err := repo.Pending(ctx, sockets, at)
		require.NoError(t, err)
		return list
	}
	due, late := moment0.Add(time.Minute), moment0.Add(2*time.Minute)
	openTicket(t, store, "s", "one")
	openTicket(t, store, "other", "two")
	require.ErrorIs(t, store.Do(ctx, func(ctx context.Context) error { return repo.Open(ctx, blank) }), mall.ErrConflict)
	issue := func(socket string, at time.Time) func(context.Context) (bool, error) {
		return func(ctx context.Context) (bool, error) { return repo.Issue(ctx, socket, "new", at, due) }
	}
	did(false, issue("nobody", moment0))
	did(false, issue("s", moment0.Add(time.Hour)))
	got, err := repo.ByState(ctx, "one")
	require.NoError(t, err)
	want := blank
	want.State, want.Status, want.DueAt = "one", qrlogin.Issued, due
	require.Equal(t, &want, got)
	_, err = repo.ByState(ctx, "new")
	require.ErrorIs(t, err, mall.ErrNotFound)
	require.Empty(t, pending(moment0, "s", "other"))
	require.Empty(t, pending(due))
	require.Len(t, pending(due, "s", "other", "nobody"), 2, "overdue")

	scan := func(state string, at time.Time) func(context.Context) (bool, error) {
		return func(ctx context.Context) (bool, error) { return repo.Scan(ctx, state, "code", at, late) }
	}
	did(false, scan("none", moment0))
	did(false, scan("one", due))
	did(true, scan("one", moment0))
	did(false, scan("one", moment0))
	list := pending(moment0, "s", "other")
	require.Len(t, list, 1)
	require.Equal(t, []any{qrlogin.Scanned, "code", late}, []any{list[0].Status, list[0].Code, list[0].DueAt})
	tell := func(ctx context.Context) (bool, error) { return repo.Move(ctx, list[0], qrlogin.Told) }
	did(true, tell)
	did(false, tell)
	require.Empty(t, pending(moment0, "s"))
	require.Len(t, pending(late, "s"), 1)

	claim := func(at time.Time) *qrlogin.Ticket {
		t.Helper()
		var claimed *qrlogin.Ticket
		err := store.Do(ctx, func(ctx context.Context) (err error) {
			claimed, err = repo.Claim(ctx, "code", at)
			return err
		})
		if err != nil {
			require.ErrorIs(t, err, mall.ErrNotFound)
			return nil
		}
		return claimed
	}
	require.Nil(t, claim(late))
	claimed := claim(moment0)
	require.Equal(t, []any{"s", "one", "code"}, []any{claimed.Socket, claimed.State, claimed.Code})
	require.Nil(t, claim(moment0), "once")
	restore := func(ctx context.Context) (bool, error) { return repo.Restore(ctx, *claimed) }
	did(true, restore)
	did(false, restore)
	require.NotNil(t, claim(moment0), "good again")
	did(true, issue("s", moment0))
	did(false, restore)
	_, err = repo.ByState(ctx, "one")
	require.ErrorIs(t, err, mall.ErrNotFound, "a new state takes the place of the old")
	list = pending(due, "s")
	did(true, func(ctx context.Context) (bool, error) { return repo.Move(ctx, list[0], qrlogin.Idle) })
	require.Empty(t, pending(due.Add(time.Hour), "s"), "lapsed")

	must(t, store, func(ctx context.Context) error { return repo.Close(ctx, "s") })
	must(t, store, func(ctx context.Context) error { return repo.Close(ctx, "s") })
	did(false, issue("s", moment0))
	must(t, store, func(ctx context.Context) error {
		n, err := repo.Forget(ctx, moment0.Add(2*time.Hour), 10)
		require.Equal(t, int64(1), n, "the other one")
		return err
	})
}

// testTicketRaces: of many phones one scans a code, of many logins one takes
// it, and one process tells.
func testTicketRaces(t *testing.T, open Open) {
	store := open(t)
	repo := store.Tickets()
	openTicket(t, store, "s", "one")
	var scanned, told, claimed atomic.Int64
	race := func(won *atomic.Int64, fn func(ctx context.Context) (bool, error)) {
		together(20, func(int) {
			ok := false
			if err := store.Do(t.Context(), func(ctx context.Context) (err error) { ok, err = fn(ctx); return err }); err == nil && ok {
				won.Add(1)
			}
		})
	}
	race(&scanned, func(ctx context.Context) (bool, error) {
		return repo.Scan(ctx, "one", "code", moment0, moment0.Add(time.Hour))
	})
	list, err := repo.Pending(t.Context(), []string{"s"}, moment0)
	require.NoError(t, err)
	race(&told, func(ctx context.Context) (bool, error) { return repo.Move(ctx, list[0], qrlogin.Told) })
	race(&claimed, func(ctx context.Context) (bool, error) {
		_, err := repo.Claim(ctx, "code", moment0)
		return err == nil, err
	})
	require.Equal(t, [3]int64{1, 1, 1}, [3]int64{scanned.Load(), told.Load(), claimed.Load()})
}
