// Command mall is a runnable host: the whole shop behind its HTTP APIs, with
// demo data, a page for staff at /manage/, and a sandbox that plays WeChat,
// SMS, mail and the payment gateway.
//
//	go run ./examples/mall
//	go run ./examples/mall -db postgres://user@host/db -addr :8080 -public https://shop.example
//
// It creates and migrates the database, prints one line "listening on
// http://ADDR" when it is ready, logs to standard error and stops cleanly on
// SIGTERM or SIGINT. Exit codes: 0 after a clean stop, 1 after a failure, 2
// when the command line or the environment is wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

// gcPercent lets the heap grow to three times what is alive, instead of twice,
// before it is collected: what is alive is a few megabytes. GOGC overrides it.
const gcPercent = 200

func main() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// run is the program without its process: it returns the exit code.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	o, err := parse(args, environ, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err == nil {
		err = serve(ctx, o, slog.New(slog.NewTextHandler(stderr, nil)), stdout)
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errUsage):
		fmt.Fprintln(stderr, "mall:", err)
		return 2
	}
	fmt.Fprintln(stderr, "mall:", err)
	return 1
}
