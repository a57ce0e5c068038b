// Command loadtest puts a bounded load on the example host and reports what it
// costs: operations a second, latencies, CPU of the server and of the
// database, the server's peak memory and its start-up time.
//
//	go run ./examples/loadtest                                     # every scenario on a fresh SQLite file
//	go run ./examples/loadtest -db postgres://… -dbpid 123         # on PostgreSQL, with the CPU of its server processes
//	go run ./examples/loadtest -scenarios list,order -workers 1,8 -duration 10s
//	go run ./examples/loadtest -seed-goods 1000000 -scenarios pages,search
//	go run ./examples/loadtest -processes 2 -gomaxprocs 1 -db postgres://…
//
// It builds and starts the host itself, on loopback only, with demo data and
// the sandbox gateway, and ends it. Every load is bounded in time and workers.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	maxDuration = 2 * time.Minute
	maxWorkers  = 64
)

func main() {
	log.SetFlags(0)
	var (
		o         options
		scenarios = flag.String("scenarios", "list,detail,cart,order,flow-balance,flow-gateway", "comma list; pages and search need -seed-goods to mean much")
		workers   = flag.String("workers", "1,8", "closed-loop workers, a comma list")
		duration  = flag.Duration("duration", 8*time.Second, "timed part of each run, at most 2m")
		warmup    = flag.Duration("warmup", 2*time.Second, "untimed part before it")
		seed      = flag.Int("seed-goods", 1000, "plain goods to add before the start, spread over categories")
	)
	flag.StringVar(&o.db, "db", "", "SQLite path or postgres:// URL (default: a file in a temporary folder)")
	flag.StringVar(&o.host, "host", "", "binary of the example host (default: built from ./examples/mall)")
	flag.IntVar(&o.processes, "processes", 1, "host processes; more than one needs PostgreSQL")
	flag.IntVar(&o.maxprocs, "gomaxprocs", 0, "GOMAXPROCS of each host process, 0 leaves it")
	flag.IntVar(&o.dbpid, "dbpid", 0, "process id of the database server, for its CPU time")
	flag.Parse()
	if *duration > maxDuration || *warmup > maxDuration {
		log.Fatalf("loadtest: at most %v a run", maxDuration)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, strings.Split(*scenarios, ","), strings.Split(*workers, ","), *warmup, *duration, *seed); err != nil {
		log.Fatal("loadtest: ", err)
	}
}

func run(ctx context.Context, o options, names, workers []string, warmup, duration time.Duration, seed int) error {
	dir, err := os.MkdirTemp("", "mall-loadtest-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	o.dir = dir
	if o.db == "" {
		o.db = filepath.Join(dir, "mall.db")
	}
	hosts, err := start(ctx, o, seed)
	if err != nil {
		return err
	}
	defer hosts.stop()
	fmt.Printf("ready %v after the start, on an existing database\n", hosts.ready.Round(time.Millisecond))
	fmt.Println("scenario      workers      op/s    p50 ms    p95 ms    p99 ms  server cpu ms/op  db cpu ms/op  peak MB  errors")
	for _, name := range names {
		sc, ok := catalogue[name]
		if !ok {
			return fmt.Errorf("no scenario %q", name)
		}
		for _, w := range workers {
			n, err := strconv.Atoi(w)
			if err != nil || n < 1 || n > maxWorkers {
				return fmt.Errorf("workers %q: 1 to %d", w, maxWorkers)
			}
			if err := measure(ctx, hosts, name, sc, n, warmup, duration); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return nil
}

// measure runs one scenario with n closed-loop workers and prints its line.
func measure(ctx context.Context, hosts *hosts, name string, sc scenario, n int, warmup, duration time.Duration) error {
	ops := make([]op, n)
	for i := range ops {
		c := newClient(hosts.urls[i%len(hosts.urls)])
		var err error
		if ops[i], err = sc(ctx, c, name, i); err != nil {
			return err
		}
	}
	var (
		wg     sync.WaitGroup
		timed  atomic.Bool
		stop   atomic.Bool
		errs   atomic.Int64
		first  atomic.Pointer[error]
		spans  = make([][]time.Duration, n)
		before usage
	)
	for i, do := range ops {
		wg.Go(func() {
			for !stop.Load() && ctx.Err() == nil {
				t := time.Now()
				err := do(ctx)
				switch {
				case err != nil:
					first.CompareAndSwap(nil, &err)
					if errs.Add(1) > 1000 {
						return
					}
				case timed.Load():
					spans[i] = append(spans[i], time.Since(t))
				}
			}
		})
	}
	wait(ctx, warmup)
	before = hosts.usage()
	timed.Store(true)
	began := time.Now()
	wait(ctx, duration)
	timed.Store(false)
	took, after := time.Since(began), hosts.usage()
	stop.Store(true)
	wg.Wait()
	all := slices.Concat(spans...)
	slices.Sort(all)
	done := float64(max(len(all), 1))
	fmt.Printf("%-13s %7d %9.0f %9.2f %9.2f %9.2f %17.3f %13.3f %8.0f %7d\n", name, n, float64(len(all))/took.Seconds(),
		quantile(all, .5), quantile(all, .95), quantile(all, .99),
		(after.server-before.server)*1000/done, (after.database-before.database)*1000/done, after.peakMB, errs.Load())
	if e := first.Load(); e != nil {
		fmt.Println("  first error:", *e)
	}
	return ctx.Err()
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// quantile is in milliseconds, of sorted spans.
func quantile(spans []time.Duration, q float64) float64 {
	if len(spans) == 0 {
		return 0
	}
	return float64(spans[min(len(spans)-1, int(q*float64(len(spans))))].Microseconds()) / 1000
}
