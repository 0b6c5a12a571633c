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
	return s.page(ctx, reachWhere(access.ReachOf(who, access.CaseRead)).and(f), f.Page)
}

func (s *Service) page(ctx context.Context, w where, page int) (out []Case, total int, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if out, total, err = selectCases(ctx, tx, w, (max(page, 1)-1)*pageRows); err != nil {
			return err
		}
		return s.lines(ctx, tx, out)
	})
	return out, total, err
}
