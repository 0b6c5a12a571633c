package casework

import (
	"context"
	"fmt"
	"slices"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// panelMax is how many cases of one scheme a panel is looked at for.
const panelMax = 500

// Panel is what a draw would find in one case: how many of the pool are tied to nobody. Nobody is drawn: the lots of the trial
// are of a seed that is thrown away, so that it tells nobody who will be.
type Panel struct {
	Case, Parent    unit.ID // Parent "" where it lives under none
	Action          string  // that draws
	Draws           fault.Words
	No              string
	Scheme          string
	Title           fault.Words
	Ask             fault.Words
	Pool, Field     string
	Count, Reserves int
	Most            int            // opinions that one may owe; 0: nobody's work is looked at
	All, Free       int            // of the pool; tied to nobody
	Why             map[string]int // how many are left out for which reason
	Short           bool           // too few, with no more of one organisation than may be
	Unknown         fault.Words    // why it cannot be said; "" it can
}

// Panels looks, for every case of a scheme in which somebody of the actor's desk can draw now, whether its pool holds enough
// who are tied to nobody. "" is every scheme.
func (s *Service) Panels(ctx context.Context, who access.Actor, schemeID string) (out []Panel, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		h := s.hat(tx)
		return s.eachToDraw(ctx, tx, who, schemeID, func(sch *scheme.Scheme, c Case, name string, decl scheme.Ask) error {
			p, err := s.panelOf(ctx, tx, h, sch, c, name, decl)
			if err != nil {
				return fmt.Errorf("panel of case %s: %w", c.No, err)
			}
			out = append(out, p)
			return nil
		})
	})
	slices.SortStableFunc(out, func(a, b Panel) int { // what lacks experts first
		switch {
		case a.Short != b.Short:
			return map[bool]int{true: -1, false: 1}[a.Short]
		}
		return a.Free - b.Free
	})
	return out, err
}

// eachToDraw goes through the cases in which somebody of the actor's desk can draw now, and their asks.
func (s *Service) eachToDraw(ctx context.Context, tx *db.Tx, who access.Actor, schemeID string, do func(*scheme.Scheme, Case, string, scheme.Ask) error) error {
	for _, sch := range s.Schemes() {
		if schemeID != "" && sch.ID != schemeID {
			continue
		}
		for name, decl := range sch.Asks.All() {
			if decl.Draw == nil {
				continue
			}
			for _, stage := range opensFrom(sch, decl) {
				all, err := selectWaiting(ctx, tx, sch.Digest, stage, panelMax)
				if err != nil {
					return fmt.Errorf("cases of %s: %w", sch.ID, err)
				}
				for _, c := range all {
					if !s.runs(sch, c, who, decl) {
						continue
					}
					if c.History, err = selectSteps(ctx, tx, c.ID); err != nil {
						return err
					}
					if err := do(sch, c, name, decl); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// opensFrom are the stages from which an ask can be opened.
func opensFrom(sch *scheme.Scheme, decl scheme.Ask) (out []string) {
	for _, r := range sch.Stages {
		if slices.Contains(decl.OpenedBy, r.Action) && r.ByPerson() && !slices.Contains(out, r.From) {
			out = append(out, r.From)
		}
	}
	return out
}

func (s *Service) panelOf(ctx context.Context, tx *db.Tx, h *hat, sch *scheme.Scheme, c Case, name string, decl scheme.Ask) (p Panel, err error) {
	action := drawsBy(sch, c.Stage, decl)
	p = Panel{Case: c.ID, Parent: c.Parent, Action: action, Draws: sch.Say(action), No: c.No, Scheme: sch.ID, Title: sch.Title, Ask: sch.Say(name), Pool: decl.Draw.From, Why: map[string]int{}}
	terms, err := sch.DrawTerms(*decl.Draw, s.facts(ctx, tx, sch, c))
	if refused := fault.Of(err); err != nil {
		if refused.Kind == fault.Internal {
			return p, err
		}
		p.Short, p.Unknown = true, fault.Words{refused.Sentence(fault.ZH), refused.Sentence(fault.EN)}
		return p, nil
	}
	p.Field, p.Count, p.Reserves, p.Most = terms.Field, terms.Count, terms.Reserves, terms.Most
	experts, err := s.inHat(ctx, tx, h, p.Pool, p.Field)
	if err != nil {
		return p, err
	}
	look, units := s.conflictsBy(ctx, tx, h, sch, c, terms), map[string]int{}
	var may []scheme.Lot
	for _, e := range experts {
		if units[e.Unit] == 0 {
			units[e.Unit] = len(units) + 1
		}
		tied, err := look.of(e)
		if err != nil {
			return p, err
		}
		for i, t := range tied {
			if i == 0 {
				p.Why[t.Why]++
			}
		}
		if len(tied) == 0 && terms.Most > 0 {
			owes, err := h.work(ctx, tx)
			if err != nil {
				return p, err
			}
			if owes[e.Account] >= terms.Most {
				tied = []Tied{{Why: tiedBusy}}
				p.Why[tiedBusy]++
			}
		}
		if len(tied) == 0 {
			may = append(may, scheme.Lot{Token: string(e.Account), Unit: units[e.Unit]})
		}
	}
	p.All, p.Free = len(experts), len(may)
	drawn, _ := scheme.Lots(secretText(), may, p.Count, p.Reserves, terms.PerUnit)
	p.Short = len(drawn) < p.Count
	return p, nil
}

// drawsBy is the action of a person by which an ask is opened from a stage; the first, where there are several.
func drawsBy(sch *scheme.Scheme, stage string, decl scheme.Ask) string {
	for _, r := range sch.RowsFrom(stage) {
		if slices.Contains(decl.OpenedBy, r.Action) && r.ByPerson() {
			return r.Action
		}
	}
	return ""
}
