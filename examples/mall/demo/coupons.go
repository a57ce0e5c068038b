package demo

import (
	"context"

	"github.com/gomall-dev/mall/marketing/coupon"
)

// coupons writes one template of each kind: to be claimed, by password and
// bought; two of the first become one that is worth more.
func (f filler) coupons(ctx context.Context) error {
	claimed := coupon.Draft{Terms: coupon.Terms{Name: "满 50 减 5", Type: "新人", Listed: true, PerAccount: 3},
		Promise: coupon.Promise{Min: 500, Max: 500, Threshold: 5000, Start: coupon.AtOnce, Days: 30}, Total: 10_000}
	percent := coupon.Draft{Terms: coupon.Terms{Name: "九折券", Type: "口令", Listed: true, PerAccount: 1, Password: "mall"},
		Promise: coupon.Promise{Percent: true, Min: 1000, Max: 1000, Most: 2000, Start: coupon.AtOnce, Days: 7}, Total: 10_000}
	bought := coupon.Draft{Terms: coupon.Terms{Name: "8 元运费券", Type: "运费", Listed: true, Price: 500},
		Promise: coupon.Promise{Min: 800, Max: 800, FreightOnly: true, Start: coupon.AtOnce, Days: 30}, Total: coupon.Unlimited}
	merged := coupon.Draft{Terms: coupon.Terms{Name: "满 50 减 12", Type: "合成"},
		Promise: coupon.Promise{Min: 1200, Max: 1200, Threshold: 5000, Start: coupon.AtOnce, Days: 30}, Total: 1_000}
	rule := coupon.MergeRule{Name: "二合一", Open: true}
	for _, d := range []coupon.Draft{claimed, percent, bought, merged} {
		t, err := f.svc.Coupons.Create(ctx, f.who, d)
		if err != nil {
			return err
		}
		switch d.Name {
		case claimed.Name:
			rule.Inputs = []coupon.Part{{Template: t.ID, Qty: 2}}
		case merged.Name:
			rule.Outputs = []coupon.Part{{Template: t.ID, Qty: 1}}
		}
	}
	_, err := f.svc.Coupons.SaveMergeRule(ctx, f.who, rule)
	return err
}
