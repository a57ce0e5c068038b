package qrlogin_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/qrlogin"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// phone plays WeChat: a code is the openid it stands for.
type phone struct {
	asked atomic.Int64
	fails atomic.Pointer[error]
}

func (p *phone) Address(state string) string { return "https://open.example/?state=" + state }

func (p *phone) Person(ctx context.Context, code string) (auth.Registration, error) {
	if mall.InTx(ctx) {
		panic("WeChat is asked inside a transaction")
	}
	p.asked.Add(1)
	if err := p.fails.Load(); err != nil {
		return auth.Registration{}, *err
	}
	return auth.Registration{Identity: &auth.Identity{Provider: wechat.ProviderWeb, AppID: "wx1", OpenID: code}, Nick: "谭鹏"}, nil
}

func (p *phone) fail(err error) {
	if err == nil {
		p.fails.Store(nil)
		return
	}
	p.fails.Store(&err)
}

func ExampleService_Scan() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "mall")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		panic(err)
	}
	defer store.Close()
	accounts, err := auth.New(auth.Deps{
		Tx: store, Outbox: store, Repository: store.Accounts(), Sessions: store.Sessions(), Limits: store.Limits(),
		Hasher: secret.New(secret.Config{}), Codes: noCodes{},
	}, auth.Config{})
	if err != nil {
		panic(err)
	}
	s, err := qrlogin.New(qrlogin.Deps{Repo: store.Tickets(), Tx: store, Accounts: accounts}, qrlogin.Config{WeChat: &phone{}})
	if err != nil {
		panic(err)
	}
	err = s.Open(ctx, "the browser's socket")
	if err != nil {
		panic(err)
	}
	address, err := s.Issue(ctx, "the browser's socket")
	if err != nil {
		panic(err)
	}
	_, state, _ := strings.Cut(address, "state=")
	fmt.Println(s.Scan(ctx, state, "WeChat's code"))
	fmt.Println(s.Scan(ctx, state, "another phone's"))
	news, err := s.News(ctx, []string{"the browser's socket"})
	fmt.Println(news, err)
	l, err := s.Login(ctx, mall.Actor{Face: mall.FaceManager}, news[0].Code, auth.Device{})
	fmt.Println(l.Account.Nick, err)
	// Output:
	// <nil>
	// QR code was scanned already
	// [{the browser's socket WeChat's code}] <nil>
	// 谭鹏 <nil>
}

// noCodes is an auth.Codes that accepts none.
type noCodes struct{}

func (noCodes) Check(context.Context, mall.Face, string, string) error { return mall.ErrDenied }
func (noCodes) Use(context.Context, mall.Face, string, string) error   { return mall.ErrDenied }

type bundle struct {
	*qrlogin.Service
	t        *testing.T
	accounts *auth.Service
	phone    *phone
	mu       sync.Mutex
	now      time.Time
}

func (b *bundle) clock() time.Time { b.mu.Lock(); defer b.mu.Unlock(); return b.now }

func (b *bundle) pass(d time.Duration) { b.mu.Lock(); defer b.mu.Unlock(); b.now = b.now.Add(d) }

func setup(t *testing.T, store storage.Store) *bundle {
	t.Helper()
	b := &bundle{t: t, phone: &phone{}, now: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)}
	var err error
	b.accounts, err = auth.New(auth.Deps{
		Tx: store, Outbox: store, Repository: store.Accounts(), Sessions: store.Sessions(), Limits: store.Limits(),
		Hasher: secret.New(secret.Config{Memory: 64, Time: 1}), Codes: noCodes{},
	}, auth.Config{Now: b.clock})
	require.NoError(t, err)
	b.accounts.Seal()
	b.Service, err = qrlogin.New(qrlogin.Deps{Repo: store.Tickets(), Tx: store, Accounts: b.accounts}, qrlogin.Config{Now: b.clock, WeChat: b.phone})
	require.NoError(t, err)
	return b
}

