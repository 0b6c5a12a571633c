package registry

import (
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// Fact is what is known of an organisation on a day. Value is a unit.Fen, int64, bool, string, unit.Day, unit.Region or
// unit.Industry.
type Fact struct {
	Value  any
	Source string
	Day    unit.Day // of when it is
}

// Facts returns what rules may read of an organisation, as it was on the day, by the names of the scheme language. What
// is not known is not in it: figures that were not filed by then, marks that no register has given, a controller that is
// stated to be unknown.
func (r *Registry) Facts(ctx context.Context, tx *db.Tx, code string, day unit.Day) (map[string]Fact, error) {
	aheadFacts(ctx, tx, code, day, r.known)
	o, err := r.stateOn(ctx, tx, code, day)
	if err != nil {
		return nil, err
	}
	at := o.Since
	if !at.Valid() {
		at = unit.DayOf(o.Entered, r.c.Calendar.Location())
	}
	at = min(at, day)
	out := map[string]Fact{
		"firm.id":     {o.Code, o.Source, at},
		"firm.region": {o.Region, o.Source, at},
	}
	if city := r.c.Regions.City(o.Region); city != "" {
		out["firm.city"] = Fact{city, o.Source, at}
	}
	if o.Founded.Valid() {
		out["firm.founded"] = Fact{o.Founded, o.Source, at}
	}
	if o.Industry != "" {
		out["firm.industry"] = Fact{o.Industry, o.Source, at}
	}
	if err := r.addController(ctx, tx, o, at, day, out); err != nil {
		return nil, err
	}
	if err := r.addFigures(ctx, tx, o.Code, day, out); err != nil {
		return nil, err
	}
	return out, r.addMarks(ctx, tx, o.Code, day, out)
}

// addController adds the stated controller, the organisation itself where nobody is stated, nothing where it is stated
// that nobody knows.
func (r *Registry) addController(ctx context.Context, tx *db.Tx, o Org, at, day unit.Day, out map[string]Fact) error {
	c, stated, err := r.controllerOn(ctx, tx, o.Code, day)
	switch {
	case err != nil:
		return err
	case !stated:
		out["firm.controller"] = Fact{o.Code, o.Source, at}
	case c.Holder != UnknownHolder:
		out["firm.controller"] = Fact{c.Holder, c.Source, c.Since}
	}
	return nil
}

// figuresOf and marksOf are the keys of what is remembered of its figures and marks.
type (
	figuresOf orgOn
	marksOf   orgOn
)

// addFigures adds, for each figure, that of the newest year that was filed by the day.
func (r *Registry) addFigures(ctx context.Context, tx *db.Tx, code string, day unit.Day, out map[string]Fact) error {
	figures, err := db.Remember(tx, ownTables, figuresOf{code, day, r.known}, func() ([]Filed, error) {
		return selectFigures(ctx, tx, code, day.String(), r.known)
	})
	if err != nil {
		return fmt.Errorf("figures of %s: %w", code, err)
	}
	for _, f := range figures { // newest year first, what counts first
		name := "firm." + string(f.Figure)
		if _, there := out[name]; there {
			continue
		}
		if w, _ := figureOf(f.Figure); w.Money {
			out[name] = Fact{unit.Fen(f.Value), f.Source, f.Filed}
		} else {
			out[name] = Fact{f.Value, f.Source, f.Filed}
		}
	}
	return nil
}

// addMarks adds, for each mark, what the newest statement up to the day says; a yes of a mark that counts as another one
// is a yes of that one too.
func (r *Registry) addMarks(ctx context.Context, tx *db.Tx, code string, day unit.Day, out map[string]Fact) error {
	marks, err := r.marksUpTo(ctx, tx, code, day)
	if err != nil {
		return err
	}
	for _, m := range marks { // oldest first, so the newest stays
		out["firm."+string(m.mark)] = Fact{m.is, m.source, m.since}
	}
	for _, w := range markWords {
		f, known := out["firm."+w.ID]
		if yes, _ := f.Value.(bool); known && yes && w.Counts != "" {
			out["firm."+w.Counts] = f
		}
	}
	return nil
}
