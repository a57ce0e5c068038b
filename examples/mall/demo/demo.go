// Package demo fills an empty shop so that every capability can be tried: goods
// with all their variations, two shops, a membership level, recharge rules,
// coupons, banners, notices, settings and accounts.
package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/cms"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/payment/bill"
	"github.com/gomall-dev/mall/payment/membership"
	"github.com/gomall-dev/mall/payment/wallet"
)

const (
	// marker is the setting that says that the data is there.
	marker = "demo_data"
	// base is the setting that says where the pictures were when they were last seen.
	base = "demo_public"
	// goodsIDs is the setting that says which goods are the demo's, "first-last".
	goodsIDs = "demo_goods"
)

// ClerkOpenID is the openid of the account that may redeem codes.
const ClerkOpenID = "demo-clerk"

// Fill adds the demo data unless it is there: with one look at an existing
// database, in few transactions on an empty one. Several processes may start
// together. appid is the mini program that the clerk's openid belongs to,
// public the base URL of the pictures.
func Fill(ctx context.Context, svc *httpadapter.Services, appid, public string) error {
	if _, there, err := svc.Site.Value(ctx, marker); err != nil || there {
		return err
	}
	people, err := accounts(ctx, svc.Auth, appid, public)
	if err != nil {
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
		f := filler{svc: svc, who: mall.System(), public: public}
		level, err := f.level(ctx, people["vip"])
		if err != nil {
			return err
		}
		if err := f.catalogue(ctx, level); err != nil {
			return err
		}
		if err := f.vip(ctx, level); err != nil {
			return err
		}
		if err := f.coupons(ctx); err != nil {
			return err
		}
		if err := f.content(ctx); err != nil {
			return err
		}
		return f.settings(ctx, people[ClerkOpenID])
	})
}

// accounts makes those accounts that are not there yet and gives all by name.
// Hashing passwords takes its time, so this is not part of a transaction.
func accounts(ctx context.Context, s *auth.Service, appid, public string) (map[string]mall.ID, error) {
	ids := make(map[string]mall.ID)
	for _, n := range []auth.NewAccount{
		{Registration: auth.Registration{Username: "admin", Password: "Admin123#", Nick: "管理员"}, Role: auth.RoleRoot},
		{Registration: auth.Registration{Username: "demo", Password: "demo123", Nick: "演示顾客", AvatarURL: public + picture("avatar")}},
		{Registration: auth.Registration{Username: "vip", Password: "demo123", Nick: "会员顾客", AvatarURL: public + picture("avatar")}},
	} {
		a, err := s.Create(ctx, mall.System(), n)
		if errors.Is(err, auth.ErrRegistered) {
			a, err = s.Find(ctx, auth.ByUsername, n.Username)
		}
		if err != nil {
			return nil, err
		}
		ids[n.Username] = a.ID
	}
	clerk, err := s.Create(ctx, mall.System(), auth.NewAccount{Registration: auth.Registration{
		Identity: &auth.Identity{AppID: appid, OpenID: ClerkOpenID}, Nick: "核销员",
	}})
	if errors.Is(err, auth.ErrRegistered) {
		ids[ClerkOpenID], err = s.FindByOpenID(ctx, appid, ClerkOpenID)
		return ids, err
	}
	if err != nil {
		return nil, err
	}
	ids[ClerkOpenID] = clerk.ID
	return ids, nil
}

// filler writes inside one transaction.
type filler struct {
	svc    *httpadapter.Services
	who    mall.Actor
	public string
}

// picture is the address of a drawing.
func (f filler) picture(name string) string { return f.public + picture(name) }

// level makes the membership level with its price list and puts an account on it.
func (f filler) level(ctx context.Context, account mall.ID) (mall.ID, error) {
	l := member.Level{Name: "金卡会员", Rank: 1, Rebate: 9500, Active: true, Ext: map[string]string{"折扣": "全场九五折", "生日": "当月赠送蛋糕一份"}}
	if err := f.svc.Members.Save(ctx, f.who, &l); err != nil {
		return 0, err
	}
	if err := f.svc.Members.Give(ctx, account, l.ID, member.Term{}, "demo"); err != nil {
		return 0, err
	}
	for _, p := range []membership.Price{
		{Term: member.Days(7)}, {Amount: 3_000, Term: member.Term{N: 1, Unit: mall.Monthly}},
		{Amount: 7_000, Term: member.Term{N: 3, Unit: mall.Monthly}}, {Amount: 20_000, Term: member.Term{N: 1, Unit: mall.Yearly}},
	} {
		p.Level = l.ID
		if _, err := f.svc.Levels.SavePrice(ctx, f.who, p); err != nil {
			return 0, err
		}
	}
	for _, r := range []wallet.Rule{{Confine: 10_000, Send: 1_000}, {Confine: 50_000, Send: 8_000}} {
		if _, err := f.svc.Wallets.SaveRule(ctx, f.who, r); err != nil {
			return 0, err
		}
	}
	_, err := f.svc.Bills.SaveRule(ctx, f.who, bill.Rule{Consume: 10_000, Discount: 1_000, Loop: true})
	return l.ID, err
}

// content writes banners and notices.
func (f filler) content(ctx context.Context) error {
	shown := cms.Visibility{Shown: true}
	for _, b := range []cms.Banner{
		{Type: "index", Title: "新鲜到家", Picture: f.picture("banner-index-1"), Link: "/pages/goods/list", Visibility: shown},
		{Type: "index", Title: "充值有礼", Picture: f.picture("banner-index-2"), Link: "/pages/recharge/index", Visibility: shown},
		{Type: "app", Title: "欢迎光临", Picture: f.picture("banner-app"), Visibility: shown},
	} {
		if err := f.svc.Content.SaveBanner(ctx, f.who, &b); err != nil {
			return err
		}
	}
	for _, n := range []cms.Notice{
		{Title: "演示商城开业啦", Content: "<p>所有商品和价格仅供演示。</p>", Visibility: shown},
		{Title: "充值 100 元送 10 元", Content: "<p>充值 100 元送 10 元，充值 500 元送 80 元。</p>", Visibility: shown},
	} {
		if err := f.svc.Content.SaveNotice(ctx, f.who, &n); err != nil {
			return err
		}
	}
	return nil
}

// settings writes what clients read at their start.
func (f filler) settings(ctx context.Context, clerk mall.ID) error {
	values := [][2]string{
		{"mallName", "mall 演示商城"}, {"shopMod", "0"}, {"order_pay_user_balance", "1"}, {"zt_open_hx", "1"},
		{"withdrawal", "1"}, {"WITHDRAW_MIN", "20"}, {"order_hx_uids", strconv.FormatInt(int64(clerk), 10)},
		{"show_seller_number", "1"}, {"show_goods_echarts", "1"}, {"show_buy_dynamic", "1"}, {"show_3_seller", "1"},
		{"show_quan_exchange_score", "1"}, {"show_score_exchange_growth", "1"}, {"show_score_sign", "1"},
	}
	sets := make([]site.Setting, 0, len(values))
	for _, v := range values {
		sets = append(sets, site.Setting{Key: v[0], Value: v[1], Access: site.Public})
	}
	sets = append(sets, site.Setting{Key: base, Value: f.public})
	return f.svc.Site.Init(ctx, f.who, sets...)
}
