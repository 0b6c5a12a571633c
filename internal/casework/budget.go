package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Burn is how far a budget is used: Given is Taken and Held and Left together.
type Burn struct {
	Path    string
	Title   fault.Words // of the schemes that take from it
	Schemes []string
	Given   unit.Fen // what the treasury gave it
	Taken   unit.Fen // moved out of it by cases, less what they gave back
	Held    unit.Fen // set aside by cases
	Left    unit.Fen
	Paid    unit.Fen // left the books in cases of these schemes and of those under them
	From    unit.Day // since when the pace is counted: the first day of the edition
	To      unit.Day // the last day on which it can be granted from; none for an edition without end
	PerDay  unit.Fen // taken and held, for each day since
	Ends    unit.Day // the day on which it is used up at that pace; none if nothing was taken, or not before To
	Missing bool     // the books have no such account yet
}

// Budgets says how far the budgets of the schemes in force are used. A budget whose path holds a fact of a case is left out.
func (s *Service) Budgets(ctx context.Context, who access.Actor) (out []Burn, err error) {
	if err := access.MaySomewhere(who, access.BudgetRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		day := s.today(tx.Now())
		at := map[string]int{}
		for _, sch := range s.Schemes() {
			if !s.inTime(sch, day) || access.May(who, access.BudgetRead, access.Scope{Region: unit.Region(sch.Jurisdiction)}) != nil {
				continue
			}
			for _, path := range sch.BudgetPaths() {
				i, there := at[path]
				if !there {
					i = len(out)
					at[path] = i
					out = append(out, Burn{Path: path, From: sch.InForce[0].Day(), To: s.LastDay(sch)})
				}
				out[i].Schemes = append(out[i].Schemes, sch.ID)
				if t := &out[i].Title; t[0] == "" {
					*t = sch.Title
				} else if !strings.Contains(t[0], sch.Title[0]) {
					*t = fault.Words{t[0] + "；" + sch.Title[0], t[1] + "; " + sch.Title[1]}
				}
			}
		}
		paid, err := s.paidOut(ctx, tx)
		if err != nil {
			return err
		}
		for i := range out {
			if err := s.burn(ctx, tx, &out[i], day, paid); err != nil {
				return fmt.Errorf("budget %s: %w", out[i].Path, err)
			}
		}
		return nil
	})
	return out, err
}

// paidOut is what left the books in cases, by scheme.
func (s *Service) paidOut(ctx context.Context, tx *db.Tx) (map[string]unit.Fen, error) {
	out := map[string]unit.Fen{}
	for _, path := range s.OutAccounts() {
		paid, err := selectPaidBy(ctx, tx, path)
		if err != nil {
			return nil, fmt.Errorf("what was paid to %s: %w", path, err)
		}
		for id, sum := range paid {
			out[id] += sum
		}
	}
	return out, nil
}

func (s *Service) burn(ctx context.Context, tx *db.Tx, b *Burn, day unit.Day, paid map[string]unit.Fen) error {
	stands, err := s.c.Ledger.Balance(ctx, tx, b.Path)
	if fault.KindOf(err) == fault.NotFound {
		b.Missing = true
		return nil
	}
	if err != nil {
		return err
	}
	back, err := selectByCases(ctx, tx, b.Path)
	if err != nil {
		return err
	}
	b.Taken, b.Held, b.Left = -back, stands.Held, stands.Available
	b.Given = stands.Posted + b.Taken
	for id, sum := range paid {
		if slices.Contains(b.Schemes, id) || s.drawsOn(id, b.Schemes) {
			b.Paid += sum
		}
	}
	if used := b.Taken + b.Held; used > 0 && b.From.Valid() && day >= b.From {
		days := unit.Fen(day.Sub(b.From) + 1)
		b.PerDay = used / days
		if left := b.Left * days / used; left < unit.Fen(horizonDays) {
			if ends := day.Add(int(left)); !b.To.Valid() || ends <= b.To {
				b.Ends = ends
			}
		}
	}
	return nil
}

// horizonDays is how far ahead the end of a budget is looked for.
const horizonDays = 3660

// drawsOn says whether cases of a scheme live under one of the others.
func (s *Service) drawsOn(id string, of []string) bool {
	sch, err := s.Scheme(id)
	return err == nil && sch.Parent != "" && slices.Contains(of, sch.Parent) && !ownBudget(sch)
}

func ownBudget(sch *scheme.Scheme) bool {
	for _, a := range sch.Accounts.All() {
		if a.Kind == scheme.FromParent {
			return false
		}
	}
	return true
}
