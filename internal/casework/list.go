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
	Orgs   []string // of these organisations only; nil is any
	Page   int      // from 1
	Rows   int      // of a page, at most RowsMax; 0 is 50
}

// List returns one page of the cases that the actor may see, newest change first, and how many
// there are, counted up to countMax and one more.
func (s *Service) List(ctx context.Context, who access.Actor, f Filter) ([]Case, int, error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, 0, err
	}
	w := reachWhere(access.ReachOf(who, access.CaseRead), s.schemesOf(who)).and(f)
	if f.Org != "" && !hasOrg(who, f.Org) || f.Orgs != nil {
		w.conds = append(w.conds, sqlUnveiled)
	}
	return s.page(ctx, who, w, f.Page, f.Rows)
}

func (s *Service) page(ctx context.Context, who access.Actor, w where, page, rows int) (out []Case, total int, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if out, total, err = selectCases(ctx, tx, w, (max(page, 1)-1)*rowsOf(rows), rowsOf(rows)); err != nil {
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

// RowsMax is the longest page of a list, for those who take it as a file.
const RowsMax = countMax

// rowsOf is how long a page is that was asked for with so many rows.
func rowsOf(rows int) int {
	if rows <= 0 {
		return pageRows
	}
	return min(rows, RowsMax)
}
