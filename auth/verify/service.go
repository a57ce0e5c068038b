package verify

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// Deps are what a Service cannot do without, and the ports that it can do
// without: SMS, Mail and Pictures may be nil.
type Deps struct {
	Tx         mall.Tx
	Repository Repository
	Limits     auth.Limits

	SMS      SMSSender // nil: codes to numbers are mall.ErrNotConfigured
	Mail     Mailer    // nil: codes to mail addresses are mall.ErrNotConfigured
	Pictures Pictures  // nil: no picture code is ever asked for
}

// Config adjusts a Service; its zero value works.
type Config struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// Policies replace the documented ones face by face.
	Policies map[mall.Face]Policy
	// NeedPicture says whether a send needs a picture code; nil never does.
	NeedPicture func(ctx context.Context, face mall.Face) (bool, error)
	// ValidMobile says which numbers get messages; nil takes those of
	// mainland China (11 digits).
	ValidMobile func(number string) bool
	// Body is the sentence around a code; nil is a Chinese one.
	Body func(code string, ttl time.Duration) string
}

// Service sends and checks codes.
type Service struct {
	d   Deps
	c   Config
	now func() time.Time
}

var _ auth.Codes = (*Service)(nil)

// New makes a Service; a missing dependency is an error that names it.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Tx == nil:
		return nil, errors.New("verify: Deps.Tx is missing")
	case d.Repository == nil:
		return nil, errors.New("verify: Deps.Repository is missing")
	case d.Limits == nil:
		return nil, errors.New("verify: Deps.Limits is missing")
	}
	if c.ValidMobile == nil {
		c.ValidMobile = func(n string) bool {
			return len(n) == 11 && n[0] == '1' && n[1] >= '3' && auth.ValidMobile(n)
		}
	}
	if c.Body == nil {
		c.Body = func(code string, ttl time.Duration) string {
			return fmt.Sprintf("您的验证码是%s,%d分钟内有效。", code, int(ttl.Minutes()))
		}
	}
	return &Service{d: d, c: c, now: mall.Clock(c.Now)}, nil
}

// perOpenID keeps one person from using up the sends of many numbers.
const perOpenID = 20

// Policy is how the codes of a face look and how often they may be sent.
func (s *Service) Policy(face mall.Face) Policy {
	d, ok := defaults[face]
	if !ok {
		d = defaults[mall.FaceWXAPI]
	}
	p := s.c.Policies[face]
	return Policy{
		Digits: cmp.Or(p.Digits, d.Digits), TTL: cmp.Or(p.TTL, d.TTL), Tries: cmp.Or(p.Tries, d.Tries),
		PerTarget: cmp.Or(p.PerTarget, d.PerTarget), PerOpenID: cmp.Or(p.PerOpenID, perOpenID),
		PerAddr: cmp.Or(p.PerAddr, d.PerAddr), Gap: p.Gap,
	}
}

// Send makes a new code for a number or mail address and sends it; every
// older one is void. A picture code is checked where one is needed or given.
func (s *Service) Send(ctx context.Context, who mall.Actor, target string, pic Picture) error {
	if mall.InTx(ctx) {
		return errors.New("verify: Send inside a transaction")
	}
	deliver, err := s.sender(target)
	if err != nil {
		return err
	}
	if err := s.picture(ctx, who.Face, pic); err != nil {
		return err
	}
	p, now := s.Policy(who.Face), s.now()
	code := digits(p.Digits)
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		about := string(who.Face) + "\x00" + target
		for _, l := range []struct {
			key    string
			max    int
			window time.Duration
			open   bool
		}{
			{auth.LimitKey("code.gap", about), 1, p.Gap, p.Gap <= 0},
			{auth.LimitKey("code.target", about), p.PerTarget, 24 * time.Hour, false},
			{auth.LimitKey("code.openid", who.AppID, who.OpenID), p.PerOpenID, 24 * time.Hour, who.OpenID == ""},
			{auth.LimitKey("code.addr", who.Addr), p.PerAddr, 24 * time.Hour, who.Addr == ""},
		} {
			if l.open {
				continue
			}
			ok, err := s.d.Limits.Take(ctx, l.key, l.max, l.window, now)
			if err != nil {
				return err
			}
			if !ok {
				return ErrTooOften
			}
		}
		salt := rand.Text()
		return s.d.Repository.Put(ctx, Code{
			Channel: string(who.Face), Target: hashTarget(target), Salt: salt, Hash: hashCode(salt, code),
			CreatedAt: now, ExpiresAt: now.Add(p.TTL),
		})
	})
	if err != nil {
		return err
	}
	if err := deliver(ctx, Message{To: target, Code: code, Body: s.c.Body(code, p.TTL), TTL: p.TTL}); err != nil {
		return ErrSend.Because(err)
	}
	return nil
}

