package sandbox

import (
	"context"
	"net/http"
	"time"
)

// Message is something that the shop sent to somebody: an SMS, a mail, or the
// answer of a captcha, whose recipient is the captcha's key.
type Message struct {
	Kind string `json:"kind"` // sms, mail or captcha
	To   string `json:"to"`
	Code string `json:"code"`
	Body string `json:"body"`
	At   string `json:"at"` // RFC 3339
}

// shown is how many messages an answer holds at most.
const shown = 50

// post keeps a message for GET /sandbox/outbox.
func (s *Sandbox) post(ctx context.Context, m Message) error {
	if err := outside(ctx); err != nil {
		return err
	}
	return s.db.exec(ctx, "INSERT INTO sandbox_outbox (kind, recipient, code, body, at) VALUES ($1, $2, $3, $4, $5)",
		m.Kind, m.To, m.Code, m.Body, s.now().UnixMilli())
}

// messages are the newest to a recipient.
func (s *Sandbox) messages(ctx context.Context, to string) ([]Message, error) {
	rows, err := s.db.SQL(ctx).QueryContext(ctx,
		"SELECT kind, recipient, code, body, at FROM sandbox_outbox WHERE recipient = $1 ORDER BY id DESC LIMIT $2", to, shown)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := []Message{}
	for rows.Next() {
		var m Message
		var at int64
		if err := rows.Scan(&m.Kind, &m.To, &m.Code, &m.Body, &at); err != nil {
			return nil, err
		}
		m.At = time.UnixMilli(at).UTC().Format(time.RFC3339Nano)
		list = append(list, m)
	}
	return list, rows.Err()
}

// LastCode is the code of the newest message to a number or mail address, ""
// when there is none.
func (s *Sandbox) LastCode(ctx context.Context, to string) string {
	list, err := s.messages(ctx, to)
	if err != nil {
		s.log.ErrorContext(ctx, "sandbox: last code", "error", err)
	}
	if len(list) == 0 {
		return ""
	}
	return list[0].Code
}

// outbox answers GET /sandbox/outbox?to=X.
func (s *Sandbox) outbox(w http.ResponseWriter, r *http.Request) {
	list, err := s.messages(r.Context(), r.URL.Query().Get("to"))
	if err != nil {
		s.fail(w, r, err)
		return
	}
	answer(w, http.StatusOK, map[string]any{"messages": list})
}
