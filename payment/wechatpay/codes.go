package wechatpay

import (
	"net/http"
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

// Fault is an error code of WeChat Pay.
type Fault struct {
	Status int    // of HTTP
	Code   string // as documented; codes come with and without underscores
	Text   string
	Remedy string
	Advice Advice
}

// faults are the codes of the query of an order as documented, and below them
// those of the other calls.
var faults = []Fault{
	{202, "USERPAYING", "payer is typing the password", "wait 5 seconds, then query the order", Ask},
	{403, "TRADE_ERROR", "trade failed for business reasons", "see the message", GiveUp},
	{500, "SYSTEMERROR", "system error", "call again with the same parameters", Retry},
	{401, "SIGN_ERROR", "signature is wrong", "check the parameters and method of signing", GiveUp},
	{403, "RULELIMIT", "limited by a business rule", "see the message", GiveUp},
	{400, "PARAM_ERROR", "parameter is wrong", "check the parameters by the message", GiveUp},
	{403, "OUT_TRADE_NO_USED", "merchant's order number is used", "check whether the number was submitted before", GiveUp},
	{404, "ORDERNOTEXIST", "no such order", "check whether the order was ever submitted", GiveUp},
	{400, "ORDER_CLOSED", "order is closed", "order anew", GiveUp},
	{500, "OPENID_MISMATCH", "openid and appid do not match", "check openid and appid", GiveUp},
	{403, "NOTENOUGH", "balance is too low", "the payer pays by other means", GiveUp},
	{403, "NOAUTH", "merchant lacks the right", "apply for the right to this call", GiveUp},
	{400, "MCH_NOT_EXISTS", "no such merchant", "check the merchant number", GiveUp},
	{500, "INVALID_TRANSACTIONID", "transaction number is malformed", "check the transaction number", GiveUp},
	{400, "INVALID_REQUEST", "invalid request", "check by the message", GiveUp},
	{429, "FREQUENCY_LIMITED", "called too often", "call less often", Retry},
	{500, "BANKERROR", "the bank's system failed", "call again with the same parameters", Retry},
	{400, "APPID_MCHID_NOT_MATCH", "appid and merchant do not match", "check appid and merchant number", GiveUp},
	{403, "ACCOUNTERROR", "payer's account is abnormal", "nothing more to do", GiveUp},

	{400, "ORDERPAID", "order is paid", "take it as paid, query for the details", GiveUp},
	{400, "AUTH_CODE_EXPIRED", "payment code is expired", "the payer shows a fresh code", GiveUp},
	{400, "AUTH_CODE_INVALID", "payment code is no code of WeChat Pay", "the payer shows another code", GiveUp},
	{404, "RESOURCE_NOT_EXISTS", "no such refund, order or resource", "check the number", GiveUp},
	{403, "USER_ACCOUNT_ABNORMAL", "payer's account cannot take the refund", "give the money back by other means", GiveUp},
	{403, "NO_AUTH", "merchant lacks the right", "apply for the right to this call", GiveUp},
	{429, "RATELIMIT_EXCEEDED", "called too often", "call less often", Retry},
	{400, "NO_STATEMENT_EXIST", "no bill, because nothing was booked that day", "nothing to do", GiveUp},
	{400, "STATEMENT_CREATING", "bill is being made", "ask again later", Ask},
}

// Faults lists the known error codes with their advice.
func Faults() []Fault { return slices.Clone(faults) }

// plain is the form in which codes are compared: SYSTEM_ERROR is SYSTEMERROR.
func plain(code string) string { return strings.ReplaceAll(code, "_", "") }

// is says whether a reply has a code.
func (r *reply) is(code string) bool { return r.known && plain(r.code) == plain(code) }

// adviceOf is the advice for a code; that of unknown ones follows the status.
func adviceOf(status int, code string) Advice {
	for _, f := range faults {
		if plain(f.Code) == plain(code) {
			return f.Advice
		}
	}
	switch {
	case status == http.StatusTooManyRequests || status >= 500:
		return Retry
	case status < 400:
		return Ask
	}
	return GiveUp
}
