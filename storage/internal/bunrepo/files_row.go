package bunrepo

import (
	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/file"
)

type fileRow struct {
	bun.BaseModel `bun:"table:?(ns)files,alias:f"`

	ID        int64   `bun:"id,pk,autoincrement"`
	Key       string  `bun:"key"`
	OwnerID   int64   `bun:"owner_id"`
	Source    *string `bun:"source"`
	Name      string  `bun:"name"`
	Type      string  `bun:"type"`
	Size      int64   `bun:"size"`
	Width     int     `bun:"width"`
	Height    int     `bun:"height"`
	ExpiresAt *int64  `bun:"expires_at"`
	CreatedAt *int64  `bun:"created_at"`
}

func fileToRow(f *file.File) *fileRow {
	r := &fileRow{
		ID: int64(f.ID), Key: f.Key, OwnerID: int64(f.Owner), Name: f.Name, Type: f.Type, Size: f.Size,
		Width: f.Width, Height: f.Height, ExpiresAt: millis(f.ExpiresAt), CreatedAt: millis(f.CreatedAt),
	}
	if f.Source != "" {
		r.Source = &f.Source
	}
	return r
}

func fileFromRow(r *fileRow) file.File {
	f := file.File{
		ID: mall.ID(r.ID), Key: r.Key, Owner: mall.ID(r.OwnerID), Name: r.Name, Type: r.Type, Size: r.Size,
		Width: r.Width, Height: r.Height, ExpiresAt: moment(r.ExpiresAt), CreatedAt: moment(r.CreatedAt),
	}
	if r.Source != nil {
		f.Source = *r.Source
	}
	return f
}

func filesFromRows(rows []fileRow) []file.File {
	list := make([]file.File, len(rows))
	for i := range rows {
		list[i] = fileFromRow(&rows[i])
	}
	return list
}

// fileUsageRow sums up the files of one owner.
type fileUsageRow struct {
	bun.BaseModel `bun:"table:?(ns)file_usage,alias:u"`

	OwnerID int64 `bun:"owner_id,pk"`
	Bytes   int64 `bun:"bytes"`
	Count   int64 `bun:"count"`
}
