package bunrepo

import (
	"database/sql"

	"github.com/gomall-dev/mall"
)

// condition is a WHERE in SQL that is put together of parts which must all hold.
type condition struct {
	text string
	args []any
}

func (c *condition) and(part string, args ...any) {
	if c.text != "" {
		c.text += " AND "
	}
	c.text += "(" + part + ")"
	c.args = append(c.args, args...)
}

// in holds a column against a list of ids; an empty one lets everything pass.
func (c *condition) in(column string, ids []mall.ID) {
	switch len(ids) {
	case 0:
	case 1:
		c.and(column+" = ?", int64(ids[0]))
	default:
		c.and(column+" IN ("+marks(len(ids))+")", anys(ids)...)
	}
}

// onlyNumber is the one value that a query gives.
func onlyNumber(rows *sql.Rows, err error) (n int64, _ error) {
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	if rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return 0, err
		}
	}
	return n, rows.Err()
}
