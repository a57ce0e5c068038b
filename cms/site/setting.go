package site

import (
	"context"
	"strconv"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
)

const (
	maxValue  = 64 << 10 // bytes
	maxRemark = 500      // characters
)

// Value is the value of a setting, whatever its Access, and whether it is set.
// It is for the program itself; answers to the public take Public.
func (s *Service) Value(ctx context.Context, key string) (string, bool, error) {
	all, err := s.settings(ctx)
	if err != nil {
		return "", false, err
	}
	set, ok := all[key]
	return set.Value, ok, nil
}

// Values are the values of those keys that are set, whatever their Access.
func (s *Service) Values(ctx context.Context, keys []string) (map[string]string, error) {
	all, err := s.settings(ctx)
	if err != nil {
		return nil, err
	}
	values := make(map[string]string, len(keys))
	for _, k := range keys {
		if set, ok := all[k]; ok {
			values[k] = set.Value
		}
	}
	return values, nil
}

// Public are the public settings among keys, in the order of keys, each once;
// the others are left out as if they were not set.
func (s *Service) Public(ctx context.Context, keys []string) ([]Setting, error) {
	all, err := s.settings(ctx)
	if err != nil {
		return nil, err
	}
	var list []Setting
	seen := make(map[string]bool, len(keys))
	for _, k := range keys {
		if set, ok := all[k]; ok && set.Access == Public && !seen[k] {
			list = append(list, set)
		}
		seen[k] = true
	}
	return list, nil
}

// Text is a setting's value, def when it is not set or cannot be read now.
func (s *Service) Text(ctx context.Context, key, def string) string {
	v, ok := s.read(ctx, key)
	if !ok {
		return def
	}
	return v
}

// Bool is a switch: "1" and "true" are on, every other value is off; def when
// it is empty, not set or cannot be read now.
func (s *Service) Bool(ctx context.Context, key string, def bool) bool {
	v, ok := s.read(ctx, key)
	if !ok || v == "" {
		return def
	}
	return v == "1" || v == "true"
}

// Int is a whole number, def when it is none, not set or cannot be read now.
func (s *Service) Int(ctx context.Context, key string, def int64) int64 {
	v, ok := s.read(ctx, key)
	n, err := strconv.ParseInt(v, 10, 64)
	if !ok || err != nil {
		return def
	}
	return n
}

// Money is an amount that is set in yuan, def when it is none, not set or
// cannot be read now.
func (s *Service) Money(ctx context.Context, key string, def mall.Money) mall.Money {
	v, ok := s.read(ctx, key)
	m, err := mall.ParseYuan(v)
	if !ok || err != nil {
		return def
	}
	return m
}

// read is Value for the typed getters: a fault is logged and counts as not set.
func (s *Service) read(ctx context.Context, key string) (string, bool) {
	v, ok, err := s.Value(ctx, key)
	if err != nil {
		s.cfg.Log.ErrorContext(ctx, "site: setting", "key", key, "err", err)
	}
	return v, ok
}

// List are all settings by key but the secret ones. It needs RightSettings.
func (s *Service) List(ctx context.Context, who mall.Actor) ([]Setting, error) {
	if err := who.Must(RightSettings); err != nil {
		return nil, err
	}
	all, err := s.d.Repo.Settings(ctx)
	if err != nil {
		return nil, wrap("list", err)
	}
	list := make([]Setting, 0, len(all))
	for _, set := range all {
		if set.Access != Secret {
			list = append(list, set)
		}
	}
	return list, nil
}

// Put inserts or overwrites a setting. It needs RightSettings. This process
// sees it once it is committed, its transaction at once, others within Config.TTL.
func (s *Service) Put(ctx context.Context, who mall.Actor, set Setting) error {
	set, err := s.checked(who, set)
	if err != nil {
		return err
	}
	return s.write(ctx, "put", func(ctx context.Context) error { return s.d.Repo.SaveSetting(ctx, set) })
}

// Init inserts those settings whose keys are not set yet, all or none: the
// host's defaults, which staff may have changed since. It needs RightSettings.
func (s *Service) Init(ctx context.Context, who mall.Actor, sets ...Setting) error {
	for i := range sets {
		set, err := s.checked(who, sets[i])
		if err != nil {
			return err
		}
		sets[i] = set
	}
	return s.write(ctx, "init", func(ctx context.Context) error {
		for _, set := range sets {
			if _, err := s.d.Repo.AddSetting(ctx, set); err != nil {
				return err
			}
		}
		return nil
	})
}

// Delete removes a setting, ErrNone when it is not set. It needs RightSettings.
func (s *Service) Delete(ctx context.Context, who mall.Actor, key string) error {
	if err := who.Must(RightSettings); err != nil {
		return err
	}
	return s.write(ctx, "delete", func(ctx context.Context) error { return found(s.d.Repo.DeleteSetting(ctx, key)) })
}

func (s *Service) checked(who mall.Actor, set Setting) (Setting, error) {
	if err := who.Must(RightSettings); err != nil {
		return set, err
	}
	if err := validKey(set.Key); err != nil {
		return set, err
	}
	switch {
	case len(set.Value) > maxValue:
		return set, mall.ErrInvalid.With("value")
	case utf8.RuneCountInString(set.Remark) > maxRemark:
		return set, mall.ErrInvalid.With("remark")
	case set.Access > Secret:
		return set, mall.ErrInvalid.With("access")
	}
	set.UpdatedAt = s.now()
	return set, nil
}

// write runs a change of settings and drops the cache once it is committed.
func (s *Service) write(ctx context.Context, what string, fn func(ctx context.Context) error) error {
	return wrap(what, s.d.Tx.Do(ctx, func(ctx context.Context) error {
		s.d.Tx.OnCommit(ctx, func(context.Context) { s.cache.drop() })
		return fn(ctx)
	}))
}

// found turns "no row was hit" into mall.ErrNotFound.
func found(ok bool, err error) error {
	if err == nil && !ok {
		return mall.ErrNotFound
	}
	return err
}

// settings are all settings by key: inside a transaction or snapshot what that
// one sees, else at most Config.TTL old.
func (s *Service) settings(ctx context.Context) (map[string]Setting, error) {
	if mall.InTx(ctx) {
		return s.load(ctx)
	}
	return s.cache.get(s.now(), s.cfg.TTL, func() (map[string]Setting, error) { return s.load(ctx) })
}

func (s *Service) load(ctx context.Context) (map[string]Setting, error) {
	list, err := s.d.Repo.Settings(ctx)
	if err != nil {
		return nil, wrap("settings", err)
	}
	all := make(map[string]Setting, len(list))
	for _, set := range list {
		all[set.Key] = set
	}
	return all, nil
}
