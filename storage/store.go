package storage

import (
	"context"
	"database/sql"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/address"
	"github.com/gomall-dev/mall/auth/captcha"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/auth/qrlogin"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/auth/visitor"
	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/cart"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/cms"
	"github.com/gomall-dev/mall/cms/file"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/cms/student"
	"github.com/gomall-dev/mall/cms/weather"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/order/invoice"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/bill"
	"github.com/gomall-dev/mall/payment/deposit"
	"github.com/gomall-dev/mall/payment/membership"
	"github.com/gomall-dev/mall/payment/operator"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/payment/wallet/withdraw"
	"github.com/gomall-dev/mall/storage/internal/bunrepo"
	"github.com/gomall-dev/mall/storage/internal/txn"
)

// Store is the union of the repositories that the domains declare, with the
// transactions they share. sqlite.Open and postgres.Open give one.
type Store interface {
	mall.Tx
	mall.Outbox

	// SQL runs the host's own statements: on the transaction or snapshot that
	// ctx carries, so that they commit with it; without one it only reads.
	SQL(ctx context.Context) SQL
	// BeginTx begins a transaction of the host's own, for Within.
	BeginTx(ctx context.Context) (*sql.Tx, error)
	// Within lets the store work on a transaction that the host has begun on
	// the same database (on SQLite: on the writing connection, immediate). A Do
	// with the context it gives is a savepoint and is never repeated. The host
	// ends its transaction itself and then calls Committed or RolledBack.
	Within(ctx context.Context, tx *sql.Tx) (context.Context, *Lent)

	// Events lists committed events after a position, at most limit (1…1000),
	// in commit-safe order: once one was seen, none with a lower ID appears.
	Events(ctx context.Context, after mall.ID, limit int) ([]mall.Event, error)
	// Drain calls fn, outside of transactions, for each event that the named
	// consumer has not handled yet: in order, at least once, one run at a time
	// over all processes. It ends at the first error, or when none is left.
	Drain(ctx context.Context, consumer string, fn func(ctx context.Context, e mall.Event) error) (handled int, err error)
	// DropConsumer forgets a consumer of Drain.
	DropConsumer(ctx context.Context, consumer string) error
	// PurgeEvents deletes up to 1000 events older than before that every
	// consumer has handled, and says how many. Call it until it gives 0.
	PurgeEvents(ctx context.Context, before time.Time) (int64, error)

	// Migrate brings the database to the version of the code and says which
	// steps it applied. It is idempotent and safe with many processes.
	Migrate(ctx context.Context) (applied []int, err error)
	// MigrateTx does the same on a transaction of the host's, who commits it.
	MigrateTx(ctx context.Context, tx *sql.Tx) (applied []int, err error)
	// Version is the highest step of the database and of the code.
	Version(ctx context.Context) (have, want int, err error)
	// Ping says whether the database answers.
	Ping(ctx context.Context) error
	// Close waits for a running Do and ends what the store has opened itself.
	Close() error

	// repositories: auth
	Accounts() auth.Repository
	Sessions() auth.Sessions
	Limits() auth.Limits
	Codes() verify.Repository
	Captchas() captcha.Repository
	VisitorNotes() visitor.Repository
	AppTokens() wechat.Tokens
	Tickets() qrlogin.Repository
	Scenes() wechat.SceneRepository
	Members() member.Repository
	Addresses() address.Repository

	// repositories: catalog
	Catalog() catalog.Repository
	Stock() stock.Repository
	Shops() shop.Repository

	// repositories: cart, order, marketing
	Carts() cart.Repository
	Points() points.Repository
	Coupons() coupon.Repository
	Orders() order.Repository
	Claims() order.ClaimRepository
	RedemptionCodes() order.CodeRepository
	Purchases() order.PurchaseRepository
	Invoices() invoice.Repository

	// repositories: payment
	Payments() payment.Repository
	Operators() operator.Repository
	Wallets() wallet.Repository
	Withdrawals() withdraw.Repository
	Deposits() deposit.Repository
	Bills() bill.Repository
	Memberships() membership.Repository

	// repositories: cms
	Content() cms.Repository
	Articles() cms.Articles
	Site() site.Repository
	Documents() site.DocumentRepository
	Files() file.Repository
	Students() student.Repository
	Weather() weather.Repository
}

// SQL is what runs a host's own statements: *sql.DB and *sql.Tx have the same
// methods, so generated query code takes it too.
type SQL = txn.SQL

// Lent is a host's transaction while a store works on it; see Store.Within.
type Lent = txn.Lent

var (
	// ErrOlder says that the database lacks migrations that the code needs.
	ErrOlder = bunrepo.ErrOlder
	// ErrNewer says that the database has migrations that the code does not know.
	ErrNewer = bunrepo.ErrNewer
	// ErrNoFTS5 says that a SQLite database was made with full-text search and
	// is opened by a program whose SQLite was built without.
	ErrNoFTS5 = bunrepo.ErrNoFTS5
	// ErrLeaseLost is Drain's when another run of the consumer took over.
	ErrLeaseLost = bunrepo.ErrLeaseLost
)
