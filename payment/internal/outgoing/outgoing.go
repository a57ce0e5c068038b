// Package outgoing is how payment providers reach their gateway when the host
// gives them no client.
package outgoing

import (
	"net/http"
	"sync"
)

// maxIdle is how many idle connections to one gateway are kept. The standard two
// would make a shop with more payments at a time open and close connections,
// with a handshake each, all the time.
const maxIdle = 64

// Transport is http.DefaultTransport as it is at the first call, but for maxIdle.
// One that a host has put in its place is taken as it is.
var Transport = sync.OnceValue(func() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t := standard.Clone()
	t.MaxIdleConnsPerHost = maxIdle
	return t
})
