// Package mall is an embeddable commerce library: a Go program imports it and
// has a whole shop (accounts, catalogue, carts, orders, payments, content)
// on one SQLite file, or on PostgreSQL with many processes.
//
//	store, err := sqlite.Open(ctx, "mall.db", nil)             // or postgres.Open(ctx, dsn, nil)
//	svc, err := httpadapter.Assemble(store, ports, config)     // every domain service, wired
//	handler, err := httpadapter.New(svc, adapterConfig)        // the documented APIs as an http.Handler
//
// This root package is the shared vocabulary and depends on the standard
// library only: [Money] in fen, [Calendar], [Error] with its [Kind], [Page] and
// [Slice], the [Actor] of a call, and [Tx], the transaction that travels in a
// context. The rooms are
//
//   - auth, catalog, cart, order, payment, cms, marketing: domain services and
//     the repository interfaces they need;
//   - storage: the union of those interfaces, with SQLite and PostgreSQL below it;
//   - httpadapter: the wiring, and the documented HTTP APIs over the services.
package mall
