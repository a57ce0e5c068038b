package wxapi_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/payment"
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
