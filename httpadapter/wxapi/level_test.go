package wxapi_test

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/membership"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// club is a shop that sells two levels to anna, and goods of 10 yuan.
type club struct {
	*apitest.Kit
	t            testing.TB
	silver, gold member.Level
}

func newClub(t *testing.T, store storage.Store) *club {
	c := &club{Kit: apitest.New(t, store), t: t,
		silver: member.Level{Name: "银卡", Rank: 1, Sort: 2, Rebate: 9500, Active: true},
		gold:   member.Level{Name: "金卡", Rank: 2, Sort: 1, Rebate: 9000, Active: true, Ext: map[string]string{"生日": "蛋糕"}}}
	hidden := member.Level{Name: "内部", Rank: 9, Rebate: mall.Whole}
	for name, l := range map[string]*member.Level{"silver": &c.silver, "gold": &c.gold, "hidden": &hidden} {
		require.NoError(t, c.Members.Save(t.Context(), mall.System(), l))
		c.Set(name, text(l.ID))
	}
	pieces := int64(100)
	goods, err := c.Catalog.Import(t.Context(), mall.System(), []catalog.Draft{{Goods: catalog.Goods{Name: "Kanne", OnSale: true}, SKUs: []catalog.SKUDraft{{Price: 1000, Stock: &pieces}}}})
	require.NoError(t, err)
	c.Set("goods", text(goods[0]))
	for _, name := range []string{"anna", "bert"} {
		c.Set(name, c.Register(name))
	}
	return c
}

func text(id mall.ID) string { return strconv.FormatInt(int64(id), 10) }

// price adds to a price list and saves the id under a name.
func (c *club) price(name string, l member.Level, amount mall.Money, term member.Term) membership.Price {
	c.t.Helper()
	p, err := c.Levels.SavePrice(c.t.Context(), mall.System(), membership.Price{Level: l.ID, Amount: amount, Term: term})
	require.NoError(c.t, err)
	c.Set(name, text(p.ID))
	return p
}

func buyLevel(price string, code int) apitest.Step {
	return apitest.Step{Verb: "POST", Path: "user/level/buy", Fields: fields{"token": "{anna}", "userLevelPriceId": price, "isAutoRenew": "false", "remark": ""}, Code: code}
}

// online opens a payment with a next action; its package and number are saved.
func online(money, action string, code int) apitest.Step {
	s := apitest.Step{Verb: "POST", Path: "pay/wx/wxapp", Fields: fields{"token": "{anna}", "money": money, "nextAction": action}, Code: code}
	if code == 0 {
		s.Save = map[string]string{"prepay": "package", "number": "outTradeId"}
	}
	return s
}

// costs is what the goods cost anna now.
func costs(price string) apitest.Step {
	return apitest.Step{Verb: "POST", Path: "shop/goods/price", Fields: fields{"token": "{anna}", "goodsId": "{goods}"}, Want: map[string]string{"price": price}}
}

func owns(balance string) apitest.Step {
	return apitest.Step{Verb: "GET", Path: "user/amount", Fields: fields{"token": "{anna}"}, Want: map[string]string{"balance": balance, "freeze": "0"}}
}

