package scheme

// prove explores every way through the machine and says what is wrong on any of them.
func (c *checker) prove() *prover {
	p := &prover{checker: c, s: c.s, nodes: map[string]*visited{}, rows: map[string][]Row{}, taken: map[[2]string]bool{}, useful: map[Pos]bool{}, rests: map[Pos]MoneyLine{}}
	for _, stage := range c.s.AllStages() {
		if _, isEnd := c.s.IsEnd(stage); !isEnd {
			p.rows[stage] = c.s.RowsFrom(stage)
		}
	}
	start := &state{stage: c.s.Start(), holds: map[string]heldSum{}, own: map[string]sum{}, out: map[string]sum{}, frozen: map[string]bool{},
		place: map[string]int{}, labels: map[string]bool{}, bounds: bounds{}, slots: map[string]string{}}
	p.explore(start)
	if st := c.s.Starts; st != nil && st.Stage != start.stage {
		other := start.clone()
		other.stage = st.Stage
		p.explore(other)
	}
	if p.tooMany {
		c.at(c.mark("stages"), "proof.too_big", "most", statesMax)
		return p
	}
	p.happens()
	p.ends()
	for pos, l := range p.rests {
		if !p.useful[pos] {
			c.at(pos, "money.nothing", "name", l.From, "way", l.Action)
		}
	}
	return p
}

// frame is a state on the present way, with the rows that are still to be taken out of it.
type frame struct {
	key  string
	rows []Row
}

// explore goes depth first. A way that comes back to the same control state with other money is refused at once,
// which keeps the machine finite: what a round adds, the next round adds again, so without the refusal the search
// would not end before statesMax.
func (p *prover) explore(start *state) {
	var stack []frame
	onWay := map[string]string{} // control -> money, of the states on the present way
	enter := func(st *state, by *Row) (string, bool) {
		control, money := st.control(), st.money()
		key := control + "#" + money + "#" + st.known()
		if before, round := onWay[control]; round && before != money {
			if by != nil && !st.silent {
				p.at(by.At, "money.cycle", "stage", st.stage, "way", st.way.String())
			}
			return "", false
		}
		if _, been := p.nodes[key]; been {
			return key, false
		}
		p.nodes[key] = &visited{st: st}
		stack = append(stack, frame{key: key, rows: p.rows[st.stage]})
		onWay[control] = money
		return key, true
	}
	if key, _ := enter(start, nil); p.start == "" {
		p.start = key
	}
	for len(stack) > 0 && !p.tooMany {
		f := &stack[len(stack)-1]
		n := p.nodes[f.key]
		if len(f.rows) == 0 {
			delete(onWay, n.st.control())
			stack = stack[:len(stack)-1]
			continue
		}
		row := f.rows[0]
		f.rows = f.rows[1:]
		if !n.st.possible(p.s, row) {
			continue
		}
		p.taken[[2]string{row.From, row.Action}] = true
		key, _ := enter(p.step(n.st, row), &row)
		if key != "" {
			n.outs = append(n.outs, edge{row: row, to: key})
		}
		p.tooMany = len(p.nodes) > statesMax
	}
}

// happens: every stage is reached and every row can happen.
func (p *prover) happens() {
	reached := map[string]bool{}
	for _, n := range p.nodes {
		reached[n.st.stage] = true
	}
	for _, stage := range p.s.AllStages() {
		if !reached[stage] {
			pos := p.s.stageAt(stage)
			if pos.Line == 0 {
				pos = p.mark("ends." + stage)
			}
			p.at(pos, "stage.unreachable", "stage", stage)
		}
	}
	for _, r := range p.s.Stages {
		if reached[r.From] && !p.taken[[2]string{r.From, r.Action}] {
			if _, isEnd := p.s.IsEnd(r.From); !isEnd {
				p.at(r.At, "stage.row_dead", "stage", r.From, "action", r.Action)
			}
		}
	}
}

// ends: from every state an end can be reached through rows that need no luck.
func (p *prover) ends() {
	p.sureWays("")
	said := map[string]bool{}
	for _, key := range sortedKeys(p.nodes) {
		n := p.nodes[key]
		if !n.sure && !said[n.st.stage] {
			said[n.st.stage] = true
			p.at(p.s.stageAt(n.st.stage), "stage.dead_end", "stage", n.st.stage)
		}
	}
}

// sureWays marks the states from which an end is sure, and says whether all are. without is a fact that is not
// counted on.
func (p *prover) sureWays(without string) bool {
	into := map[string][]string{}
	var queue []string
	for key, n := range p.nodes {
		_, n.sure = p.s.IsEnd(n.st.stage)
		if n.sure {
			queue = append(queue, key)
		}
		for _, e := range n.outs {
			if !p.s.luck(e.row, without) {
				into[e.to] = append(into[e.to], key)
			}
		}
	}
	for len(queue) > 0 {
		k := queue[0]
		queue = queue[1:]
		for _, from := range into[k] {
			if n := p.nodes[from]; !n.sure {
				n.sure = true
				queue = append(queue, from)
			}
		}
	}
	for _, n := range p.nodes {
		if !n.sure {
			return false
		}
	}
	return true
}
