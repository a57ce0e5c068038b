package httpadapter_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestPromises: what holds for every transaction, log line and event of a
// shopper's whole life, on both databases.
func TestPromises(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		var logged lines
		kit := apitest.New(t, store, func(_ *httpadapter.Ports, c *httpadapter.Config, a *httpadapter.AdapterConfig) {
			c.Logger = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
			a.Logger = c.Logger
		})
		var l *life
		transactions := storagetest.ByTransaction(t.Context(), t, func(ctx context.Context) error {
			l = live(ctx, t, kit)
			return nil
		})
		written := map[string]bool{}
		for _, tx := range transactions {
			inOrder(t, tx, written)
		}
		for _, r := range ranks {
			require.True(t, written[r.what], "the story does not write %s, or the pattern misses it", r.what)
		}
		secretsAreKept(t, l, logged.String())
		eventsAreComplete(t, l)
	})
}

// lines is a log that many goroutines write.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// ranks is the global order in which a transaction first writes rows that
// others may want too, lower keys first: only so can no two transactions wait
// for each other crosswise. keys finds the rows in the statement.
var ranks = []struct {
	rank  int
	what  string
	table string
	verb  string // "" is any
	sets  string // what the statement must set
	keys  *regexp.Regexp
}{
	{1, "payments to settle", "payments", "UPDATE", " SET state = ", byID},
	{1, "refunds to finish", "refunds", "UPDATE", "", byID},
	{2, "orders", "orders", "UPDATE", "", byID},
	{3, "stock counters", "stock_counters", "UPDATE", "", regexp.MustCompile(`ref = (\d+)`)},
	{4, "purchase limits", "limit_guards", "", "", secondOf},
	{5, "claims of coupons", "coupon_claims", "", "", secondOf},
	{6, "coupons", "coupon_grants", "UPDATE", "", byID},
	{7, "memberships", "members", "", "", account},
	{8, "grants", "purchases", "", "", secondOf},
	{9, "points", "point_accounts", "", "", account},
	{10, "what is refunded of payments", "payments", "UPDATE", "refunded = ", byID},
	{11, "wallets", "wallets", "", "", account},
}

var (
	byID     = regexp.MustCompile(`\bid = (\d+)`)
	account  = regexp.MustCompile(`(?:account(?:_id)? = |VALUES \()(\d+)`)
	secondOf = regexp.MustCompile(`\(\d+, (\d+), \d+\)`)
)

// unranked are the tables whose rows nobody waits for crosswise, with why.
var unranked = map[string]string{
	"orders":          "inserted: nobody else knows the row yet",
	"payments":        "inserted, and fields of a row that the transaction holds already",
	"refunds":         "inserted",
	"payment_parts":   "written by the holder of the payment",
	"order_lines":     "written by the holder of the order",
	"order_shipments": "appended",
	"order_logs":      "appended",
	"order_claims":    "written by the holder of the order",
	"order_codes":     "written by the holder of the order",
	"stock_holds":     "written by the holder of the order that is their source",
	"limit_takes":     "written by the holder of the order that is their source",
	"stock_log":       "appended",
	"coupon_grants":   "inserted",
	"coupon_cards":    "exchanged after the counter of its coupons was taken",
	"level_prices":    "the count of sales; nobody holds a price and then wants memberships",
	"level_purchases": "written by the holder of the account's memberships",
	"level_grants":    "written by the holder of the account's memberships",
	"level_holds":     "written by the holder of the account's memberships",
	"level_renewals":  "written by the holder of the account's memberships",
	"wallet_entries":  "appended by the holder of the wallet",
	"point_entries":   "appended by the holder of the account",
	"outbox":          "appended",
	"payment_notices": "appended; its unique id is taken before anything else",
	"cart_lines":      "taken before anything else, and the order that follows is new",
	"reviews":         "appended",
	"goods":           "the count of reviews, after the order; nobody holds goods and then wants an order",
}

// isList says whether a transaction pays several orders. They are paid one
// after the other, lowest id first, at gateways each under a savepoint of its
// own, so the ranks begin anew with each order. A list and somebody who holds
// a later order of it, or stock that it needs later, may wait crosswise; the
// database ends that and Do repeats the loser, see order.TestListMeetsCancels.
func isList(statements []string) bool {
	paid := 0
	for _, s := range statements {
		if slices.Equal(storagetest.Written([]string{s}), []string{"order_logs"}) && strings.Contains(s, "'paid', ") {
			paid++
		}
	}
	return paid > 1
}

