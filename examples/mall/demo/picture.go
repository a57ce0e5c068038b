package demo

import (
	"bytes"
	"hash/fnv"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"
	"time"
)

// Pictures is the path below which the host serves the drawings of the demo data.
const Pictures = "/demo/pictures/"

// side is the edge of a goods picture in pixels; banners are twice as wide.
const side = 240

// picture is the path of the drawing with a name.
func picture(name string) string { return Pictures + name + ".png" }

// ServePictures draws the pictures of the demo data. A drawing depends on its
// name only, so clients may keep it for ever; names that the demo data does
// not use are not found.
func ServePictures() http.Handler {
	names := make(map[string]bool)
	for _, name := range pictureNames() {
		names[name] = true
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, Pictures), ".png")
		if !ok || !names[name] {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "image/png")
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		http.ServeContent(w, r, name+".png", time.Time{}, bytes.NewReader(draw(name)))
	})
}

// draw is a small PNG of three shapes on a plain ground; shapes and colours
// come from the name.
func draw(name string) []byte {
	h := fnv.New64a()
	h.Write([]byte(name))
	seed := h.Sum64()
	next := func(n uint64) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int((seed >> 33) % n)
	}
	width := side
	if strings.HasPrefix(name, "banner") {
		width *= 2
	}
	img := image.NewPaletted(image.Rect(0, 0, width, side), palette(next))
	for i := range uint8(3) {
		x, y, radius := side/4+next(uint64(width-side/2)), side/4+next(side/2), side/8+next(side/4)
		fill(img, x, y, radius, next(3), i+1)
	}
	var b bytes.Buffer
	// Encoding into memory fails only for impossible sizes.
	if err := png.Encode(&b, img); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// palette is a light ground and three stronger colours.
func palette(next func(uint64) int) color.Palette {
	p := color.Palette{color.RGBA{uint8(225 + next(30)), uint8(225 + next(30)), uint8(225 + next(30)), 255}}
	for range 3 {
		p = append(p, color.RGBA{uint8(40 + next(200)), uint8(40 + next(200)), uint8(40 + next(200)), 255})
	}
	return p
}

// fill paints a disc, a square or a diamond around a point.
func fill(img *image.Paletted, cx, cy, radius, shape int, c uint8) {
	for y := cy - radius; y <= cy+radius; y++ {
		for x := cx - radius; x <= cx+radius; x++ {
			dx, dy := x-cx, y-cy
			inside := true
			switch shape {
			case 0:
				inside = dx*dx+dy*dy <= radius*radius
			case 1:
				inside = max(dx, -dx)+max(dy, -dy) <= radius
			}
			if inside && image.Pt(x, y).In(img.Rect) {
				img.SetColorIndex(x, y, c)
			}
		}
	}
}
