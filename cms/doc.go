// Package cms holds what a shop shows besides its goods: notices, banners and
// articles. One rule, [Visibility], says what the public sees. Settings, files and QR
// codes are the sub-packages site, file and qrcode.
//
//	content, err := cms.New(cms.Deps{Repo: store.Content(), Articles: store.Articles(), Tx: store}, cms.Config{})
//	err = content.SaveBanner(ctx, mall.System(), &cms.Banner{Type: "index", Picture: "https://…", Visibility: cms.Visibility{Shown: true}})
//	banners, err := content.Banners(ctx, "index")
package cms
