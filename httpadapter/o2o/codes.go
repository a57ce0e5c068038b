package o2o

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gomall-dev/mall"
)

// row is what an error becomes on the wire.
type row struct {
	code int
	text string // %v is filled from the error's arguments, in order
}

// kinds are the defaults of errors without a row in codes. Texts are shown to
// shoppers.
var kinds = map[mall.Kind]row{
	mall.Internal:        {500, "未知错误,请稍后再试"},
	mall.Invalid:         {10001, "参数不合法"},
	mall.NotFound:        {10010, "记录不存在"},
	mall.Conflict:        {500, "数据已存在或已被修改"},
	mall.Denied:          {10025, "没有权限"},
	mall.Unauthenticated: {10003, "未登录"},
	mall.Limit:           {500, "数量不足或已达上限"},
	mall.State:           {500, "当前状态不允许此操作"},
	mall.Unavailable:     {500, "服务暂不可用,请稍后再试"},
}

// codes are the errors with a number or a text of their own, by mall.Error.Code.
var codes = map[string]row{
	// edge
	"invalid":            {10001, "参数不合法:%v"},
	"endpoint.required":  {10001, "缺少参数:%v"},
	"endpoint.too_long":  {10001, "参数过长:%v"},
	"endpoint.text":      {10001, "参数含有非法字符:%v"},
	"endpoint.too_many":  {10001, "参数过多"},
	"endpoint.body":      {10001, "请求内容无法解析"},
	"endpoint.too_large": {10001, "请求内容过大"},
	"o2o.token":          {10007, "token无效或不存在"},
	"o2o.openid":         {70010, "微信openId不存在"},
	"o2o.appid":          {70011, "微信appid不存在"},

	// login
	"auth.disabled":    {10025, "账号已停用"},
	"auth.locked":      {500, "登录失败次数过多,请稍后再试"},
	"verify.code":      {10001, "验证码错误"},
	"verify.no_code":   {10001, "验证码已失效,请重新获取"},
	"verify.target":    {10001, "手机号码不合法"},
	"verify.too_often": {30015, "短信发送过于频繁,请稍后再试"},
	"verify.send":      {30001, "短信发送失败"},
	"wechat.code":      {500, "微信登陆失败,请重试"},
	"wechat.answer":    {500, "微信服务暂不可用,请稍后再试"},
	"wechat.app":       {70011, "微信appid不存在"},
	"wechat.scene":     {10010, "小程序码已失效,请重新获取"},
	"wechat.scenes":    {500, "操作过于频繁,请稍后再试"},
	"wechat.page":      {70020, "小程序页面未发布"},

	// merchants and goods
	"operator.none":      {10010, "运营中心不存在"},
	"shop.gone":          {10010, "商家不存在"},
	"catalog.gone":       {10010, "商品不存在"},
	"catalog.off_sale":   {500, "商品已下架"},
	"catalog.not_valid":  {500, "商品不在有效期内"},
	"catalog.hours":      {500, "不在商品可用时间内"},
	"shop.closed":        {500, "商家暂停营业"},
	"geo.outside":        {10010, "该位置不在服务范围内"},
	"catalog.need_sku":   {500, "该商品需选择规格,暂不支持在此购买"},
	"catalog.need_addon": {500, "该商品需选择加料,暂不支持在此购买"},
	"catalog.limit":      {500, "已超出限购数量"},
	"catalog.qty":        {10001, "购买数量不正确"},
	"catalog.min_buy":    {10001, "%v起购数量为%v"},
	"stock.short":        {500, "商品库存不足"},

	// orders
	"order.none":            {10010, "订单不存在"},
	"order.centre":          {500, "该订单须在商家所属运营中心的小程序内支付"},
	"order.code_shops":      {500, "多个商家有此核销码,请指定merchant_id"},
	"order.state":           {500, "订单状态不允许此操作"},
	"order.overdue":         {500, "订单已超过支付时间"},
	"order.paid_meanwhile":  {500, "订单已支付"},
	"order.payment_unknown": {500, "支付结果确认中,请稍后再试"},
	"order.not_paid":        {500, "订单尚未支付"},
	"order.qty":             {10001, "购买数量不正确"},
	"order.unpaid_orders":   {500, "未支付订单最多%v笔,请先支付或取消"},
	"order.unpaid_pieces":   {500, "未支付订单中的商品最多%v件,请先支付或取消"},
	"order.no_address":      {500, "该商品需要配送,暂不支持在此购买"},
	"points.short":          {500, "积分不足"},
	"order.lower_level":     {500, "已有更高的会员等级,无需购买"},
	"order.amount":          {10001, "订单金额超出范围"},
	"payment.overdue":       {500, "订单已超过支付时间"},
	"order.no_claim":        {500, "订单状态不允许退款"},
	"order.claim_open":      {500, "订单正在退款中"},
	"order.no_code":         {10010, "核销码不存在"},
	"order.code_used":       {500, "核销码已使用"},
	"order.not_clerk":       {10025, "没有核销权限"},
	"order.tries":           {500, "核销码错误次数过多,请稍后再试"},
	"payment.gateway":       {500, "微信统一下单失败"},
	"payment.provider":      {500, "支付方式未配置"},
	"payment.paid":          {500, "订单已支付"},
	"payment.refund":        {500, "微信退款失败"},
}

// answer is the number and the text of an error; arguments without a place in
// the text are left out.
func answer(err error) row {
	e, ok := errors.AsType[*mall.Error](err)
	if !ok {
		return kinds[mall.Internal]
	}
	r, ok := codes[e.Code]
	if !ok {
		r = kinds[e.Kind]
	}
	args := e.Args
	for strings.Contains(r.text, "%v") {
		text := ""
		if len(args) > 0 {
			text, args = fmt.Sprint(args[0]), args[1:]
		}
		r.text = strings.Replace(r.text, "%v", strings.ReplaceAll(text, "%v", ""), 1)
	}
	return r
}
