package casework

import (
	"context"
	"fmt"
	"slices"

	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// elsewhere judges the schemes that neighbours run, and this node does not, for an organisation of this node: those that are open to
// organisations of other jurisdictions, as far as their rules say. It opens no case: one applies at the node that runs the scheme.
func (s *Service) elsewhere(ctx context.Context, o registry.Org, facts world) (out []Outlook, err error) {
	for _, sch := range s.c.Elsewhere {
		if !forFirms(sch) || !s.inTime(sch, facts.day) || s.alsoHere(sch.ID, facts.day) {
			continue
		}
		w := facts
		w.sch, w.c = sch, Case{Scheme: sch.ID, Edition: sch.Edition, EditionDigest: sch.Digest, Org: o.Code, Region: unit.Region(sch.Jurisdiction), Stage: sch.Start(),
			Changed: w.tx.Now(), Fields: map[string]scheme.Value{}}
		way := s.MainWay(sch)
		look, err := sch.Outlook(way, &far{&w})
		if err != nil {
			return nil, fmt.Errorf("outlook of %s on %s of %s: %w", o.Code, sch.ID, sch.Jurisdiction, err)
		}
		if onlyForItsOwn(look) {
			continue
		}
		x := Outlook{Scheme: sch, Verdict: look.Verdict, Sums: look.Sums, Rules: outlookRules(look), Fills: fillsOf(sch, way), Median: -1, Clocks: clocksOf(sch, way)}
		if i := slices.IndexFunc(s.c.Elsewhere, func(up *scheme.Scheme) bool { return up.ID == sch.Parent && up.Jurisdiction == sch.Jurisdiction }); i >= 0 {
			x.Above = s.c.Elsewhere[i].Title
		}
		out = append(out, x)
	}
	slices.SortStableFunc(out, func(a, b Outlook) int { return verdictRank[a.Verdict] - verdictRank[b.Verdict] })
	return out, nil
}

// alsoHere says whether this node itself runs a scheme on a day: then one asks for it at home.
func (s *Service) alsoHere(id string, day unit.Day) bool {
	return slices.ContainsFunc(s.Schemes(), func(x *scheme.Scheme) bool { return x.ID == id && s.inTime(x, day) })
}

// onlyForItsOwn says that a rule fails because of where the organisation is registered.
func onlyForItsOwn(look scheme.Outlook) bool {
	for _, a := range look.Answers {
		if a.Result == scheme.Fail && slices.ContainsFunc(a.Saw, func(f scheme.SeenFact) bool { return f.Name == "firm.region" }) {
			return true
		}
	}
	return false
}

// far are the facts of a scheme that another node runs, as this node can tell them. What only that node can know is unknown and never
// guessed: its books, its cases, its lists, and of labels those that the organisation does not hold here.
type far struct{ w *world }

// thereAlone are the facts and functions that the node which runs the scheme answers from its own tables.
var thereAlone = []string{"firm.open_cases", "available", "balance", "paid_out", "already", "unused", "on_list", "shared_income", "shared_hours", "recognised", "label_revoked", "label_ended", "label_ends_within"}

// Fact answers one fact or function; see far.
func (f *far) Fact(name string, args ...scheme.Value) (scheme.Value, scheme.Vouched, error) {
	if slices.Contains(thereAlone, name) {
		return scheme.Value{}, scheme.Vouched{}, nil
	}
	v, from, err := f.w.Fact(name, args...)
	if name == "has_label" && !v.True() {
		return scheme.Value{}, scheme.Vouched{}, err
	}
	return v, from, err
}
