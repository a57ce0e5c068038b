package manager

import "github.com/gomall-dev/mall/httpadapter/endpoint"

// routes is the index of the API in the order of the document.
func (a *api) routes() []endpoint.Route {
	return []endpoint.Route{
		// users
		endpoint.POST("/users/login", endpoint.Public, "用户登入", a.login),

		// order
		endpoint.Any("/order/ship", endpoint.Staff, "发货配送", a.ship),
	}
}
