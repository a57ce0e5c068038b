package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/examples/mall/sandbox"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/alipay"
	"github.com/gomall-dev/mall/payment/wechatpay"
	"github.com/gomall-dev/mall/storage/postgres"
	"github.com/gomall-dev/mall/storage/postgres/postgresdb"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/sqlite/sqlitedb"
)

// openStore opens and migrates the database of -db.
func openStore(ctx context.Context, o options, log *slog.Logger) (sandbox.DB, error) {
	if o.postgres() {
		s, err := postgres.Open(ctx, o.db, &postgres.Options{Migrate: true, Logger: log})
		if err != nil {
			return sandbox.DB{}, err
		}
		return sandbox.DB{Store: s, Postgres: true, Prefix: postgresdb.DefaultSchema + "."}, nil
	}
	s, err := sqlite.Open(ctx, o.db, &sqlite.Options{Migrate: true, Logger: log})
	if err != nil {
		return sandbox.DB{}, err
	}
	return sandbox.DB{Store: s, Prefix: sqlitedb.DefaultPrefix}, nil
}

// assemble wires the services to the outside parties: the sandbox's, or real ones.
func (s *host) assemble(ctx context.Context, o options) (err error) {
	ports := httpadapter.Ports{Blobs: s.blobs}
	cfg := httpadapter.Config{Logger: s.log, Public: o.public, Now: o.now}
	cfg.QRLogin.Scan = o.qrWait
	if o.sandbox {
		if s.sandbox, err = sandbox.New(ctx, s.store, s.log); err != nil {
			return fmt.Errorf("sandbox: %w", err)
		}
		ports.WeChat, ports.SMS, ports.Mail = sandbox.WeChat{}, s.sandbox, s.sandbox
		ports.QRLogin, ports.Weather = sandbox.Phone{Public: o.public}, sandbox.Weather{}
		gateway, err := s.sandbox.Gateway(o.self, o.gateway)
		if err != nil {
			return fmt.Errorf("sandbox: %w", err)
		}
		ports.Providers = map[string]payment.Provider{sandbox.Provider: gateway}
		cfg.Captcha.Reveal = s.sandbox.Reveal
		cfg.Site.AppIDs = []string{sandbox.AppID}
	} else if o.wechatAppID != "" {
		cfg.Site.AppIDs = []string{o.wechatAppID}
		ports.WeChat, err = wechat.New(wechat.Config{
			Secrets: map[string]string{o.wechatAppID: o.wechatSecret}, Tx: s.store, Tokens: s.store.AppTokens(), Now: o.now,
		})
		if err != nil {
			return err
		}
	}
	if o.wechatWebAppID != "" {
		ports.QRLogin, err = wechat.NewOAuth(wechat.OAuthConfig{
			AppID: o.wechatWebAppID, Secret: o.wechatWebSecret, Website: o.wechatWebPage == "qrconnect", Redirect: o.public + "/users/wechatCallBack",
		})
		if err != nil {
			return err
		}
	}
	if o.sms != nil {
		ports.SMS = o.sms
	}
	if s.sandbox == nil {
		if ports.Providers, err = providers(o, s.log); err != nil {
			return err
		}
	}
	cfg.Operator.Default.AppID = o.appid()
	if s.svc, err = httpadapter.Assemble(s.store, ports, cfg); err != nil {
		return err
	}
	if s.sandbox != nil {
		s.sandbox.Attach(s.svc)
	}
	return nil
}

// providers are the real payment providers that the settings name.
func providers(o options, log *slog.Logger) (map[string]payment.Provider, error) {
	list := map[string]payment.Provider{}
	if o.wxpay != nil {
		c := *o.wxpay
		c.Now, c.Logger = o.now, log
		p, err := wechatpay.New(c)
		if err != nil {
			return nil, err
		}
		list[wxpayProvider] = p
	}
	if o.alipay != nil {
		c := *o.alipay
		c.Now, c.Logger = o.now, log
		p, err := alipay.New(c)
		if err != nil {
			return nil, err
		}
		list[alipayProvider] = p
	}
	return list, nil
}
