package casework

import (
	"context"
	"fmt"
	"sort"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Save writes fields of the form, as they were typed; an empty text empties the field. All are saved or none:
// what is wrong is told for every field at once (FieldErrors). Only who may act in this stage fills in, and
// only what is theirs.
func (s *Service) Save(ctx context.Context, who access.Actor, id unit.ID, version int64, typed map[string]string) (Case, error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return Case{}, err
	}
	err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, err := s.inHand(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if version != 0 && version != c.Version {
			return fault.New(fault.Conflict, "casework.changed_meanwhile").On("version")
		}
		if err := s.stays(ctx, tx, who, c, ""); err != nil {
			return err
		}
		sch, err := s.edition(c)
		if err != nil {
			return err
		}
		fields, err := s.typed(ctx, tx, sch, c, who, typed)
		if err != nil {
			return err
		}
		if err := s.seal(ctx, tx, sch, c, fields); err != nil {
			return err
		}
		for name, v := range fields {
			if v.Known() {
				c.Fields[name] = v
			} else {
				delete(c.Fields, name)
			}
		}
		c.Changed = tx.Now()
		at, err := s.times(ctx, tx, sch, c)
		if err != nil {
			return err
		}
		if err := updateCase(ctx, tx, &c, at); err != nil {
			return fmt.Errorf("save form of case %s: %w", c.No, err)
		}
		if err := s.keepAccess(ctx, tx, sch, c); err != nil {
			return err
		}
		if err := s.keepNamed(ctx, tx, c); err != nil {
			return err
		}
		if err := s.bind(ctx, tx, sch, c); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.save", Object: c.Object(), Region: c.Region})
	})
	if err != nil {
		return Case{}, s.afterMove(ctx, who, id, err)
	}
	return s.Get(ctx, who, id)
}

// typed reads what was typed into values, each field checked; the errors of all fields come together.
func (s *Service) typed(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, who access.Actor, typed map[string]string) (map[string]scheme.Value, error) {
	names := make([]string, 0, len(typed))
	for name := range typed {
		names = append(names, name)
	}
	sort.Strings(names)
	out := map[string]scheme.Value{}
	var wrong FieldErrors
	for _, name := range names {
		v, err := s.typedField(ctx, tx, sch, c, who, name, typed[name])
		if err != nil {
			f := fault.Of(err)
			if f.Kind == fault.Internal {
				return nil, err
			}
			wrong = append(wrong, f.On(name))
			continue
		}
		out[name] = v
	}
	if len(wrong) > 0 {
		return nil, wrong
	}
	return out, nil
}

func (s *Service) typedField(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, who access.Actor, name, text string) (scheme.Value, error) {
	f, ok := sch.Field(name)
	switch {
	case !ok:
		return scheme.Value{}, fault.New(fault.Invalid, "casework.field_unknown", "field", name)
	case !s.fills(sch, c, who, f):
		return scheme.Value{}, fault.New(fault.Denied, "casework.field_not_yours", "field", f.Words)
	case len(text) > fieldMax:
		return scheme.Value{}, fault.New(fault.Invalid, "casework.field_long", "field", f.Words, "most", fieldMax)
	case text == "":
		return scheme.Value{}, nil
	}
	v, err := scheme.ParseField(f, text)
	if err == nil {
		err = ownFiles(ctx, tx, c.ID, v)
	}
	if err == nil && v.Kind == scheme.Case {
		return s.decisionNamed(ctx, tx, who, c.ID, f, v)
	}
	if err != nil {
		return v, err
	}
	return v, s.known(ctx, tx, f, v)
}

// fills says whether the actor may fill in a field now: the role it belongs to acts in this stage and is theirs.
func (s *Service) fills(sch *scheme.Scheme, c Case, who access.Actor, f scheme.Field) bool {
	if _, mine := s.holds(sch, c, who, f.By); !mine {
		return false
	}
	for _, row := range sch.RowsFrom(c.Stage) {
		if row.Allows(f.By) {
			return true
		}
	}
	return false
}

// Fills lists the fields that the actor may fill in now and that are shown in this stage, by name.
func (s *Service) Fills(who access.Actor, c Case) map[string]bool {
	sch, err := s.edition(c)
	if err != nil {
		return nil
	}
	out := map[string]bool{}
	for _, sec := range sch.Form.Sections {
		for _, f := range sec.Fields {
			if s.fills(sch, c, who, f) && sch.Shows(f.Name, c.Stage, c.Fields) {
				out[f.Name] = true
			}
		}
	}
	return out
}
