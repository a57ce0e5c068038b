package bunrepo

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/site"
)

// Documents is the repository of the JSON that clients keep.
func (s *Store) Documents() site.DocumentRepository { return documents{s} }

type documents struct{ *Store }

type documentRow struct {
	bun.BaseModel `bun:"table:?(ns)json_documents,alias:d"`

	ID        int64  `bun:"id,pk,autoincrement"`
	OwnerID   int64  `bun:"owner_id"`
	Type      string `bun:"type"`
	Ref       string `bun:"ref"`
	Content   string `bun:"content"`
	Top       bool   `bun:"top"`
	Highlight bool   `bun:"highlight"`
	CreatedAt *int64 `bun:"created_at"`
	UpdatedAt *int64 `bun:"updated_at"`
}

// documentOwnerRow counts the documents of one owner.
type documentOwnerRow struct {
	bun.BaseModel `bun:"table:?(ns)json_owners,alias:o"`

	OwnerID int64 `bun:"owner_id,pk"`
	Count   int64 `bun:"count"`
}

func documentToRow(d *site.Document) *documentRow {
	return &documentRow{
		ID: int64(d.ID), OwnerID: int64(d.Owner), Type: d.Type, Ref: d.Ref, Content: d.Content, Top: d.Top, Highlight: d.Highlight,
		CreatedAt: millis(d.CreatedAt), UpdatedAt: millis(d.UpdatedAt),
	}
}

func documentFromRow(r *documentRow) site.Document {
	return site.Document{
		ID: mall.ID(r.ID), Owner: mall.ID(r.OwnerID), Type: r.Type, Ref: r.Ref, Content: r.Content, Top: r.Top, Highlight: r.Highlight,
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt),
	}
}

func (r documents) Insert(ctx context.Context, d *site.Document, most int64) (bool, error) {
	if most < 1 {
		return false, nil
	}
	ok, err := hit(r.ins(ctx).Model(&documentOwnerRow{OwnerID: int64(d.Owner), Count: 1}).On("CONFLICT (owner_id) DO UPDATE").
		Set("count = o.count + 1").Where("o.count < ?", most).Exec(ctx))
	if err != nil || !ok {
		return false, err
	}
	row := documentToRow(d)
	if err := r.ins(ctx).Model(row).ExcludeColumn("id").Returning("id").Scan(ctx); err != nil {
		return false, err
	}
	d.ID = mall.ID(row.ID)
	return true, nil
}

func (r documents) Update(ctx context.Context, d site.Document) (bool, error) {
	q := r.upd(ctx).Model((*documentRow)(nil)).Set("content = ?", d.Content).Set("updated_at = ?", d.UpdatedAt.UnixMilli())
	if d.Type != "" {
		q = q.Set("type = ?", d.Type)
	}
	if d.Ref != "" {
		q = q.Set("ref = ?", d.Ref)
	}
	return hit(q.Where("id = ? AND owner_id = ?", d.ID, d.Owner).Exec(ctx))
}

func (r documents) Mark(ctx context.Context, owner, id mall.ID, m site.Marks) (bool, error) {
	q := r.upd(ctx).Model((*documentRow)(nil))
	if m.Top != nil {
		q = q.Set("top = ?", *m.Top)
	}
	if m.Highlight != nil {
		q = q.Set("highlight = ?", *m.Highlight)
	}
	return hit(q.Where("id = ? AND owner_id = ?", id, owner).Exec(ctx))
}

func (r documents) Delete(ctx context.Context, id mall.ID, owner *mall.ID) (bool, error) {
	var of int64
	q := r.del(ctx).Model((*documentRow)(nil)).Where("id = ?", id)
	if owner != nil {
		q = q.Where("owner_id = ?", *owner)
	}
	err := q.Returning("owner_id").Scan(ctx, &of)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = r.upd(ctx).Model((*documentOwnerRow)(nil)).Set("count = count - 1").Where("owner_id = ?", of).Exec(ctx)
	return true, err
}

// documentOrders are the orders of lists.
var documentOrders = map[site.DocumentSort]string{
	site.ByAdded:     "d.id DESC",
	site.ByAddedUp:   "d.id",
	site.ByUpdated:   "d.updated_at DESC, d.id DESC",
	site.ByUpdatedUp: "d.updated_at, d.id",
}

func (r documents) List(ctx context.Context, f site.DocumentFilter, p mall.Page) ([]site.Document, error) {
	order, ok := documentOrders[f.Sort]
	if !ok {
		order = documentOrders[site.ByAdded]
	}
	if f.Owner != 0 { // anonymous ones are never on top, and an index has their order
		order = "d.top DESC, " + order
	}
	var rows []documentRow
	err := r.filter(r.sel(ctx).Model(&rows), f).OrderExpr(order).Limit(p.Limit).Offset(p.Offset).Scan(ctx)
	list := make([]site.Document, len(rows))
	for i := range rows {
		list[i] = documentFromRow(&rows[i])
	}
	return list, err
}

func (r documents) Each(ctx context.Context, owner, after mall.ID, limit int64) ([]site.Document, error) {
	return each(ctx, r.sel(ctx).Where("owner_id = ?", owner), after, limit, documentFromRow)
}

func (r documents) Total(ctx context.Context, f site.DocumentFilter, atMost int64) (n int64, err error) {
	some := r.filter(r.sel(ctx).Model((*documentRow)(nil)).ColumnExpr("1"), f).Limit(atMost)
	err = r.sel(ctx).TableExpr("(?) AS t", some).ColumnExpr("count(*)").Scan(ctx, &n)
	return n, err
}

func (r documents) filter(q *bun.SelectQuery, f site.DocumentFilter) *bun.SelectQuery {
	q = q.Where("d.owner_id = ?", f.Owner)
	if f.ID != 0 {
		q = q.Where("d.id = ?", f.ID)
	}
	if f.Type != "" {
		q = q.Where("d.type = ?", f.Type)
	}
	if f.Ref != "" {
		q = q.Where("d.ref = ?", f.Ref)
	}
	return q
}

func (r documents) Erase(ctx context.Context, owner mall.ID) error {
	if _, err := r.del(ctx).Model((*documentRow)(nil)).Where("owner_id = ?", owner).Exec(ctx); err != nil {
		return err
	}
	_, err := r.del(ctx).Model((*documentOwnerRow)(nil)).Where("owner_id = ?", owner).Exec(ctx)
	return err
}
