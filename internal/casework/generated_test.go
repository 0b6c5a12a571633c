package casework_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// unreached are the rows that generated input does not take, each with the reason.
var unreached = map[string]string{
	"call-proposal 340000 judged merge":                "the other case has to stand under the same call and to be carried out: schemes/cn-340000/call-proposal/2026/walk-merge.txt takes it by the pages",
	"technology-transfer 310000 draft submit_valued":   valuedWay,
	"technology-transfer 310000 valuing accept_value":  valuedWay,
	"technology-transfer 310000 valuing refuse":        valuedWay,
	"technology-transfer 310000 valuing withdraw":      valuedWay,
	"instant-benefit 340000 submitted keep_other":      "the firm has to have another benefit already: schemes/cn-340000/instant-benefit/2026/walk-lower.txt takes it by the pages",
	"no-application-benefit 340000 matched keep_other": "the firm has to have as much of another benefit already: tests.yaml of the pack takes it",
}

const valuedWay = "buyer and seller have to be affiliated: tests.yaml of the pack takes it, and walk-valued.txt goes to its end by the pages"

// walk is a case on a way that a machine chose: to a row, and then to an end.
type walk struct {
	s       *scheme.Scheme
	c       casework.Case // as it stood last
	target  scheme.Row
	verdict string // what opinions say on the way
	pick    int    // which choices are made
	firm    string
	parent  *walk
	led     *casework.LeadNews // what a lead elsewhere has said last, of a payer's case
	free    bool               // it has no target any more and goes to an end
	why     error              // why it went no further
}

// Why a row is not taken now.
var (
	errClock  = errors.New("only time leads on")
	errItself = errors.New("it does not go by itself yet")
)

// TestEveryRowOfEveryPackIsTakenOnTheRealLedger: for each row of the stage table a case is brought there by the shortest
// way, takes the row, and goes on to an end; in each stage every action that the table does not have is refused and
// nothing changes; afterwards the books balance, nothing is held, own accounts are empty, and what left the budgets is
// what went out.
func TestEveryRowOfEveryPackIsTakenOnTheRealLedger(t *testing.T) {
	for code := range packsOf(t) {
		t.Run(code, func(t *testing.T) { eachStage(t, code, func(p *stage) { p.playAll(t) }) })
	}
}

func (p *stage) playAll(t *testing.T) {
	before, out := p.balances()
	taken, refused := map[string]bool{}, map[string]bool{}
	var all, waiting []*walk
	for _, s := range p.packs {
		for _, row := range s.Stages {
			if key := rowKey(s, row); !taken[key] && unreached[key] == "" {
				w := p.walkTo(s, row, taken, refused)
				if w.why != nil && !waits(w.why) {
					t.Errorf("%s cannot be taken: %v", key, w.why)
					continue
				}
				all = append(all, w)
			}
		}
	}
	all = append(all, p.tried...)
	waiting = append(waiting, all...)
	// Now time passes, and whatever stands goes on when its own clock lets it.
	for round := 0; len(waiting) > 0; round++ {
		if round > 200 {
			t.Fatalf("%d cases do not come to an end, the first stands in %s", len(waiting), waiting[0].c.Stage)
		}
		var left []*walk
		for _, w := range waiting {
			if p.goOn(w, taken, refused); w.c.End == "" {
				left = append(left, w)
			}
		}
		if waiting = left; len(waiting) > 0 && !p.toTheNextClock(waiting) {
			for _, w := range waiting {
				t.Errorf("%s stands in %s for ever: %v", w.s.ID, w.c.Stage, w.why)
			}
			break
		}
	}
	for _, s := range p.packs {
		for _, row := range s.Stages {
			if key := rowKey(s, row); !taken[key] && unreached[key] == "" {
				t.Errorf("%s was not taken", key)
			} else if taken[key] && unreached[key] != "" {
				t.Errorf("%s is taken now and still listed", key)
			}
		}
	}
	p.settled(t, all, before, out)
	t.Logf("%d rows of %d packs taken in %d cases, %d pairs refused", len(taken), len(p.packs), len(all), len(refused))
}

func waits(err error) bool { return errors.Is(err, errClock) || errors.Is(err, errItself) }

func rowKey(s *scheme.Scheme, row scheme.Row) string {
	return strings.Join([]string{s.ID, s.Jurisdiction, row.From, row.Action}, " ")
}

