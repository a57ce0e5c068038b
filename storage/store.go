package storage

import (
	"context"

	"github.com/gomall-dev/mall"
)

// Store is the union of the repositories that the domains declare, with the
// transactions they share. sqlite.Open and postgres.Open give one.
type Store interface {
	mall.Tx
	mall.Outbox

	// Migrate brings the database to the version of the code and says which
	// steps it applied. It is idempotent and safe with many processes.
	Migrate(ctx context.Context) (applied []int, err error)
	// Version is the version of the database and the one the code needs.
	Version(ctx context.Context) (have, want int, err error)
	// Close ends the pools; a running Do is waited for.
	Close() error

	// repositories: auth

	// repositories: catalog

	// repositories: cart, order, marketing

	// repositories: payment

	// repositories: cms
}
