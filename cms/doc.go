// Package cms holds what a shop shows besides its goods: notices and banners.
// One rule, [Visibility], says what the public sees. Settings, files and QR
// codes are the sub-packages site, file and qrcode.
//
//	content, err := cms.New(cms.Deps{Repo: store.Content(), Tx: store}, cms.Config{})
//	err = content.SaveBanner(ctx, mall.System(), &cms.Banner{Type: "index", Picture: "https://…", Visibility: cms.Visibility{Shown: true}})
//	banners, err := content.Banners(ctx, "index")
package cms
