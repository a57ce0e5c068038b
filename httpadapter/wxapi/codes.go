package wxapi

import (
	"errors"
	"fmt"

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
	"money.invalid":      {300, "金额格式不正确"},
	"endpoint.required":  {300, "缺少参数:%v"},
	"endpoint.too_long":  {300, "参数过长:%v"},
	"endpoint.text":      {300, "参数含有非法字符:%v"},
	"endpoint.too_many":  {300, "参数过多"},
	"endpoint.body":      {300, "请求内容无法解析"},
	"endpoint.too_large": {300, "请求内容过大"},
	"wxapi.none":         {700, "暂无数据"},

	// auth

	// catalog, cart
	"cart.no_line":  {700, "购物车中没有该商品"},
	"cart.empty":    {700, "购物车是空的"},
	"cart.changed":  {10000, "购物车已变动,请刷新后重试"},
	"cart.quantity": {300, "购买数量必须在1到%v之间"},
	"cart.full":     {20001, "购物车最多放%v种商品"},

	// order, marketing

	// payment, wallet

	// cms
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

// fill puts arguments into a text; verbs without argument are cut off with the
// mark before them, arguments without verb are left out.
func fill(text string, args []any) string {
	n := 0
	for i := 0; i+1 < len(text); i++ {
		if text[i] == '%' && text[i+1] == 'v' {
			n++
		}
	}
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
