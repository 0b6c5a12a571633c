package scheme

import (
	"time"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Reaches lists a stage and every stage that a way leads to from it.
func (s *Scheme) Reaches(stage string) map[string]bool {
	out, queue := map[string]bool{stage: true}, []string{stage}
	for len(queue) > 0 {
		for _, row := range s.RowsFrom(queue[0]) {
			if !out[row.To] {
				out[row.To] = true
				queue = append(queue, row.To)
			}
		}
		queue = queue[1:]
	}
	return out
}

// Begins says whether a case can begin in the stage: the first one, or the one in which `starts` opens cases.
func (s *Scheme) Begins(stage string) bool {
	return stage == s.Start() || s.Starts != nil && stage == s.Starts.Stage
}

// Rank is what the round's `order` says of a case, with what it saw: a number of some unit, of which more goes first.
// It is unknown where a fact cannot be had.
func (s *Scheme) Rank(q Question) (Value, []SeenFact, error) {
	if s.compiled.order == nil {
		return Value{}, nil, nil
	}
	r := s.reading(q.Facts, q.Stage, &q.Purse)
	v, seen, err := s.compiled.order.eval(r)
	return v, s.named(seen), err
}

// JudgeRules answers some rules by themselves, as those that `starts` asks of an organisation. Each has a `when`.
func (s *Scheme) JudgeRules(names []string, q Question) (Judgement, error) {
	alone := *s
	alone.Needs = map[string][]string{q.Action: names}
	return alone.Judge(q)
}

// Worth is the sum that an action would fix in a case, without doing anything: of the amounts that stand `at` it the one
// that a money line of the action takes from the account; else the first. It is unknown if it cannot be had, or would be
// refused.
func (s *Scheme) Worth(action, account string, q Question) (Value, []SeenFact, error) {
	name := ""
	for n, a := range s.Amounts.All() {
		if a.At == action && !a.List() && name == "" {
			name = n
		}
	}
	for _, l := range s.MoneyAt(action) {
		if a, ok := s.Amounts.Get(l.Amount); ok && l.From == account && a.At == action && !a.List() {
			name = l.Amount
			break
		}
	}
	purse := q.Purse.clone()
	r := s.reading(q.Facts, q.Stage, &purse)
	err := s.fix(r, action, &purse, map[string]unit.Fen{})
	if code := fault.CodeOf(err); code == "scheme.amount_unknown" || code == "scheme.amount_negative" {
		return Value{}, s.named(r.seen), nil
	}
	if sum, ok := purse.Sums[name]; ok && err == nil {
		return MoneyValue(sum), s.named(r.seen), nil
	}
	return Value{}, s.named(r.seen), err
}

// AccountOf is where an account of the pack stands in the books for a case, and how much a limit opens with.
func (s *Scheme) AccountOf(name string, q Question) (Place, error) {
	r := s.reading(q.Facts, q.Stage, &q.Purse)
	p, err := s.place(r, name)
	if err == nil && r.failed != nil {
		err = r.failed
	}
	return p, err
}

// RingsAt is when a clock that is set at a moment rings, for what happens without a case, such as `starts`. A parameter
// that is looked up by a fact rings never.
func (s *Scheme) RingsAt(param string, set time.Time, cal Calendar) (Due, error) {
	p, ok := s.Params.Get(param)
	if !ok || p.By != "" {
		return Due{}, fault.New(fault.Conflict, "scheme.clock_unknown", "clock", param)
	}
	return dueAt(p.Value, []stay{{in: set}}, cal), nil
}

// Places is how many cases a round admits, where its `within` is a param: of one that is a table, which entry the case
// counts against.
func (s *Scheme) Places(param string, q Question) (n Value, entry string, err error) {
	r := s.reading(q.Facts, q.Stage, &q.Purse)
	p, ok := s.Params.Get(param)
	if !ok {
		return Value{}, "", nil
	}
	if p.By != "" {
		entry = r.fact(p.By).String()
	}
	return r.fact(param), entry, r.failed
}
