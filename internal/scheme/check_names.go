package scheme

import (
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"

	"corridor/internal/fault"
)

// names checks that one name means one thing, that what is named is there, and that what is there is used.
func (c *checker) names() {
	c.rowNames()
	c.sectionNames()
	c.moneyNames()
	c.slotNames()
	c.notAlone()
	c.manyNames()
	c.answersRead()
	c.outsideNames()
	c.payerNames()
	c.readerNames()
	c.figureNames()
	c.disclosureNames()
	c.demandNames()
	c.letterNames()
	c.prefills()
	c.migration()
	c.unused()
	c.words()
}

// role refuses a name that is no role.
func (c *checker) role(pos Pos, name string) {
	if !c.s.Roles.Has(name) {
		c.unknown(pos, "role", name, c.s.Roles.Names())
	}
}

func (c *checker) stage(pos Pos, name string) {
	if !contains(c.s.AllStages(), name) {
		c.unknown(pos, "stage", name, c.s.AllStages())
	}
}

func (c *checker) action(pos Pos, name string) {
	if !contains(c.s.Actions(), name) {
		c.unknown(pos, "action", name, c.s.Actions())
	}
}

// clockField refuses a clock that is no day of the form: until that day somebody may act. What happens by itself keeps to a param.
func (c *checker) clockField(r Row, name string) {
	switch f, ok := c.s.Field(name); {
	case !ok:
		c.unknown(r.clockAt, "field", name, c.fieldNames())
	case f.Type != "day" || !r.ByPerson():
		c.at(r.clockAt, "clock.not_time", "name", r.Clock)
	}
}

// param refuses a name that is no param, or one of another unit. fits is empty for any unit.
func (c *checker) param(pos Pos, name string, fits ...Kind) {
	p, ok := c.s.Params.Get(name)
	if !ok {
		c.unknown(pos, "param", name, c.s.Params.Names())
		return
	}
	if len(fits) == 0 {
		return
	}
	for _, k := range fits {
		if p.Unit() == k {
			return
		}
	}
	if fits[0] == Duration {
		c.at(pos, "clock.not_time", "name", name)
		return
	}
	c.at(pos, "rule.unit", "why", both(kindWords[p.Unit()], kindWords[fits[0]]))
}

// fact refuses a name that is no fact of one of the kinds.
func (c *checker) fact(pos Pos, name string, fits ...Kind) {
	sh, ok := c.s.compiled.facts[name]
	if !ok {
		c.unknown(pos, "fact", name, sortedKeys(c.s.compiled.facts))
		return
	}
	for _, k := range fits {
		if sh.kind == k {
			return
		}
	}
	if len(fits) > 0 {
		c.at(pos, "rule.unit", "why", both(kindWords[sh.kind], kindWords[fits[0]]))
	}
}

var clockKinds = []Kind{Duration, Day, Cycle}

func (c *checker) rowNames() {
	for _, r := range c.s.Stages {
		for _, w := range r.Who {
			if w != "clock" && w != "itself" && w != "round" {
				c.role(r.whoAt, w)
			}
		}
		if name, _, ofForm := formFact(r.Clock); ofForm {
			c.clockField(r, name)
		} else if r.Clock != "none" {
			c.param(r.clockAt, r.Clock, clockKinds...)
		}
	}
	for _, e := range c.s.Ends.Names() {
		if !contains(c.rowStages(), e) {
			c.at(c.mark("ends."+e), "stage.unreachable", "stage", e)
		}
	}
}

// rowStages are the stages that the rows name.
func (c *checker) rowStages() []string {
	var out []string
	for _, r := range c.s.Stages {
		out = append(out, r.From, r.To)
	}
	return out
}

