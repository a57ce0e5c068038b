package captcha_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/xml"
	"image/png"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/captcha"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func TestCaptcha(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		ctx, at := t.Context(), time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
		answers := map[string]string{}
		s, err := captcha.New(captcha.Deps{Tx: store, Repository: store.Captchas(), Limits: store.Limits()}, captcha.Config{
			Now: func() time.Time { return at }, PerAddr: 8,
			Reveal: func(_ context.Context, key, answer string) { answers[key] = answer },
		})
		require.NoError(t, err)
		who := mall.Actor{Face: mall.FaceWXAPI, Addr: "a"}
		draw := func() {
			t.Helper()
			b, err := s.Draw(ctx, who, "k")
			require.NoError(t, err)
			img, err := png.Decode(bytes.NewReader(b))
			require.NoError(t, err)
			require.Equal(t, 128, img.Bounds().Dx())
		}
		draw()
		require.NoError(t, s.Check(ctx, "k", " "+strings.ToUpper(answers["k"])))
		require.ErrorIs(t, s.Check(ctx, "k", answers["k"]), captcha.ErrAnswer, "gone after a check")
		draw()
		require.ErrorIs(t, s.Check(ctx, "k", "wrong"), captcha.ErrAnswer)
		require.ErrorIs(t, s.Check(ctx, "k", answers["k"]), captcha.ErrAnswer, "one try")
		draw()
		at = at.Add(5 * time.Minute)
		require.ErrorIs(t, s.Check(ctx, "k", answers["k"]), captcha.ErrAnswer, "expired")
		require.ErrorIs(t, s.Check(ctx, "unknown", ""), captcha.ErrAnswer, "an unknown key with no answer")
		draw()
		first := answers["k"]
		draw()
		if first != answers["k"] {
			require.ErrorIs(t, s.Check(ctx, "k", first), captcha.ErrAnswer, "a newer picture voids it")
		}
		draw()
		var won atomic.Int64
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if s.Check(ctx, "k", answers["k"]) == nil {
					won.Add(1)
				}
			})
		}
		wg.Wait()
		require.Equal(t, int64(1), won.Load())
		for _, key := range []string{"", strings.Repeat("k", 129)} {
			_, err := s.Draw(ctx, who, key)
			require.ErrorIs(t, err, captcha.ErrKey)
		}
		draw()
		draw()
		_, err = s.Draw(ctx, who, "k")
		require.ErrorIs(t, err, captcha.ErrTooMany)
		at = at.Add(time.Hour)
		require.NoError(t, s.Sweep(ctx, 10))
		draw()
	})
}

// TestSVG: the markup shows a picture and holds its characters as pixels only.
func TestSVG(t *testing.T) {
	t.Parallel()
	store, answer := storagetest.SQLite(t), ""
	s, err := captcha.New(captcha.Deps{Tx: store, Repository: store.Captchas(), Limits: store.Limits()}, captcha.Config{
		Reveal: func(_ context.Context, _, a string) { answer = a },
	})
	require.NoError(t, err)
	svg, err := s.DrawSVG(t.Context(), mall.Actor{}, "k", 5)
	require.NoError(t, err)
	require.Len(t, answer, 5)
	var doc struct {
		Width int `xml:"width,attr"`
		Image struct {
			Href string `xml:"href,attr"`
		} `xml:"image"`
	}
	require.NoError(t, xml.Unmarshal([]byte(svg), &doc))
	body, ok := strings.CutPrefix(doc.Image.Href, "data:image/png;base64,")
	require.True(t, ok)
	raw, err := base64.StdEncoding.DecodeString(body)
	require.NoError(t, err)
	img, err := png.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	require.Equal(t, doc.Width, img.Bounds().Dx())
	require.NotContains(t, svg, "<text")
	require.NotContains(t, svg, "<path")
	require.NoError(t, s.Check(t.Context(), "k", strings.ToUpper(answer)))
}

// TestNoLookAlikes: no 0, o, 1, i or l is in a picture, and all the others come up.
func TestNoLookAlikes(t *testing.T) {
	t.Parallel()
	store, seen := storagetest.SQLite(t), map[rune]bool{}
	s, err := captcha.New(captcha.Deps{Tx: store, Repository: store.Captchas(), Limits: store.Limits()}, captcha.Config{
		Reveal: func(_ context.Context, _, answer string) {
			for _, r := range answer {
				seen[r] = true
			}
		},
	})
	require.NoError(t, err)
	for range 150 {
		_, err := s.DrawSVG(t.Context(), mall.Actor{}, "k", 8)
		require.NoError(t, err)
	}
	for _, r := range "01iloIO" {
		require.False(t, seen[r], string(r))
	}
	require.Len(t, seen, 31)
}
