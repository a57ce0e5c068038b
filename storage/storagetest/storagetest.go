// Package storagetest proves stores. Run is the suite that every
// implementation of storage.Store passes; Each, SQLite and Postgres open empty
// stores for tests of what lies above.
package storagetest

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/sqlite"
)

// Open gives an empty, migrated store that is closed when the test ends.
type Open func(t *testing.T) storage.Store

// Run is the whole suite, in three parts: what repositories store and find,
// what transactions promise, and races with exact winners.
func Run(t *testing.T, open Open) {
	t.Run("CRUD", func(t *testing.T) {
		t.Run("Accounts", func(t *testing.T) { testAccounts(t, open) })
		t.Run("Sessions", func(t *testing.T) { testSessions(t, open) })
		t.Run("Limits", func(t *testing.T) { testLimits(t, open) })
		t.Run("Codes", func(t *testing.T) { testCodes(t, open) })
		t.Run("Captchas", func(t *testing.T) { testCaptchas(t, open) })
		t.Run("VisitorNotes", func(t *testing.T) { testVisitorNotes(t, open) })
		t.Run("Roles", func(t *testing.T) { testRoles(t, open) })
		t.Run("Menus", func(t *testing.T) { testMenus(t, open) })
		t.Run("Journal", func(t *testing.T) { testJournal(t, open) })
		t.Run("AppTokens", func(t *testing.T) { testAppTokens(t, open) })
		t.Run("Tickets", func(t *testing.T) { testTickets(t, open) })
		t.Run("Members", func(t *testing.T) { testMembers(t, open) })
		t.Run("Addresses", func(t *testing.T) { testAddresses(t, open) })
		t.Run("Notices", func(t *testing.T) { testNotices(t, open) })
		t.Run("Banners", func(t *testing.T) { testBanners(t, open) })
		t.Run("Articles", func(t *testing.T) { testArticles(t, open) })
		t.Run("Settings", func(t *testing.T) { testSettings(t, open) })
		t.Run("AdPositions", func(t *testing.T) { testAdPositions(t, open) })
		t.Run("Documents", func(t *testing.T) { testDocuments(t, open) })
		t.Run("Files", func(t *testing.T) { testFiles(t, open) })
		t.Run("Students", func(t *testing.T) { testStudents(t, open) })
		t.Run("Weather", func(t *testing.T) { testWeather(t, open) })
		t.Run("Scenes", func(t *testing.T) { testScenes(t, open) })
		t.Run("Categories", func(t *testing.T) { testCategories(t, open) })
		t.Run("Goods", func(t *testing.T) { testGoods(t, open) })
		t.Run("GoodsParts", func(t *testing.T) { testGoodsParts(t, open) })
		t.Run("GoodsLists", func(t *testing.T) { testGoodsLists(t, open) })
		t.Run("GoodsLookups", func(t *testing.T) { testGoodsLookups(t, open) })
		t.Run("ManyMatches", func(t *testing.T) { testManyMatches(t, open) })
		t.Run("Stock", func(t *testing.T) { testStock(t, open) })
		t.Run("PurchaseLimits", func(t *testing.T) { testPurchaseLimits(t, open) })
		t.Run("Freights", func(t *testing.T) { testFreights(t, open) })
		t.Run("Reviews", func(t *testing.T) { testReviews(t, open) })
		t.Run("Favourites", func(t *testing.T) { testFavourites(t, open) })
		t.Run("Shops", func(t *testing.T) { testShops(t, open) })
		t.Run("ShopLookups", func(t *testing.T) { testShopLookups(t, open) })
		t.Run("ShopCategories", func(t *testing.T) { testShopCategories(t, open) })
		t.Run("Carts", func(t *testing.T) { testCarts(t, open) })
		t.Run("Orders", func(t *testing.T) { testOrders(t, open) })
		t.Run("OrderLists", func(t *testing.T) { testOrderLists(t, open) })
		t.Run("Claims", func(t *testing.T) { testClaims(t, open) })
		t.Run("RedemptionCodes", func(t *testing.T) { testRedemptionCodes(t, open) })
		t.Run("Purchases", func(t *testing.T) { testPurchases(t, open) })
		t.Run("Payments", func(t *testing.T) { testPayments(t, open) })
		t.Run("PaymentBills", func(t *testing.T) { testPaymentBills(t, open) })
		t.Run("Refunds", func(t *testing.T) { testRefunds(t, open) })
		t.Run("Operators", func(t *testing.T) { testOperators(t, open) })
		t.Run("Wallets", func(t *testing.T) { testWallets(t, open) })
		t.Run("Invoices", func(t *testing.T) { testInvoices(t, open) })
		t.Run("Bills", func(t *testing.T) { testBills(t, open) })
		t.Run("MembershipPrices", func(t *testing.T) { testMembershipPrices(t, open) })
		t.Run("Memberships", func(t *testing.T) { testMemberships(t, open) })
		t.Run("Renewals", func(t *testing.T) { testRenewals(t, open) })
		t.Run("Deposits", func(t *testing.T) { testDeposits(t, open) })
		t.Run("Withdrawals", func(t *testing.T) { testWithdrawals(t, open) })
		t.Run("Points", func(t *testing.T) { testPoints(t, open) })
		t.Run("CouponTemplates", func(t *testing.T) { testCouponTemplates(t, open) })
		t.Run("CouponGrants", func(t *testing.T) { testCouponGrants(t, open) })
		t.Run("CouponCards", func(t *testing.T) { testCouponCards(t, open) })
	})
	t.Run("Tx", func(t *testing.T) { Transactions(t, open) })
	t.Run("Races", func(t *testing.T) {
		t.Run("Accounts", func(t *testing.T) { testAccountRaces(t, open) })
		t.Run("Orders", func(t *testing.T) { testOrderRaces(t, open) })
		t.Run("UnpaidOrders", func(t *testing.T) { testUnpaidOrders(t, open) })
		t.Run("RedemptionCodes", func(t *testing.T) { testRedemptionRaces(t, open) })
		t.Run("Limits", func(t *testing.T) { testLimitRaces(t, open) })
		t.Run("Codes", func(t *testing.T) { testCodeRaces(t, open) })
		t.Run("Scenes", func(t *testing.T) { testSceneRaces(t, open) })
		t.Run("Addresses", func(t *testing.T) { testAddressRaces(t, open) })
		t.Run("Crowd", func(t *testing.T) { testCrowd(t, open) })
		t.Run("Outbox", func(t *testing.T) { testOutboxRaces(t, open) })
		t.Run("Documents", func(t *testing.T) { testDocumentRaces(t, open) })
		t.Run("Files", func(t *testing.T) { testFileRaces(t, open) })
		t.Run("Tickets", func(t *testing.T) { testTicketRaces(t, open) })
		t.Run("Weather", func(t *testing.T) { testWeatherRaces(t, open) })
		t.Run("Stock", func(t *testing.T) { testStockRaces(t, open) })
		t.Run("PurchaseLimits", func(t *testing.T) { testPurchaseLimitRaces(t, open) })
		t.Run("Carts", func(t *testing.T) { testCartRaces(t, open) })
		t.Run("Purchases", func(t *testing.T) { testPurchaseRaces(t, open) })
		t.Run("Payments", func(t *testing.T) { testPaymentRaces(t, open) })
		t.Run("Refunds", func(t *testing.T) { testRefundRaces(t, open) })
		t.Run("Wallets", func(t *testing.T) { testWalletRaces(t, open) })
		t.Run("Points", func(t *testing.T) { testPointRaces(t, open) })
		t.Run("Coupons", func(t *testing.T) { testCouponRaces(t, open) })
	})
}

