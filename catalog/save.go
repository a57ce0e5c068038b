package catalog

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/gomall-dev/mall"
)

// SaveGoods stores goods with everything that belongs to them in one
// transaction, new when its ID is 0, and returns its id. SKUs keep their
// identity by their combination of options; combinations that are not in the
// draft any more leave the shelf with a stock of 0. ErrGone, ErrCategory and
// ErrFreight name what is missing; mall.ErrInvalid names the field.
func (s *Service) SaveGoods(ctx context.Context, who mall.Actor, d Draft) (mall.ID, error) {
	if d.Goods.ID == 0 {
		ids, err := s.Import(ctx, who, []Draft{d})
		if err != nil {
			return 0, err
		}
		return ids[0], nil
	}
	if err := d.clean(); err != nil {
		return 0, err
	}
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.update(ctx, who, d) })
	return d.Goods.ID, err
}

// MaxImport is the longest list of drafts that Import takes.
const MaxImport = 1000

// Import stores new goods in one transaction and few statements, and returns
// their ids in order.
func (s *Service) Import(ctx context.Context, who mall.Actor, drafts []Draft) ([]mall.ID, error) {
	if len(drafts) == 0 || len(drafts) > MaxImport {
		return nil, mall.ErrInvalid.With("drafts")
	}
	drafts = slices.Clone(drafts)
	for i := range drafts {
		if drafts[i].Goods.ID != 0 {
			return nil, mall.ErrInvalid.With("id")
		}
		if err := drafts[i].clean(); err != nil {
			return nil, err
		}
	}
	var ids []mall.ID
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		ids, err = s.create(ctx, who, drafts)
		return err
	})
	return ids, err
}

func (s *Service) create(ctx context.Context, who mall.Actor, drafts []Draft) ([]mall.ID, error) {
	if err := s.checkRefs(ctx, drafts); err != nil {
		return nil, err
	}
	last, err := s.r.Products.LastCode(ctx)
	if err != nil {
		return nil, fmt.Errorf("catalog: import: %w", err)
	}
	at := s.now()
	rows, texts := make([]*Goods, len(drafts)), make([]Text, len(drafts))
	for i, d := range drafts {
		g := d.Goods
		g.Code = nextCode(s.c.Calendar, at, last)
		last = g.Code
		g.CreatedAt, g.UpdatedAt, g.Editor = at, at, 0
		g.Limited, g.Views, g.Orders, g.Sells, g.Favourites, g.Reviews, g.GoodReviews = false, 0, 0, 0, 0, 0, 0
		g.HasAddons = len(d.Addons) > 0
		g.PropertyIDs = nil
		cheapest(&g, d.SKUs)
		rows[i], texts[i] = &g, Text{Content: d.Content, Extra: d.Extra}
	}
	if err := s.r.Products.SetLastCode(ctx, last); err != nil {
		return nil, fmt.Errorf("catalog: import: %w", err)
	}
	if err := s.r.Products.Insert(ctx, rows, texts); err != nil {
		return nil, err
	}
	var skus []*SKU
	var stocks []SKUStock
	ids := make([]mall.ID, len(drafts))
	for i, d := range drafts {
		ids[i] = rows[i].ID
		properties, err := s.putParts(ctx, ids[i], d)
		if err != nil {
			return nil, fmt.Errorf("catalog: import: %w", err)
		}
		if len(properties) > 0 {
			rows[i].PropertyIDs = idsOf(properties)
			if err := s.r.Products.Update(ctx, rows[i], Text{Goods: ids[i], Content: d.Content, Extra: d.Extra}); err != nil {
				return nil, fmt.Errorf("catalog: import: %w", err)
			}
		}
		for _, k := range d.SKUs {
			skus = append(skus, k.sku(ids[i], properties))
			stocks = append(stocks, SKUStock{Available: stockOf(k)})
		}
	}
	if err := s.r.Products.InsertSKUs(ctx, skus); err != nil {
		return nil, fmt.Errorf("catalog: import: %w", err)
	}
	for i, k := range skus {
		stocks[i].SKU = k.ID
	}
	return ids, s.d.Stock.PutSKUs(ctx, who, stocks, drafts[0].Reason)
}

