package site

import "context"

// Repository keeps settings and ad positions. Writes need a running mall.Tx.Do.
type Repository interface {
	// Settings are all settings by key, secrets too. They are few.
	Settings(ctx context.Context) ([]Setting, error)
	// SaveSetting inserts or overwrites by key.
	SaveSetting(ctx context.Context, s Setting) error
	// AddSetting inserts unless the key is there, and says whether it did.
	AddSetting(ctx context.Context, s Setting) (bool, error)
	// DeleteSetting says whether there was one.
	DeleteSetting(ctx context.Context, key string) (bool, error)

	// AdPosition is one ad position, shown or not, or mall.ErrNotFound.
	AdPosition(ctx context.Context, key string) (*AdPosition, error)
	// AdPositions are all ad positions by key.
	AdPositions(ctx context.Context) ([]AdPosition, error)
	// SaveAdPosition inserts or overwrites by key.
	SaveAdPosition(ctx context.Context, a AdPosition) error
	// DeleteAdPosition says whether there was one.
	DeleteAdPosition(ctx context.Context, key string) (bool, error)
}
