package httpadapter

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/qrlogin"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/cms/student"
	"github.com/gomall-dev/mall/cms/weather"
	"github.com/gomall-dev/mall/httpadapter/manager"
)

// tools makes the services of the management back end that are no part of the
// shop: students, the weather, and the login by QR code.
func (s *Services) tools(p Ports) (err error) {
	st := s.Store
	if s.cfg.QRLogin.WeChat == nil {
		s.cfg.QRLogin.WeChat = p.QRLogin
	}
	if s.QRLogins, err = qrlogin.New(qrlogin.Deps{Repo: st.Tickets(), Tx: st, Accounts: s.Auth}, s.cfg.QRLogin); err != nil {
		return err
	}
	if s.cfg.Students.DropPicture == nil {
		s.cfg.Students.DropPicture = s.dropPicture
	}
	if s.Students, err = student.New(student.Deps{Repo: st.Students(), Tx: st}, s.cfg.Students); err != nil {
		return err
	}
	if p.Weather == nil {
		if p.Weather, err = weather.NewClient(weather.ClientConfig{}); err != nil {
			return err
		}
	}
	s.Weather, err = weather.New(weather.Deps{
		Repo: st.Weather(), Limits: st.Limits(), Tx: st, Vendor: p.Weather, Settings: weatherAccount{s.Site},
	}, s.cfg.Weather)
	return err
}

// dropPicture removes a file by its address if it was uploaded as the picture
// of a student.
func (s *Services) dropPicture(ctx context.Context, url string) error {
	key := url[strings.LastIndexByte(url, '/')+1:]
	f, err := s.Files.Get(ctx, key)
	switch {
	case mall.Refused(err):
		return nil // no file of ours, or gone already
	case err != nil:
		return err
	case !strings.HasPrefix(f.Source, manager.StudentPicture), !strings.HasSuffix(url, "/files/"+key) && url != f.URL:
		return nil
	}
	if err := s.Files.Delete(ctx, mall.System(), key); err != nil && !mall.Refused(err) {
		return err
	}
	return nil
}

// weatherAccount keeps the account at the weather vendor as a secret setting.
type weatherAccount struct{ site *site.Service }

const weatherSetting = "weather_account"

// Load reads the setting.
func (w weatherAccount) Load(ctx context.Context) (a weather.Account, ok bool, err error) {
	text, ok, err := w.site.Value(ctx, weatherSetting)
	if err != nil || !ok {
		return a, false, err
	}
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return a, false, nil // written by hand and no account; the error would repeat it
	}
	return a, true, nil
}

// Save writes the setting.
func (w weatherAccount) Save(ctx context.Context, who mall.Actor, a weather.Account) error {
	b, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return w.site.Put(ctx, who, site.Setting{Key: weatherSetting, Value: string(b), Access: site.Secret, Remark: "vendor of the weather"})
}
