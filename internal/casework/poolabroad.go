package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"corridor/internal/db"
	"corridor/internal/registry"
)

// experts are those of the pool that is drawn from and of the pools of other jurisdictions that are recognised as it on the day of
// the draw, each account once, in the order of the accounts.
func (s *Service) experts(ctx context.Context, tx *db.Tx, d Drawing) ([]registry.Expert, error) {
	day := s.today(tx.Now())
	pools := []string{d.Pool}
	if s.c.Uses != nil {
		abroad, err := s.c.Uses.RecognisedPools(ctx, tx, d.Pool, day)
		if err != nil {
			return nil, fmt.Errorf("pools that are recognised as %s: %w", d.Pool, err)
		}
		pools = append(pools, abroad...)
	}
	var all []registry.Expert
	for _, pool := range pools {
		some, err := s.c.Registry.Experts(ctx, tx, pool, d.Field, day)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b registry.Expert) int { return strings.Compare(string(a.Account), string(b.Account)) })
	return slices.CompactFunc(all, func(a, b registry.Expert) bool { return a.Account == b.Account }), nil
}
