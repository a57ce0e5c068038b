// Command sockettest plays the login by QR code with the unmodified
// socket.io-client from npm against the example host: one process on SQLite,
// two on PostgreSQL, where the phone meets the other one. Run it in the module
// after "npm ci" in this folder:
//
//	go run ./httpadapter/manager/sockettest
//
// PostgreSQL is found as sdktest of wxapi finds it.
package main

import "github.com/gomall-dev/mall/httpadapter/apitest/nodetest"

func main() { nodetest.Main("httpadapter/manager/sockettest") }
