package sqlitedb

import "database/sql"

// Writer is the pool of the store's writing connection.
func Writer(s *Store) *sql.DB { return s.writer }

// Waiting is how many callers queue for the writer.
func (e *engine) Waiting() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.queue)
}
