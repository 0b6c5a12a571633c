package casework

import (
	"context"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// world is what an action of one case may see, read in the action's transaction. It is scheme.Facts.
type world struct {
	ctx  context.Context
	tx   *db.Tx
	s    *Service
	sch  *scheme.Scheme
	c    Case
	day  unit.Day
	firm map[string]registry.Fact // read once

	up       *Case // the case that this one lives under, read once
	upScheme *scheme.Scheme
	lead     *Lead // that a payer's case answers, read once

	asks  *[]Asked                // of the case, read once
	given map[string]scheme.Value // the answer that is being given, where its rules are asked
	spent map[string]unit.Fen     // what cases before this one take from accounts, where a round is ranked
}

func (s *Service) facts(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case) scheme.Facts {
	return &world{ctx: ctx, tx: tx, s: s, sch: sch, c: c, day: s.today(tx.Now())}
}

// Fact answers one fact or function of the language; what cannot be had is unknown.
func (w *world) Fact(name string, args ...scheme.Value) (scheme.Value, scheme.Vouched, error) {
	clock := scheme.Vouched{By: "clock", At: w.tx.Now()}
	own := scheme.Vouched{By: "case", At: w.c.Changed}
	switch name {
	case "today":
		return scheme.DayValue(w.day), clock, nil
	case "year":
		return scheme.CountValue(int64(w.day.Year())), clock, nil
	case "stage":
		return scheme.TextValue(w.c.Stage), own, nil
	case "scheme":
		return scheme.TextValue(w.c.Scheme), own, nil
	case "jurisdiction":
		return scheme.RegionValue(unit.Region(w.sch.Jurisdiction)), own, nil
	}
	switch {
	case strings.HasPrefix(name, "form."):
		return w.form(strings.TrimPrefix(name, "form."))
	case name == "firm.open_cases":
		return w.openCases(args)
	case strings.HasPrefix(name, "firm."):
		return w.firmFact(name)
	case strings.HasPrefix(name, "parent."):
		return w.parentFact(name, args)
	}
	if v, from, known, err := w.childrenFact(name, args); known {
		return v, from, err
	}
	if v, from, known, err := w.askFact(name); known {
		return v, from, err
	}
	return w.function(name, args)
}

// form is a field as it was filled in, or the region of the organisation that it names.
func (w *world) form(name string) (scheme.Value, scheme.Vouched, error) {
	field, part, _ := strings.Cut(name, ".")
	v := w.c.Fields[field]
	if f, ok := w.sch.Field(field); ok && !v.Known() {
		if digest, sealed := w.c.sealed(f); sealed {
			return digest, scheme.Vouched{By: "form", At: w.c.Changed}, nil
		}
	}
	if f, ok := w.sch.Field(field); ok && f.Type == "slot" && part != "" {
		return w.slotFact(field, part)
	} else if ok && f.Type == "plan" && part != "" {
		return w.planFact(field, part)
	} else if ok && f.Type == "group" && part != "" {
		return columnOfRows(v, part), scheme.Vouched{By: "form", At: w.c.Changed}, nil
	}
	if part != "region" || !v.Known() {
		return v, scheme.Vouched{By: "form", At: w.c.Changed}, nil
	}
	o, err := w.s.c.Registry.Org(w.ctx, w.tx, v.Text)
	if fault.KindOf(err) == fault.NotFound {
		return scheme.Value{}, scheme.Vouched{}, nil
	}
	return scheme.RegionValue(o.Region), scheme.Vouched{By: "registry", At: w.tx.Now()}, err
}

// firmFact is what the registry knows of the firm on the day.
func (w *world) firmFact(name string) (scheme.Value, scheme.Vouched, error) {
	if w.firm == nil {
		facts, err := w.s.c.Registry.Facts(w.ctx, w.tx, w.c.Org, w.day)
		if err != nil {
			return scheme.Value{}, scheme.Vouched{}, err
		}
		w.firm = facts
	}
	f, ok := w.firm[name]
	if !ok {
		return scheme.Value{}, scheme.Vouched{}, nil
	}
	var at time.Time
	if f.Day.Valid() {
		at = f.Day.Start(w.s.c.Calendar.Location()).UTC()
	}
	return fromRegistry(name, f.Value), scheme.Vouched{By: f.Source, At: at}, nil
}

// fromRegistry puts a value of the registry into the kinds of the language.
func fromRegistry(name string, v any) scheme.Value {
	switch x := v.(type) {
	case unit.Fen:
		return scheme.MoneyValue(x)
	case int:
		return scheme.CountValue(int64(x))
	case int64:
		return scheme.CountValue(x)
	case bool:
		return scheme.YesNoValue(x)
	case unit.Day:
		return scheme.DayValue(x)
	case unit.Region:
		return scheme.RegionValue(x)
	case unit.Industry:
		return scheme.TextOf(scheme.Code, string(x))
	case unit.USCC:
		return scheme.OrgValue(string(x))
	case string:
		if name == "firm.id" || name == "firm.controller" {
			return scheme.OrgValue(x)
		}
		return scheme.TextValue(x)
	}
	return scheme.Value{}
}

// function answers what is asked with arguments. One that this node cannot answer is unknown.
func (w *world) function(name string, args []scheme.Value) (scheme.Value, scheme.Vouched, error) {
	here := scheme.Vouched{By: "registry", At: w.tx.Now()}
	books := scheme.Vouched{By: "ledger", At: w.tx.Now()}
	switch {
	case name == "related" && len(args) == 2:
		yes, known, err := w.s.c.Registry.Related(w.ctx, w.tx, args[0].Text, args[1].Text, w.day)
		return yesIfKnown(yes, known && err == nil), here, err
	case name == "not_of_kind" && len(args) == 2:
		v, err := w.notOfKind(args[0], args[1].Text)
		return v, here, err
	case name == "related_among" && len(args) == 2:
		v, err := w.relatedAmong(args[0].Text, args[1])
		return v, here, err
	case name == "unused" && len(args) == 2:
		return w.unused(args[1])
	case (name == "has_label" || name == "recognised") && len(args) == 3:
		return w.s.stands(w.ctx, w.tx, args[0].Text, args[1].Text, args[2].Day())
	case name == "label_revoked" && len(args) == 3:
		return w.revoked(args[0].Text, args[1].Text, args[2].Day())
	case name == "label_ended" && len(args) == 3:
		yes, known, err := w.s.c.Registry.LabelEnded(w.ctx, w.tx, args[0].Text, args[1].Text, args[2].Day())
		return yesIfKnown(yes, known && err == nil), here, err
	case name == "label_ends_within" && len(args) == 4:
		day := args[2].Day()
		yes, known, err := w.s.c.Registry.LabelEndsBy(w.ctx, w.tx, args[0].Text, args[1].Text, day, until(day, args[3]))
		return yesIfKnown(yes, known && err == nil), here, err
	case name == "in_region" && len(args) == 2:
		in, known := w.s.c.Regions.In(unit.Region(args[0].Text), unit.Region(args[1].Text), w.day)
		return yesIfKnown(in, known), scheme.Vouched{By: "GB/T 2260", At: w.tx.Now()}, nil
	case name == "on_list" && len(args) == 3:
		yes, known, err := w.s.c.Registry.OnList(w.ctx, w.tx, args[0].Text, args[1].Text, args[2].Day())
		return yesIfKnown(yes, known && err == nil), here, err
	case name == "count_regions" && len(args) == 1:
		return w.countRegions(args[0])
	case name == "already" && len(args) == 2:
		return w.already(args[0].Text, args[1].Text)
	case (name == "shared_income" || name == "shared_hours") && len(args) == 3:
		return w.shared(name, args)
	case name == "paid_out" && len(args) == 1:
		return scheme.MoneyValue(w.c.Purse.Out[args[0].Text]), books, nil
	case (name == "available" || name == "balance") && len(args) == 1:
		path := args[0].Text
		if strings.HasPrefix(path, "own/") {
			path = w.c.Object() + "/" + path
		} else if own, ok := strings.CutPrefix(path, "parent/"); ok {
			if w.c.Parent == "" {
				return scheme.Value{}, scheme.Vouched{}, nil
			}
			path = Case{ID: w.c.Parent}.Object() + "/" + own
		}
		b, err := w.s.c.Ledger.Balance(w.ctx, w.tx, path)
		if fault.KindOf(err) == fault.NotFound {
			// Not opened yet: a limit will open with so much, everything else with nothing.
			return scheme.MoneyValue(args[0].Entry("opens_with").Fen() - w.spent[path]), books, nil
		}
		if name == "available" {
			return scheme.MoneyValue(b.Available - w.spent[path]), books, err
		}
		return scheme.MoneyValue(b.Posted), books, err
	}
	return scheme.Value{}, scheme.Vouched{}, nil
}

// revoked says whether a label was taken back, here or by the neighbour whose certificate a decision of this case rested on.
func (w *world) revoked(org, label string, day unit.Day) (scheme.Value, scheme.Vouched, error) {
	here := scheme.Vouched{By: "registry", At: w.tx.Now()}
	yes, known, err := w.s.c.Registry.LabelRevoked(w.ctx, w.tx, org, label, day)
	if err != nil || yes || w.c.ID == "" {
		return yesIfKnown(yes, known && err == nil), here, err
	}
	lost, err := lostBy(w.ctx, w.tx, w.c.ID, org, label, day)
	if err != nil || !lost {
		return yesIfKnown(false, known && err == nil), here, err
	}
	holds, _, err := w.s.stands(w.ctx, w.tx, org, label, day)
	return yesIfKnown(!holds.True(), err == nil), here, err
}

// openCases counts the firm's cases of a scheme that did not end by refusal or withdrawal: all, or those submitted in a
// year; or the cases that go on and name a person, of whichever organisation.
func (w *world) openCases(args []scheme.Value) (scheme.Value, scheme.Vouched, error) {
	if len(args) == 0 {
		return scheme.Value{}, scheme.Vouched{}, nil
	}
	if len(args) == 2 && args[1].Kind == scheme.Person {
		n, err := countNamed(w.ctx, w.tx, args[0].Text, args[1].Text, w.c.ID)
		return scheme.CountValue(n), scheme.Vouched{By: "case", At: w.tx.Now()}, err
	}
	from, to := time.Unix(0, 0), w.tx.Now().AddDate(1, 0, 0)
	if len(args) == 2 && args[1].Kind == scheme.Count {
		y, zone := int(args[1].Int), w.s.c.Calendar.Location()
		from, to = unit.Date(y, time.January, 1).Start(zone), unit.Date(y+1, time.January, 1).Start(zone)
	}
	n, err := countCases(w.ctx, w.tx, args[0].Text, w.c.Org, w.c.ID, from, to)
	return scheme.CountValue(n), scheme.Vouched{By: "case", At: w.tx.Now()}, err
}

func yesIfKnown(yes, known bool) scheme.Value {
	if !known {
		return scheme.Value{}
	}
	return scheme.YesNoValue(yes)
}
