package weather

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
)

// maxAnswer is the longest answer that is read, in bytes; the vendor's are
// below 4 KiB.
const maxAnswer = 256 << 10

// ClientConfig adjusts the real client; its zero value works.
type ClientConfig struct {
	// BaseURL is the address of the vendor's API; default
	// https://v0.yiketianqi.com/api, whose editions are v61, v6, v62 …
	BaseURL string
	// HTTP sends requests; default a client that waits 10 seconds at most and
	// follows no redirects, which would carry the account elsewhere.
	HTTP *http.Client
}

type client struct {
	base *url.URL
	http *http.Client
}

// NewClient makes the real Vendor. It talks to nobody yet.
func NewClient(c ClientConfig) (Vendor, error) {
	if c.BaseURL == "" {
		c.BaseURL = "https://v0.yiketianqi.com/api"
	}
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Scheme != "http" {
		return nil, errors.New("weather: ClientConfig.BaseURL is no http address")
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{
			Timeout:       10 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return &client{base: base, http: c.HTTP}, nil
}

// Report implements Vendor by GET BaseURL?version&appid&appsecret&city.
func (c *client) Report(ctx context.Context, a Account, city string) (Report, error) {
	if mall.InTx(ctx) {
		return Report{}, errors.New("weather: called inside a transaction")
	}
	q := c.base.Query()
	for name, text := range map[string]string{"unescape": "1", "version": a.Version, "appid": a.AppID, "appsecret": a.Secret, "city": city} {
		if text != "" {
			q.Set(name, text)
		}
	}
	at := *c.base
	at.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return Report{}, ErrAnswer // the error would print the address, and so the secret
	}
	res, err := c.http.Do(req)
	if err != nil {
		if ue, ok := errors.AsType[*url.Error](err); ok {
			err = ue.Err
		}
		return Report{}, ErrAnswer.Because(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return Report{}, ErrAnswer.Because(err)
	}
	if res.StatusCode != http.StatusOK || len(b) > maxAnswer {
		return Report{}, ErrAnswer.Because(fmt.Errorf("status %d, %d bytes", res.StatusCode, len(b)))
	}
	return decode(b, a.Secret)
}

// decode reads an answer: a report, or errcode and errmsg.
func decode(b []byte, secret string) (Report, error) {
	var w wire
	if err := json.Unmarshal(b, &w); err != nil {
		return Report{}, ErrAnswer.Because(errors.New("no JSON of the expected form"))
	}
	if w.ErrCode != "" && w.ErrCode != "0" {
		reason := fmt.Sprintf("%.20s %.200s", w.ErrCode, w.ErrMsg)
		if secret != "" {
			reason = strings.ReplaceAll(reason, secret, "…")
		}
		return Report{}, ErrRefused.Because(errors.New(reason))
	}
	if w.City == "" || w.Wea == "" {
		return Report{}, ErrAnswer.Because(errors.New("no report"))
	}
	return w.report(), nil
}

// wire is an answer. Its texts are sometimes numbers.
type wire struct {
	ErrCode text `json:"errcode"`
	ErrMsg  text `json:"errmsg"`

	CityID     text            `json:"cityid"`
	Date       text            `json:"date"`
	Week       text            `json:"week"`
	UpdateTime text            `json:"update_time"`
	City       text            `json:"city"`
	CityEn     text            `json:"cityEn"`
	Country    text            `json:"country"`
	CountryEn  text            `json:"countryEn"`
	Wea        text            `json:"wea"`
	WeaImg     text            `json:"wea_img"`
	Tem        text            `json:"tem"`
	Tem1       text            `json:"tem1"`
	Tem2       text            `json:"tem2"`
	Win        text            `json:"win"`
	WinSpeed   text            `json:"win_speed"`
	WinMeter   text            `json:"win_meter"`
	Humidity   text            `json:"humidity"`
	Visibility text            `json:"visibility"`
	Pressure   text            `json:"pressure"`
	Air        text            `json:"air"`
	AirPM25    text            `json:"air_pm25"`
	AirLevel   text            `json:"air_level"`
	AirTips    text            `json:"air_tips"`
	Alarm      json.RawMessage `json:"alarm"`
	AQI        json.RawMessage `json:"aqi"`
}

func (w *wire) report() Report {
	return Report{
		CityID: string(w.CityID), Date: string(w.Date), Week: string(w.Week), UpdateTime: string(w.UpdateTime),
		City: string(w.City), CityEn: string(w.CityEn), Country: string(w.Country), CountryEn: string(w.CountryEn),
		Wea: string(w.Wea), WeaImg: string(w.WeaImg), Tem: string(w.Tem), Tem1: string(w.Tem1), Tem2: string(w.Tem2),
		Win: string(w.Win), WinSpeed: string(w.WinSpeed), WinMeter: string(w.WinMeter), Humidity: string(w.Humidity),
		Visibility: string(w.Visibility), Pressure: string(w.Pressure), Air: string(w.Air), AirPM25: string(w.AirPM25),
		AirLevel: string(w.AirLevel), AirTips: string(w.AirTips), Alarm: object(w.Alarm), AQI: object(w.AQI),
	}
}

// maxText is the longest text of a report, in bytes; longer ones are cut.
const maxText = 1000

// text is a JSON string or number; anything else reads as empty.
type text string

// UnmarshalJSON never fails: a field that is not understood is left out.
func (t *text) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) != nil {
		var n json.Number
		if json.Unmarshal(b, &n) != nil {
			n = ""
		}
		s = n.String()
	}
	if len(s) > maxText {
		s = s[:maxText]
	}
	*t = text(strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", ""))
	return nil
}

// object is raw if it is a JSON object of a sensible size, else an empty one.
func object(raw json.RawMessage) json.RawMessage {
	var fields map[string]text
	if len(raw) > 4*maxText || json.Unmarshal(raw, &fields) != nil || fields == nil {
		return json.RawMessage("{}")
	}
	b, err := json.Marshal(fields)
	if err != nil {
		return json.RawMessage("{}")
	}
	return b
}
