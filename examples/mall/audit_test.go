package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/examples/mall/sandbox"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/payment/wallet/withdraw"
)

// afterwards is how far ahead the auditor's clock is: every order and payment
// of the storm is overdue then, and the sweeps have no reason to wait.
const afterwards = 3 * time.Hour

// ledgers reads the tables of a shop with statements of its own.
type ledgers struct {
	t   *testing.T
	ctx context.Context
	db  sandbox.DB
}

// audit opens the shop as a host does, lets the sweeps end what the storm left
// open, and compares all books with each other and with the gateway's.
func audit(t *testing.T, db, gateway string, s *storm) {
	t.Helper()
	ctx := t.Context()
	log := &lockedBuffer{}
	o, err := parse([]string{"-db", db, "-files", t.TempDir(), "-gateway", gateway}, nil, log)
	require.NoError(t, err)
	o.self = "http://127.0.0.1"
	o.public, o.now = "http://127.0.0.1", func() time.Time { return time.Now().Add(afterwards) }
	h, err := open(ctx, o, slog.New(slog.NewTextHandler(log, nil)))
	require.NoError(t, err, log)
	defer func() { require.NoError(t, h.close(context.WithoutCancel(ctx))) }()
	b := ledgers{t: t, ctx: ctx, db: h.store}

	for range 30 {
		require.NoError(t, h.svc.Sweep(ctx), log)
		if b.count("SELECT count(*) FROM #payments WHERE state IN ('created', 'pending')")+
			b.count("SELECT count(*) FROM #orders WHERE pay_state = 'unpaid' AND end_state = 'none'") == 0 {
			break
		}
	}
	b.wallets()
	b.stock()
	b.payments(gateway, s)
	b.orders(s)
	b.papers(s)
	b.money()
	b.decide(h)
	b.wallets()
	b.money()
	b.none("money is frozen though nothing is open", "SELECT account FROM #wallets WHERE frozen <> 0")
	b.tell()
}

// rows runs a query over tables written #name and hands each row to scan.
func (b ledgers) rows(query string, scan func(rows *sql.Rows) error) {
	b.t.Helper()
	rows, err := b.db.SQL(b.ctx).QueryContext(b.ctx, strings.ReplaceAll(query, "#", b.db.Prefix))
	require.NoError(b.t, err, query)
	defer rows.Close()
	for rows.Next() {
		require.NoError(b.t, scan(rows))
	}
	require.NoError(b.t, rows.Err())
}

// count is the one number that a query gives.
func (b ledgers) count(query string) (n int64) {
	b.t.Helper()
	b.rows(query, func(rows *sql.Rows) error { return rows.Scan(&n) })
	return n
}

// none fails when a query finds anything.
func (b ledgers) none(what, query string) {
	b.t.Helper()
	require.Zero(b.t, b.count("SELECT count(*) FROM ("+query+") AS found"), what)
}

func (b ledgers) wallets() {
	b.none("balance differs from its ledger", `SELECT w.account FROM #wallets w
		LEFT JOIN (SELECT account, sum(balance) AS balance, sum(frozen) AS frozen FROM #wallet_entries GROUP BY account) e ON e.account = w.account
		WHERE w.balance <> coalesce(e.balance, 0) OR w.frozen <> coalesce(e.frozen, 0)`)
	b.none("negative balance", "SELECT account FROM #wallets WHERE balance < 0")
	b.none("frozen money differs from what withdrawals ask for", `SELECT w.account FROM #wallets w
		LEFT JOIN (SELECT account, sum(amount) AS amount FROM #withdrawals WHERE state = 'asked' GROUP BY account) a ON a.account = w.account
		WHERE w.frozen <> coalesce(a.amount, 0)`)
	b.none("withdrawn sum differs from what was paid out", `SELECT w.account FROM #wallets w
		LEFT JOIN (SELECT account, sum(amount) AS amount FROM #withdrawals WHERE state = 'paid' GROUP BY account) a ON a.account = w.account
		WHERE w.withdrawn <> coalesce(a.amount, 0)`)
}

