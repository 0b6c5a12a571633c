package casework

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/scheme"
)

// Filter narrows a list of cases. The zero Filter is every case that the actor may see, its first page.
type Filter struct {
	Scheme string
	Stage  string
	Org    string
	Page   int // from 1
}

// List returns one page of the cases that the actor may see, newest change first, and how many there are.
func (s *Service) List(ctx context.Context, who access.Actor, f Filter) ([]Case, int, error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, 0, err
	}
	return s.page(ctx, reachWhere(access.ReachOf(who, access.CaseRead)).and(f), f.Page)
}

// Queue returns one page of the cases in which the actor's role can act now, longest waiting first.
func (s *Service) Queue(ctx context.Context, who access.Actor, page int) ([]Case, int, error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, 0, err
	}
	w := reachWhere(access.ReachOf(who, access.CaseAct))
	w.waiting(s.stagesOf(who))
	return s.page(ctx, w, page)
}

// stagesOf lists the stages, as digest/stage, out of which a row leads that some role of the actor may take.
func (s *Service) stagesOf(who access.Actor) []string {
	var out []string
	for _, sch := range s.Schemes() {
		for _, stage := range sch.AllStages() {
			if s.mayActIn(sch, who, stage) {
				out = append(out, sch.Digest+"/"+stage)
			}
		}
	}
	return out
}

func (s *Service) mayActIn(sch *scheme.Scheme, who access.Actor, stage string) bool {
	for _, row := range sch.RowsFrom(stage) {
		for _, name := range row.Who {
			r, ok := sch.Roles.Get(name)
			if !ok {
				continue
			}
			for _, g := range who.Grants {
				kind, _ := access.RoleOf(g.Role)
				if r.Desk != "" && g.Role == r.Desk || r.Party != "" && kind.Kind == access.Organisation {
					return true
				}
			}
		}
	}
	return false
}

func (s *Service) page(ctx context.Context, w where, page int) (out []Case, total int, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if out, total, err = selectCases(ctx, tx, w, (max(page, 1)-1)*pageRows); err != nil {
			return err
		}
		for i := range out {
			sch, err := s.edition(out[i])
			if err != nil {
				return err
			}
			if out[i].History, err = selectSteps(ctx, tx, out[i].ID); err != nil {
				return fmt.Errorf("steps of case %s: %w", out[i].No, err)
			}
			if err := s.label(ctx, tx, sch, &out[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return out, total, err
}
