// Command sdktest plays the story of a shopper by the unmodified npm SDK
// against the example host, on SQLite and on a throw-away PostgreSQL cluster.
// Run it in the module after "npm ci" in this folder:
//
//	go run ./httpadapter/wxapi/sdktest
//
// MALL_SDK_POSTGRES_DSN names an empty database to use instead of a cluster.
// Without server binaries the PostgreSQL part is skipped, visibly, unless
// MALL_REQUIRE_POSTGRES is 1. Further arguments go to node.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gomall-dev/mall/storage/storagetest/pgtest"
)

const folder = "httpadapter/wxapi/sdktest"

func main() {
	if err := play(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "sdktest:", err)
		os.Exit(1)
	}
}

func play(args []string) (err error) {
	dir, err := os.MkdirTemp("", "mall-sdktest")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "mall")
	if err := command("go", "build", "-o", binary, "./examples/mall").Run(); err != nil {
		return err
	}

	env := append(os.Environ(), "MALL_HOST_BINARY="+binary)
	if os.Getenv("MALL_SDK_POSTGRES_DSN") == "" {
		dsn, stop, failed := pgtest.Start()
		switch {
		case failed == nil:
			defer func() { err = errors.Join(err, stop()) }()
			env = append(env, "MALL_SDK_POSTGRES_DSN="+dsn)
		case os.Getenv("MALL_REQUIRE_POSTGRES") == "1":
			return failed
		default:
			fmt.Fprintln(os.Stderr, "sdktest: without PostgreSQL:", failed)
		}
	}
	node := command("node", append([]string{"--test"}, args...)...)
	node.Dir, node.Env = folder, env
	return node.Run()
}

func command(name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return c
}
