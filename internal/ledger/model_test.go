package ledger

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// model is the books as one would keep them on paper: a list of what happened, added up anew for every
// question. It knows the rules from the package comment and shares no code with the ledger.
type model struct {
	floor map[string]bool
	asset map[string]string
	list  []Transfer // debit filled in
	freed map[string]unit.Fen
	days  []unit.Day
	day   unit.Day
}

func (m *model) find(id string) *Transfer {
	for i := range m.list {
		if m.list[i].ID == id {
			return &m.list[i]
		}
	}
	return nil
}

// stands adds up an account as of a day.
func (m *model) stands(path string, day unit.Day) (posted, held unit.Fen) {
	for i, t := range m.list {
		if m.days[i] > day {
			continue
		}
		switch {
		case t.Kind == Hold && t.Debit == path:
			held += t.Amount
		case t.Kind == Release && t.Debit == path:
			held -= m.freed[t.ID]
		case t.Kind == Capture || t.Kind == Post:
			if t.Debit == path {
				posted -= t.Amount
				if t.Kind == Capture {
					held -= t.Amount + m.freed[t.ID]
				}
			}
			if t.Credit == path {
				posted += t.Amount
			}
		}
	}
	return posted, held
}

// left adds up a hold.
func (m *model) left(id string) (left unit.Fen, open bool) {
	left, open = m.find(id).Amount, true
	for _, t := range m.list {
		if t.Of != id {
			continue
		}
		left -= t.Amount + m.freed[t.ID]
		if left == 0 || t.Last || t.Kind == Release {
			open = false
		}
	}
	return left, open
}

// enter answers the code of the refusal, or "" after it has written the transfer down.
func (m *model) enter(t Transfer) string {
	if (t.Kind == Post || t.Kind == Hold) && t.Debit == "" || (t.Kind == Post || t.Kind == Capture) && t.Credit == "" ||
		(t.Kind == Capture || t.Kind == Release) && t.Of == "" {
		return "ledger.field_missing"
	}
	if (t.Kind == Hold || t.Kind == Release) && t.Credit != "" || (t.Kind == Post || t.Kind == Hold) && t.Of != "" ||
		t.Kind == Release && t.Amount != 0 || t.Kind != Capture && t.Last || t.Kind != Post && t.Reverses != "" {
		return "ledger.field_unused"
	}
	if t.Amount < 0 {
		return "ledger.amount_negative"
	}
	if t.Credit != "" && t.Credit == t.Debit {
		return "ledger.same_account"
	}
	if was := m.find(t.ID); was != nil {
		if t.Of != "" && t.Debit == "" {
			t.Debit = was.Debit
		}
		if *was != t {
			return "ledger.id_taken"
		}
		return ""
	}
	if t.Of != "" {
		h := m.find(t.Of)
		if h == nil || h.Kind != Hold {
			return "ledger.no_hold"
		}
		if t.Debit != "" && t.Debit != h.Debit {
			return "ledger.hold_account"
		}
		t.Debit = h.Debit
	}
	if m.asset[t.Debit] == "" || t.Credit != "" && m.asset[t.Credit] == "" {
		return "ledger.no_account"
	}
	if t.Debit == t.Credit {
		return "ledger.same_account"
	}
	if t.Credit != "" && m.asset[t.Debit] != m.asset[t.Credit] {
		return "ledger.asset_mixed"
	}
	if t.Reverses != "" {
		was := m.find(t.Reverses)
		switch {
		case was == nil:
			return "ledger.no_entry"
		case was.Kind == Hold || was.Kind == Release || was.Reverses != "":
			return "ledger.not_reversible"
		case was.Debit != t.Credit || was.Credit != t.Debit || was.Amount != t.Amount:
			return "ledger.not_mirror"
		}
		for _, other := range m.list {
			if other.Reverses == t.Reverses {
				return "ledger.reversed"
			}
		}
	}
	if t.Of != "" {
		left, open := m.left(t.Of)
		if !open {
			return "ledger.hold_gone"
		}
		if t.Amount > left {
			return "ledger.over_hold"
		}
		if t.Last || t.Kind == Release {
			m.freed[t.ID] = left - t.Amount
		}
	}
	posted, held := m.stands(t.Debit, m.day)
	if (t.Kind == Post || t.Kind == Hold) && m.floor[t.Debit] && t.Amount > 0 && posted-held < t.Amount {
		return "ledger.overdrawn"
	}
	m.list, m.days = append(m.list, t), append(m.days, m.day)
	return ""
}

