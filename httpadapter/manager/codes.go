package manager

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gomall-dev/mall"
)

// row is what an error becomes on the wire.
type row struct {
	status int
	text   string // %v is filled from the error's first argument
	code   string // of the gate only: clients log out by 10022 and 1004
}

// kinds are the defaults of errors without a row in codes.
var kinds = map[mall.Kind]row{
	mall.Internal:        {500, "服务器错误", ""},
	mall.Invalid:         {1004, "参数错误", ""},
	mall.NotFound:        {1004, "记录不存在", ""},
	mall.Conflict:        {1006, "记录已存在或已被修改", ""},
	mall.Denied:          {403, "没有权限", ""},
	mall.Unauthenticated: {403, "请登入", "10022"},
	mall.Limit:           {10010, "数量不足或已达上限", ""},
	mall.State:           {1006, "当前状态不允许此操作", ""},
	mall.Unavailable:     {500, "服务暂不可用,请稍后再试", ""},
}

// codes are the errors with a status or a text of their own, by mall.Error.Code.
var codes = map[string]row{
	"invalid":           {1004, "参数错误:%v", ""},
	"endpoint.required": {1004, "缺少参数:%v", ""},

	// The gate: no login at all is the kind mall.Unauthenticated.
	"manager.token": {0, "校验失败", "1004"},
	"manager.right": {403, "你没有权限访问,或路径不正确", "10026"},

	// weather
	"weather.account":    {1004, "参数少传递了", ""},
	"weather.often":      {100, "您查询的次数太频繁,一分钟查询一次", ""},
	"weather.no_account": {500, "获取出错", ""},
	"weather.refused":    {500, "获取出错", ""},
	"weather.answer":     {500, "获取出错", ""},

	// students
	"student.empty":     {0, "不能传递参数为空", ""},
	"student.field":     {0, "参数错误:%v", ""},
	"student.none":      {0, "删除出错", ""},
	"student.same":      {304, "没有做任何修改", ""},
	"manager.no_sid":    {0, "没有传递sId", ""},
	"manager.no_avatar": {10022, "error please note the upload field", ""},

	// login by QR code
	"manager.no_socket":      {1004, "没有传递sid", ""},
	"manager.no_wechat_code": {1004, "请传入wechatCode", ""},
	"qrlogin.socket":         {1004, "socket指定sid错误", ""},
	"qrlogin.state":          {10004, "无效的二维码", ""},
	"qrlogin.scanned":        {10004, "二维码已经被扫过了", ""},
	"qrlogin.code":           {101, "wechatCode无效或已过期", ""},
	"wechat.code":            {101, "微信登入失败,请重新扫码", ""},
	"wechat.answer":          {101, "微信登入失败,请稍后再试", ""},

	// users
	"manager.credentials": {1004, "没有传递用户名或者密码", ""},

	"auth.password": {0, "用户名或者密码错误", ""},
	"auth.locked":   {0, "登入失败次数过多,请稍后再试", ""},
	"auth.disabled": {1007, "用户被禁用,请联系管理员", ""},

	"manager.no_user":      {0, "不存在此用户", ""},
	"manager.old_password": {0, "原始密码输入错误", ""},
	"auth.weak_password":   {0, "密码修改错误,密码至少%v位", ""},

	"manager.missing":      {0, "注册出错,缺少字段", ""},
	"auth.registered":      {0, "用户名已注册", ""},
	"auth.mobile_taken":    {10066, "手机号已经被绑定", ""},
	"auth.root":            {10066, "没有指定角色的权限", ""},
	"auth.above":           {10066, "没有权限修改自己的上级用户", ""},
	"auth.last_root":       {10066, "至少保留一个王者管理员", ""},
	"auth.open":            {10077, "用户还有未完成的业务,不能删除", ""},
	"manager.no_unid":      {3004, "请传入用户unid", ""},
	"manager.roleid":       {3004, "没有权限修改用户角色的id", ""},
	"manager.unknown_user": {10066, "修改用户不存在", ""},
	"manager.name_used":    {10066, "用户名已注册", ""},
	"manager.avatar":       {0, "图片上传失败", ""},
	"member.no_level":      {10077, "更新出错,没有该vip等级", ""},

	// captcha, sms
	"manager.no_captcha":  {3004, "验证码不能为空", ""},
	"captcha.answer":      {3004, "验证码错误", ""},
	"captcha.too_many":    {3004, "获取验证码过于频繁,请稍后再试", ""},
	"manager.number":      {3004, "请输入手机号", ""},
	"verify.picture":      {3004, "验证码不能为空", ""},
	"verify.too_often":    {4003, "该手机号今日获取验证码次数已达上限", ""},
	"verify.send":         {4003, "短信发送失败,请稍后再试", ""},
	"manager.sms":         {4003, "短信服务没有开通", ""},
	"manager.digits":      {10025, "请传入%v位验证码", ""},
	"manager.not_sent":    {10027, "先点击发送验证码", ""},
	"verify.code":         {10026, "验证码不正确", ""},
	"verify.no_code":      {10026, "验证码不正确", ""},
	"auth.not_registered": {0, "这个手机号没有注册", ""},

	// permission
	"auth.role_exists": {1004, "角色已存在", ""},
	"auth.no_role":     {1004, "角色不存在", ""},
	"auth.role_used":   {1006, "角色正在使用,不能删除", ""},
	"auth.grant":       {10066, "不能授予自己没有的权限:%v", ""},
	"manager.role":     {10066, "没有权限操作该角色", ""},
	"auth.no_menu":     {1004, "菜单不存在", ""},
	"auth.menu_used":   {1006, "请先删除下级菜单", ""},

	// upload
	"manager.no_picture": {1005, "没有上传图片", ""},
	"file.type":          {1005, "只能上传jpg,png,gif格式的图片", ""},
	"file.broken":        {1005, "图片已损坏", ""},
	"file.empty":         {1005, "没有上传图片", ""},
	"file.pixels":        {1005, "图片尺寸过大", ""},
	"file.too_large":     {1005, "图片太大", ""},
	"file.visitors":      {10010, "上传次数过多,请先登入", ""},

	// category
	"manager.no_category_name": {1004, "err 请传入categoryName", ""},
	"manager.no_category_id":   {1004, "err 请传入category_id", ""},
	"manager.category_fields":  {1004, "缺少categoryName或者category_id", ""},
	"manager.vip_category":     {1004, "not permitted vip类目不能删除", ""},
	"catalog.name_taken":       {1004, "已经存在该类目,请不要重复添加", ""},
	"catalog.in_use":           {1004, "err 类目中还有商品,不能删除", ""},

	// category, product, cart
	"manager.no_data": {1005, "没有该数据", ""},
	"manager.same":    {1006, "没有做任何修改", ""},
	"manager.absent":  {1004, "err 该数据不存在", ""},

	// product
	"manager.product_category": {1005, "请传入category_id", ""},
	"manager.product_fields":   {1005, "添加失败,检查必传参数是否少传递了", ""},
	"manager.change_what":      {1004, "缺少product_id", ""},
	"manager.no_product_id":    {1004, "err 请传入product_id", ""},
	"manager.no_vip_level":     {1004, "没有该vip等级", ""},
	"catalog.need_sku":         {10010, "%v有多种规格,请选择规格", ""},
	"catalog.no_sku":           {10010, "%v没有该规格", ""},

	// cart
	"manager.check_what":      {1004, "请检查是否传递了cart_id或者product_id", ""},
	"manager.nothing_checked": {10010, "没有选中任何商品", ""},
	"manager.cart_what":       {1004, "err 请传入cart_id或者product_id", ""},
	"manager.cart_fields":     {1004, "缺少cart_id或者缺少quantity", ""},
	"manager.add_fields":      {1004, "缺少product_id或者缺少quantity", ""},
	"manager.in_cart":         {10010, "购物车已存在该商品", ""},
	"manager.not_sold":        {10020, "商品已下架或者不存在", ""},
	"manager.no_stock":        {10010, "%v库存不足", ""},
	"cart.quantity":           {10010, "商品数量应在1到%v之间", ""},
	"cart.full":               {10010, "购物车已满", ""},

	// order
	"manager.quantity":         {10010, "err 传递的quantity必须是数字", ""},
	"manager.no_product":       {10021, "没有该商品", ""},
	"manager.no_order_id":      {1004, "err 没有传入order_id", ""},
	"cart.empty":               {10010, "未选中商品", ""},
	"cart.changed":             {10010, "购物车已被修改,请重新选择", ""},
	"order.empty":              {10010, "未选中商品", ""},
	"order.qty":                {10010, "商品数量超出范围", ""},
	"order.no_address":         {10010, "err 请传入收货地址或者收货电话", ""},
	"order.lower_level":        {10004, "不能充值低等级的vip", ""},
	"order.none":               {1004, "订单不存在", ""},
	"order.not_paid":           {3005, "尚未支付", ""},
	"order.state":              {1006, "订单状态不允许此操作", ""},
	"order.nothing_to_ship":    {1006, "没有可发货的商品", ""},
	"order.returned":           {1006, "订单已经退货", ""},
	"order.claim_open":         {1006, "订单正在售后中", ""},
	"order.no_claim":           {1006, "该订单不能直接退货,请申请售后", ""},
	"manager.status_cancelled": {3002, "订单已取消", ""},
	"manager.status_invalid":   {3003, "无效订单", ""},
	"manager.status_closed":    {3004, "交易关闭", ""},
	"manager.status_unpaid":    {3005, "尚未支付", ""},

	// pay
	"manager.paid":          {1001, "err 订单已经支付", ""},
	"manager.pay_what":      {10010, "err 请传入order_id", ""},
	"manager.pay_no_order":  {1003, "err 订单不存在", ""},
	"manager.pay_closed":    {1004, "err 订单已经关闭", ""},
	"manager.pay_cancelled": {1002, "err 订单已取消", ""},
	"manager.pay_invalid":   {1004, "err 无效订单", ""},
	"manager.merchant":      {1004, "err appid或者mch_id不正确", ""},
	"payment.openid":        {10010, "err 请传入openid", ""},
	"payment.provider":      {500, "没有配置支付", ""},
	"payment.gateway":       {500, "发起支付失败,请稍后再试", ""},
}

// answer is the envelope of an error.
func answer(err error) envelope {
	r := kinds[mall.Internal]
	if e, ok := errors.AsType[*mall.Error](err); ok {
		if r, ok = codes[e.Code]; !ok {
			r = kinds[e.Kind]
		}
		arg := any("")
		if len(e.Args) > 0 {
			arg = e.Args[0]
		}
		r.text = strings.ReplaceAll(r.text, "%v", fmt.Sprint(arg))
	}
	return envelope{Status: r.status, Msg: r.text, Code: r.code}
}
