package casework

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// Save writes fields of the form, as they were typed; an empty text empties the field. All are saved or none:
// what is wrong is told for every field at once (FieldErrors), and so is every field that somebody else has changed
// since the version. Only who may act in this stage fills in, and only what is theirs.
func (s *Service) Save(ctx context.Context, who access.Actor, id unit.ID, version int64, typed map[string]string) (Case, error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return Case{}, err
	}
	err := s.c.DB.Act(ctx, func(tx *db.Tx) error {
		_, _, err := s.saveIn(ctx, tx, who, id, Draft{Version: version, Typed: typed}, false)
		return err
	})
	if err != nil {
		return Case{}, s.afterMove(ctx, who, id, err)
	}
	return s.Get(ctx, who, id)
}

func (s *Service) typedField(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, who access.Actor, name, text string) (scheme.Value, error) {
	f, ok := sch.Field(name)
	switch {
	case !ok:
		return scheme.Value{}, fault.New(fault.Invalid, "casework.field_unknown", "field", name)
	case f.Type == "slot" && !sch.HoldsFrom(c.Stage, name):
		return scheme.Value{}, fault.New(fault.Conflict, "casework.slot_kept", "field", f.Words)
	case !s.fills(sch, c, who, f):
		return scheme.Value{}, fault.New(fault.Denied, "casework.field_not_yours", "field", f.Words)
	case len(text) > fieldMax:
		return scheme.Value{}, fault.New(fault.Invalid, "casework.field_long", "field", f.Words, "most", fieldMax)
	case text == "":
		return scheme.Value{}, s.vouched(ctx, tx, c, f, scheme.Value{})
	}
	v, err := scheme.ParseField(f, text)
	if err == nil {
		err = checkLines(f, v)
	}
	if err == nil {
		err = ownFiles(ctx, tx, c.ID, v)
	}
	if err == nil && v.Kind == scheme.Case {
		return s.decisionNamed(ctx, tx, who, c.ID, f, v)
	}
	if err != nil {
		return v, err
	}
	if err := s.vouched(ctx, tx, c, f, v); err != nil {
		return v, err
	}
	if v.Kind == scheme.Plan {
		return v, s.planKnown(ctx, tx, who, f, v)
	}
	return v, s.known(ctx, tx, f, v)
}

// fills says whether the actor may fill in a field now: the role it belongs to acts in this stage and is theirs.
func (s *Service) fills(sch *scheme.Scheme, c Case, who access.Actor, f scheme.Field) bool {
	if away(sch, c) {
		return false
	}
	if _, mine := s.holds(sch, c, who, f.By); !mine && !c.edits(sch, who, f.By) {
		return false
	}
	return acts(sch, c.Stage, f.By) && (f.Type != "slot" || sch.HoldsFrom(c.Stage, f.Name))
}

// Fills lists the fields that the actor may fill in now and that are shown in this stage, by name.
func (s *Service) Fills(who access.Actor, c Case) map[string]bool {
	sch, err := s.edition(c)
	if err != nil {
		return nil
	}
	out := map[string]bool{}
	for f := range sch.Form.All() {
		if s.fills(sch, c, who, f) && sch.Shows(f.Name, c.Stage, c.Fields) {
			out[f.Name] = true
		}
	}
	return out
}
