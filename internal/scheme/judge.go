package scheme

import (
	"slices"

	"corridor/internal/fault"
)

// Result is what a rule answers, and what an action's verdict is.
type Result string

const (
	Pass         Result = "pass"
	Fail         Result = "fail"
	NotKnown     Result = "unknown" // a fact that the rule reads cannot be had
	ManualAnswer Result = "manual"  // an `ask` rule that nobody has answered
)

// Answer is what one need of an action answered.
type Answer struct {
	Need      string // rule, field or "reason"
	Result    Result
	Saw       []SeenFact
	Words     fault.Words // the sentence that a refused person reads
	Basis     string      // name of a source, "" if none
	Verified  bool        // says whether the basis is verified; what is not is marked wherever it is shown
	WouldPass fault.Words // what would have passed, for simple comparisons that failed: "firm.staff <= 100"; else empty
	Ask       string      // the role whose officer answers, for an `ask` rule
}

// Judgement is the answer to one action.
type Judgement struct {
	Action  string
	Answers []Answer // in the order of `needs`
	Verdict Result   // the first that occurs of fail, unknown, manual; else pass
	First   *Answer  // the need that decided a verdict that is not pass
	Goes    bool     // whether the action may happen; unknown and manual can travel on from a party to a desk
	Open    []string // needs that travel on as open questions
	Seen    []SeenFact
}

// Question is an action that somebody wants to take in a stage.
type Question struct {
	Stage   string
	Action  string
	Role    string          // who acts; "" for clock, itself and round
	Reason  string          // what the actor gives where `reason` is needed
	Answers map[string]bool // answers of `ask` rules so far, the acting officer's included
	Purse   Purse           // what the case has fixed
	Facts   Facts
}

// Judge answers every need of an action. An error means that a fact could not be read and nothing is decided.
func (s *Scheme) Judge(q Question) (Judgement, error) {
	r := s.reading(q.Facts, q.Stage, &q.Purse)
	j := Judgement{Action: q.Action, Verdict: Pass, Goes: true}
	party := s.Party(q.Role)
	for _, need := range s.Needs[q.Action] {
		a, err := s.answer(r, need, q)
		if err != nil {
			return Judgement{}, err
		}
		a.Saw = s.named(a.Saw)
		j.Answers = append(j.Answers, a)
		if a.Result == Pass {
			continue
		}
		if graver(a.Result, j.Verdict) {
			j.Verdict = a.Result
		}
		if party && s.travels(need, a.Result) {
			j.Open = append(j.Open, need)
			continue
		}
		j.Goes = false
	}
	for i := range j.Answers {
		if j.Verdict != Pass && j.Answers[i].Result == j.Verdict {
			j.First = &j.Answers[i]
			break
		}
	}
	j.Seen = r.seen
	return j, r.failed
}

// named copies facts with what people call them: fields by their labels, columns and choices by their words.
func (s *Scheme) named(seen []SeenFact) []SeenFact {
	out := append([]SeenFact(nil), seen...)
	for i := range out {
		out[i].Words = s.called(out[i].Name)
		if worded(out[i].Value) {
			out[i].Says = fault.Words{s.Show(out[i].Value, fault.ZH), s.Show(out[i].Value, fault.EN)}
		}
	}
	return out
}

// worded says whether a value names columns or choices, which only the scheme has words for.
func worded(v Value) bool {
	return v.Kind == Choice || (v.Kind == Group || v.Kind == Table) && len(v.Keys) > 0 || slices.ContainsFunc(v.List, worded)
}

// graver orders verdicts: fail before unknown before manual before pass.
func graver(a, b Result) bool {
	rank := map[Result]int{Pass: 0, ManualAnswer: 1, NotKnown: 2, Fail: 3}
	return rank[a] > rank[b]
}

// travels says whether an open need of a party may go on to a desk: a rule that some action of a desk needs too,
// or an `ask` rule, which is always needed at an action of its role.
func (s *Scheme) travels(need string, res Result) bool {
	if res == Fail {
		return false
	}
	rule, ok := s.Rules.Get(need)
	if !ok {
		return false
	}
	if rule.Ask != "" {
		return true
	}
	for _, row := range s.Stages {
		if !row.ByPerson() || !s.desksAct(row) {
			continue
		}
		for _, n := range s.Needs[row.Action] {
			if n == need {
				return true
			}
		}
	}
	return false
}

// desksAct says whether only desks act on a row.
func (s *Scheme) desksAct(row Row) bool {
	for _, w := range row.Who {
		if !s.Desk(w) {
			return false
		}
	}
	return true
}

// answer answers one need.
func (s *Scheme) answer(r *reading, need string, q Question) (Answer, error) {
	before := len(r.seen)
	a := Answer{Need: need, Result: Pass, Verified: true}
	switch rule, isRule := s.Rules.Get(need); {
	case need == "reason" && !isRule:
		a.Words = fault.Words{"须说明理由", "A reason must be given"}
		if q.Reason == "" {
			a.Result = NotKnown
		}
	case !isRule:
		f, _ := s.Field(need)
		a.Words = fault.Words{"须填写：" + f.Words[0], "To be filled in: " + f.Words[1]}
		if !r.fact("form." + need).Known() {
			a.Result = NotKnown
		}
	case rule.Ask != "":
		a.Words, a.Basis, a.Verified, a.Ask = rule.Words, rule.Basis, rule.Verified, rule.Ask
		switch yes, given := q.Answers[need]; {
		case !given:
			a.Result = ManualAnswer
		case !yes:
			a.Result = Fail
		}
	default:
		a.Words, a.Basis, a.Verified = rule.Words, rule.Basis, rule.Verified
		e := s.compiled.rules[need]
		v, used, err := e.eval(r)
		if err != nil {
			return a, err
		}
		switch {
		case !v.Known():
			a.Result = NotKnown
		case !v.True():
			a.Result = Fail
			a.WouldPass = e.wouldPass(s, r)
		}
		a.Saw = used
		return a, r.failed
	}
	a.Saw = append(a.Saw, r.seen[before:]...)
	return a, r.failed
}

// Replay judges a past decision again from the facts that it kept.
func (s *Scheme) Replay(q Question, kept []SeenFact) (Judgement, error) {
	q.Facts = Kept(kept)
	return s.Judge(q)
}

// May says whether the table of stages lets a role take an action in a stage, before any rule is asked:
// the pair is a row, the role is named on it, and `times` is not used up. done is how often the case has had
// the action. The order of refusals is: no such row, not yours, too often.
func (s *Scheme) May(stage, action, role string, done int) error {
	row, ok := s.Row(stage, action)
	if !ok {
		return fault.New(fault.Conflict, "scheme.no_row", "action", s.Say(action), "stage", s.Say(stage))
	}
	if role != "" && !row.Allows(role) || role == "" && row.ByPerson() {
		return fault.New(fault.Denied, "scheme.not_yours", "action", s.Say(action))
	}
	if p, limited := s.Times[action]; limited {
		if max, ok := s.Params.Get(p); ok && int64(done) >= max.Value.Int {
			return fault.New(fault.Conflict, "scheme.too_often", "action", s.Say(action), "times", max.Value.Int)
		}
	}
	return nil
}

// Apart returns the actions that nobody may have taken in the case who now takes this one.
func (s *Scheme) Apart(action string) []string {
	var out []string
	for _, p := range s.Separate {
		switch action {
		case p[0]:
			out = append(out, p[1])
		case p[1]:
			out = append(out, p[0])
		}
	}
	return out
}