func (c *checker) sectionNames() {
	s := c.s
	for name, p := range s.Params.All() {
		if p.By != "" {
			c.fact(p.At, p.By, Text, Choice, Code, Region, Org, Office)
		}
		_ = name
	}
	for _, r := range s.Rules.All() {
		for _, f := range r.Look {
			if _, ok := s.Field(f); !ok {
				c.unknown(r.At, "field", f, c.fieldNames())
			}
		}
		if r.Ask != "" && !s.Desk(r.Ask) {
			c.role(r.At, r.Ask)
			if s.Roles.Has(r.Ask) {
				c.at(r.At, "name.unknown", "what", whats["role"], "name", r.Ask, "meant", fault.Words{"须是岗位角色。", "It must be a desk."})
			}
		}
	}
	for name, r := range s.Roles.All() {
		if r.Party != "" && r.Party != "firm" {
			c.fact(r.Pos, r.Party, Org)
		}
		if r.At != "" {
			c.fact(r.Pos, r.At, Region, Office)
		}
		if r.Seat != "" && !s.Asks.Has(r.Seat) {
			c.unknown(r.Pos, "ask", r.Seat, s.Asks.Names())
		}
		_ = name
	}
	for from, to := range s.Pauses {
		c.stage(c.mark("pauses."+from), from)
		c.stage(c.mark("pauses."+from), to)
	}
	for a, p := range s.Times {
		c.action(c.mark("times."+a), a)
		c.param(c.mark("times."+a), p, Count)
	}
	if s.Overdue != "" {
		c.role(c.mark("overdue"), s.Overdue)
	}
	for _, a := range sortedKeys(s.Needs) {
		if s.answersNeed(a) {
			c.answerNeeds(a)
			continue
		}
		c.action(c.mark("needs."+a), a)
		for i, n := range s.Needs[a] {
			_, isField := s.Field(n)
			if !s.Rules.Has(n) && !isField && n != "reason" {
				c.unknown(c.mark(markOf("needs", a, i)), "need", n, append(s.Rules.Names(), c.fieldNames()...))
			}
		}
	}
	for i, pair := range s.Separate {
		for j, a := range pair {
			c.action(s.separateAt[i][j], a)
		}
	}
}

func (c *checker) fieldNames() []string {
	var out []string
	for f := range c.s.Form.All() {
		out = append(out, f.Name)
	}
	return out
}

func (c *checker) moneyNames() {
	s := c.s
	for name, a := range s.Amounts.All() {
		c.action(a.Pos, a.At)
		if a.List() {
			if from, ok := s.Amounts.Get(a.Split); !ok || from.List() {
				c.unknown(a.Pos, "amount", a.Split, s.Amounts.Names())
			}
			c.shares(name, a)
		}
	}
	for name, a := range s.Accounts.All() {
		switch {
		case a.OpensWith != "":
			c.param(a.At, a.OpensWith, Money)
		case a.LentTo != "" && !s.Cases.Has(a.LentTo):
			c.unknown(a.At, "cases", a.LentTo, s.Cases.Names())
		case a.By != "":
			c.role(a.At, a.By)
		case a.Kind == FromParent && s.Parent == "":
			c.at(a.At, "money.account", "name", name)
		}
		for _, h := range hole.FindAllStringSubmatch(a.Path, -1) {
			if a.Kind != Own && a.Kind != FromParent {
				c.fact(a.At, h[1])
			}
		}
	}
	for _, l := range s.Money {
		c.action(c.mark("money."+l.Action), l.Action)
		if a, ok := s.Amounts.Get(l.Amount); l.Amount != "" && !ok {
			c.unknown(l.At, "amount", l.Amount, s.Amounts.Names())
		} else if l.Amount != "" && a.List() != (l.Next || l.This) {
			c.at(l.At, "money.list", "name", l.Amount)
		}
		for _, acc := range []string{l.From, l.To} {
			if acc != "" && !s.Accounts.Has(acc) {
				c.unknown(l.At, "account", acc, s.Accounts.Names())
			}
		}
	}
	for _, a := range sortedKeys(s.Labels) {
		c.action(c.mark("labels."+a), a)
		for _, l := range s.Labels[a] {
			if l.To != "" {
				c.fact(l.At, l.To)
			}
			if l.For != "" {
				c.param(l.At, l.For, Duration, Day)
			}
		}
	}
}

