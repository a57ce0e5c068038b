package httpadapter

import (
	"context"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/file"
	"github.com/gomall-dev/mall/payment"
)

// files serves GET /files/{key}. A key names the same bytes for ever, so
// answers are immutable; pictures, sound and film are shown, the rest is
// offered for saving and runs nothing.
func files(s *file.Service, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		f, body, err := s.Open(r.Context(), r.PathValue("key"))
		switch {
		case mall.Refused(err):
			http.NotFound(w, r)
			return
		case err != nil:
			log.Error("file", "error", err)
			http.Error(w, "file cannot be read", http.StatusInternalServerError)
			return
		}
		defer body.Close()
		h := w.Header()
		h.Set("Content-Type", f.Type)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
		h.Set("ETag", strconv.Quote(f.Key))
		if f.ExpiresAt.IsZero() {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			h.Set("Cache-Control", "public, max-age=60")
		}
		if kind, _, _ := strings.Cut(f.Type, "/"); kind != "image" && kind != "audio" && kind != "video" || f.Type == "image/svg+xml" {
			h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
		}
		http.ServeContent(w, r, "", f.CreatedAt.Truncate(time.Second), body)
	})
}

// maxNotice is the longest notification that is read, in bytes.
const maxNotice = 1 << 20

// notices serves POST /notify/{provider}: the payment service verifies the raw
// body and answers in the provider's form.
func notices(s *payment.Service, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxNotice))
		if err != nil {
			http.Error(w, "body cannot be read", http.StatusBadRequest)
			return
		}
		provider := r.PathValue("provider")
		answer, err := s.Notify(r.Context(), provider, payment.Header(r.Header), body)
		if err != nil {
			log.Warn("payment notice", "provider", provider, "accepted", answer.Accepted, "code", mall.CodeOf(err), "error", err)
		}
		if answer.ContentType != "" {
			w.Header().Set("Content-Type", answer.ContentType)
		}
		w.WriteHeader(answer.Status)
		_, _ = w.Write(answer.Body)
	})
}

// noBlobs stands for a missing Ports.Blobs.
type noBlobs struct{}

var errNoBlobs = mall.ErrNotConfigured.With("Ports.Blobs")

func (noBlobs) Put(context.Context, string, io.Reader) error              { return errNoBlobs }
func (noBlobs) Open(context.Context, string) (file.Reader, error)         { return nil, errNoBlobs }
func (noBlobs) Delete(context.Context, string) error                      { return nil }
func (noBlobs) Each(context.Context, func(string, time.Time) error) error { return nil }
