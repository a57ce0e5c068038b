package wxapi_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/bill"
	"github.com/gomall-dev/mall/payment/deposit"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// earn gives a buyer something to spend.
func earn(t testing.TB, k *apitest.Kit, token string, amount mall.Money) {
	t.Helper()
	require.NoError(t, k.Wallets.Earn(t.Context(), payment.Move{Account: k.Buyer(token).Account, Kind: payment.KindRecharge, Amount: amount,
		Source: payment.Source{Type: "test", ID: mall.ID(k.Clock.Now().UnixMilli())}}))
}

// TestResetPayPassword: who proves the number gets a new pay password, locked
// or not, once a code.
func TestResetPayPassword(t *testing.T) {
	t.Parallel()
	k := apitest.New(t, storagetest.SQLite(t))
	const mobile = "13812345678"
	k.Set("token", k.Register("anna"))
	last := func(_ testing.TB, k *apitest.Kit) { k.Set("code", k.Ports.Last(mobile)) }
	reset := func(code, pwd string) fields { return fields{"mobile": mobile, "code": code, "pwd": pwd} }
	wrong := apitest.Step{Verb: "POST", Path: "user/paypwd/modify", Fields: fields{"token": "{token}", "pwdOld": "000000", "pwdNew": "654321"}, Code: 403}
	k.Run(apitest.Scenario{Name: "reset", Steps: []apitest.Step{
		{Verb: "POST", Path: "user/wxapp/bindMobile/v2", Fields: fields{"token": "{token}", "code": "sandbox-phone:" + mobile}},
		{Verb: "POST", Path: "user/paypwd/set", Fields: fields{"token": "{token}", "pwd": "123456"}},
		wrong, wrong, wrong, wrong, wrong,
		{Verb: "POST", Path: "user/paypwd/modify", Fields: fields{"token": "{token}", "pwdOld": "123456", "pwdNew": "654321"}, Code: 20001},
		{Verb: "POST", Path: "user/paypwd/reset", Fields: reset("12345", "654321"), Code: 300},
		{Verb: "POST", Path: "user/paypwd/reset", Fields: fields{"mobile": mobile, "code": "12345"}, Code: 300},
		{Verb: "GET", Path: "verification/sms/get", Fields: fields{"mobile": mobile}},
		{Do: last},
		{Verb: "POST", Path: "user/paypwd/reset", Fields: reset("{code}", "1"), Code: 300},
		{Verb: "POST", Path: "user/paypwd/reset", Fields: fields{"mobile": "13912345678", "code": "{code}", "pwd": "654321"}, Code: 300},
		{Verb: "POST", Path: "user/paypwd/reset", Fields: reset("{code}", "654321"), Not: []string{"data"}},
		{Verb: "POST", Path: "user/paypwd/reset", Fields: reset("{code}", "777777"), Code: 300},
		{Verb: "POST", Path: "user/paypwd/modify", Fields: fields{"token": "{token}", "pwdOld": "654321", "pwdNew": "123456"}},
		{Verb: "GET", Path: "verification/sms/get", Fields: fields{"mobile": "13912345678"}},
		{Do: func(_ testing.TB, k *apitest.Kit) { k.Set("code", k.Ports.Last("13912345678")) }},
		{Verb: "POST", Path: "user/paypwd/reset", Fields: fields{"mobile": "13912345678", "code": "{code}", "pwd": "654321"}, Code: 10000},
	}})
}

