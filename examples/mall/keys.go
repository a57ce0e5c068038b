package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/token"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/httpadapter"
)

// jwtSecret is the setting that holds the secret of manager's tokens.
const jwtSecret = "manager_jwt_secret"

// managerKeys is the key of manager's tokens. It is drawn once and kept in the
// database, because every process on it must know the same. A real host keeps
// its secrets elsewhere.
func managerKeys(ctx context.Context, svc *httpadapter.Services) ([]token.Key, error) {
	text, ok, err := svc.Site.Value(ctx, jwtSecret)
	if err != nil {
		return nil, err
	}
	if !ok {
		var b [token.MinSecret]byte
		rand.Read(b[:])
		err := svc.Site.Init(ctx, mall.System(), site.Setting{Key: jwtSecret, Value: hex.EncodeToString(b[:]), Access: site.Secret})
		if err != nil {
			return nil, err
		}
		if text, _, err = svc.Site.Value(ctx, jwtSecret); err != nil {
			return nil, err
		}
	}
	return []token.Key{{ID: "1", Secret: []byte(text)}}, nil
}
