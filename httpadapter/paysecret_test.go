package httpadapter_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/alipay"
	"github.com/gomall-dev/mall/payment/deposit"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/payment/wechatpay"
	"github.com/gomall-dev/mall/storage/storagetest"
)

const (
	payAPIKey   = "0123456789abcdef0123456789ABCDEF"
	payPassword = "853071"
	payCode     = "130061098828009402" // of a payer without money
)

// TestPaymentSecrets: over a whole run of payment stories before both real
// gateways, in which much goes wrong, no key, pay password, payment code or
// session gets into the log, into what was refused, into events or the database.
func TestPaymentSecrets(t *testing.T) {
	t.Parallel()
	private, public := rsaPair(t)
	var logged lines
	var gateway *paytest.Gateway
	kit := apitest.New(t, storagetest.SQLite(t), func(p *httpadapter.Ports, c *httpadapter.Config, a *httpadapter.AdapterConfig) {
		c.Logger = slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
		a.Logger = c.Logger
		gateway = realGateways(t, p, c, private, public)
	})
	token := kit.Register("ann")
	s := &payStories{Kit: kit, t: t, gateway: gateway, token: token}
	s.play()

	said := append([]string{logged.String()}, s.refused...)
	require.Contains(t, said[0], "/pay/wx/wxapp", "the log is on")
	require.Contains(t, said[0], "payment: notice refused")
	require.Contains(t, said[0], "no answer that can be trusted")
	require.Greater(t, len(s.refused), 10)
	events, err := kit.Store.Events(t.Context(), 0, 1000)
	require.NoError(t, err)
	require.NotEmpty(t, events)
	for _, e := range events {
		said = append(said, string(e.Facts))
	}
	body := strings.Join(strings.Split(private, "\n")[2:4], "")
	secrets := []string{payAPIKey, fmt.Sprintf("%x", payAPIKey), body[10:60], strings.Split(private, "\n")[3], payPassword, payCode, token, kit.Secret}
	for _, secret := range secrets {
		for _, text := range said {
			require.NotContains(t, text, secret)
		}
	}
	require.Empty(t, storagetest.Grep(t, kit.Store, secrets...))
}

// rsaPair is a key pair of merchants, PEM.
func rsaPair(t *testing.T) (private, public string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	pub, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pub}))
}

// realGateways puts WeChat Pay and Alipay before a simulator of both.
func realGateways(t *testing.T, p *httpadapter.Ports, c *httpadapter.Config, private, public string) *paytest.Gateway {
	const mch, serial, app, seller = "1900009191", "3775B6A45ACD588826D15E583A95F5DD12345678", "2021000122671080", "2088102122524333"
	keys, err := paytest.NewPlatformKeys(c.Now())
	require.NoError(t, err)
	aliKeys, err := paytest.NewAlipayKeys()
	require.NoError(t, err)
	gateway, err := paytest.NewGateway(paytest.NewBooks(), paytest.Config{Now: c.Now,
		WeChat: &paytest.WeChat{MerchantID: mch, AppIDs: []string{apitest.AppID}, Serial: serial, PublicKey: public, APIv3Key: payAPIKey, Keys: keys},
		Alipay: &paytest.Alipay{AppID: app, SellerID: seller, PublicKey: public, Keys: aliKeys}})
	require.NoError(t, err)
	server := httptest.NewServer(gateway)
	t.Cleanup(server.Close)
	id, text := keys.PublicKey()
	wx, err := wechatpay.New(wechatpay.Config{AppID: apitest.AppID, MerchantID: mch, Serial: serial, PrivateKey: payment.Secret(private), APIv3Key: payAPIKey,
		PublicKeyID: id, PublicKey: text, NotifyURL: c.Public + "/notify/wxpay", BaseURL: server.URL, Timeout: time.Second, Pause: time.Millisecond, Now: c.Now, Logger: c.Logger})
	require.NoError(t, err)
	ali, err := alipay.New(alipay.Config{AppID: app, SellerID: seller, PrivateKey: payment.Secret(private), AlipayPublicKey: aliKeys.PublicKey(),
		NotifyURL: c.Public + "/notify/alipay", BaseURL: server.URL + "/gateway.do", Timeout: time.Second, Pause: time.Millisecond, Now: c.Now, Logger: c.Logger})
	require.NoError(t, err)
	p.Providers = map[string]payment.Provider{"wxpay": wx, "alipay": ali}
	return gateway
}

