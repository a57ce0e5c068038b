package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/site"
)

// maxKeys is how many settings one request may ask for.
const maxKeys = 200

// queryConfigValue answers the value as text, 700 for what is not public.
func (a *api) queryConfigValue(ctx context.Context, _ mall.Actor, in keyIn) (any, error) {
	list, err := a.Site.Public(ctx, []string{in.Key})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errNone
	}
	return list[0].Value, nil
}

type keysIn struct {
	Keys []string `in:"keys,required"`
}

type configOut struct {
	Key        string `json:"key"`
	Value      string `json:"value"`
	Remark     string `json:"remark"`
	DateUpdate stamp  `json:"dateUpdate"`
}

// queryConfigBatch leaves out what is not set or not public; 700 when nothing
// is left.
func (a *api) queryConfigBatch(ctx context.Context, _ mall.Actor, in keysIn) ([]configOut, error) {
	if len(in.Keys) > maxKeys {
		return nil, mall.ErrInvalid.With("keys")
	}
	list, err := a.Site.Public(ctx, in.Keys)
	if err != nil {
		return nil, err
	}
	return listed(list, func(s site.Setting) configOut {
		return configOut{s.Key, s.Value, s.Remark, a.at(s.UpdatedAt)}
	})
}