// show opens a socket and gives the state of the code that it shows.
func (b *bundle) show(socket string) (state string) {
	b.t.Helper()
	require.NoError(b.t, b.Open(b.t.Context(), socket))
	return b.again(socket)
}

func (b *bundle) again(socket string) (state string) {
	b.t.Helper()
	address, err := b.Issue(b.t.Context(), socket)
	require.NoError(b.t, err)
	_, state, ok := strings.Cut(address, "state=")
	require.True(b.t, ok)
	return state
}

func (b *bundle) news(sockets ...string) []qrlogin.News {
	b.t.Helper()
	news, err := b.News(b.t.Context(), sockets)
	require.NoError(b.t, err)
	return news
}

var browser = mall.Actor{Face: mall.FaceManager, Addr: "127.0.0.1"}

func TestLoginByPhone(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		_, err := b.Issue(ctx, "nobody")
		require.ErrorIs(t, err, qrlogin.ErrSocket)
		state := b.show("s1")
		require.Empty(t, b.news("s1", "s2"))
		require.NoError(t, b.Scan(ctx, state, "o1"))
		require.ErrorIs(t, b.Scan(ctx, state, "o2"), qrlogin.ErrScanned)
		require.Empty(t, b.news("s2"), "another process has other sockets")
		require.Equal(t, []qrlogin.News{{Socket: "s1", Code: "o1"}}, b.news("s1", "s2"))
		require.Empty(t, b.news("s1"), "told once")
		first, err := b.Login(ctx, browser, "o1", auth.Device{})
		require.NoError(t, err)
		require.Equal(t, "谭鹏", first.Account.Nick)
		require.Empty(t, first.Account.Role, "an ordinary account")
		who, err := b.accounts.Authenticate(ctx, mall.FaceManager, first.Token, "")
		require.NoError(t, err)
		require.Empty(t, who.Rights)
		_, err = b.Login(ctx, browser, "o1", auth.Device{})
		require.ErrorIs(t, err, qrlogin.ErrCode, "used")
		require.ErrorIs(t, b.Scan(ctx, state, "o1"), qrlogin.ErrScanned)
		require.Equal(t, int64(1), b.phone.asked.Load())

		require.NoError(t, b.Scan(ctx, b.again("s1"), "o1"), "the same socket, once more")
		second, err := b.Login(ctx, browser, "o1", auth.Device{})
		require.NoError(t, err, "a login may come before the socket was told")
		require.Equal(t, first.Account.ID, second.Account.ID)
		require.Empty(t, b.news("s1"))

		require.NoError(t, b.accounts.SetStatus(ctx, mall.System(), first.Account.ID, auth.Disabled, ""))
		require.NoError(t, b.Scan(ctx, b.again("s1"), "o1"))
		_, err = b.Login(ctx, browser, "o1", auth.Device{})
		require.ErrorIs(t, err, auth.ErrDisabled)
	})
}

func TestCodesLapse(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		state := b.show("s1")
		b.pass(time.Minute)
		require.ErrorIs(t, b.Scan(ctx, state, "o1"), qrlogin.ErrState)
		require.Equal(t, []qrlogin.News{{Socket: "s1"}}, b.news("s1"))
		require.Empty(t, b.news("s1"), "once")
		require.ErrorIs(t, b.Scan(ctx, state, "o1"), qrlogin.ErrState)

		old := b.again("s1")
		state = b.again("s1")
		require.ErrorIs(t, b.Scan(ctx, old, "o1"), qrlogin.ErrState, "replaced")
		require.NoError(t, b.Scan(ctx, state, "o1"))
		require.Len(t, b.news("s1"), 1)
		b.pass(2 * time.Minute)
		require.Equal(t, []qrlogin.News{{Socket: "s1"}}, b.news("s1"), "nobody logged in")
		_, err := b.Login(ctx, browser, "o1", auth.Device{})
		require.ErrorIs(t, err, qrlogin.ErrCode)

		state = b.again("s1")
		require.NoError(t, b.Close(ctx, "s1"))
		require.ErrorIs(t, b.Scan(ctx, state, "o1"), qrlogin.ErrState, "the socket is gone")
		_, err = b.Issue(ctx, "s1")
		require.ErrorIs(t, err, qrlogin.ErrSocket)
		b.show("left behind")
		b.pass(3 * time.Hour)
		require.NoError(t, b.Sweep(ctx, 10))
		_, err = b.Issue(ctx, "left behind")
		require.ErrorIs(t, err, qrlogin.ErrSocket)
		require.NoError(t, b.Open(ctx, "left behind"), "its row is gone")
	})
}

