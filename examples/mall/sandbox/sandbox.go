// Package sandbox plays every outside party of the shop: WeChat, the senders
// of SMS and mail, and the payment gateway. It is for trying and for tests;
// nothing in it is safe for real money.
package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/httpadapter"
)

// Path is the path below which a host mounts the sandbox.
const Path = "/sandbox/"

// Sandbox holds the state of the played parties in tables of the shop's database.
type Sandbox struct {
	db  DB
	log *slog.Logger
	now func() time.Time
	svc *httpadapter.Services // given by Attach
	mux *http.ServeMux
}

// New makes the sandbox and its tables.
func New(ctx context.Context, db DB, log *slog.Logger) (*Sandbox, error) {
	s := &Sandbox{db: db, log: log, now: mall.Clock(nil), mux: http.NewServeMux()}
	s.mux.HandleFunc("GET /sandbox/outbox", s.outbox)
	s.mux.HandleFunc("POST /sandbox/claim", s.decide)
	s.mux.HandleFunc("GET /sandbox/wechat", s.phone)
	s.mux.HandleFunc("GET /sandbox/wechat/agree", s.agree)
	return s, db.migrate(ctx)
}

// Attach gives the sandbox the services on which it plays the merchant. They
// are made with the sandbox as their outside party, so they come later.
func (s *Sandbox) Attach(svc *httpadapter.Services) { s.svc = svc }

// ServeHTTP serves what scripts and testers ask of the sandbox.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

var (
	_ verify.SMSSender = (*Sandbox)(nil)
	_ verify.Mailer    = (*Sandbox)(nil)
)

// SendSMS keeps a short message for the outbox.
func (s *Sandbox) SendSMS(ctx context.Context, m verify.Message) error {
	return s.post(ctx, Message{Kind: "sms", To: m.To, Code: m.Code, Body: m.Body})
}

// SendMail keeps a mail for the outbox.
func (s *Sandbox) SendMail(ctx context.Context, m verify.Message) error {
	return s.post(ctx, Message{Kind: "mail", To: m.To, Code: m.Code, Body: m.Body})
}

// Reveal keeps the answer of a captcha for the outbox.
func (s *Sandbox) Reveal(ctx context.Context, key, answer string) {
	if err := s.post(ctx, Message{Kind: "captcha", To: key, Code: answer}); err != nil {
		s.log.ErrorContext(ctx, "sandbox: captcha", "error", err)
	}
}

// answer writes JSON.
func answer(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		status, b = http.StatusInternalServerError, []byte(`{"error":"cannot be written as JSON"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b)
}

// fail answers with an error: refusals are the caller's, faults are logged.
func (s *Sandbox) fail(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, mall.ErrNotFound) || mall.KindOf(err) == mall.NotFound:
		status = http.StatusNotFound
	case mall.Refused(err):
		status = http.StatusConflict
	default:
		s.log.ErrorContext(r.Context(), "sandbox", "path", r.URL.Path, "error", err)
	}
	answer(w, status, map[string]string{"error": err.Error()})
}
