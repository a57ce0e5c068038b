package bunrepo

import (
	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/coupon"
)

type couponTemplateRow struct {
	bun.BaseModel `bun:"table:?(ns)coupon_templates,alias:t"`

	ID          int64  `bun:"id,pk,autoincrement"`
	Name        string `bun:"name"`
	Type        string `bun:"type"`
	Open        bool   `bun:"is_open"`
	Listed      bool   `bun:"listed"`
	PerAccount  int64  `bun:"per_account"`
	ClaimFrom   *int64 `bun:"claim_from"`
	ClaimTo     *int64 `bun:"claim_to"`
	Password    string `bun:"password"`
	Points      int64  `bun:"points"`
	Price       int64  `bun:"price"`
	Shop        int64  `bun:"shop_id"`
	Percent     bool   `bun:"percent"`
	WorthMin    int64  `bun:"worth_min"`
	WorthMax    int64  `bun:"worth_max"`
	Most        int64  `bun:"most"`
	Threshold   int64  `bun:"threshold"`
	FreightOnly bool   `bun:"freight_only"`
	Scoped      bool   `bun:"scoped"`
	StartRule   int    `bun:"start_rule"`
	StartAt     *int64 `bun:"start_at"`
	Days        int    `bun:"days"`
	EndAt       *int64 `bun:"end_at"`
	CreatedAt   int64  `bun:"created_at"`
	UpdatedAt   int64  `bun:"updated_at"`
}

func couponTemplateToRow(t *coupon.Template) *couponTemplateRow {
	return &couponTemplateRow{ID: int64(t.ID), Name: t.Name, Type: t.Type, Open: t.Open, Listed: t.Listed, PerAccount: t.PerAccount,
		ClaimFrom: millis(t.ClaimFrom), ClaimTo: millis(t.ClaimTo), Password: t.Password, Points: t.Points, Price: int64(t.Price),
		Shop: int64(t.Shop), Percent: t.Percent, WorthMin: t.Min, WorthMax: t.Max, Most: int64(t.Most), Threshold: int64(t.Threshold),
		FreightOnly: t.FreightOnly, Scoped: len(t.Scope) > 0, StartRule: int(t.Start), StartAt: millis(t.StartAt), Days: t.Days,
		EndAt: millis(t.EndAt), CreatedAt: t.Created.UnixMilli(), UpdatedAt: t.Updated.UnixMilli()}
}

func couponTemplateFromRow(r *couponTemplateRow) coupon.Template {
	return coupon.Template{ID: mall.ID(r.ID), Open: r.Open, Created: moment(&r.CreatedAt), Updated: moment(&r.UpdatedAt),
		Terms: coupon.Terms{Name: r.Name, Type: r.Type, Listed: r.Listed, PerAccount: r.PerAccount, ClaimFrom: moment(r.ClaimFrom),
			ClaimTo: moment(r.ClaimTo), Password: r.Password, Points: r.Points, Price: mall.Money(r.Price)},
		Promise: coupon.Promise{Percent: r.Percent, Min: r.WorthMin, Max: r.WorthMax, Most: mall.Money(r.Most), Threshold: mall.Money(r.Threshold),
			FreightOnly: r.FreightOnly, Shop: mall.ID(r.Shop), Start: coupon.StartRule(r.StartRule), StartAt: moment(r.StartAt), Days: r.Days,
			EndAt: moment(r.EndAt)}}
}

type couponScopeRow struct {
	bun.BaseModel `bun:"table:?(ns)coupon_scopes,alias:s"`

	Template int64  `bun:"template_id,pk"`
	Kind     string `bun:"kind,pk"`
	Ref      int64  `bun:"ref,pk"`
}

