package casework

import (
	"context"
	"fmt"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Returned is what an office asked for when it sent a case back, and how the clock that stands still meanwhile goes on.
type Returned struct {
	Step   Step           // that sent it back
	Fields []scheme.Field // that are asked for
	Due    time.Time      // until when; zero where no time is counted
	Stage  string         // whose clocks stand still
	Words  fault.Words
	Paused []scheme.Paused // what is left of them
}

// Returned is how a case was sent back for more, while it stands there; ok is false else.
func (s *Service) Returned(ctx context.Context, who access.Actor, id unit.ID) (r Returned, ok bool, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return r, false, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, sch, err := s.seenWith(ctx, tx, who, id)
		if err == nil {
			c, err = s.shown(ctx, tx, who, c)
		}
		if err != nil {
			return err
		}
		step := entered(c)
		if r.Stage = sch.Pauses[c.Stage]; r.Stage == "" || step == nil || step.From != r.Stage {
			return nil
		}
		ok, r.Step, r.Words = true, *step, sch.Say(r.Stage)
		fields, err := selectWanted(ctx, tx, id, step.No)
		if err != nil {
			return err
		}
		for _, name := range fields {
			if f, known := sch.Field(name); known {
				r.Fields = append(r.Fields, f)
			}
		}
		for _, w := range c.Waits {
			if w.Role != "clock" && !w.Due.IsZero() && (r.Due.IsZero() || w.Due.Before(r.Due)) {
				r.Due = w.Due
			}
		}
		r.Paused, err = sch.PausedClocks(visits(c, sch), s.c.Calendar, s.facts(ctx, tx, sch, c))
		return err
	})
	return r, ok, err
}

// entered is the step by which a case came into its stage.
func entered(c Case) *Step {
	for i := len(c.History) - 1; i >= 0; i-- {
		if h := &c.History[i]; h.To != h.From {
			return h
		}
	}
	return nil
}

// wantedNow are the fields that an office asked for, as long as the case stands where it was sent.
func (s *Service) wantedNow(ctx context.Context, tx *db.Tx, c Case) ([]string, error) {
	step := entered(c)
	if step == nil || step.To != c.Stage {
		return nil, nil
	}
	return selectWanted(ctx, tx, c.ID, step.No)
}

// Askable are the fields that an action that sends a case back can ask for: those that a party fills in where it leads.
func (s *Service) Askable(c Case, action string) (out []scheme.Field) {
	sch, err := s.edition(c)
	if err != nil {
		return nil
	}
	return askable(sch, c, action)
}

func askable(sch *scheme.Scheme, c Case, action string) (out []scheme.Field) {
	row, ok := sch.Row(c.Stage, action)
	if !ok || sch.Pauses[row.To] != row.From {
		return nil
	}
	for f := range sch.Form.All() {
		if sch.Party(f.By) && acts(sch, row.To, f.By) && sch.Shows(f.Name, row.To, c.Fields) {
			out = append(out, f)
		}
	}
	return out
}

// want keeps what an action asked for.
func (s *Service) want(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, a Action) error {
	if len(a.Wanted) == 0 {
		return nil
	}
	can := askable(sch, c, a.Name)
	for _, name := range slices.Compact(slices.Sorted(slices.Values(a.Wanted))) {
		i := slices.IndexFunc(can, func(f scheme.Field) bool { return f.Name == name })
		if i < 0 {
			return fault.New(fault.Invalid, "casework.wanted_unknown", "field", fault.Words{name, name}).On("wanted")
		}
		if err := insertWanted(ctx, tx, c.ID, len(c.History)+1, name); err != nil {
			return fmt.Errorf("ask for %s in case %s: %w", name, c.No, err)
		}
	}
	return nil
}

// returnNotice says, to who has to answer, what is wanted and until when.
func (s *Service) returnNotice(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, title, text fault.Words) (fault.Words, fault.Words, error) {
	step := entered(c)
	if step == nil || sch.Pauses[c.Stage] == "" || sch.Pauses[c.Stage] != step.From {
		return title, text, nil
	}
	fields, err := selectWanted(ctx, tx, c.ID, step.No)
	if err != nil {
		return title, text, err
	}
	var names [2]string
	for i, name := range fields {
		f, _ := sch.Field(name)
		sep := fault.Words{"、", ", "}
		for l := range names {
			if i > 0 {
				names[l] += sep[l]
			}
			names[l] += f.Words[l]
		}
	}
	waits, err := s.waits(ctx, tx, sch, c)
	if err != nil {
		return title, text, err
	}
	for _, w := range waits {
		if w.Role != "clock" && !w.Due.IsZero() {
			day := unit.DayOf(w.Due.Add(-time.Second), s.c.Calendar.Location()).String()
			title = fault.Words{title[0] + "，请于 " + day + " 前补充", title[1] + ", answer by " + day}
			break
		}
	}
	if names[0] != "" {
		text = fault.Words{"需要补充：" + names[0] + "。", "Wanted: " + names[1] + "."}
	}
	return title, text, nil
}
