package wechat

import (
	"context"
	"errors"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// SceneDeps are what Scenes needs; all but Client are required.
type SceneDeps struct {
	Tx       mall.Tx
	Scenes   SceneRepository
	Limits   auth.Limits
	Accounts *auth.Service
	// Payable refuses orders that the account cannot pay at this centre now:
	// those of others, ended and paid ones. It is called outside and inside of
	// transactions.
	Payable func(ctx context.Context, account mall.ID, order string, operator mall.ID) error
	Client  Client // nil: drawing is mall.ErrNotConfigured
}

// SceneConfig adjusts Scenes; its zero value works.
type SceneConfig struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// TTL is how long a scene is good; default 30 minutes.
	TTL time.Duration
	// PerOrder and PerAddr are how many codes one network address may have
	// drawn in an hour: for one order, default 20, and for all, default 200.
	// Others' addresses do not count, so nobody can use up the buyer's.
	PerOrder, PerAddr int
	// EnvVersion of the mini program that codes open: "release" (default),
	// "trial" or "develop".
	EnvVersion string
}

// Scenes carry payments from one mini program to another by codes to scan.
type Scenes struct {
	d   SceneDeps
	c   SceneConfig
	now func() time.Time
}

// NewScenes makes Scenes; a missing dependency is an error that names it.
func NewScenes(d SceneDeps, c SceneConfig) (*Scenes, error) {
	for _, r := range []struct {
		name    string
		missing bool
	}{
		{"Tx", d.Tx == nil}, {"Scenes", d.Scenes == nil}, {"Limits", d.Limits == nil},
		{"Accounts", d.Accounts == nil}, {"Payable", d.Payable == nil},
	} {
		if r.missing {
			return nil, errors.New("wechat: SceneDeps." + r.name + " is missing")
		}
	}
	if c.TTL <= 0 {
		c.TTL = 30 * time.Minute
	}
	if c.PerOrder <= 0 {
		c.PerOrder = 20
	}
	if c.PerAddr <= 0 {
		c.PerAddr = 200
	}
	return &Scenes{d: d, c: c, now: mall.Clock(c.Now)}, nil
}

// TTL is how long a scene is good.
func (s *Scenes) TTL() time.Duration { return s.c.TTL }

// SceneInput asks for a code.
type SceneInput struct {
	Operator mall.ID // the centre in whose mini program is to be paid
	AppID    string  // its mini program
	Page     string  // one that is released there
	Order    string  // number of an unpaid order
	Account  mall.ID // whose order it is
}

// Draw makes a scene and draws its mini-program code: the bytes of a PNG or
// JPEG. Anybody may ask, so the answer tells nothing of order and account:
// what SceneDeps.Payable refuses, ErrPage for pages that WeChat does not know,
// ErrScenes beyond the limits, which are counted before anything else happens.
// It is called outside of transactions.
func (s *Scenes) Draw(ctx context.Context, who mall.Actor, in SceneInput) ([]byte, error) {
	if s.d.Client == nil {
		return nil, mall.ErrNotConfigured.With("wechat")
	}
	if mall.InTx(ctx) {
		return nil, errors.New("wechat: Draw inside a transaction")
	}
	now := s.now()
	limits := []struct {
		key string
		max int
	}{
		{auth.LimitKey("scene.order", in.Order, who.Addr), s.c.PerOrder},
		{auth.LimitKey("scene.addr", who.Addr), s.c.PerAddr},
	}
	for _, l := range limits {
		err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
			ok, err := s.d.Limits.Take(ctx, l.key, l.max, time.Hour, now)
			if err == nil && !ok {
				err = ErrScenes
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if err := s.d.Payable(ctx, in.Account, in.Order, in.Operator); err != nil {
		return nil, err
	}
	value, hash := newScene()
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		return s.d.Scenes.Insert(ctx, Scene{
			Hash: hash, Operator: in.Operator, Page: in.Page, Order: in.Order, Account: in.Account, CreatedAt: now, ExpiresAt: now.Add(s.c.TTL),
		})
	})
	if err != nil {
		return nil, err
	}
	return s.d.Client.WXACode(ctx, in.AppID, WXACode{Scene: value, Page: in.Page, CheckPath: true, EnvVersion: s.c.EnvVersion})
}

// Entry is what a scene opened.
type Entry struct {
	Account *auth.Account // whose order it is
	Order   string        // its number
	Whole   bool          // the session is the account's own now, not narrowed
}

// Enter uses a scene up for the actor's session, once: from then on the
// session may see and pay the scene's order and nothing else (see PayScope).
// Only where WeChat's unionid says that the actor and the account are one
// person, or the session is that account's already, it is the account's whole
// session. Everything happens in one transaction: a refusal leaves the scene
// good and the session as it was. ErrNoScene for scenes that are unknown, used,
// expired or of another centre than the actor's mini program.
func (s *Scenes) Enter(ctx context.Context, who mall.Actor, value string) (*Entry, error) {
	if who.Session == 0 {
		return nil, mall.ErrUnauthenticated
	}
	if value == "" || len(value) > 32 {
		return nil, ErrNoScene
	}
	var e *Entry
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		hash := hashScene(value)
		ok, err := s.d.Scenes.Use(ctx, hash, who.Operator, s.now())
		if err != nil {
			return err
		}
		if !ok {
			return ErrNoScene
		}
		scene, err := s.d.Scenes.Find(ctx, hash)
		if err != nil {
			return err
		}
		if err := s.d.Payable(ctx, scene.Account, scene.Order, scene.Operator); err != nil {
			return err
		}
		e = &Entry{Order: scene.Order, Whole: who.Account == scene.Account}
		if e.Account, err = s.d.Accounts.Get(ctx, scene.Account); err != nil {
			return err
		}
		if !e.Whole {
			if e.Whole, err = s.d.Accounts.Recognise(ctx, who, scene.Account); err != nil {
				return err
			}
		}
		if e.Whole {
			return nil
		}
		return s.d.Accounts.Narrow(ctx, who, PayScope(scene.Account, scene.Order))
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Sweep deletes at most limit scenes that expired.
func (s *Scenes) Sweep(ctx context.Context, limit int) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		_, err := s.d.Scenes.Forget(ctx, s.now(), limit)
		return err
	})
}
