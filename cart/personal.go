package cart

import (
	"context"

	"github.com/gomall-dev/mall"
)

// Export gives every cart of an account by its kind, "" being the usual one.
func (s *Service) Export(ctx context.Context, owner mall.ID) (any, error) {
	kinds, err := s.d.Repo.Kinds(ctx, owner)
	if err != nil {
		return nil, err
	}
	carts := make(map[string][]Line, len(kinds))
	for _, kind := range kinds {
		if carts[kind], err = s.d.Repo.List(ctx, owner, kind); err != nil {
			return nil, err
		}
	}
	return carts, nil
}
