package sqlitedb

// Waiting is how many callers queue for the writer.
func (e *engine) Waiting() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.queue)
}