// settled looks at the books when every case has ended.
func (p *stage) settled(t *testing.T, all []*walk, before, out unit.Fen) {
	p.world.cases = p.cases
	p.clean()
	for id, x := range p.lab1.held {
		if x.State == federation.SlotHeld {
			t.Errorf("every case has ended, and the slot %s is still held", id)
		}
	}
	var went unit.Fen
	for _, w := range all {
		for name, a := range w.s.Accounts.All() {
			if a.Kind == scheme.Own {
				if got := p.left(w.c.Object() + "/own/" + name); got != "0.00 held 0.00" {
					t.Errorf("%s %s ended in %s with %s in %s", w.s.ID, w.c.No, w.c.Stage, got, name)
				}
			}
		}
		for _, sum := range w.c.Purse.Out {
			went += sum
		}
	}
	now, gone := p.balances()
	if before-now != gone-out || gone-out != went {
		t.Errorf("%s left the budgets, %s came into the accounts that leave the books, the cases say %s", before-now, gone-out, went)
	}
}

// walkTo opens a case, with all that it needs above it, and goes the shortest way to a row; where that cannot be gone, the
// next one, with other choices and opinions.
func (p *stage) walkTo(s *scheme.Scheme, row scheme.Row, taken, refused map[string]bool) (last *walk) {
	for _, way := range waysTo(s, row, 12) {
		for _, x := range []struct {
			verdict string
			pick    int
		}{{"passed", 0}, {"failed", 0}, {"passed", 1}, {"failed", 1}} {
			w := &walk{s: s, target: row, verdict: x.verdict, pick: x.pick, firm: p.firm()}
			if w.why = p.begin(w, taken, refused); w.why == nil {
				w.why = p.follow(w, way, taken, refused)
			}
			if last = w; w.why == nil || waits(w.why) {
				return w
			}
			if w.free = true; w.c.ID != "" {
				p.tried = append(p.tried, w)
			}
		}
	}
	return last
}

// waysTo are ways from the first stage to a row, the shortest first, none of which goes through a row twice.
func waysTo(s *scheme.Scheme, to scheme.Row, most int) (out [][]scheme.Row) {
	queue := [][]scheme.Row{nil}
	for len(queue) > 0 && len(out) < most {
		way := queue[0]
		queue = queue[1:]
		at := s.Start()
		if len(way) > 0 {
			at = way[len(way)-1].To
		}
		for _, r := range s.RowsFrom(at) {
			again := false
			for _, x := range way {
				again = again || x.From == r.From && x.Action == r.Action
			}
			next := append(append([]scheme.Row(nil), way...), r)
			switch {
			case again || len(next) > 14 || len(queue) > 20_000:
			case r.From == to.From && r.Action == to.Action:
				out = append(out, next)
			default:
				queue = append(queue, next)
			}
		}
	}
	if len(out) == 0 { // so far off that not every way is looked at
		out = append(out, shortestTo(s, to))
	}
	return out
}

// shortestTo is one of the shortest ways from the first stage to a row.
func shortestTo(s *scheme.Scheme, to scheme.Row) (way []scheme.Row) {
	by, queue := map[string][]scheme.Row{s.Start(): {}}, []string{s.Start()}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, r := range s.RowsFrom(at) {
			if _, been := by[r.To]; !been {
				by[r.To] = append(append([]scheme.Row(nil), by[at]...), r)
				queue = append(queue, r.To)
			}
		}
	}
	return append(by[to.From], to)
}

// begin opens the case, and the one above it first.
func (p *stage) begin(w *walk, taken, refused map[string]bool) (err error) {
	ctx, firm := context.Background(), who("firm"+w.firm, "org_admin", "", w.firm)
	if w.s.Starts != nil {
		if w.c = p.started(w.s); w.c.ID == "" {
			return fmt.Errorf("the clock opened too few cases of %s", w.s.ID)
		}
		w.firm = w.c.Org
		return nil
	}
	if w.s.Parent == "" {
		w.c, err = p.cases.Create(ctx, firm, w.s.ID, w.firm, "")
		return err
	}
	if w.s.Lead != nil {
		return p.beginLed(w)
	}
	up := p.pack(w.s.Parent)
	for _, ch := range up.Cases.All() {
		for _, row := range up.Stages {
			if ch.Scheme != w.s.ID || row.To != ch.In[0] {
				continue
			}
			w.parent = &walk{s: up, target: row, verdict: "passed", firm: w.firm}
			if up.Outside(ch) { // of another organisation
				w.parent.firm = p.firm()
			}
			if err = p.begin(w.parent, taken, refused); err == nil {
				err = p.follow(w.parent, waysTo(up, row, 1)[0], taken, refused)
			}
			if err != nil {
				return fmt.Errorf("the case above: %w", err)
			}
			if up.Outside(ch) {
				w.c, err = p.cases.AnswerCall(ctx, firm, w.parent.c.ID, w.s.ID, w.firm, "")
			} else {
				w.c, err = p.cases.CreateUnder(ctx, firm, w.parent.c.ID, w.s.ID, "")
			}
			return err
		}
	}
	return fmt.Errorf("no case above %s", w.s.ID)
}

