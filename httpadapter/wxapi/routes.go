package wxapi

import "github.com/gomall-dev/mall/httpadapter/endpoint"

// tenant is the index of the API: what is served below a tenant's segment, in
// the order of the document. The text of a route is the name of its SDK method.
// The ways to pay online follow from a table of their own, payWays.
func (a *api) tenant() []endpoint.Route {
	return append([]endpoint.Route{
		// site
		endpoint.GET("/site/statistics", endpoint.Public, "siteStatistics", a.siteStatistics),
		endpoint.GET("/order/statistics", endpoint.Buyer, "orderStatisticsv2", a.orderStatisticsv2),

		// banner
		endpoint.GET("/banner/list", endpoint.Public, "banners", a.banners).Cached(),

		// notice
		endpoint.GET("/notice/last-one", endpoint.Public, "noticeLastOne", a.noticeLastOne),
		endpoint.POST("/notice/list", endpoint.Public, "noticeList", a.noticeList),
		endpoint.GET("/notice/detail", endpoint.Public, "noticeDetail", a.noticeDetail),

		// config
		endpoint.GET("/config/vipLevel", endpoint.Public, "vipLevel", a.vipLevel),
		endpoint.GET("/config/value", endpoint.Public, "queryConfigValue", a.queryConfigValue).Cached(),
		endpoint.GET("/config/values", endpoint.Public, "queryConfigBatch", a.queryConfigBatch).Cached(),

		// json_store
		endpoint.POST("/json/set", endpoint.Optional, "jsonSet", a.jsonSet),
		endpoint.POST("/json/list", endpoint.Optional, "jsonList", a.jsonList),
		endpoint.POST("/json/delete", endpoint.Buyer, "jsonDelete", a.jsonDelete),

		// dfs
		endpoint.POST("/dfs/upload/file", endpoint.Buyer, "uploadFile", a.uploadFile),

		// verification
		endpoint.GET("/verification/pic/get", endpoint.Public, "graphValidateCodeUrl", a.graphValidateCodeUrl),
		endpoint.POST("/verification/pic/check", endpoint.Public, "graphValidateCodeCheck", a.graphValidateCodeCheck),
		endpoint.GET("/verification/sms/get", endpoint.Public, "smsValidateCode", a.smsValidateCode),
		endpoint.POST("/verification/sms/check", endpoint.Public, "smsValidateCodeCheck", a.smsValidateCodeCheck),

		// register
		endpoint.GET("/user/check-referrer", endpoint.Public, "checkReferrer", a.checkReferrer),
		endpoint.POST("/user/wxapp/authorize", endpoint.Public, "authorize", a.authorize),
		endpoint.POST("/user/wxapp/register/simple", endpoint.Public, "register_simple", a.registerSimple),
		endpoint.POST("/user/wxapp/register/complex", endpoint.Public, "register_complex", a.registerComplex),
		endpoint.POST("/user/username/register", endpoint.Public, "register_username", a.registerUsername),
		endpoint.POST("/user/m/register", endpoint.Public, "register_mobile", a.registerMobile),

		// login
		endpoint.POST("/user/wxapp/login", endpoint.Public, "login_wx", a.loginWx),
		endpoint.POST("/user/username/login", endpoint.Public, "login_username", a.loginUsername),
		endpoint.POST("/user/m/login", endpoint.Public, "login_mobile", a.loginMobile),
		endpoint.POST("/user/m/loginMobile", endpoint.Public, "loginMobileSmsCode", a.loginMobileSmsCode),
		endpoint.GET("/user/check-token", endpoint.Buyer, "checkToken", a.checkToken),
		endpoint.GET("/user/loginout", endpoint.Buyer, "loginout", a.loginout),

		// user
		endpoint.POST("/user/wxapp/bindMobile", endpoint.Buyer, "bindMobileWxapp", a.bindMobileWxapp),
		endpoint.GET("/user/detail", endpoint.Buyer, "userDetail", a.userDetail),
		endpoint.GET("/user/wxinfo", endpoint.Buyer, "userWxinfo", a.userWxinfo),
		endpoint.POST("/user/modify", endpoint.Buyer, "modifyUserInfo", a.modifyUserInfo),

		// user_level
		endpoint.POST("/user/level/list", endpoint.Public, "userLevelList", a.userLevelList),
		endpoint.GET("/user/level/info", endpoint.Public, "userLevelDetail", a.userLevelDetail),
		endpoint.GET("/user/level/prices", endpoint.Public, "userLevelPrices", a.userLevelPrices),
		endpoint.POST("/user/level/buy", endpoint.Buyer, "userLevelBuy", a.userLevelBuy),
		endpoint.POST("/user/level/buyLogs", endpoint.Buyer, "userLevelBuyLogs", a.userLevelBuyLogs),

		// address
		endpoint.POST("/user/shipping-address/list/v2", endpoint.Buyer, "queryAddressV2", a.queryAddressV2),
		endpoint.GET("/user/shipping-address/list", endpoint.Buyer, "queryAddress (older SDKs)", a.queryAddress),
		endpoint.POST("/user/shipping-address/add", endpoint.Buyer, "addAddress", a.addAddress),
		endpoint.POST("/user/shipping-address/update", endpoint.Buyer, "updateAddress", a.updateAddress),
		endpoint.GET("/user/shipping-address/default/v2", endpoint.Buyer, "defaultAddress", a.defaultAddress),
		endpoint.GET("/user/shipping-address/detail/v2", endpoint.Buyer, "addressDetail", a.addressDetail),
		endpoint.POST("/user/shipping-address/delete", endpoint.Buyer, "deleteAddress", a.deleteAddress),

		// cms
		endpoint.GET("/cms/category/list", endpoint.Public, "cmsCategories", a.cmsCategories).Cached(),
		endpoint.GET("/cms/category/info", endpoint.Public, "cmsCategoryDetail", a.cmsCategoryDetail),
		endpoint.POST("/cms/news/list", endpoint.Optional, "cmsArticles", a.cmsArticles),
		endpoint.POST("/cms/news/list/v2", endpoint.Public, "cmsArticlesV3", a.cmsArticlesV3),
		endpoint.GET("/cms/news/detail/v2", endpoint.Optional, "cmsArticleDetailV2", a.cmsArticleDetail),

		// goods_category
		endpoint.GET("/shop/goods/category/all", endpoint.Public, "goodsCategory", a.goodsCategory),
		endpoint.GET("/shop/goods/category/info", endpoint.Public, "goodsCategoryDetail", a.goodsCategoryDetail),

		// goods
		endpoint.POST("/shop/goods/list", endpoint.Public, "goods", a.goods),
		endpoint.GET("/shop/goods/detail", endpoint.Optional, "goodsDetail", a.goodsDetail),
		endpoint.GET("/shop/goods/limitation", endpoint.Public, "goodsLimitations", a.goodsLimitations),
		endpoint.GET("/shop/goods/goodsAddition", endpoint.Public, "goodsAddition", a.goodsAddition),
		endpoint.POST("/shop/goods/price", endpoint.Optional, "goodsPriceV2", a.goodsPriceV2),
		endpoint.GET("/shop/goods/price/freight", endpoint.Public, "goodsPriceFreight", a.goodsPriceFreight),
		endpoint.GET("/shop/goods/rebate/v2", endpoint.Buyer, "goodsRebate", a.goodsRebate),
		endpoint.POST("/shop/goods/reputation", endpoint.Public, "goodsReputation", a.goodsReputation),
		endpoint.GET("/site/goods/dynamic", endpoint.Public, "goodsDynamic", a.goodsDynamic),

		// goods_fav
		endpoint.POST("/shop/goods/fav/add", endpoint.Buyer, "goodsFavPut", a.goodsFavPut),
		endpoint.GET("/shop/goods/fav/check", endpoint.Buyer, "goodsFavCheck", a.goodsFavCheck),
		endpoint.POST("/shop/goods/fav/list", endpoint.Buyer, "goodsFavList", a.goodsFavList),
		endpoint.POST("/shop/goods/fav/delete", endpoint.Buyer, "goodsFavDelete", a.goodsFavDelete),

		// goods_history
		endpoint.POST("/shop/goods/his/list", endpoint.Buyer, "myBuyGoodsHis", a.myBuyGoodsHis),
		endpoint.POST("/shop/goods/his/delete", endpoint.Buyer, "myBuyGoodsHisDelete", a.myBuyGoodsHisDelete),

		// cart
		endpoint.GET("/shopping-cart/info", endpoint.Buyer, "shippingCarInfo", a.shippingCarInfo),
		endpoint.POST("/shopping-cart/add", endpoint.Buyer, "shippingCarInfoAddItem", a.shippingCarInfoAddItem),
		endpoint.POST("/shopping-cart/modifyNumber", endpoint.Buyer, "shippingCarInfoModifyNumber", a.shippingCarInfoModifyNumber),
		endpoint.POST("/shopping-cart/remove", endpoint.Buyer, "shippingCarInfoRemoveItem", a.shippingCarInfoRemoveItem),
		endpoint.POST("/shopping-cart/select", endpoint.Buyer, "shippingCartSelected", a.shippingCartSelected),
		endpoint.POST("/shopping-cart/empty", endpoint.Buyer, "shippingCarInfoRemoveAll", a.shippingCarInfoRemoveAll),

		// order
		endpoint.POST("/order/create", endpoint.Buyer, "orderCreate", a.orderCreate),
		endpoint.POST("/order/close", endpoint.Buyer, "orderClose", a.orderClose),
		endpoint.POST("/order/delete", endpoint.Buyer, "orderDelete", a.orderDelete),
		endpoint.POST("/order/pay", endpoint.Buyer, "orderPay", a.orderPay),
		endpoint.POST("/order/delivery", endpoint.Buyer, "orderDelivery", a.orderDelivery),
		endpoint.POST("/order/hx", endpoint.Buyer, "orderHXV2", a.orderHXV2),
		endpoint.POST("/order/list", endpoint.Buyer, "orderList", a.orderList),
		endpoint.GET("/order/detail", endpoint.Buyer, "orderDetail", a.orderDetail),
		endpoint.POST("/order/reputation", endpoint.Buyer, "orderReputation", a.orderReputation),
		endpoint.GET("/order/refund", endpoint.Buyer, "orderRefunds", a.orderRefunds),

		// refund
		endpoint.POST("/order/refundApply/apply", endpoint.Buyer, "refundApply", a.refundApply),
		endpoint.GET("/order/refundApply/info", endpoint.Buyer, "refundApplyDetail", a.refundApplyDetail),
		endpoint.POST("/order/refundApply/cancel", endpoint.Buyer, "refundApplyCancel", a.refundApplyCancel),

		// coupon
		endpoint.GET("/discounts/coupons", endpoint.Optional, "coupons", a.coupons),
		endpoint.GET("/discounts/detail", endpoint.Public, "couponDetail", a.couponDetail),
		endpoint.POST("/discounts/fetch", endpoint.Buyer, "fetchCoupons", a.fetchCoupons),
		endpoint.GET("/discounts/my", endpoint.Buyer, "myCoupons", a.myCoupons),
		endpoint.GET("/discounts/merge/list", endpoint.Public, "mergeCouponsRules", a.mergeCouponsRules),
		endpoint.POST("/discounts/merge", endpoint.Buyer, "mergeCoupons", a.mergeCoupons),
		endpoint.POST("/discounts/send", endpoint.Buyer, "sendCoupons", a.sendCoupons),
		endpoint.POST("/discounts/exchange", endpoint.Buyer, "exchangeCoupons", a.exchangeCoupons),

		// kanjia
		endpoint.GET("/shop/goods/kanjia/set/v2", endpoint.Public, "kanjiaSet", a.none),

		// pay_password
		endpoint.POST("/user/paypwd/set", endpoint.Buyer, "setPayPassword", a.setPayPassword),
		endpoint.POST("/user/paypwd/modify", endpoint.Buyer, "modifyPayPassword", a.modifyPayPassword),
		endpoint.POST("/user/paypwd/reset", endpoint.Public, "resetPayPassword", a.resetPayPassword),

		// asset
		endpoint.GET("/user/amount", endpoint.Buyer, "userAmount", a.userAmount),

		// pay
		endpoint.GET("/user/recharge/send/rule", endpoint.Public, "rechargeSendRules", a.rechargeSendRules),
		endpoint.POST("/user/payLogs", endpoint.Buyer, "payLogs", a.payLogs),
		endpoint.GET("/pay/query", endpoint.Buyer, "payQuery", a.payQuery),
		endpoint.POST("/pay/wxsph/getpaymentparams", endpoint.Buyer, "wxSphGetpaymentparams", a.wxSphGetpaymentparams),

		// cashlog
		endpoint.POST("/user/cashLog/v2", endpoint.Buyer, "cashLogsV2", a.cashLogs),

		// withdraw
		endpoint.POST("/user/withDraw/apply", endpoint.Buyer, "withDrawApplyV2", a.withDrawApply),
		endpoint.POST("/user/withdrawal/apply", endpoint.Buyer, "withDrawApplyV3", a.withDrawApply),
		endpoint.POST("/user/withDraw/list", endpoint.Buyer, "withDrawLogs", a.withDrawLogs),
		endpoint.POST("/user/withdrawal/list", endpoint.Buyer, "withDrawLogsV2", a.withDrawLogsV2),
		endpoint.GET("/user/withDraw/detail", endpoint.Buyer, "withDrawDetail", a.withDrawDetail),
		endpoint.GET("/user/withdrawal/requestMerchantTransfer", endpoint.Buyer, "wxpayRequestMerchantTransferV2", a.wxpayRequestMerchantTransferV2),

		// paybill
		endpoint.GET("/payBill/discounts", endpoint.Public, "payBillDiscounts", a.payBillDiscounts),
		endpoint.POST("/payBill/pay", endpoint.Buyer, "payBillV2", a.payBill),

		// invoice
		endpoint.POST("/invoice/apply", endpoint.Buyer, "invoiceApply", a.invoiceApply),
		endpoint.POST("/invoice/list", endpoint.Buyer, "invoiceList", a.invoiceList),
		endpoint.GET("/invoice/info", endpoint.Buyer, "invoiceDetail", a.invoiceDetail),

		// deposit
		endpoint.POST("/deposit/pay", endpoint.Buyer, "payDeposit", a.payDeposit),
		endpoint.POST("/deposit/payStatus", endpoint.Buyer, "payStatusDepositV2", a.payStatusDeposit),
		endpoint.POST("/deposit/list", endpoint.Buyer, "depositList", a.depositList),
		endpoint.GET("/deposit/info", endpoint.Buyer, "depositInfo", a.depositInfo),
		endpoint.POST("/deposit/back/apply", endpoint.Buyer, "depositBackApply", a.depositBackApply),

		// wxa_tools
		endpoint.POST("/qrcode/wxa/unlimit", endpoint.Public, "wxaQrcode", a.wxaQrcode),

		// site
		endpoint.GET("/site/adPosition/info", endpoint.Public, "adPosition", a.adPosition),

		// region
		endpoint.GET("/region/province", endpoint.Public, "provinceV2", a.province).Cached(),
		endpoint.GET("/region/child", endpoint.Public, "nextRegionV2", a.nextRegion).Cached(),

		// user
		endpoint.POST("/user/wxapp/bindMobile/v2", endpoint.Buyer, "bindMobileWxappV2", a.bindMobileWxappV2),

		// dfs
		endpoint.POST("/upload2", endpoint.Buyer, "uploadFileV2", a.uploadFile),

		// json_store
		endpoint.POST("/json/top", endpoint.Buyer, "jsonTopv2", a.jsonTop),
		endpoint.POST("/json/highlight", endpoint.Buyer, "jsonHighlightv2", a.jsonHighlight),

		// goods
		endpoint.POST("/shop/goods/list/v2", endpoint.Public, "goodsv2", a.goodsv2),
		endpoint.POST("/shop/goods/reputation/v2", endpoint.Public, "goodsReputationV2", a.goodsReputationV2),
		endpoint.GET("/site/goods/dynamic/v2", endpoint.Public, "goodsDynamicV2", a.goodsDynamicV2),

		// refund
		endpoint.POST("/order/refundApply/setBackLogistics", endpoint.Buyer, "refundApplySetBackLogistics", a.refundApplySetBackLogistics),

		// card
		endpoint.GET("/card/my", endpoint.Buyer, "cardMyList", a.none),
	}, a.payRoutes()...)
}