// TestLevels: the lists, buying from the balance, what that changes at once and
// until when, and the log.
func TestLevels(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		c := newClub(t, store)
		detail := func(want map[string]string, not ...string) apitest.Step {
			return apitest.Step{Verb: "GET", Path: "user/detail", Fields: fields{"token": "{anna}"}, Want: want, Not: not}
		}
		list := func(size, page string) fields { return fields{"page": page, "pageSize": size} }
		c.Run(apitest.Scenario{Name: "nothing to buy", Steps: []apitest.Step{
			{Verb: "GET", Path: "config/vipLevel", Want: map[string]string{"": "1"}},
			{Verb: "POST", Path: "user/level/list", Want: map[string]string{"totalRow": "2", "totalPage": "1", "result.0.name": "金卡", "result.0.level": "2", "result.0.rebate": "9", "result.1.rebate": "9.5"}, Not: []string{"内部"}},
			{Verb: "POST", Path: "user/level/list", Fields: list("1", "2"), Want: map[string]string{"totalRow": "2", "totalPage": "2", "result.0.name": "银卡"}, Not: []string{"金卡"}},
			{Verb: "POST", Path: "user/level/list", Fields: list("1", "3"), Code: 700},
			{Verb: "GET", Path: "user/level/info", Fields: fields{"id": "{gold}"}, Want: map[string]string{"info.name": "金卡", "info.status": "0", "extJson.生日": "蛋糕"}},
			{Verb: "GET", Path: "user/level/info", Fields: fields{"id": "{silver}"}, Has: []string{`"extJson":{}`}},
			{Verb: "GET", Path: "user/level/info", Fields: fields{"id": "{hidden}"}, Code: 700},
			{Verb: "GET", Path: "user/level/info", Fields: fields{"id": "999"}, Code: 700},
			{Verb: "GET", Path: "user/level/info", Code: 300},
			{Verb: "GET", Path: "user/level/prices", Fields: fields{"levelId": "{gold}"}, Code: 700},
			{Verb: "GET", Path: "user/level/prices", Fields: fields{"levelId": "999"}, Code: 700},
			{Verb: "POST", Path: "user/level/buyLogs", Fields: fields{"token": "{anna}"}, Code: 700},
			{Verb: "POST", Path: "user/level/buyLogs", Code: 2000},
			{Verb: "POST", Path: "user/level/buy", Fields: fields{"userLevelPriceId": "1"}, Code: 2000},
			buyLevel("999", 700), buyLevel("-1", 700), buyLevel("x", 300), buyLevel("", 300),
			detail(map[string]string{"base.levelRenew": "false"}, "userLevel\"", "levelExpire"),
		}})
		c.price("trial", c.silver, 0, member.Days(7))
		c.price("silverMonth", c.silver, 3000, member.Term{N: 1, Unit: mall.Monthly})
		c.price("silverQuarter", c.silver, 7000, member.Term{N: 3, Unit: mall.Monthly})
		c.price("goldYear", c.gold, 20_000, member.Term{N: 1, Unit: mall.Yearly})
		earn(t, c.Kit, c.Var("anna"), 30_000)
		zone := (mall.Calendar{}).Zone()
		start := c.Clock.Now()
		stamp := func(at time.Time) string { return at.In(zone).Format(time.DateTime) }
		month := mall.Calendar{}.Add(start, mall.Monthly, 1)
		renewing := buyLevel("{goldYear}", 0)
		renewing.Fields = fields{"token": "{anna}", "userLevelPriceId": "{goldYear}", "isAutoRenew": "true", "remark": "谢谢"}
		c.Run(apitest.Scenario{Name: "buying", Steps: []apitest.Step{
			{Verb: "GET", Path: "user/level/prices", Fields: fields{"levelId": "{silver}"}, Want: map[string]string{"0.price": "0", "0.duration": "7", "0.unit": "0", "0.unitStr": "天",
				"1.id": "{silverMonth}", "1.price": "30", "1.duration": "1", "1.unit": "1", "1.unitStr": "月", "2.duration": "3"}},
			{Verb: "GET", Path: "user/level/prices", Fields: fields{"levelId": "{gold}"}, Want: map[string]string{"0.unit": "2", "0.unitStr": "年"}},
			costs("10"),
			buyLevel("{silverMonth}", 0),
			costs("9.5"),
			detail(map[string]string{"base.levelId": "{silver}", "base.levelExpire": stamp(month), "base.getLevelDate": stamp(start), "base.levelRenew": "false", "userLevel.rebate": "9.5"}),
			owns("270"),
			{Do: func(_ testing.TB, k *apitest.Kit) { k.Clock.Advance(time.Second) }},
			renewing,
			costs("9"),
			detail(map[string]string{"base.levelId": "{gold}", "base.levelRenew": "true", "userLevel.name": "金卡"}),
			buyLevel("{silverMonth}", 20002), buyLevel("{trial}", 20002),
			{Verb: "POST", Path: "user/cashLog/v2", Fields: fields{"token": "{anna}", "type": "110"}, Want: map[string]string{"totalRow": "2", "result.0.amount": "200", "result.0.typeStr": "购买会员"}},
			{Verb: "POST", Path: "user/level/buyLogs", Fields: fields{"token": "{anna}", "page": "1", "pageSize": "1"}, Want: map[string]string{"totalRow": "2", "totalPage": "2", "result.0.levelId": "{gold}",
				"result.0.money": "200", "result.0.remark": "谢谢", "result.0.isAutoRenew": "true", "result.0.statusStr": "已支付", "result.0.dateAdd": stamp(start.Add(time.Second))}},
			{Verb: "POST", Path: "user/level/buyLogs", Fields: fields{"token": "{anna}", "page": "2", "pageSize": "1"}, Want: map[string]string{"result.0.levelName": "银卡", "result.0.unitStr": "月"}},
			{Verb: "POST", Path: "user/level/buyLogs", Fields: fields{"token": "{bert}"}, Code: 700},
			{Do: func(t testing.TB, k *apitest.Kit) {
				list, err := k.Levels.List(t.Context(), mall.System(), membership.Filter{Level: c.gold.ID}, mall.Page{})
				require.NoError(t, err)
				_, err = k.Levels.Refund(t.Context(), mall.System(), list.Items[0].ID, 0)
				require.NoError(t, err)
			}},
			costs("9.5"), owns("270"),
			{Verb: "POST", Path: "user/level/buyLogs", Fields: fields{"token": "{anna}"}, Want: map[string]string{"result.0.moneyBack": "200", "result.0.statusStr": "已退款"}},
			detail(map[string]string{"base.levelId": "{silver}", "base.levelExpire": stamp(month), "base.levelRenew": "false"}),
			{Do: func(_ testing.TB, k *apitest.Kit) {
				k.Clock.Advance(month.Sub(k.Clock.Now()) - time.Second)
				k.Set("anna", k.Login("anna"))
			}},
			costs("9.5"),
			{Do: func(_ testing.TB, k *apitest.Kit) { k.Clock.Advance(time.Second) }},
			costs("10"),
			buyLevel("{trial}", 0), costs("9.5"), buyLevel("{trial}", 10000), owns("270"),
		}})
	})
}

