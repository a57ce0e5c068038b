package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/storage/storagetest"
)

func Example() {
	dir, _ := os.MkdirTemp("", "hosttx")
	defer os.RemoveAll(dir)
	if err := run(context.Background(), filepath.Join(dir, "host.db"), os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// in the host's transaction
	// in the shop's transaction
}

func TestPostgres(t *testing.T) {
	dsn := storagetest.PostgresDatabase(t)
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), dsn, &out))
	require.Equal(t, 2, strings.Count(out.String(), "\n"))
}
