// Hosttx is a program with tables of its own beside the shop's, in one
// database. It shows both ways to change the two together: its own statements
// in the shop's transaction, and the shop's work in a transaction of its own.
package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/postgres"
	"github.com/gomall-dev/mall/storage/sqlite"
)

func main() {
	db := flag.String("db", "hosttx.db", "SQLite file or postgres:// URL")
	flag.Parse()
	if err := run(context.Background(), *db, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, db string, out io.Writer) error {
	store, err := open(ctx, db)
	if err != nil {
		return err
	}
	defer store.Close()

	// The preferred way: begin with the store, so that it may repeat the
	// transaction after a conflict and, on SQLite, share its commit with others.
	err = store.Do(ctx, func(ctx context.Context) error {
		host := store.SQL(ctx)
		if _, err := host.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS host_notes (note TEXT NOT NULL)"); err != nil {
			return err
		}
		if _, err := host.ExecContext(ctx, "INSERT INTO host_notes (note) VALUES ('in the shop''s transaction')"); err != nil {
			return err
		}
		return shopWork(ctx, store)
	})
	if err != nil {
		return err
	}

	// A refusal takes the host's statements back as well.
	err = store.Do(ctx, func(ctx context.Context) error {
		if _, err := store.SQL(ctx).ExecContext(ctx, "INSERT INTO host_notes (note) VALUES ('taken back')"); err != nil {
			return err
		}
		return errRefused
	})
	if !errors.Is(err, errRefused) {
		return err
	}

	// The other way: the host has a transaction already and lends it.
	if err := lend(ctx, store); err != nil {
		return err
	}
	return report(ctx, store, out)
}

var errRefused = errors.New("refused")

// lend does the shop's work inside a transaction of the host's.
func lend(ctx context.Context, store storage.Store) error {
	tx, err := store.BeginTx(ctx)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO host_notes (note) VALUES ('in the host''s transaction')"); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	inside, lent := store.Within(ctx, tx)
	if err := shopWork(inside, store); err != nil {
		defer lent.RolledBack()
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		lent.RolledBack()
		return err
	}
	lent.Committed()
	return nil
}

// shopWork stands for a call of any service: it gets the context that carries
// the transaction.
func shopWork(ctx context.Context, store storage.Store) error {
	return store.Do(ctx, func(ctx context.Context) error {
		store.OnCommit(ctx, func(context.Context) { log.Println("committed") })
		return store.Append(ctx, mall.Event{Kind: "host.noted", At: time.Now()})
	})
}

func report(ctx context.Context, store storage.Store, out io.Writer) error {
	return store.View(ctx, func(ctx context.Context) error {
		rows, err := store.SQL(ctx).QueryContext(ctx, "SELECT note FROM host_notes ORDER BY note")
		if err != nil {
			return err
		}
		if err := printNotes(rows, out); err != nil {
			return err
		}
		return nil
	})
}

func printNotes(rows *sql.Rows, out io.Writer) error {
	defer rows.Close()
	for rows.Next() {
		var note string
		if err := rows.Scan(&note); err != nil {
			return err
		}
		fmt.Fprintln(out, note)
	}
	return rows.Err()
}

func open(ctx context.Context, db string) (storage.Store, error) {
	if strings.HasPrefix(db, "postgres://") || strings.HasPrefix(db, "postgresql://") {
		return postgres.Open(ctx, db, &postgres.Options{Migrate: true})
	}
	return sqlite.Open(ctx, db, &sqlite.Options{Migrate: true})
}
