package scheme

import (
	"slices"
	"strings"
)

// rows checks the table of stages: who, by which clock, and that nothing is decided by silence.
func (c *checker) rows() {
	c.eachRow()
	c.rowsTwice()
	for _, stage := range c.s.AllStages() {
		if _, isEnd := c.s.IsEnd(stage); !isEnd {
			c.clocks(stage)
		}
	}
	for from, to := range c.s.Pauses {
		back := false
		for _, r := range c.s.RowsFrom(from) {
			back = back || r.To == to
		}
		if !back {
			c.at(c.mark("pauses."+from), "pause.no_way", "stage", from, "other", to)
		}
	}
	c.actors()
}

func (c *checker) eachRow() {
	s := c.s
	for _, r := range s.Stages {
		if _, isEnd := s.IsEnd(r.From); isEnd {
			c.at(r.At, "stage.end_with_exit", "stage", r.From)
		}
		if len(r.Who) == 0 {
			c.at(r.whoAt, "stage.no_owner")
		}
		if len(r.Who) > 1 && (r.Allows("clock") || r.Allows("itself") || r.Allows("round")) {
			c.at(r.whoAt, "silence.mixed")
		}
		if end, isEnd := s.IsEnd(r.To); isEnd && end == Granted && !c.byOffice(r) {
			c.at(r.whoAt, "silence.grants")
		}
		if s.gives(r.Action) && !c.byOffice(r) {
			c.at(r.whoAt, "silence.grants")
		}
		c.withoutPerson(r)
	}
}

// gives says whether an action gives a label, or gives it for longer.
func (s *Scheme) gives(action string) bool {
	return slices.ContainsFunc(s.Labels[action], func(l LabelLine) bool { return l.Verb != "revoke" })
}

// byOffice says whether only desks, or a round that a desk closes, take the row.
func (c *checker) byOffice(r Row) bool {
	if r.ByRound() {
		return c.s.Round != nil && c.s.Desk(c.s.Round.By)
	}
	return r.ByPerson() && c.s.desksAct(r)
}

// withoutPerson: clock and round need nothing, itself needs `when` rules only and at least one.
func (c *checker) withoutPerson(r Row) {
	if r.ByPerson() {
		return
	}
	needs, rules := c.s.Needs[r.Action], 0
	for _, n := range needs {
		rule, isRule := c.s.Rules.Get(n)
		if isRule && rule.When != "" && r.ByItself() {
			rules++
			continue
		}
		c.at(r.At, "silence.needs", "name", n)
	}
	if r.ByItself() && rules == 0 {
		c.at(r.At, "stage.itself", "action", r.Action)
	}
}

func (c *checker) rowsTwice() {
	first := map[[2]string]Row{}
	for _, r := range c.s.Stages {
		key := [2]string{r.From, r.Action}
		if f, there := first[key]; there {
			c.at(r.At, "stage.row_twice", "stage", r.From, "action", r.Action, "line", f.At.Line)
			continue
		}
		first[key] = r
	}
}

// clocks checks the clocks of one stage.
func (c *checker) clocks(stage string) {
	s, rows := c.s, c.s.RowsFrom(stage)
	if len(rows) == 0 {
		return
	}
	ends, running, due := false, false, false
	for _, r := range rows {
		if r.Clock != "none" {
			running = true
			due = due || !r.ByClock()
		}
		if r.ByClock() {
			if ends {
				c.at(r.At, "clock.twice", "stage", stage)
			}
			ends = true
			if r.Clock == "none" {
				c.at(r.clockAt, "clock.none")
			}
		}
	}
	for _, r := range rows {
		if r.Clock == "none" && (r.ByRound() || r.ByPerson() && (ends || c.hasDesk(r))) {
			c.at(r.clockAt, "clock.none")
		}
	}
	if !running {
		c.at(rows[0].At, "stage.no_clock", "stage", stage)
	}
	if due && !ends && s.Overdue == "" {
		c.at(rows[0].At, "clock.unheard")
	}
	c.oneClock(stage, rows)
}

func (c *checker) hasDesk(r Row) bool {
	for _, w := range r.Who {
		if c.s.Desk(w) {
			return true
		}
	}
	return false
}

// oneClock: all rows of one role in one stage carry the same clock.
func (c *checker) oneClock(stage string, rows []Row) {
	for _, role := range c.s.Roles.Names() {
		var first *Row
		for i, r := range rows {
			if !r.Allows(role) {
				continue
			}
			if first == nil {
				first = &rows[i]
			} else if first.Clock != r.Clock {
				c.at(first.clockAt, "clock.mixed", "role", role, "stage", stage)
				break
			}
		}
	}
}

// actors: a field that an action needs is filled in by who takes it.
func (c *checker) actors() {
	s := c.s
	for _, action := range sortedKeys(s.Needs) {
		for i, n := range s.Needs[action] {
			f, isField := s.Field(n)
			if !isField || s.Rules.Has(n) || f.By == "parent" {
				continue
			}
			for _, r := range s.Stages {
				if r.Action == action && r.ByPerson() && !r.Allows(f.By) {
					c.at(c.mark(markOf("needs", action, i)), "needs.actor", "name", n)
				}
			}
		}
	}
}

// rowsOf are the rows of an action.
func (s *Scheme) rowsOf(action string) []Row {
	var out []Row
	for _, r := range s.Stages {
		if r.Action == action {
			out = append(out, r)
		}
	}
	return out
}

// stageAt is where a stage is first spoken of: the first row out of it, else the first row to it.
func (s *Scheme) stageAt(stage string) Pos {
	if rows := s.RowsFrom(stage); len(rows) > 0 {
		return rows[0].At
	}
	for _, r := range s.Stages {
		if r.To == stage {
			return r.At
		}
	}
	return s.marks["stages"]
}

// blocks says whether a problem leaves names or rows open, so that nothing can be proved.
func blocks(code string) bool {
	switch code {
	case "name.unknown", "name.twice", "stage.row", "stage.row_twice", "money.list", "money.account", "amount.split", "amount.cycle":
		return true
	}
	return strings.HasPrefix(code, "file.") || strings.HasPrefix(code, "extend.")
}
