package bunrepo

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall/cms/site"
)

// Site is the repository of settings and ad positions.
func (s *Store) Site() site.Repository { return sites{s} }

type sites struct{ *Store }

type settingRow struct {
	bun.BaseModel `bun:"table:?(ns)settings,alias:s"`

	Key       string `bun:"key,pk"`
	Value     string `bun:"value"`
	Remark    string `bun:"remark"`
	Access    uint8  `bun:"access"`
	UpdatedAt *int64 `bun:"updated_at"`
}

func settingToRow(s site.Setting) *settingRow {
	return &settingRow{Key: s.Key, Value: s.Value, Remark: s.Remark, Access: uint8(s.Access), UpdatedAt: millis(s.UpdatedAt)}
}

func settingFromRow(r *settingRow) site.Setting {
	return site.Setting{Key: r.Key, Value: r.Value, Remark: r.Remark, Access: site.Access(r.Access), UpdatedAt: moment(r.UpdatedAt)}
}

type adRow struct {
	bun.BaseModel `bun:"table:?(ns)ad_positions,alias:a"`

	Key       string `bun:"key,pk"`
	Picture   string `bun:"picture"`
	Link      string `bun:"link"`
	Shown     bool   `bun:"shown"`
	UpdatedAt *int64 `bun:"updated_at"`
}

func adToRow(a site.AdPosition) *adRow {
	return &adRow{Key: a.Key, Picture: a.Picture, Link: a.Link, Shown: a.Shown, UpdatedAt: millis(a.UpdatedAt)}
}

func adFromRow(r *adRow) site.AdPosition {
	return site.AdPosition{Key: r.Key, Picture: r.Picture, Link: r.Link, Shown: r.Shown, UpdatedAt: moment(r.UpdatedAt)}
}

func (s sites) Settings(ctx context.Context) ([]site.Setting, error) {
	var rows []settingRow
	if err := s.sel(ctx).Model(&rows).Order("key").Scan(ctx); err != nil {
		return nil, err
	}
	list := make([]site.Setting, len(rows))
	for i := range rows {
		list[i] = settingFromRow(&rows[i])
	}
	return list, nil
}

func (s sites) SaveSetting(ctx context.Context, set site.Setting) error {
	_, err := s.ins(ctx).Model(settingToRow(set)).On("CONFLICT (key) DO UPDATE").
		Set("value = EXCLUDED.value").Set("remark = EXCLUDED.remark").
		Set("access = EXCLUDED.access").Set("updated_at = EXCLUDED.updated_at").Exec(ctx)
	return err
}

func (s sites) AddSetting(ctx context.Context, set site.Setting) (bool, error) {
	return hit(s.ins(ctx).Model(settingToRow(set)).On("CONFLICT (key) DO NOTHING").Exec(ctx))
}

func (s sites) DeleteSetting(ctx context.Context, key string) (bool, error) {
	return hit(s.del(ctx).Model((*settingRow)(nil)).Where("key = ?", key).Exec(ctx))
}

func (s sites) AdPosition(ctx context.Context, key string) (*site.AdPosition, error) {
	var row adRow
	if err := s.sel(ctx).Model(&row).Where("key = ?", key).Scan(ctx); err != nil {
		return nil, one(err)
	}
	a := adFromRow(&row)
	return &a, nil
}

func (s sites) AdPositions(ctx context.Context) ([]site.AdPosition, error) {
	var rows []adRow
	if err := s.sel(ctx).Model(&rows).Order("key").Scan(ctx); err != nil {
		return nil, err
	}
	list := make([]site.AdPosition, len(rows))
	for i := range rows {
		list[i] = adFromRow(&rows[i])
	}
	return list, nil
}

func (s sites) SaveAdPosition(ctx context.Context, a site.AdPosition) error {
	_, err := s.ins(ctx).Model(adToRow(a)).On("CONFLICT (key) DO UPDATE").
		Set("picture = EXCLUDED.picture").Set("link = EXCLUDED.link").
		Set("shown = EXCLUDED.shown").Set("updated_at = EXCLUDED.updated_at").Exec(ctx)
	return err
}

func (s sites) DeleteAdPosition(ctx context.Context, key string) (bool, error) {
	return hit(s.del(ctx).Model((*adRow)(nil)).Where("key = ?", key).Exec(ctx))
}
