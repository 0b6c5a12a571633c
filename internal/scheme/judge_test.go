package scheme

import (
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

func codeOf(err error) string { return fault.CodeOf(err) }

// rent loads the pack of the tests.
func rent(t *testing.T) *Scheme {
	t.Helper()
	s, problems := Load(os.DirFS(packsDir), "rent.yaml")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return s
}

// facts are those of a good case, with some changed: "firm.staff 81", "form.size unknown".
func facts(t *testing.T, s *Scheme, changes ...string) testFacts {
	t.Helper()
	f := s.tests.given.over(nil)
	for _, c := range changes {
		name, text, _ := strings.Cut(c, " ")
		sh, ok := s.factShape(name)
		if !ok {
			t.Fatalf("no fact %s", name)
		}
		v, ok := typed(&node{kind: textNode, text: text}, sh.kind, sh.elem)
		if !ok {
			t.Fatalf("%s is no %s", text, sh.kind)
		}
		f.values[name] = v
	}
	return testFacts{s: s, f: f}
}

func TestAnswersAndVerdicts(t *testing.T) {
	s := rent(t)
	yes, no := map[string]bool{"for_tests": true}, map[string]bool{"for_tests": false}
	for _, c := range []struct {
		action, role string
		answers      map[string]bool
		facts        string
		want         string
		goes         bool
		open         string
	}{
		{"send", "tenant", nil, "", "pass", true, ""},
		{"send", "tenant", nil, "firm.staff 81", "fail few_people", false, ""},
		{"send", "tenant", nil, "firm.staff unknown", "unknown few_people", true, "few_people"}, // the clerk will ask again
		{"send", "tenant", nil, "form.rent unknown", "unknown rent", false, ""},                 // an empty field stops
		{"send", "tenant", nil, "firm.staff unknown; available.yearly 0 yuan", "fail room", false, "few_people"},
		{"agree", "clerk", yes, "", "pass", true, ""},
		{"agree", "clerk", nil, "", "manual for_tests", false, ""},
		{"agree", "clerk", no, "", "fail for_tests", false, ""},
		{"agree", "clerk", yes, "firm.staff unknown", "unknown few_people", false, ""},
		{"agree", "clerk", nil, "firm.staff unknown", "unknown few_people", false, ""}, // unknown before manual
		{"finish", "", nil, "", "fail no_more", false, ""},
		{"finish", "", nil, "parts.left unknown", "unknown no_more", false, ""},
		{"finish", "", nil, "parts.left 0", "pass", true, ""},
	} {
		var changes []string
		if c.facts != "" {
			changes = strings.Split(c.facts, "; ")
		}
		row := s.rowsOf(c.action)[0]
		j, err := s.Judge(Question{Stage: row.From, Action: c.action, Role: c.role, Answers: c.answers, Facts: facts(t, s, changes...)})
		if err != nil {
			t.Fatal(err)
		}
		if got := said(j); got != c.want || j.Goes != c.goes || strings.Join(j.Open, " ") != c.open {
			t.Errorf("%s with %q: %s goes %v open %v, want %s goes %v open %q", c.action, c.facts, got, j.Goes, j.Open, c.want, c.goes, c.open)
		}
	}
}

func TestARefusalSaysWhatWasSeenAndWhatWouldPass(t *testing.T) {
	s := rent(t)
	j, err := s.Judge(Question{Stage: "draft", Action: "send", Role: "tenant", Facts: facts(t, s, "firm.staff 81")})
	if err != nil {
		t.Fatal(err)
	}
	a := j.First
	if got, want := a.WouldPass, (fault.Words{"从业人数 ≤ 80", "staff ≤ 80"}); got != want {
		t.Errorf("would pass %q, want %q", got, want)
	}
	if len(a.Saw) != 1 || a.Saw[0].Name != "firm.staff" || a.Saw[0].Value.Int != 81 || a.Basis != "notice" || !a.Verified {
		t.Errorf("saw %v, basis %q, verified %v", a.Saw, a.Basis, a.Verified)
	}
}

// TestReplayGivesTheSameAnswer: what a decision kept is all that it needs, also after a way through JSON.
func TestReplayGivesTheSameAnswer(t *testing.T) {
	s := rent(t)
	for _, change := range []string{"firm.staff 12", "firm.staff 81", "firm.staff unknown", "available.yearly 0 yuan", "firm.controller unknown"} {
		q := Question{Stage: "sent", Action: "agree", Role: "clerk", Answers: map[string]bool{"for_tests": true}, Facts: facts(t, s, change)}
		j, err := s.Judge(q)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(j.Seen)
		if err != nil {
			t.Fatal(err)
		}
		var kept []SeenFact
		if err := json.Unmarshal(b, &kept); err != nil {
			t.Fatal(err)
		}
		again, err := s.Replay(q, kept)
		if err != nil {
			t.Fatal(err)
		}
		if said(again) != said(j) || again.Goes != j.Goes || !reflect.DeepEqual(again.Seen, withoutVouching(j.Seen, again.Seen)) {
			t.Errorf("%s: %s, replayed %s", change, said(j), said(again))
		}
	}
}

// withoutVouching is the first list if both have the same facts.
func withoutVouching(a, b []SeenFact) []SeenFact {
	if len(a) != len(b) {
		return a
	}
	for i := range a {
		if a[i].Key() != b[i].Key() || !a[i].Value.Equal(b[i].Value) && a[i].Value.Known() {
			return a
		}
	}
	return b
}

// failing cannot be read.
type failing struct{}

func (failing) Fact(string, ...Value) (Value, Vouched, error) {
	return Value{}, Vouched{}, errors.New("the register is on fire")
}

func TestAFactThatCannotBeReadDecidesNothing(t *testing.T) {
	s := rent(t)
	_, err := s.Judge(Question{Stage: "sent", Action: "agree", Role: "clerk", Facts: failing{}})
	if got, want := codeOf(err), "scheme.fact_unreadable"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// counting counts how often each fact is asked.
type counting struct {
	Facts
	asked map[string]int
}

func (c counting) Fact(name string, args ...Value) (Value, Vouched, error) {
	c.asked[factKey(name, args)]++
	return c.Facts.Fact(name, args...)
}

func TestEachFactIsAskedOnceAndOnlyWhenNeeded(t *testing.T) {
	s := rent(t)
	c := counting{facts(t, s), map[string]int{}}
	if _, err := s.Judge(Question{Stage: "draft", Action: "send", Role: "tenant", Facts: c}); err != nil {
		t.Fatal(err)
	}
	for name, n := range c.asked {
		if n != 1 {
			t.Errorf("%s was asked %d times", name, n)
		}
	}
	if c.asked["form.more"] != 0 || c.asked["firm.staff"] != 1 {
		t.Errorf("asked %v", c.asked)
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	s := rent(t)
	for _, c := range []struct {
		stage, action, role string
		done                int
		want                string
	}{
		{"draft", "send", "tenant", 0, ""},
		{"draft", "send", "clerk", 0, "scheme.not_yours"},
		{"draft", "send", "", 0, "scheme.not_yours"},
		{"draft", "agree", "clerk", 0, "scheme.no_row"},
		{"settled", "send", "tenant", 0, "scheme.no_row"},
		{"draft", "fade", "tenant", 0, "scheme.not_yours"},
		{"draft", "fade", "", 0, ""},
		{"sent", "enquire", "clerk", 0, ""},
		{"sent", "enquire", "clerk", 1, "scheme.too_often"},
	} {
		if got := codeOf(s.May(c.stage, c.action, c.role, c.done)); got != c.want {
			t.Errorf("%s, %s by %q after %d: %q, want %q", c.stage, c.action, c.role, c.done, got, c.want)
		}
	}
	if got := s.Apart("remit"); len(got) != 1 || got[0] != "agree" {
		t.Errorf("apart from remit: %v", got)
	}
}

// TestEveryPairThatIsNotInTheTableIsRefused, for everybody.
func TestEveryPairThatIsNotInTheTableIsRefused(t *testing.T) {
	s := rent(t)
	roles := append(s.Roles.Names(), "")
	for _, stage := range s.AllStages() {
		for _, action := range s.Actions() {
			row, there := s.Row(stage, action)
			for _, role := range roles {
				err := s.May(stage, action, role, 0)
				allowed := there && (role == "" && !row.ByPerson() || role != "" && row.Allows(role))
				if (err == nil) != allowed {
					t.Errorf("%s, %s by %q: %v", stage, action, role, err)
				}
			}
		}
	}
}

func TestFactsThatAnActionReads(t *testing.T) {
	s := rent(t)
	var got []string
	for _, f := range s.Reads("agree") {
		got = append(got, f.String())
	}
	want := "firm.staff, available(yearly), form.rent"
	if strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// yuan is a sum in whole yuan.
func yuan(n int64) unit.Fen { return unit.Fen(n) * unit.FenPerYuan }
