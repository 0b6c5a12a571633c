package casework

import (
	"context"
	"slices"

	"corridor/internal/db"
)

// Delivered counts, for organisations, the cases of this node that others opened and that stand in one of ends, each a scheme, a stage and the
// field that names them: "voucher-order/closed/provider". Who is named in another field has delivered nothing. Who has none is left out. It is for ranking: it tells nothing of any case.
func (s *Service) Delivered(ctx context.Context, tx *db.Tx, orgs, ends []string) (map[string]int, error) {
	if len(orgs) == 0 || len(ends) == 0 {
		return nil, nil
	}
	out := map[string]int{}
	for some := range slices.Chunk(orgs, deliveredMost) {
		found, err := selectDelivered(ctx, tx, some, ends)
		if err != nil {
			return nil, err
		}
		for org, n := range found {
			out[org] = n
		}
	}
	return out, nil
}