// shares checks that what a sum is split by makes 100 %.
func (c *checker) shares(name string, a Amount) {
	p, ok := c.s.Params.Get(a.By)
	if !ok {
		c.unknown(a.Pos, "param", a.By, c.s.Params.Names())
		return
	}
	var sum int64
	for _, v := range p.Value.List {
		if v.Kind != Ratio {
			c.at(p.At, "rule.unit", "why", both(kindWords[v.Kind], kindWords[Ratio]))
			return
		}
		sum += v.Int
	}
	if p.Value.Kind != List || sum != 1_000_000_000 {
		c.at(p.At, "amount.split", "name", name)
	}
}

// manyNames checks asks, rounds, children and starts.
func (c *checker) manyNames() {
	s := c.s
	for name, a := range s.Asks.All() {
		pos := a.At
		for _, o := range a.OpenedBy {
			c.action(pos, o)
		}
		if a.Seats != "" {
			c.fact(pos, a.Seats, List)
		}
		if a.Draw != nil {
			c.param(pos, a.Draw.Count, Count)
			if a.Draw.Reserves != "" {
				c.param(pos, a.Draw.Reserves, Count)
			}
			if a.Draw.Field != "" {
				c.fact(pos, a.Draw.Field)
			}
			if a.Draw.Worked != "" {
				c.param(pos, a.Draw.Worked, Duration)
			}
			if a.Draw.PerUnit != "" {
				c.param(pos, a.Draw.PerUnit, Count)
			}
			if a.Draw.Most != "" {
				c.param(pos, a.Draw.Most, Count)
			}
			for _, x := range a.Draw.Conflicts {
				if x != "firm" {
					c.fact(pos, x, Org, List)
				}
			}
		}
		if a.Within != "" {
			c.param(pos, a.Within, clockKinds...)
		}
		if a.Instead != "" {
			c.role(pos, a.Instead)
		}
		if a.Drop != "" {
			c.param(pos, a.Drop, Count)
			c.dropLeaves(name, a)
		}
		if a.Fee != "" {
			c.param(pos, a.Fee, Money)
		}
		if a.Scored != "" {
			c.param(pos, a.Scored, Table)
		}
		c.mustNames(name, a)
		if !c.readsAny(name + ".") {
			c.at(pos, "ask.unread", "name", name)
		}
	}
	if r := s.Round; r != nil {
		c.stage(r.At, r.Waits)
		c.param(r.At, r.Closes, clockKinds...)
		c.role(r.At, r.By)
		if !s.Params.Has(r.Within) && !s.Accounts.Has(r.Within) {
			c.unknown(r.At, "param", r.Within, append(s.Params.Names(), s.Accounts.Names()...))
		}
		for _, a := range []string{r.Takes, r.Leaves} {
			if row, ok := s.Row(r.Waits, a); !ok || !row.ByRound() {
				c.at(r.At, "round.rows", "name", a, "stage", r.Waits)
			}
		}
		c.returnNames(r)
	}
	for _, ch := range s.Cases.All() {
		for _, o := range ch.OpenedBy {
			c.action(ch.At, o)
		}
		if ch.StartedBy != "" {
			c.role(ch.At, ch.StartedBy)
		}
		for _, st := range ch.In {
			c.stage(ch.At, st)
		}
		if ch.OneFor != "" {
			c.fact(ch.At, ch.OneFor, List)
		}
	}
	if st := s.Starts; st != nil {
		c.stage(st.At, st.Stage)
		c.param(st.At, st.On, clockKinds...)
		for _, r := range st.Where {
			if rule, ok := s.Rules.Get(r); !ok || rule.When == "" {
				c.unknown(st.At, "rule", r, s.Rules.Names())
			}
		}
	}
}

