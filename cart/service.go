package cart

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/stock"
)

// Deps are what the service needs; all of them are required.
type Deps struct {
	Repo    Repository
	Tx      mall.Tx
	Catalog *catalog.Service
	Stock   *stock.Service
	Members *member.Service // whose level's prices a cart shows
}

// Config has a working zero value.
type Config struct {
	MaxLines    int64            // lines in one cart; default 200
	MaxQuantity int64            // pieces of one line; default 99,999
	Now         func() time.Time // default: the system clock
}

// Service is the carts of all buyers.
type Service struct {
	d   Deps
	cfg Config
	now func() time.Time
}

// New builds the service; a missing dependency is an error that names it.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Repo == nil:
		return nil, errors.New("cart: Deps.Repo is missing")
	case d.Tx == nil:
		return nil, errors.New("cart: Deps.Tx is missing")
	case d.Catalog == nil:
		return nil, errors.New("cart: Deps.Catalog is missing")
	case d.Stock == nil:
		return nil, errors.New("cart: Deps.Stock is missing")
	case d.Members == nil:
		return nil, errors.New("cart: Deps.Members is missing")
	}
	if c.MaxLines <= 0 {
		c.MaxLines = 200
	}
	if c.MaxQuantity <= 0 {
		c.MaxQuantity = 99_999
	}
	return &Service{d: d, cfg: c, now: mall.Clock(c.Now)}, nil
}

// AddInput names what to put into a cart. SKU or Options choose among the SKUs
// of goods that have specifications; without either such goods are refused
// with catalog.ErrNeedSKU.
type AddInput struct {
	Goods   mall.ID
	SKU     mall.ID
	Options string // "1:11,2:21": property and value ids
	Addons  []mall.ID
	Qty     int64 // pieces, ≥ 1
}

// Add puts pieces into the owner's cart: the line of the same goods, SKU and
// add-ons grows, else a new one is made; either is selected afterwards. Goods
// that cannot be bought now, and more pieces than are in stock, are refused.
// Parallel calls add up.
func (s *Service) Add(ctx context.Context, owner mall.ID, kind string, in AddInput) (Line, error) {
	l, _, err := s.add(ctx, owner, kind, in)
	return l, err
}

// AddGet is Add, and Get of the cart afterwards.
func (s *Service) AddGet(ctx context.Context, owner mall.ID, kind string, in AddInput) (Cart, error) {
	_, b, err := s.add(ctx, owner, kind, in)
	if err != nil {
		return Cart{}, err
	}
	lines, err := s.d.Repo.List(ctx, owner, kind)
	if err != nil {
		return Cart{}, err
	}
	return s.priced(ctx, b, lines)
}

func (s *Service) add(ctx context.Context, owner mall.ID, kind string, in AddInput) (Line, catalog.Buyer, error) {
	if err := s.checkQty(in.Qty); err != nil {
		return Line{}, catalog.Buyer{}, err
	}
	b, err := s.buyer(ctx, owner)
	if err != nil {
		return Line{}, b, err
	}
	now := s.now()
	items, err := s.d.Catalog.Price(ctx, b, now, []catalog.Want{{Goods: in.Goods, SKU: in.SKU, Options: in.Options, Qty: in.Qty, Addons: in.Addons}})
	if err != nil {
		return Line{}, b, fmt.Errorf("cart: add: %w", err)
	}
	l := Line{Goods: items[0].Goods.ID, SKU: items[0].SKU.ID, Qty: in.Qty, Selected: true, AddedAt: now}
	for _, a := range items[0].Addons {
		l.Addons = append(l.Addons, a.ID)
	}
	slices.Sort(l.Addons)
	l.Key = key(owner, kind, l)
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		qty, lines, err := s.d.Repo.Add(ctx, owner, kind, l, s.cfg.MaxQuantity)
		switch {
		case err != nil:
			return err
		case qty == 0:
			return ErrQuantity.With(s.cfg.MaxQuantity)
		case qty == l.Qty && lines > s.cfg.MaxLines:
			// Counted without a lock: two first lines in the same moment may
			// exceed the limit by one, which harms nobody.
			return ErrFull.With(s.cfg.MaxLines)
		}
		return enough(l.SKU, items[0].SKU.Stock, qty)
	})
	if err != nil {
		return Line{}, b, fmt.Errorf("cart: add: %w", err)
	}
	return l, b, nil
}

// SetQty sets the pieces of a line. ErrNoLine when the cart has no such line;
// more than are in stock are refused.
func (s *Service) SetQty(ctx context.Context, owner mall.ID, kind, key string, qty int64) error {
	if err := s.checkQty(qty); err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		l, err := s.d.Repo.Find(ctx, owner, kind, key)
		if errors.Is(err, mall.ErrNotFound) {
			return ErrNoLine
		}
		if err != nil {
			return fmt.Errorf("cart: set quantity: %w", err)
		}
		if qty > l.Qty {
			if err := s.inStock(ctx, l.SKU, qty); err != nil {
				return err
			}
		}
		ok, err := s.d.Repo.SetQty(ctx, owner, kind, key, qty)
		if err == nil && !ok {
			return ErrNoLine
		}
		return err
	})
}

// Select marks or unmarks lines for the next checkout. ErrNoLine when the cart
// has none of them.
func (s *Service) Select(ctx context.Context, owner mall.ID, kind string, keys []string, on bool) error {
	return s.touch(ctx, keys, func(ctx context.Context) (int64, error) {
		return s.d.Repo.Select(ctx, owner, kind, keys, on)
	})
}

