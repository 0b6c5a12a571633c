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

// Facts returns what rules may read of an organisation, as it was known on the day, by the names of the scheme language.
// What is not known is not in it.
func (r *Registry) Facts(ctx context.Context, tx *db.Tx, code string, day unit.Day) (map[string]Fact, error) {
	o, err := r.Org(ctx, tx, code)
	if err != nil {
		return nil, err
	}
	home := "registry:" + o.Home
	out := map[string]Fact{
		"firm.id":         {o.Code, home, day},
		"firm.controller": {controllerOf(o), home, day},
		"firm.region":     {o.Region, home, day},
	}
	if city := r.c.Regions.City(o.Region); city != "" {
		out["firm.city"] = Fact{city, home, day}
	}
	if o.Founded.Valid() {
		out["firm.founded"] = Fact{o.Founded, home, o.Founded}
	}
	if o.Industry != "" {
		out["firm.industry"] = Fact{o.Industry, home, day}
	}
	years, err := selectYears(ctx, tx, code)
	if err != nil {
		return nil, fmt.Errorf("years of %s: %w", code, err)
	}
	for _, y := range years { // the newest first; the first that was filed by then counts
		if y.Filed <= day {
			out["firm.staff"] = Fact{y.Staff, y.Source, y.Filed}
			out["firm.revenue"] = Fact{y.Revenue, y.Source, y.Filed}
			out["firm.rnd_spend"] = Fact{y.RnDSpend, y.Source, y.Filed}
			break
		}
	}
	return out, addMarks(ctx, tx, code, day, out)
}

func controllerOf(o Org) string {
	if o.Controller != "" {
		return o.Controller
	}
	return o.Code
}

// Years returns the filed years of an organisation, newest first.
func (r *Registry) Years(ctx context.Context, tx *db.Tx, code string) ([]YearFacts, error) {
	return selectYears(ctx, tx, code)
}

// addMarks adds, for each mark, what the newest entry up to the day says.
func addMarks(ctx context.Context, tx *db.Tx, code string, day unit.Day, out map[string]Fact) error {
	marks, err := selectMarks(ctx, tx, code, day)
	if err != nil {
		return fmt.Errorf("marks of %s: %w", code, err)
	}
	for _, m := range marks { // oldest first, so the newest stays
		out["firm."+m.mark] = Fact{m.is, m.source, m.since}
	}
	return nil
}
