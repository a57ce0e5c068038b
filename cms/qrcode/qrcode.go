// Package qrcode draws QR codes, and has WeChat draw mini-program codes that
// are kept as files for a while.
//
//	png, err := qrcode.Draw("https://shop.example/goods/7", 300)
//	codes, err := qrcode.New(qrcode.Deps{Files: files, WeChat: client}, qrcode.Config{})
//	url, err := codes.WXACode(ctx, appid, wechat.WXACode{Scene: "id=7", Page: "pages/goods/index"}, 24*time.Hour)
package qrcode

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"

	"rsc.io/qr"

	"github.com/gomall-dev/mall"
)

const (
	// MaxContent is the longest content of a code, in bytes.
	MaxContent = 1024
	// DefaultSize is the width of a code when none is asked for, in pixels.
	DefaultSize = 300
	// MaxSize is the widest code, in pixels.
	MaxSize = 1280

	quiet = 4 // modules of white border that readers need
)

// Draw is a PNG of size by size pixels that holds content; sizes out of range
// are brought into it, and a size too small for the content is raised to what
// it needs. Content of no or more than MaxContent bytes is refused.
func Draw(content string, size int) ([]byte, error) {
	if content == "" || len(content) > MaxContent {
		return nil, mall.ErrInvalid.With("content")
	}
	code, err := qr.Encode(content, qr.M)
	if err != nil {
		return nil, fmt.Errorf("qrcode: draw: %w", err)
	}
	if size <= 0 {
		size = DefaultSize
	}
	modules := code.Size + 2*quiet
	size = max(min(size, MaxSize), modules)
	scale := size / modules
	edge := (size - scale*code.Size) / 2
	img := image.NewPaletted(image.Rect(0, 0, size, size), color.Palette{color.White, color.Black})
	for y := range code.Size * scale {
		for x := range code.Size * scale {
			if code.Black(x/scale, y/scale) {
				img.SetColorIndex(edge+x, edge+y, 1)
			}
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, fmt.Errorf("qrcode: draw: %w", err)
	}
	return b.Bytes(), nil
}
