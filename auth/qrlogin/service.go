package qrlogin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

const (
	maxText  = 256 // bytes of a socket id, a state, a code
	askAtOne = 500 // sockets of one statement
)

// Deps are what the service cannot work without.
type Deps struct {
	Repo     Repository
	Tx       mall.Tx
	Accounts Accounts
}

// Config adjusts the service; its zero value works.
type Config struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// WeChat is who the phone agrees with. Without it Issue answers
	// mall.ErrNotConfigured.
	WeChat WeChat
	// Scan is how long a code waits for a phone; default 60 seconds.
	Scan time.Duration
	// Login is how long a scanned code waits for the login; default 2 minutes,
	// within the 5 that WeChat's codes live.
	Login time.Duration
	// Life is how long a ticket is kept at most; sockets must end before.
	// Default 2 hours.
	Life time.Duration
}

// Service holds the rules of logins by QR code.
type Service struct {
	d   Deps
	c   Config
	now func() time.Time
}

// New builds the service.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Repo == nil:
		return nil, errors.New("qrlogin: Deps.Repo is missing")
	case d.Tx == nil:
		return nil, errors.New("qrlogin: Deps.Tx is missing")
	case d.Accounts == nil:
		return nil, errors.New("qrlogin: Deps.Accounts is missing")
	}
	for term, def := range map[*time.Duration]time.Duration{&c.Scan: time.Minute, &c.Login: 2 * time.Minute, &c.Life: 2 * time.Hour} {
		if *term <= 0 {
			*term = def
		}
	}
	return &Service{d: d, c: c, now: mall.Clock(c.Now)}, nil
}

// Open makes the ticket of a socket that has just connected.
func (s *Service) Open(ctx context.Context, socket string) error {
	if socket == "" || len(socket) > maxText {
		return mall.ErrInvalid.With("sid")
	}
	now := s.now()
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		return s.d.Repo.Open(ctx, Ticket{Socket: socket, CreatedAt: now, ExpiresAt: now.Add(s.c.Life)})
	})
}

// Close forgets the ticket of a socket that has ended.
func (s *Service) Close(ctx context.Context, socket string) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.d.Repo.Close(ctx, socket) })
}

// Issue is the address to show to a phone as a QR code. The code that the
// socket had before is no longer valid. ErrSocket when no such socket is
// connected to any process.
func (s *Service) Issue(ctx context.Context, socket string) (address string, err error) {
	if s.c.WeChat == nil {
		return "", mall.ErrNotConfigured.With("Ports.QRLogin")
	}
	if socket == "" || len(socket) > maxText {
		return "", ErrSocket
	}
	state, now := rand.Text(), s.now()
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repo.Issue(ctx, socket, hashed(state), now, now.Add(s.c.Scan))
		if err == nil && !ok {
			err = ErrSocket
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return s.c.WeChat.Address(state), nil
}

// Scan takes what WeChat sends the phone back with. A state is good for one
// phone: ErrScanned for the second, ErrState when the code has lapsed, was
// replaced or never was one of ours. WeChat is not asked yet.
func (s *Service) Scan(ctx context.Context, state, code string) error {
	if state == "" || len(state) > maxText || code == "" || len(code) > maxText {
		return ErrState
	}
	now := s.now()
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repo.Scan(ctx, hashed(state), code, now, now.Add(s.c.Login))
		if err != nil || ok {
			return err
		}
		t, err := s.d.Repo.ByState(ctx, hashed(state))
		switch {
		case errors.Is(err, mall.ErrNotFound):
			return ErrState
		case err != nil:
			return err
		case t.Status == Scanned || t.Status == Told || t.Status == Used:
			return ErrScanned
		}
		return ErrState
	})
}

// News is one thing to tell a socket.
type News struct {
	Socket string
	Code   string // with which the browser logs in; "" when its QR code has lapsed
}

// News are what the sockets are to be told now. Each is given once, over all
// processes, so only the process that holds a socket may ask for it.
func (s *Service) News(ctx context.Context, sockets []string) ([]News, error) {
	var news []News
	for len(sockets) > 0 {
		part := sockets[:min(len(sockets), askAtOne)]
		sockets = sockets[len(part):]
		pending, err := s.d.Repo.Pending(ctx, part, s.now())
		if err != nil {
			return news, fmt.Errorf("qrlogin: %w", err)
		}
		for _, t := range pending {
			n := News{Socket: t.Socket}
			to := Idle
			if t.Status == Scanned && t.DueAt.After(s.now()) {
				to, n.Code = Told, t.Code
			}
			moved := false
			err := s.d.Tx.Do(ctx, func(ctx context.Context) (err error) {
				moved, err = s.d.Repo.Move(ctx, t, to)
				return err
			})
			if err != nil {
				return news, fmt.Errorf("qrlogin: %w", err)
			}
			if moved {
				news = append(news, n)
			}
		}
	}
	return news, nil
}

// Login opens a session for who agreed on the phone. A code is good for one
// login: ErrCode for every other. Somebody new gets an ordinary account that
// is bound to the identity; auth.ErrDisabled for accounts that may not sign
// in. When WeChat cannot be reached the code stays good.
func (s *Service) Login(ctx context.Context, who mall.Actor, code string, dev auth.Device) (*auth.Login, error) {
	if s.c.WeChat == nil {
		return nil, mall.ErrNotConfigured.With("Ports.QRLogin")
	}
	if code == "" || len(code) > maxText {
		return nil, ErrCode
	}
	var t *Ticket
	err := s.d.Tx.Do(ctx, func(ctx context.Context) (err error) {
		t, err = s.d.Repo.Claim(ctx, code, s.now())
		return err
	})
	if errors.Is(err, mall.ErrNotFound) {
		return nil, ErrCode
	}
	if err != nil {
		return nil, err
	}
	reg, err := s.c.WeChat.Person(ctx, code)
	if err == nil && reg.Identity == nil {
		err = errors.New("qrlogin: WeChat gives a person without identity")
	}
	if err != nil {
		if !mall.Refused(err) {
			err = errors.Join(err, s.restore(ctx, *t))
		}
		return nil, err
	}
	return s.d.Accounts.LoginIdentity(ctx, who, *reg.Identity, &reg, dev)
}

// restore makes a claimed code good again.
func (s *Service) restore(ctx context.Context, t Ticket) error {
	return s.d.Tx.Do(context.WithoutCancel(ctx), func(ctx context.Context) error {
		_, err := s.d.Repo.Restore(ctx, t)
		return err
	})
}

// Sweep deletes at most limit tickets whose sockets a process left behind.
func (s *Service) Sweep(ctx context.Context, limit int) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		_, err := s.d.Repo.Forget(ctx, s.now(), limit)
		return err
	})
}

func hashed(state string) string {
	sum := sha256.Sum256([]byte(state))
	return hex.EncodeToString(sum[:])
}
