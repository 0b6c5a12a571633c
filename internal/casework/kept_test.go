package casework

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// What is kept is read as encoding/json reads it: as it was written, and with bytes lost, doubled and changed.
func TestWhatIsKeptIsReadAsJSONIsRead(t *testing.T) {
	at := time.Date(2026, time.March, 2, 1, 2, 3, 456000, time.UTC)
	four := unit.Fen(400)
	group := scheme.Value{Kind: scheme.Group, Keys: []string{"名称", "b"}, List: []scheme.Value{scheme.TextValue("a\"\\\n<&>\u2028"), scheme.MoneyValue(-123456789)}}
	seen := []scheme.SeenFact{{Name: "today", Value: scheme.DayValue(unit.DayOf(at, time.UTC)), Vouched: scheme.Vouched{By: "clock\xff\u007f", At: at}, Words: fault.Words{"今天", "today"}},
		{Name: "has_label", Args: []scheme.Value{scheme.OrgValue("F1"), scheme.TextValue("")}, Value: scheme.ListValue(group, group)}, {Name: "unknown", Vouched: scheme.Vouched{At: at}}, {Name: "", Vouched: scheme.Vouched{By: "x"}, Args: []scheme.Value{}}}
	answers := []scheme.Answer{{Need: "staff", Result: scheme.Fail, Saw: seen, Words: fault.Words{"人数", "staff"}, Basis: "m", Verified: true, WouldPass: fault.Words{"a", "b"}},
		{Need: "reason", Result: scheme.ManualAnswer, Ask: "reviewer"}}
	decisions := []Decision{{}, {Verdict: scheme.Pass, Answers: answers, Seen: seen, Letter: []scheme.Shown{{Name: "sum", Value: group}}},
		{Verdict: scheme.Pass, Labels: []Marked{{Verb: "issue", Label: "l", Org: "F1", Until: unit.DayOf(at, time.UTC)}, {Verb: "revoke", Gone: unit.DayOf(at, time.UTC)}, {Verb: "renew", Anew: true}}},
		{Verdict: scheme.Fail, Stood: []Stood{{Action: "approve", Verdict: scheme.Fail, Answers: answers}, {Action: "close"}}}}
	fields := []map[string]scheme.Value{nil, {}, {"b": group, "a": scheme.YesNoValue(true), "é\"": {}}}
	place := scheme.Place{Name: "budget", Kind: "limit", Path: "a/b", Owner: "F1", OpensWith: &four, LentTo: "x"}
	purses := []scheme.Purse{{}, {Sums: map[string]unit.Fen{"b": 1, "a": -205}, Out: map[string]unit.Fen{"out/x": 99}, Holds: map[string]scheme.Held{"h": {ID: "1.2", Left: 7, From: place}, "i": {}}},
		{Lists: map[string]scheme.Tranches{"l": {Parts: []unit.Fen{1, 2}, Taken: 1}}}}
	for _, d := range decisions {
		if want, _ := json.Marshal(d); string(appendDecision(nil, d)) != string(want) {
			t.Errorf("written\n%s\nwant\n%s", appendDecision(nil, d), want)
		}
		reads(t, d, readDecision)
	}
	for _, f := range fields {
		reads(t, f, readFields)
	}
	for _, p := range purses {
		reads(t, p, readPurse)
	}
}

// reads compares the two readers, and wants that what was written is taken without encoding/json.
func reads[T any](t *testing.T, x T, read func(string) (T, error)) {
	t.Helper()
	b, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{string(b)}
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		c := append([]byte(nil), b...)
		for range 1 + random.IntN(2) {
			at, part := random.IntN(len(c)), c[random.IntN(len(c)):]
			switch random.IntN(4) {
			case 0:
				c = append(c[:at:at], c[at+1:]...)
			case 1:
				const other = "{}[]\",:\\0 ntu-1.eZ\xff\x01"
				c[at] = other[random.IntN(len(other))]
			case 2:
				c = append(c[:at:at], append([]byte(nil), part[:min(len(part), random.IntN(40))]...)...)
			case 3:
				c = append(append(c[:at:at], part[:min(len(part), 6)]...), c[at:]...)
			}
			if len(c) == 0 {
				c = []byte("x")
			}
		}
		texts = append(texts, string(c))
	}
	for _, text := range texts {
		var want T
		if m, is := any(&want).(*map[string]scheme.Value); is {
			*m = map[string]scheme.Value{}
		}
		wrong := json.Unmarshal([]byte(text), &want)
		got, err := read(text)
		if (err == nil) != (wrong == nil) {
			t.Fatalf("%s: got %v, want %v", text, err, wrong)
		}
		if err == nil && !reflect.DeepEqual(want, got) {
			t.Fatalf("%s:\ngot  %#v\nwant %#v", text, got, want)
		}
	}
}

// What the room writes is in the form that is read at once, and reading it so makes fewer pieces than encoding/json does.
func TestADecisionIsReadAtOnce(t *testing.T) {
	b, _ := json.Marshal(Decision{Verdict: scheme.Pass, Seen: []scheme.SeenFact{{Name: "today", Value: scheme.CountValue(3)}}})
	text := string(b)
	quick := testing.AllocsPerRun(100, func() { readDecision(text) })
	plain := testing.AllocsPerRun(100, func() {
		var d Decision
		json.Unmarshal([]byte(text), &d)
	})
	if quick >= plain/2 {
		t.Errorf("%.0f pieces of memory, encoding/json %.0f", quick, plain)
	}
}
