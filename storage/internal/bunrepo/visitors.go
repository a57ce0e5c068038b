package bunrepo

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/visitor"
)

// VisitorNotes is the repository of notes about browsers without a login.
func (s *Store) VisitorNotes() visitor.Repository { return visitorNotes{s} }

type visitorNotes struct{ *Store }

type visitorNoteRow struct {
	bun.BaseModel `bun:"table:?(ns)visitor_notes,alias:n"`

	Hash      string `bun:"hash,pk"`
	Name      string `bun:"name,pk"`
	Sealed    string `bun:"sealed"`
	ExpiresAt *int64 `bun:"expires_at"`
}

func visitorNoteFromRow(r visitorNoteRow) *visitor.Note {
	return &visitor.Note{Hash: r.Hash, Name: r.Name, Sealed: r.Sealed, ExpiresAt: moment(r.ExpiresAt)}
}

func (r visitorNotes) Put(ctx context.Context, n visitor.Note) error {
	_, err := r.ins(ctx).Model(&visitorNoteRow{Hash: n.Hash, Name: n.Name, Sealed: n.Sealed, ExpiresAt: millis(n.ExpiresAt)}).
		On("CONFLICT (hash, name) DO UPDATE").Set("sealed = EXCLUDED.sealed").Set("expires_at = EXCLUDED.expires_at").
		Returning("NULL").Exec(ctx)
	return err
}

func (r visitorNotes) Find(ctx context.Context, hash, name string) (*visitor.Note, error) {
	var row visitorNoteRow
	err := one(r.sel(ctx).Model(&row).Where("hash = ? AND name = ?", hash, name).Scan(ctx))
	if errors.Is(err, mall.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return visitorNoteFromRow(row), nil
}

func (r visitorNotes) Take(ctx context.Context, hash, name string) (*visitor.Note, error) {
	var rows []visitorNoteRow
	err := r.del(ctx).Model(&rows).Where("hash = ? AND name = ?", hash, name).Returning("*").Scan(ctx)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return visitorNoteFromRow(rows[0]), nil
}

func (r visitorNotes) Forget(ctx context.Context, before time.Time, limit int) (int64, error) {
	old := r.sel(ctx).Model((*visitorNoteRow)(nil)).Column("hash", "name").
		Where("expires_at < ?", before.UnixMilli()).Order("expires_at").Limit(int64(limit))
	return count(r.del(ctx).Model((*visitorNoteRow)(nil)).Where("(hash, name) IN (?)", old).Exec(ctx))
}