// mustNames checks that what has to come with a verdict or a code is asked for, that no code is there twice, and that answers are ordered
// by something that has an order.
func (c *checker) mustNames(name string, a Ask) {
	var asked, sorts []string
	for _, f := range a.Answers {
		asked = append(asked, f.Name)
		if slices.Contains(ordered, fieldShapes[f.Type].kind) {
			sorts = append(sorts, f.Name)
		}
	}
	with := append(slices.Clone(a.Verdict), a.codes()...)
	for i, code := range with {
		if contains(with[:i], code) {
			c.at(a.At, "ask.code_twice", "name", name, "code", code)
		}
	}
	if a.Order != "" && !contains(sorts, a.Order) {
		c.unknown(a.At, "field", a.Order, sorts)
	}
	for _, verdict := range sortedKeys(a.Must) {
		if !contains(with, verdict) {
			c.unknown(a.At, "field", verdict, with)
		}
		for _, f := range a.Must[verdict] {
			if !contains(asked, f) {
				c.unknown(a.At, "field", f, asked)
			}
		}
	}
}

// answerNeeds checks what the answers of an ask need: rules that are computed.
func (c *checker) answerNeeds(ask string) {
	var can []string
	for name, r := range c.s.Rules.All() {
		if r.When != "" {
			can = append(can, name)
		}
	}
	for i, n := range c.s.Needs[ask] {
		if !contains(can, n) {
			c.unknown(c.mark(markOf("needs", ask, i)), "rule", n, can)
		}
	}
}

// answersRead refuses a rule that looks at an answer where none is being given: only the needs of its ask may name it.
func (c *checker) answersRead() {
	for name, e := range c.s.compiled.rules {
		if e == nil {
			continue
		}
		for _, fact := range e.reads() {
			ask, _, ok := c.s.AnswerFact(fact)
			for action, needs := range c.s.Needs {
				if ok && action != ask && contains(needs, name) {
					c.at(e.pos, "ask.answer_elsewhere", "name", fact, "ask", ask)
				}
			}
		}
	}
}

// readsAny says whether a rule or the round's order reads a fact or function with the prefix.
func (c *checker) readsAny(prefix string) bool {
	for _, e := range c.s.expressions() {
		for _, n := range e.reads() {
			if strings.HasPrefix(n, prefix) {
				return true
			}
		}
	}
	return false
}

// expressions are all compiled ones.
func (s *Scheme) expressions() []*expr {
	var out []*expr
	for _, m := range []map[string]*expr{s.compiled.rules, s.compiled.amounts, s.compiled.owners, s.compiled.shown} {
		for _, k := range sortedKeys(m) {
			if m[k] != nil {
				out = append(out, m[k])
			}
		}
	}
	if s.compiled.order != nil {
		out = append(out, s.compiled.order)
	}
	return out
}

// reads lists the names of facts and functions in an expression.
func (e *expr) reads() []string {
	var out []string
	walk(e.ast.Expr(), func(x ast.Expr) {
		switch x.Kind() {
		case ast.IdentKind:
			out = append(out, x.AsIdent())
		case ast.CallKind:
			out = append(out, x.AsCall().FunctionName())
		}
	})
	return out
}

// joinNames checks what an action that joins another case names.
func (c *checker) joinNames(action string, j Join) {
	s := c.s
	c.action(j.At, action)
	switch fd, ok := s.Field(j.Field); {
	case !ok || !contains(s.Needs[action], j.Field):
		c.unknown(j.At, "need", j.Field, s.Needs[action])
	case fd.Type != "text":
		c.at(j.At, "rule.unit", "why", both(kindWords[fieldShapes[fd.Type].kind], kindWords[Text]))
	}
	for _, stage := range j.In {
		c.stage(j.At, stage)
	}
	if j.Adds == "" {
		return
	}
	if fd, ok := s.Field(j.Adds); !ok {
		c.unknown(j.At, "field", j.Adds, c.fieldNames())
	} else if fd.Type != "orgs" {
		c.at(j.At, "rule.unit", "why", both(kindWords[fieldShapes[fd.Type].kind], kindWords[fieldShapes["orgs"].kind]))
	}
}

// amends checks that a list is changed by a desk, and from lists that the form has.
func (c *checker) amends() {
	for _, action := range sortedKeys(c.s.Amends) {
		a := c.s.Amends[action]
		c.action(a.At, action)
		if a.Joins == "" && a.Leaves == "" {
			c.at(a.At, "file.shape", "want", fault.Words{"joins 或 leaves", "joins or leaves"})
		}
		for _, name := range []string{a.List, a.Joins, a.Leaves} {
			if name != "" && !c.orgs(name) {
				c.unknown(a.At, "field", name, c.fieldNames())
			}
		}
		for _, r := range c.s.Stages {
			if r.Action == action && !c.byOffice(r) {
				c.at(r.whoAt, "silence.grants")
			}
		}
	}
}