// Transactions is the part of the suite that needs no repositories: what Do,
// Try, View, OnCommit, the outbox and lent transactions promise.
func Transactions(t *testing.T, open Open) {
	t.Run("Do", func(t *testing.T) { testDo(t, open) })
	t.Run("Try", func(t *testing.T) { testTry(t, open) })
	t.Run("View", func(t *testing.T) { testView(t, open) })
	t.Run("OnCommit", func(t *testing.T) { testOnCommit(t, open) })
	t.Run("Ended", func(t *testing.T) { testEnded(t, open) })
	t.Run("Unwinding", func(t *testing.T) { testUnwinding(t, open) })
	t.Run("Cancelled", func(t *testing.T) { testCancelled(t, open) })
	t.Run("Outbox", func(t *testing.T) { testOutbox(t, open) })
	t.Run("Host", func(t *testing.T) { testHost(t, open) })
	t.Run("Migrated", func(t *testing.T) { testMigrated(t, open) })
}

// Each runs body on an empty store of each database. Without a PostgreSQL
// server that part is skipped, visibly.
func Each(t *testing.T, body func(t *testing.T, store storage.Store)) {
	t.Run("sqlite", func(t *testing.T) { body(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { body(t, Postgres(t)) })
}

// quiet keeps warnings out of tests that cause them on purpose.
var quiet = slog.New(slog.DiscardHandler)

// SQLite is an empty store in a file of the test's directory.
func SQLite(t testing.TB) storage.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "mall.db"), &sqlite.Options{Migrate: true, Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// errRolledBack makes a Do end without a commit.
var errRolledBack = errors.New("rolled back on purpose")

// rolledBack runs fn in a transaction that is then rolled back: whatever fn
// wrote must not be there afterwards.
func rolledBack(t *testing.T, store storage.Store, fn func(ctx context.Context)) {
	t.Helper()
	err := store.Do(t.Context(), func(ctx context.Context) error {
		fn(ctx)
		return errRolledBack
	})
	require.ErrorIs(t, err, errRolledBack)
}
