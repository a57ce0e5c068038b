// Package site holds what the shop as a whole is set to: settings, ad
// positions, its mini programs and its statistics; and the documents of JSON
// that clients keep in it.
//
//	s, err := site.New(site.Deps{Repo: store.Site(), Documents: store.Documents(), Limits: store.Limits(), Tx: store, Usage: files}, site.Config{})
//	err = s.Put(ctx, mall.System(), site.Setting{Key: "mallName", Value: "Tea house", Access: site.Public})
//	name, ok, err := s.Value(ctx, "mallName")
//	least := s.Money(ctx, "WITHDRAW_MIN", 0)
package site
