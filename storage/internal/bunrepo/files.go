package bunrepo

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/file"
)

// Files is the repository of files' rows.
func (s *Store) Files() file.Repository { return files{s} }

type files struct{ *Store }

// everything is the owner under which all files are summed up.
const everything = -1

func (f files) Insert(ctx context.Context, x *file.File) error {
	row := fileToRow(x)
	res, err := f.ins(ctx).Model(row).On("CONFLICT DO NOTHING").Returning("id").Exec(ctx)
	if err := inserted(res, err); err != nil {
		return err
	}
	x.ID = mall.ID(row.ID)
	return nil
}

func (f files) ByKey(ctx context.Context, key string) (*file.File, error) {
	return f.first(ctx, "key = ?", key)
}

func (f files) BySource(ctx context.Context, source string) (*file.File, error) {
	return f.first(ctx, "source = ?", source)
}

func (f files) first(ctx context.Context, where, arg string) (*file.File, error) {
	var row fileRow
	if err := f.sel(ctx).Model(&row).Where(where, arg).Scan(ctx); err != nil {
		return nil, one(err)
	}
	x := fileFromRow(&row)
	return &x, nil
}

func (f files) Known(ctx context.Context, keys []string) (map[string]bool, error) {
	known := make(map[string]bool, len(keys))
	if len(keys) == 0 {
		return known, nil
	}
	var found []string
	err := f.sel(ctx).Model((*fileRow)(nil)).Column("key").Where("key IN (?)", bun.List(keys)).Scan(ctx, &found)
	for _, k := range found {
		known[k] = true
	}
	return known, err
}

func (f files) Owned(ctx context.Context, owner, after mall.ID, limit int64) ([]file.File, error) {
	return each(ctx, f.sel(ctx).Where("owner_id = ?", owner), after, limit, fileFromRow)
}

func (f files) Expired(ctx context.Context, at time.Time, limit int) ([]file.File, error) {
	var rows []fileRow
	err := f.sel(ctx).Model(&rows).Where("expires_at <= ?", at.UnixMilli()).Order("expires_at").Limit(int64(limit)).Scan(ctx)
	return filesFromRows(rows), err
}

func (f files) Take(ctx context.Context, owner mall.ID, bytes, quota int64) (bool, error) {
	for _, id := range []int64{int64(owner), everything} {
		limit := quota
		if id == everything {
			limit = 0
		}
		ok, err := f.count(ctx, id, bytes, limit)
		if err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// count adds a file to an owner's sums unless they would exceed limit.
func (f files) count(ctx context.Context, owner, bytes, limit int64) (bool, error) {
	if limit > 0 && bytes > limit {
		return false, nil
	}
	return hit(f.ins(ctx).Model(&fileUsageRow{OwnerID: owner, Bytes: bytes, Count: 1}).
		On("CONFLICT (owner_id) DO UPDATE").
		Set("bytes = u.bytes + EXCLUDED.bytes").Set("count = u.count + 1").
		Where("? = 0 OR u.bytes + EXCLUDED.bytes <= ?", limit, limit).Exec(ctx))
}

func (f files) Delete(ctx context.Context, x *file.File) (bool, error) {
	var row fileRow
	err := f.del(ctx).Model(&row).Where("id = ?", x.ID).Returning("*").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, owner := range []int64{row.OwnerID, everything} {
		_, err := f.upd(ctx).Model((*fileUsageRow)(nil)).Set("bytes = bytes - ?", row.Size).Set("count = count - 1").
			Where("owner_id = ?", owner).Exec(ctx)
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

func (f files) Disown(ctx context.Context, owner mall.ID, at time.Time) error {
	_, err := f.upd(ctx).Model((*fileRow)(nil)).Set("owner_id = 0").Set("name = ''").Set("source = NULL").
		Set("expires_at = ?", at.UnixMilli()).Where("owner_id = ?", owner).Exec(ctx)
	if err != nil {
		return err
	}
	var sum fileUsageRow
	err = f.del(ctx).Model(&sum).Where("owner_id = ?", owner).Returning("*").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return nil // an owner without sums has no files
	}
	if err != nil {
		return err
	}
	_, err = f.ins(ctx).Model(&fileUsageRow{OwnerID: 0, Bytes: sum.Bytes, Count: sum.Count}).
		On("CONFLICT (owner_id) DO UPDATE").
		Set("bytes = u.bytes + EXCLUDED.bytes").Set("count = u.count + EXCLUDED.count").Exec(ctx)
	return err
}

func (f files) Usage(ctx context.Context) (bytes, n int64, err error) {
	var row fileUsageRow
	err = f.sel(ctx).Model(&row).Where("owner_id = ?", everything).Scan(ctx)
	return row.Bytes, row.Count, err
}
