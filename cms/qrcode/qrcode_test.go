package qrcode_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/cms/qrcode"
)

// drawn is a WeChat that draws every code itself.
type drawn struct {
	wechat.Client
	calls atomic.Int64
	err   error
	last  wechat.WXACode
}

func (d *drawn) WXACode(ctx context.Context, _ string, c wechat.WXACode) ([]byte, error) {
	d.calls.Add(1)
	if mall.InTx(ctx) {
		return nil, errors.New("called in a transaction")
	}
	d.last = c
	if d.err != nil {
		return nil, d.err
	}
	return qrcode.Draw(c.Scene, c.Width)
}

// shelf keeps files in memory.
type shelf struct{ urls sync.Map }

func (s *shelf) Kept(_ context.Context, source string) (string, error) {
	url, _ := s.urls.Load(source)
	text, _ := url.(string)
	return text, nil
}

func (s *shelf) Keep(_ context.Context, source, name string, _ []byte, _ time.Duration) (string, error) {
	url, _ := s.urls.LoadOrStore(source, "/files/"+name+source[len(source)-4:]+".png")
	return url.(string), nil
}

func ExampleNew() {
	codes, err := qrcode.New(qrcode.Deps{Files: &shelf{}}, qrcode.Config{WeChat: &drawn{}})
	if err != nil {
		panic(err)
	}
	url, err := codes.WXACode(context.Background(), "wx1", wechat.WXACode{Scene: "id=7", Page: "pages/goods/index"}, 0)
	fmt.Println(strings.HasPrefix(url, "/files/wxacode"), err)
	// Output: true <nil>
}

func ExampleDraw() {
	b, err := qrcode.Draw("https://shop.example/goods/7", 300)
	if err != nil {
		panic(err)
	}
	c, err := png.DecodeConfig(bytes.NewReader(b))
	fmt.Println(c.Width, c.Height, err)
	// Output: 300 300 <nil>
}

func TestDrawBounds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		content string
		size    int
		want    int
	}{
		{"x", 0, 300}, {"x", -5, 300}, {"x", 1 << 40, 1280}, {"x", 1, 29}, {strings.Repeat("中", 341), 10, 0}, {"x", 433, 433},
	} {
		b, err := qrcode.Draw(c.content, c.size)
		require.NoError(t, err)
		cfg, err := png.DecodeConfig(bytes.NewReader(b))
		require.NoError(t, err)
		require.Equal(t, cfg.Width, cfg.Height)
		if c.want > 0 {
			require.Equal(t, c.want, cfg.Width)
		}
	}
	for _, content := range []string{"", strings.Repeat("x", qrcode.MaxContent+1)} {
		_, err := qrcode.Draw(content, 300)
		require.ErrorIs(t, err, mall.ErrInvalid)
	}
}

func TestEqualWishesShareAPicture(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	client, ctx := &drawn{}, t.Context()
	codes, err := qrcode.New(qrcode.Deps{Files: &shelf{}}, qrcode.Config{WeChat: client, Now: func() time.Time { return now }})
	require.NoError(t, err)
	wish := wechat.WXACode{Scene: "id=1", Page: "/pages/index", Width: 99999}
	first, err := codes.WXACode(ctx, "wx1", wish, 2*time.Hour)
	require.NoError(t, err)
	require.Equal(t, 1280, client.last.Width)
	require.Equal(t, "pages/index", client.last.Page)
	again, err := codes.WXACode(ctx, "wx1", wish, 2*time.Hour)
	require.NoError(t, err)
	require.Equal(t, first, again)
	require.Equal(t, int64(1), client.calls.Load())
	now = now.Add(time.Hour)
	later, err := codes.WXACode(ctx, "wx1", wish, 2*time.Hour)
	require.NoError(t, err)
	require.NotEqual(t, first, later, "a picture that goes soon is not given out again")
	wish.Scene = "id=2"
	_, err = codes.WXACode(ctx, "wx1", wish, 2*time.Hour)
	require.NoError(t, err)
	require.Equal(t, int64(3), client.calls.Load())
}

func TestWXACodeRefusals(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	unset, err := qrcode.New(qrcode.Deps{Files: &shelf{}}, qrcode.Config{})
	require.NoError(t, err)
	_, err = unset.WXACode(ctx, "wx1", wechat.WXACode{Scene: "x"}, 0)
	require.ErrorIs(t, err, mall.ErrNotConfigured)

	client := &drawn{err: wechat.ErrPage}
	codes, err := qrcode.New(qrcode.Deps{Files: &shelf{}}, qrcode.Config{WeChat: client})
	require.NoError(t, err)
	_, err = codes.WXACode(ctx, "", wechat.WXACode{Scene: "x"}, 0)
	require.ErrorIs(t, err, mall.ErrNotConfigured)
	for _, c := range []wechat.WXACode{{}, {Scene: strings.Repeat("x", 33)}, {Scene: "x", Page: strings.Repeat("p", 129)}, {Scene: "x", EnvVersion: "beta"}} {
		_, err = codes.WXACode(ctx, "wx1", c, 0)
		require.ErrorIs(t, err, mall.ErrInvalid)
	}
	_, err = codes.WXACode(ctx, "wx1", wechat.WXACode{Scene: "x"}, 0)
	require.ErrorIs(t, err, wechat.ErrPage)
	client.err = nil
	_, err = codes.WXACode(ctx, "wx1", wechat.WXACode{Scene: "x"}, 0)
	require.NoError(t, err, "a refusal is not remembered")
	_, err = qrcode.New(qrcode.Deps{}, qrcode.Config{})
	require.ErrorContains(t, err, "Files")
}
