// Package nodetest runs test files of Node.js against the example host: it
// builds the host, makes a throw-away PostgreSQL cluster and hands both on.
//
//	func main() { nodetest.Main("httpadapter/wxapi/sdktest") }
package nodetest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gomall-dev/mall/storage/storagetest/pgtest"
)

// Main runs "node --test" in a folder of the module and ends the program, with
// 1 after a failure. Further arguments go to node. The tests find the built
// host in MALL_HOST_BINARY and an empty database in MALL_SDK_POSTGRES_DSN,
// which is made unless it is set. Without server binaries it stays unset,
// visibly, unless MALL_REQUIRE_POSTGRES is 1.
func Main(folder string) {
	if err := play(folder, os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", filepath.Base(folder), err)
		os.Exit(1)
	}
}

func play(folder string, args []string) (err error) {
	dir, err := os.MkdirTemp("", "mall-nodetest")
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
			fmt.Fprintln(os.Stderr, "without PostgreSQL:", failed)
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
