package postgres

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
)

// Writes whose result nobody looks at go to the server with the next statement
// or with the COMMIT, in their order. One that fails fails the transaction, by
// prepared statements and by the simple protocol.
func TestOwedWrites(t *testing.T) {
	t.Parallel()
	byProtocols(t, func(t *testing.T, cfg *pgx.ConnConfig) {
		writes := counting(cfg)
		s, err := open(t.Context(), cfg, &Options{Migrate: true, Conns: 1})
		require.NoError(t, err)
		defer s.Close()
		require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error {
			_, err := s.SQL(ctx).ExecContext(ctx, `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
				BEGIN IF NEW.kind = 'bad' THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$;
				CREATE TRIGGER refuse BEFORE INSERT ON mall.outbox FOR EACH ROW EXECUTE FUNCTION refuse()`)
			return err
		}))
		one := func(ctx context.Context) (n int, err error) {
			err = s.SQL(ctx).QueryRowContext(ctx, "SELECT COUNT(*) FROM mall.outbox").Scan(&n)
			return n, err
		}
		put := func(ctx context.Context, kind string) {
			require.NoError(t, s.Append(ctx, mall.Event{Kind: kind, At: time.UnixMilli(1)}), "it is sent later")
		}
		trips := func(fn func(context.Context)) int64 {
			require.NoError(t, s.Ping(t.Context()))
			before := writes.Load()
			require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error { fn(ctx); return nil }))
			return writes.Load() - before
		}
		for range 3 { // until the statement is prepared
			trips(func(ctx context.Context) { put(ctx, "good") })
		}
		require.EqualValues(t, 2, trips(func(ctx context.Context) { put(ctx, "good"); put(ctx, "good") }))
		require.EqualValues(t, 2, trips(func(ctx context.Context) {
			put(ctx, "good")
			n, err := one(ctx)
			require.NoError(t, err)
			require.Equal(t, 6, n, "a read sees what is owed")
			put(ctx, "good")
		}))
		require.EqualValues(t, 2, trips(func(ctx context.Context) {
			require.NoError(t, s.Try(ctx, func(ctx context.Context) error { put(ctx, "good"); return nil }))
		}), "savepoints wait as well")
		all, err := s.Events(t.Context(), 0, 100)
		require.NoError(t, err)
		require.Len(t, all, 8)

		refusal := errors.New("refusal")
		require.EqualValues(t, 2, trips(func(ctx context.Context) {
			put(ctx, "good")
			require.ErrorIs(t, s.Try(ctx, func(ctx context.Context) error { put(ctx, "bad"); return refusal }), refusal)
		}), "what is undone is not sent")
		require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error {
			require.ErrorIs(t, s.Try(ctx, func(ctx context.Context) error {
				_, err := one(ctx)
				require.NoError(t, err)
				put(ctx, "bad")
				return refusal
			}), refusal)
			require.Error(t, s.Try(ctx, func(ctx context.Context) error {
				_, err := s.SQL(ctx).ExecContext(ctx, "SELECT 1/0")
				return err
			}), "the savepoint came with the statement that failed")
			_, err := one(ctx)
			return err
		}))
		for what, fn := range map[string]func(context.Context) error{
			"with the commit":    func(ctx context.Context) error { put(ctx, "good"); put(ctx, "bad"); return nil },
			"with the next read": func(ctx context.Context) error { put(ctx, "bad"); _, err := one(ctx); return err },
			"behind a read": func(ctx context.Context) error {
				_, err := one(ctx)
				put(ctx, "good")
				put(ctx, "bad")
				return err
			},
			"in a savepoint": func(ctx context.Context) error {
				return s.Try(ctx, func(ctx context.Context) error { put(ctx, "bad"); return nil })
			},
		} {
			require.ErrorContains(t, s.Do(t.Context(), fn), "refused", what)
		}
		n, err := one(t.Context())
		require.NoError(t, err)
		require.Equal(t, 9, n)
		require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error { put(ctx, "good"); return nil }), "the connection goes on")
	})
}
