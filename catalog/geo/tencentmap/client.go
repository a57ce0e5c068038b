// Package tencentmap asks Tencent's map service (腾讯位置服务) in which district a
// point lies: a geo.Locator for hosts that want today's borders instead of the
// embedded ones.
//
//	maps, err := tencentmap.New(tencentmap.Config{Key: key})
//	svc, err := httpadapter.Assemble(store, httpadapter.Ports{Map: maps}, cfg)
package tencentmap

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
)

// ErrAnswer says that the map service could not be reached or refused.
var ErrAnswer = mall.E(mall.Unavailable, "tencentmap.answer", "the map service does not answer as expected")

// Config is what the client needs.
type Config struct {
	// Key is the developer's key; required.
	Key string
	// SecretKey signs requests when the key asks for it; "" for no signature.
	SecretKey string
	// Regions gives names and codes; nil is geo.Default().
	Regions *geo.Regions
	// BaseURL is the service's; default https://apis.map.qq.com.
	BaseURL string
	// HTTP sends requests; default a client with a timeout of 3 seconds.
	HTTP *http.Client
}

// Client is a geo.Locator, safe for concurrent use.
type Client struct{ c Config }

var _ geo.Locator = (*Client)(nil)

// New makes a client. It talks to nobody yet.
func New(c Config) (*Client, error) {
	if c.Key == "" {
		return nil, errors.New("tencentmap: Config.Key is missing")
	}
	if c.Regions == nil {
		c.Regions = geo.Default()
	}
	if c.BaseURL == "" {
		c.BaseURL = "https://apis.map.qq.com"
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: 3 * time.Second}
	}
	return &Client{c}, nil
}

const (
	path      = "/ws/geocoder/v1/"
	china     = "156" // the country's number in ISO 3166
	maxAnswer = 1 << 20
)

// Locate implements geo.Locator by the reverse geocoder. ErrAnswer when the
// service does not tell; its words are in the log, the key is not.
func (c *Client) Locate(ctx context.Context, lat, lng float64) (geo.Region, error) {
	if err := geo.Check(lat, lng); err != nil {
		return geo.Region{}, err
	}
	location := strconv.FormatFloat(lat, 'f', 6, 64) + "," + strconv.FormatFloat(lng, 'f', 6, 64)
	q := url.Values{"key": {c.c.Key}, "location": {location}}
	if c.c.SecretKey != "" {
		// The signature is over the plain texts in the order of their names.
		sum := md5.Sum([]byte(path + "?key=" + c.c.Key + "&location=" + location + c.c.SecretKey))
		q.Set("sig", hex.EncodeToString(sum[:]))
	}
	var out struct {
		Status  int    `json:"status"`
		Message string `json:"message"`
		Result  struct {
			AdInfo struct {
				Nation string `json:"nation_code"`
				Code   string `json:"adcode"`
			} `json:"ad_info"`
		} `json:"result"`
	}
	if err := c.get(ctx, c.c.BaseURL+path+"?"+q.Encode(), &out); err != nil {
		return geo.Region{}, ErrAnswer.Because(err)
	}
	at := out.Result.AdInfo
	switch {
	case out.Status != 0:
		return geo.Region{}, ErrAnswer.Because(fmt.Errorf("status %d: %.200s", out.Status, out.Message))
	case at.Code == "" || at.Nation != "" && at.Nation != china:
		return geo.Region{}, geo.ErrOutside
	}
	// A district younger than the table still has its city.
	for _, code := range []string{at.Code, at.Code[:min(4, len(at.Code))]} {
		if g, ok := c.c.Regions.Find(code); ok && g.Level > geo.Province {
			return g, nil
		}
	}
	return geo.Region{}, ErrAnswer.Because(fmt.Errorf("unknown region %.20q", at.Code))
}

func (c *Client) get(ctx context.Context, address string, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return errors.New("address cannot be made")
	}
	res, err := c.c.HTTP.Do(req)
	if err != nil {
		// The error's text would hold the address, and so the key.
		if failed, ok := errors.AsType[*url.Error](err); ok {
			err = failed.Err
		}
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP status %d", res.StatusCode)
	}
	return json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(out)
}
