package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	invoices "github.com/gomall-dev/mall/order/invoice"
)

// invoiceStates are the states of invoices by their numbers.
var invoiceStates = []invoices.State{invoices.Asked, invoices.Refused, invoices.Working, invoices.Issued}

var invoiceTexts = []string{"待处理", "不通过", "开票中", "已开票"}

type invoiceApplyIn struct {
	ComName     string     `in:"comName,required"`
	TFN         string     `in:"tfn,required"`
	Amount      mall.Money `in:"amount,required"`
	Consumption string     `in:"consumption,required"`
	Remark      string     `in:"remark"`
	Email       string     `in:"email"`
	ExtJSONStr  string     `in:"extJsonStr"`
	OrderID     mall.ID    `in:"orderId"`
}

func (a *api) invoiceApply(ctx context.Context, who mall.Actor, in invoiceApplyIn) (any, error) {
	ext, err := extOf(in.ExtJSONStr)
	if err != nil {
		return nil, err
	}
	_, err = a.Invoices.Apply(ctx, who, invoices.Request{Title: in.ComName, TaxNumber: in.TFN, Amount: in.Amount, For: in.Consumption,
		Remark: in.Remark, Mail: in.Email, Ext: ext, Order: in.OrderID})
	return empty(err)
}

type invoiceOut struct {
	ID              mall.ID           `json:"id"`
	UID             mall.ID           `json:"uid"`
	UserID          mall.ID           `json:"userId"`
	OrderID         mall.ID           `json:"orderId,omitempty"`
	ComName         string            `json:"comName"`
	TFN             string            `json:"tfn"`
	Amount          yuan              `json:"amount"`
	Consumption     string            `json:"consumption"`
	Remark          string            `json:"remark,omitempty"`
	Email           string            `json:"email"`
	ExtJSON         map[string]string `json:"extJson,omitempty"`
	Status          int               `json:"status"`
	StatusStr       string            `json:"statusStr"`
	File            string            `json:"file,omitempty"`
	RejectionReason string            `json:"rejectionReason,omitempty"`
	DateAdd         stamp             `json:"dateAdd"`
	DateUpdate      *stamp            `json:"dateUpdate,omitempty"`
}

func (a *api) invoice(i invoices.Invoice) invoiceOut {
	out := invoiceOut{ID: i.ID, UID: i.Account, UserID: a.cfg.MerchantID, OrderID: i.Order, ComName: i.Title, TFN: i.TaxNumber, Amount: yuan(i.Amount),
		Consumption: i.For, Remark: i.Remark, Email: i.Mail, ExtJSON: i.Ext, File: i.File, RejectionReason: i.Reason, DateAdd: a.at(i.Created), DateUpdate: a.maybe(i.Decided)}
	for n, s := range invoiceStates {
		if s == i.State {
			out.Status, out.StatusStr = n, invoiceTexts[n]
		}
	}
	return out
}

func (a *api) invoiceList(ctx context.Context, who mall.Actor, in pageIn) (*page[invoiceOut], error) {
	list, err := a.Invoices.ListOf(ctx, who, invoices.Filter{}, in.window())
	if err != nil {
		return nil, err
	}
	return paged(list, in.window(), a.invoice)
}

func (a *api) invoiceDetail(ctx context.Context, who mall.Actor, in rowIn) (*invoiceOut, error) {
	i, err := a.Invoices.GetOf(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	out := a.invoice(*i)
	return &out, nil
}
