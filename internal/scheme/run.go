package scheme

import (
	"fmt"
	"sort"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// RunTests runs the tests of the pack and says which do not come out as they want. Check also looks for what no
// test decides.
func RunTests(s *Scheme) Problems {
	f := found{lines: s.lines, problems: append(Problems(nil), s.tests.problems...)}
	s.runTests(&f)
	return f.sorted()
}

// coverage is what the tests went through.
type coverage struct {
	answers map[[2]string]map[Result]bool // (action, rule): what it answered
	rows    map[[2]string]bool            // (stage, action)
	chosen  map[string]map[int]bool       // argument of a min or max that decided: "amount@id" -> argument
}

func (s *Scheme) runTests(f *found) coverage {
	c := coverage{answers: map[[2]string]map[Result]bool{}, rows: map[[2]string]bool{}, chosen: map[string]map[int]bool{}}
	for _, v := range s.tests.verdicts {
		for _, a := range v.actions {
			s.runVerdict(f, v, a, c)
		}
	}
	for _, r := range s.tests.runs {
		s.walk(f, r, c)
	}
	return c
}

func (s *Scheme) runVerdict(f *found, v verdictTest, action string, c coverage) {
	p := s.pinned(v.pins)
	var row Row
	for _, r := range p.Stages {
		if r.Action == action {
			row = r
			break
		}
	}
	row.Action = action // an answer stands on no row
	facts := testFacts{s: p, f: s.tests.given.over(v.with)}
	j, err := p.Judge(facts.question(row, Purse{}))
	want := string(v.want)
	if v.need != "" {
		want += " " + v.need
	}
	if err != nil {
		f.at(v.pos, "test.failed", "name", v.name, "got", fault.Of(err).Error(), "want", want)
		return
	}
	c.judged(action, j)
	if got := said(j); got != want {
		f.at(v.pos, "test.failed", "name", v.name, "got", got, "want", want)
	}
}

// judged notes what each rule answered.
func (c coverage) judged(action string, j Judgement) {
	for _, a := range j.Answers {
		key := [2]string{action, a.Need}
		if c.answers[key] == nil {
			c.answers[key] = map[Result]bool{}
		}
		c.answers[key][a.Result] = true
	}
}

// walk goes a whole way through the real machine with real sums.
func (s *Scheme) walk(f *found, t runTest, c coverage) {
	p := s.pinned(t.pins)
	want := fault.Words{t.ends, t.ends}
	if t.refused != "" {
		want = fault.Words{t.refused + " 被拒", t.refused + " refused"}
	}
	fails := func(zh, en string) {
		f.at(t.pos, "test.failed", "name", t.name, "got", fault.Words{zh, en}, "want", want)
	}
	stage, purse, books := p.startOf(t), Purse{}, newBooks()
	done := map[string]int{}
	for i, st := range t.steps {
		facts := testFacts{s: p, f: s.tests.given.over(t.with).over(st.with)}
		next, why := p.stepOnce(facts, &purse, books, stage, st.action, fmt.Sprintf("t.%d", i), done[st.action], c)
		if why[0] != "" {
			if st.action != t.refused || i != len(t.steps)-1 {
				fails(fmt.Sprintf("第 %d 步 %s：%s", i+1, st.action, why[0]), fmt.Sprintf("step %d, %s: %s", i+1, st.action, why[1]))
			}
			return
		}
		done[st.action]++
		stage = next
	}
	switch _, isEnd := p.IsEnd(stage); {
	case t.refused != "":
		fails("没有被拒", "it was not refused")
	case stage != t.ends:
		fails("停在 "+stage, "it stands in "+stage)
	case !isEnd:
		fails(stage+" 不是结束", stage+" is no end")
	}
	compareSums(fails, t.amounts, purse.Sums)
	compareSums(fails, t.books, books.gains)
}

// startOf is the stage in which a run begins: the first one, or the one in which `starts` opens cases.
func (s *Scheme) startOf(t runTest) string {
	if s.Starts != nil && len(t.steps) > 0 {
		if _, ok := s.Row(s.Start(), t.steps[0].action); !ok {
			return s.Starts.Stage
		}
	}
	return s.Start()
}

// compareSums says which sums are not as wanted.
func compareSums(fails func(zh, en string), want, got map[string]unit.Fen) {
	names := sortedKeys(want)
	sort.Strings(names)
	for _, n := range names {
		if got[n] != want[n] {
			fails(fmt.Sprintf("%s = %s（应为 %s）", n, got[n], want[n]), fmt.Sprintf("%s = %s (wanted %s)", n, got[n], want[n]))
		}
	}
}

// stepOnce takes one action; why says what stopped it.
func (s *Scheme) stepOnce(facts testFacts, purse *Purse, books *books, stage, action, act string, done int, c coverage) (next string, why fault.Words) {
	row, ok := s.Row(stage, action)
	if !ok {
		return "", fault.Words{"阶段 " + stage + " 没有这一行", "there is no such row in " + stage}
	}
	q := facts.question(row, *purse)
	if err := s.May(stage, action, q.Role, done); err != nil {
		return "", fault.Words{fault.Of(err).Sentence(fault.ZH), fault.Of(err).Sentence(fault.EN)}
	}
	j, err := s.Judge(q)
	if err != nil {
		return "", fault.Words{err.Error(), err.Error()}
	}
	c.judged(action, j)
	if !j.Goes {
		return "", fault.Words{said(j), said(j)}
	}
	s.decided(facts, row, *purse, c)
	out, err := s.Effects(q, act)
	if err != nil {
		return "", fault.Words{fault.Of(err).Sentence(fault.ZH), fault.Of(err).Sentence(fault.EN)}
	}
	if short := books.apply(facts, out.Postings); short != "" {
		return "", fault.Words{"账户 " + short + " 低于零", "the account " + short + " goes below zero"}
	}
	c.rows[[2]string{stage, action}] = true
	*purse = out.Purse
	return out.To, fault.Words{}
}

// books are the accounts of one run: what each has gained, by its name in the pack.
type books struct{ gains map[string]unit.Fen }

func newBooks() *books { return &books{gains: map[string]unit.Fen{}} }

// apply posts; the name of an own account that would go below zero comes back. What a test gives as a balance and
// the account has not is what children have taken from it.
func (b *books) apply(facts testFacts, postings []Posting) (short string) {
	taken := map[string]unit.Fen{}
	for name, gained := range b.gains {
		if v, ok := facts.f.values["balance."+name]; ok && v.Known() {
			taken[name] = gained - v.Fen()
		}
	}
	for _, p := range postings {
		amount := p.Amount
		if p.Rest {
			amount = b.gains[p.From.Name] - taken[p.From.Name]
		}
		switch p.Verb {
		case Capture, Post:
			b.gains[p.From.Name] -= amount
			b.gains[p.To.Name] += amount
			if p.From.Kind == Own && b.gains[p.From.Name] < 0 {
				return p.From.Name
			}
		}
	}
	return ""
}
