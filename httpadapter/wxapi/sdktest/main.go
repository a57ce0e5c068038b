// Command sdktest plays the story of a shopper by the unmodified npm SDK
// against the example host, on SQLite and on a throw-away PostgreSQL cluster.
// Run it in the module after "npm ci" in this folder:
//
//	go run ./httpadapter/wxapi/sdktest
//
// MALL_SDK_POSTGRES_DSN names an empty database to use instead of a cluster.
// Without server binaries the PostgreSQL part is skipped, visibly, unless
// MALL_REQUIRE_POSTGRES is 1. Further arguments go to node.
package main

import "github.com/gomall-dev/mall/httpadapter/apitest/nodetest"

func main() { nodetest.Main("httpadapter/wxapi/sdktest") }