// SelectOnly marks lines for the next checkout and unmarks all others, at
// once. ErrNoLine, and nothing changed, when the cart has none of them.
func (s *Service) SelectOnly(ctx context.Context, owner mall.ID, kind string, keys []string) error {
	return s.touch(ctx, keys, func(ctx context.Context) (int64, error) {
		ls, err := s.d.Repo.List(ctx, owner, kind)
		if err != nil {
			return 0, err
		}
		if off := slices.DeleteFunc(keysOf(ls), func(k string) bool { return slices.Contains(keys, k) }); len(off) > 0 {
			if _, err := s.d.Repo.Select(ctx, owner, kind, off, false); err != nil {
				return 0, err
			}
		}
		return s.d.Repo.Select(ctx, owner, kind, keys, true)
	})
}

// Remove deletes lines. ErrNoLine when the cart has none of them.
func (s *Service) Remove(ctx context.Context, owner mall.ID, kind string, keys []string) error {
	return s.touch(ctx, keys, func(ctx context.Context) (int64, error) {
		return s.d.Repo.Remove(ctx, owner, kind, keys)
	})
}

func (s *Service) touch(ctx context.Context, keys []string, fn func(context.Context) (int64, error)) error {
	if len(keys) == 0 || int64(len(keys)) > s.cfg.MaxLines {
		return mall.ErrInvalid.With("key")
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		n, err := fn(ctx)
		if err == nil && n == 0 {
			return ErrNoLine
		}
		return err
	})
}

// Clear empties one cart; an empty one stays so.
func (s *Service) Clear(ctx context.Context, owner mall.ID, kind string) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		_, err := s.d.Repo.Clear(ctx, owner, kind)
		return err
	})
}

// Selected gives the lines that a checkout would take.
func (s *Service) Selected(ctx context.Context, owner mall.ID, kind string) ([]Line, error) {
	ls, err := s.d.Repo.List(ctx, owner, kind)
	return slices.DeleteFunc(ls, func(l Line) bool { return !l.Selected }), err
}

// Take removes the lines of the keys, nil for the selected ones, and gives them
// to a checkout in whose transaction it runs. Of two checkouts of one cart only
// one gets them: the other's keys are answered with ErrChanged, its selection
// with ErrEmpty.
func (s *Service) Take(ctx context.Context, owner mall.ID, kind string, keys []string) ([]Line, error) {
	var ls []Line
	err := s.d.Tx.Do(ctx, func(ctx context.Context) (err error) {
		ls, err = s.d.Repo.Take(ctx, owner, kind, keys)
		switch {
		case err != nil:
			return err
		case len(ls) == 0 && len(keys) == 0:
			return ErrEmpty
		case keys != nil && len(ls) != len(keys):
			return ErrChanged
		}
		return nil
	})
	return ls, err
}

// Merge moves every line of one owner's carts into another's of the same type,
// for logins that bring a guest's cart along: quantities of equal lines add up,
// cut to what a line may hold. Doing it again finds nothing left to move.
func (s *Service) Merge(ctx context.Context, from, to mall.ID) error {
	if from == to {
		return nil
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		kinds, err := s.d.Repo.Kinds(ctx, from)
		if err != nil {
			return err
		}
		for _, kind := range kinds {
			ls, err := s.d.Repo.List(ctx, from, kind)
			if err != nil {
				return err
			}
			// Of two merges at once each line is given to one.
			if ls, err = s.d.Repo.Take(ctx, from, kind, keysOf(ls)); err != nil {
				return err
			}
			for _, l := range ls {
				l.Key = key(to, kind, l)
				qty, _, err := s.d.Repo.Add(ctx, to, kind, l, s.cfg.MaxQuantity)
				if err == nil && qty == 0 {
					_, err = s.d.Repo.SetQty(ctx, to, kind, l.Key, s.cfg.MaxQuantity)
				}
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func keysOf(ls []Line) []string {
	keys := make([]string, len(ls))
	for i, l := range ls {
		keys[i] = l.Key
	}
	return keys
}

// Erase empties every cart of an account that is being erased.
func (s *Service) Erase(ctx context.Context, owner mall.ID) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.d.Repo.Erase(ctx, owner) })
}

func (s *Service) checkQty(n int64) error {
	if n < 1 || n > s.cfg.MaxQuantity {
		return ErrQuantity.With(s.cfg.MaxQuantity)
	}
	return nil
}

func (s *Service) inStock(ctx context.Context, sku mall.ID, qty int64) error {
	k := stock.SKU(sku)
	levels, err := s.d.Stock.Levels(ctx, []stock.Key{k})
	if err != nil {
		return err
	}
	return enough(sku, levels[k].Available, qty)
}

// enough is stock.ErrShort for more pieces than there are. A cart holds none:
// it is placing that takes them.
func enough(sku mall.ID, available, qty int64) error {
	if available != stock.Unlimited && available < qty {
		return stock.ErrShort.With(sku)
	}
	return nil
}

func (s *Service) buyer(ctx context.Context, owner mall.ID) (catalog.Buyer, error) {
	level, err := s.d.Members.LevelOf(ctx, owner)
	if err != nil {
		return catalog.Buyer{}, fmt.Errorf("cart: level: %w", err)
	}
	return catalog.Buyer{Account: owner, Level: level.ID, Rebate: level.Rebate}, nil
}

// key identifies a line by what is in it. The owner is part of it, so that a
// key says nothing about anybody else's cart.
func key(owner mall.ID, kind string, l Line) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%d\x00%s\x00%d\x00%d\x00%v\x00%s\x00%s", owner, kind, l.Goods, l.SKU, l.Addons, l.Day, l.Slot))
	return hex.EncodeToString(h[:16])
}
