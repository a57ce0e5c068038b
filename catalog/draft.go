package catalog

import (
	"slices"

	"github.com/gomall-dev/mall"
)

// Draft is goods as staff write them. The fields of Goods that the service
// writes itself are ignored.
type Draft struct {
	Goods      Goods // ID 0: new
	Content    string
	Extra      map[string]string
	Pics       []string     // nil: the main picture alone
	Properties []Property   // values included; nil: none. Those without ID are matched by name
	SKUs       []SKUDraft   // one per combination of options sold; exactly one without properties
	Addons     []AddonGroup // groups and items without ID are new
	Reason     string       // for the log of stock and prices
}

// SKUDraft is a SKU as staff write it.
type SKUDraft struct {
	Options     []string // names of values, one per property in their order
	Price       mall.Money
	Original    mall.Money // 0: as Price
	Score       int64
	Weight      int64 // grams
	Code        string
	BarCode     string
	Pic         string
	LevelPrices map[mall.ID]mall.Money
	Stock       *int64 // available pieces or Unlimited; nil leaves it as it is, 0 when new
}

const (
	maxSKUs     = 500
	maxValues   = 100
	maxPics     = 50
	maxContent  = 1 << 20 // bytes
	maxExtra    = 200
	maxSteps    = 20
	maxAddons   = 100
	maxPoints   = 1_000_000_000
	maxCoupons  = 100
	maxGrams    = 1_000_000_000
	maxSortSize = 1_000_000_000
	maxDays     = 3650 // of a membership
)

// clean brings a draft into its final form or refuses it.
func (d *Draft) clean() error {
	g := &d.Goods
	if g.Kind == "" {
		g.Kind = Parcel
	}
	g.term()
	g.MinBuy = max(g.MinBuy, 1)
	if len(d.Pics) == 0 && g.Pic != "" {
		d.Pics = []string{g.Pic}
	}
	if g.Pic == "" && len(d.Pics) > 0 {
		g.Pic = d.Pics[0]
	}
	if err := d.checkGoods(); err != nil {
		return err
	}
	if err := d.checkProperties(); err != nil {
		return err
	}
	for i := range d.SKUs {
		if err := d.checkSKU(&d.SKUs[i]); err != nil {
			return err
		}
	}
	return d.checkAddons()
}

// term gives memberships that name no days their 30: 0 would be for ever.
func (g *Goods) term() {
	if g.Level != 0 && g.LevelDays == 0 {
		g.LevelDays = 30
	}
}

func (d *Draft) checkGoods() error {
	g := &d.Goods
	for _, t := range []struct {
		field, text string
		least, most int
	}{
		{"name", g.Name, 1, 200}, {"subtitle", g.Subtitle, 0, 200}, {"characteristic", g.Selling, 0, 500}, {"tags", g.Tags, 0, 500},
		{"barCode", g.BarCode, 0, 64}, {"unit", g.Unit, 0, 20}, {"hours", g.Hours, 0, 100}, {"purchaseNotes", g.BuyInfo, 0, 5000},
		{"videoId", g.VideoID, 0, 200}, {"reason", d.Reason, 0, 500},
	} {
		if err := checkText(t.field, t.text, t.least, t.most); err != nil {
			return err
		}
	}
	if field := g.badTerm(); field != "" {
		return mall.ErrInvalid.With(field)
	}
	kinds := []Kind{Parcel, PickUp, Voucher, Content, Membership, Seat, Dish}
	switch {
	case !slices.Contains(kinds, g.Kind):
		return mall.ErrInvalid.With("kind")
	case g.MinBuy > MaxQty:
		return mall.ErrInvalid.With("minBuyNumber")
	case slices.ContainsFunc(g.AfterSale, func(t int) bool { return t < 0 || t > 2 }):
		return mall.ErrInvalid.With("afterSale")
	case !g.SaleTo.IsZero() && !g.SaleTo.After(g.SaleFrom):
		return mall.ErrInvalid.With("dateEnd")
	case g.Level != 0 && g.Kind != Membership || g.Level < 0:
		return mall.ErrInvalid.With("level")
	case g.LevelDays < 0 || g.LevelDays > maxDays:
		return mall.ErrInvalid.With("levelDays")
	case g.GotScore < 0 || g.GotScore > maxPoints:
		return mall.ErrInvalid.With("gotScore")
	case g.MaxCoupons < 0 || g.MaxCoupons > maxCoupons:
		return mall.ErrInvalid.With("maxCoupons")
	case g.Sort < -maxSortSize || g.Sort > maxSortSize:
		return mall.ErrInvalid.With("paixu")
	case len(d.Content) > maxContent:
		return mall.ErrInvalid.With("content")
	case len(d.Extra) > maxExtra:
		return mall.ErrInvalid.With("extJson")
	case len(d.Pics) > maxPics || slices.ContainsFunc(d.Pics, badURL) || g.Pic != "" && badURL(g.Pic):
		return mall.ErrInvalid.With("pics")
	case len(g.Steps) > maxSteps:
		return mall.ErrInvalid.With("priceMultilevels")
	}
	for i, s := range g.Steps {
		if !price(s.Price) || s.From < 1 || s.From > MaxQty || i > 0 && s.From <= g.Steps[i-1].From {
			return mall.ErrInvalid.With("priceMultilevels")
		}
	}
	return nil
}

