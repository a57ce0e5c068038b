package manager

import (
	"context"
	"crypto/rand"
	"mime/multipart"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/file"
)

// pictures are the types of pictures that are accepted, told by their bytes.
var pictures = []string{"image/jpeg", "image/png", "image/gif"}

// picture stores an uploaded picture of at most Config.MaxPicture bytes under a
// key of its own and gives its absolute address. What clients call the file is
// kept for people only. Routes that are open to everybody count the pictures of
// visitors by their network address.
func (a *api) picture(ctx context.Context, who mall.Actor, h *multipart.FileHeader) (string, error) {
	return a.pictureFrom(ctx, who, h, "")
}

// pictureFrom is picture with the beginning of the file's source, which says
// what it was uploaded for; "" for none.
func (a *api) pictureFrom(ctx context.Context, who mall.Actor, h *multipart.FileHeader, purpose string) (string, error) {
	if purpose != "" {
		purpose += rand.Text()
	}
	most := a.cfg.MaxPicture
	if h.Size > most {
		return "", file.ErrTooLarge.With(most)
	}
	body, err := h.Open()
	if err != nil {
		return "", err
	}
	defer body.Close()
	f, err := a.Files.Put(ctx, who, body, h.Filename, file.Options{Types: pictures, Most: most, Visitor: true, Source: purpose})
	if err != nil {
		return "", err
	}
	return a.absolute(f.URL), nil
}

// absolute is an address on the public base; addresses that are absolute
// already, and none, stay as they are.
func (a *api) absolute(url string) string {
	if strings.HasPrefix(url, "/") && !strings.HasPrefix(url, "//") {
		return a.cfg.Public + url
	}
	return url
}

type uploadIn struct {
	Img *multipart.FileHeader `in:"img"`
}

type uploadOut struct {
	envelope
	ImgURL string `json:"imgUrl"`
}

// errNoPicture says that no picture came along.
var errNoPicture = mall.E(mall.Invalid, "manager.no_picture", "no picture was uploaded")

// uploadImg stores a picture for whatever purpose. No login is needed: the
// upload widgets of browsers send no header.
func (a *api) uploadImg(ctx context.Context, who mall.Actor, in uploadIn) (*uploadOut, error) {
	if in.Img == nil {
		return nil, errNoPicture
	}
	url, err := a.picture(ctx, who, in.Img)
	if err != nil {
		return nil, err
	}
	return &uploadOut{done("上传成功"), url}, nil
}
