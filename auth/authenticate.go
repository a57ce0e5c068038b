package auth

import (
	"context"
	"errors"
	"time"

	"github.com/gomall-dev/mall"
)

const (
	day      = 24 * time.Hour
	maxToken = 256
)

// Authenticate is the actor of a token at a face. Every reason why a token
// is not good (unknown, expired, of another face, account disabled) is
// mall.ErrUnauthenticated. Staff rights come only with sessions of manager.
func (s *Service) Authenticate(ctx context.Context, face mall.Face, token, addr string) (mall.Actor, error) {
	if token == "" || len(token) > maxToken {
		return mall.Actor{}, mall.ErrUnauthenticated
	}
	ss, holder, err := s.d.Sessions.ByHash(ctx, hashToken(token))
	if errors.Is(err, mall.ErrNotFound) {
		return mall.Actor{}, mall.ErrUnauthenticated
	}
	if err != nil {
		return mall.Actor{}, err
	}
	now := s.now()
	if ss.Face != face || !now.Before(ss.ExpiresAt) || holder.Status != Active {
		return mall.Actor{}, mall.ErrUnauthenticated
	}
	who := mall.Actor{
		Account: ss.Account, Session: ss.ID, Face: face, Scope: ss.Scope,
		AppID: ss.AppID, OpenID: ss.OpenID, UnionID: ss.UnionID, Addr: addr,
	}
	if face == mall.FaceManager && ss.Scope != ScopeGeneral && holder.Role != "" {
		r, err := s.d.Repository.Role(ctx, holder.Role)
		if err != nil && !errors.Is(err, mall.ErrNotFound) {
			return mall.Actor{}, err
		}
		if r != nil {
			who.Rights = r.Rights
		}
	}
	s.prolong(ctx, ss, now)
	return who, nil
}

// prolong slides the end of a long session, at most once a day. It is best
// effort: a request must not fail because of it, and the next one tries again.
func (s *Service) prolong(ctx context.Context, ss Session, now time.Time) {
	ttl := s.ttl(ss.Face)
	if ttl < 2*day || now.Sub(ss.SeenAt) < day || mall.InTx(ctx) {
		return
	}
	_ = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		_, err := s.d.Sessions.Prolong(ctx, ss.ID, ss.SeenAt, now, now.Add(ttl))
		return err
	})
}

func (s *Service) ttl(face mall.Face) time.Duration {
	if d := s.c.SessionTTL[face]; d > 0 {
		return d
	}
	if face == mall.FaceManager {
		return 10 * time.Hour
	}
	return 30 * day
}

// open stores a session and the login inside the running Do.
func (s *Service) open(ctx context.Context, who mall.Actor, a *Account, id *Identity, dev Device, scope string) (*Login, error) {
	if short("deviceId", dev.ID, maxText) != nil || short("deviceName", dev.Name, maxText) != nil {
		return nil, mall.ErrInvalid.With("device")
	}
	now := s.now()
	token, hash := newToken()
	ss := Session{
		Hash: hash, Face: who.Face, Scope: scope, DeviceID: dev.ID, DeviceName: dev.Name, Addr: who.Addr,
		CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(s.ttl(who.Face)),
	}
	l := &Login{Token: token, ExpiresAt: ss.ExpiresAt}
	if id != nil {
		ss.AppID, ss.OpenID, ss.UnionID, l.OpenID = id.AppID, id.OpenID, id.UnionID, id.OpenID
	}
	if a != nil {
		ss.Account = a.ID
		c := *a
		c.LoginAt, c.LoginAddr, l.Account = now, who.Addr, &c
	}
	if err := s.d.Sessions.Open(ctx, &ss); err != nil {
		return nil, err
	}
	l.Session = ss.ID
	if a == nil {
		return l, nil
	}
	return l, s.d.Repository.Seen(ctx, LoginEntry{Account: a.ID, Face: who.Face, Addr: who.Addr, Device: dev.Name, At: now})
}

// Logout ends the actor's session at once.
func (s *Service) Logout(ctx context.Context, who mall.Actor) error {
	if who.Session == 0 {
		return mall.ErrUnauthenticated
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.d.Sessions.Close(ctx, who.Session) })
}

// LogoutAll ends every session of the actor's account but this one.
func (s *Service) LogoutAll(ctx context.Context, who mall.Actor) error {
	account, err := who.Buyer()
	if err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.d.Sessions.CloseAll(ctx, account, who.Session) })
}