// root lists the paths without a tenant's segment.
func (a *api) root() []endpoint.Route {
	return []endpoint.Route{
		endpoint.GET("/subdomain/appid/wxapp", endpoint.Public, "fetchSubDomainByWxappAppid", a.fetchSubDomainByWxappAppid),
		endpoint.GET("/common/subdomain/appid/wxapp", endpoint.Public, "fetchSubDomainByWxappAppid", a.fetchSubDomainByWxappAppid),
		endpoint.POST("/upload2", endpoint.Buyer, "uploadFileV2", a.uploadFile),
		endpoint.GET("/common/region/v2/province", endpoint.Public, "province", a.province).Cached(),
		endpoint.GET("/common/region/v2/child", endpoint.Public, "nextRegion", a.nextRegion).Cached(),
	}
}

// jdvop lists the paths of the supplier's goods, of which there are none.
func (a *api) jdvop() []endpoint.Route {
	return []endpoint.Route{
		endpoint.POST("/goods/v2/list", endpoint.Public, "jdvopGoodsListV3", a.none),
		endpoint.GET("/goods/v2/detail", endpoint.Public, "jdvopGoodsDetailV3", a.none),
		endpoint.GET("/goods/v2/skuImages", endpoint.Public, "jdvopGoodsSkuImagesV2", a.none),
		endpoint.POST("/goods/v2/getSkusAllSaleState", endpoint.Public, "jdvopGoodsCheckCanBuyV3", a.none),
		endpoint.GET("/shopping-cart/info", endpoint.Public, "jdvopCartInfoV2", a.none),
		endpoint.POST("/shopping-cart/add", endpoint.Public, "jdvopCartAddV2", a.none),
		endpoint.POST("/shopping-cart/modifyNumber", endpoint.Public, "jdvopCartModifyNumberV2", a.none),
		endpoint.POST("/shopping-cart/remove", endpoint.Public, "jdvopCartRemoveV2", a.none),
		endpoint.POST("/shopping-cart/select", endpoint.Public, "jdvopCartSelectV2", a.none),
	}
}