// TestWithdrawals: the way of two withdrawals over the wire, one paid and one
// refused by staff.
func TestWithdrawals(t *testing.T) {
	t.Parallel()
	k := apitest.New(t, storagetest.SQLite(t))
	token := k.Register("anna")
	k.Set("token", token)
	k.Set("other", k.Register("bert"))
	earn(t, k, token, 10_000)
	for key, value := range map[string]string{"WITHDRAW_MIN": "10", "WITHDRAW_FEE_RATE": "60"} {
		require.NoError(t, k.Site.Put(t.Context(), mall.System(), site.Setting{Key: key, Value: value}))
	}
	apply := func(money string, code int) apitest.Step {
		return apitest.Step{Verb: "POST", Path: "user/withdrawal/apply", Fields: fields{"token": "{token}", "money": money, "name": "张三"}, Code: code}
	}
	list := func(status string) fields {
		return fields{"token": "{token}", "status": status, "page": "1", "pageSize": "10"}
	}
	k.Run(apitest.Scenario{Name: "withdrawals", Steps: []apitest.Step{
		{Verb: "POST", Path: "user/withdrawal/list", Fields: fields{"token": "{token}"}, Code: 700, Not: []string{"data"}},
		{Verb: "POST", Path: "user/withDraw/list", Fields: fields{"token": "{token}"}, Code: 700},
		apply("9.99", 300), apply("100.01", 20001), apply("0", 300), apply("-5", 300), apply("1e3", 300), apply("20.001", 300), apply("", 300),
		{Verb: "POST", Path: "user/withdrawal/apply", Fields: fields{"money": "20"}, Code: 2000},
		{Verb: "POST", Path: "user/withdrawal/apply", Fields: fields{"token": "{token}", "money": "20", "pwd": "123456"}, Code: 20002},
		apply("60", 0),
		{Verb: "POST", Path: "user/withDraw/apply", Fields: fields{"token": "{token}", "money": "30"}, Not: []string{"data"}},
		{Verb: "GET", Path: "user/amount", Fields: fields{"token": "{token}"}, Want: map[string]string{"balance": "10", "freeze": "90", "totalWithdraw": "0"}},
		{Verb: "POST", Path: "user/withdrawal/list", Fields: list(""), Want: map[string]string{"result.0.money": "30", "result.1.money": "60", "result.1.fee": "0.36", "result.1.status": "0", "result.1.statusStr": "待处理", "totalRow": "2"},
			Save: map[string]string{"first": "result.1.id", "second": "result.0.id", "number": "result.1.number"}},
		{Verb: "GET", Path: "user/withdrawal/requestMerchantTransfer", Fields: fields{"token": "{token}", "number": "{number}"}, Code: -2, Has: []string{"wxpay.transfer"}},
		{Verb: "GET", Path: "user/withdrawal/requestMerchantTransfer", Fields: fields{"token": "{other}", "number": "{number}"}, Code: 700},
		{Do: func(t testing.TB, k *apitest.Kit) {
			_, err := k.Payouts.Pay(t.Context(), mall.System(), number(t, k, "first"))
			require.NoError(t, err)
			_, err = k.Payouts.Refuse(t.Context(), mall.System(), number(t, k, "second"), "姓名不符")
			require.NoError(t, err)
		}},
		{Verb: "GET", Path: "user/amount", Fields: fields{"token": "{token}"}, Want: map[string]string{"balance": "40", "freeze": "0", "totalWithdraw": "60"}},
		{Verb: "POST", Path: "user/withdrawal/list", Fields: list("2"), Want: map[string]string{"result.0.money": "60", "totalRow": "1"}},
		{Verb: "POST", Path: "user/withdrawal/list", Fields: list("1"), Want: map[string]string{"result.0.rejectionReason": "姓名不符", "totalRow": "1"}},
		{Verb: "POST", Path: "user/withdrawal/list", Fields: list("3"), Code: 700},
		{Verb: "POST", Path: "user/withdrawal/list", Fields: list("4"), Code: 300},
		{Verb: "POST", Path: "user/withDraw/list", Fields: fields{"token": "{token}"}, Want: map[string]string{"0.money": "30", "1.money": "60"}},
		{Verb: "GET", Path: "user/withDraw/detail", Fields: fields{"token": "{token}", "id": "{first}"}, Want: map[string]string{"status": "2", "name": "张三"}},
		{Verb: "GET", Path: "user/withDraw/detail", Fields: fields{"token": "{other}", "id": "{first}"}, Code: 700},
		{Verb: "POST", Path: "user/cashLog/v2", Fields: fields{"token": "{token}", "types": "11,12"}, Want: map[string]string{"totalRow": "3", "result.0.type": "12", "result.0.amount": "30", "result.0.behavior": "0", "result.1.behavior": "1"}},
		{Do: func(t testing.TB, k *apitest.Kit) {
			require.NoError(t, k.Site.Put(t.Context(), mall.System(), site.Setting{Key: "withdrawal", Value: "0"}))
		}},
		apply("20", 20002),
	}})
}

// number is a saved id.
func number(t testing.TB, k *apitest.Kit, name string) mall.ID {
	t.Helper()
	n, err := strconv.ParseInt(k.Var(name), 10, 64)
	require.NoError(t, err)
	return mall.ID(n)
}

