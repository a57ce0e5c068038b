package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/postgres"
	"github.com/gomall-dev/mall/storage/sqlite"
)

// seedStock is how many pieces of each there are.
const seedStock = 100_000_000

// seedWords is the number of different words in the names of seeded goods.
const seedWords = 500

// seedWord is the nth of them: four Chinese characters.
func seedWord(n int) string {
	return fmt.Sprintf("%c%c%c%c", 0x4e00+n%97, 0x5000+n%89, 0x6000+n%83, 0x7000+n%79)
}

// seedGoods adds plain goods through the catalogue's import, spread over its
// categories, names, prices and marks.
func seedGoods(ctx context.Context, db string, n int) error {
	store, err := openStore(ctx, db)
	if err != nil {
		return err
	}
	defer store.Close()
	svc, err := httpadapter.Assemble(store, httpadapter.Ports{}, httpadapter.Config{})
	if err != nil {
		return err
	}
	cats, err := svc.Catalog.ListCategories(ctx, nil, true)
	if err != nil {
		return err
	}
	stock := int64(seedStock)
	for done := 0; done < n; {
		batch := make([]catalog.Draft, min(n-done, catalog.MaxImport))
		for i := range batch {
			k := done + i
			price := mall.Money(500 + (k*7919)%29_500)
			batch[i] = catalog.Draft{
				Goods: catalog.Goods{
					Name: fmt.Sprintf("%s %s %d", seedWord(k%seedWords), seedWord((k*31)%seedWords), k), Category: cats[k%len(cats)].ID,
					Pic: "https://pictures.example/1.png", OnSale: true, Recommended: k%3 == 0, Sort: int64(k % 1000), AfterSale: []int{0, 1, 2},
				},
				SKUs: []catalog.SKUDraft{{Price: price, Stock: &stock}},
			}
		}
		if _, err := svc.Catalog.Import(ctx, mall.System(), batch); err != nil {
			return err
		}
		done += len(batch)
	}
	return nil
}

// openStore opens the host's database without its warnings: a batch of goods
// holds the writer for long, on purpose.
func openStore(ctx context.Context, db string) (storage.Store, error) {
	quiet := slog.New(slog.DiscardHandler)
	if strings.Contains(db, "://") {
		return postgres.Open(ctx, db, &postgres.Options{Logger: quiet})
	}
	return sqlite.Open(ctx, db, &sqlite.Options{Logger: quiet})
}
