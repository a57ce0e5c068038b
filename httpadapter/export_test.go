package httpadapter_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/address"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/cart"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/cms"
	"github.com/gomall-dev/mall/cms/file"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/order/invoice"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/bill"
	"github.com/gomall-dev/mall/payment/deposit"
	"github.com/gomall-dev/mall/payment/membership"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/payment/wallet/withdraw"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// much is more than any part in which a list may be read.
const much = 1001

// word is in every row that may hold a person's words.
const word = "Geheimrat"

// TestMuch: an export holds every row of every room, however many there are,
// each once; and an erasure misses none.
func TestMuch(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		kit, ctx := apitest.New(t, store), t.Context()
		who := kit.Buyer(kit.Register("anna"))
		export := func() map[string]int {
			whole, err := kit.Auth.Export(ctx, who, who.Account)
			require.NoError(t, err)
			return lengths(t, whole)
		}
		rows := plenty(store, who.Account, kit.Clock.Now())
		before := export()
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			for list, add := range rows {
				for i := range mall.ID(much) {
					if err := add(ctx, i+1); err != nil {
						return fmt.Errorf("%s: %w", list, err)
					}
				}
			}
			return nil
		}))
		for list, n := range export() {
			require.Contains(t, rows, list, "a list that this test does not fill")
			require.Equal(t, much, n-before[list], list)
			delete(rows, list)
		}
		require.Empty(t, rows, "lists that are not exported")

		require.NotEmpty(t, storagetest.Grep(t, store, word))
		require.NoError(t, kit.Auth.Erase(ctx, who, who.Account))
		require.Empty(t, storagetest.Grep(t, store, word))
	})
}