// checkRefs asks for each category and freight template that drafts name.
func (s *Service) checkRefs(ctx context.Context, drafts []Draft) error {
	categories, freights := map[mall.ID]bool{}, map[mall.ID]bool{}
	for _, d := range drafts {
		categories[d.Goods.Category], freights[d.Goods.Freight] = true, true
	}
	for id := range categories {
		if id == 0 {
			continue
		}
		if _, err := s.GetCategory(ctx, id); err != nil {
			return err
		}
	}
	delete(freights, 0)
	if len(freights) == 0 {
		return nil
	}
	found, err := s.r.Freights.ByIDs(ctx, slices.Sorted(maps.Keys(freights)))
	if err != nil {
		return fmt.Errorf("catalog: save: %w", err)
	}
	for id := range freights {
		if found[id] == nil {
			return ErrFreight.With(id)
		}
	}
	return nil
}

// putParts stores pictures, properties and extras, as far as there are any,
// and returns the properties with their ids.
func (s *Service) putParts(ctx context.Context, goods mall.ID, d Draft) ([]Property, error) {
	// One picture that is the main one needs no row of its own.
	if len(d.Pics) > 1 || len(d.Pics) == 1 && d.Pics[0] != d.Goods.Pic || d.Goods.ID != 0 {
		if err := s.r.Products.PutPics(ctx, goods, d.Pics); err != nil {
			return nil, err
		}
	}
	var properties []Property
	if len(d.Properties) > 0 || d.Goods.ID != 0 {
		var err error
		if properties, err = s.putProperties(ctx, goods, d); err != nil {
			return nil, err
		}
	}
	if len(d.Addons) > 0 || d.Goods.ID != 0 {
		if err := s.r.Products.PutAddons(ctx, goods, d.Addons); err != nil {
			return nil, err
		}
	}
	return properties, nil
}

// putProperties gives properties and values that exist under the same name
// their old ids, so that SKUs, carts and links keep theirs.
func (s *Service) putProperties(ctx context.Context, goods mall.ID, d Draft) ([]Property, error) {
	var old []Property
	if d.Goods.ID != 0 {
		var err error
		if old, err = s.r.Products.Properties(ctx, goods); err != nil {
			return nil, err
		}
	}
	properties := slices.Clone(d.Properties)
	for i := range properties {
		p := &properties[i]
		p.Values = slices.Clone(p.Values)
		p.ID = 0
		j := slices.IndexFunc(old, func(o Property) bool { return o.Name == p.Name })
		for k := range p.Values {
			p.Values[k].ID = 0
		}
		if j < 0 {
			continue
		}
		p.ID = old[j].ID
		for k := range p.Values {
			v := &p.Values[k]
			if l := slices.IndexFunc(old[j].Values, func(o Value) bool { return o.Name == v.Name }); l >= 0 {
				v.ID = old[j].Values[l].ID
			}
		}
	}
	return properties, s.r.Products.PutProperties(ctx, goods, properties, s.now())
}

func idsOf(properties []Property) []mall.ID {
	ids := make([]mall.ID, len(properties))
	for i, p := range properties {
		ids[i] = p.ID
	}
	return ids
}

// cheapest writes what lists print of SKUs into the goods.
func cheapest(g *Goods, skus []SKUDraft) {
	low := slices.MinFunc(skus, func(a, b SKUDraft) int { return int(a.Price - b.Price) })
	g.MinPrice, g.MinOriginal, g.MinScore, g.Weight = low.Price, low.Original, low.Score, low.Weight
}

func stockOf(k SKUDraft) int64 {
	if k.Stock == nil {
		return 0
	}
	return *k.Stock
}

// sku is the SKU of a draft below properties that have their ids.
func (k SKUDraft) sku(goods mall.ID, properties []Property) *SKU {
	options := make([]OptionValue, len(properties))
	for i, p := range properties {
		j := slices.IndexFunc(p.Values, func(v Value) bool { return v.Name == k.Options[i] })
		options[i] = OptionValue{Property: p.ID, PropertyName: p.Name, Value: p.Values[j].ID, Name: k.Options[i]}
	}
	return &SKU{
		Goods: goods, Key: keyOf(slices.Clone(options)), Options: options, Price: k.Price, Original: k.Original, Score: k.Score,
		Weight: k.Weight, Code: k.Code, BarCode: k.BarCode, Pic: k.Pic, LevelPrices: k.LevelPrices,
	}
}

