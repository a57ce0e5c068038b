package bunrepo

import (
	"database/sql"
	"fmt"
	"regexp"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
	"github.com/uptrace/bun/dialect/sqlitedialect"
	"github.com/uptrace/bun/schema"
)

var plain = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,30}$`)

// checkName refuses what is no plain lower-case identifier: the names go into
// SQL as they are.
func checkName(what, s string) error {
	if !plain.MatchString(s) {
		return fmt.Errorf("storage: %s %q must match %s", what, s, plain)
	}
	return nil
}

// SQLite is the query builder for SQLite with its tables under a prefix.
func SQLite(db *sql.DB, prefix string) (*bun.DB, error) {
	if err := checkName("prefix", prefix); err != nil {
		return nil, err
	}
	return bun.NewDB(db, sqlitedialect.New()).
		WithNamedArg("ns", bun.Safe(prefix)).WithNamedArg("ix", bun.Safe(prefix)), nil
}

// Postgres is the query builder for PostgreSQL with its tables in a schema.
func Postgres(db *sql.DB, name string) (*bun.DB, error) {
	if err := checkName("schema", name); err != nil {
		return nil, err
	}
	return bun.NewDB(db, pgdialect.New()).
		WithNamedArg("ns", schemaOf(name)).WithNamedArg("ix", bun.Safe("")), nil
}

// schemaOf is the named argument ns on PostgreSQL. bun writes the table of a
// row struct in quotes ("?(ns)orders"), statements in SQL have none around
// ?(ns)orders: both must become "schema"."orders" or "schema".orders.
type schemaOf string

// AppendQuery implements schema.QueryAppender.
func (s schemaOf) AppendQuery(_ schema.QueryGen, b []byte) ([]byte, error) {
	if len(b) > 0 && b[len(b)-1] == '"' {
		return append(append(b, s...), `"."`...), nil
	}
	return append(append(append(b, '"'), s...), `".`...), nil
}
