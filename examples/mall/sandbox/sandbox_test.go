package sandbox

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// each runs body with a sandbox on an empty store of each database. Its tables
// are not below the store's own schema, so its tests run one after the other.
func each(t *testing.T, body func(t *testing.T, s *Sandbox)) {
	t.Run("sqlite", func(t *testing.T) { body(t, open(t, storagetest.SQLite(t), false)) })
	t.Run("postgres", func(t *testing.T) { body(t, open(t, storagetest.Postgres(t), true)) })
}

func open(t *testing.T, store storage.Store, postgres bool) *Sandbox {
	db := DB{Store: store, Postgres: postgres}
	t.Cleanup(func() {
		for _, table := range []string{"sandbox_outbox", "sandbox_gateway"} {
			require.NoError(t, db.exec(context.Background(), "DROP TABLE "+table))
		}
	})
	// Several processes make the tables at once.
	var starting sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		starting.Go(func() { _, errs[i] = New(t.Context(), db, slog.Default()) })
	}
	starting.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	s, err := New(t.Context(), db, slog.Default())
	require.NoError(t, err)
	return s
}

func TestTheOutboxListsNewestFirst(t *testing.T) {
	each(t, func(t *testing.T, s *Sandbox) {
		ctx := t.Context()
		require.NoError(t, s.SendSMS(ctx, verify.Message{To: "13800000000", Code: "1111", Body: "first"}))
		require.NoError(t, s.SendMail(ctx, verify.Message{To: "a@b.example", Code: "3333"}))
		require.NoError(t, s.SendSMS(ctx, verify.Message{To: "13800000000", Code: "2222", Body: "second"}))
		s.Reveal(ctx, "key", "AB12")
		read := func(to string) []Message {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, httptest.NewRequest("GET", "/sandbox/outbox?to="+to, nil))
			require.Equal(t, 200, w.Code)
			var body struct{ Messages []Message }
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body))
			require.NotNil(t, body.Messages)
			return body.Messages
		}
		got := read("13800000000")
		require.Len(t, got, 2)
		require.Equal(t, []string{"sms", "2222", "second", "1111"}, []string{got[0].Kind, got[0].Code, got[0].Body, got[1].Code})
		require.Equal(t, "captcha", read("key")[0].Kind)
		require.Empty(t, read("nobody"))

		// Outside parties refuse to be called inside a transaction.
		require.Error(t, s.db.Do(ctx, func(ctx context.Context) error { return s.SendSMS(ctx, verify.Message{To: "x"}) }))
	})
}

func TestBooksLetOneOfManyChangesWin(t *testing.T) {
	each(t, func(t *testing.T, s *Sandbox) { oneWins(t, books{s.db}) })
	t.Run("file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "books")
		b, err := OpenFileBooks(path)
		require.NoError(t, err)
		oneWins(t, b)
		require.NoError(t, b.Close())

		// A line that was cut off by the end of the process is no order.
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = f.WriteString(`{"out_trade_no":"n2","ver`)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		again, err := OpenFileBooks(path)
		require.NoError(t, err)
		require.Equal(t, b.All(), again.All())
		require.NoError(t, again.Close())
	})
}

func oneWins(t *testing.T, b paytest.Books) {
	ctx := t.Context()
	_, ok, err := b.Order(ctx, "n1")
	require.NoError(t, err)
	require.False(t, ok)
	race := func(o paytest.Order) int64 {
		var won atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if saved, err := b.Save(ctx, o); err == nil && saved {
					won.Add(1)
				}
			})
		}
		all.Wait()
		return won.Load()
	}
	require.EqualValues(t, 1, race(paytest.Order{Number: "n1", Prepay: "p1", Amount: 5, State: paytest.Open}))
	o, ok, err := b.ByPrepay(ctx, "p1")
	require.NoError(t, err)
	require.True(t, ok)
	require.EqualValues(t, 1, o.Version)
	o.State = paytest.Paid
	require.EqualValues(t, 1, race(o))
	o, _, err = b.Order(ctx, "n1")
	require.NoError(t, err)
	require.Equal(t, paytest.Paid, o.State)
}

func TestWeChatPlaysItsCodes(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	session, err := WeChat{}.Login(ctx, AppID, "sandbox:anna")
	require.NoError(t, err)
	require.Equal(t, "anna", session.OpenID)
	require.Equal(t, "pw+eOP8BWvqpqwqsq+4uEw==", session.SessionKey)
	mobile, err := WeChat{}.Phone(ctx, AppID, "sandbox-phone:13800000000")
	require.NoError(t, err)
	require.Equal(t, "13800000000", mobile)
	for _, code := range []string{"", "sandbox:", "real-code"} {
		_, err = WeChat{}.Login(ctx, AppID, code)
		require.Error(t, err, code)
	}
	_, err = WeChat{}.Login(ctx, "wx-other", "sandbox:anna")
	require.Error(t, err)
}
