package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

type picIn struct {
	Key  string `in:"key,required"`
	Code string `in:"code"`
}

// graphValidateCodeUrl is the address of a picture, so it answers the picture.
func (a *api) graphValidateCodeUrl(ctx context.Context, who mall.Actor, in picIn) (endpoint.Raw, error) {
	png, err := a.Captcha.Draw(ctx, who, in.Key)
	if err != nil {
		return nil, err
	}
	return endpoint.Bytes("image/png", png), nil
}

func (a *api) graphValidateCodeCheck(ctx context.Context, _ mall.Actor, in picIn) (any, error) {
	return empty(a.Captcha.Check(ctx, in.Key, in.Code))
}

type smsIn struct {
	Mobile  string `in:"mobile,required"`
	Key     string `in:"key"`
	PicCode string `in:"picCode"`
}

func (a *api) smsValidateCode(ctx context.Context, who mall.Actor, in smsIn) (any, error) {
	return empty(a.Verify.Send(ctx, who, in.Mobile, verify.Picture{Key: in.Key, Answer: in.PicCode}))
}

type smsCheckIn struct {
	Mobile string `in:"mobile,required"`
	Code   string `in:"code,required"`
}

// smsValidateCodeCheck leaves the code good for the step that follows.
func (a *api) smsValidateCodeCheck(ctx context.Context, who mall.Actor, in smsCheckIn) (any, error) {
	return empty(a.Verify.Check(ctx, who.Face, in.Mobile, in.Code))
}