// TestLevelOnline: what the balance does not cover is paid at a gateway, as
// clients do it: with what is missing, or with all of it.
func TestLevelOnline(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		c := newClub(t, store)
		c.price("year", c.gold, 20_000, member.Term{N: 1, Unit: mall.Yearly})
		earn(t, c.Kit, c.Var("anna"), 5_000)
		action := `{"type":6,"userLevelPriceId":{year},"isAutoRenew":false}`
		short := buyLevel("{year}", 20000)
		short.Want = map[string]string{"": "150"}
		whole := buyLevel("{year}", 20000)
		whole.Want = map[string]string{"": "200"}
		put := func(key, value string) apitest.Step {
			return apitest.Step{Do: func(t testing.TB, k *apitest.Kit) {
				require.NoError(t, k.Site.Put(t.Context(), mall.System(), site.Setting{Key: key, Value: value}))
			}}
		}
		c.Run(apitest.Scenario{Name: "online", Steps: []apitest.Step{
			short,
			online("150", `{"type":6}`, 300), online("150", `{"type":6,"userLevelPriceId":"x"}`, 300), online("150", `{"type":6,"userLevelPriceId":0}`, 300),
			online("150", `{"type":6,"userLevelPriceId":999}`, 700), online("149.99", action, 300),
			online("150", `{"type":6,"userLevelPriceId":"{year}","isAutoRenew":true}`, 0),
			{Verb: "GET", Path: "user/amount", Fields: fields{"token": "{anna}"}, Want: map[string]string{"balance": "0", "freeze": "50"}},
			short, // the share of the open payment is free for it again
			online("150", action, 0),
			{Do: func(_ testing.TB, k *apitest.Kit) { k.Settle(k.Var("prepay")) }},
			{Verb: "GET", Path: "pay/query", Fields: fields{"token": "{anna}", "outTradeId": "{number}"}},
			{Verb: "GET", Path: "user/detail", Fields: fields{"token": "{anna}"}, Want: map[string]string{"base.levelId": "{gold}", "base.levelRenew": "false"}},
			costs("9"), owns("0"),
			{Verb: "POST", Path: "user/payLogs", Fields: fields{"token": "{anna}", "status": "1"}, Want: map[string]string{"0.nextAction": action}},
			put("balance_pay_pwd", "1"),
			{Do: func(t testing.TB, k *apitest.Kit) { k.Clock.Advance(time.Second); earn(t, k, k.Var("anna"), 5_000) }},
			whole, // clients of this route know no pay password
			put("balance_pay_pwd", "0"), put("order_pay_user_balance", "0"),
			whole,
			online("200", `{"type":"6","userLevelPriceId":"{year}","isAutoRenew":"true"}`, 0),
			{Do: func(_ testing.TB, k *apitest.Kit) { k.Settle(k.Var("prepay")) }},
			owns("50"),
			{Verb: "POST", Path: "user/level/buyLogs", Fields: fields{"token": "{anna}"}, Want: map[string]string{"totalRow": "2", "result.0.isAutoRenew": "true"}},
			{Do: func(t testing.TB, k *apitest.Kit) {
				until, ok, err := k.Members.EndOf(t.Context(), k.Buyer(k.Var("anna")).Account, c.gold.ID)
				require.NoError(t, err)
				require.True(t, ok)
				require.Equal(t, mall.Calendar{}.Add(k.Clock.Now().Add(-time.Second), mall.Yearly, 2), until)
			}},
		}})
	})
}

