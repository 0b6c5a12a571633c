package casework

import (
	"context"
	"slices"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// StepState says how far a part of a form is.
type StepState string

const (
	StepDone  StepState = "done"  // nothing is wrong, and nothing is missing that an action needs
	StepWrong StepState = "wrong" // something cannot be read
	StepTodo  StepState = "todo"  // something is missing
)

// FormStep is a section of the form as one person fills it in.
type FormStep struct {
	No      int // of the section in the form, from 1
	Words   fault.Words
	State   StepState
	Fields  []StepField
	Missing []scheme.Field // that an action needs
}

// StepField is one field of a step.
type StepField struct {
	scheme.Field
	Needed bool         // an action that the person can take next needs it
	Wanted bool         // the office asked for it when it sent the case back
	Typed  string       // what was typed and could not be read; "" if nothing
	Wrong  *fault.Error // why
	From   *Prefilled   // by the registry; nil if not
}

// FormSteps is the form of a case for one person, part by part.
type FormSteps struct {
	Case  Case
	Steps []FormStep
	Next  int // the section where the person goes on; 0 is none: everything is done
}

// Steps are the parts of the form that the actor fills in now, with what is done, wrong and missing. It changes nothing
// but that a draft is brought up to date with the registry; see Get.
func (s *Service) Steps(ctx context.Context, who access.Actor, id unit.ID) (out FormSteps, err error) {
	if out.Case, err = s.Get(ctx, who, id); err != nil {
		return out, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		sch, err := s.edition(out.Case)
		if err != nil {
			return err
		}
		typed, err := selectTyped(ctx, tx, id)
		if err != nil {
			return err
		}
		from, err := s.prefilled(ctx, tx, out.Case)
		if err != nil {
			return err
		}
		wanted, err := s.wantedNow(ctx, tx, out.Case)
		if err != nil {
			return err
		}
		fills, needed := s.Fills(who, out.Case), s.neededNow(sch, out.Case, who)
		for i, sec := range sch.Form.Sections {
			step := FormStep{No: i + 1, Words: sec.Words, State: StepDone}
			for _, f := range sec.Fields {
				if !fills[f.Name] {
					continue
				}
				x := StepField{Field: f, Needed: needed[f.Name], Wanted: slices.Contains(wanted, f.Name), Typed: typed[f.Name]}
				if p, has := from[f.Name]; has {
					x.From = &p
				}
				_, sealed := out.Case.sealed(f)
				switch {
				case x.Typed != "":
					_, err := s.typedField(ctx, tx, sch, out.Case, who, f.Name, x.Typed)
					if x.Wrong = fault.Of(err); err == nil {
						x.Wrong = fault.New(fault.Invalid, "casework.field_unreadable", "field", f.Words, "typed", fault.Words{x.Typed, x.Typed})
					}
					step.State = StepWrong
				case x.Needed && !out.Case.Fields[f.Name].Known() && !sealed:
					step.Missing = append(step.Missing, f)
					if step.State == StepDone {
						step.State = StepTodo
					}
				}
				step.Fields = append(step.Fields, x)
			}
			if len(step.Fields) > 0 {
				out.Steps = append(out.Steps, step)
			}
		}
		changes, err := selectChanges(ctx, tx, id, 0)
		out.Next = nextStep(out.Steps, changes, who.Person)
		return err
	})
	return out, err
}

// nextStep is where a person goes on: the part that they last changed if it is not done, else the first after it that is
// not, else the first that is not.
func nextStep(steps []FormStep, changes []Change, person unit.ID) int {
	last := -1
	for _, x := range changes {
		if x.Person != person {
			continue
		}
		last = slices.IndexFunc(steps, func(t FormStep) bool {
			return slices.ContainsFunc(t.Fields, func(f StepField) bool { return f.Name == x.Field })
		})
		break
	}
	for i := range steps {
		at := (max(last, 0) + i) % len(steps)
		if steps[at].State != StepDone {
			return steps[at].No
		}
	}
	return 0
}

// neededNow are the fields that actions of the person out of this stage need, but for those that only end the case.
func (s *Service) neededNow(sch *scheme.Scheme, c Case, who access.Actor) map[string]bool {
	out := map[string]bool{}
	for _, row := range sch.RowsFrom(c.Stage) {
		if _, ends := sch.IsEnd(row.To); ends && c.Stage == sch.Start() || !row.ByPerson() {
			continue
		}
		_, plays := s.plays(sch, c, who, row)
		if !plays && !slices.ContainsFunc(row.Who, func(role string) bool { return c.edits(sch, who, role) }) {
			continue
		}
		for _, f := range sch.NeedsField(row.Action) {
			out[f.Name] = true
		}
	}
	return out
}

// Preview is what the main way of a scheme would bring to a case as it is filled in now.
func (s *Service) Preview(ctx context.Context, who access.Actor, id unit.ID) (sums []scheme.Estimate, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, sch, err := s.seenWith(ctx, tx, who, id)
		if err != nil || !s.ofApplicant(c, who) {
			return err
		}
		look, err := sch.Outlook(s.MainWay(sch), s.facts(ctx, tx, sch, c))
		sums = look.Sums
		return err
	})
	return sums, err
}
