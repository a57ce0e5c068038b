package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// storm is many shoppers who buy at once, from hosts that may die at any
// moment. What a host has acknowledged is noted and must never be lost.
type storm struct {
	hosts   []string // base URLs
	gateway string   // where the payer settles
	goods   []stormGoods
	client  *http.Client

	mu      sync.Mutex
	paid    map[int64]bool    // orders that orderPay has acknowledged
	settled map[string]string // out_trade_no -> outcome of what the gateway has settled
	placed  int
	papers  map[string]int // acknowledged withdrawals, deposits and bills, by path
	refused map[string]int // refusals by what was said
	served  []int          // acknowledged orders by host
}

type stormGoods struct {
	id      int64
	options string
}

func newStorm(gateway string, hosts ...string) *storm {
	return &storm{
		hosts: hosts, gateway: gateway, client: &http.Client{Timeout: 10 * time.Second},
		paid: map[int64]bool{}, settled: map[string]string{}, refused: map[string]int{}, papers: map[string]int{}, served: make([]int, len(hosts)),
	}
}

// envelope is an answer of wxapi.
type envelope struct {
	Code int             `json:"code"`
	Msg  string          `json:"msg"`
	Data json.RawMessage `json:"data"`
}

// errRefused is an answer with a code other than 0.
var errRefused = errors.New("refused")

// call posts a form to a host and decodes data into out.
func (s *storm) call(ctx context.Context, base, path string, form url.Values, out any) error {
	return s.decode(ctx, http.MethodPost, base, path, form, out)
}

func (s *storm) decode(ctx context.Context, verb, base, path string, form url.Values, out any) error {
	var e envelope
	if err := s.send(ctx, verb, base+"/mall"+path, form, &e); err != nil {
		return err
	}
	if e.Code != 0 {
		s.note(func() { s.refused[path+" "+e.Msg]++ })
		return fmt.Errorf("%s: %w: %d %s", path, errRefused, e.Code, e.Msg)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(e.Data, out)
}

// send is one request; the fields of a GET go into its query.
func (s *storm) send(ctx context.Context, verb, target string, form url.Values, out any) error {
	body := form.Encode()
	if verb == http.MethodGet {
		target, body = target+"?"+body, ""
	}
	req, err := http.NewRequestWithContext(ctx, verb, target, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: HTTP %d", target, res.StatusCode)
	}
	return json.NewDecoder(res.Body).Decode(out)
}

// browse finds the goods that the shoppers buy.
func (s *storm) browse(ctx context.Context) error {
	var page struct {
		Result []struct {
			ID          int64  `json:"id"`
			PropertyIDs string `json:"propertyIds"`
			HasAddition bool   `json:"hasAddition"`
			Limitation  bool   `json:"limitation"`
			ShopID      int64  `json:"shopId"`
		} `json:"result"`
	}
	if err := s.call(ctx, s.hosts[0], "/shop/goods/list/v2", url.Values{"pageSize": {"50"}}, &page); err != nil {
		return err
	}
	for _, g := range page.Result {
		if g.PropertyIDs == "" && !g.HasAddition && !g.Limitation && g.ShopID == 0 {
			s.goods = append(s.goods, stormGoods{id: g.ID})
		}
	}
	if len(s.goods) < 5 {
		return fmt.Errorf("only %d plain goods", len(s.goods))
	}
	return nil
}

// rage lets shoppers buy until ctx ends. Failures are part of the play: a
// dying host answers nothing, and stock runs out.
func (s *storm) rage(ctx context.Context, shoppers int, seed uint64) {
	var wg sync.WaitGroup
	for i := range shoppers {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			host := i % len(s.hosts)
			for ctx.Err() == nil {
				if err := s.buy(ctx, host, i, rng); err != nil && !errors.Is(err, errRefused) {
					pause(ctx, 20*time.Millisecond) // the host is down
				}
			}
		})
	}
	wg.Wait()
}

// pause waits a moment unless ctx ends.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// buy is one visit of a shopper: recharge now and then, orders, their payment,
// and something else that moves the balance.
func (s *storm) buy(ctx context.Context, host, shopper int, rng *rand.Rand) error {
	base := s.hosts[host]
	var login struct {
		Token string `json:"token"`
	}
	if err := s.call(ctx, base, "/user/wxapp/authorize", url.Values{"code": {"sandbox:storm-" + strconv.Itoa(shopper)}}, &login); err != nil {
		return err
	}
	if rng.IntN(4) == 0 {
		if err := s.online(ctx, base, url.Values{"token": {login.Token}, "money": {"150"}, "payName": {"充值"}}); err != nil {
			return err
		}
	}
	for range 5 {
		if err := s.order(ctx, host, login.Token, rng); err != nil {
			return err
		}
		if err := s.paper(ctx, base, login.Token, rng); err != nil && !errors.Is(err, errRefused) {
			return err
		}
	}
	return nil
}