// step is one line of a random day's work: a chain, on a later day or on the same.
type step struct {
	later bool
	chain []Transfer
}

var (
	paths   = []string{"", "cash", "budget", "quota", "payee", "hours", "nix"}
	kindsOf = []Kind{Post, Post, Hold, Capture, Capture, Release}
)

func drawTransfer(t *rapid.T) Transfer {
	id := func(label string, n int) string { return fmt.Sprintf("T%d", rapid.IntRange(1, n).Draw(t, label)) }
	// The small sets make ids, holds and entries meet; a field that does not belong is rare.
	tr := Transfer{ID: id("id", 200), Kind: rapid.SampledFrom(kindsOf).Draw(t, "kind"),
		Debit: rapid.SampledFrom(paths[1:5]).Draw(t, "debit"), Credit: rapid.SampledFrom(paths[2:5]).Draw(t, "credit"),
		Amount: unit.Fen(rapid.IntRange(0, 9).Draw(t, "amount"))}
	if tr.Kind == Hold || tr.Kind == Release {
		tr.Credit = ""
	}
	if tr.Kind == Capture || tr.Kind == Release {
		tr.Of, tr.Debit = fmt.Sprint(rapid.IntRange(0, 20).Draw(t, "of")), "" // the how manieth hold
	}
	if tr.Kind == Release {
		tr.Amount = 0
	}
	tr.Last = tr.Kind == Capture && rapid.Bool().Draw(t, "last")
	switch rapid.IntRange(0, 80).Draw(t, "twist") {
	case 0:
		tr.Debit = rapid.SampledFrom(paths).Draw(t, "any debit")
	case 1:
		tr.Credit = rapid.SampledFrom(paths).Draw(t, "any credit")
	case 2:
		tr.Amount = -1
	case 3:
		tr.Last = true
	case 4:
		tr.Of = id("any of", 40)
	}
	return tr
}

func drawSteps(t *rapid.T) []step {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{later: rapid.IntRange(0, 9).Draw(t, "later") == 0,
			chain: rapid.SliceOfN(rapid.Custom(drawTransfer), 1, 2).Draw(t, "chain")}
	}), 40, 80).Draw(t, "steps")
}

func TestTheLedgerAgreesWithPaper(t *testing.T) {
	var runs atomic.Int64
	books(t, func(t *testing.T, l *Ledger, c *clock) {
		codes := map[string]int{}
		rapid.Check(t, func(rt *rapid.T) {
			steps := drawSteps(rt)
			mirrors := rapid.SliceOfN(rapid.IntRange(0, 200), len(steps), len(steps)).Draw(rt, "mirrors")
			run := paper{l: l, room: fmt.Sprintf("%d/", runs.Add(1)), clock: c, steps: steps, mirrors: mirrors, codes: codes}
			ctx := context.Background()
			if err := run.keep(ctx); err != nil {
				rt.Fatal(err)
			}
		})
		audited(t, l)
		for _, code := range []string{"", "ledger.overdrawn", "ledger.over_hold", "ledger.hold_gone", "ledger.id_taken", "ledger.reversed"} {
			if codes[code] == 0 {
				t.Errorf("no step came to %q, of %v", code, codes)
			}
		}
	})
}

// paper runs one random day's work in the ledger and on paper, in a room of its own: every path and id begins
// with the room, so that one database serves all runs.
type paper struct {
	l       *Ledger
	room    string
	clock   *clock
	steps   []step
	mirrors []int
	codes   map[string]int
	m       *model
	first   unit.Day
}

func (p *paper) keep(ctx context.Context) error {
	p.m = &model{floor: map[string]bool{"budget": true, "quota": true},
		asset: map[string]string{"cash": "CNY", "budget": "CNY", "quota": "CNY", "payee": "CNY", "hours": "HOURS"}, freed: map[string]unit.Fen{}}
	p.first = unit.DayOf(p.clock.now(), unit.Beijing())
	p.m.day = p.first
	err := p.l.db.Act(ctx, func(tx *db.Tx) error {
		for path, asset := range p.m.asset {
			if err := p.l.Open(ctx, tx, Account{Path: p.room + path, Asset: asset, Floor: p.m.floor[path]}); err != nil {
				return err
			}
		}
		return nil
	})
	for i := 0; err == nil && i < len(p.steps); {
		if p.steps[i].later {
			p.clock.set(p.clock.now().Add(24 * time.Hour))
			p.m.day++
		}
		end := i + 1
		for end < len(p.steps) && !p.steps[end].later {
			end++
		}
		err = p.oneDay(ctx, i, end)
		i = end
	}
	if err != nil {
		return err
	}
	return p.l.db.Read(ctx, func(tx *db.Tx) error { return p.compare(ctx, tx) })
}