// TestDeposits: what the balance does not cover is paid online, as clients do
// it, and goes back the way it came.
func TestDeposits(t *testing.T) {
	t.Parallel()
	k := apitest.New(t, storagetest.SQLite(t))
	token := k.Register("anna")
	k.Set("token", token)
	k.Set("other", k.Register("bert"))
	k.Run(apitest.Scenario{Name: "bad input", Steps: []apitest.Step{
		{Verb: "POST", Path: "deposit/list", Fields: fields{"token": "{token}"}, Code: 700},
		{Verb: "POST", Path: "deposit/pay", Fields: fields{"token": "{token}", "amount": "0"}, Code: 300},
		{Verb: "POST", Path: "deposit/pay", Fields: fields{"token": "{token}", "amount": "x"}, Code: 300},
		{Verb: "POST", Path: "deposit/pay", Fields: fields{"token": "{token}", "amount": "1", "extJsonStr": "["}, Code: 300},
		{Verb: "POST", Path: "deposit/pay", Fields: fields{"amount": "1"}, Code: 2000},
		{Verb: "POST", Path: "deposit/payStatus", Fields: fields{"token": "{token}", "id": "99"}, Code: 700},
		{Verb: "POST", Path: "pay/wx/wxapp", Fields: fields{"token": "{token}", "money": "20", "nextAction": `{"type":5,"amount":0}`}, Code: 300},
		{Verb: "POST", Path: "pay/wx/wxapp", Fields: fields{"token": "{token}", "money": "20", "nextAction": `{"type":5}`}, Code: 300},
		{Verb: "POST", Path: "pay/lcsw/wxapp", Fields: fields{"token": "{token}", "money": "20", "openid": "o", "nextAction": `{"type":5,"amount":20}`}, Code: -2},
		{Verb: "POST", Path: "deposit/list", Fields: fields{"token": "{token}"}, Code: 700}, // nothing was stored for a gateway that is not there
	}})
	earn(t, k, token, 500)
	k.Run(apitest.Scenario{Name: "online", Steps: []apitest.Step{
		{Verb: "POST", Path: "deposit/pay", Fields: fields{"token": "{token}", "amount": "20", "refCode": "自行车", "extJsonStr": `{"k":"v"}`}, Code: 40000, Want: map[string]string{"": "15"}},
		{Verb: "POST", Path: "deposit/list", Fields: fields{"token": "{token}", "status": "-1"}, Want: map[string]string{"result.0.amount": "20", "result.0.status": "-1", "totalRow": "1"}, Save: map[string]string{"id": "result.0.id"}},
		{Verb: "POST", Path: "deposit/payStatus", Fields: fields{"token": "{token}", "id": "{id}"}, Code: 40000, Want: map[string]string{"": "15"}},
		{Verb: "POST", Path: "deposit/payStatus", Fields: fields{"token": "{other}", "id": "{id}"}, Code: 700},
		{Verb: "POST", Path: "pay/wx/wxapp", Fields: fields{"token": "{token}", "money": "14", "nextAction": `{"type":5,"amount":20}`}, Code: 300},
		{Verb: "POST", Path: "pay/wx/wxapp", Fields: fields{"token": "{token}", "money": "15", "nextAction": `{"type":5,"amount":"20"}`}, Save: map[string]string{"prepay": "package"}},
		{Verb: "POST", Path: "deposit/back/apply", Fields: fields{"token": "{token}", "id": "{id}"}, Code: 20002},
		{Do: func(_ testing.TB, k *apitest.Kit) { k.Settle(k.Var("prepay")) }},
		{Verb: "POST", Path: "user/payLogs", Fields: fields{"token": "{token}"}, Want: map[string]string{"0.money": "15", "0.nextAction": `{"type":5,"amount":20}`, "0.status": "1"}},
		{Verb: "GET", Path: "deposit/info", Fields: fields{"token": "{token}", "id": "{id}"}, Want: map[string]string{"status": "1", "statusStr": "已支付", "refCode": "自行车", "extJson.k": "v"}},
		{Verb: "GET", Path: "deposit/info", Fields: fields{"token": "{other}", "id": "{id}"}, Code: 700},
		{Verb: "GET", Path: "user/amount", Fields: fields{"token": "{token}"}, Want: map[string]string{"balance": "0", "freeze": "0"}},
		{Verb: "POST", Path: "deposit/back/apply", Fields: fields{"token": "{other}", "id": "{id}"}, Code: 700},
		{Verb: "POST", Path: "deposit/back/apply", Fields: fields{"token": "{token}", "id": "{id}"}},
		{Verb: "POST", Path: "deposit/back/apply", Fields: fields{"token": "{token}", "id": "{id}"}, Code: 20002},
		{Do: func(t testing.TB, k *apitest.Kit) {
			d, err := k.Deposits.Return(t.Context(), mall.System(), number(t, k, "id"), 0)
			require.NoError(t, err)
			require.Equal(t, deposit.Returning, d.State, "the gateway's part is on its way")
			require.NoError(t, k.Sweep(t.Context()))
		}},
		{Verb: "POST", Path: "deposit/list", Fields: fields{"token": "{token}", "status": "4"}, Want: map[string]string{"result.0.amountBack": "20"}},
		{Verb: "POST", Path: "deposit/list", Fields: fields{"token": "{token}", "status": "0"}, Code: 300},
		{Verb: "POST", Path: "user/cashLog/v2", Fields: fields{"token": "{token}", "type": "101"}, Want: map[string]string{"totalRow": "1", "result.0.amount": "5"}},
		{Verb: "POST", Path: "deposit/pay", Fields: fields{"token": "{token}", "amount": "5"}, Not: []string{"data"}},
	}})
}

