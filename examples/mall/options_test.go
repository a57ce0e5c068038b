package main

import (
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDefaultsOfTheCommandLine(t *testing.T) {
	t.Parallel()
	o, err := parse(nil, nil, io.Discard)
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1:8080", o.addr)
	require.Equal(t, "mall.db", o.db)
	require.Equal(t, "mall.db.files", o.files)
	require.Equal(t, "mall", o.subdomain)
	require.True(t, o.demo)
	require.True(t, o.sandbox)

	o, err = parse([]string{"-db", "postgres://u@h/d", "-public", "https://shop.example/", "-demo=false"}, nil, io.Discard)
	require.NoError(t, err)
	require.Equal(t, "mall-files", o.files)
	require.Equal(t, "https://shop.example", o.public)
	require.False(t, o.demo)
}

func TestWrongCommandLinesAreUsageErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ args, env []string }{
		"unknown flag":           {args: []string{"-nope"}},
		"argument":               {args: []string{"serve"}},
		"capital subdomain":      {args: []string{"-subdomain", "Mall"}},
		"short subdomain":        {args: []string{"-subdomain", "m"}},
		"subdomain in use":       {args: []string{"-subdomain", "sandbox"}},
		"subdomain is merchant":  {args: []string{"-subdomain", "951"}},
		"credentials in sandbox": {env: []string{"MALL_WECHAT_APPID=wx1", "MALL_WECHAT_SECRET=s"}},
		"unknown credential":     {env: []string{"MALL_WXPAY_SOMETHING=x"}},
		"half of WeChat":         {args: []string{"-sandbox=false"}, env: []string{"MALL_WECHAT_APPID=wx1"}},
		"half of an account":     {args: []string{"-sandbox=false"}, env: []string{"MALL_WECHAT_WEB_SECRET=s"}},
		"no such page":           {args: []string{"-sandbox=false"}, env: []string{"MALL_WECHAT_WEB_APPID=wx2", "MALL_WECHAT_WEB_SECRET=s", "MALL_WECHAT_WEB_PAGE=x"}},
		"page of no account":     {args: []string{"-sandbox=false"}, env: []string{"MALL_WECHAT_WEB_PAGE=qrconnect"}},
		"account in sandbox":     {env: []string{"MALL_WECHAT_WEB_APPID=wx2", "MALL_WECHAT_WEB_SECRET=s"}},
		"messages in sandbox":    {env: []string{"MALL_SMS_ALIYUN_KEY_ID=x"}},
		"part of messages":       {args: []string{"-sandbox=false"}, env: []string{"MALL_SMS_ALIYUN_KEY_ID=x", "MALL_SMS_ALIYUN_KEY_SECRET=y"}},
		"unknown of messages":    {args: []string{"-sandbox=false"}, env: []string{"MALL_SMS_ALIYUN_REGION=x"}},
		"no time to scan":        {args: []string{"-qrwait", "0s"}},
		"part of WeChat Pay":     {args: []string{"-sandbox=false"}, env: []string{"MALL_WECHAT_APPID=wx1", "MALL_WECHAT_SECRET=s", "MALL_WXPAY_MCHID=1"}},
	} {
		_, err := parse(c.args, c.env, io.Discard)
		require.ErrorIs(t, err, errUsage, name)
	}
	o, err := parse([]string{"-sandbox=false"}, []string{"MALL_WECHAT_APPID=wx1", "MALL_WECHAT_SECRET=s", "PATH=/bin"}, io.Discard)
	require.NoError(t, err)
	require.Nil(t, o.sms)
	o, err = parse([]string{"-sandbox=false"}, []string{"MALL_SMS_ALIYUN_KEY_ID=k", "MALL_SMS_ALIYUN_KEY_SECRET=s", "MALL_SMS_ALIYUN_SIGN=商城",
		"MALL_SMS_ALIYUN_TEMPLATE=SMS_1"}, io.Discard)
	require.NoError(t, err)
	require.NotNil(t, o.sms)
}