func (s *Service) update(ctx context.Context, who mall.Actor, d Draft) error {
	id := d.Goods.ID
	old, err := s.r.Products.Find(ctx, id)
	if err != nil {
		return gone(err, id)
	}
	if err := s.checkRefs(ctx, []Draft{d}); err != nil {
		return err
	}
	shelf, err := s.r.Products.SKUs(ctx, []mall.ID{id})
	if err != nil {
		return fmt.Errorf("catalog: save: %w", err)
	}
	properties, err := s.putParts(ctx, id, d)
	if err != nil {
		return fmt.Errorf("catalog: save: %w", err)
	}
	g := d.Goods
	g.Code, g.CreatedAt, g.UpdatedAt, g.Limited = old.Code, old.CreatedAt, s.now(), old.Limited
	g.PropertyIDs, g.HasAddons, g.Editor = idsOf(properties), len(d.Addons) > 0, who.Account
	cheapest(&g, d.SKUs)
	if err := s.r.Products.Update(ctx, &g, Text{Goods: id, Content: d.Content, Extra: d.Extra}); err != nil {
		return gone(err, id)
	}
	return s.updateSKUs(ctx, who, d, shelf, properties)
}

// updateSKUs brings the shelf to what the draft says, with stock and log.
func (s *Service) updateSKUs(ctx context.Context, who mall.Actor, d Draft, shelf []SKU, properties []Property) error {
	var fresh []*SKU
	var stocks []SKUStock
	stays := map[mall.ID]bool{}
	for _, draft := range d.SKUs {
		k := draft.sku(d.Goods.ID, properties)
		i := slices.IndexFunc(shelf, func(o SKU) bool { return o.Key == k.Key })
		if i < 0 {
			fresh = append(fresh, k)
			continue
		}
		k.ID = shelf[i].ID
		stays[k.ID] = true
		if draft.Stock != nil {
			stocks = append(stocks, SKUStock{k.ID, *draft.Stock})
		}
		if err := s.r.Products.UpdateSKU(ctx, k); err != nil {
			return fmt.Errorf("catalog: save: %w", err)
		}
		if k.Price != shelf[i].Price {
			if err := s.tellPrice(ctx, who, k, shelf[i].Price, d.Reason); err != nil {
				return err
			}
		}
	}
	var left []mall.ID
	for _, o := range shelf {
		if !stays[o.ID] {
			left = append(left, o.ID)
			stocks = append(stocks, SKUStock{o.ID, 0})
		}
	}
	if err := s.r.Products.DeleteSKUs(ctx, left, s.now()); err != nil {
		return fmt.Errorf("catalog: save: %w", err)
	}
	if len(fresh) > 0 {
		if err := s.r.Products.InsertSKUs(ctx, fresh); err != nil {
			return fmt.Errorf("catalog: save: %w", err)
		}
	}
	for _, k := range fresh {
		draft := d.SKUs[slices.IndexFunc(d.SKUs, func(c SKUDraft) bool { return c.sku(d.Goods.ID, properties).Key == k.Key })]
		stocks = append(stocks, SKUStock{k.ID, stockOf(draft)})
	}
	return s.d.Stock.PutSKUs(ctx, who, stocks, d.Reason)
}

// tellPrice is the audit of a price change.
func (s *Service) tellPrice(ctx context.Context, who mall.Actor, k *SKU, before mall.Money, reason string) error {
	return s.tell(ctx, who, "catalog.price", k.Goods, map[string]any{"sku": k.ID, "before": before, "after": k.Price, "reason": reason})
}

// SetSale puts goods on sale or takes them off; ErrGone when there are none.
func (s *Service) SetSale(ctx context.Context, who mall.Actor, goods mall.ID, on bool) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.r.Products.SetSale(ctx, goods, on, s.now())
		if err == nil && !ok {
			err = ErrGone.With(goods)
		}
		if err != nil {
			return err
		}
		return s.tell(ctx, who, "catalog.sale", goods, map[string]any{"on": on})
	})
}

// Delete hides goods for ever: orders and reviews keep what they copied, carts
// show them as gone. ErrGone when there are none.
func (s *Service) Delete(ctx context.Context, who mall.Actor, goods mall.ID) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.r.Products.Delete(ctx, goods, s.now())
		if err == nil && !ok {
			err = ErrGone.With(goods)
		}
		if err != nil {
			return err
		}
		return s.tell(ctx, who, "catalog.deleted", goods, map[string]any{})
	})
}

// tell appends an event about goods with the actor among its facts.
func (s *Service) tell(ctx context.Context, who mall.Actor, kind string, goods mall.ID, facts map[string]any) error {
	facts["actor"], facts["face"] = who.Account, who.Face
	text, err := json.Marshal(facts)
	if err != nil {
		return err
	}
	return s.d.Outbox.Append(ctx, mall.Event{Kind: kind, Version: 1, Aggregate: goods, Facts: text, At: s.now()})
}