// TestPayBill: a bill from the balance and one online, each less one discount.
func TestPayBill(t *testing.T) {
	t.Parallel()
	k := apitest.New(t, storagetest.SQLite(t))
	token := k.Register("anna")
	k.Set("token", token)
	k.Set("uid", strconv.FormatInt(int64(k.Buyer(token).Account), 10))
	k.Run(apitest.Scenario{Name: "no rules", Steps: []apitest.Step{
		{Verb: "GET", Path: "payBill/discounts", Code: 700},
		{Verb: "POST", Path: "payBill/pay", Fields: fields{"token": "{token}", "money": "12.5", "calculate": "true"}, Want: map[string]string{"realMoney": "12.5"}},
		{Verb: "POST", Path: "payBill/pay", Fields: fields{"token": "{token}", "money": "0", "calculate": "true"}, Code: 300},
		{Verb: "POST", Path: "payBill/pay", Fields: fields{"token": "{token}", "money": "-1"}, Code: 300},
		{Verb: "POST", Path: "payBill/pay", Fields: fields{"token": "{token}", "money": "12.5"}, Code: 20000},
		{Verb: "POST", Path: "payBill/pay", Fields: fields{"money": "12.5"}, Code: 2000},
	}})
	for _, r := range []bill.Rule{{Consume: 10_000, Discount: 1_000}, {Consume: 20_000, Discount: 2_500}} {
		_, err := k.Bills.SaveRule(t.Context(), mall.System(), r)
		require.NoError(t, err)
	}
	earn(t, k, token, 20_000)
	online := func(money, action string, code int) apitest.Step {
		return apitest.Step{Verb: "POST", Path: "pay/wx/wxapp", Fields: fields{"token": "{token}", "money": money, "nextAction": action}, Code: code}
	}
	opened := online("75", `{"type":4,"uid":{uid},"money":"200"}`, 0)
	opened.Save = map[string]string{"prepay": "package"}
	k.Run(apitest.Scenario{Name: "bills", Steps: []apitest.Step{
		{Verb: "GET", Path: "payBill/discounts", Want: map[string]string{"0.consume": "100", "0.discounts": "10", "1.discounts": "25", "0.loop": "false"}},
		{Verb: "POST", Path: "payBill/pay", Fields: fields{"token": "{token}", "money": "110", "calculate": "true"}, Want: map[string]string{"realMoney": "100"}},
		{Verb: "POST", Path: "payBill/pay", Fields: fields{"token": "{token}", "money": "110", "calculate": "false"},
			Want: map[string]string{"amount": "100", "balance": "100", "type": "8", "behavior": "1", "uid": "{uid}"}},
		online("1", `{"type":4,"money":0}`, 300), online("1", `{"type":4}`, 300), online("1", `{"type":4,"uid":999,"money":200}`, 300), online("10", `{"type":4,"money":200}`, 300),
		opened, // 200 - 25 - 100 from the balance
		{Verb: "GET", Path: "user/amount", Fields: fields{"token": "{token}"}, Want: map[string]string{"balance": "0", "freeze": "100"}},
		{Do: func(t testing.TB, k *apitest.Kit) {
			k.Settle(k.Var("prepay"))
			list, err := k.Bills.ListOf(t.Context(), k.Buyer(token), mall.Page{})
			require.NoError(t, err)
			require.Len(t, list.Items, 2)
			require.Equal(t, []mall.Money{20_000, 2_500}, []mall.Money{list.Items[0].Amount, list.Items[0].Discount})
		}},
		{Verb: "GET", Path: "user/amount", Fields: fields{"token": "{token}"}, Want: map[string]string{"balance": "0", "freeze": "0", "totleConsumed": "275"}},
		{Verb: "POST", Path: "user/cashLog/v2", Fields: fields{"token": "{token}", "type": "8", "behavior": "1"}, Want: map[string]string{"totalRow": "2"}},
		{Verb: "POST", Path: "user/payLogs", Fields: fields{"token": "{token}"}, Want: map[string]string{"0.nextAction": `{"type":4,"uid":` + k.Var("uid") + `,"money":200}`,
			"0.money": "75", "1.nextAction": `{"type":4,"uid":` + k.Var("uid") + `,"money":110}`, "1.payGate": "余额"}},
		{Verb: "POST", Path: "user/cashLog/v2", Fields: fields{"token": "{token}", "behavior": "2"}, Code: 300},
	}})
}