// TestWeChatFails: what WeChat refuses is used up, what it could not answer
// may be tried again.
func TestWeChatFails(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, storagetest.SQLite(t)), t.Context()
	require.NoError(t, b.Scan(ctx, b.show("s1"), "o1"))
	for _, fault := range []error{wechat.ErrAnswer, errors.New("no route to host")} {
		b.phone.fail(fault)
		_, err := b.Login(ctx, browser, "o1", auth.Device{})
		require.ErrorIs(t, err, fault)
	}
	b.phone.fail(wechat.ErrCode)
	_, err := b.Login(ctx, browser, "o1", auth.Device{})
	require.ErrorIs(t, err, wechat.ErrCode)
	b.phone.fail(nil)
	_, err = b.Login(ctx, browser, "o1", auth.Device{})
	require.ErrorIs(t, err, qrlogin.ErrCode)
	for _, bad := range []string{"", "nobody", strings.Repeat("x", 300)} {
		_, err = b.Login(ctx, browser, bad, auth.Device{})
		require.ErrorIs(t, err, qrlogin.ErrCode)
		require.ErrorIs(t, b.Scan(ctx, bad, "o1"), qrlogin.ErrState)
		_, err = b.Issue(ctx, bad)
		require.ErrorIs(t, err, qrlogin.ErrSocket)
	}
	require.ErrorIs(t, b.Scan(ctx, b.again("s1"), ""), qrlogin.ErrState, "who does not agree brings no code")
}

// TestOneOfMany: twenty phones scan one code, twenty processes tell and twenty
// browsers log in: one each, and one account.
func TestOneOfMany(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		race := func(want error, fn func() error) (won int64) {
			var n atomic.Int64
			gate := make(chan struct{})
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					<-gate
					switch err := fn(); {
					case err == nil:
						n.Add(1)
					case !errors.Is(err, want):
						t.Error(err)
					}
				})
			}
			close(gate)
			wg.Wait()
			return n.Load()
		}
		state := b.show("s1")
		require.Equal(t, int64(1), race(qrlogin.ErrScanned, func() error { return b.Scan(ctx, state, "o1") }))
		none := errors.New("nothing to tell")
		require.Equal(t, int64(1), race(none, func() error {
			news, err := b.News(ctx, []string{"s1"})
			if err == nil && len(news) == 0 {
				err = none
			}
			return err
		}))
		require.Equal(t, int64(1), race(qrlogin.ErrCode, func() error {
			_, err := b.Login(ctx, browser, "o1", auth.Device{})
			return err
		}))
		require.Equal(t, int64(1), b.phone.asked.Load())
		all, err := b.accounts.List(ctx, auth.Filter{}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(1), all.Total)
	})
}

func TestNeedsWeChat(t *testing.T) {
	t.Parallel()
	store := storagetest.SQLite(t)
	s, err := qrlogin.New(qrlogin.Deps{Repo: store.Tickets(), Tx: store, Accounts: setup(t, store).accounts}, qrlogin.Config{})
	require.NoError(t, err)
	_, err = s.Issue(t.Context(), "s1")
	require.ErrorIs(t, err, mall.ErrNotConfigured)
	_, err = s.Login(t.Context(), browser, "o1", auth.Device{})
	require.ErrorIs(t, err, mall.ErrNotConfigured)
	_, err = qrlogin.New(qrlogin.Deps{}, qrlogin.Config{})
	require.ErrorContains(t, err, "Repo")
}
