package wxapi

import (
	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/coupon"
)

// couponStates are the states of coupons by their numbers and texts.
var couponStates = []struct {
	state coupon.State
	text  string
}{{coupon.Usable, "可用"}, {coupon.Used, "已使用"}, {coupon.Expired, "已过期"}, {coupon.Merged, "已合成"}}

// couponSources are the texts of how coupons were had.
var couponSources = map[coupon.Source]string{coupon.Claimed: "领取", coupon.Bought: "购买", coupon.Issued: "商家发放",
	coupon.Exchanged: "兑换", coupon.Made: "合成"}

// worthOut is the worth of a coupon: yuan, or percent when moneyType is 1.
// Domains count fen and 1/10,000, both print alike.
func worthOut(worth int64) yuan { return yuan(worth) }

// couponRule is a template. What no capability of the shop does yet has its
// fixed values: nothing is sent by itself, no coupon asks for days of signing in.
type couponRule struct {
	ID                   mall.ID `json:"id"`
	Name                 string  `json:"name"`
	Type                 string  `json:"type,omitempty"`
	MoneyType            int     `json:"moneyType"`
	MoneyMin             yuan    `json:"moneyMin"`
	MoneyMax             yuan    `json:"moneyMax"`
	MoneyHreshold        yuan    `json:"moneyHreshold"`
	NeedAmount           yuan    `json:"needAmount"`
	NeedScore            int64   `json:"needScore"`
	NeedSignedContinuous int     `json:"needSignedContinuous"`
	NumberTotle          int64   `json:"numberTotle"`
	NumberLeft           int64   `json:"numberLeft"`
	NumberGit            int64   `json:"numberGit"`
	NumberGitNumber      int64   `json:"numberGitNumber"`
	NumberUsed           int64   `json:"numberUsed"`
	NumberPersonMax      int64   `json:"numberPersonMax"`
	DateStartType        int     `json:"dateStartType"`
	DateStart            *stamp  `json:"dateStart,omitempty"`
	DateStartDays        int     `json:"dateStartDays"`
	DateEndType          int     `json:"dateEndType"`
	DateEndDays          int     `json:"dateEndDays"`
	DateEnd              *stamp  `json:"dateEnd,omitempty"`
	Pwd                  string  `json:"pwd,omitempty"`
	OnlyFreight          bool    `json:"onlyFreight"`
	ShowInFront          bool    `json:"showInFront"`
	SendRegister         bool    `json:"sendRegister"`
	SendBirthday         bool    `json:"sendBirthday"`
	SendInviteM          bool    `json:"sendInviteM"`
	SendInviteS          bool    `json:"sendInviteS"`
	SendOrderEvaluate    bool    `json:"sendOrderEvaluate"`
	BatchSendUID         int     `json:"batchSendUid"`
	ShopID               mall.ID `json:"shopId"`
	Status               int     `json:"status"`
	StatusStr            string  `json:"statusStr"`
	IsCash               bool    `json:"isCash"`
	DateAdd              stamp   `json:"dateAdd"`
	DateUpdate           stamp   `json:"dateUpdate"`
}

func (a *api) couponRuleOf(t coupon.Counted) couponRule {
	out := couponRule{ID: t.ID, Name: t.Name, Type: t.Type, MoneyType: b2i(t.Percent), MoneyMin: worthOut(t.Min), MoneyMax: worthOut(t.Max),
		MoneyHreshold: yuan(t.Threshold), NeedAmount: yuan(t.Price), NeedScore: t.Points, NumberTotle: stores(t.Total()),
		NumberLeft: stores(t.Left), NumberGit: t.Issued, NumberGitNumber: t.Issued, NumberUsed: t.Used, NumberPersonMax: t.PerAccount,
		DateStartType: int(t.Start), DateStart: a.maybe(t.StartAt), DateEndType: b2i(t.Days > 0), DateEndDays: t.Days, DateEnd: a.maybe(t.EndAt),
		OnlyFreight: t.FreightOnly, ShowInFront: t.Listed, ShopID: t.Shop, StatusStr: "上架", DateAdd: a.at(t.Created), DateUpdate: a.at(t.Updated)}
	if t.Password != "" {
		out.Pwd = "Y"
	}
	if !t.Open {
		out.Status, out.StatusStr = 1, "下架"
	}
	return out
}

// couponRef says what a coupon is for.
type couponRef struct {
	Type  int     `json:"type"` // 0 category, 1 goods
	RefID mall.ID `json:"refId"`
}

func couponRefOf(r coupon.Ref) couponRef { return couponRef{b2i(r.Kind == coupon.Goods), r.ID} }

type userCoupon struct {
	ID            mall.ID `json:"id"`
	PID           mall.ID `json:"pid"`
	UID           mall.ID `json:"uid"`
	Name          string  `json:"name"`
	Type          string  `json:"type,omitempty"`
	Money         yuan    `json:"money"`
	MoneyType     int     `json:"moneyType"`
	MoneyHreshold yuan    `json:"moneyHreshold"`
	DateStart     stamp   `json:"dateStart"`
	DateEnd       stamp   `json:"dateEnd"`
	DateAdd       stamp   `json:"dateAdd"`
	DateUpdate    stamp   `json:"dateUpdate"`
	Status        int     `json:"status"`
	StatusStr     string  `json:"statusStr"`
	Source        string  `json:"source"`
	OnlyFreight   bool    `json:"onlyFreight"`
	ShopID        mall.ID `json:"shopId"`
	ExpiryMillis  int64   `json:"expiryMillis,omitempty"` // left until the end
}

func (a *api) userCouponOf(c coupon.Coupon) userCoupon {
	out := userCoupon{ID: c.ID, PID: c.Template, UID: c.Account, Name: c.Of.Name, Type: c.Of.Type, Money: worthOut(c.Worth),
		MoneyType: b2i(c.Of.Percent), MoneyHreshold: yuan(c.Of.Threshold), DateStart: a.at(c.Start), DateEnd: a.at(c.End), DateAdd: a.at(c.Created),
		DateUpdate: a.at(c.Updated), Source: couponSources[c.Source], OnlyFreight: c.Of.FreightOnly, ShopID: c.Of.Shop,
		ExpiryMillis: max(c.End.Sub(a.now()).Milliseconds(), 0)}
	if c.From != 0 {
		out.Source = "好友赠送"
	}
	for n, s := range couponStates {
		if s.state == c.At(a.now()) {
			out.Status, out.StatusStr = n, s.text
		}
	}
	return out
}

type mergeRuleOut struct {
	ID    mall.ID        `json:"id"`
	Name  string         `json:"name"`
	Rules []mergePartOut `json:"rules"`
}

type mergePartOut struct {
	ID         mall.ID `json:"id"`
	Type       int     `json:"type"` // 0 consumed, 1 produced
	TypeStr    string  `json:"typeStr"`
	CouponID   mall.ID `json:"couponId"`
	CouponName string  `json:"couponName"`
	Number     int64   `json:"number"`
}

func mergeRuleOf(r coupon.MergeRule, names map[mall.ID]string) mergeRuleOut {
	out := mergeRuleOut{ID: r.ID, Name: r.Name}
	for kind, parts := range [][]coupon.Part{r.Inputs, r.Outputs} {
		for _, p := range parts {
			out.Rules = append(out.Rules, mergePartOut{ID: mall.ID(len(out.Rules) + 1), Type: kind, TypeStr: []string{"消耗", "产出"}[kind],
				CouponID: p.Template, CouponName: names[p.Template], Number: p.Qty})
		}
	}
	return out
}
