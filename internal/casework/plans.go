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

// planCasesMax is how many cases are told of one plan.
const planCasesMax = 50

// Plans knows the register of what was promised. It takes part in the caller's act.
type Plans interface {
	// Plan tells of an instrument of the register, or of one of its lists of tasks, by its id. One that is not there, or of which who must
	// not know, is fault.NotFound; from the system nothing is hidden.
	Plan(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Plan, error)
}

// Plan is how the tasks that a field of type plan names stand.
type Plan struct {
	Parties           []string // codes of who signed it
	Tasks, Done, Late int      // Tasks are all that their parties did not end; late is past its day and not done
}

// planKnown refuses a plan that is not in the register, or of which who fills in must not know.
func (s *Service) planKnown(ctx context.Context, tx *db.Tx, who access.Actor, f scheme.Field, v scheme.Value) error {
	unknown := fault.New(fault.Invalid, "casework.plan_unknown", "field", f.Words)
	id, err := unit.ParseID(v.Text)
	if err != nil || s.c.Plans == nil {
		return unknown
	}
	if _, err = s.c.Plans.Plan(ctx, tx, who, id); fault.KindOf(err) == fault.NotFound {
		return unknown
	}
	return err
}

// planFact answers form.x.ours, tasks, done and late of a plan that a field names. They are unknown for one that is not there.
func (w *world) planFact(field, part string) (scheme.Value, scheme.Vouched, error) {
	from := scheme.Vouched{By: "agreements", At: w.tx.Now()}
	id, err := unit.ParseID(w.c.Fields[field].Text)
	if err != nil || w.s.c.Plans == nil {
		return scheme.Value{}, scheme.Vouched{}, nil
	}
	p, err := w.s.c.Plans.Plan(w.ctx, w.tx, access.System("casework"), id)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return scheme.Value{}, scheme.Vouched{}, nil
	case err != nil:
		return scheme.Value{}, scheme.Vouched{}, fmt.Errorf("plan %s of case %s: %w", id, w.c.No, err)
	case part == "ours":
		return scheme.YesNoValue(slices.Contains(p.Parties, w.c.Org)), from, nil
	}
	return scheme.CountValue(int64(map[string]int{"tasks": p.Tasks, "done": p.Done, "late": p.Late}[part])), from, nil
}

// keepPlans keeps which plans the fields of a case name, where its form has any.
func keepPlans(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) error {
	var all []string
	has := false
	for f := range sch.Form.All() {
		if f.Type != "plan" {
			continue
		}
		has = true
		if v := c.Fields[f.Name]; v.Known() && !slices.Contains(all, v.Text) {
			all = append(all, v.Text)
		}
	}
	if !has {
		return nil
	}
	if err := writePlans(ctx, tx, c.ID, all); err != nil {
		return fmt.Errorf("plans of case %s: %w", c.No, err)
	}
	return nil
}

// OfPlan are the cases that name a plan, an instrument or a list of the register, as far as who may see them, the newest first; of more
// than 50 that name it the newest 50 are looked at.
func (s *Service) OfPlan(ctx context.Context, who access.Actor, plan unit.ID) (out []Case, err error) {
	if access.MaySomewhere(who, access.CaseRead) != nil {
		return nil, nil
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		out = nil
		ids, err := selectPlanCases(ctx, tx, plan)
		for _, id := range ids {
			if err != nil {
				return err
			}
			var c Case
			ok := false
			if c, ok, err = s.seenShown(ctx, tx, who, id); ok {
				out = append(out, c)
			}
		}
		return err
	})
	return out, err
}
