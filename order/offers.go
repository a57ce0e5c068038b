package order

import (
	"context"
	"slices"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing"
)

// basket shows the draft to the sources of offers as it stands now.
func (d *draft) basket(stage marketing.Stage) marketing.Basket {
	o := d.o
	b := marketing.Basket{Stage: stage, Buyer: o.Buyer, Level: o.Level, Shop: o.Shop, At: d.at, Region: o.Address.Region(),
		Freight: o.Freight, Wanted: d.in.Offers, Applied: d.Applied, Browse: d.browse}
	for i := range o.Lines {
		l := &o.Lines[i]
		unit := l.PriceUnit
		if stage == marketing.Activity {
			unit = max(unit-d.items[i].AddonUnit, 0)
		}
		b.Lines = append(b.Lines, marketing.Line{OrderLine: l.ID, Goods: l.Goods, SKU: l.SKU, Category: l.Category,
			Shop: l.Shop, Qty: l.Qty, Unit: unit, Payable: l.Payable, MaxCoupons: max(d.items[i].Goods.MaxCoupons, 1)})
	}
	return b
}

// ask lets every source of a stage quote and applies what it grants.
func (d *draft) ask(ctx context.Context, stage marketing.Stage, apply func(b marketing.Basket, f marketing.Offer) mall.Money) error {
	for _, src := range d.cfg.Offers {
		if !slices.Contains(src.Stages(), stage) {
			continue
		}
		b := d.basket(stage)
		a, err := src.Quote(ctx, b)
		if err != nil {
			return err
		}
		for _, f := range a.Offers {
			f.Source = src.Name()
			f.Amount = apply(b, f)
			d.Applied = append(d.Applied, f)
			d.used[f.Source] = append(d.used[f.Source], f)
		}
		for _, r := range a.Refused {
			r.Source = src.Name()
			d.Refused = append(d.Refused, r)
		}
		for _, f := range a.Usable {
			f.Source = src.Name()
			d.Usable = append(d.Usable, f)
		}
	}
	return nil
}

func activities(ctx context.Context, d *draft) error {
	return d.ask(ctx, marketing.Activity, func(b marketing.Basket, f marketing.Offer) mall.Money {
		var sum mall.Money
		for i, each := range f.Pieces[:min(len(f.Pieces), len(d.o.Lines))] {
			l := &d.o.Lines[i]
			before := l.Payable
			l.cutUnit(f.Source, f.Ref, min(each, b.Lines[i].Unit))
			sum += before - l.Payable
		}
		return sum
	})
}

// offers is the step of the pipeline that takes whole amounts off goods or freight.
func offers(stage marketing.Stage) func(context.Context, *draft) error {
	return func(ctx context.Context, d *draft) error {
		return d.ask(ctx, stage, func(_ marketing.Basket, f marketing.Offer) mall.Money {
			if stage == marketing.Goods {
				return d.o.cutGoods(f.Source, f.Ref, f.Amount, f.Lines)
			}
			return d.o.cutFreight(f.Source, f.Ref, f.Amount)
		})
	}
}

// unmet notes the wanted offers that no source has spoken about.
func (d *draft) unmet() error {
	for _, w := range d.in.Offers {
		source, ref, _ := strings.Cut(w, ":")
		said := slices.ContainsFunc(d.Applied, func(f marketing.Offer) bool { return f.Source == source && f.Ref == ref }) ||
			slices.ContainsFunc(d.Refused, func(r marketing.Refusal) bool { return r.Source == source && r.Ref == ref })
		if !said {
			d.Refused = append(d.Refused, marketing.Refusal{Source: source, Ref: ref, Reason: ErrNoCoupon.With(ref)})
		}
	}
	return nil
}

// unused are the wanted offers that the draft did not apply: another part of
// the checkout may.
func (d *draft) unused() []string {
	return slices.DeleteFunc(slices.Clone(d.in.Offers), func(w string) bool {
		return slices.ContainsFunc(d.Applied, func(f marketing.Offer) bool { return f.Source+":"+f.Ref == w })
	})
}

// insist is the error of a wanted offer that none of the drafts applied; the
// reason of the part whose source knows it best comes first.
func insist(left []string, ds []*draft) error {
	var unknown error
	for _, d := range ds {
		for _, r := range d.Refused {
			switch {
			case !slices.Contains(left, r.Source+":"+r.Ref):
			case r.Reason.Code != ErrNoCoupon.Code:
				return ErrOffer.With(r.Ref, r.Reason.Code).Because(r.Reason)
			case unknown == nil:
				unknown = r.Reason
			}
		}
	}
	return unknown
}

// redeem uses the applied offers up, source by source.
func (d *draft) redeem(ctx context.Context) error {
	for _, src := range d.cfg.Offers {
		if fs := d.used[src.Name()]; len(fs) > 0 {
			if err := src.Redeem(ctx, d.o.ID, d.o.Buyer, fs); err != nil {
				return err
			}
		}
	}
	return nil
}
