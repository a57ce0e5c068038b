package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gomall-dev/mall/auth/verify/aliyun"
	"github.com/gomall-dev/mall/httpadapter/manager"
	"github.com/gomall-dev/mall/payment/alipay"
	"github.com/gomall-dev/mall/payment/wechatpay"
)

// options are the flags of the host and what follows from them.
type options struct {
	addr      string
	db        string
	subdomain string
	demo      bool
	sandbox   bool
	files     string
	public    string // "" until the address is known
	routes    bool
	qrWait    time.Duration    // how long a QR code of a login waits for a phone
	gateway   string           // URL of a sandbox gateway in another process, "" for our own
	self      string           // URL of this very process
	now       func() time.Time // nil is the system's clock; tests look ahead
	credentials
}

// errUsage marks errors that end the start with exit code 2.
var errUsage = errors.New("usage")

// segments are first path segments that a tenant cannot have.
var segments = []string{
	"api", "cms", "common", "demo", "dfs", "files", "healthz", "miniprogram_bridge", "jdvop", "notify", "order", "orders", "pay", "region", "sandbox",
	"shop", "static", "subdomain", "upload2", "user", "users", "openapi.json", merchantID,
	"cart", "category", "getloginlog", "manage", "menus", "permission", "product", "role", "sms", "students", "upload", "verify", "weather",
}

// The demo merchant's number is the second name of the tenant.
const (
	merchantNumber = 951
	merchantID     = "951"
)

var subdomain = regexp.MustCompile(`^[a-z0-9-]{2,32}$`)

// parse reads the command line and the environment ("NAME=value"). flag.ErrHelp
// is returned as it is.
func parse(args, environ []string, stderr io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("mall", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "address to listen on; port 0 takes a free one")
	f.StringVar(&o.db, "db", "mall.db", "SQLite file, or a postgres:// URL")
	f.StringVar(&o.subdomain, "subdomain", "mall", "first path segment of the wxapi tenant")
	f.BoolVar(&o.demo, "demo", true, "fill an empty database with demo data")
	f.BoolVar(&o.sandbox, "sandbox", true, "play WeChat, SMS, mail and the payment gateway")
	f.StringVar(&o.files, "files", "", "folder of uploaded files (default <db>.files, with PostgreSQL mall-files)")
	f.StringVar(&o.public, "public", "", "base URL under which clients reach this host (default http://ADDR)")
	f.BoolVar(&o.routes, "routes", false, "print the route table and end")
	f.StringVar(&o.gateway, "gateway", "", "URL of a sandbox gateway that runs as a process of its own")
	f.DurationVar(&o.qrWait, "qrwait", time.Minute, "how long the QR code of a login waits for a phone")
	if err := f.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, fmt.Errorf("%w: %w", errUsage, err)
	}
	o.credentials = readCredentials(environ)
	return o, o.complete(f.Args())
}

// complete fills in what follows from other options and refuses what does not go together.
func (o *options) complete(rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("%w: unexpected argument %q", errUsage, rest[0])
	case !subdomain.MatchString(o.subdomain):
		return fmt.Errorf("%w: -subdomain %q does not match %s", errUsage, o.subdomain, subdomain)
	case slices.Contains(segments, o.subdomain):
		return fmt.Errorf("%w: -subdomain %q is a path segment in use", errUsage, o.subdomain)
	case o.qrWait <= 0:
		return fmt.Errorf("%w: -qrwait %s is no time to wait", errUsage, o.qrWait)
	case o.sandbox && o.credentials.any():
		return fmt.Errorf("%w: %s is set together with -sandbox=true", errUsage, strings.Join(o.credentials.set, ", "))
	}
	o.public = strings.TrimRight(o.public, "/")
	if err := o.credentials.check(o.public); err != nil {
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	if o.files == "" {
		o.files = o.db + ".files"
		if o.postgres() {
			o.files = "mall-files"
		}
	}
	return nil
}

// postgres says whether -db names a PostgreSQL server.
func (o *options) postgres() bool {
	return strings.HasPrefix(o.db, "postgres://") || strings.HasPrefix(o.db, "postgresql://")
}

