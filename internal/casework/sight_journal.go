package casework

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/unit"
)

// Withheld says of which of these cases a reader is not told whose they are, for lists of other rooms that name who acted
// in them. A case that the reader may not see at all counts too.
func (s *Service) Withheld(ctx context.Context, who access.Actor, ids []unit.ID) (map[unit.ID]bool, error) {
	out := map[unit.ID]bool{}
	err := s.c.DB.Read(ctx, func(tx *db.Tx) error {
		clear(out)
		for _, id := range ids {
			if _, asked := out[id]; asked {
				continue
			}
			veiled, err := selectVeiled(ctx, tx, id)
			if err != nil {
				return err
			}
			if !veiled {
				out[id] = false
				continue
			}
			c, sch, err := s.load(ctx, tx, id)
			if err != nil {
				return err
			}
			v, err := s.veilFor(ctx, tx, sch, who, c)
			if err != nil {
				return err
			}
			out[id] = v.firm
		}
		return nil
	})
	return out, err
}