func (c *checker) orgs(name string) bool {
	f, there := c.s.Field(name)
	return there && f.Type == "orgs"
}

// readerNames checks who may see what, and what becomes public.
func (c *checker) readerNames() {
	s := c.s
	for _, a := range sortedKeys(s.Joins) {
		c.joinNames(a, s.Joins[a])
	}
	c.amends()
	for _, f := range sortedKeys(s.Sealed) {
		pos := c.mark("sealed." + f)
		if _, ok := s.Field(f); !ok {
			c.unknown(pos, "field", f, c.fieldNames())
		}
		if sealFact(s.Sealed[f]) {
			c.fact(pos, s.Sealed[f], Day)
		} else {
			c.param(pos, s.Sealed[f], clockKinds...)
		}
		if fd, ok := s.Field(f); ok && fd.Type != "text" && fd.Type != "file" && fd.Type != "files" {
			c.at(pos, "rule.unit", "why", both(kindWords[fieldShapes[fd.Type].kind], kindWords[Text]))
		}
	}
	for _, f := range sortedKeys(s.See) {
		sight := s.See[f]
		if _, ok := s.Field(f); !ok && f != "firm" && !s.Asks.Has(f) {
			c.unknown(sight.At, "field", f, append(c.fieldNames(), s.Asks.Names()...))
		}
		for _, r := range sight.Only {
			c.role(sight.At, r)
		}
		if sight.If != "" {
			c.fact(sight.At, sight.If, YesNo)
		}
	}
	for _, a := range sortedKeys(s.Publish) {
		leaf := s.Publish[a]
		c.action(leaf.At, a)
		for i, n := range leaf.Shows {
			c.shown(c.mark(markOf("publish", a, i)), n, "publish.private")
		}
	}
	for f := range s.Form.All() {
		if f.By == "parent" && s.Parent != "" {
			continue
		}
		c.role(f.At, f.By)
	}
}

// shown refuses, by the code, to show what is private: what may be named is amounts, params, stage, firm.region, public
// fields, and what tells of all answers to an ask together.
func (c *checker) shown(pos Pos, name, code string) {
	s := c.s
	if field, part, ok := formFact(name); ok {
		f, there := s.Field(field)
		switch {
		case !there || part != "" && part != "region":
			c.unknown(pos, "field", name, c.fieldNames())
		case f.Public == "" || f.Public == "region" && part != "region":
			c.at(pos, code, "name", name)
		}
		return
	}
	if name == "stage" || name == "firm.region" || s.tellsOfAll(name) || s.Amounts.Has(name) || s.Params.Has(name) {
		return
	}
	if _, ok := s.compiled.facts[name]; ok {
		c.at(pos, code, "name", name)
		return
	}
	c.unknown(pos, "fact", name, append(s.Amounts.Names(), s.Params.Names()...))
}

// dropLeaves refuses a draw of so few that after the highest and lowest are left out fewer scores count than a rule
// `ASK.given >= PARAM` wants opinions; where no rule says how many, none.
func (c *checker) dropLeaves(name string, a Ask) {
	if a.Draw == nil {
		return
	}
	number := func(param string) (int64, bool) {
		p, ok := c.s.Params.Get(param)
		return p.Value.Int, ok && p.Value.Kind == Count
	}
	seats, counted := number(a.Draw.Count)
	drop, drops := number(a.Drop)
	if !counted || !drops {
		return
	}
	least := int64(1)
	for _, r := range c.s.Rules.All() {
		if param, ok := strings.CutPrefix(r.When, name+".given >= "); ok {
			if n, known := number(param); known {
				least = max(least, n)
			}
		}
	}
	if left := seats - 2*drop; left < least {
		c.at(a.At, "ask.drop_many", "name", name, "left", max(left, 0), "least", least)
	}
}
