// Package storage is the contract between the domains and their databases.
//
//	store, err := sqlite.Open(ctx, "mall.db", &sqlite.Options{Migrate: true})
//	store, err := postgres.Open(ctx, "postgres://user@host/db", &postgres.Options{Migrate: true})
//
// [Store] is the union of the repositories that the domain packages declare,
// with the transactions they share. Packages sqlite and postgres open one with
// a driver; sqlitedb and postgresdb build one on pools of the host's own.
// Package storagetest proves a store, a third one too. The interfaces grow with
// the domains: they are not covered by the promise of compatibility.
//
// # Repositories
//
// A repository saves, finds and compares-and-sets; rules live in the services.
// A method that looks for one row gives mall.ErrNotFound, a taken unique key is
// mall.ErrConflict, a compare-and-set says whether it happened. Reads run on
// the transaction or snapshot of their context, else on their own; writes need
// a running Do, else they fail with mall.ErrNoTx. Lists send a fixed number of
// statements whatever the size of their page.
//
// # Transactions
//
// Do, Try, View and OnCommit are documented at [mall.Tx]. On both databases:
//
//   - A statement that fails, a joined Do that fails, and a panic that is
//     recovered on the way make the transaction roll back, even if the error is
//     swallowed: Do gives mall.ErrRollbackOnly with the first failure as cause.
//     Work whose failure is a result goes into a Try.
//   - The context given to a closure belongs to it. Once the closure has ended,
//     whatever uses the context (a goroutine, an OnCommit callback) gets
//     mall.ErrTxDone, never a statement in somebody else's transaction.
//   - Contexts of several stores nest; each store finds its own transaction.
//   - The context is checked before each statement; after the last one a
//     cancellation comes too late, and the commit happens.
//
// PostgreSQL runs READ COMMITTED, and nothing rests on a session: no SET, no
// search path, no session locks; statements are prepared only where a
// connection leads to the server itself (see package postgres). A rule that counts
// or looks at other rows owns a row that it compares-and-sets, or a unique
// index. Serialization failures and deadlocks are repeated, at most 3 times.
// A statement that is cancelled while it runs costs its connection.
//
// SQLite has one writing connection, and readers with snapshots of their own.
// Callers of Do who wait at the same time share one commit, and so one sync of
// the disk: each runs its closure under a savepoint, and whoever sees nobody
// waiting commits for all; nobody returns before that. A group ends at 64
// closures or after 20 ms. Statements inside a write are never interrupted,
// because that would undo the whole group. When a group is lost (a full disk,
// an I/O error), the closure that lost it gets the error and the others run
// again, each alone. So a closure touches nothing but the database and its own
// locals, and calls nobody who might wait. A Do that is started inside another
// one with a context from outside waits for itself: it gives up after 30 s.
//
// # The host's own statements
//
// Preferred: begin with the store, and run own statements by [Store.SQL] with
// the context of the closure; they commit and roll back with the rest. Close
// rows before the next statement. Else: lend a transaction by [Store.Within].
// On SQLite it holds the only writer until Committed or RolledBack is called,
// and other writes wait at most 1 s (sqlitedb.ErrWriterLent).
//
// # Names and migrations
//
// Tables are in the schema "mall" on PostgreSQL and begin with "mall_" on
// SQLite; Options change that. A tenant is a store: a schema or a file each.
// Migrations are numbered, additive and only go up. Open refuses a database
// that is older (ErrOlder) or newer (ErrNewer) than the code; with
// Options.Migrate it brings an older one up first, in one transaction and one
// process at a time. Options.Unchecked opens whatever is there, for hosts that
// call Migrate or MigrateTx by hand, or run the files of sqlitedb.Migrations or
// postgresdb.Migrations with a migrator of their own.
//
// # Events
//
// Every state move, ledger entry and settled payment appends a [mall.Event] in
// its transaction. [Store.Events] numbers them when they are first read, one
// reader at a time: ids rise without gaps in the order in which they can be
// seen, so a reader that remembers the last one misses none. [Store.Drain]
// does that for a named consumer.
package storage
