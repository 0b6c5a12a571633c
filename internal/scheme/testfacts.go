package scheme

import (
	"strings"

	"corridor/internal/unit"
)

// testFacts answers from what a test gives. What nobody gives is unknown, but for the day (the first of the edition),
// the firm's id and what follows from codes alone.
type testFacts struct {
	s *Scheme
	f *factSet
}

// Fact answers one fact.
func (t testFacts) Fact(name string, args ...Value) (Value, Vouched, error) {
	from := Vouched{By: "test"}
	for i := len(args) - 1; i >= 0; i-- {
		key := args[i].Text
		if args[i].Kind == Account {
			key = args[i].Entry("name").Text
		}
		if v, ok := t.f.values[name+"."+key]; ok && key != "" {
			return v, from, nil
		}
	}
	if v, ok := t.f.values[name]; ok {
		return v, from, nil
	}
	return t.assumed(name, args), from, nil
}

func (t testFacts) assumed(name string, args []Value) Value {
	if field, part, ok := formFact(name); ok && part != "" { // nobody holds a slot, which is as good as one that is held
		if f, _ := t.s.Field(field); f.Type == "slot" {
			return YesNoValue(part == "ready")
		} else if f.Type == "plan" {
			return Value{} // nobody said how it stands
		}
	}
	switch name {
	case "today":
		if d := t.s.InForce[0]; d.Known() {
			return d
		}
		return DayValue(unit.Date(2000, 1, 1))
	case "year":
		today, _, _ := t.Fact("today")
		if !today.Known() {
			return Value{}
		}
		return CountValue(int64(today.Day().Year()))
	case "firm.id":
		return OrgValue("F")
	case "jurisdiction":
		return RegionValue(unit.Region(t.s.home()))
	case "in_region":
		if len(args) == 2 {
			return YesNoValue(unit.Region(args[0].Text).In(unit.Region(args[1].Text)))
		}
	}
	return Value{}
}

// pinned is the scheme with other values for some params.
func (s *Scheme) pinned(pins map[string]Value) *Scheme {
	if len(pins) == 0 {
		return s
	}
	c := *s
	c.Params = Entries[Param]{}
	for name, p := range s.Params.All() {
		if v, ok := pins[name]; ok {
			p.Value = v
			if v.Kind != Table {
				p.By = ""
			}
		}
		c.Params.add(name, p)
	}
	return &c
}

// question asks for an action as the first role of its row.
func (t testFacts) question(row Row, purse Purse) Question {
	q := Question{Stage: row.From, Action: row.Action, Answers: t.f.answers, Purse: purse, Facts: t, Reason: t.f.reason}
	if row.ByPerson() && len(row.Who) > 0 {
		q.Role = row.Who[0]
	}
	if q.Reason == "unknown" {
		q.Reason = ""
	}
	return q
}

// said is a verdict as tests write it: pass, fail staff_max.
func said(j Judgement) string {
	if j.First == nil {
		return string(j.Verdict)
	}
	return strings.TrimSpace(string(j.Verdict) + " " + j.First.Need)
}