// credentials are the real parties of the host, from the environment.
type credentials struct {
	wechatAppID, wechatSecret string // of the mini program
	// of the account by which people log in at the management back end: page is
	// "authorize" for an official account, "qrconnect" for a website application
	wechatWebAppID, wechatWebSecret, wechatWebPage string
	wxpaySettings                                  map[string]string // MALL_WXPAY_* without that prefix
	wxpay                                          *wechatpay.Config // what they say, nil without any
	alipaySettings                                 map[string]string // MALL_ALIPAY_* without that prefix
	alipay                                         *alipay.Config    // what they say, nil without any
	smsSettings                                    map[string]string // MALL_SMS_ALIYUN_* without that prefix
	sms                                            *aliyun.Client    // of these, nil without any
	set                                            []string          // names of the variables that are set
}

func (c credentials) any() bool { return len(c.set) > 0 }

// readCredentials takes MALL_WECHAT_*, MALL_WXPAY_*, MALL_ALIPAY_* and
// MALL_SMS_ALIYUN_* out of the environment.
func readCredentials(environ []string) credentials {
	c := credentials{wxpaySettings: map[string]string{}, alipaySettings: map[string]string{}, smsSettings: map[string]string{}}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		wxpay, ofPay := strings.CutPrefix(name, wxpayPrefix)
		ali, ofAli := strings.CutPrefix(name, alipayPrefix)
		sms, ofSMS := strings.CutPrefix(name, smsPrefix)
		if value == "" || !ofPay && !ofAli && !ofSMS && !strings.HasPrefix(name, "MALL_WECHAT_") {
			continue
		}
		c.set = append(c.set, name)
		if ofPay {
			c.wxpaySettings[wxpay] = value
		}
		if ofAli {
			c.alipaySettings[ali] = value
		}
		if ofSMS {
			c.smsSettings[sms] = value
		}
		switch name {
		case "MALL_WECHAT_APPID":
			c.wechatAppID = value
		case "MALL_WECHAT_SECRET":
			c.wechatSecret = value
		case "MALL_WECHAT_WEB_APPID":
			c.wechatWebAppID = value
		case "MALL_WECHAT_WEB_SECRET":
			c.wechatWebSecret = value
		case "MALL_WECHAT_WEB_PAGE":
			c.wechatWebPage = value
		}
	}
	slices.Sort(c.set)
	return c
}

// check refuses credentials of which a part is missing or wrong. public is the
// base URL to which WeChat Pay and Alipay can send notifications.
func (c *credentials) check(public string) error {
	if (c.wechatAppID == "") != (c.wechatSecret == "") {
		return errors.New("MALL_WECHAT_APPID and MALL_WECHAT_SECRET belong together")
	}
	if (c.wechatWebAppID == "") != (c.wechatWebSecret == "") {
		return errors.New("MALL_WECHAT_WEB_APPID and MALL_WECHAT_WEB_SECRET belong together")
	}
	if p := c.wechatWebPage; p != "" && (p != "authorize" && p != "qrconnect" || c.wechatWebAppID == "") {
		return errors.New("MALL_WECHAT_WEB_PAGE is authorize or qrconnect, beside MALL_WECHAT_WEB_APPID")
	}
	if len(c.smsSettings) > 0 {
		sms, err := smsClient(c.smsSettings)
		if err != nil {
			return err
		}
		c.sms, c.smsSettings = sms, nil
	}
	if len(c.alipaySettings) > 0 {
		alipay, err := alipayConfig(c.alipaySettings, public)
		if err != nil {
			return err
		}
		c.alipay, c.alipaySettings = &alipay, nil
	}
	if len(c.wxpaySettings) == 0 {
		return nil
	}
	wxpay, err := wxpayConfig(c.wxpaySettings, public, c.wechatAppID)
	if err != nil {
		return err
	}
	c.wxpay, c.wxpaySettings = &wxpay, nil
	return nil
}

// managerConfig names the merchant of WeChat Pay, so that clients of the
// management back end that send another one are refused. Service providers
// have several.
func (o *options) managerConfig() manager.Config {
	if o.wxpay == nil || o.wxpay.Partner {
		return manager.Config{}
	}
	return manager.Config{AppID: o.wxpay.AppID, Merchant: o.wxpay.MerchantID}
}