// sender chooses the port for a target.
func (s *Service) sender(target string) (func(context.Context, Message) error, error) {
	switch {
	case strings.Contains(target, "@"):
		if !auth.ValidMail(target) {
			return nil, ErrTarget
		}
		if s.d.Mail == nil {
			return nil, mall.ErrNotConfigured.With("mail")
		}
		return s.d.Mail.SendMail, nil
	case !s.c.ValidMobile(target):
		return nil, ErrTarget
	case s.d.SMS == nil:
		return nil, mall.ErrNotConfigured.With("sms")
	}
	return s.d.SMS.SendSMS, nil
}

func (s *Service) picture(ctx context.Context, face mall.Face, pic Picture) error {
	if s.d.Pictures == nil {
		return nil
	}
	given := pic.Key != "" && pic.Answer != ""
	if !given && s.c.NeedPicture != nil {
		need, err := s.c.NeedPicture(ctx, face)
		if err != nil {
			return err
		}
		if need {
			return ErrPicture
		}
	}
	if !given {
		return nil
	}
	return s.d.Pictures.Check(ctx, pic.Key, pic.Answer)
}

// Check compares without using the code up. A wrong try counts for good, so
// it runs its own transaction.
func (s *Service) Check(ctx context.Context, face mall.Face, target, code string) error {
	if mall.InTx(ctx) {
		return errors.New("verify: Check inside a transaction")
	}
	var result error
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		result = nil
		c, err := s.d.Repository.Try(ctx, string(face), hashTarget(target), s.Policy(face).Tries, s.now())
		if err != nil {
			return err
		}
		if c == nil {
			result = ErrNoCode
			return nil
		}
		if !c.matches(code) {
			result = ErrCode
			return nil
		}
		return s.d.Repository.Untry(ctx, *c)
	})
	if err != nil {
		return err
	}
	return result
}

// Use uses a code up that Check found right, once, inside the running Do.
// It counts no tries: calling it without Check first would leave guessing free.
func (s *Service) Use(ctx context.Context, face mall.Face, target, code string) error {
	c, err := s.d.Repository.Find(ctx, string(face), hashTarget(target))
	if err != nil {
		return err
	}
	if c == nil || !c.matches(code) {
		return ErrCode
	}
	ok, err := s.d.Repository.Use(ctx, *c, s.Policy(face).Tries, s.now())
	if err != nil {
		return err
	}
	if !ok {
		return ErrNoCode
	}
	return nil
}

// Sweep deletes at most limit codes that expired.
func (s *Service) Sweep(ctx context.Context, limit int) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		_, err := s.d.Repository.Forget(ctx, s.now(), limit)
		return err
	})
}

func (c Code) matches(code string) bool {
	return subtle.ConstantTimeCompare([]byte(c.Hash), []byte(hashCode(c.Salt, code))) == 1
}

func hashCode(salt, code string) string { return sum(salt + "\x00" + code) }

func hashTarget(target string) string { return sum(strings.ToLower(target)) }

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// digits is a random number of n digits, leading zeros included.
func digits(n int) string {
	limit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
	v, err := rand.Int(rand.Reader, limit)
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	return fmt.Sprintf("%0*d", n, v)
}
