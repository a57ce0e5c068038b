package alipay

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// methodBill asks where the bill of a day lies.
const methodBill = "alipay.data.dataservice.bill.downloadurl.query"

// billQuery is its content. The type "trade" is the bill of trades; the other
// one, "signcustomer", tells of the account's money and not of which refund it is.
type billQuery struct {
	Type string `json:"bill_type"`
	Date string `json:"bill_date"`
}

// Bill implements payment.Biller by the bill of trades of a day in UTC+8, which
// is there from about nine in the morning of the next. Alipay answers the same
// for a day without trades as for a bill that is not made yet: it is
// payment.ErrBillNotReady until the end of the next day, and empty from then on.
// The bill has the trades of all apps of the merchant.
//
// The file is not signed; the answer that tells where it lies is. It is fetched
// from BaseURL's host or, if that is Alipay's, from any of Alipay's.
func (p *Provider) Bill(ctx context.Context, day, merchant string) ([]payment.BillLine, error) {
	from, err := (mall.Calendar{}).ParseDay(day)
	if err != nil {
		return nil, err
	}
	if err := p.begin(ctx, merchant); err != nil {
		return nil, err
	}
	over := from.AddDate(0, 0, 1)
	if p.now().Before(over) {
		return nil, payment.ErrBillNotReady.With(day)
	}
	var at struct {
		URL string `json:"bill_download_url"`
	}
	r, err := p.call(ctx, p.cfg.Tries, methodBill, billQuery{Type: "trade", Date: day}, &at)
	switch {
	case err != nil:
		return nil, err
	case r.is(codeNoBill) && p.now().Before(over.AddDate(0, 0, 1)):
		return nil, payment.ErrBillNotReady.With(day)
	case r.is(codeNoBill):
		return nil, nil
	case !r.done():
		return nil, payment.ErrBill.With(r.code).Because(errors.New(r.message))
	}
	file, err := p.download(ctx, at.URL)
	if err != nil {
		return nil, payment.ErrBill.With("download").Because(err)
	}
	lines, err := readBill(file, p.cfg.MaxBill, p.cfg.SellerID, from)
	if err != nil {
		return nil, payment.ErrBill.With("form").Because(err)
	}
	return lines, nil
}

// download takes a bill from where an answer says that it lies.
func (p *Provider) download(ctx context.Context, where string) ([]byte, error) {
	u, err := url.Parse(where)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || !p.trusts(u) {
		return nil, errors.New("alipay: bill lies elsewhere than at Alipay")
	}
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("alipay: %w", err)
	}
	return p.do(req, p.cfg.MaxBill)
}

// homes are the domains in which Alipay has its hosts, the sandbox's included.
var homes = []string{".alipay.com", ".alipaydev.com"}

// trusts says whether a bill may lie at an address.
func (p *Provider) trusts(u *url.URL) bool {
	base, err := url.Parse(p.cfg.BaseURL)
	if err != nil {
		return false
	}
	for _, home := range homes {
		if strings.HasSuffix(base.Hostname(), home) && strings.HasSuffix(u.Hostname(), home) {
			return true
		}
	}
	return u.Host == base.Host
}
