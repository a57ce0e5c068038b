package site_test

import (
	"context"
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
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func ExampleService_PutDocument() {
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
	s, err := site.New(site.Deps{Repo: store.Site(), Documents: store.Documents(), Limits: store.Limits(), Tx: store, Usage: noFiles{}}, site.Config{})
	if err != nil {
		panic(err)
	}
	shopper := mall.Actor{Account: 7}
	id, err := s.PutDocument(ctx, shopper, site.Document{Type: "wishes", Content: `{"tea": 1}`})
	if err != nil {
		panic(err)
	}
	if _, err = s.PutDocument(ctx, shopper, site.Document{ID: id, Content: `{"tea": 2}`}); err != nil {
		panic(err)
	}
	list, err := s.ListDocuments(ctx, shopper, site.DocumentFilter{Type: "wishes"}, mall.Page{})
	if err != nil {
		panic(err)
	}
	fmt.Println(list.Total, list.Items[0].Content)
	_, err = s.PutDocument(ctx, mall.Actor{Account: 8}, site.Document{ID: id, Content: `{}`})
	fmt.Println(err)
	// Output:
	// 1 {"tea": 2}
	// site: put document: no such document
}

func TestDocumentsBelongToTheirOwner(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		mine, yours, nobody := mall.Actor{Account: 7}, mall.Actor{Account: 8}, mall.Actor{Addr: "192.0.2.1"}
		list := func(who mall.Actor, f site.DocumentFilter) []site.Document {
			t.Helper()
			page, err := b.ListDocuments(ctx, who, f, mall.Page{})
			require.NoError(t, err)
			require.Equal(t, page.Total, int64(len(page.Items)))
			return page.Items
		}
		id, err := b.PutDocument(ctx, mine, site.Document{Type: "list", Ref: "1", Content: `[1]`, Top: true, Owner: 8})
		require.NoError(t, err)
		require.Equal(t, []site.Document{{ID: id, Owner: 7, Type: "list", Ref: "1", Content: `[1]`, CreatedAt: b.now, UpdatedAt: b.now}}, list(mine, site.DocumentFilter{}))
		require.Empty(t, list(yours, site.DocumentFilter{ID: id}))
		require.Empty(t, list(yours, site.DocumentFilter{Owner: 7}), "the owner is the actor, whatever is asked")
		require.Empty(t, list(nobody, site.DocumentFilter{Type: "list"}))

		yes := true
		for _, who := range []mall.Actor{yours, {Account: 9, Rights: []string{"other"}}} {
			_, err = b.PutDocument(ctx, who, site.Document{ID: id, Content: `{}`})
			require.ErrorIs(t, err, site.ErrNoDocument)
			require.ErrorIs(t, b.MarkDocument(ctx, who, id, site.Marks{Top: &yes}), site.ErrNoDocument)
			require.ErrorIs(t, b.DeleteDocument(ctx, who, id), site.ErrNoDocument)
		}
		b.now = b.now.Add(time.Second)
		require.NoError(t, b.MarkDocument(ctx, mine, id, site.Marks{Highlight: &yes}))
		_, err = b.PutDocument(ctx, mine, site.Document{ID: id, Ref: "2", Content: `[2]`})
		require.NoError(t, err)
		got := list(mine, site.DocumentFilter{Type: "list", Ref: "2"})
		require.Equal(t, []site.Document{{ID: id, Owner: 7, Type: "list", Ref: "2", Content: `[2]`, Highlight: true, CreatedAt: b.now.Add(-time.Second), UpdatedAt: b.now}}, got)
		require.ErrorIs(t, b.MarkDocument(ctx, mine, id, site.Marks{}), mall.ErrInvalid)

		exported, err := b.Export(ctx, 7)
		require.NoError(t, err)
		require.Equal(t, got, exported)
		require.NoError(t, b.DeleteDocument(ctx, mine, id))
		require.Empty(t, list(mine, site.DocumentFilter{}))
		_, err = b.PutDocument(ctx, mine, site.Document{Content: `1`})
		require.NoError(t, err)
		require.NoError(t, b.Erase(ctx, 7))
		require.Empty(t, list(mine, site.DocumentFilter{}))
	})
}

