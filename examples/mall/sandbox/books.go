package sandbox

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/gomall-dev/mall/payment/paytest"
)

// books are the gateway's orders in the shop's database, for all its processes.
type books struct{ db DB }

var _ paytest.Books = books{}

// Order finds an order by its number.
func (b books) Order(ctx context.Context, number string) (paytest.Order, bool, error) {
	return b.find(ctx, "SELECT body FROM sandbox_gateway WHERE number = $1", number)
}

// ByPrepay finds an order by its prepay id.
func (b books) ByPrepay(ctx context.Context, prepay string) (paytest.Order, bool, error) {
	return b.find(ctx, "SELECT body FROM sandbox_gateway WHERE prepay = $1", prepay)
}

func (b books) find(ctx context.Context, query, key string) (o paytest.Order, ok bool, err error) {
	var body string
	switch err := b.db.SQL(ctx).QueryRowContext(ctx, query, key).Scan(&body); {
	case errors.Is(err, sql.ErrNoRows):
		return o, false, nil
	case err != nil:
		return o, false, err
	}
	err = json.Unmarshal([]byte(body), &o)
	return o, err == nil, err
}

// Save stores an order if nobody was faster.
func (b books) Save(ctx context.Context, o paytest.Order) (saved bool, err error) {
	before := o.Version
	o.Version++
	body, err := json.Marshal(o)
	if err != nil {
		return false, err
	}
	err = b.db.Do(ctx, func(ctx context.Context) error {
		saved = false
		var res sql.Result
		var err error
		if before == 0 {
			res, err = b.db.SQL(ctx).ExecContext(ctx,
				"INSERT INTO sandbox_gateway (number, prepay, version, body) VALUES ($1, $2, $3, $4) ON CONFLICT (number) DO NOTHING",
				o.Number, o.Prepay, o.Version, string(body))
		} else {
			res, err = b.db.SQL(ctx).ExecContext(ctx,
				"UPDATE sandbox_gateway SET version = $1, body = $2 WHERE number = $3 AND version = $4", o.Version, string(body), o.Number, before)
		}
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		saved = n == 1
		return err
	})
	return saved, err
}

// FileBooks are the orders of a gateway that runs as a process of its own: in
// memory, and in a file with a line of JSON for each change.
type FileBooks struct {
	*paytest.Memory
	mu   sync.Mutex
	file *os.File
}

// OpenFileBooks reads the books of a file, which is made when it is not there.
func OpenFileBooks(path string) (_ *FileBooks, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	b := &FileBooks{Memory: paytest.NewBooks(), file: f}
	lines := bufio.NewReader(f)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return b, nil // a last line without its end was never acknowledged
		}
		if err != nil {
			return nil, err
		}
		var o paytest.Order
		if err := json.Unmarshal(line, &o); err != nil {
			return nil, fmt.Errorf("sandbox: books %s: %w", path, err)
		}
		if _, err := b.Memory.Save(context.Background(), o); err != nil {
			return nil, err
		}
	}
}

// Save stores an order in the file and in memory.
func (b *FileBooks) Save(ctx context.Context, o paytest.Order) (bool, error) {
	line, err := json.Marshal(o)
	if err != nil {
		return false, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if saved, err := b.Memory.Save(ctx, o); err != nil || !saved {
		return saved, err
	}
	_, err = b.file.Write(append(line, '\n'))
	return err == nil, err
}

// Close ends the file.
func (b *FileBooks) Close() error { return b.file.Close() }
