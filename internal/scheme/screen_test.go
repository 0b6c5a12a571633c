package scheme

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"

	"corridor/internal/unit"
	"corridor/schemes"
)

// manyFirms are firms in which everything that can be known is sometimes unknown.
func manyFirms(r *rand.Rand, n int) []Firm {
	cities := []string{"310115", "320500", "330100", "340100", "340104", "990100", "990200"}
	some := func(v Value) Value {
		if r.IntN(6) == 0 {
			return Value{}
		}
		return v
	}
	out := make([]Firm, n)
	for i := range out {
		id := fmt.Sprintf("F%d", r.IntN(n))
		at := cities[r.IntN(len(cities))]
		out[i] = Firm{ID: id, Facts: map[string]Value{
			"firm.id": OrgValue(id), "firm.controller": some(OrgValue(fmt.Sprintf("F%d", r.IntN(n)))), "firm.region": some(TextOf(Region, at)),
			"firm.city": some(TextOf(Region, at[:4]+"00")), "firm.industry": some(TextOf(Code, []string{"C3985", "M7320", "A0149"}[r.IntN(3)])),
			"firm.operating": some(YesNoValue(r.IntN(5) > 0)), "firm.tax_normal": some(YesNoValue(r.IntN(5) > 0)),
			"firm.listed_untrustworthy": some(YesNoValue(r.IntN(5) == 0)), "firm.staff": some(CountValue(r.Int64N(1000))),
			"firm.revenue": some(MoneyValue(unit.Fen(r.Int64N(90_000)))), "firm.rnd_spend": some(MoneyValue(unit.Fen(r.Int64N(20_000)))),
			"firm.founded": some(DayValue(mustDay("2031-01-01").Add(-r.IntN(4000)))),
		}}
	}
	return out
}

// agrees holds what columns say of rules against what CEL says of each firm, and returns how many rules columns answered.
func agrees(t *testing.T, s *Scheme, rules []string, firms []Firm, same Facts) (answered int) {
	t.Helper()
	c := s.NewColumns(rules...)
	for _, f := range firms {
		if err := c.Add(f); err != nil {
			t.Fatal(err)
		}
	}
	got := c.Screen(s, rules, same)
	for _, rule := range got.Rules {
		answered++
		for i, f := range firms {
			want, err := s.Rule(rule, f.OfRegistry(same))
			if is, _ := got.Answer(rule, i); is != want || err != nil {
				t.Fatalf("%s %s (%s) for %v: columns %s, CEL %s %v", s.ID, rule, s.compiled.rules[rule].text, f.Facts, is, want, err)
			}
		}
	}
	return answered
}

// TestColumnsSayWhatCELSays: of every rule of the committed packs that the registry decides, and of made-up rules.
func TestColumnsSayWhatCELSays(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 11))
	firms := manyFirms(r, 700)
	for _, s := range committed(t) {
		rules := s.RegistryRules()
		if n := agrees(t, s, rules, firms, Everybody{mustDay("2026-03-02"), unit.GB2260()}); n != len(rules) {
			t.Errorf("%s: columns answer %d of the rules %v", s.ID, n, rules)
		}
	}
	answered := 0
	for range 300 {
		text := madeUpRule(r, 3)
		s, problems := try(text, "")
		if len(problems) > 0 {
			t.Fatalf("%s: %v", text, problems)
		}
		answered += agrees(t, s, []string{"r"}, firms[:200], Everybody{mustDay("2031-03-02"), unit.GB2260()})
	}
	if answered < 100 {
		t.Errorf("columns answered %d of 300 made-up rules", answered)
	}
}

// madeUpRule is an expression of yes or no, nested so deep.
func madeUpRule(r *rand.Rand, depth int) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	if depth > 0 && r.IntN(4) > 0 {
		a, b := madeUpRule(r, depth-1), madeUpRule(r, depth-1)
		switch r.IntN(4) {
		case 0:
			return "!(" + a + ")"
		case 1:
			return "(" + a + " ? " + b + " : " + madeUpRule(r, depth-1) + ")"
		}
		return "(" + a + pick(" && ", " || ") + b + ")"
	}
	sign := pick(" < ", " <= ", " > ", " >= ", " == ", " != ")
	money := func() string {
		return pick("firm.revenue", "firm.rnd_spend", "step", "zero", "share(firm.revenue, half)", "firm.revenue - firm.rnd_spend", "firm.rnd_spend + step",
			"min(firm.revenue, firm.rnd_spend)", "max(firm.rnd_spend, step)", "floor_yuan(firm.revenue)")
	}
	switch r.IntN(6) {
	case 0:
		return pick("firm.operating", "firm.tax_normal", "firm.listed_untrustworthy")
	case 1:
		return pick("firm.staff", "most", "1") + sign + pick("firm.staff", "most", "0")
	case 2:
		return money() + sign + money()
	case 3:
		return "firm.founded" + pick(" < ", " >= ", " == ") + pick("today", "day1", "firm.founded")
	case 4:
		return pick("in_region(firm.region, jurisdiction)", "in_region(firm.city, jurisdiction)", "firm.controller == firm.id", "firm.region == firm.city")
	}
	return pick("steps(firm.staff, sheet)", "firm.staff") + sign + "1"
}

// TestColumnsRefuseAnotherKind: nothing is added of a firm whose facts are of another kind.
func TestColumnsRefuseAnotherKind(t *testing.T) {
	s := rent(t)
	c := s.NewColumns()
	if err := c.Add(Firm{ID: "F", Facts: map[string]Value{"firm.staff": TextValue("many")}}); codeOf(err) != "scheme.fact_kind" || c.Len() != 0 {
		t.Errorf("%v, %d firms", err, c.Len())
	}
}

// TestFateIsThatOfTheWalk: a firm whose fate is remembered has the same one as if it had walked by itself.
func TestFateIsThatOfTheWalk(t *testing.T) {
	firms := manyFirms(rand.New(rand.NewPCG(3, 5)), 600)
	for _, s := range committed(t) {
		if s.Shared() {
			continue
		}
		given := s.assumedOf(nil)
		way, err := s.wayOfMost(given)
		if err != nil {
			t.Fatal(err)
		}
		var rules []string
		for name, r := range s.Rules.All() {
			if r.When != "" {
				rules = append(rules, name)
			}
		}
		c := s.classes(way, testFacts{s: s, f: given}, rules)
		if err := c.each(firms, func(f Firm, got fate) {
			want, err := c.walk(f)
			if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("%s %s: %v, alone %v %v", s.ID, f.ID, got, want, err)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if len(c.known) >= len(firms) {
			t.Errorf("%s: no two of %d firms have one fate", s.ID, len(firms))
		}
	}
}

// committed loads every pack of the program.
func committed(t *testing.T) (out []*Scheme) {
	t.Helper()
	err := fs.WalkDir(schemes.FS, ".", func(path string, _ fs.DirEntry, err error) error {
		dir, isPack := strings.CutSuffix(path, "/scheme.yaml")
		if err != nil || !isPack {
			return err
		}
		s, problems := Load(schemes.FS, dir)
		if len(problems) > 0 {
			return errors.New(fmt.Sprint(problems))
		}
		out = append(out, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
