package bunrepo

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/qrlogin"
)

// Tickets is the repository of logins by QR code.
func (s *Store) Tickets() qrlogin.Repository { return tickets{s} }

type tickets struct{ *Store }

type ticketRow struct {
	bun.BaseModel `bun:"table:?(ns)qr_tickets,alias:t"`

	Socket    string  `bun:"socket,pk"`
	State     *string `bun:"state"`
	Status    int     `bun:"status"`
	Code      *string `bun:"code"`
	DueAt     *int64  `bun:"due_at"`
	CreatedAt *int64  `bun:"created_at"`
	ExpiresAt *int64  `bun:"expires_at"`
}

func ticketFromRow(r ticketRow) qrlogin.Ticket {
	t := qrlogin.Ticket{
		Socket: r.Socket, Status: qrlogin.Status(r.Status), DueAt: moment(r.DueAt), CreatedAt: moment(r.CreatedAt), ExpiresAt: moment(r.ExpiresAt),
	}
	if r.State != nil {
		t.State = *r.State
	}
	if r.Code != nil {
		t.Code = *r.Code
	}
	return t
}

func (r tickets) Open(ctx context.Context, t qrlogin.Ticket) error {
	row := &ticketRow{Socket: t.Socket, Status: int(t.Status), CreatedAt: millis(t.CreatedAt), ExpiresAt: millis(t.ExpiresAt)}
	res, err := r.ins(ctx).Model(row).On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx)
	return inserted(res, err)
}

func (r tickets) Issue(ctx context.Context, socket, state string, now, due time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*ticketRow)(nil)).
		Set("state = ?", state).Set("status = ?", qrlogin.Issued).Set("code = NULL").Set("due_at = ?", due.UnixMilli()).
		Where("socket = ? AND expires_at > ?", socket, now.UnixMilli()).Exec(ctx))
}

func (r tickets) ByState(ctx context.Context, state string) (*qrlogin.Ticket, error) {
	var row ticketRow
	if err := r.sel(ctx).Model(&row).Where("state = ?", state).Scan(ctx); err != nil {
		return nil, one(err)
	}
	t := ticketFromRow(row)
	return &t, nil
}

func (r tickets) Scan(ctx context.Context, state, code string, now, due time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*ticketRow)(nil)).
		Set("status = ?", qrlogin.Scanned).Set("code = ?", code).Set("due_at = ?", due.UnixMilli()).
		Where("state = ? AND status = ? AND due_at > ?", state, qrlogin.Issued, now.UnixMilli()).Exec(ctx))
}

func (r tickets) Pending(ctx context.Context, sockets []string, now time.Time) ([]qrlogin.Ticket, error) {
	if len(sockets) == 0 {
		return nil, nil
	}
	var rows []ticketRow
	err := r.sel(ctx).Model(&rows).Where("socket IN (?)", bun.List(sockets)).
		Where("(status = ? OR status IN (?, ?) AND due_at <= ?)", qrlogin.Scanned, qrlogin.Issued, qrlogin.Told, now.UnixMilli()).
		Order("created_at", "socket").Scan(ctx)
	list := make([]qrlogin.Ticket, len(rows))
	for i := range rows {
		list[i] = ticketFromRow(rows[i])
	}
	return list, err
}

func (r tickets) Move(ctx context.Context, t qrlogin.Ticket, to qrlogin.Status) (bool, error) {
	q := r.upd(ctx).Model((*ticketRow)(nil)).Set("status = ?", to)
	if to == qrlogin.Idle {
		q = q.Set("code = NULL").Set("due_at = NULL")
	}
	return hit(q.Where("socket = ? AND state = ? AND status = ?", t.Socket, t.State, t.Status).Exec(ctx))
}

func (r tickets) Claim(ctx context.Context, code string, now time.Time) (*qrlogin.Ticket, error) {
	var row ticketRow
	err := r.sel(ctx).Model(&row).Where("code = ? AND status IN (?, ?) AND due_at > ?", code, qrlogin.Scanned, qrlogin.Told, now.UnixMilli()).
		Order("socket").Limit(1).Scan(ctx)
	if err != nil {
		return nil, one(err)
	}
	t := ticketFromRow(row)
	ok, err := hit(r.upd(ctx).Model((*ticketRow)(nil)).Set("status = ?", qrlogin.Used).Set("code = NULL").Set("due_at = NULL").
		Where("socket = ? AND state = ? AND code = ? AND status IN (?, ?)", t.Socket, t.State, code, qrlogin.Scanned, qrlogin.Told).Exec(ctx))
	if err == nil && !ok {
		err = mall.ErrNotFound
	}
	return &t, err
}

func (r tickets) Restore(ctx context.Context, t qrlogin.Ticket) (bool, error) {
	return hit(r.upd(ctx).Model((*ticketRow)(nil)).
		Set("status = ?", qrlogin.Told).Set("code = ?", t.Code).Set("due_at = ?", millis(t.DueAt)).
		Where("socket = ? AND state = ? AND status = ?", t.Socket, t.State, qrlogin.Used).Exec(ctx))
}

func (r tickets) Close(ctx context.Context, socket string) error {
	_, err := r.del(ctx).Model((*ticketRow)(nil)).Where("socket = ?", socket).Exec(ctx)
	return err
}

func (r tickets) Forget(ctx context.Context, before time.Time, limit int) (int64, error) {
	old := r.sel(ctx).Model((*ticketRow)(nil)).Column("socket").Where("expires_at < ?", before.UnixMilli()).Order("expires_at").Limit(int64(limit))
	return count(r.del(ctx).Model((*ticketRow)(nil)).Where("socket IN (?)", old).Exec(ctx))
}
