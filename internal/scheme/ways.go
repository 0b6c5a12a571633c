package scheme

import "slices"

// Way is a way from the first stage of a case, as actions in their order.
type Way struct {
	Row     Row      // the row that the way is for
	Actions []string // it is taken somewhere on the way, which goes on to an end
	End     string
}

// Ways returns for each row that can happen the shortest way that takes it and goes on to an end, as the abstract
// machine finds it. It is for tests that walk a scheme on real books; nil if the scheme cannot be proved.
func (s *Scheme) Ways() []Way {
	p := newChecker(s).proof()
	if p == nil || p.tooMany {
		return nil
	}
	start := p.start
	to, from := p.shortestTo(start), p.shortestEnd()
	var out []Way
	for _, row := range s.Stages {
		best := Way{Row: row}
		for _, key := range sortedKeys(p.nodes) {
			before, reached := to[key]
			if !reached {
				continue
			}
			for _, e := range p.nodes[key].outs {
				rest, ends := from[e.to]
				if e.row.From != row.From || e.row.Action != row.Action || !ends {
					continue
				}
				if n := len(before) + 1 + len(rest.actions); best.Actions == nil || n < len(best.Actions) {
					best.Actions = append(append(append([]string(nil), before...), row.Action), rest.actions...)
					best.End = rest.end
				}
			}
		}
		if best.Actions != nil {
			out = append(out, best)
		}
	}
	return out
}

// shortestTo are the shortest ways from the first state.
func (p *prover) shortestTo(start string) map[string][]string {
	out, queue := map[string][]string{start: {}}, []string{start}
	for len(queue) > 0 {
		k := queue[0]
		queue = queue[1:]
		for _, e := range p.nodes[k].outs {
			if _, been := out[e.to]; !been {
				out[e.to] = append(append([]string(nil), out[k]...), e.row.Action)
				queue = append(queue, e.to)
			}
		}
	}
	return out
}

type wayToEnd struct {
	actions []string
	end     string
}

// shortestEnd are the shortest ways to an end.
func (p *prover) shortestEnd() map[string]wayToEnd {
	out := map[string]wayToEnd{}
	for key, n := range p.nodes {
		if _, isEnd := p.s.IsEnd(n.st.stage); isEnd {
			out[key] = wayToEnd{end: n.st.stage}
		}
	}
	for changed := true; changed; {
		changed = false
		for _, key := range sortedKeys(p.nodes) {
			for _, e := range p.nodes[key].outs {
				rest, ok := out[e.to]
				if !ok {
					continue
				}
				if mine, there := out[key]; !there || len(rest.actions)+1 < len(mine.actions) {
					out[key] = wayToEnd{append([]string{e.row.Action}, rest.actions...), rest.end}
					changed = true
				}
			}
		}
	}
	return out
}

// AmountReads says whether an amount is made from a fact or function of that name.
func (s *Scheme) AmountReads(amount, fact string) bool {
	e := s.compiled.amounts[amount]
	return e != nil && slices.Contains(e.reads(), fact)
}

// Reads lists the facts that the rules and amounts of an action may read, each once, in the order in which the
// action needs them. A row by `itself` is tried again when one of them changes.
func (s *Scheme) Reads(action string) []FactName {
	var out []FactName
	seen := map[string]bool{}
	add := func(e *expr) {
		if e == nil {
			return
		}
		for _, f := range e.factNames(s) {
			if !seen[f.String()] {
				seen[f.String()] = true
				out = append(out, f)
			}
		}
	}
	for _, need := range s.Needs[action] {
		if _, isField := s.Field(need); isField && !s.Rules.Has(need) && !seen["form."+need] {
			seen["form."+need] = true
			out = append(out, FactName{Name: "form." + need})
		}
		add(s.compiled.rules[need])
	}
	for name, a := range s.Amounts.All() {
		if a.At == action {
			add(s.compiled.amounts[name])
		}
	}
	return out
}
