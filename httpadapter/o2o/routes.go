package o2o

import "github.com/gomall-dev/mall/httpadapter/endpoint"

// routes is the index of the API in the order of the document, extensions last.
// Visitor routes need a token, Buyer routes one whose openid has an account.
func (a *api) routes() []endpoint.Route {
	return []endpoint.Route{
		// login

		// area

		// merchant

		// goods

		// order

		// extensions
	}
}
