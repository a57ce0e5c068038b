package main

import (
	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/examples/mall/sandbox"
	"github.com/gomall-dev/mall/httpadapter/o2o"
)

// faces are the APIs that the host serves.
var faces = []mall.Face{mall.FaceWXAPI, mall.FaceManager, mall.FaceO2O}

// appid is the mini program of the default operating centre, "" for none.
func (o *options) appid() string {
	if o.sandbox {
		return sandbox.AppID
	}
	return o.wechatAppID
}

// o2oConfig is the configuration of the O2O mini program's API. With -sandbox
// SMS codes stand in answers, and the login code "user" signs a tester in.
func (s *host) o2oConfig(o options) o2o.Config {
	c := o2o.Config{DefaultAppID: o.appid()}
	if s.sandbox != nil {
		c.Sandbox = &o2o.Sandbox{LastCode: s.sandbox.LastCode, User: "13800138000"}
	}
	return c
}
