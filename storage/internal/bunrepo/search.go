package bunrepo

import (
	"context"
	"strings"

	"github.com/gomall-dev/mall"
)

// addSearch adds rows to a search index in one statement. The values are an id
// and a text, or its grams, for each row; none is nothing to do.
func (s *Store) addSearch(ctx context.Context, into string, values []any) error {
	if len(values) == 0 {
		return nil
	}
	rows := strings.TrimSuffix(strings.Repeat("(?, ?), ", len(values)/2), ", ")
	_, err := s.rawWrite(ctx, "INSERT INTO ?(ns)"+into+" VALUES "+rows, values...).Exec(ctx)
	return err
}

// dropSearch removes a row from a search index, if it is there.
func (s *Store) dropSearch(ctx context.Context, table, column string, id mall.ID) error {
	_, err := s.rawWrite(ctx, "DELETE FROM ?(ns)"+table+" WHERE "+column+" = ?", id).Exec(ctx)
	return err
}

// fullText says whether there are search indexes; see products.searched.
func (s *Store) fullText(ctx context.Context) (bool, error) {
	if s.postgres() {
		return true, nil
	}
	if known := s.searchable.Load(); known != nil {
		return *known, nil
	}
	var tables int
	err := s.rawRead(ctx, "SELECT COUNT(*) FROM sqlite_master WHERE name = '?(ns)goods_search' AND sql LIKE 'CREATE VIRTUAL%'").Scan(ctx, &tables)
	if err != nil {
		return false, err
	}
	indexed := tables > 0
	s.searchable.Store(&indexed)
	return indexed, nil
}