// paper asks for a withdrawal, leaves a deposit or pays a bill, from the balance.
func (s *storm) paper(ctx context.Context, base, token string, rng *rand.Rand) error {
	path, form := "/user/withdrawal/apply", url.Values{"token": {token}, "money": {"21.50"}}
	switch rng.IntN(6) {
	case 0:
	case 1:
		path, form = "/deposit/pay", url.Values{"token": {token}, "amount": {"5"}, "refCode": {strconv.FormatUint(rng.Uint64(), 36)}}
	case 2:
		path, form = "/payBill/pay", url.Values{"token": {token}, "money": {"7.77"}}
	default:
		return nil
	}
	err := s.call(ctx, base, path, form, nil)
	if err == nil {
		s.note(func() { s.papers[path]++ })
	}
	return err
}

// order places an order and, mostly, pays it in one of two ways.
func (s *storm) order(ctx context.Context, host int, token string, rng *rand.Rand) error {
	base := s.hosts[host]
	lines := []map[string]any{}
	for range 1 + rng.IntN(2) {
		g := s.goods[rng.IntN(len(s.goods))]
		lines = append(lines, map[string]any{"goodsId": g.id, "number": 1 + rng.IntN(2), "propertyChildIds": g.options})
	}
	body, err := json.Marshal(lines)
	if err != nil {
		return err
	}
	var placed struct {
		ID         int64       `json:"id"`
		AmountReal json.Number `json:"amountReal"`
	}
	err = s.call(ctx, base, "/order/create", url.Values{
		"token": {token}, "goodsJsonStr": {string(body)}, "peisongType": {"kd"}, "linkMan": {"张三"}, "mobile": {"13800000000"},
		"provinceId": {"330000000000"}, "cityId": {"330100000000"}, "districtId": {"330106000000"}, "address": {"文三路 1 号"},
	}, &placed)
	if err != nil {
		return err
	}
	s.note(func() { s.placed++ })
	id := strconv.FormatInt(placed.ID, 10)
	switch rng.IntN(10) {
	case 0: // left alone: a sweep ends it
		return nil
	case 1:
		return s.call(ctx, base, "/order/close", url.Values{"token": {token}, "orderId": {id}}, nil)
	case 2, 3, 4, 5:
		if err := s.call(ctx, base, "/order/pay", url.Values{"token": {token}, "orderId": {id}}, nil); err == nil || !errors.Is(err, errRefused) {
			if err == nil {
				s.note(func() { s.paid[placed.ID] = true; s.served[host]++ })
			}
			return err
		}
	}
	return s.gatewayPay(ctx, host, token, id, placed.AmountReal)
}

// gatewayPay pays what the balance does not cover at the gateway.
func (s *storm) gatewayPay(ctx context.Context, host int, token, id string, price json.Number) error {
	var amounts struct {
		Balance json.Number `json:"balance"`
	}
	if err := s.decode(ctx, http.MethodGet, s.hosts[host], "/user/amount", url.Values{"token": {token}}, &amounts); err != nil {
		return err
	}
	due, have := fenOf(price), fenOf(amounts.Balance)
	if have >= due {
		return nil // the balance pays such an order, not the gateway
	}
	return s.online(ctx, s.hosts[host], url.Values{
		"token": {token}, "money": {yuanOf(due - max(have, 0))}, "payName": {"支付订单"}, "nextAction": {`{"type":0,"id":` + id + `}`},
	})
}

// online opens a payment and settles it at the gateway.
func (s *storm) online(ctx context.Context, base string, form url.Values) error {
	var params struct {
		Package    string `json:"package"`
		OutTradeID string `json:"outTradeId"`
	}
	if err := s.call(ctx, base, "/pay/wx/wxapp", form, &params); err != nil {
		return err
	}
	var settled struct {
		State string `json:"trade_state"`
	}
	prepay, outcome := strings.TrimPrefix(params.Package, "prepay_id="), ""
	if strings.HasSuffix(params.OutTradeID, "7") {
		outcome = "duplicate" // the notice comes three times, two of them at once
	}
	if err := s.send(ctx, http.MethodPost, s.gateway+"/sandbox/pay", url.Values{"prepay_id": {prepay}, "outcome": {outcome}}, &settled); err != nil {
		return err
	}
	if settled.State == "SUCCESS" {
		s.note(func() { s.settled[params.OutTradeID] = settled.State })
	}
	return nil
}

func (s *storm) note(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fn()
}

// fenOf and yuanOf convert between the wire's yuan and fen, in integers.
func fenOf(n json.Number) int64 {
	text, minus := strings.CutPrefix(n.String(), "-")
	whole, frac, _ := strings.Cut(text, ".")
	fen, err := strconv.ParseInt(whole+(frac + "00")[:2], 10, 64)
	if err != nil {
		return 0
	}
	if minus {
		return -fen
	}
	return fen
}

func yuanOf(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }
