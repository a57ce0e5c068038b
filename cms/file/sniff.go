package file

import (
	"bytes"
	"image"
	_ "image/gif"  // accepted picture
	_ "image/jpeg" // accepted picture
	_ "image/png"  // accepted picture
	"io"

	_ "golang.org/x/image/webp" // accepted picture
)

// sniffLen is how many first bytes tell a type.
const sniffLen = 64

// kind is an accepted type. All of them are inert in a browser when they are
// served with their type and nosniff; markup (HTML, SVG, XML) and archives are
// not among them.
type kind struct {
	mime, ext string
	is        func(head []byte) bool
}

var kinds = []kind{
	{"image/jpeg", "jpg", starts("\xff\xd8\xff")},
	{"image/png", "png", starts("\x89PNG\r\n\x1a\n")},
	{"image/gif", "gif", func(h []byte) bool {
		return bytes.HasPrefix(h, []byte("GIF87a")) || bytes.HasPrefix(h, []byte("GIF89a"))
	}},
	{"image/webp", "webp", riff("WEBP")},
	{"application/pdf", "pdf", starts("%PDF-")},
	{"video/quicktime", "mov", brand("qt  ")},
	{"audio/mp4", "m4a", brand("M4A ")},
	{"video/mp4", "mp4", brand("isom", "iso2", "iso4", "iso5", "iso6", "mp41", "mp42", "avc1", "M4V ", "MSNV", "dash")},
	{"video/webm", "webm", starts("\x1a\x45\xdf\xa3")},
	{"audio/mpeg", "mp3", func(h []byte) bool {
		return bytes.HasPrefix(h, []byte("ID3")) || len(h) > 2 && h[0] == 0xff && (h[1] == 0xfb || h[1] == 0xf3 || h[1] == 0xf2)
	}},
	{"audio/aac", "aac", func(h []byte) bool { return len(h) > 2 && h[0] == 0xff && (h[1] == 0xf1 || h[1] == 0xf9) }},
	{"audio/wav", "wav", riff("WAVE")},
	{"audio/amr", "amr", starts("#!AMR")},
}

func starts(magic string) func([]byte) bool {
	return func(h []byte) bool { return bytes.HasPrefix(h, []byte(magic)) }
}

func riff(form string) func([]byte) bool {
	return func(h []byte) bool { return len(h) >= 12 && string(h[:4]) == "RIFF" && string(h[8:12]) == form }
}

// brand is an ISO media file of one of the major brands.
func brand(names ...string) func([]byte) bool {
	return func(h []byte) bool {
		if len(h) < 12 || string(h[4:8]) != "ftyp" {
			return false
		}
		for _, n := range names {
			if string(h[8:12]) == n {
				return true
			}
		}
		return false
	}
}

// sniff is the accepted type of a file that starts with head, or empty.
func sniff(head []byte) string {
	for _, k := range kinds {
		if k.is(head) {
			return k.mime
		}
	}
	return ""
}

func extOf(mime string) string {
	for _, k := range kinds {
		if k.mime == mime {
			return k.ext
		}
	}
	return "bin"
}

func isImage(mime string) bool { return len(mime) > 6 && mime[:6] == "image/" }

// measure reads the picture's size in pixels from its header, without decoding
// it, and refuses what is broken or too large; body gives all bytes of r again.
func measure(f *File, r io.Reader, maxPixels int64) (body io.Reader, err error) {
	var head bytes.Buffer
	c, _, err := image.DecodeConfig(io.TeeReader(r, &head))
	switch {
	case err != nil || c.Width <= 0 || c.Height <= 0:
		return nil, ErrBroken.Because(err)
	case int64(c.Width) > maxPixels/int64(c.Height):
		return nil, ErrTooManyPixels.With(c.Width, c.Height)
	}
	f.Width, f.Height = c.Width, c.Height
	return io.MultiReader(&head, r), nil
}
