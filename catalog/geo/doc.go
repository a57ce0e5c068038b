// Package geo knows the administrative regions of China, in which of them a
// point lies, and distances and circles on the globe. It is a leaf: no state, no storage, no network. [Regions] is the main
// type; the embedded table is parsed at its first use.
//
//	r := geo.Default()
//	for _, city := range r.Children("330000000000") {
//		fmt.Println(city.Code, city.Name, city.First)
//	}
//	path := r.Path("330106000000") // 浙江省, 杭州市, 西湖区
//	at, err := r.Locate(ctx, 30.2590, 120.1300) // 西湖区
package geo
