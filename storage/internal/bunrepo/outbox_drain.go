package bunrepo

import (
	"context"
	"crypto/rand"
	"time"

	"github.com/gomall-dev/mall"
)

const (
	// drainBatch is how many events are read at a time.
	drainBatch = 100
	// drainLease is how long a consumer's cursor belongs to one Drain that no
	// longer moves it; it is renewed with every event.
	drainLease = 30 * time.Second
)

// ErrLeaseLost says that another Drain of the same consumer took over, because
// handling one event took longer than the lease.
var ErrLeaseLost = mall.E(mall.Conflict, "outbox.lease_lost", "another drain of this consumer took over")

// Drain calls fn for each committed event that the named consumer has not
// handled yet, in order, outside of any transaction, and says how many it
// handled. Its cursor moves on after each success, so an event whose handling
// failed, or whose process died, comes again: at least once. The first error
// ends the run. One Drain of a consumer runs at a time, over all processes;
// another one returns 0 at once. A consumer begins with the oldest event there.
func (s *Store) Drain(ctx context.Context, consumer string, fn func(ctx context.Context, e mall.Event) error) (handled int, err error) {
	d := drain{s, consumer, rand.Text()}
	at, ok, err := d.begin(ctx)
	if err != nil || !ok {
		return 0, err
	}
	defer d.end(context.WithoutCancel(ctx))
	for {
		events, err := s.Events(ctx, at, drainBatch)
		if err != nil || len(events) == 0 {
			return handled, err
		}
		for _, e := range events {
			if err := fn(ctx, e); err != nil {
				return handled, err
			}
			if err := d.move(ctx, e.ID); err != nil {
				return handled, err
			}
			handled++
		}
		at = events[len(events)-1].ID
	}
}

// DropConsumer forgets a consumer's cursor, so that PurgeEvents need not keep
// events for it.
func (s *Store) DropConsumer(ctx context.Context, consumer string) error {
	return s.engine.Do(ctx, func(ctx context.Context) error {
		_, err := s.rawWrite(ctx, "DELETE FROM ?(ns)outbox_cursors WHERE consumer = ?", consumer).Exec(ctx)
		return err
	})
}

// drain is one run for one consumer.
type drain struct {
	*Store
	consumer, holder string
}

// begin takes the lease and gives the position of the cursor.
func (d drain) begin(ctx context.Context) (at mall.ID, ok bool, err error) {
	now := time.Now()
	err = d.engine.Do(ctx, func(ctx context.Context) error {
		_, err := d.rawWrite(ctx, `INSERT INTO ?(ns)outbox_cursors (consumer, position, holder, leased_until)
			VALUES (?, 0, '', 0) ON CONFLICT DO NOTHING`, d.consumer).Exec(ctx)
		if err != nil {
			return err
		}
		ok, err = hit(d.rawWrite(ctx, `UPDATE ?(ns)outbox_cursors SET holder = ?, leased_until = ?
			WHERE consumer = ? AND leased_until < ?`,
			d.holder, now.Add(drainLease).UnixMilli(), d.consumer, now.UnixMilli()).Exec(ctx))
		if err != nil || !ok {
			return err
		}
		return d.rawRead(ctx, "SELECT position FROM ?(ns)outbox_cursors WHERE consumer = ?", d.consumer).Scan(ctx, &at)
	})
	return at, ok, err
}

// move puts the cursor behind an event and renews the lease.
func (d drain) move(ctx context.Context, to mall.ID) error {
	return d.engine.Do(ctx, func(ctx context.Context) error {
		ok, err := hit(d.rawWrite(ctx, `UPDATE ?(ns)outbox_cursors SET position = ?, leased_until = ?
			WHERE consumer = ? AND holder = ?`,
			to, time.Now().Add(drainLease).UnixMilli(), d.consumer, d.holder).Exec(ctx))
		if err == nil && !ok {
			err = ErrLeaseLost
		}
		return err
	})
}

// end gives the lease back; when that fails it runs out by itself.
func (d drain) end(ctx context.Context) {
	_ = d.engine.Do(ctx, func(ctx context.Context) error {
		_, err := d.rawWrite(ctx, "UPDATE ?(ns)outbox_cursors SET leased_until = 0 WHERE consumer = ? AND holder = ?",
			d.consumer, d.holder).Exec(ctx)
		return err
	})
}
