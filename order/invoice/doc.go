// Package invoice takes requests for tax invoices (发票): for an order, or for
// what an account has spent at all. What is invoiced never exceeds what was
// spent. Staff issue an invoice with its file, or refuse it.
//
// The main type is [Service]:
//
//	invoices, err := invoice.New(invoice.Deps{Repo: store.Invoices(), Tx: store, Outbox: store, Orders: orders, Wallets: wallets}, invoice.Config{})
//	inv, err := invoices.Apply(ctx, buyer, invoice.Request{Title: "某某公司", TaxNumber: "91330100…", Amount: 5_000, For: "餐饮"})
//	inv, err = invoices.Issue(ctx, staff, inv.ID, "https://shop.example/files/inv.pdf")
package invoice
