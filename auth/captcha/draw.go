package captcha

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"math/rand/v2"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/math/fixed"
)

// Sizes in pixels: a letter of the built-in font is 7 by 13, drawn enlarged.
const (
	height = 48
	cell   = 28 // width of one letter's place
	margin = 8
	scale  = 2.6
)

// picture is a text as PNG: letters turned, shifted and enlarged at
// random, crossed by curves and dots. math/rand does for the noise; the
// answer itself came from crypto/rand.
func picture(answer string) ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, 2*margin+cell*len(answer), height))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{245, 247, 250, 255}), image.Point{}, draw.Src)
	for range 120 {
		img.Set(rand.IntN(img.Rect.Dx()), rand.IntN(height), ink(150))
	}
	for i, c := range []byte(answer) {
		glyph(img, c, margin+cell*i+cell/2+rand.IntN(5)-2, height/2+rand.IntN(9)-4)
	}
	for range 3 {
		curve(img)
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

// markup is a picture as SVG: a PNG inside, because outlines of letters in
// the markup could be read by a program.
func markup(answer string) (string, error) {
	b, err := picture(answer)
	w := 2*margin + cell*len(answer)
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="%[2]d" viewBox="0,0,%[1]d,%[2]d">`+
		`<image width="%[1]d" height="%[2]d" href="data:image/png;base64,%[3]s"/></svg>`,
		w, height, base64.StdEncoding.EncodeToString(b)), err
}

// glyph draws one letter around a centre, every pixel of the font turned and
// enlarged.
func glyph(img *image.RGBA, c byte, cx, cy int) {
	mask := image.NewAlpha(image.Rect(0, 0, 7, 13))
	d := font.Drawer{Dst: mask, Src: image.Opaque, Face: basicfont.Face7x13, Dot: fixed.P(0, 11)}
	d.DrawBytes([]byte{c})
	angle, size := (rand.Float64()-0.5)*0.7, scale*(0.9+rand.Float64()*0.25)
	sin, cos := math.Sincos(angle)
	col := ink(20)
	for y := -height / 2; y <= height/2; y++ {
		for x := -cell; x <= cell; x++ {
			u := (float64(x)*cos+float64(y)*sin)/size + 3.5
			v := (-float64(x)*sin+float64(y)*cos)/size + 6.5
			if u >= 0 && v >= 0 && mask.AlphaAt(int(u), int(v)).A > 0 {
				img.Set(cx+x, cy+y, col)
			}
		}
	}
}

// curve draws a sine line from edge to edge.
func curve(img *image.RGBA) {
	col, y0 := ink(80), float64(8+rand.IntN(height-16))
	amp, freq, phase := 3+rand.Float64()*8, 0.03+rand.Float64()*0.06, rand.Float64()*6
	for x := range img.Rect.Dx() {
		y := int(y0 + amp*math.Sin(freq*float64(x)+phase))
		img.Set(x, y, col)
		img.Set(x, y+1, col)
	}
}

// ink is a random colour, each part from base to base+99.
func ink(base int) color.RGBA {
	part := func() uint8 { return uint8(base + rand.IntN(100)) }
	return color.RGBA{part(), part(), part(), 255}
}