// plenty gives, by lists of an export, what adds row i of an account.
func plenty(store storage.Store, who mall.ID, at time.Time) map[string]func(ctx context.Context, i mall.ID) error {
	number := func(i mall.ID) string { return fmt.Sprint("X", i) }
	did := func(ok bool, err error) error {
		if err == nil && !ok {
			err = mall.ErrConflict
		}
		return err
	}
	return map[string]func(ctx context.Context, i mall.ID) error{
		"bindings": func(ctx context.Context, i mall.ID) error {
			return store.Accounts().Bind(ctx, auth.Binding{Account: who, Provider: "x", AppID: "x", OpenID: number(i), UnionID: word, At: at})
		},
		"sessions": func(ctx context.Context, i mall.ID) error {
			return store.Sessions().Open(ctx, &auth.Session{Hash: number(i), Account: who, DeviceName: word, CreatedAt: at, SeenAt: at, ExpiresAt: at})
		},
		"logins": func(ctx context.Context, _ mall.ID) error {
			return store.Accounts().Seen(ctx, auth.LoginEntry{Account: who, Device: word, At: at})
		},
		"changes": func(ctx context.Context, _ mall.ID) error {
			return store.Accounts().Audit(ctx, auth.AuditEntry{Account: who, Reason: word, At: at})
		},
		"address": func(ctx context.Context, _ mall.ID) error {
			if err := did(store.Addresses().Grow(ctx, who, much)); err != nil {
				return err
			}
			return store.Addresses().Insert(ctx, &address.Address{Account: who, LinkMan: word, CreatedAt: at, UpdatedAt: at})
		},
		"order": func(ctx context.Context, i mall.ID) error {
			return did(store.Orders().Insert(ctx, &order.Order{Number: number(i), Buyer: who, Key: number(i), Remark: word, Due: at, Added: at, Updated: at,
				State: order.State{Pay: order.Unpaid, Ful: order.Idle, End: order.Cancelled}, Lines: []order.Line{{Goods: 1, SKU: 1, Qty: 1}}}))
		},
		"payment.Payments": func(ctx context.Context, i mall.ID) error {
			p := &payment.Payment{Number: number(i), Payer: who, Action: payment.Action{Purpose: payment.Recharge}, Amount: 1, Remark: word,
				State: payment.StateSucceeded, Due: at, Created: at, Updated: at, Parts: []payment.Part{{Amount: 1, State: payment.PartDone}}}
			if err := store.Payments().Insert(ctx, p, at); err != nil {
				return err
			}
			_, ok, err := store.Payments().TakeRefund(ctx, p.ID, p.Parts[0].ID, 1)
			if err := did(ok, err); err != nil {
				return err
			}
			return store.Payments().InsertRefund(ctx, &payment.Refund{Number: number(i), Payment: p.ID, Part: p.Parts[0].ID, Payer: who,
				Purpose: payment.Recharge, Source: number(i), Amount: 1, Wallet: 1, Reason: word, State: payment.RefundSucceeded, Created: at, Done: at})
		},
		"payment.Refunds": func(context.Context, mall.ID) error { return nil }, // of the payments
		"wallet.Entries": func(ctx context.Context, i mall.ID) error {
			return did(store.Wallets().Append(ctx, &wallet.Entry{Account: who, Balance: 1, Remark: word, Source: wallet.Source{Type: "x", ID: i}, At: at}))
		},
		"withdrawals": func(ctx context.Context, i mall.ID) error {
			return store.Withdrawals().Insert(ctx, &withdraw.Withdrawal{Number: number(i), Account: who, Amount: 1, Name: word, State: withdraw.Paid, Created: at})
		},
		"deposits": func(ctx context.Context, i mall.ID) error {
			return store.Deposits().Insert(ctx, &deposit.Deposit{Number: number(i), Account: who, Terms: deposit.Terms{Amount: 1, Remark: word}, State: deposit.Unpaid, Created: at})
		},
		"bills": func(ctx context.Context, i mall.ID) error {
			return store.Bills().Insert(ctx, &bill.Bill{Account: who, Payment: i, Amount: 1, Paid: at})
		},
		"cms": func(ctx context.Context, _ mall.ID) error {
			return store.Content().InsertNotice(ctx, &cms.Notice{Account: who, Title: word, CreatedAt: at, UpdatedAt: at})
		},
		"memberships.Purchases": func(ctx context.Context, i mall.ID) error {
			return store.Memberships().Draft(ctx, &membership.Purchase{Number: number(i), Account: who, Price: i, Amount: 1, Remark: word,
				Term: member.Term{N: 1, Unit: mall.Monthly}, State: membership.Unpaid, Created: at})
		},
		"invoices": func(ctx context.Context, _ mall.ID) error {
			return store.Invoices().Insert(ctx, &invoice.Invoice{Account: who, Request: invoice.Request{Amount: 1, Title: word}, State: invoice.Refused, Created: at})
		},
		"points.Points": func(ctx context.Context, i mall.ID) error {
			return did(store.Points().Append(ctx, &points.Entry{Account: who, Currency: points.Points, Change: 1, Remark: word, Source: points.Source{Type: "x", ID: i}, At: at}))
		},
		"points.Growth": func(ctx context.Context, i mall.ID) error {
			return did(store.Points().Append(ctx, &points.Entry{Account: who, Currency: points.Growth, Change: 1, Remark: word, Source: points.Source{Type: "x", ID: i}, At: at}))
		},
		"coupons": func(ctx context.Context, _ mall.ID) error {
			return store.Coupons().InsertGrants(ctx, []coupon.Grant{{Template: 1, Account: who, Worth: 1, State: coupon.Used, Start: at, End: at, Created: at, Updated: at}})
		},
		"catalog.Favourites": func(ctx context.Context, i mall.ID) error {
			return did(store.Catalog().Favourites.Add(ctx, catalog.Favourite{Account: who, Goods: i, Type: catalog.FavouriteForeign, JSON: word, CreatedAt: at, UpdatedAt: at}))
		},
		"catalog.Reviews": func(ctx context.Context, i mall.ID) error {
			return store.Catalog().Reviews.Add(ctx, []catalog.Review{{OrderLine: i, Goods: 1, Buyer: who, Remark: word, CreatedAt: at}})
		},
		"file": func(ctx context.Context, i mall.ID) error {
			return store.Files().Insert(ctx, &file.File{Key: number(i), Owner: who, Name: word, Type: "image/png", Size: 1, CreatedAt: at})
		},
		"cart.": func(ctx context.Context, i mall.ID) error {
			qty, _, err := store.Carts().Add(ctx, who, "", cart.Line{Key: number(i), Goods: 1, SKU: 1, Qty: 1, AddedAt: at}, 9)
			return did(qty == 1, err)
		},
		"site": func(ctx context.Context, _ mall.ID) error {
			return did(store.Documents().Insert(ctx, &site.Document{Owner: who, Type: word, Content: "{}", CreatedAt: at, UpdatedAt: at}, much))
		},
	}
}

// lengths are those of the lists in an export: a room's own one, or those in
// its struct or map. Ids in a list are unique.
func lengths(t *testing.T, export map[string]any) map[string]int {
	t.Helper()
	found := map[string]int{}
	note := func(name string, v reflect.Value) {
		if v.Kind() != reflect.Slice {
			return
		}
		found[name] = v.Len()
		seen := map[any]bool{}
		for i := range v.Len() {
			id := v.Index(i).FieldByName("ID")
			require.False(t, id.IsValid() && seen[id.Interface()], "%s has a row twice", name)
			if id.IsValid() {
				seen[id.Interface()] = true
			}
		}
	}
	for name, part := range export {
		v := reflect.ValueOf(part)
		note(name, v)
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				note(name+"."+v.Type().Field(i).Name, v.Field(i))
			}
		case reflect.Map:
			for _, k := range v.MapKeys() {
				note(name+"."+k.String(), v.MapIndex(k))
			}
		}
	}
	return found
}