type couponGrantRow struct {
	bun.BaseModel `bun:"table:?(ns)coupon_grants,alias:g"`

	ID        int64  `bun:"id,pk,autoincrement"`
	Template  int64  `bun:"template_id"`
	Account   int64  `bun:"account_id"`
	Worth     int64  `bun:"worth"`
	StartAt   int64  `bun:"start_at"`
	EndAt     int64  `bun:"end_at"`
	State     string `bun:"state"`
	Order     int64  `bun:"order_id"`
	Source    string `bun:"source"`
	From      int64  `bun:"from_id"`
	CreatedAt int64  `bun:"created_at"`
	UpdatedAt int64  `bun:"updated_at"`
}

func couponGrantToRow(g *coupon.Grant) couponGrantRow {
	return couponGrantRow{ID: int64(g.ID), Template: int64(g.Template), Account: int64(g.Account), Worth: g.Worth, StartAt: g.Start.UnixMilli(),
		EndAt: g.End.UnixMilli(), State: string(g.State), Order: int64(g.Order), Source: string(g.Source), From: int64(g.From),
		CreatedAt: g.Created.UnixMilli(), UpdatedAt: g.Updated.UnixMilli()}
}

func couponGrantFromRow(r *couponGrantRow) coupon.Grant {
	return coupon.Grant{ID: mall.ID(r.ID), Template: mall.ID(r.Template), Account: mall.ID(r.Account), Worth: r.Worth, Start: moment(&r.StartAt),
		End: moment(&r.EndAt), State: coupon.State(r.State), Order: mall.ID(r.Order), Source: coupon.Source(r.Source), From: mall.ID(r.From),
		Created: moment(&r.CreatedAt), Updated: moment(&r.UpdatedAt)}
}

func couponGrantsFromRows(rows []couponGrantRow) []coupon.Grant {
	gs := make([]coupon.Grant, len(rows))
	for i := range rows {
		gs[i] = couponGrantFromRow(&rows[i])
	}
	return gs
}

type couponClaimRow struct {
	bun.BaseModel `bun:"table:?(ns)coupon_claims,alias:c"`

	Template int64 `bun:"template_id,pk"`
	Account  int64 `bun:"account_id,pk"`
	Taken    int64 `bun:"taken"`
}

type couponCardRow struct {
	bun.BaseModel `bun:"table:?(ns)coupon_cards,alias:c"`

	ID        int64  `bun:"id,pk,autoincrement"`
	Number    string `bun:"number"`
	Hash      string `bun:"hash"`
	Template  int64  `bun:"template_id"`
	EndAt     *int64 `bun:"end_at"`
	Account   int64  `bun:"account_id"`
	Grant     int64  `bun:"grant_id"`
	CreatedAt int64  `bun:"created_at"`
	SpentAt   *int64 `bun:"spent_at"`
}

func couponCardToRow(c *coupon.Card) couponCardRow {
	return couponCardRow{Number: c.Number, Hash: c.Hash, Template: int64(c.Template), EndAt: millis(c.End), Account: int64(c.Account),
		Grant: int64(c.Grant), CreatedAt: c.Created.UnixMilli(), SpentAt: millis(c.Spent)}
}

func couponCardFromRow(r *couponCardRow) coupon.Card {
	return coupon.Card{ID: mall.ID(r.ID), Number: r.Number, Hash: r.Hash, Template: mall.ID(r.Template), End: moment(r.EndAt),
		Account: mall.ID(r.Account), Grant: mall.ID(r.Grant), Created: moment(&r.CreatedAt), Spent: moment(r.SpentAt)}
}

type couponMergeRow struct {
	bun.BaseModel `bun:"table:?(ns)coupon_merges,alias:m"`

	ID      int64         `bun:"id,pk,autoincrement"`
	Name    string        `bun:"name"`
	Inputs  []coupon.Part `bun:"inputs,type:text"`
	Outputs []coupon.Part `bun:"outputs,type:text"`
	Open    bool          `bun:"is_open"`
}

func couponMergeFromRow(r *couponMergeRow) coupon.MergeRule {
	return coupon.MergeRule{ID: mall.ID(r.ID), Name: r.Name, Inputs: r.Inputs, Outputs: r.Outputs, Open: r.Open}
}
