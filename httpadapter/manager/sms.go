package manager

import (
	"context"
	"errors"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/auth/visitor"
)

// Errors of logins by SMS code.
var (
	errNumber  = mall.E(mall.Invalid, "manager.number", "mobile number is missing or none that gets messages")
	errDigits  = mall.E(mall.Invalid, "manager.digits", "code does not have the right number of digits")
	errNotSent = mall.E(mall.Invalid, "manager.not_sent", "no code was sent to this browser, and no number was given")
	errNoSMS   = mall.E(mall.Unavailable, "manager.sms", "messages cannot be sent")
)

type smsIn struct {
	Number  string `in:"phoneNumber"`
	Captcha string `in:"captcha"` // where the installation asks for a picture before a message
}

// sendSMS sends a code to a number and remembers the number for the browser.
func (a *api) sendSMS(ctx context.Context, who mall.Actor, in smsIn) (any, error) {
	if in.Number == "" || strings.Contains(in.Number, "@") {
		return nil, errNumber
	}
	token := a.known(ctx)
	pic := verify.Picture{}
	if in.Captcha != "" {
		pic = verify.Picture{Key: visitor.Key(token), Answer: in.Captcha}
	}
	err := a.Verify.Send(ctx, who, in.Number, pic)
	switch {
	case errors.Is(err, verify.ErrTarget):
		return nil, errNumber.Because(err)
	case errors.Is(err, mall.ErrNotConfigured):
		return nil, errNoSMS.Because(err)
	case err != nil:
		return nil, err
	}
	if token == "" {
		return done("OK"), nil
	}
	return done("OK"), a.Visitors.Put(ctx, token, noteSMS, in.Number, a.Verify.Policy(who.Face).TTL)
}

// loginSMS opens a session by a code that was sent to the number given, or to
// the one that the browser asked a code for.
func (a *api) loginSMS(ctx context.Context, who mall.Actor, in loginIn) (*loginOut, error) {
	if len(in.Code) != a.Verify.Policy(who.Face).Digits {
		return nil, errDigits.With(a.Verify.Policy(who.Face).Digits)
	}
	number, token := in.Number, browser(ctx)
	if number == "" {
		number = in.Phone
	}
	if number == "" {
		var err error
		var ok bool
		if number, ok, err = a.Visitors.Find(ctx, token, noteSMS); err != nil {
			return nil, err
		}
		if !ok {
			return nil, errNotSent
		}
	}
	l, err := a.Auth.LoginCode(ctx, who, number, in.Code, nil, auth.Device{})
	if err != nil {
		return nil, err
	}
	if _, _, err := a.Visitors.Take(ctx, token, noteSMS); err != nil {
		return nil, err
	}
	return a.loginAnswer(ctx, l, who.Scope, loggedIn)
}