func (d *Draft) checkProperties() error {
	if len(d.Properties) > maxOptions {
		return mall.ErrInvalid.With("properties")
	}
	if len(d.Properties) == 0 && len(d.SKUs) != 1 || len(d.SKUs) < 1 || len(d.SKUs) > maxSKUs {
		return mall.ErrInvalid.With("skuList")
	}
	seen := map[string]bool{}
	for _, p := range d.Properties {
		if err := checkText("properties", p.Name, 1, 50); err != nil || seen[p.Name] || len(p.Values) == 0 || len(p.Values) > maxValues {
			return mall.ErrInvalid.With("properties")
		}
		seen[p.Name] = true
		values := map[string]bool{}
		for _, v := range p.Values {
			if err := checkText("properties", v.Name, 1, 50); err != nil || values[v.Name] || v.Pic != "" && badURL(v.Pic) {
				return mall.ErrInvalid.With("properties")
			}
			values[v.Name] = true
		}
	}
	combinations := map[string]bool{}
	for _, k := range d.SKUs {
		if len(k.Options) != len(d.Properties) {
			return mall.ErrInvalid.With("skuList")
		}
		joined := ""
		for i, name := range k.Options {
			if !slices.ContainsFunc(d.Properties[i].Values, func(v Value) bool { return v.Name == name }) {
				return mall.ErrInvalid.With("skuList")
			}
			joined += name + "\x00"
		}
		if combinations[joined] {
			return mall.ErrInvalid.With("skuList")
		}
		combinations[joined] = true
	}
	return nil
}

func (d *Draft) checkSKU(k *SKUDraft) error {
	if k.Original == 0 {
		k.Original = k.Price
	}
	switch {
	case !price(k.Price) || !price(k.Original):
		return mall.ErrInvalid.With("price")
	case k.Score < 0 || k.Score > maxPoints:
		return mall.ErrInvalid.With("score")
	case k.Weight < 0 || k.Weight > maxGrams:
		return mall.ErrInvalid.With("weight")
	case len(k.Code) > 64 || len(k.BarCode) > 64 || k.Pic != "" && badURL(k.Pic):
		return mall.ErrInvalid.With("skuList")
	}
	for _, p := range k.LevelPrices {
		if !price(p) {
			return mall.ErrInvalid.With("price")
		}
	}
	return nil
}

func (d *Draft) checkAddons() error {
	n := 0
	for _, g := range d.Addons {
		if err := checkText("addition", g.Name, 1, 50); err != nil || len(g.Items) == 0 {
			return mall.ErrInvalid.With("addition")
		}
		for _, a := range g.Items {
			if err := checkText("addition", a.Name, 1, 50); err != nil || !price(a.Price) {
				return mall.ErrInvalid.With("addition")
			}
			n++
		}
	}
	if n > maxAddons {
		return mall.ErrInvalid.With("addition")
	}
	return nil
}
