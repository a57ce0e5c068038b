// Command gateway is the sandbox payment gateway as a process of its own, with
// its books in a file, for tests in which the shop dies and the gateway does not:
//
//	go run ./examples/mall/gateway -addr 127.0.0.1:9090 -notify http://127.0.0.1:8080/notify/wxpay
//	go run ./examples/mall -gateway http://127.0.0.1:9090
//
// GET /sandbox/books lists its orders.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/gomall-dev/mall/examples/mall/sandbox"
	"github.com/gomall-dev/mall/payment/paytest"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:9090", "address to listen on; port 0 takes a free one")
	file := flag.String("books", "gateway.books", "file of the books")
	notify := flag.String("notify", "http://127.0.0.1:8080/notify/"+sandbox.Provider, "where notifications go")
	flag.Parse()
	log.Fatal(serve(*addr, *file, *notify))
}

func serve(addr, file, notify string) error {
	books, err := sandbox.OpenFileBooks(file)
	if err != nil {
		return err
	}
	defer books.Close()
	gateway, err := paytest.NewGateway(books, paytest.Config{NotifyURL: notify, Secret: sandbox.Secret})
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/sandbox/", gateway)
	mux.HandleFunc("GET /sandbox/books", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(books.All()); err != nil {
			log.Print(err)
		}
	})
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Println("listening on http://" + listener.Addr().String())
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	return server.Serve(listener)
}
