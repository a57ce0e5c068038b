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

// orTrue is the condition as an expression that is never empty.
func (c *condition) orTrue() string {
	if c.text == "" {
		return "TRUE"
	}
	return c.text
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

// numbers are the values that a query of one column gives, some n of them.
func numbers(rows *sql.Rows, err error, n int) ([]int64, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	all := make([]int64, 0, n)
	for rows.Next() {
		var number int64
		if err := rows.Scan(&number); err != nil {
			return nil, err
		}
		all = append(all, number)
	}
	return all, rows.Err()
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
