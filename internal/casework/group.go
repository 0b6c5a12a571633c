package casework

import (
	"fmt"
	"slices"
	"strings"

	"corridor/internal/fault"
	"corridor/internal/ledger"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// groupCasesMax is how many cases of one organisation are looked through for what it was given already.
const groupCasesMax = 2000

// columnOfRows is one column of a repeated group as a list; unknown where a row has nothing in it.
func columnOfRows(rows scheme.Value, column string) scheme.Value {
	var out []scheme.Value
	for _, row := range rows.List {
		v := row.Entry(column)
		if !v.Known() {
			return scheme.Value{}
		}
		out = append(out, v)
	}
	if len(out) == 0 {
		return scheme.Value{}
	}
	return scheme.ListValue(out...)
}

// countRegions is in how many provinces the organisations, or the regions, of a list are; unknown where one of them is not known.
func (w *world) countRegions(list scheme.Value) (scheme.Value, scheme.Vouched, error) {
	from := scheme.Vouched{By: "registry", At: w.tx.Now()}
	seen := map[string]bool{}
	for _, x := range list.List {
		if x.Kind == scheme.Region && len(x.Text) >= 2 {
			seen[x.Text[:2]] = true
			continue
		}
		o, err := w.s.c.Registry.Org(w.ctx, w.tx, x.Text)
		if fault.KindOf(err) == fault.NotFound || err == nil && len(o.Region) < 2 {
			return scheme.Value{}, from, nil
		}
		if err != nil {
			return scheme.Value{}, from, err
		}
		seen[string(o.Region)[:2]] = true
	}
	return scheme.CountValue(int64(len(seen))), from, nil
}

// already is what the other cases of a group have taken out of budgets in this year, or hold there, for an organisation
// and all that have the same controller: on this node, and by which case. It is unknown where the controller is.
func (w *world) already(group, org string) (scheme.Value, scheme.Vouched, error) {
	from := scheme.Vouched{By: "ledger", At: w.tx.Now()}
	orgs, known, err := w.sameController(org)
	if err != nil || !known {
		return scheme.Value{}, from, err
	}
	var cases []string
	var sums []unit.Fen
	for _, o := range orgs {
		all, err := selectOrgCases(w.ctx, w.tx, o, groupCasesMax)
		if err != nil {
			return scheme.Value{}, from, fmt.Errorf("cases of %s: %w", o, err)
		}
		for _, c := range all {
			sch, err := w.s.edition(c)
			if err != nil {
				return scheme.Value{}, from, err
			}
			if c.ID == w.c.ID || sch.Group != group {
				continue
			}
			entries, err := w.s.c.Ledger.Find(w.ctx, w.tx, c.Object())
			if err != nil {
				return scheme.Value{}, from, fmt.Errorf("books of case %s: %w", c.No, err)
			}
			if sum := w.taken(c, entries); sum != 0 {
				cases, sums = append(cases, c.No), append(sums, sum)
			}
		}
	}
	return scheme.SumOf(cases, sums), from, nil
}

// sameController are an organisation and all others that have its controller on the day of the act.
func (w *world) sameController(org string) (orgs []string, known bool, err error) {
	facts, err := w.s.c.Registry.Facts(w.ctx, w.tx, org, w.day)
	if fault.KindOf(err) == fault.NotFound {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	f, known := facts["firm.controller"]
	controller, _ := f.Value.(string)
	if !known || controller == "" {
		return nil, false, nil
	}
	held, err := w.s.c.Registry.Holdings(w.ctx, w.tx, controller, w.day)
	if err != nil {
		return nil, false, err
	}
	orgs = []string{org, controller}
	for _, x := range held {
		if x.Kind == registry.Controls {
			orgs = append(orgs, x.Org)
		}
	}
	slices.Sort(orgs)
	return slices.Compact(orgs), true, nil
}

// taken is what entries of this year took out of budgets for a case, or set aside there, less what came back.
func (w *world) taken(c Case, entries []ledger.Entry) (sum unit.Fen) {
	budget := func(path string) bool {
		_, out := c.Purse.Out[path]
		return path != "" && !out && !strings.HasPrefix(path, "case/")
	}
	for _, e := range entries {
		if e.Asset != assetMoney || w.s.today(e.At).Year() != w.day.Year() {
			continue
		}
		if budget(e.Debit) {
			sum += e.Moved + e.HeldChange
		}
		if budget(e.Credit) {
			sum -= e.Moved
		}
	}
	return sum
}
