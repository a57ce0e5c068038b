package bunrepo

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/student"
)

// Students is the repository of students.
func (s *Store) Students() student.Repository { return students{s} }

type students struct{ *Store }

type studentRow struct {
	bun.BaseModel `bun:"table:?(ns)students,alias:s"`

	ID          int64  `bun:"id,pk,autoincrement"`
	Number      string `bun:"number"`
	Name        string `bun:"name"`
	Age         string `bun:"age"`
	Class       string `bun:"class"`
	City        string `bun:"city"`
	Degree      string `bun:"degree"`
	ProductURL  string `bun:"product_url"`
	Description string `bun:"description"`
	AvatarURL   string `bun:"avatar_url"`
	CreatedAt   *int64 `bun:"created_at"`
	UpdatedAt   *int64 `bun:"updated_at"`
}

func studentToRow(s *student.Student) *studentRow {
	return &studentRow{
		ID: int64(s.ID), Number: s.Number, Name: s.Name, Age: s.Age, Class: s.Class, City: s.City, Degree: s.Degree,
		ProductURL: s.ProductURL, Description: s.Description, AvatarURL: s.AvatarURL,
		CreatedAt: millis(s.CreatedAt), UpdatedAt: millis(s.UpdatedAt),
	}
}

func studentFromRow(r *studentRow) student.Student {
	return student.Student{
		ID: mall.ID(r.ID), Number: r.Number, Name: r.Name, Age: r.Age, Class: r.Class, City: r.City, Degree: r.Degree,
		ProductURL: r.ProductURL, Description: r.Description, AvatarURL: r.AvatarURL,
		CreatedAt: moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt),
	}
}

func (r students) Insert(ctx context.Context, s *student.Student) error {
	row := studentToRow(s)
	res, err := r.ins(ctx).Model(row).On("CONFLICT DO NOTHING").Returning("id").Exec(ctx)
	if err := inserted(res, err); err != nil {
		return err
	}
	s.ID = mall.ID(row.ID)
	return nil
}

func (r students) ByNumber(ctx context.Context, number string) (*student.Student, error) {
	var row studentRow
	if err := r.sel(ctx).Model(&row).Where("number = ?", number).Scan(ctx); err != nil {
		return nil, one(err)
	}
	s := studentFromRow(&row)
	return &s, nil
}

func (r students) Update(ctx context.Context, number string, c student.Changes, at time.Time) (bool, error) {
	q := r.upd(ctx).Model((*studentRow)(nil)).Where("number = ?", number)
	given := 0
	var differ func(*bun.UpdateQuery) *bun.UpdateQuery
	for _, f := range []struct {
		column string
		text   *string
	}{
		{"name", c.Name}, {"age", c.Age}, {"class", c.Class}, {"city", c.City}, {"degree", c.Degree},
		{"product_url", c.ProductURL}, {"description", c.Description}, {"avatar_url", c.AvatarURL},
	} {
		if f.text == nil {
			continue
		}
		given++
		q = q.Set("? = ?", bun.Ident(f.column), *f.text)
		before := differ
		differ = func(q *bun.UpdateQuery) *bun.UpdateQuery {
			if before != nil {
				q = before(q)
			}
			return q.WhereOr("? <> ?", bun.Ident(f.column), *f.text)
		}
	}
	if given == 0 {
		return false, nil
	}
	return hit(q.Set("updated_at = ?", at.UnixMilli()).WhereGroup(" AND ", differ).Exec(ctx))
}

func (r students) Delete(ctx context.Context, number string) (bool, error) {
	return hit(r.del(ctx).Model((*studentRow)(nil)).Where("number = ?", number).Exec(ctx))
}

func (r students) List(ctx context.Context, f student.Filter, p mall.Page) ([]student.Student, error) {
	var rows []studentRow
	err := studentsOf(r.sel(ctx).Model(&rows), f).OrderExpr("s.created_at DESC, s.id DESC").Limit(p.Limit).Offset(p.Offset).Scan(ctx)
	list := make([]student.Student, len(rows))
	for i := range rows {
		list[i] = studentFromRow(&rows[i])
	}
	return list, err
}

func (r students) Total(ctx context.Context, f student.Filter, atMost int64) (n int64, err error) {
	some := studentsOf(r.sel(ctx).Model((*studentRow)(nil)).ColumnExpr("1"), f).Limit(atMost)
	err = r.sel(ctx).TableExpr("(?) AS t", some).ColumnExpr("count(*)").Scan(ctx, &n)
	return n, err
}

func studentsOf(q *bun.SelectQuery, f student.Filter) *bun.SelectQuery {
	if f.Class != "" {
		q = q.Where("s.class = ?", f.Class)
	}
	if f.Name != "" {
		q = q.Where(`s.name LIKE ? ESCAPE '\'`, containing(f.Name))
	}
	return q
}

func (r students) Classes(ctx context.Context, limit int) ([]string, error) {
	list := []string{}
	err := r.sel(ctx).Model((*studentRow)(nil)).Distinct().Column("class").Order("class").Limit(int64(limit)).Scan(ctx, &list)
	return list, err
}

func (r students) Shows(ctx context.Context, avatarURL string) (bool, error) {
	return r.sel(ctx).Model((*studentRow)(nil)).Where("avatar_url = ? AND avatar_url <> ''", avatarURL).Exists(ctx)
}
