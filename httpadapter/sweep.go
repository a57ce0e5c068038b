package httpadapter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"time"
)

// Sweep is a piece of work that must happen some time after its cause: expiring
// orders, asking for payments, flushing counters. Every sweep is idempotent,
// limited in one run and safe with many processes.
type Sweep struct {
	Name  string
	Every time.Duration
	// Run works off one batch and says how much it found.
	Run func(ctx context.Context) (int, error)
}

// Sweeps lists the sweeps, for hosts with a scheduler of their own.
func (s *Services) Sweeps() []Sweep { return s.sweeps }

// Sweep runs every sweep once, in their order. Errors are joined; one sweep
// that fails does not keep the others from running.
func (s *Services) Sweep(ctx context.Context) error {
	var errs []error
	for _, sw := range s.sweeps {
		if _, err := sw.guarded(ctx); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Run drives all sweeps until ctx ends, then waits for the running ones and
// returns nil. The library starts no goroutine before Run is called.
func (s *Services) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, sw := range s.sweeps {
		wg.Go(func() { sw.drive(ctx, s.log) })
	}
	wg.Wait()
	return nil
}

// drive repeats one sweep. The interval varies by a fifth, so that processes
// do not sweep in step; after a batch with finds the next comes five times sooner.
func (sw Sweep) drive(ctx context.Context, log *slog.Logger) {
	wait := time.Duration(rand.Int64N(int64(sw.Every)/4 + 1))
	for {
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
		n, err := sw.guarded(ctx)
		if err != nil && ctx.Err() == nil {
			log.Error("sweep failed", "sweep", sw.Name, "error", err)
		}
		wait = sw.Every*4/5 + time.Duration(rand.Int64N(int64(sw.Every)*2/5+1))
		if n > 0 && err == nil {
			wait /= 5
		}
	}
}

func (sw Sweep) guarded(ctx context.Context) (n int, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("sweep %s: panic: %v\n%s", sw.Name, p, debug.Stack())
		}
	}()
	if n, err = sw.Run(ctx); err != nil {
		return n, fmt.Errorf("sweep %s: %w", sw.Name, err)
	}
	return n, nil
}

// plain makes a Sweep's Run of work that does not count.
func plain(fn func(context.Context) error) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) { return 0, fn(ctx) }
}
