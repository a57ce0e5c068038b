package manager

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/captcha"
	"github.com/gomall-dev/mall/auth/visitor"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

const (
	// cookieName is the cookie that tells browsers without a login apart: it
	// carries picture answers and numbers of SMS codes over to the next call.
	cookieName = "mall_visitor"
	// captchaLength is how many characters a picture has.
	captchaLength = 5
	// captchaPass is how long a solved picture lets somebody try a password.
	captchaPass = 5 * time.Minute

	noteCaptcha = "captcha" // a picture was solved
	noteSMS     = "sms"     // the number that a code was sent to
)

// Errors of picture codes, where one is needed.
var (
	errNoCaptcha = mall.E(mall.Invalid, "manager.no_captcha", "picture code is missing")
	errCaptcha   = captcha.ErrAnswer
)

// browser is the token in the request's cookie, "" for none.
func browser(ctx context.Context) string {
	r := endpoint.From(ctx).Request
	if r == nil {
		return ""
	}
	c, err := r.Cookie(cookieName)
	if err != nil || !visitor.Valid(c.Value) {
		return ""
	}
	return c.Value
}

// known is the browser's token; one that has none gets a cookie. The cookie
// is not for scripts, ends with the browser, and pages of other sites do not
// send it along.
func (a *api) known(ctx context.Context) string {
	token := browser(ctx)
	call := endpoint.From(ctx)
	if token != "" || call.Header == nil {
		return token
	}
	token = visitor.NewToken()
	call.Header.Add("Set-Cookie", (&http.Cookie{
		Name: cookieName, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(a.cfg.Public, "https://"),
	}).String())
	return token
}

type pictureIn struct {
	V string `in:"v"`
}

// pictureOut is the old answer: a bare object.
type pictureOut struct {
	Img string `json:"img"`
}

type pictureNext struct {
	State  bool   `json:"state"`
	Status int    `json:"status"`
	Img    string `json:"img"`
}

// getCaptcha draws a picture for the browser in place of the former one. The
// answer's form is v's: "next", or the old one.
func (a *api) getCaptcha(ctx context.Context, who mall.Actor, in pictureIn) (any, error) {
	img, err := a.Captcha.DrawSVG(ctx, who, visitor.Key(a.known(ctx)), captchaLength)
	if err != nil {
		return nil, err
	}
	if in.V == "next" {
		return pictureNext{State: true, Status: http.StatusOK, Img: img}, nil
	}
	return pictureOut{img}, nil
}

type solveIn struct {
	Captcha string `in:"captcha"`
}

// verifyCaptcha compares an answer, once. Where a login needs it, the browser
// may then try one.
func (a *api) verifyCaptcha(ctx context.Context, _ mall.Actor, in solveIn) (any, error) {
	if err := a.solve(ctx, in.Captcha); err != nil {
		return nil, err
	}
	if a.cfg.CaptchaRequired {
		if err := a.Visitors.Put(ctx, browser(ctx), noteCaptcha, "solved", captchaPass); err != nil {
			return nil, err
		}
	}
	return done("验证码正确"), nil
}

// solve compares an answer with the browser's picture, which is gone then.
func (a *api) solve(ctx context.Context, answer string) error {
	token := browser(ctx)
	switch {
	case answer == "":
		return errNoCaptcha
	case token == "":
		return errCaptcha
	}
	return a.Captcha.Check(ctx, visitor.Key(token), answer)
}

// needCaptcha lets a try pass where pictures are asked for: by an answer that
// comes along, or by one solved before, which counts for one try.
func (a *api) needCaptcha(ctx context.Context, answer string) error {
	if !a.cfg.CaptchaRequired {
		return nil
	}
	if answer != "" {
		return a.solve(ctx, answer)
	}
	_, ok, err := a.Visitors.Take(ctx, browser(ctx), noteCaptcha)
	if err == nil && !ok {
		err = errNoCaptcha
	}
	return err
}
