package sandbox

import (
	"context"
	"strings"

	"github.com/gomall-dev/mall/storage"
)

// DB is the shop's database, in which the sandbox keeps tables of its own, so
// that several host processes share one sandbox.
type DB struct {
	storage.Store
	Postgres bool
	Prefix   string // of the shop's own tables: "mall_" or "mall."
}

// tables of the sandbox: names never collide with the library's, which have a
// prefix or a schema.
const tables = `
CREATE TABLE IF NOT EXISTS sandbox_outbox (
	id {id}, kind TEXT NOT NULL, recipient TEXT NOT NULL, code TEXT NOT NULL, body TEXT NOT NULL, at BIGINT NOT NULL
);
-- GET /sandbox/outbox: newest messages to one recipient
CREATE INDEX IF NOT EXISTS sandbox_outbox_recipient ON sandbox_outbox (recipient, id);
CREATE TABLE IF NOT EXISTS sandbox_gateway (
	number TEXT PRIMARY KEY, prepay TEXT NOT NULL, version BIGINT NOT NULL, body TEXT NOT NULL
);
-- POST /sandbox/pay: an order by its prepay id
CREATE UNIQUE INDEX IF NOT EXISTS sandbox_gateway_prepay ON sandbox_gateway (prepay)
`

// migrate makes the tables; several processes may do so at once.
func (d DB) migrate(ctx context.Context) error {
	id := "INTEGER PRIMARY KEY AUTOINCREMENT"
	if d.Postgres {
		id = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
	}
	return d.Do(ctx, func(ctx context.Context) error {
		if d.Postgres {
			// CREATE TABLE IF NOT EXISTS alone fails when two processes start together.
			if _, err := d.SQL(ctx).ExecContext(ctx, "SELECT pg_advisory_xact_lock(727110951)"); err != nil {
				return err
			}
		}
		for statement := range strings.SplitSeq(strings.ReplaceAll(tables, "{id}", id), ";\n") {
			if _, err := d.SQL(ctx).ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
}

// exec is one statement in a transaction of its own.
func (d DB) exec(ctx context.Context, query string, args ...any) error {
	return d.Do(ctx, func(ctx context.Context) error {
		_, err := d.SQL(ctx).ExecContext(ctx, query, args...)
		return err
	})
}
