package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomall-dev/mall"
)

// Basis is what a freight fee is counted by.
type Basis uint8

const (
	// ByPieces counts pieces.
	ByPieces Basis = 0
	// ByWeight counts grams.
	ByWeight Basis = 1
	// ByAmount counts fen of the goods.
	ByAmount Basis = 3
)

// Freight is a template (运费模板) of delivery fees.
type Freight struct {
	ID    mall.ID
	Shop  mall.ID
	Name  string
	Free  bool // costs nothing wherever it delivers
	Basis Basis
	Rules []FreightRule
}

// FreightRule is the fee of some regions: First up to FirstNumber units (pieces,
// grams or fen), and Add for each further AddNumber units begun.
type FreightRule struct {
	Regions     []string   `json:"regions"` // 12-digit region codes of any depth; empty: everywhere else
	Refused     bool       `json:"refused"` // not delivered here
	FirstNumber int64      `json:"firstNumber"`
	First       mall.Money `json:"first"`
	AddNumber   int64      `json:"addNumber"` // 0: nothing is added
	Add         mall.Money `json:"add"`
}

// FreightLine is what a fee is asked for.
type FreightLine struct {
	Template mall.ID // 0: no fee
	Qty      int64
	Weight   int64      // grams of all pieces together
	Amount   mall.Money // of all pieces together
}

// Rule is the rule that holds for a region, given by its codes from the
// province down: the one that names the narrowest of them, else the one for
// everywhere else. Without either the region is not served, which ok says, as
// it does of a rule that refuses. A template without rules serves every region free.
func (f *Freight) Rule(region []string) (rule FreightRule, ok bool) {
	if len(f.Rules) == 0 {
		return FreightRule{}, true
	}
	for _, code := range slices.Backward(region) {
		for _, r := range f.Rules {
			if code != "" && slices.Contains(r.Regions, code) {
				return r, !r.Refused
			}
		}
	}
	for _, r := range f.Rules {
		if len(r.Regions) == 0 {
			return r, !r.Refused
		}
	}
	return FreightRule{}, false
}

// Fee is the fee of so many units, at most mall.MaxMoney.
func (r FreightRule) Fee(units int64) mall.Money {
	if units <= 0 {
		return 0
	}
	fee := r.First
	if over := units - r.FirstNumber; over > 0 && r.AddNumber > 0 && r.Add > 0 {
		steps := mall.Money((over-1)/r.AddNumber + 1)
		if steps > (mall.MaxMoney-fee)/r.Add {
			return mall.MaxMoney
		}
		fee += steps * r.Add
	}
	return fee
}

func (f *Freight) units(l FreightLine) int64 {
	switch f.Basis {
	case ByWeight:
		return l.Weight
	case ByAmount:
		return int64(l.Amount)
	}
	return l.Qty
}

// Freight is the fee of each line for a region, given by its codes from the
// province down. Lines of one template are charged together and share the fee
// in proportion to their units, by largest remainder. ErrNotDelivered names
// the template that does not go there, ErrFreight says that one is gone. It
// costs one statement, none when no line has a template.
func (s *Service) Freight(ctx context.Context, region []string, lines []FreightLine) ([]mall.Money, error) {
	fees := make([]mall.Money, len(lines))
	byTemplate := map[mall.ID][]int{}
	var ids []mall.ID
	for i, l := range lines {
		if l.Template == 0 {
			continue
		}
		if byTemplate[l.Template] == nil {
			ids = append(ids, l.Template)
		}
		byTemplate[l.Template] = append(byTemplate[l.Template], i)
	}
	if len(ids) == 0 {
		return fees, nil
	}
	templates, err := s.r.Freights.ByIDs(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("catalog: freight: %w", err)
	}
	for _, id := range ids {
		f := templates[id]
		if f == nil {
			return nil, ErrFreight.With(id)
		}
		rule, ok := f.Rule(region)
		if !ok {
			return nil, ErrNotDelivered.With(f.Name)
		}
		if f.Free {
			continue
		}
		units := make([]int64, len(byTemplate[id]))
		var total int64
		for j, i := range byTemplate[id] {
			units[j] = f.units(lines[i])
			total += units[j]
		}
		for j, part := range mall.Spread(rule.Fee(total), units) {
			fees[byTemplate[id][j]] = part
		}
	}
	return fees, nil
}

// GetFreight is one template; ErrFreight when there is none.
func (s *Service) GetFreight(ctx context.Context, id mall.ID) (*Freight, error) {
	found, err := s.r.Freights.ByIDs(ctx, []mall.ID{id})
	if err != nil {
		return nil, fmt.Errorf("catalog: freight: %w", err)
	}
	if found[id] == nil {
		return nil, ErrFreight.With(id)
	}
	return found[id], nil
}

// ListFreights lists the templates of a shop.
func (s *Service) ListFreights(ctx context.Context, shop mall.ID) ([]Freight, error) {
	return s.r.Freights.All(ctx, shop)
}

const (
	maxFreightRules = 500
	// maxUnits bounds the numbers of a rule, so that fees stay far from overflow.
	maxUnits = int64(mall.MaxMoney)
)

// PutFreight stores a template, new when its ID is 0, and returns its id.
func (s *Service) PutFreight(ctx context.Context, f Freight) (mall.ID, error) {
	if err := f.check(); err != nil {
		return 0, err
	}
	id := f.ID
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		put := f
		if err := s.r.Freights.Put(ctx, &put, s.now()); err != nil {
			return err
		}
		id = put.ID
		return nil
	})
	return id, err
}

func (f *Freight) check() error {
	if err := checkText("name", f.Name, 1, 100); err != nil {
		return err
	}
	if f.Basis != ByPieces && f.Basis != ByWeight && f.Basis != ByAmount {
		return mall.ErrInvalid.With("feeType")
	}
	if len(f.Rules) > maxFreightRules {
		return mall.ErrInvalid.With("rules")
	}
	seen := map[string]bool{}
	for _, r := range f.Rules {
		codes := r.Regions
		if len(codes) == 0 {
			codes = []string{""}
		}
		for _, c := range codes {
			if seen[c] {
				return mall.ErrInvalid.With("rules")
			}
			seen[c] = true
		}
		if !price(r.First) || !price(r.Add) || r.FirstNumber < 0 || r.FirstNumber > maxUnits || r.AddNumber < 0 || r.AddNumber > maxUnits {
			return mall.ErrInvalid.With("rules")
		}
	}
	return nil
}

// price says whether an amount may be a price.
func price(m mall.Money) bool { return m >= 0 && m <= mall.MaxMoney }

// DeleteFreight removes a template; ErrInUse while goods use it.
func (s *Service) DeleteFreight(ctx context.Context, id mall.ID) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.r.Freights.Delete(ctx, id)
		if err == nil && !ok {
			err = ErrInUse
		}
		return err
	})
}