// started is one of the cases that the clock opened for forty firms, each once; none where all were taken.
func (p *stage) started(s *scheme.Scheme) (c casework.Case) {
	if _, rung := p.opened[s.ID]; !rung {
		for range 40 {
			p.firm()
		}
		on, _ := s.Params.Get(s.Starts.On)
		p.h.move(max(on.Value.Day().Add(1).Start(unit.Beijing()).Sub(p.h.now()), 0) + time.Second)
		for n := 1; n > 0; {
			var err error
			n, err = p.cases.Tick(context.Background())
			p.must(err)
		}
		all, _, err := p.cases.List(context.Background(), p.all(s, c), casework.Filter{Scheme: s.ID, Rows: 100})
		p.must(err)
		p.opened[s.ID] = all
	}
	if all := p.opened[s.ID]; len(all) > 0 {
		c, p.opened[s.ID] = all[0], all[1:]
	}
	return c
}

func (p *stage) pack(id string) *scheme.Scheme {
	for _, s := range p.packs {
		if s.ID == id {
			return s
		}
	}
	p.t.Fatal("no pack ", id)
	return nil
}

// follow goes a way row by row. What went by itself in between is passed over.
func (p *stage) follow(w *walk, way []scheme.Row, taken, refused map[string]bool) error {
	for _, row := range way {
		w.c = p.whole(w.s, w.c)
		p.refusals(w, refused)
		if n := len(w.c.History); n > 0 && w.c.History[n-1].From == row.From && w.c.History[n-1].Action == row.Action {
			continue
		}
		if w.c.Stage != row.From {
			return fmt.Errorf("stands in %s, not in %s, before %s", w.c.Stage, row.From, row.Action)
		}
		if err := p.take(w, row, taken); err != nil {
			return err
		}
	}
	return nil
}

// loseSlots lets the laboratory give up what a case holds, where a row goes by that.
func (p *stage) loseSlots(w *walk, row scheme.Row) error {
	ctx := context.Background()
	for _, f := range w.s.Reads(row.Action) {
		if field, lost := strings.CutSuffix(f.Name, ".lost"); !lost || field == "" {
			continue
		}
		return p.db.Act(ctx, func(tx *db.Tx) error {
			all, err := p.uses.SlotsOf(ctx, tx, w.c.ID)
			if err != nil || len(all) == 0 {
				return err
			}
			a := federation.SlotAnswer{State: federation.SlotLost, Code: "federation.slot_given_up"}
			return p.uses.CalendarChanged(ctx, tx, "slot/"+p.code+"/"+string(all[len(all)-1].ID), a)
		})
	}
	return nil
}

