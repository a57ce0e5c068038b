package file

import (
	"context"
	"slices"
	"time"

	"github.com/gomall-dev/mall"
)

// sweepLimit bounds one sweep.
const sweepLimit = 200

// Sweep removes expired files, at most 200: the row first, then its blob, which
// an orphan sweep removes if this process ends in between. It says how many
// rows it removed; many processes may sweep at once.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	list, err := s.d.Repo.Expired(ctx, s.now(), sweepLimit)
	if err != nil {
		return 0, wrap("sweep", err)
	}
	n := 0
	for i := range list {
		ok, err := s.remove(ctx, &list[i])
		if err != nil {
			return n, err
		}
		if ok {
			n++
		}
	}
	return n, nil
}

// Delete removes a file of the actor; staff of the host may remove every one.
// ErrGone when there is none or it is somebody else's.
func (s *Service) Delete(ctx context.Context, who mall.Actor, key string) error {
	f, err := s.Get(ctx, key)
	if err != nil {
		return err
	}
	if !who.Has(mall.RightAll) && (who.Account == 0 || f.Owner != who.Account) {
		return ErrGone
	}
	ok, err := s.remove(ctx, f)
	if err == nil && !ok {
		err = ErrGone
	}
	return err
}

func (s *Service) remove(ctx context.Context, f *File) (removed bool, err error) {
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		removed, err = s.d.Repo.Delete(ctx, f)
		return err
	})
	if err != nil {
		return false, wrap("delete", err)
	}
	if err := s.d.Blobs.Delete(ctx, f.Key); err != nil {
		return removed, wrap("delete blob", err)
	}
	return removed, nil
}

// Orphans removes blobs that have no row and are older than Config.Orphan: of
// uploads that failed half way and of crashed processes. It says how many.
func (s *Service) Orphans(ctx context.Context) (int, error) {
	before, n := s.now().Add(-s.cfg.Orphan), 0
	var keys []string
	flush := func() error {
		known, err := s.d.Repo.Known(ctx, keys)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if known[k] {
				continue
			}
			if err := s.d.Blobs.Delete(ctx, k); err != nil {
				return err
			}
			n++
		}
		keys = keys[:0]
		return nil
	}
	err := s.d.Blobs.Each(ctx, func(key string, at time.Time) error {
		if at.Before(before) {
			keys = append(keys, key)
		}
		if len(keys) < sweepLimit {
			return nil
		}
		return flush()
	})
	if err == nil && len(keys) > 0 {
		err = flush()
	}
	return n, wrap("orphans", err)
}

// Erase takes an account's files away: they lose owner and name at once and
// can no longer be read; Sweep removes them. It belongs to the transaction that
// erases the account.
func (s *Service) Erase(ctx context.Context, account mall.ID) error {
	return wrap("erase", s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.d.Repo.Disown(ctx, account, s.now()) }))
}

// Export is what an account is told about its files: all that have not expired.
func (s *Service) Export(ctx context.Context, account mall.ID) (any, error) {
	all, err := mall.All(ctx, account, s.d.Repo.Owned, func(f File) mall.ID { return f.ID })
	if err != nil {
		return nil, wrap("export", err)
	}
	now := s.now()
	list := slices.DeleteFunc(all, func(f File) bool { return !f.At(now) })
	for i := range list {
		list[i].URL = s.url(list[i].Key)
	}
	return list, nil
}
