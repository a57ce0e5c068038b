package main

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
)

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// pageData is what the start page shows.
type pageData struct {
	Public    string
	Subdomain string
	Merchant  string
	AppID     string
	Demo      bool
	Sandbox   bool
}

// page is the start page, drawn once.
func page(d pageData) (http.Handler, error) {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, d); err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'self'; style-src 'unsafe-inline'")
		_, _ = w.Write(b.Bytes())
	}), nil
}
