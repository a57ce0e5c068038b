package alipay

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/gomall-dev/mall/payment"
)

var billDay = time.Date(2019, 9, 15, 16, 0, 0, 0, time.UTC) // midnight in Beijing

// bill is a file as Alipay makes them, of a trade and its refund.
const bill = `#支付宝业务明细查询
#账号：[20880211096256330156]
#起始日期：[2019年09月16日 00:00:00]   终止日期：[2019年09月17日 00:00:00]
#-----------------------------------------业务明细列表----------------------------------------
支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注
2019091622001458860515315453	,service_1568601259302	,交易	,下单测试,2019-09-16 10:55:16,2019-09-16 10:55:23,store	,store	,op	,	,*水(602***@qq.com)	,0.51,0.50,0.00,0.00,0.00,0.00,0.00,,0.00	,0.00,	,0.00,0.00,下单测试
2019091622001458860515315453	,service_1568601259302	,退款	,下单测试,2019-09-16 10:55:16,2019-09-16 10:56:48,store	,store	,op	,	,*水(602***@qq.com)	,-0.01,-0.01,0.00,0.00,0.00,0.00,0.00,,0.00	,0.00,re_test_1568602607356	,0.00,0.00,下单测试
#-----------------------------------------业务明细列表结束------------------------------------
#交易合计：1笔，商家实收共0.50元，商家优惠共0.00元
#退款合计：1笔，商家实收退款共-0.01元，商家优惠退款共0.00元
#导出时间：[2019年09月17日 05:46:49]
`

// pack makes a zip file of texts in GBK.
func pack(t testing.TB, texts ...string) []byte {
	files := make([]string, len(texts))
	for i, text := range texts {
		var err error
		files[i], err = simplifiedchinese.GBK.NewEncoder().String(text)
		require.NoError(t, err)
	}
	return packRaw(t, files...)
}

// packRaw makes one of texts as they are.
func packRaw(t testing.TB, texts ...string) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i, text := range texts {
		f, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("../../%d/\xd2\xb5\xce\xf1", i), NonUTF8: true, Method: zip.Deflate})
		require.NoError(t, err)
		_, err = io.WriteString(f, text)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

func read(file []byte) ([]payment.BillLine, error) {
	return readBill(file, 1<<20, "2088021109625633", billDay)
}

func TestReadBill(t *testing.T) {
	t.Parallel()
	trade := payment.BillLine{Number: "service_1568601259302", Transaction: "2019091622001458860515315453", Merchant: "2088021109625633", Amount: 51,
		Outcome: payment.Settled, At: time.Date(2019, 9, 16, 2, 55, 23, 0, time.UTC)}
	refund := trade
	refund.Refund, refund.RefundNumber, refund.Receipt, refund.Amount, refund.At = true, "re_test_1568602607356", "re_test_1568602607356", 1, time.Date(2019, 9, 16, 2, 56, 48, 0, time.UTC)
	want := []payment.BillLine{trade, refund}
	const summary = "#支付宝业务汇总查询\nwhatever\n"
	for name, file := range map[string][]byte{
		"as it is":       pack(t, bill),
		"with a summary": pack(t, summary, bill, ""),
		"with CR LF":     pack(t, strings.ReplaceAll(bill, "\n", "\r\n")),
		"other brackets": pack(t, strings.ReplaceAll(bill, "（元）", "(元)")),
		"other columns":  pack(t, strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(bill, ",备注", ",备注,新列"), "下单测试\n", "下单测试,x\n"), "0.00,下单测试", "0.00,y")),
		"without totals": pack(t, strings.ReplaceAll(bill, "合计", "")),
		"with a comma":   pack(t, strings.ReplaceAll(bill, ",下单测试,2019", ",\"下,单\",测试,,2019")),
	} {
		lines, err := read(file)
		require.NoError(t, err, name)
		require.Equal(t, want, lines, name)
	}
	lines, err := read(pack(t, bill, bill))
	require.NoError(t, err)
	require.Equal(t, append(want, want...), lines, "in two files")
	empty, _, _ := strings.Cut(bill, "20190916")
	lines, err = read(pack(t, empty+"#-----业务明细列表结束-----\n#交易合计：0笔\n"))
	require.NoError(t, err)
	require.Empty(t, lines)
}

// TestHostileBills: whatever is not as it must be is an error, and no line of it
// is read.
func TestHostileBills(t *testing.T) {
	t.Parallel()
	change := func(old, now string) []byte { return pack(t, strings.Replace(bill, old, now, 1)) }
	broken := pack(t, bill)
	broken[60] ^= 0xff
	many := make([]string, maxBillFiles+1)
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"no zip":             {[]byte("<html>"), "zip"},
		"nothing":            {nil, "zip"},
		"cut":                {pack(t, bill)[:400], "zip"},
		"broken":             {broken, "bill:"},
		"many files":         {pack(t, many...), "too many files"},
		"no files":           {pack(t), "no details"},
		"bomb":               {pack(t, strings.Repeat("0", 2<<20)), "too much"},
		"bomb in two":        {pack(t, strings.Repeat("0", 700<<10), strings.Repeat("0", 700<<10)), "too much"},
		"only the summary":   {pack(t, "#支付宝业务汇总查询\n"), "no details"},
		"no end":             {change("业务明细列表结束", "x"), "no end"},
		"after the end":      {pack(t, bill+"x"), "after the end"},
		"a line lost":        {change("\n2019091622001458860515315453\t,service_1568601259302\t,交易", "\n#"), "0 bookings of 1 交易"},
		"another account":    {change("20880211096256330156", "20880211096256340156"), "another account"},
		"another day":        {change("[2019年09月16日", "[2019年09月15日"), "another day"},
		"no column number":   {change("商户订单号", "订单号"), "no column 商户订单号"},
		"no column refund":   {change("退款批次号/请求号", "x"), "no column 退款批次号/请求号"},
		"no headings":        {change("支付宝交易号,", "# "), "no column"},
		"few cells":          {change(",0.00,0.00,下单测试", ""), "cells"},
		"unknown type":       {change("交易\t", "提现\t"), "unknown type"},
		"no time":            {change("2019-09-16 10:55:23", "2019-09-16"), "no time"},
		"amount of a trade":  {change(",0.51,", ",-0.51,"), "no amount"},
		"amount of a refund": {change(",-0.01,", ",--0.01,"), "no amount"},
		"amount of much":     {change(",0.51,", ",99999999999999,"), "no amount"},
		"amount in parts":    {change(",0.51,", ",0.511,"), "no amount"},
		"UTF-8":              {packRaw(t, bill), "no details"},
	} {
		lines, err := read(c.file)
		require.ErrorContains(t, err, c.want, name)
		require.Empty(t, lines, name)
	}
}

// FuzzReadBill reads what anybody may have put there.
func FuzzReadBill(f *testing.F) {
	for _, seed := range []string{bill, "#支付宝业务明细查询\n" + strings.Join(columns, ",") + "\n,,,,,,\n#业务明细列表结束"} {
		gbk, err := simplifiedchinese.GBK.NewEncoder().String(seed)
		require.NoError(f, err)
		f.Add(gbk)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := read(packRaw(t, text))
		for _, l := range lines {
			if err != nil || l.Amount < 0 || l.At.IsZero() {
				t.Fatalf("%+v %v", l, err)
			}
		}
	})
}