func (b ledgers) stock() {
	// What staff put in is somewhere; what is unlimited counts nothing available.
	b.none("stock is not conserved", `SELECT c.ref FROM #stock_counters c
		LEFT JOIN (SELECT kind, ref, day, slot, sum(after - before) AS put FROM #stock_log GROUP BY kind, ref, day, slot) l
			ON l.kind = c.kind AND l.ref = c.ref AND l.day = c.day AND l.slot = c.slot
		WHERE NOT c.unlimited AND c.available + c.held + c.sold <> coalesce(l.put, 0)`)
	b.none("pieces are held though nothing is open", "SELECT ref FROM #stock_counters WHERE held <> 0")
	b.none("sold differs from what paid orders hold", `SELECT c.ref FROM #stock_counters c
		LEFT JOIN (SELECT l.sku_id, sum(l.qty) AS qty FROM #order_lines l JOIN #orders o ON o.id = l.order_id WHERE o.pay_state = 'paid' GROUP BY l.sku_id) p ON p.sku_id = c.ref
		WHERE c.kind = 'sku' AND c.sold <> coalesce(p.qty, 0)`)
}

// payments compares ours with the gateway's, number by number.
func (b ledgers) payments(gateway string, s *storm) {
	theirs := map[string]int64{}
	for _, p := range gatewayBooks(b.t, gateway) {
		if p.State == paytest.Paid {
			theirs[p.Number] = p.Amount
		}
	}
	ours := map[string]int64{}
	b.rows("SELECT number, amount FROM #payments WHERE state = 'succeeded' AND provider NOT IN ('balance', 'none')", func(rows *sql.Rows) error {
		var number string
		var amount int64
		if err := rows.Scan(&number, &amount); err != nil {
			return err
		}
		ours[number] = amount
		return nil
	})
	require.Equal(b.t, theirs, ours, "settled at the gateway against succeeded here")
	for number := range s.settled {
		require.Contains(b.t, ours, number, "a payment that the gateway has settled is lost")
	}
	b.none("payments are still open", "SELECT id FROM #payments WHERE state IN ('created', 'pending')")
	b.none("a part of a succeeded payment is undecided", `SELECT q.id FROM #payment_parts q JOIN #payments p ON p.id = q.payment_id
		WHERE p.state = 'succeeded' AND q.state = 'waiting'`)
}

func (b ledgers) orders(s *storm) {
	b.none("orders are still open", "SELECT id FROM #orders WHERE pay_state = 'unpaid' AND end_state = 'none'")
	b.none("an order is paid without a payment, or with another amount", `SELECT o.id FROM #orders o
		LEFT JOIN #payment_parts q ON q.purpose = 'order' AND q.ref = o.id AND q.state = 'done' WHERE o.pay_state = 'paid' AND (q.id IS NULL OR q.amount <> o.payable)`)
	b.none("a payment was carried out and its order is not paid", `SELECT q.id FROM #payment_parts q JOIN #orders o ON o.id = q.ref
		WHERE q.purpose = 'order' AND q.state = 'done' AND o.pay_state <> 'paid'`)
	paid := map[int64]bool{}
	b.rows("SELECT id FROM #orders WHERE pay_state = 'paid'", func(rows *sql.Rows) error {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return err
		}
		paid[id] = true
		return nil
	})
	for id := range s.paid {
		require.True(b.t, paid[id], "order %d was acknowledged as paid and is not", id)
	}
}

