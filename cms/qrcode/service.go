package qrcode

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/wechat"
)

// Files keeps what was drawn. A file service is one.
type Files interface {
	// Kept is the URL of the file that was made from source, empty when there
	// is none or it has expired.
	Kept(ctx context.Context, source string) (url string, err error)
	// Keep stores a file made from source for a while and gives its URL; when
	// another one of the source is there already, that one's.
	Keep(ctx context.Context, source, name string, body []byte, keep time.Duration) (url string, err error)
}

// Deps are what the service cannot work without.
type Deps struct {
	Files Files
}

// Config adjusts the service; its zero value works.
type Config struct {
	// WeChat draws mini-program codes; nil: WXACode answers mall.ErrNotConfigured.
	WeChat wechat.Client
	// Now is the clock; nil means the system's.
	Now func() time.Time
	// Keep is how long a code is kept when the caller does not say.
	// Default: 30 days.
	Keep time.Duration
	// MaxKeep bounds what the caller can say. Default: 366 days.
	MaxKeep time.Duration
}

// Service has mini-program codes drawn and keeps them.
type Service struct {
	d   Deps
	cfg Config
	now func() time.Time
}

// New builds the service.
func New(d Deps, c Config) (*Service, error) {
	if d.Files == nil {
		return nil, errors.New("qrcode: Deps.Files is missing")
	}
	if c.Keep <= 0 {
		c.Keep = 30 * 24 * time.Hour
	}
	if c.MaxKeep <= 0 {
		c.MaxKeep = 366 * 24 * time.Hour
	}
	return &Service{d: d, cfg: c, now: mall.Clock(c.Now)}, nil
}

// WXACode is the URL of a mini-program code that can be read for at least half
// of keep (zero: Config.Keep). Equal wishes within half of keep get the same
// picture without asking WeChat again, so repeated calls cost nothing. Errors
// of WeChat come as the client gives them: wechat.ErrPage for unknown pages.
func (s *Service) WXACode(ctx context.Context, appid string, code wechat.WXACode, keep time.Duration) (string, error) {
	switch {
	case s.cfg.WeChat == nil:
		return "", mall.ErrNotConfigured.With("WeChat")
	case appid == "":
		return "", mall.ErrNotConfigured.With("appid")
	case code.Scene == "" || utf8.RuneCountInString(code.Scene) > 32:
		return "", mall.ErrInvalid.With("scene")
	case len(code.Page) > 128:
		return "", mall.ErrInvalid.With("page")
	case code.EnvVersion != "" && code.EnvVersion != "release" && code.EnvVersion != "trial" && code.EnvVersion != "develop":
		return "", mall.ErrInvalid.With("env_version")
	}
	code.Page = strings.TrimPrefix(code.Page, "/") // WeChat takes none
	if code.Width != 0 {
		code.Width = max(min(code.Width, 1280), 280)
	}
	if keep <= 0 {
		keep = s.cfg.Keep
	}
	keep = min(max(keep, time.Hour), s.cfg.MaxKeep)
	source, err := s.source(appid, code, keep)
	if err != nil {
		return "", err
	}
	if url, err := s.d.Files.Kept(ctx, source); err != nil || url != "" {
		return url, err
	}
	picture, err := s.cfg.WeChat.WXACode(ctx, appid, code)
	if err != nil {
		return "", err
	}
	return s.d.Files.Keep(ctx, source, "wxacode", picture, keep)
}

// source names equal wishes of one half of keep.
func (s *Service) source(appid string, code wechat.WXACode, keep time.Duration) (string, error) {
	text, err := json.Marshal(code)
	if err != nil {
		return "", fmt.Errorf("qrcode: %w", err)
	}
	half := s.now().UnixMilli() / (keep.Milliseconds() / 2)
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %s %d %d", appid, text, keep, half))
	return fmt.Sprintf("wxacode:%x", sum[:16]), nil
}
