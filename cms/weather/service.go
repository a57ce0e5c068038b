package weather

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

const (
	// MaxHistory is how many reports the whole history gives at most: more
	// than a year of syncs.
	MaxHistory = 2000
	// every is the time between two syncs of a day, which begins with one.
	every = 8 * time.Hour
	// retry is how long a failed sync rests, whichever process failed.
	retry = 10 * time.Minute
	// between is the time between two look-ups of cities, whoever asks.
	between = time.Minute

	maxAccount = 200 // bytes of each part of an account
	maxCity    = 32  // characters
)

// Deps are what the service cannot work without.
type Deps struct {
	Repo     Repository
	Limits   auth.Limits // count look-ups and failed syncs over all processes
	Tx       mall.Tx
	Vendor   Vendor
	Settings Settings
}

// Config adjusts the service; its zero value works.
type Config struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// Calendar says when a day begins. Default: Asia/Shanghai.
	Calendar mall.Calendar
	// City is the place whose history is kept, without 市. Default: the one
	// that the vendor takes the server to be in.
	City string
	// Keep is how long the history is kept; default 365 days.
	Keep time.Duration
	// Logger takes failed syncs out of turn; default slog.Default().
	Logger *slog.Logger
}

// Service reads and writes the history.
type Service struct {
	d   Deps
	c   Config
	now func() time.Time
}

// New builds the service.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Repo == nil:
		return nil, errors.New("weather: Deps.Repo is missing")
	case d.Limits == nil:
		return nil, errors.New("weather: Deps.Limits is missing")
	case d.Tx == nil:
		return nil, errors.New("weather: Deps.Tx is missing")
	case d.Vendor == nil:
		return nil, errors.New("weather: Deps.Vendor is missing")
	case d.Settings == nil:
		return nil, errors.New("weather: Deps.Settings is missing")
	}
	if c.Keep <= 0 {
		c.Keep = 365 * 24 * time.Hour
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return &Service{d: d, c: c, now: mall.Clock(c.Now)}, nil
}

// Latest are the newest reports, newest first: n of them, at least one and at
// most MaxHistory.
func (s *Service) Latest(ctx context.Context, n int) ([]Report, error) {
	entries, err := s.d.Repo.Latest(ctx, min(max(n, 1), MaxHistory))
	if err != nil {
		return nil, fmt.Errorf("weather: %w", err)
	}
	list := make([]Report, len(entries))
	for i := range entries {
		list[i] = entries[i].Report
	}
	return list, nil
}

// City asks the vendor for a city, with or without 市. The whole server asks
// once a minute, ErrOften in between; what it learns is not part of the history.
func (s *Service) City(ctx context.Context, city string) (*Report, error) {
	city = strings.TrimSuffix(strings.TrimSpace(city), "市")
	if city == "" || utf8.RuneCountInString(city) > maxCity {
		return nil, mall.ErrInvalid.With("city")
	}
	a, err := s.account(ctx)
	if err != nil {
		return nil, err
	}
	ok, err := s.take(ctx, "weather.city", between)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrOften
	}
	r, err := s.d.Vendor.Report(ctx, a, city)
	if err != nil {
		return nil, err
	}
	r.fill()
	return &r, nil
}

// SetVendorAccount replaces the account at the vendor and asks for a report
// with it. Only root may. The account stays replaced when the vendor fails:
// synced says whether it answered, and Sync tries again. The history is never
// lost.
func (s *Service) SetVendorAccount(ctx context.Context, who mall.Actor, a Account) (synced bool, err error) {
	if err := who.Must(mall.RightAll); err != nil {
		return false, err
	}
	for _, text := range []string{a.Version, a.AppID, a.Secret} {
		if text == "" || len(text) > maxAccount {
			return false, ErrAccount
		}
	}
	if err := s.d.Settings.Save(ctx, who, a); err != nil {
		return false, fmt.Errorf("weather: account: %w", err)
	}
	if err := s.fetch(ctx, a, ""); err != nil {
		s.c.Logger.WarnContext(ctx, "weather: no report with the new account", "error", err)
		return false, nil
	}
	return true, nil
}

// Sync asks for the report of the current slot: those of a day begin at local
// midnight, 8 and 16 o'clock. It is a sweep, to be called every few minutes by
// every process: one report a slot, and after a failure nobody asks again for
// ten minutes. It says how many reports it added; without an account, none.
func (s *Service) Sync(ctx context.Context) (int, error) {
	a, err := s.account(ctx)
	if errors.Is(err, ErrNoAccount) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	slot := s.slot(s.now())
	if done, err := s.d.Repo.Has(ctx, slot); err != nil || done {
		return 0, err
	}
	if ok, err := s.take(ctx, "weather.sync:"+slot, retry); err != nil || !ok {
		return 0, err
	}
	if err := s.fetch(ctx, a, slot); err != nil {
		return 0, err
	}
	return 1, nil
}

// Forget deletes history that is older than Config.Keep, at most limit reports.
func (s *Service) Forget(ctx context.Context, limit int) (n int, err error) {
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		gone, err := s.d.Repo.Forget(ctx, s.now().Add(-s.c.Keep), limit)
		n = int(gone)
		return err
	})
	return n, err
}

func (s *Service) account(ctx context.Context) (Account, error) {
	a, ok, err := s.d.Settings.Load(ctx)
	switch {
	case err != nil:
		return Account{}, fmt.Errorf("weather: account: %w", err)
	case !ok:
		return Account{}, ErrNoAccount
	}
	return a, nil
}

// fetch adds what the vendor reports now to the history.
func (s *Service) fetch(ctx context.Context, a Account, slot string) error {
	r, err := s.d.Vendor.Report(ctx, a, s.c.City)
	if err != nil {
		return err
	}
	r.fill()
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		_, err := s.d.Repo.Add(ctx, &Entry{Slot: slot, Report: r, At: s.now()})
		return err
	})
}

// take is whether key is free, and then takes it for a time over all processes.
func (s *Service) take(ctx context.Context, key string, window time.Duration) (ok bool, err error) {
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err = s.d.Limits.Take(ctx, key, 1, window, s.now())
		return err
	})
	return ok, err
}

// slot names the time from one sync to the next: "2026-03-02/1" is from 8 to
// 16 o'clock.
func (s *Service) slot(at time.Time) string {
	local := at.In(s.c.Calendar.Zone())
	return s.c.Calendar.Day(at) + "/" + strconv.Itoa(local.Hour()/int(every.Hours()))
}
