package manage

import (
	"context"
	"crypto/rand"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/httpadapter"
)

// marker is the setting that says that the menu was added.
const marker = "manage_menu"

// goodsMenu is the entry of goods, for which the documented menus have no name.
const goodsMenu = "商品管理"

// AddMenu adds goodsMenu once in the life of a database: staff may change or
// delete it later. Root sees it without more, other roles as it is assigned to
// them. Several processes may start together.
func AddMenu(ctx context.Context, svc *httpadapter.Services) error {
	if _, there, err := svc.Site.Value(ctx, marker); err != nil || there {
		return err
	}
	mine := rand.Text()
	return svc.Store.Do(ctx, func(ctx context.Context) error {
		// The unique key lets one process pass; others wait here and find its mark.
		if err := svc.Site.Init(ctx, mall.System(), site.Setting{Key: marker, Value: mine}); err != nil {
			return err
		}
		if mark, _, err := svc.Site.Value(ctx, marker); err != nil || mark != mine {
			return err
		}
		return svc.Auth.SaveMenu(ctx, mall.System(), &auth.Menu{Name: goodsMenu, Sort: 15})
	})
}