func TestAnonymousDocuments(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		nobody, yes := mall.Actor{Addr: "192.0.2.1"}, true
		id, err := b.PutDocument(ctx, nobody, site.Document{Type: "feedback", Content: `{"a":1}`})
		require.NoError(t, err)
		for _, sort := range []site.DocumentSort{"", site.ByUpdated, site.ByUpdatedUp} {
			page, err := b.ListDocuments(ctx, mall.Actor{Addr: "198.51.100.1"}, site.DocumentFilter{Type: "feedback", Sort: sort}, mall.Page{})
			require.NoError(t, err)
			require.Len(t, page.Items, 1, "everybody reads it")
		}
		_, err = b.ListDocuments(ctx, nobody, site.DocumentFilter{ID: id}, mall.Page{})
		require.ErrorIs(t, err, mall.ErrInvalid, "but only who knows its type")
		_, err = b.PutDocument(ctx, nobody, site.Document{ID: id, Content: `{}`})
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
		require.ErrorIs(t, b.MarkDocument(ctx, nobody, id, site.Marks{Top: &yes}), mall.ErrUnauthenticated)
		require.ErrorIs(t, b.DeleteDocument(ctx, nobody, id), mall.ErrUnauthenticated)
		require.ErrorIs(t, b.DeleteDocument(ctx, mall.Actor{Account: 7}, id), site.ErrNoDocument)
		require.NoError(t, b.DeleteDocument(ctx, staff, id), "staff clean up")
	})
}

// TestDocumentLimits: of parallel additions an account's come in up to its
// limit, and anonymous ones up to the day's limit of their address.
func TestDocumentLimits(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		s, err := site.New(site.Deps{Repo: store.Site(), Documents: store.Documents(), Limits: store.Limits(), Tx: store, Usage: noFiles{}},
			site.Config{Now: func() time.Time { return b.now }, MaxDocuments: 5, MaxAnonymous: 7, AnonymousPerDay: 4})
		require.NoError(t, err)
		race := func(who mall.Actor) (won int64) {
			var n atomic.Int64
			gate := make(chan struct{})
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() {
					<-gate
					switch _, err := s.PutDocument(ctx, who, site.Document{Type: "a", Content: `{}`}); {
					case err == nil:
						n.Add(1)
					default:
						require.ErrorIs(t, err, site.ErrDocuments)
					}
				})
			}
			close(gate)
			wg.Wait()
			return n.Load()
		}
		require.Equal(t, int64(5), race(mall.Actor{Account: 7, Addr: "192.0.2.1"}))
		require.Equal(t, int64(4), race(mall.Actor{Addr: "192.0.2.1"}), "an address")
		require.Equal(t, int64(3), race(mall.Actor{Addr: "192.0.2.2"}), "all addresses")
		page, err := s.ListDocuments(ctx, mall.Actor{}, site.DocumentFilter{Type: "a"}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(7), page.Total)
	})
}

func TestBadDocuments(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, storagetest.SQLite(t)), t.Context()
	who := mall.Actor{Account: 7}
	nested := func(n int) string { return strings.Repeat(`{"a":[`, n/2) + strings.Repeat(`]}`, n/2) }
	for _, bad := range []string{"", "{", `{"a":}`, "undefined", `{"msg": "a"b"}`, "\"\xff\"", nested(34), nested(1 << 14), `"` + strings.Repeat("x", 1<<16-1) + `"`} {
		_, err := b.PutDocument(ctx, who, site.Document{Content: bad})
		require.ErrorIs(t, err, site.ErrContent, "%.40s", bad)
	}
	for _, good := range []string{"0", "null", nested(32), `"` + strings.Repeat("[", 99) + `"`, `"\"[{\\"`, `"` + strings.Repeat("x", 1<<16-2) + `"`, `{"😀":"\u0000"}`} {
		id, err := b.PutDocument(ctx, who, site.Document{Content: good})
		require.NoError(t, err, "%.40s", good)
		page, err := b.ListDocuments(ctx, who, site.DocumentFilter{ID: id}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, good, page.Items[0].Content)
	}
	long := strings.Repeat("字", 65)
	_, err := b.PutDocument(ctx, who, site.Document{Type: long, Content: `{}`})
	require.ErrorIs(t, err, mall.ErrInvalid)
	_, err = b.PutDocument(ctx, who, site.Document{Ref: long, Content: `{}`})
	require.ErrorIs(t, err, mall.ErrInvalid)
	page, err := b.ListDocuments(ctx, who, site.DocumentFilter{Type: long}, mall.Page{})
	require.NoError(t, err)
	require.Empty(t, page.Items)
}

func TestDocumentListsCostTheSame(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, who := setup(t, store), mall.Actor{Account: 7}
		for n := range 8 {
			_, err := b.PutDocument(t.Context(), who, site.Document{Content: `{}`})
			require.NoError(t, err)
			sent := storagetest.Statements(t.Context(), t, func(ctx context.Context) error {
				_, err := b.ListDocuments(ctx, who, site.DocumentFilter{}, mall.Page{Limit: int64(n + 1)})
				return err
			})
			require.Len(t, sent, 2)
		}
	})
}
