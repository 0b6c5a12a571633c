package casework

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
)

// Filter narrows a list of cases. The zero Filter is every case that the actor may see, its first page.
type Filter struct {
	Scheme string
	Stage  string
	Org    string
	Page   int // from 1
}

// List returns one page of the cases that the actor may see, newest change first, and how many
// there are, counted up to countMax and one more.
func (s *Service) List(ctx context.Context, who access.Actor, f Filter) ([]Case, int, error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, 0, err
	}
	w := reachWhere(access.ReachOf(who, access.CaseRead)).and(f)
	if f.Org != "" && !hasOrg(who, f.Org) {
		w.conds = append(w.conds, sqlUnveiled)
	}
	return s.page(ctx, who, w, f.Page)
}

func (s *Service) page(ctx context.Context, who access.Actor, w where, page int) (out []Case, total int, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if out, total, err = selectCases(ctx, tx, w, (max(page, 1)-1)*pageRows); err != nil {
			return err
		}
		if err := s.lines(ctx, tx, out); err != nil {
			return err
		}
		for i := range out {
			if out[i], err = s.shownLine(ctx, tx, who, out[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return out, total, err
}