// inOrder fails when rows are first written against the ranks, and notes what was written.
func inOrder(t *testing.T, statements []string, written map[string]bool) {
	t.Helper()
	seen := map[string]bool{}
	rank, last, lastOrder := 0, int64(0), int64(0)
	list := isList(statements)
	var tables []string
	for _, s := range statements {
		table := storagetest.Written([]string{s})
		if len(table) == 0 {
			continue
		}
		at, keys := place(s)
		if at >= 0 {
			require.NotEmpty(t, keys, "no key found in %s", s)
		}
		if at < 0 {
			tables = append(tables, table[0])
			continue
		}
		for _, key := range keys {
			r := ranks[at]
			row := fmt.Sprint(r.what, " ", key)
			if seen[row] {
				continue
			}
			seen[row], written[r.what] = true, true
			if r.what == "orders" {
				if list && key > lastOrder && rank > r.rank {
					rank = 0
				}
				lastOrder = key
			}
			require.GreaterOrEqual(t, r.rank, rank, "%s after %s:\n%s", r.what, ranks[max(rank-1, 0)].what, strings.Join(statements, "\n"))
			if r.rank == rank {
				require.Greater(t, key, last, "%s out of order:\n%s", r.what, strings.Join(statements, "\n"))
			}
			rank, last = r.rank, key
		}
	}
	if rank == 0 {
		return // nothing that others wait for
	}
	for _, table := range tables {
		require.NotEmpty(t, unranked[table], "%s has no place in the order of writes:\n%s", table, strings.Join(statements, "\n"))
	}
}

// place finds the rank of a statement, -1 for none, and the rows it writes.
func place(statement string) (at int, keys []int64) {
	table := storagetest.Written([]string{statement})[0]
	for i, r := range ranks {
		if r.table != table || !strings.HasPrefix(statement, r.verb) || !strings.Contains(statement, r.sets) {
			continue
		}
		for _, m := range r.keys.FindAllStringSubmatch(statement, -1) {
			n, _ := strconv.ParseInt(m[1], 10, 64) // the pattern takes digits only
			keys = append(keys, n)
		}
		return i, keys
	}
	return -1, nil
}

// secretsAreKept looks for what must stay secret in the log and in what was
// answered to refused requests.
func secretsAreKept(t *testing.T, l *life, log string) {
	require.Contains(t, log, "/order/create", "the log is on")
	require.Contains(t, log, "refused")
	secrets := []string{l.token, l.admin, lifePassword, lifePayWord, lifeStaff, lifeMobile, lifeOpenID, lifeStreet, lifeRemark, apitest.SessionKey(lifeOpenID), l.Secret, l.card}
	for _, query := range []string{"SELECT password_hash FROM {accounts}", "SELECT hash FROM {wallet_passwords}", "SELECT hash FROM {sessions}",
		"SELECT code FROM {order_codes}", "SELECT hash FROM {verify_codes}", "SELECT hash FROM {coupon_cards}"} {
		secrets = append(secrets, storagetest.Texts(t, l.Store, query)...)
	}
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		require.NotContains(t, log, secret)
		for _, text := range l.refusals {
			require.NotContains(t, text, secret)
		}
	}
	code := regexp.MustCompile(`[=" ]` + regexp.QuoteMeta(l.Ports.Last(lifeMobile)) + `[" \n]`)
	require.False(t, code.MatchString(log), "a verification code is in the log")
}

// eventsAreComplete holds the outbox against the books and looks for personal
// data in it.
func eventsAreComplete(t *testing.T, l *life) {
	for _, e := range eventsFitBooks(t, l.Store) {
		for _, word := range []string{lifeName, lifeMobile, lifeOpenID, lifeStreet, lifeRemark, lifePassword, lifePayWord, lifeStaff, l.token, "127.0.0.1", "Kanne"} {
			require.NotContains(t, string(e.Facts), word, e.Kind)
		}
	}
}

// eventsFitBooks demands one event for each step of an order, each ledger entry,
// each settled payment and each refund, none twice, and gives all events.
func eventsFitBooks(t *testing.T, store storage.Store) (events []mall.Event) {
	t.Helper()
	for after := mall.ID(0); ; {
		page, err := store.Events(t.Context(), after, 1000)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		events, after = append(events, page...), page[len(page)-1].ID
	}
	told, booked := map[string]int{}, map[string]int{}
	for _, e := range events {
		told[fmt.Sprint(e.Kind, " ", int64(e.Aggregate))]++
	}
	for kind, query := range map[string]string{
		"order.":             `SELECT move || ' ' || order_id FROM {order_logs} WHERE move <> 'deleted'`,
		"wallet.entry ":      `SELECT id FROM {wallet_entries}`,
		"points.entry ":      `SELECT id FROM {point_entries}`,
		"coupon.issued ":     `SELECT id FROM {coupon_grants}`,
		"payment.opened ":    `SELECT id FROM {payments} WHERE prepay <> ''`,
		"payment.closed ":    `SELECT id FROM {payments} WHERE state = 'closed'`,
		"payment.succeeded ": `SELECT id FROM {payments} WHERE state = 'succeeded'`,
		"refund.created ":    `SELECT id FROM {refunds}`,
		"refund.succeeded ":  `SELECT id FROM {refunds} WHERE state = 'succeeded'`,
	} {
		for _, what := range storagetest.Texts(t, store, query) {
			booked[kind+what]++
		}
	}
	require.NotEmpty(t, booked)
	for what, n := range booked {
		require.Equal(t, n, told[what], what)
	}
	for what, n := range told {
		kind, _, _ := strings.Cut(what, " ")
		room, _, _ := strings.Cut(kind, ".")
		if kind == "payment.succeeded" || slices.Contains([]string{"order", "wallet", "points", "refund"}, room) {
			require.Equal(t, booked[what], n, what)
		}
	}
	return events
}