// TestInvoices: of what was spent, and no more.
func TestInvoices(t *testing.T) {
	t.Parallel()
	k := apitest.New(t, storagetest.SQLite(t))
	token := k.Register("anna")
	k.Set("token", token)
	k.Set("other", k.Register("bert"))
	earn(t, k, token, 10_000)
	ask := func(amount, order string, code int) apitest.Step {
		return apitest.Step{Verb: "POST", Path: "invoice/apply", Code: code, Fields: fields{"token": "{token}", "comName": "某公司", "tfn": "91330100X", "amount": amount,
			"consumption": "餐饮", "email": "a@b.example", "extJsonStr": `{"bank":"1"}`, "orderId": order}}
	}
	k.Run(apitest.Scenario{Name: "invoices", Steps: []apitest.Step{
		{Verb: "POST", Path: "invoice/list", Fields: fields{"token": "{token}"}, Code: 700},
		ask("0.01", "", 20002),
		{Verb: "POST", Path: "payBill/pay", Fields: fields{"token": "{token}", "money": "80"}},
		ask("80.01", "", 20002), ask("0", "", 300), ask("x", "", 300), ask("1", "999", 700), ask("50", "", 0), ask("30.01", "", 20002),
		{Verb: "POST", Path: "invoice/apply", Fields: fields{"token": "{token}", "comName": "某公司", "tfn": "<b>", "amount": "1", "consumption": "x"}, Code: 300},
		{Verb: "POST", Path: "invoice/apply", Fields: fields{"token": "{token}", "comName": "某公司", "amount": "1", "consumption": "x"}, Code: 300},
		{Verb: "POST", Path: "invoice/list", Fields: fields{"token": "{token}"}, Save: map[string]string{"id": "result.0.id"},
			Want: map[string]string{"result.0.amount": "50", "result.0.status": "0", "result.0.comName": "某公司", "result.0.extJson.bank": "1", "totalRow": "1"}, Not: []string{`"file"`}},
		{Do: func(t testing.TB, k *apitest.Kit) {
			_, err := k.Invoices.Issue(t.Context(), mall.System(), number(t, k, "id"), "https://a.example/x.pdf")
			require.NoError(t, err)
		}},
		{Verb: "GET", Path: "invoice/info", Fields: fields{"token": "{token}", "id": "{id}"}, Want: map[string]string{"status": "3", "statusStr": "已开票", "file": "https://a.example/x.pdf"}},
		{Verb: "GET", Path: "invoice/info", Fields: fields{"token": "{other}", "id": "{id}"}, Code: 700},
		{Verb: "GET", Path: "invoice/info", Fields: fields{"id": "{id}"}, Code: 2000},
	}})
}
