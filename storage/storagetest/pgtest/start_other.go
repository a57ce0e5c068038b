//go:build !unix

package pgtest

// Start is for Unix only.
func Start() (dsn string, stop func() error, err error) { return "", nil, ErrNoServer }
