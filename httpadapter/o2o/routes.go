package o2o

import "github.com/gomall-dev/mall/httpadapter/endpoint"

// routes is the index of the API in the order of the document, extensions last.
// Visitor routes need a token, Buyer routes one whose openid has an account.
func (a *api) routes() []endpoint.Route {
	return []endpoint.Route{
		// login
		endpoint.Any("/wxLogin", endpoint.Public, "微信登陆接口", a.wxLogin),
		endpoint.Any("/login", endpoint.Visitor, "登陆接口(绑定手机号)", a.login),
		endpoint.POST("/loginWithSceneId", endpoint.Visitor, "使用场景ID快捷登陆", a.loginWithSceneID),
		endpoint.Any("/sms/verify_code", endpoint.Visitor, "短信接口", a.smsVerifyCode),

		// area
		endpoint.GET("/area/tree", endpoint.Visitor, "获取地区列表(树形结构)", a.areaTree),
		endpoint.GET("/area/cities/withHot", endpoint.Visitor, "获取城市及热门城市列表", a.cities),
		endpoint.GET("/area/cites/withHot", endpoint.Visitor, "获取城市及热门城市列表(旧路径)", a.cities),
		endpoint.GET("/area/getByGps", endpoint.Visitor, "根据经纬度获取所在城市", a.byGPS),

		// merchant
		endpoint.GET("/merchant/categories/tree", endpoint.Visitor, "获取商家类别列表", a.merchantCategories),
		endpoint.GET("/merchants", endpoint.Visitor, "获取商家列表", a.merchants),
		endpoint.GET("/merchant/detail", endpoint.Visitor, "商户详情", a.merchantDetail),

		// goods
		endpoint.GET("/goods", endpoint.Visitor, "商品列表", a.goodsList),
		endpoint.GET("/goods/detail", endpoint.Visitor, "商品详情", a.goodsDetail),

		// order
		endpoint.GET("/orders", endpoint.Buyer, "订单列表", a.orders),
		endpoint.GET("/order/detail", endpoint.Visitor, "订单详情", a.orderDetail).Allow("user", payer),
		endpoint.POST("/order/buy", endpoint.Buyer, "下单接口", a.orderBuy),
		endpoint.POST("/order/refund", endpoint.Buyer, "退款接口", a.orderRefund),

		// extensions
		endpoint.POST("/order/pay", endpoint.Visitor, "支付已有订单", a.orderPay).Allow("user", payer),
		endpoint.POST("/order/cancel", endpoint.Buyer, "取消订单", a.orderCancel),
		endpoint.POST("/verification", endpoint.Buyer, "商家核销", a.verification),
		endpoint.POST("/logout", endpoint.Visitor, "退出登陆", a.logout),
	}
}
