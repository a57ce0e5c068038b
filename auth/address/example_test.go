package address_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/address"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/storage/sqlite"
)

func ExampleNew() {
	ctx := context.Background()
	dir, _ := os.MkdirTemp("", "mall")
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		panic(err)
	}
	defer store.Close()

	addresses, err := address.New(address.Deps{Tx: store, Repository: store.Addresses()}, address.Config{Regions: geo.Default()})
	if err != nil {
		panic(err)
	}
	buyer := mall.Actor{Account: 7}
	a, err := addresses.Add(ctx, buyer, address.Address{
		LinkMan: "Anna", Mobile: "13812345678", Address: "文三路 1 号", Default: true,
		ProvinceID: "330000000000", CityID: "330100000000", DistrictID: "330106000000",
	})
	fmt.Println(a.ProvinceName, a.CityName, a.DistrictName, err)
	home, err := addresses.Default(ctx, buyer)
	fmt.Println(home.ID == a.ID, err)
	// Output:
	// 浙江省 杭州市 西湖区 <nil>
	// true <nil>
}