// oneDay gives the chains of one day to both, in one act: each by itself, or all at once as a bulk does. The act may run
// twice, so paper begins anew with it.
func (p *paper) oneDay(ctx context.Context, from, to int) error {
	before := p.m.copy()
	atOnce := (from+to)%2 == 0
	return p.l.db.Act(ctx, func(tx *db.Tx) error {
		p.m = before.copy()
		var chains [][]Transfer
		var wants []string
		for i := from; i < to; i++ {
			chain := p.name(p.steps[i].chain)
			if n := p.mirrors[i]; n < len(p.m.list) { // now and then somebody puts an entry right
				was := p.m.list[n]
				chain = append(chain, Transfer{ID: fmt.Sprintf("M%d", i), Kind: Post,
					Debit: was.Credit, Credit: was.Debit, Amount: was.Amount, Reverses: was.ID})
			}
			want := p.paper(chain)
			p.codes[want]++
			chains, wants = append(chains, p.inRoom(chain)), append(wants, want)
			if !atOnce {
				_, err := p.l.Apply(ctx, tx, chains[i-from]...)
				if got := fault.CodeOf(err); got != want {
					return fmt.Errorf("%+v: the ledger answers %q, paper %q", chain, got, want)
				}
			}
		}
		if !atOnce {
			return nil
		}
		outcomes, err := enterAll(ctx, tx, chains)
		for i, o := range outcomes {
			got := ""
			if o.Refused != nil {
				got = o.Refused.Code
			}
			if got != wants[i] {
				return fmt.Errorf("%+v, at once with others: the ledger answers %q, paper %q", chains[i], got, wants[i])
			}
		}
		return err
	})
}

// name writes ids for the holds that a chain only counts.
func (p *paper) name(chain []Transfer) []Transfer {
	chain = append([]Transfer(nil), chain...)
	var holds []string
	for _, t := range p.m.list {
		if t.Kind == Hold {
			holds = append(holds, t.ID)
		}
	}
	for i := range chain {
		if n, err := strconv.Atoi(chain[i].Of); err == nil {
			chain[i].Of = "T0"
			if len(holds) > 0 {
				chain[i].Of = holds[n%len(holds)]
			}
		}
	}
	return chain
}

// paper enters a chain all or none.
func (p *paper) paper(chain []Transfer) string {
	trial := p.m.copy()
	for _, t := range chain {
		if code := trial.enter(t); code != "" {
			return code
		}
	}
	p.m = trial
	return ""
}

func (m *model) copy() *model {
	c := *m
	c.list, c.days = append([]Transfer(nil), m.list...), append([]unit.Day(nil), m.days...)
	c.freed = map[string]unit.Fen{}
	for id, f := range m.freed {
		c.freed[id] = f
	}
	return &c
}

func (p *paper) inRoom(chain []Transfer) (out []Transfer) {
	for _, t := range chain {
		for _, name := range []*string{&t.ID, &t.Debit, &t.Credit, &t.Of, &t.Reverses} {
			if *name != "" {
				*name = p.room + *name
			}
		}
		out = append(out, t)
	}
	return out
}

// compare lays balances of every day and holds beside each other.
func (p *paper) compare(ctx context.Context, tx *db.Tx) error {
	for path := range p.m.asset {
		for day := p.first; day <= p.m.day; day++ {
			got, err := p.l.BalanceAsOf(ctx, tx, p.room+path, day)
			if err != nil {
				return err
			}
			if posted, held := p.m.stands(path, day); got != balance(posted, held) {
				return fmt.Errorf("%s as of %s: %+v, paper has %s held %s", path, day, got, posted, held)
			}
		}
		now, err := p.l.Balance(ctx, tx, p.room+path)
		if posted, held := p.m.stands(path, p.m.day); err != nil || now != balance(posted, held) {
			return fmt.Errorf("%s: %+v, paper has %s held %s: %v", path, now, posted, held, err)
		}
	}
	for _, t := range p.m.list {
		if t.Kind != Hold {
			continue
		}
		left, open, err := p.l.Hold(ctx, tx, p.room+t.ID)
		if wantLeft, wantOpen := p.m.left(t.ID); err != nil || left != wantLeft || open != wantOpen {
			return fmt.Errorf("hold %s: %s %t, paper has %s %t: %v", t.ID, left, open, wantLeft, wantOpen, err)
		}
	}
	return nil
}