// papers: what was acknowledged is there, and paid for once.
func (b ledgers) papers(s *storm) {
	for path, query := range map[string]string{"/user/withdrawal/apply": "SELECT count(*) FROM #withdrawals",
		"/deposit/pay": "SELECT count(*) FROM #deposits WHERE state = 'paid'", "/payBill/pay": "SELECT count(*) FROM #bills"} {
		require.GreaterOrEqual(b.t, b.count(query), int64(s.papers[path]), path)
	}
	b.none("a deposit is paid without a payment, or a payment without its deposit", `SELECT d.id FROM #deposits d
		LEFT JOIN (SELECT ref, count(*) AS n FROM #payment_parts WHERE purpose = 'deposit' AND state = 'done' GROUP BY ref) q ON q.ref = d.id
		WHERE coalesce(q.n, 0) <> CASE WHEN d.state = 'unpaid' THEN 0 ELSE 1 END`)
	b.none("a bill differs from its payment", `SELECT q.id FROM #payment_parts q LEFT JOIN #bills x ON x.payment_id = q.payment_id
		WHERE q.purpose = 'bill' AND q.state = 'done' AND (x.id IS NULL OR x.amount - x.discount <> q.amount)`)
	b.none("a bill has no payment", `SELECT x.id FROM #bills x LEFT JOIN #payment_parts q ON q.payment_id = x.payment_id AND q.state = 'done' WHERE q.id IS NULL`)
}

// decide pays every other withdrawal and refuses the rest.
func (b ledgers) decide(h *host) {
	for n := 0; ; n++ {
		list, err := h.svc.Payouts.List(b.ctx, mall.System(), withdraw.Filter{States: []withdraw.State{withdraw.Asked}}, mall.Page{Limit: 1})
		require.NoError(b.t, err)
		if len(list.Items) == 0 {
			return
		}
		if n%2 == 0 {
			_, err = h.svc.Payouts.Pay(b.ctx, mall.System(), list.Items[0].ID)
		} else {
			_, err = h.svc.Payouts.Refuse(b.ctx, mall.System(), list.Items[0].ID, "no")
		}
		require.NoError(b.t, err)
	}
}

// money: what came in at the gateway and as gifts lies in wallets, was paid for
// something, or was paid out.
func (b ledgers) money() {
	in := b.count("SELECT coalesce(sum(amount), 0) FROM #payments WHERE state = 'succeeded' AND provider NOT IN ('balance', 'none')")
	gifts := b.count("SELECT coalesce(sum(balance), 0) FROM #wallet_entries WHERE source_type LIKE '%.gift'")
	wallets := b.count("SELECT coalesce(sum(balance + frozen), 0) FROM #wallets")
	spent := b.count("SELECT coalesce(sum(amount), 0) FROM #payment_parts WHERE purpose <> 'recharge' AND state = 'done'")
	out := b.count("SELECT coalesce(sum(amount), 0) FROM #withdrawals WHERE state = 'paid'")
	require.Equal(b.t, in+gifts, wallets+spent+out, "money in (%d + gifts %d) against wallets %d, spendings %d and payouts %d", in, gifts, wallets, spent, out)
	require.Positive(b.t, in, "the storm paid nothing at the gateway")
}

// tell logs what the storm did.
func (b ledgers) tell() {
	b.t.Logf("%d orders: %d paid, %d expired, %d cancelled; %d withdrawals, %d deposits, %d bills; %d fen came in, %d fen were kept from late payments",
		b.count("SELECT count(*) FROM #orders"), b.count("SELECT count(*) FROM #orders WHERE pay_state = 'paid'"),
		b.count("SELECT count(*) FROM #orders WHERE end_state = 'expired'"), b.count("SELECT count(*) FROM #orders WHERE end_state = 'cancelled'"),
		b.count("SELECT count(*) FROM #withdrawals"), b.count("SELECT count(*) FROM #deposits"), b.count("SELECT count(*) FROM #bills"),
		b.count("SELECT coalesce(sum(amount), 0) FROM #payments WHERE state = 'succeeded' AND provider NOT IN ('balance', 'none')"), b.count("SELECT coalesce(sum(amount), 0) FROM #payment_parts WHERE state = 'kept'"))
}

// gatewayBooks are the orders of the gateway process.
func gatewayBooks(t *testing.T, base string) (list []paytest.Order) {
	t.Helper()
	res, err := http.Get(base + "/sandbox/books")
	require.NoError(t, err)
	defer res.Body.Close()
	require.NoError(t, json.NewDecoder(res.Body).Decode(&list))
	return list
}

func openSQL(t *testing.T, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// withDatabase is a DSN that leads to another database of the same server.
func withDatabase(t *testing.T, dsn, name string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	u.Path = "/" + name
	return u.String()
}
