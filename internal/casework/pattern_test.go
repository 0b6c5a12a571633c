package casework_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// firms puts organisations into the registry.
func (l *looks) firms(names ...string) {
	l.t.Helper()
	for _, org := range names {
		l.must(l.db.Act(context.Background(), func(tx *db.Tx) error {
			return l.reg.Put(context.Background(), tx, admin, registry.Org{Code: org, Name: fault.Words{org, org}, Kind: "firm", Region: "340100", Home: "340000", Synthetic: true})
		}))
	}
}

// handsIn opens a case of an organisation that names another, and hands it in.
func (l *looks) handsIn(org, partner string) casework.Case {
	l.t.Helper()
	ctx, a := context.Background(), who(org, "org_admin", "", org)
	c, err := l.cases.Create(ctx, a, "panel", org, "")
	l.must(err)
	_, err = l.cases.Save(ctx, a, c.ID, 0, map[string]string{"topic": "physics", "idea": "构想", "partner": partner})
	l.must(err)
	c, err = l.cases.Act(ctx, a, c.ID, casework.Action{Name: "hand_in"})
	l.must(err)
	return c
}

// unusual are the patterns of one kind, as the head of the desk sees them.
func (l *looks) unusual(kind casework.PatternKind) (out []casework.Pattern) {
	l.t.Helper()
	all, _, err := l.cases.Patterns(context.Background(), l.actor("boss"))
	l.must(err)
	for _, p := range all {
		if p.Kind == kind {
			out = append(out, p)
		}
	}
	return out
}

// TestFirmsOfOneControllerAreShown: two firms of which the registry states one actual controller are shown once both have a case of a scheme;
// a third that somebody else controls is none of them, and neither is one whose control has ended.
func TestFirmsOfOneControllerAreShown(t *testing.T) {
	eachLooks(t, "panel.yaml", func(t *testing.T, l *looks, h *hand) {
		ctx := context.Background()
		l.firms("local:one", "local:two", "local:alone", "local:sold", "local:other")
		l.must(l.db.Act(ctx, func(tx *db.Tx) error {
			for _, x := range []registry.Relation{
				{Org: "local:one", Holder: large}, {Org: "local:two", Holder: large},
				{Org: "local:alone", Holder: "local:other"}, {Org: "local:sold", Holder: large, Until: unit.Date(2025, 12, 31)},
			} {
				x.Kind, x.Since, x.Source = registry.Controls, unit.Date(2025, 1, 1), "test"
				if err := l.reg.PutRelation(ctx, tx, admin, x); err != nil {
					return err
				}
			}
			return nil
		}))
		l.handsIn("local:one", "")
		l.handsIn("local:alone", "")
		l.handsIn("local:sold", "")
		if got := l.unusual(casework.SameController); len(got) != 0 {
			t.Errorf("one firm of each holder is a pattern: %+v", got)
		}
		l.handsIn("local:two", "")
		got := l.unusual(casework.SameController)
		if len(got) != 1 || got[0].Holder != large || got[0].N != 2 || !slices.Equal(got[0].Orgs, []string{"local:one", "local:two"}) || len(got[0].Cases) != 2 {
			t.Errorf("two firms of one holder: %+v", got)
		}
	})
}

// TestAProviderThatMostCasesNameIsShown: from five cases on, a provider that six in ten of them name is shown with both numbers; at five in ten it is not,
// and neither is one of four.
func TestAProviderThatMostCasesNameIsShown(t *testing.T) {
	eachLooks(t, "panel.yaml", func(t *testing.T, l *looks, h *hand) {
		l.firms("local:a", "local:b", "local:c", "local:d", "local:e", "local:f", "local:x", "local:y")
		for _, org := range []string{"local:a", "local:b", "local:c"} {
			l.handsIn(org, lab)
		}
		l.handsIn("local:d", "local:x")
		if got := l.unusual(casework.OneProvider); len(got) != 0 {
			t.Errorf("three of four cases: %+v", got)
		}
		l.handsIn("local:e", "local:y")
		got := l.unusual(casework.OneProvider)
		if len(got) != 1 || got[0].Provider != lab || fmt.Sprint(got[0].N, " of ", got[0].Of) != "3 of 5" {
			t.Errorf("three of five cases: %+v", got)
		}
		l.handsIn("local:f", "local:y")
		if got := l.unusual(casework.OneProvider); len(got) != 0 {
			t.Errorf("three of six cases: %+v", got)
		}
	})
}
