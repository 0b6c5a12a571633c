package scheme

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"corridor/internal/unit"
	"corridor/schemes"
)

// population is a register of firms: code, region, in operation, tax normal, staff, revenue in yuan; "?" is unknown.
func population(t *testing.T, s *Scheme, register string) Firms {
	t.Helper()
	return func(yield func(Firm, error) bool) {
		for _, line := range strings.Split(strings.TrimSpace(register), "\n") {
			c := strings.Fields(line)
			f := Firm{ID: c[0], Facts: map[string]Value{"firm.id": OrgValue(c[0])}}
			for i, name := range []string{"firm.region", "firm.operating", "firm.tax_normal", "firm.staff", "firm.revenue"} {
				if c[i+1] == "?" {
					continue
				}
				v, err := s.Assume([]string{name + "=" + c[i+1] + map[bool]string{true: " yuan"}[name == "firm.revenue"]})
				if err != nil {
					t.Fatal(err)
				}
				f.Facts[name] = v[name]
			}
			f.Facts["firm.city"] = f.Facts["firm.region"]
			if !yield(f, nil) {
				return
			}
		}
	}
}

const someFirms = `
F1 340100 true  true  46   1000000
F2 340100 true  true  120  1000000
F3 340200 true  true  501  1000000
F4 320500 true  false 20   1000000
F5 340100 true  true  ?    1000000
F6 340100 false true  30   1000000
`

// The small voucher in two editions: the second lets fewer people work in a firm.
func twoEditions(t *testing.T) (old, now *Scheme) {
	t.Helper()
	fsys := fstest.MapFS{}
	for _, edition := range []string{"2026", "2027"} {
		for _, name := range []string{"scheme.yaml", "form.yaml", "tests.yaml"} {
			b, err := schemes.FS.ReadFile("cn-340000/voucher/2026/" + name)
			if err != nil {
				t.Fatal(err)
			}
			text := string(b)
			if edition == "2027" {
				text = strings.NewReplacer("{value: 500,", "{value: 100,", "edition: 2026-1", "edition: 2027-1").Replace(text)
			}
			fsys[edition+"/"+name] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	load := func(dir string) *Scheme {
		s, problems := Load(fsys, dir)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		return s
	}
	return load("2026"), load("2027")
}

func TestSimulationSaysWhoQualifiesAndWhatShutsOut(t *testing.T) {
	s, _ := twoEditions(t)
	got, err := s.Simulate(population(t, s, someFirms), SimulateConfig{Budget: 30_000_00})
	if err != nil {
		t.Fatal(err)
	}
	if got.Firms != 6 || got.Qualify != 2 || got.ShutOut != 3 || got.NotKnown != 1 || got.Sum != 47_000_00 {
		t.Errorf("firms %d, qualify %d, shut out %d, unknown %d, sum %s", got.Firms, got.Qualify, got.ShutOut, got.NotKnown, got.Sum)
	}
	if !got.BudgetEnds.Valid() || got.Served != 1 {
		t.Errorf("the budget ends on %s, %d served", got.BudgetEnds, got.Served)
	}
	rules := map[string][3]int{}
	for _, r := range got.Rules {
		rules[r.Rule] = [3]int{r.Fails, r.Alone, r.Unknown}
	}
	want := map[string][3]int{"registered_here": {1, 0, 0}, "operating": {1, 1, 0}, "tax_normal": {1, 0, 0}, "small_staff": {1, 1, 1},
		"small_revenue": {}, "not_related": {}, "worth_asking": {}}
	if d := cmp.Diff(want, rules); d != "" {
		t.Error(d)
	}
	last := got.Curve[len(got.Curve)-1]
	if last.Sum != got.Sum || last.Firms != 2 || last.Day != unit.Date(2026, 12, 31) {
		t.Errorf("the curve ends at %+v", last)
	}
	if d := cmp.Diff([]Segment{{"340100", 4, 2, 47_000_00}, {"320500", 1, 0, 0}, {"340200", 1, 0, 0}}, got.Cuts["city"]); d != "" {
		t.Error(d)
	}
	b, err := json.Marshal(got)
	if err != nil || !strings.Contains(string(b), `"form.contract_sum":"48000.00 yuan"`) {
		t.Errorf("what was assumed is not said: %v %s", err, b)
	}
}

func TestDifferenceOfEditionsNamesWhoChangesSides(t *testing.T) {
	old, now := twoEditions(t)
	was, err := old.Simulate(population(t, old, someFirms), SimulateConfig{})
	if err != nil {
		t.Fatal(err)
	}
	is, err := now.Simulate(population(t, now, someFirms), SimulateConfig{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := Against(was, is)
	if err != nil {
		t.Fatal(err)
	}
	if d.Lose != 1 || d.Gain != 0 || d.Same != 5 || d.Sum != -23_500_00 || len(d.Changes) != 1 || d.Changes[0].Firm != "F2" || d.Changes[0].Rule != "small_staff" {
		t.Errorf("%+v", d)
	}
}
