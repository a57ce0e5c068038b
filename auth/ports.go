package auth

import (
	"context"

	"github.com/gomall-dev/mall"
)

// Hasher makes and checks password hashes. auth/secret implements it. Both
// methods are slow by intent and wait for a free place, as long as ctx lives.
type Hasher interface {
	// Hash is a salted hash that carries its parameters.
	Hash(ctx context.Context, password string) (string, error)
	// Verify compares; rehash says that a good password should be hashed
	// again because the hash is of an older form. An empty hash costs as much
	// time as another and never matches.
	Verify(ctx context.Context, password, hash string) (ok, rehash bool, err error)
}

// Codes checks verification codes that were sent to a mobile number or mail
// address. auth/verify implements it.
type Codes interface {
	// Check compares without using the code up; every wrong try counts. It
	// runs its own transaction and is called outside of one.
	Check(ctx context.Context, face mall.Face, target, code string) error
	// Use uses the code up, once, inside the running Do of the change that
	// it permits.
	Use(ctx context.Context, face mall.Face, target, code string) error
}
