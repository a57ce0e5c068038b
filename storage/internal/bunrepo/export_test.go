package bunrepo

import (
	"context"
	"reflect"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

// Probe has a field of each kind.
type Probe struct {
	bun.BaseModel `bun:"table:probe,alias:p"`

	ID       mall.ID                `bun:"id,pk,autoincrement"`
	Whole    int64                  `bun:"whole"`
	Int      int                    `bun:"int"`
	Text     string                 `bun:"text"`
	Kind     order.Move             `bun:"kind"`
	Flag     bool                   `bun:"flag"`
	Moment   *int64                 `bun:"moment"`
	Maybe    *string                `bun:"maybe"`
	Numbers  []int                  `bun:"numbers,type:text"`
	Names    []string               `bun:"names,type:text"`
	Prices   map[mall.ID]mall.Money `bun:"prices,type:text"`
	Address  order.Address          `bun:"address,type:text"`
	Computed int64                  `bun:"computed,scanonly"`
}

// FractionProbe has fractions besides.
type FractionProbe struct {
	Probe    `bun:",extend"`
	Fraction float64  `bun:"fraction"`
	Latitude *float64 `bun:"latitude"`
}

// ProbeTable makes the table of Probe.
const ProbeTable = `CREATE TABLE probe (id INTEGER PRIMARY KEY, whole BIGINT, int BIGINT, text TEXT, kind TEXT, flag BOOLEAN, moment BIGINT,
	maybe TEXT, numbers TEXT, names TEXT, prices TEXT, address TEXT)`

// FractionProbeTable makes it an empty one of FractionProbe.
var FractionProbeTable = []string{
	"DELETE FROM probe", "ALTER TABLE probe ADD COLUMN fraction DOUBLE PRECISION", "ALTER TABLE probe ADD COLUMN latitude DOUBLE PRECISION",
}

// RoundTrip inserts rows by two statements, within a running transaction, and
// gives them as bun reads them, as a list of ours does, and as one of all
// columns does.
func RoundTrip[R any](ctx context.Context, s *Store, rows []R) (read, listed, all []R, err error) {
	half := len(rows) / 2
	if _, err := insert(ctx, s, rows[:half], ""); err != nil {
		return nil, nil, nil, err
	}
	ids, err := insertNumbered(ctx, s, rows[half:], "")
	if err != nil || len(ids) != len(rows)-half {
		return nil, nil, nil, err
	}
	if err := s.sel(ctx).Model(&read).ColumnExpr("*, 7 AS computed").OrderExpr("id").Scan(ctx); err != nil {
		return nil, nil, nil, err
	}
	whole := func(r *R) R { return *r }
	const from = " FROM probe AS x WHERE id > ? ORDER BY id"
	found, err := s.query(ctx, "SELECT "+selecting[R](s, "x", "computed", "3 + 4")+from, 0)
	if listed, err = scanAll(s, found, err, int64(len(rows)), whole); err != nil {
		return nil, nil, nil, err
	}
	found, err = s.query(ctx, "SELECT *, 7 AS computed"+from, 0)
	all, err = scanAll(s, found, err, 0, whole)
	return read, listed, all, err
}

// Unpacked is a packed row of texts as its values, for tests of hostile ones.
func Unpacked(row string, fields int) ([]string, error) {
	texts, cells := make([]string, fields), make([]cell, fields)
	for i := range cells {
		cells[i] = cellOf[textCell](reflect.ValueOf(&texts[i]).Elem())
	}
	return texts, unpack(row, cells)
}