// label takes a label of the organisation back where a row goes by that, and gives it again where a row needs it.
func (p *stage) label(w *walk, row scheme.Row) (lost bool, err error) {
	err = p.db.Act(context.Background(), func(tx *db.Tx) error {
		lost = false
		for _, f := range w.s.Reads(row.Action) {
			if !slices.Contains([]string{"label_revoked", "label_ended", "label_ends_within", "has_label"}, f.Name) {
				continue
			}
			ctx, label, today := context.Background(), strings.Trim(f.Args[1], `"`), p.reg.Today(tx)
			revoked, _, err := p.reg.LabelRevoked(ctx, tx, w.c.Org, label, today)
			if err != nil {
				return err
			}
			switch {
			case f.Name == "label_ends_within":
				err = p.lastDay(tx, w.c.Org, label, today)
			case (f.Name == "label_revoked" || f.Name == "label_ended") && !revoked:
				lost, err = true, p.reg.RevokeLabel(ctx, tx, admin, w.c.Org, label, today)
			case f.Name == "has_label" && revoked:
				_, err = p.reg.IssueLabel(ctx, tx, admin, registry.Label{Org: w.c.Org, Label: label, Issuer: "test", Since: today})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	return lost, err
}

// lastDay lets a label run out today.
func (p *stage) lastDay(tx *db.Tx, org, label string, today unit.Day) error {
	ctx := context.Background()
	l, _, err := p.reg.NewestLabel(ctx, tx, org, label)
	if err != nil || l.Until == today {
		return err
	}
	if l.On(today) {
		if err := p.reg.RevokeLabel(ctx, tx, admin, org, label, today); err != nil {
			return err
		}
	}
	_, err = p.reg.IssueLabel(ctx, tx, admin, registry.Label{Org: org, Label: label, Issuer: "test", Since: today, Until: today})
	return err
}

func (p *stage) has(w *walk, row scheme.Row) (n int) {
	for _, h := range w.c.History {
		if h.From == row.From && h.Action == row.Action {
			n++
		}
	}
	return n
}

// take takes one row: fills in what is offered, answers what is asked where that is missing, by another person where it
// must be another one.
func (p *stage) take(w *walk, row scheme.Row, taken map[string]bool) error {
	defer func() {
		w.c = p.whole(w.s, w.c)
		for _, h := range w.c.History {
			taken[strings.Join([]string{w.s.ID, w.s.Jurisdiction, h.From, h.Action}, " ")] = true
		}
	}()
	if err := errors.Join(p.leadSays(w, row), p.payersSay(w, row)); err != nil {
		return err
	}
	switch {
	case row.ByClock():
		return errClock
	case row.ByRound():
		return p.closes(w, row)
	case row.ByItself():
		if _, err := p.opinions(w.s, w.c, w.verdict); err != nil {
			return err
		}
		if err := p.loseSlots(w, row); err != nil {
			return err
		}
		if lost, err := p.label(w, row); err != nil {
			return err
		} else if lost { // whoever has to know is told, and what goes by itself goes, soon after
			if _, err := p.cases.Tick(context.Background()); err != nil {
				return err
			}
		}
		if w.c = p.whole(w.s, w.c); w.c.Stage == row.From {
			return errItself
		}
		if p.has(w, row) == 0 {
			return fmt.Errorf("it went by another row than %s", row.Action)
		}
		return nil
	}
	if _, err := p.label(w, row); err != nil {
		return err
	}
	answers := map[string]bool{}
	for name, r := range w.s.Rules.All() {
		if r.Ask != "" {
			answers[name] = true
		}
	}
	p.appointment(w, row)
	var err error
	for nth := range 3 {
		a := p.plays(w.s, w.c, row.Who[0], nth)
		if err = p.fill(w.s, w.c, a, w.pick); err != nil {
			return fmt.Errorf("fill in before %s: %w", row.Action, err)
		}
		_, err = p.cases.Act(context.Background(), a, w.c.ID, casework.Action{Name: row.Action, Reason: "理由", Answers: answers})
		switch fault.CodeOf(err) {
		case "casework.same_person":
		case "casework.rule_fails", "casework.rule_unknown":
			waited, bad := p.opinions(w.s, w.c, w.verdict)
			if bad != nil || !waited {
				return err
			}
		default:
			return err
		}
	}
	return err
}

// closes lets the day of a round pass and closes it so that the case takes the row; others that wait for it are decided with it.
func (p *stage) closes(w *walk, row scheme.Row) error {
	ctx, head := context.Background(), p.plays(w.s, w.c, w.s.Round.By, 0)
	at, _, err := p.cases.RoundOf(ctx, p.all(w.s, w.c), w.c.ID)
	if err != nil {
		return err
	}
	p.h.move(max(at.Closes.Sub(p.h.now()), 0) + time.Second)
	if row.Action == w.s.Round.Leaves {
		if err := p.cases.PassOver(ctx, head, at.Round, w.c.ID, "理由"); err != nil {
			return err
		}
	}
	_, _, plan, err := p.cases.Ranking(ctx, head, at.Round)
	if err != nil {
		return err
	}
	_, err = p.cases.CloseRound(ctx, head, at.Round, plan)
	return err
}

// goOn brings a case to an end: by its own way to its target, then by the shortest way on which people act.
func (p *stage) goOn(w *walk, taken, refused map[string]bool) {
	for range 30 {
		w.c = p.whole(w.s, w.c)
		for _, h := range w.c.History {
			taken[strings.Join([]string{w.s.ID, w.s.Jurisdiction, h.From, h.Action}, " ")] = true
		}
		p.refusals(w, refused)
		if w.c.End != "" {
			if w.parent != nil && w.parent.c.End == "" {
				p.goOn(w.parent, taken, refused)
			}
			return
		}
		way := p.ahead(w)
		moved := false
		for _, row := range way {
			if w.why = p.take(w, row, taken); w.why == nil {
				moved = true
				break
			}
			if errors.Is(w.why, errClock) || errors.Is(w.why, errItself) && w.parent != nil && p.readsAbove(w.s, row) {
				return
			}
		}
		if !moved {
			return
		}
	}
}

// readsAbove says whether a row goes by itself as soon as the case above has moved.
func (p *stage) readsAbove(s *scheme.Scheme, row scheme.Row) bool {
	for _, f := range s.Reads(row.Action) {
		if strings.HasPrefix(f.Name, "parent.") {
			return true
		}
	}
	return false
}

// ahead are the rows out of where a case stands, the best first: the target itself, those nearest to it, or to an end.
func (p *stage) ahead(w *walk) []scheme.Row {
	rows := w.s.RowsFrom(w.c.Stage)
	aims, far := !w.free && p.has(w, w.target) == 0, map[string]int{}
	distance := func(from string) int { // breadth first
		if d, known := far[from]; known {
			return d
		}
		seen, edge := map[string]bool{from: true}, []string{from}
		for n := 0; len(edge) > 0; n++ {
			var next []string
			for _, at := range edge {
				_, end := w.s.IsEnd(at)
				if aims && at == w.target.From || !aims && end {
					far[from] = n
					return n
				}
				for _, r := range w.s.RowsFrom(at) {
					if !seen[r.To] {
						seen[r.To] = true
						next = append(next, r.To)
					}
				}
			}
			edge = next
		}
		far[from] = 1000
		return 1000
	}
	rank := func(r scheme.Row) int {
		if aims && r.From == w.target.From && r.Action == w.target.Action {
			return -1
		}
		return distance(r.To) + 3*p.has(w, r) // a row that was taken is not taken again and again
	}
	sort.SliceStable(rows, func(i, j int) bool { return rank(rows[i]) < rank(rows[j]) })
	return rows
}

// toTheNextClock moves the time to when the first of the cases' clocks rings, and lets happen what is due.
func (p *stage) toTheNextClock(all []*walk) bool {
	var next time.Time
	for _, w := range all {
		for x := w; x != nil; x = x.parent {
			for _, t := range p.whole(x.s, x.c).Waits {
				if t.Role == "clock" && !t.Due.IsZero() && !t.Provisional && (next.IsZero() || t.Due.Before(next)) {
					next = t.Due
				}
			}
		}
	}
	if next.IsZero() {
		return false
	}
	p.h.move(max(next.Sub(p.h.now()), 0) + time.Second)
	for range 50 {
		n, err := p.cases.Tick(context.Background())
		p.must(err)
		if n == 0 {
			break
		}
	}
	return true
}

// refusals tries every action that the stage of a case does not have, once for each stage: by somebody who holds every
// desk and speaks for both organisations.
func (p *stage) refusals(w *walk, refused map[string]bool) {
	ctx, all := context.Background(), access.Actor{}
	for _, action := range w.s.Actions() {
		key := strings.Join([]string{w.s.ID, w.s.Jurisdiction, w.c.Stage, action}, " ")
		if row, there := w.s.Row(w.c.Stage, action); refused[key] || there && row.ByPerson() {
			continue
		}
		refused[key] = true
		if all.Person == "" {
			all = p.all(w.s, w.c)
		}
		want := []string{"scheme.no_row"}
		if n := len(w.c.History); n > 0 {
			if row, was := w.s.Row(w.c.History[n-1].From, action); was && row.ByPerson() && w.c.History[n-1].From != w.c.Stage {
				want = append(want, "casework.decided_meanwhile") // the last step took it away
			}
		}
		_, err := p.cases.Act(ctx, all, w.c.ID, casework.Action{Name: action, Reason: "理由"})
		if got := fault.CodeOf(err); got != want[0] && got != want[len(want)-1] {
			p.t.Errorf("%s in %s: got %q (%v), want %s", action, key, got, err, strings.Join(want, " or "))
		}
		if now := p.whole(w.s, w.c); now.Version != w.c.Version || now.Stage != w.c.Stage || len(now.History) != len(w.c.History) {
			p.t.Errorf("%s: a refused action left version %d in %s, was %d in %s", key, now.Version, now.Stage, w.c.Version, w.c.Stage)
		}
	}
}
