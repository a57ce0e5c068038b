package alipay

import (
	"slices"
	"strings"
)

// Advice is what to do about an error code.
type Advice string

const (
	// GiveUp means that the same request will be refused again.
	GiveUp Advice = "give up"
	// Retry means to send the same request, with the same number, again.
	Retry Advice = "retry"
	// Ask means that the outcome is open: query, in a while.
	Ask Advice = "query"
)

// Fault is an error code of Alipay (sub_code).
type Fault struct {
	Code   string
	Text   string
	Remedy string
	Advice Advice
}

// The codes that are acted on by name.
const (
	codeNoTrade   = "ACQ.TRADE_NOT_EXIST"
	codePaid      = "ACQ.TRADE_HAS_SUCCESS"
	codeClosed    = "ACQ.TRADE_HAS_CLOSE"
	codeDifferent = "ACQ.CONTEXT_INCONSISTENT"
	codeNoBill    = "isp.bill_not_exist"
)

// faults are the documented codes of the calls that are made here.
var faults = []Fault{
	{"ACQ.SYSTEM_ERROR", "system error", "query, then call again with the same parameters", Retry},
	{"ACQ.INVALID_PARAMETER", "parameter is wrong", "check the parameters", GiveUp},
	{"ACQ.ACCESS_FORBIDDEN", "the product is not signed for, or not for this use", "sign the product's contract", GiveUp},
	{"ACQ.PARTNER_ERROR", "the app's number is wrong or disabled", "check AppID and its state", GiveUp},
	{"ACQ.EXIST_FORBIDDEN_WORD", "the title has a forbidden word", "change the title", GiveUp},
	{"ACQ.TOTAL_FEE_EXCEED", "the amount is over the limit", "split the order", GiveUp},
	{codeDifferent, "the number is used with other parameters", "use another number", GiveUp},
	{codePaid, "the trade is paid", "take it as paid, query for the details", GiveUp},
	{codeClosed, "the trade is closed", "order anew", GiveUp},
	{codeNoTrade, "no such trade", "check the number; a trade begins when the payer comes", GiveUp},
	{"ACQ.TRADE_STATUS_ERROR", "the trade's state does not allow it", "query the trade", GiveUp},
	{"ACQ.REASON_TRADE_STATUS_INVALID", "the trade's state does not allow it", "query the trade", GiveUp},
	{"ACQ.REASON_ILLEGAL_STATUS", "the trade's state does not allow it", "query the trade", GiveUp},
	{"ACQ.BUYER_SELLER_EQUAL", "buyer and seller are the same", "another account pays", GiveUp},
	{"ACQ.TRADE_BUYER_NOT_MATCH", "the trade belongs to another buyer", "use another number", GiveUp},
	{"ACQ.BUYER_ENABLE_STATUS_FORBID", "the buyer's account is blocked", "another account pays", GiveUp},
	{"ACQ.SELLER_BEEN_BLOCKED", "the merchant's account is blocked", "ask Alipay", GiveUp},
	{"ACQ.BEYOND_PER_RECEIPT_RESTRICTION", "over the merchant's limit for one payment", "ask Alipay for a higher one", GiveUp},
	{"ACQ.BEYOND_PAY_RESTRICTION", "over the merchant's limit", "ask Alipay for a higher one", GiveUp},

	{"ACQ.PAYMENT_AUTH_CODE_INVALID", "payment code is invalid or expired", "the payer shows a fresh code", GiveUp},
	{"ACQ.BUYER_BALANCE_NOT_ENOUGH", "buyer's balance is too low", "the payer pays by other means", GiveUp},
	{"ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH", "buyer's card has too little", "the payer pays by other means", GiveUp},
	{"ACQ.ERROR_BALANCE_PAYMENT_DISABLE", "buyer disabled paying from the balance", "the payer enables it", GiveUp},
	{"ACQ.PULL_MOBILE_CASHIER_FAIL", "the payer's phone did not open the cashier", "the payer shows a fresh code", GiveUp},
	{"ACQ.PAYMENT_FAIL", "payment failed", "the payer pays again", GiveUp},
	{"ACQ.PAYMENT_REQUEST_HAS_RISK", "payment is risky", "the payer pays by other means", GiveUp},

	{"ACQ.SELLER_BALANCE_NOT_ENOUGH", "merchant's balance is too low", "fill it up, refund again with the same number", GiveUp},
	{"ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "refunds are over what was paid", "check the amount", GiveUp},
	{"ACQ.TRADE_HAS_FINISHED", "the trade is finished", "give the money back by other means", GiveUp},
	{"ACQ.TRADE_NOT_ALLOW_REFUND", "the trade does not allow refunds", "give the money back by other means", GiveUp},
	{"ACQ.DISCORDANT_REPEAT_REQUEST", "the refund's number is used with another amount", "use another number", GiveUp},
	{"ACQ.REASON_TRADE_REFUND_FEE_ERR", "the refund's amount is wrong", "check the amount", GiveUp},
	{"ACQ.BUYER_ERROR", "the buyer's account cannot take it", "give the money back by other means", GiveUp},
	{"ACQ.ONLINE_TRADE_VOUCHER_NOT_ALLOW_REFUND", "the trade has expired vouchers", "give the money back by other means", GiveUp},

	{codeNoBill, "no bill of that day, or none yet", "ask again later", GiveUp},
	{"isv.invalid_arguments", "the bill's type or day is wrong", "ask for a day that is over", GiveUp},

	{"isv.missing-app-cert-sn", "the app's certificate is not named", "set AppCert, the app is in certificate mode", GiveUp},
	{"isv.missing-alipay-root-cert-sn", "the root certificates are not named", "set RootCert, the app is in certificate mode", GiveUp},
	{"isv.app-cert-not-exist", "the app's certificate is not the uploaded one", "check AppCert", GiveUp},
	{"isv.app-cert-expired", "the app's certificate is expired", "upload a new one", GiveUp},
	{"isv.invalid-alipay-root-cert-sn", "the root certificates are not the current ones", "download the bundle anew", GiveUp},

	{"isp.unknow-error", "service is not available", "call again with the same parameters", Retry}, // spelt so
	{"isv.app-call-limited", "called too often", "call less often", Retry},
	{"isv.method-call-limited", "called too often", "call less often", Retry},
	{"isv.invalid-signature", "signature is wrong", "check the app's key", GiveUp},
	{"isv.invalid-app-id", "no such app", "check AppID", GiveUp},
	{"isv.invalid-timestamp", "time of the request is off", "set the clock", GiveUp},
	{"isv.insufficient-isv-permissions", "the app lacks the right", "sign the product's contract", GiveUp},
	{"isv.missing-parameter", "a parameter is missing", "check the parameters", GiveUp},
}

// Faults lists the known error codes with their advice.
func Faults() []Fault { return slices.Clone(faults) }

// The codes of the gateway (code), under which the error codes stand.
const (
	gateDone    = "10000"
	gatePending = "10003" // payment codes: the payer is asked for the password
	gateUnknown = "20000"
	gateLimited = "40005"
)

// adviceOf is the advice for an error; that of unknown codes follows the
// gateway's.
func adviceOf(gate, sub string) Advice {
	sub = strings.TrimPrefix(sub, "aop.")
	for _, f := range faults {
		if f.Code == sub {
			return f.Advice
		}
	}
	switch {
	case gate == gateUnknown || gate == gateLimited || strings.HasPrefix(sub, "isp."):
		return Retry
	case gate == gatePending || !strings.HasPrefix(gate, "4") || strings.Contains(sub, "SYSTEM_ERROR"):
		return Ask
	}
	return GiveUp
}
