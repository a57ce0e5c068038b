package wxapi

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gomall-dev/mall"
)

// errNone is "nothing there": an empty list, no default address, not voted.
var errNone = mall.E(mall.NotFound, "wxapi.none", "nothing there")

// row is what an error becomes on the wire.
type row struct {
	code int
	text string // verbs are filled from the error's arguments, in order
}

// kinds are the defaults of errors without a row in codes. Texts are shown to
// shoppers.
var kinds = map[mall.Kind]row{
	mall.Internal:        {-1, "服务器繁忙,请稍后再试"},
	mall.Invalid:         {300, "参数错误"},
	mall.NotFound:        {700, "暂无数据"},
	mall.Conflict:        {10000, "数据已存在或已被修改"},
	mall.Denied:          {403, "没有权限"},
	mall.Unauthenticated: {2000, "登录已失效,请重新登录"},
	mall.Limit:           {20001, "数量不足或已达上限"},
	mall.State:           {20002, "当前状态不允许此操作"},
	mall.Unavailable:     {-2, "服务暂不可用,请稍后再试"},
}

// codes are the errors with a number or a text of their own, by mall.Error.Code.
var codes = map[string]row{
	// module and edge
	"invalid":            {300, "参数错误:%v"},
	"not_configured":     {-2, "服务尚未配置:%v"},
	"money.invalid":      {300, "金额格式不正确"},
	"endpoint.required":  {300, "缺少参数:%v"},
	"endpoint.too_long":  {300, "参数过长:%v"},
	"endpoint.text":      {300, "参数含有非法字符:%v"},
	"endpoint.too_many":  {300, "参数过多"},
	"endpoint.body":      {300, "请求内容无法解析"},
	"endpoint.too_large": {300, "请求内容过大"},
	"wxapi.none":         {700, "暂无数据"},

	// auth
	"auth.not_registered": {10000, "您还未注册,请先注册"},
	"auth.registered":     {10000, "已注册,请直接登录"},
	"auth.mobile_taken":   {10000, "该手机号码已绑定其他账号"},
	"auth.password":       {403, "用户名或密码错误"},
	"auth.locked":         {20001, "登录失败次数过多,请稍后再试"},
	"auth.disabled":       {403, "账号已停用"},
	"auth.weak_password":  {300, "密码长度须为%v至128位"},
	"auth.referrer":       {700, "邀请码不正确"},
	"auth.open":           {20002, "账号还有未完成的业务,不能注销:%v"},
	"verify.code":         {300, "验证码不正确"},
	"verify.no_code":      {300, "验证码已失效,请重新获取"},
	"verify.too_often":    {20001, "验证码发送过于频繁,请稍后再试"},
	"verify.target":       {300, "手机号码或邮箱格式不正确"},
	"verify.send":         {-2, "验证码发送失败,请稍后再试"},
	"verify.picture":      {300, "请先输入图形验证码"},
	"captcha.answer":      {300, "图形验证码不正确,请刷新后重试"},
	"captcha.key":         {300, "图形验证码的key须为1至128个字符"},
	"captcha.too_many":    {20001, "图形验证码获取过于频繁,请稍后再试"},
	"wechat.code":         {500, "微信登录失败,请重试"},
	"wechat.decrypt":      {10002, "微信会话已过期,请重新登录"},
	"wechat.answer":       {-2, "微信服务暂不可用,请稍后再试"},
	"wechat.app":          {-2, "小程序未配置"},
	"address.too_many":    {20001, "最多保存%v个收货地址"},
	"address.region":      {300, "所在地区不正确"},

	// catalog, cart
	"catalog.gone":          {700, "商品不存在或已删除"},
	"catalog.off_sale":      {20002, "商品已下架:%v"},
	"catalog.not_valid":     {20002, "商品不在有效期内:%v"},
	"catalog.hours":         {20002, "不在商品可用时间内:%v"},
	"shop.closed":           {20002, "店铺暂停营业:%v"},
	"catalog.need_sku":      {30002, "请先选择商品规格"},
	"catalog.no_sku":        {300, "所选规格不存在:%v"},
	"catalog.need_addon":    {300, "请选择商品配件:%v"},
	"catalog.bad_addon":     {300, "所选配件不正确:%v"},
	"catalog.min_buy":       {300, "%v起购数量为%v"},
	"catalog.qty":           {300, "购买数量不正确:%v"},
	"catalog.limit":         {20001, "已超出限购数量:%v"},
	"catalog.not_delivered": {20002, "该地区不在配送范围内"},
	"catalog.reviewed":      {10000, "该商品已经评价过了"},
	"catalog.category":      {700, "分类不存在"},
	"catalog.freight":       {700, "运费模板不存在"},
	"stock.short":           {20003, "商品库存不足"},
	"shop.gone":             {700, "店铺不存在"},
	"wxapi.not_favourite":   {-1, "未收藏"},
	"cart.no_line":          {700, "购物车中没有该商品"},
	"cart.empty":            {700, "购物车是空的"},
	"cart.changed":          {10000, "购物车已变动,请刷新后重试"},
	"cart.quantity":         {300, "购买数量必须在1到%v之间"},
	"cart.full":             {20001, "购物车最多放%v种商品"},

	// order, marketing
	"order.none":            {700, "订单不存在"},
	"order.state":           {20002, "订单当前状态不允许此操作"},
	"order.overdue":         {20002, "订单已超过支付时间"},
	"order.not_paid":        {20002, "订单尚未支付"},
	"order.paid_meanwhile":  {20002, "订单已支付"},
	"order.payment_unknown": {20002, "支付结果确认中,请稍后再试"},
	"order.qty":             {300, "购买数量不正确"},
	"order.empty":           {300, "请选择要购买的商品"},
	"order.too_many_lines":  {300, "一次购买的商品种类过多"},
	"order.many_shops":      {300, "不同门店的商品请分开下单"},
	"order.amount":          {300, "订单金额超出范围"},
	"order.no_address":      {300, "请填写收货地址"},
	"order.no_coupon":       {700, "优惠券不存在:%v"},
	"order.offer":           {20002, "优惠券不可用:%v"},
	"order.nothing_to_ship": {20002, "没有可发货的商品"},
	"order.no_code":         {700, "核销码不存在"},
	"order.code_used":       {20002, "核销码已使用"},
	"order.not_clerk":       {403, "没有核销权限"},
	"order.tries":           {20001, "核销码错误次数过多,请稍后再试"},
	"order.reviewed":        {20002, "已经评价过了"},
	"order.no_line":         {700, "订单中没有该商品"},
	"order.no_claim":        {20002, "该商品不支持此售后"},
	"order.claim_open":      {20000, "当前商品正在售后中"},
	"order.claim_state":     {20002, "售后单当前状态不允许此操作"},
	"order.claim_none":      {700, "没有售后记录"},
	"order.no_purchase":     {700, "没有购买记录"},
	"order.claim_amount":    {300, "退款金额不能超过可退金额"},
	"order.no_freight":      {20002, "没有可退的运费"},

	// payment, wallet, points
	"payment.purpose":     {300, "不支持的支付类型:%v"},
	"payment.provider":    {-2, "支付方式未配置,缺少设置 Providers[%v]"},
	"payment.amount":      {300, "支付金额不正确,应付%v元"},
	"payment.nothing":     {20002, "余额充足,请使用余额支付"},
	"payment.overdue":     {20002, "已超过支付时间"},
	"payment.paid":        {20002, "已支付,请勿重复支付"},
	"payment.gateway":     {-2, "支付网关暂不可用,请稍后再试"},
	"payment.openid":      {300, "请在微信小程序内支付"},
	"payment.notice":      {300, "支付通知与支付单不一致"},
	"payment.signature":   {403, "签名不正确"},
	"payment.refund":      {20002, "退款金额不能超过可退金额"},
	"payment.not_paid":    {20002, "尚未支付"},
	"wxapi.unpaid":        {20002, "尚未支付"},
	"wallet.short":        {20000, "余额不足"},
	"wallet.source":       {10000, "重复的资金操作"},
	"wallet.password_set": {10000, "已设置过交易密码"},
	"wallet.no_password":  {20002, "请先设置交易密码"},
	"wallet.password":     {403, "交易密码不正确,还可尝试%v次"},
	"wallet.locked":       {20001, "交易密码错误次数过多,请稍后再试"},
	"wallet.weak":         {300, "交易密码长度须为%v至%v位"},
	"wallet.rule":         {300, "充值规则不正确"},
	"withdraw.closed":     {20002, "商家未开放提现"},
	"withdraw.min":        {300, "最低提现金额为%v元"},
	"withdraw.fee":        {300, "提现金额须大于手续费%v元"},
	"withdraw.short":      {20001, "可提现余额不足"},
	"withdraw.none":       {700, "提现记录不存在"},
	"withdraw.decided":    {20002, "提现申请已处理"},
	"withdraw.too_many":   {20002, "待处理的提现最多%v笔"},
	"bill.rule":           {300, "买单规则不正确"},
	"invoice.none":        {700, "发票记录不存在"},
	"invoice.order":       {10000, "该订单已申请过发票"},
	"invoice.spent":       {20002, "可开票金额不足,最多%v元"},
	"invoice.decided":     {20002, "发票申请已处理"},
	"member.no_level":     {700, "会员等级不存在或已停用"},
	"membership.none":     {700, "购买记录不存在"},
	"membership.no_price": {700, "收费项目不存在或已调整,请重新选择"},
	"membership.short":    {20000, "余额不足,还需支付%v元"},
	"membership.state":    {20002, "购买记录当前状态不允许此操作"},
	"membership.lower":    {20002, "您已是更高等级的会员:%v"},
	"membership.long":     {20002, "会员有效期不能再延长"},
	"membership.tried":    {10000, "该等级的免费体验只能领取一次"},
	"deposit.none":        {700, "押金记录不存在"},
	"deposit.state":       {20002, "押金当前状态不允许此操作"},
	"deposit.short":       {40000, "余额不足,还需支付%v元"},
	"deposit.amount":      {300, "退回金额不能超过%v元"},
	"deposit.too_many":    {20001, "待支付的押金最多%v笔"},
	"points.short":        {20001, "积分不足"},
	"points.source":       {10000, "重复的积分操作"},
	"points.rule":         {300, "积分抵扣规则不正确"},

	// coupons
	"coupon.none":      {700, "优惠券不存在"},
	"coupon.gone":      {20001, "来晚了,优惠券已领完"},
	"coupon.closed":    {20002, "优惠券暂不可领取"},
	"coupon.limit":     {20003, "每人最多领取%v张"},
	"coupon.over":      {20004, "优惠券已过期"},
	"coupon.points":    {30001, "积分不足,需要%v积分"},
	"coupon.price":     {30002, "请支付%v元购买优惠券"},
	"coupon.password":  {700, "口令不正确"},
	"coupon.tries":     {20005, "操作过于频繁,请稍后再试"},
	"coupon.used":      {20002, "优惠券已使用"},
	"coupon.expired":   {20002, "优惠券已过期"},
	"coupon.early":     {20002, "优惠券未到使用时间"},
	"coupon.shop":      {20002, "优惠券不适用于该店铺"},
	"coupon.scope":     {20002, "优惠券不适用于所购商品"},
	"coupon.threshold": {20002, "商品满%v元可用"},
	"coupon.nothing":   {20002, "没有可抵扣的金额"},
	"coupon.too_many":  {20002, "所购商品最多使用%v张优惠券"},
	"coupon.receiver":  {700, "受赠人不存在"},
	"coupon.merge":     {300, "所选优惠券不符合合成规则"},
	"coupon.card":      {700, "卡号或密码不正确"},
	"coupon.spent":     {20002, "卡号已兑换"},
	"coupon.total":     {20002, "已发放%v张"},

	// cms
	"cms.gone":         {700, "内容不存在或已下架"},
	"site.none":        {700, "暂无数据"},
	"site.key":         {300, "参数名称不正确"},
	"site.no_document": {700, "数据不存在"},
	"site.content":     {300, "内容须为JSON格式,且不能过大"},
	"site.documents":   {20001, "数据条数已达上限"},
	"file.gone":        {700, "文件不存在或已过期"},
	"file.empty":       {300, "文件不能为空"},
	"file.cut":         {300, "上传中断,请重新上传"},
	"file.type":        {300, "不支持该文件类型"},
	"file.broken":      {300, "图片已损坏"},
	"file.too_large":   {300, "文件不能超过%v字节"},
	"file.pixels":      {300, "图片尺寸过大:%v×%v"},
	"file.quota":       {300, "文件空间已用完"},
	"file.taken":       {10000, "文件已存在"},
	"wechat.page":      {41030, "小程序页面未发布"},
}

// answer is the code, the text and the value of an error.
func answer(err error) (code int, text string, data any) {
	e, ok := errors.AsType[*mall.Error](err)
	if !ok {
		r := kinds[mall.Internal]
		return r.code, r.text, nil
	}
	r, ok := codes[e.Code]
	if !ok {
		r = kinds[e.Kind]
	}
	if value, ok := errors.AsType[*withData](err); ok {
		data = value.data
	}
	return r.code, fill(r.text, e.Args), data
}

// fill puts arguments into a text; verbs without argument stay empty,
// arguments without verb are left out.
func fill(text string, args []any) string {
	n := strings.Count(text, "%v")
	if n == 0 {
		return text
	}
	for len(args) < n {
		args = append(args[:len(args):len(args)], "")
	}
	return fmt.Sprintf(text, args[:n]...)
}

// withData is an error whose answer carries a value, such as the amount that
// is still to be paid.
type withData struct {
	error
	data any
}

// Unwrap gives the error itself.
func (e *withData) Unwrap() error { return e.error }