// payStories are all ways of paying, most of which go wrong.
type payStories struct {
	*apitest.Kit
	t       *testing.T
	gateway *paytest.Gateway
	token   string
	refused []string // bodies of what was refused
}

// try sends a request of the payer and keeps its answer if it is a refusal.
func (s *payStories) try(path string, f apitest.Fields) apitest.Envelope {
	s.t.Helper()
	e, err := s.Send("POST", path, with(f, "token", s.token))
	require.NoError(s.t, err)
	if e.Code != 0 {
		s.refused = append(s.refused, e.Body)
	}
	return e
}

func (s *payStories) play() {
	t := s.t
	ways := map[string]apitest.Fields{"pay/wx/wxapp": {"money": "50", "openid": "o1"}, "pay/alipay/gate/qrcode": {"money": "50"}}
	for path, f := range ways {
		e := s.try(path, f).OK(t)
		for _, o := range []paytest.Outcome{paytest.WrongAmount, paytest.WrongMerchant, paytest.WrongKey, paytest.BadSignature, paytest.Stale, paytest.Pays, paytest.Replay} {
			_, err := s.gateway.Pay(t.Context(), e.Get("outTradeId"), o)
			require.NoError(t, err, o)
		}
	}
	s.try("pay/wx/paymentCode", apitest.Fields{"money": "1", "code": payCode})
	s.try("pay/wx/paymentCode", apitest.Fields{"money": "1", "code": "2" + payCode})
	for _, notice := range []string{"wxpay", "alipay"} {
		res, err := http.Post(s.Server.URL+"/notify/"+notice, "application/json", strings.NewReader(`{"id":"x","token":"`+s.token+`"}`))
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
	}

	s.try("user/paypwd/set", apitest.Fields{"pwd": payPassword}).OK(t)
	for path, f := range map[string]apitest.Fields{"payBill/pay": {"money": "3"}, "deposit/pay": {"amount": "20"}, "user/withdrawal/apply": {"money": "10"}} {
		s.try(path, with(f, "pwd", payPassword+"9"))
		s.try(path, with(f, "pwd", payPassword)).OK(t)
	}
	s.try("user/paypwd/modify", apitest.Fields{"pwdOld": "9" + payPassword, "pwdNew": payPassword})
	s.try("user/withdrawal/apply", apitest.Fields{"money": "100000", "pwd": payPassword})

	e := s.try("pay/wx/wxapp", apitest.Fields{"money": "500", "openid": "o1", "nextAction": `{"type":5,"amount":500}`})
	if e.Code != 0 { // the balance pays its share
		a, err := s.Wallets.Amounts(t.Context(), s.Buyer(s.token).Account)
		require.NoError(t, err)
		e = s.try("pay/wx/wxapp", apitest.Fields{"money": (50_000 - a.Balance).String(), "openid": "o1", "nextAction": `{"type":5,"amount":500}`}).OK(t)
	}
	_, err := s.gateway.Pay(t.Context(), e.Get("outTradeId"), paytest.Pays)
	require.NoError(t, err)
	list, err := s.Deposits.ListOf(t.Context(), s.Buyer(s.token), deposit.Filter{States: []deposit.State{deposit.Paid}}, mall.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 2)
	s.broken(ways)
	for _, d := range list.Items {
		_, err := s.Deposits.Return(t.Context(), mall.System(), d.ID, 0)
		require.NoError(t, err)
	}
	for _, f := range []paytest.Fault{paytest.Garbage, paytest.BadSign, paytest.None} {
		for _, op := range []paytest.Op{paytest.OpRefund, paytest.OpRefundQuery, paytest.OpQuery, paytest.OpBill} {
			s.gateway.Fault(op, f)
		}
		s.Clock.Advance(25 * time.Hour)
		if err := s.Sweep(t.Context()); err != nil {
			s.refused = append(s.refused, err.Error())
		}
	}
	require.NoError(t, s.Sweep(t.Context()))
}

// broken asks the gateways while their answers cannot be trusted.
func (s *payStories) broken(ways map[string]apitest.Fields) {
	for _, f := range []paytest.Fault{paytest.Lost, paytest.HangUp, paytest.Refuses, paytest.Stumbles, paytest.Garbage, paytest.BadSign, paytest.OldSign} {
		s.gateway.Fault(paytest.OpCreate, f)
		for path, in := range ways {
			s.try(path, in)
		}
	}
	s.gateway.Fault(paytest.OpCreate, paytest.None)
}
