package payment

import (
	"context"

	"github.com/gomall-dev/mall"
)

// Wallet is what payments need of the payer's ledger; payment/wallet
// implements it. All but Available and CheckPassword run inside Do. The same
// source again moves nothing.
type Wallet interface {
	// Available is what can be spent now, in fen; negative after a clawback.
	Available(ctx context.Context, account mall.ID) (mall.Money, error)
	// Earn adds to the balance.
	Earn(ctx context.Context, m Move) error
	// Spend takes from the balance, or fails when less is there.
	Spend(ctx context.Context, m Move) error
	// Freeze moves from the balance into the frozen part, Unfreeze back.
	Freeze(ctx context.Context, m Move) error
	Unfreeze(ctx context.Context, m Move) error
	// SpendFrozen takes from the frozen part.
	SpendFrozen(ctx context.Context, m Move) error
	// Recharge adds to the balance, and the gift of the best recharge rule.
	Recharge(ctx context.Context, m Move) error
	// Count adds to the account's totals without moving money.
	Count(ctx context.Context, account mall.ID, t Totals) error
	// CheckPassword checks the pay password, outside of any transaction.
	CheckPassword(ctx context.Context, account mall.ID, password string) error
}

// Move is one movement on a wallet.
type Move struct {
	Account mall.ID
	Kind    MoveKind
	Amount  mall.Money // fen, > 0
	Source  Source     // unique per account
	Order   mall.ID    // the order shown beside it in the cash log, zero for none
	Shop    mall.ID
	Remark  string
	Totals  Totals // counted along with the movement
}

// Totals are what an account's statistics grow by; a refund takes from Consumed.
type Totals struct {
	Consumed mall.Money // Σ prices of carried out actions, less their refunds
	Paid     mall.Money // Σ successful payments, wallet shares included; never falls
	Payments int64      // number of successful payments
}

// Source says what caused a ledger entry: unique per account.
type Source struct {
	Type string // "order.paid"
	ID   mall.ID
}

// MoveKind sorts the entries of a wallet by what they are for.
type MoveKind int

// The kinds of wallet entries, by the numbers of the cash log.
const (
	KindRecharge      MoveKind = 0
	KindWithdrawn     MoveKind = 1
	KindOrder         MoveKind = 2
	KindRefund        MoveKind = 3
	KindBooking       MoveKind = 4
	KindContent       MoveKind = 5
	KindCommission    MoveKind = 6
	KindShare         MoveKind = 7
	KindBill          MoveKind = 8
	KindGift          MoveKind = 9
	KindWithdraw      MoveKind = 11
	KindWithdrawBack  MoveKind = 12
	KindDeposit       MoveKind = 100
	KindDepositBack   MoveKind = 101
	KindLevel         MoveKind = 110
	KindSales         MoveKind = 120
	KindProfit        MoveKind = 130
	KindScoreExchange MoveKind = 140
	// KindFreeze entries move between balance and frozen part; cash logs leave them out.
	KindFreeze MoveKind = -1
)
