package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/wechat"
)

type wxaQrcodeIn struct {
	Scene       string `in:"scene,required"`
	Page        string `in:"page"`
	Width       int    `in:"width"`
	IsHyaline   bool   `in:"is_hyaline"`
	AutoColor   bool   `in:"autoColor"`
	CheckPath   *bool  `in:"check_path"`
	EnvVersion  string `in:"env_version"`
	ExpireHours int64  `in:"expireHours"`
}

// wxaQrcode answers the picture's URL as text. Like at WeChat, the page is
// checked unless the caller says otherwise.
func (a *api) wxaQrcode(ctx context.Context, _ mall.Actor, in wxaQrcodeIn) (any, error) {
	keep, err := hours(in.ExpireHours)
	if err != nil {
		return nil, err
	}
	url, err := a.QR.WXACode(ctx, a.Site.AppID(), wechat.WXACode{
		Scene: in.Scene, Page: in.Page, Width: in.Width, Hyaline: in.IsHyaline, AutoColor: in.AutoColor,
		CheckPath: in.CheckPath == nil || *in.CheckPath, EnvVersion: in.EnvVersion,
	}, keep)
	if err != nil {
		return nil, err
	}
	return url, nil
}