// TestLevelGivenOnce: of 30 notices at once one gives the level.
func TestLevelGivenOnce(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		c := newClub(t, store)
		c.price("month", c.gold, 3000, member.Term{N: 1, Unit: mall.Monthly})
		c.Run(apitest.Scenario{Name: "open", Steps: []apitest.Step{online("30", `{"type":6,"userLevelPriceId":{month},"isAutoRenew":true}`, 0)}})
		_, err := c.Gateway.Pay(t.Context(), c.Var("number"), paytest.Drop)
		require.NoError(t, err)
		var wg sync.WaitGroup
		gate := make(chan struct{})
		for range 30 {
			wg.Go(func() {
				<-gate
				if err := c.Gateway.Notify(t.Context(), c.Var("number")); err != nil {
					t.Error(err)
				}
			})
		}
		close(gate)
		wg.Wait()
		anna := c.Buyer(c.Var("anna"))
		until, _, err := c.Members.EndOf(t.Context(), anna.Account, c.gold.ID)
		require.NoError(t, err)
		require.Equal(t, mall.Calendar{}.Add(c.Clock.Now(), mall.Monthly, 1), until)
		list, err := c.Levels.ListOf(t.Context(), anna, membership.Filter{}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(1), list.Total)
		c.Run(apitest.Scenario{Name: "after", Steps: []apitest.Step{owns("0"), costs("9")}})
	})
}

