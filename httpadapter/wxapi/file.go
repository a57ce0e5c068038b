package wxapi

import (
	"context"
	"mime/multipart"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/file"
)

// maxKeepHours bounds expireHours: ten years.
const maxKeepHours = 10 * 366 * 24

type uploadIn struct {
	File        *multipart.FileHeader `in:"upfile,required"`
	ExpireHours int64                 `in:"expireHours"`
}

type fileOut struct {
	ID           mall.ID `json:"id"`
	URL          string  `json:"url"`
	Name         string  `json:"name"`
	OriginalName string  `json:"originalName"`
	Size         int64   `json:"size"`
	Type         string  `json:"type"`
}

// uploadFile stores the part upfile. uploadFileV2 is the same on another host.
func (a *api) uploadFile(ctx context.Context, who mall.Actor, in uploadIn) (*fileOut, error) {
	keep, err := hours(in.ExpireHours)
	if err != nil {
		return nil, err
	}
	body, err := in.File.Open()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	f, err := a.Files.Put(ctx, who, body, in.File.Filename, file.Options{Keep: keep})
	if err != nil {
		return nil, err
	}
	return &fileOut{ID: f.ID, URL: f.URL, Name: f.Key, OriginalName: f.Name, Size: f.Size, Type: f.Ext()}, nil
}

// hours is a term that clients give in hours; none and 0 mean no end.
func hours(n int64) (time.Duration, error) {
	if n < 0 || n > maxKeepHours {
		return 0, mall.ErrInvalid.With("expireHours")
	}
	return time.Duration(n) * time.Hour, nil
}
