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

	// upload
	"manager.no_picture": {1005, "没有上传图片", ""},
	"file.type":          {1005, "只能上传jpg,png,gif格式的图片", ""},
	"file.broken":        {1005, "图片已损坏", ""},
	"file.empty":         {1005, "没有上传图片", ""},
	"file.pixels":        {1005, "图片尺寸过大", ""},
	"file.too_large":     {1005, "图片太大", ""},
	"file.visitors":      {10010, "上传次数过多,请先登入", ""},

	// order
	"order.none":            {1004, "订单不存在", ""},
	"order.not_paid":        {3005, "尚未支付", ""},
	"order.state":           {1006, "订单状态不允许此操作", ""},
	"order.nothing_to_ship": {1006, "没有可发货的商品", ""},
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
