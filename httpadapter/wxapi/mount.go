package wxapi

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

// reserved are first path segments that mean something else.
var reserved = []string{"api", "common", "cms", "jdvop", "files", "notify", "upload2", "subdomain", "region", "sandbox", "healthz", "shop",
	"weather", "upload", "getloginlog", "students", "users", "sms", "verify", "permission", "role", "menus", "category", "product", "cart", "order", "pay", "socket.io", "user", "miniprogram_bridge"}

var subdomain = regexp.MustCompile(`^[a-z0-9-]{2,32}$`)

// Mount adds the API to a mux. The tenant's segment and the merchant id are
// literal path segments:
//
//	/{subdomain}/…                                  every host's paths
//	/{merchant id}/…                                the cms host
//	/api/X/…  /common/X/…  /cms/X/…                 X one of both; tells hosts apart
//	/subdomain/…  /common/region/…  /upload2        paths without a tenant
//	/jdvop/{merchant id}/…                          the supplier's goods: none
//
// Every other path below these is answered with code 404.
func Mount(mux *endpoint.Mux, d Deps, cfg Config) error {
	if !subdomain.MatchString(cfg.Subdomain) || slices.Contains(reserved, cfg.Subdomain) {
		return fmt.Errorf("wxapi: subdomain %q: %w", cfg.Subdomain, mall.ErrInvalid.With("Subdomain"))
	}
	a := &api{Deps: d, cfg: cfg, now: mall.Clock(d.Now)}
	names := []string{cfg.Subdomain}
	if cfg.MerchantID > 0 {
		names = append(names, fmt.Sprint(int64(cfg.MerchantID)))
	}
	tenant, root := a.tenant(), a.root()
	dia := dialect{d.Auth}
	put := func(prefix string, f form, routes []endpoint.Route) error {
		return mux.Mount(endpoint.Place{Dialect: dia, Prefix: prefix, Name: string(f)}, routes...)
	}
	for i, name := range names {
		f := formPlain
		if i > 0 {
			f = formCMS
		}
		for _, p := range []struct {
			prefix string
			form   form
		}{{"/" + name, f}, {"/api/" + name, formAPI}, {"/common/" + name, formCommon}, {"/cms/" + name, formCMS}} {
			if err := put(p.prefix, p.form, tenant); err != nil {
				return err
			}
		}
		if err := put("/jdvop/"+name, formJDVop, a.jdvop()); err != nil {
			return err
		}
		if err := mux.Own(dia, "/"+name); err != nil {
			return err
		}
	}
	for _, prefix := range []string{"/api", "/common", "/cms", "/jdvop"} {
		if err := mux.Own(dia, prefix); err != nil {
			return err
		}
	}
	if err := put("", formRoot, root); err != nil {
		return err
	}
	return mux.Own(dia, "")
}
