package order

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// Eraser is the room's part in erasing and exporting an account.
func (s *Service) Eraser() auth.Eraser {
	return auth.Eraser{Busy: s.Busy, Erase: s.Erase, Export: s.Export}
}

// Busy bars erasing an account whose orders or claims are open.
func (s *Service) Busy(ctx context.Context, account mall.ID) error {
	live, err := s.deps.Orders.Live(ctx, account, s.now())
	if err == nil && live {
		return ErrAccountBusy
	}
	return err
}

// Erase overwrites the personal columns of an account's orders and claims:
// address, remark, network address, own words and pictures; the history of
// purchases goes away. Amounts and goods of orders stay: they are the books. It joins the running transaction.
func (s *Service) Erase(ctx context.Context, account mall.ID) error {
	return s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.deps.Orders.Erase(ctx, account); err != nil {
			return err
		}
		if err := s.deps.Purchases.Erase(ctx, account); err != nil {
			return err
		}
		return s.deps.Claims.Erase(ctx, account)
	})
}

// Exported is one order in an export of an account's data. Amounts are fen.
type Exported struct {
	Number  string          `json:"number"`
	Added   time.Time       `json:"added"`
	Phase   Phase           `json:"phase"`
	Payable mall.Money      `json:"payable"`
	Address Address         `json:"address"`
	Remark  string          `json:"remark,omitempty"`
	Ext     json.RawMessage `json:"ext,omitempty"`
	Addr    string          `json:"addr,omitempty"`
	Lines   []ExportedLine  `json:"lines"`
	Claims  []ExportedClaim `json:"claims,omitempty"`
}

// ExportedLine is one line of an Exported order.
type ExportedLine struct {
	Goods    string     `json:"goods"`
	Options  string     `json:"options,omitempty"`
	Qty      int64      `json:"qty"`
	Payable  mall.Money `json:"payable"`
	Review   string     `json:"review,omitempty"`
	Pictures []string   `json:"pictures,omitempty"` // of the review
}

// ExportedClaim is one after-sale claim of an Exported order.
type ExportedClaim struct {
	Added    time.Time  `json:"added"`
	Amount   mall.Money `json:"amount"`
	Reason   string     `json:"reason,omitempty"`
	Remark   string     `json:"remark,omitempty"`
	Pictures []string   `json:"pictures,omitempty"`
	Answer   string     `json:"answer,omitempty"`
	BackTo   BackTo     `json:"backTo"`
}

// Export gives all orders of an account, oldest first, deleted ones too.
func (s *Service) Export(ctx context.Context, account mall.ID) (any, error) {
	out := []Exported{}
	f := Filter{Now: s.now(), Buyer: account}
	for after := mall.ID(0); ; {
		os, err := s.deps.Orders.Each(ctx, f, after, 200)
		if err != nil || len(os) == 0 {
			return out, err
		}
		if err := s.deps.Orders.Lines(ctx, os); err != nil {
			return nil, err
		}
		ids := make([]mall.ID, len(os))
		for i, o := range os {
			ids[i] = o.ID
		}
		claims, err := s.deps.Claims.Of(ctx, ids)
		if err != nil {
			return nil, err
		}
		for _, o := range os {
			e := Exported{Number: o.Number, Added: o.Added, Phase: o.Phase(f.Now), Payable: o.Payable, Address: o.Address, Remark: o.Remark, Ext: o.Ext, Addr: o.Addr}
			for _, l := range o.Lines {
				e.Lines = append(e.Lines, ExportedLine{l.Name, l.Property, l.Qty, l.Payable, l.Review.Remark, l.Review.Pictures})
			}
			for _, c := range claims {
				if c.Order == o.ID {
					e.Claims = append(e.Claims, ExportedClaim{c.Added, c.Amount, c.Reason, c.Remark, c.Pictures, c.Answer, c.BackTo})
				}
			}
			out = append(out, e)
		}
		after = os[len(os)-1].ID
	}
}
