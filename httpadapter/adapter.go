package httpadapter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/token"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
	"github.com/gomall-dev/mall/httpadapter/manager"
	"github.com/gomall-dev/mall/httpadapter/o2o"
	"github.com/gomall-dev/mall/httpadapter/wxapi"
)

// AdapterConfig says what New mounts and how.
type AdapterConfig struct {
	// Subdomain is wxapi's tenant segment, ^[a-z0-9-]{2,32}$; default "mall".
	Subdomain string
	// MerchantID is the number under which wxapi's clients know the shop; 0: none.
	MerchantID mall.ID
	// Public is the base URL under which clients reach the server, without a
	// trailing slash, "https://shop.example"; empty: addresses are relative.
	Public string
	// Enable lists the APIs to mount; default wxapi, and manager if it has keys.
	// FaceO2O is served under /api/user and /miniprogram_bridge/pay.
	Enable []mall.Face
	// ManagerKeys sign manager's tokens, the first one new ones; at least 32
	// bytes each. There is no default key.
	ManagerKeys []token.Key
	// Manager are the options of the management back end. Its keys, clock and
	// public address are those above unless it names its own.
	Manager manager.Config
	// O2O are the options of the O2O mini program's API.
	O2O o2o.Config
	// TrustedProxies are the networks whose X-Forwarded-For is believed; none by default.
	TrustedProxies []netip.Prefix
	// CORS by API; none by default.
	CORS map[mall.Face]CORS
	// Limits of one request; zero numbers mean the defaults of endpoint.Limits,
	// and uploads what the file service takes.
	Limits endpoint.Limits
	// Timeout of one request; default 30 s.
	Timeout time.Duration
	// PerAddr is a general limit per client address in this process; none by default.
	PerAddr Rate
	// Logger takes a line a request; default slog.Default().
	Logger *slog.Logger
}

// Adapter serves the documented APIs over a set of services.
type Adapter struct {
	mux  *endpoint.Mux
	cfg  AdapterConfig
	addr func(*http.Request) string
	rate *buckets
}

// errBusy is the answer to an address that asks too often.
var errBusy = mall.E(mall.Limit, "http.rate", "too many requests")

// New mounts the APIs named in c. It starts nothing and opens nothing; a wrong
// configuration or a clash of paths is an error.
func New(svc *Services, c AdapterConfig) (*Adapter, error) {
	if svc == nil {
		return nil, errors.New("httpadapter: services are missing")
	}
	if c.Subdomain == "" {
		c.Subdomain = "mall"
	}
	if len(c.Enable) == 0 {
		c.Enable = []mall.Face{mall.FaceWXAPI}
		if len(c.ManagerKeys) > 0 {
			c.Enable = append(c.Enable, mall.FaceManager)
		}
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	for face, cors := range c.CORS {
		if cors.Credentials && slices.Contains(cors.Origins, "*") {
			return nil, fmt.Errorf("httpadapter: CORS of %s: credentials are not allowed for every origin", face)
		}
	}
	c.Public = strings.TrimRight(c.Public, "/")
	if c.Limits.Upload <= 0 {
		c.Limits.Upload = svc.Files.MaxBytes() + 1<<20
	}
	a := &Adapter{cfg: c, addr: clientAddr(c.TrustedProxies)}
	if c.PerAddr.PerSecond > 0 {
		a.rate = newBuckets(c.PerAddr)
	}
	a.mux = endpoint.NewMux(endpoint.Options{Limits: c.Limits, Timeout: c.Timeout, Logger: c.Logger, Addr: a.addr})
	if err := a.mount(svc); err != nil {
		return nil, fmt.Errorf("httpadapter: %w", err)
	}
	return a, nil
}

func (a *Adapter) mount(svc *Services) error {
	for _, face := range a.cfg.Enable {
		var err error
		switch face {
		case mall.FaceWXAPI:
			err = wxapi.Mount(a.mux, svc.wxapi(), wxapi.Config{Subdomain: a.cfg.Subdomain, MerchantID: a.cfg.MerchantID, Public: a.cfg.Public})
		case mall.FaceManager:
			err = manager.Mount(a.mux, svc.manager(), a.manager(svc))
		case mall.FaceO2O:
			err = o2o.Mount(a.mux, svc.o2o(), a.cfg.O2O)
		default:
			err = fmt.Errorf("no API %q", face)
		}
		if err != nil {
			return err
		}
	}
	if err := a.mux.Handle(http.MethodPost, "/notify/{provider}", "notices of payment providers", notices(svc.Payments, a.cfg.Logger)); err != nil {
		return err
	}
	return a.mux.Handle(http.MethodGet, "/files/{key}", "uploaded files", files(svc.Files, a.cfg.Logger))
}

// manager is the configuration of the management back end.
func (a *Adapter) manager(svc *Services) manager.Config {
	c := a.cfg.Manager
	if len(c.Token.Keys) == 0 {
		c.Token.Keys = a.cfg.ManagerKeys
	}
	if c.Token.Now == nil {
		c.Token.Now = svc.cfg.Now
	}
	if c.Public == "" {
		c.Public = a.cfg.Public
	}
	c.Sockets.Origins = append(slices.Clone(c.Sockets.Origins), a.cfg.CORS[mall.FaceManager].Origins...)
	return c
}

// Close ends the sockets of clients, refuses new ones and waits for them as
// long as ctx lives. A http.Server waits for requests that wait themselves, so
// its Shutdown needs this beside it (RegisterOnShutdown).
func (a *Adapter) Close(ctx context.Context) error { return a.mux.Close(ctx) }

// Routes lists what is mounted.
func (a *Adapter) Routes() []endpoint.Info { return a.mux.Routes() }

// ServeHTTP serves one request.
func (a *Adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if len(a.cfg.CORS) > 0 {
		if d, ok := a.mux.DialectOf(r.URL.Path); ok && a.cfg.CORS[d.Face()].allow(w, r) {
			w.WriteHeader(http.StatusNoContent)
			return
		}
	}
	if a.rate != nil && !a.rate.take(a.addr(r), time.Now()) {
		if d, ok := a.mux.DialectOf(r.URL.Path); ok {
			w.Header().Set("Cache-Control", "no-store")
			d.Fail(w, r, errBusy)
			return
		}
		http.Error(w, "too many requests", http.StatusTooManyRequests)
		return
	}
	a.mux.ServeHTTP(w, r)
}
