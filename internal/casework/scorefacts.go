package casework

import (
	"corridor/internal/federation"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// shownFacts answers the facts of a score sheet out of what a case discloses, and out of nothing else. What the case does not disclose
// is unknown: of a firm that shows no contracts nobody says that it has none.
type shownFacts struct {
	org   string
	facts federation.Facts
	shows scheme.Discloses
	today unit.Day
	by    scheme.Vouched
}

func shownFactsOf(d Disclosure, today unit.Day) shownFacts {
	return shownFacts{org: d.Org, facts: d.Facts, shows: *d.Field.Discloses, today: today, by: scheme.Vouched{By: "disclosure:" + d.Digest, At: d.MadeAt}}
}

// Fact answers one fact.
func (f shownFacts) Fact(name string, args ...scheme.Value) (scheme.Value, scheme.Vouched, error) {
	v, err := f.fact(name, args)
	return v, f.by, err
}

func (f shownFacts) fact(name string, args []scheme.Value) (scheme.Value, error) {
	switch name {
	case "today":
		return scheme.DayValue(f.today), nil
	case "firm.id":
		return scheme.OrgValue(f.org), nil
	case "has_label":
		return f.hasLabel(args), nil
	}
	switch {
	case f.shows.Labels && name == "labels.count":
		return scheme.CountValue(int64(len(f.facts.Labels))), nil
	case len(f.shows.Paid) > 0:
		if v, err := f.paid(name); v.Known() || err != nil {
			return v, err
		}
	}
	if len(f.shows.Contracts) > 0 {
		return f.contracts(name)
	}
	return scheme.Value{}, nil
}

// hasLabel says whether a label was disclosed that is in force on a day.
func (f shownFacts) hasLabel(args []scheme.Value) scheme.Value {
	if !f.shows.Labels || len(args) != 3 || args[0].Text != f.org {
		return scheme.Value{}
	}
	day := args[2].Day()
	for _, l := range f.facts.Labels {
		if l.Label == args[1].Text && l.Since <= day && (!l.Until.Valid() || day <= l.Until) {
			return scheme.YesNoValue(true)
		}
	}
	return scheme.YesNoValue(false)
}

func (f shownFacts) paid(name string) (scheme.Value, error) {
	switch name {
	case "paid.cases":
		return scheme.CountValue(int64(len(f.facts.Paid))), nil
	case "paid.sum":
		return sumOf(f.facts.Paid)
	case "paid.last":
		last := unit.Day(0)
		for _, x := range f.facts.Paid {
			if !last.Valid() || x.On > last {
				last = x.On
			}
		}
		if last.Valid() {
			return scheme.DayValue(last), nil
		}
	}
	return scheme.Value{}, nil
}

func (f shownFacts) contracts(name string) (scheme.Value, error) {
	switch name {
	case "contracts.count":
		return scheme.CountValue(int64(len(f.facts.Contracts))), nil
	case "contracts.sum":
		return sumOf(f.facts.Contracts)
	case "contracts.parties":
		with := map[string]bool{}
		for _, x := range f.facts.Contracts {
			if x.With != "" {
				with[x.With] = true
			}
		}
		return scheme.CountValue(int64(len(with))), nil
	}
	return scheme.Value{}, nil
}

// sumOf is what shown facts of money come to.
func sumOf[F interface{ Fen() unit.Fen }](all []F) (scheme.Value, error) {
	sum := unit.Fen(0)
	for _, x := range all {
		var err error
		if sum, err = sum.Add(x.Fen()); err != nil {
			return scheme.Value{}, err
		}
	}
	return scheme.MoneyValue(sum), nil
}
