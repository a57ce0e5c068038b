// Command browsertest plays the page for staff and the page of payments across
// mini programs in headless Chromium against the example host. Run it in the
// module after "npm ci" in this folder:
//
//	go run ./examples/mall/browsertest
//
// MALL_CHROMIUM names the browser; default is /usr/bin/chromium.
// PostgreSQL is found as sdktest of wxapi finds it. With MALL_SCREENSHOTS, a
// folder, the pages are left there as pictures.
package main

import "github.com/gomall-dev/mall/httpadapter/apitest/nodetest"

func main() { nodetest.Main("examples/mall/browsertest") }