// TestLevelGoneWhilePaying: the success stands, what it was for is refused and
// told, and the money stays in the wallet. Money for what was paid otherwise
// meanwhile stays there too.
func TestLevelGoneWhilePaying(t *testing.T) {
	t.Parallel()
	type meanwhile struct {
		refusal string // of the action
		code    int    // of buying the same from the balance
		happens func(t testing.TB, c *club, p membership.Price)
	}
	for name, m := range map[string]meanwhile{
		"price changed": {"membership.no_price", 700, func(t testing.TB, c *club, p membership.Price) {
			p.Amount = 2999
			_, err := c.Levels.SavePrice(t.Context(), mall.System(), p)
			require.NoError(t, err)
		}},
		"price removed": {"membership.no_price", 700, func(t testing.TB, c *club, p membership.Price) {
			require.NoError(t, c.Levels.DeletePrice(t.Context(), mall.System(), p.ID))
		}},
		"level removed": {"member.no_level", 700, func(t testing.TB, c *club, _ membership.Price) {
			require.NoError(t, c.Levels.DeleteLevel(t.Context(), mall.System(), c.gold.ID))
		}},
		"level withdrawn": {"member.no_level", 700, func(t testing.TB, c *club, _ membership.Price) {
			c.gold.Active = false
			require.NoError(t, c.Members.Save(t.Context(), mall.System(), &c.gold))
		}},
		"higher level": {"membership.lower", 20002, func(t testing.TB, c *club, _ membership.Price) {
			top := member.Level{Name: "黑卡", Rank: 3, Rebate: mall.Whole, Active: true}
			require.NoError(t, c.Members.Save(t.Context(), mall.System(), &top))
			require.NoError(t, c.Members.Give(t.Context(), c.Buyer(c.Var("anna")).Account, top.ID, member.Days(1), "gift:1"))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClub(t, storagetest.SQLite(t))
			p := c.price("month", c.gold, 3000, member.Term{N: 1, Unit: mall.Monthly})
			c.Run(apitest.Scenario{Name: "open", Steps: []apitest.Step{online("30", `{"type":6,"userLevelPriceId":{month},"isAutoRenew":true}`, 0)}})
			m.happens(t, c, p)
			c.Settle(c.Var("prepay"))
			c.Run(apitest.Scenario{Name: "after", Steps: []apitest.Step{
				owns("30"), costs("10"),
				{Verb: "GET", Path: "pay/query", Fields: fields{"token": "{anna}", "outTradeId": "{number}"}},
				{Verb: "POST", Path: "user/level/buyLogs", Fields: fields{"token": "{anna}"}, Code: 700},
				buyLevel("{month}", m.code),
			}})
			paid, err := c.Payments.GetOf(t.Context(), c.Buyer(c.Var("anna")), c.Var("number"))
			require.NoError(t, err)
			require.Equal(t, []any{payment.StateSucceeded, payment.PartKept, m.refusal}, []any{paid.State, paid.Parts[0].State, paid.Parts[0].Refusal})
			renews, err := c.Levels.Renewing(t.Context(), paid.Payer)
			require.NoError(t, err)
			require.Zero(t, renews)
		})
	}
	t.Run("paid from the balance", func(t *testing.T) {
		t.Parallel()
		c := newClub(t, storagetest.SQLite(t))
		c.price("month", c.gold, 3000, member.Term{N: 1, Unit: mall.Monthly})
		c.Run(apitest.Scenario{Name: "open", Steps: []apitest.Step{online("30", `{"type":6,"userLevelPriceId":{month},"isAutoRenew":true}`, 0)}})
		earn(t, c.Kit, c.Var("anna"), 3000)
		c.Run(apitest.Scenario{Name: "both", Steps: []apitest.Step{buyLevel("{month}", 0), owns("0")}})
		c.Settle(c.Var("prepay"))
		c.Run(apitest.Scenario{Name: "after", Steps: []apitest.Step{
			owns("30"),
			{Verb: "POST", Path: "user/level/buyLogs", Fields: fields{"token": "{anna}"}, Want: map[string]string{"totalRow": "1"}},
		}})
	})
}
