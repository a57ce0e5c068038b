package wxapi

import (
	"context"
	"strconv"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms"
	"github.com/gomall-dev/mall/cms/site"
)

type appidIn struct {
	AppID string `in:"appid,required"`
}

// fetchSubDomainByWxappAppid answers the tenant's path segment as text.
func (a *api) fetchSubDomainByWxappAppid(_ context.Context, _ mall.Actor, in appidIn) (any, error) {
	if !a.Site.HasApp(in.AppID) {
		return nil, errNone
	}
	return a.cfg.Subdomain, nil
}

type statisticsOut struct {
	DFS        dfsOut     `json:"dfs"`
	WxAppid    string     `json:"wxAppid"`
	CMSArticle articleOut `json:"cmsArticle"`
}

type dfsOut struct {
	ID              int    `json:"id"`
	Capacity        int64  `json:"capacity"`
	CapacityStr     string `json:"capacityStr"`
	CapacityLeft    int64  `json:"capacityLeft"`
	CapacityLeftStr string `json:"capacityLeftStr"`
	Count           int64  `json:"count"`
	IsFixed         bool   `json:"isFixed"`
}

// articleOut counts the articles that are shown; comments, favourites and
// views are not kept.
type articleOut struct {
	Numbers  int64 `json:"numbers"`
	Comments int64 `json:"comments"`
	Fav      int64 `json:"fav"`
	Views    int64 `json:"views"`
}

func (a *api) siteStatistics(ctx context.Context, _ mall.Actor, _ struct{}) (*statisticsOut, error) {
	s, err := a.Site.Statistics(ctx)
	if err != nil {
		return nil, err
	}
	articles, err := a.Content.Articles(ctx, cms.ArticleFilter{}, mall.Page{Limit: 1})
	if err != nil {
		return nil, err
	}
	return statisticsOf(s, articles.Total), nil
}

func statisticsOf(s site.Statistics, articles int64) *statisticsOut {
	left := max(s.Capacity-s.FileBytes, 0)
	return &statisticsOut{
		DFS: dfsOut{
			ID: 1, Capacity: s.FileBytes, CapacityStr: byteText(s.FileBytes), CapacityLeft: left, CapacityLeftStr: byteText(left),
			Count: s.FileCount, IsFixed: s.Capacity > 0,
		},
		WxAppid:    s.AppID,
		CMSArticle: articleOut{Numbers: articles},
	}
}

// byteText is a number of bytes for people: "512 B", "1.5 MB".
func byteText(n int64) string {
	if n < 1024 {
		return strconv.FormatInt(n, 10) + " B"
	}
	f, unit := float64(n), 0
	for f >= 1024 && unit < 4 {
		f, unit = f/1024, unit+1
	}
	return strconv.FormatFloat(f, 'f', 1, 64) + " " + [...]string{"B", "KB", "MB", "GB", "TB"}[unit]
}

type keyIn struct {
	Key string `in:"key,required"`
}

type adOut struct {
	Key string `json:"key"`
	Val string `json:"val"`
	URL string `json:"url"`
}

func (a *api) adPosition(ctx context.Context, _ mall.Actor, in keyIn) (*adOut, error) {
	p, err := a.Site.GetAd(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	return &adOut{p.Key, p.Picture, p.Link}, nil
}
