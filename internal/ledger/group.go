package ledger

import (
	"context"
	"runtime"
	"slices"
	"sync"

	"corridor/internal/db"
	"corridor/internal/fault"
)

// groupMax is how many chains of different callers share an act.
const groupMax = 256

// group gathers chains whose callers each wait for an answer of their own. While one act is being made durable the next
// chains gather, and are decided and written together; a caller alone waits for nobody.
type group struct {
	mu      sync.Mutex
	waiting []*entering
	leading bool // a goroutine is bringing them in
}

type entering struct {
	chain  []Transfer
	answer chan answer
}

type answer struct {
	Entries []Entry
	err     error
}

// Enter is Apply as an act of its own, for callers that have nothing else to write. Many callers at once share
// statements and a commit, which costs a fraction of an act for each; every one is answered, after its transfers are
// durable, as if it had been alone.
func (l *Ledger) Enter(ctx context.Context, chain ...Transfer) ([]Entry, error) {
	e := &entering{chain: chain, answer: make(chan answer, 1)}
	g := &l.group
	g.mu.Lock()
	g.waiting = append(g.waiting, e)
	lead := !g.leading
	g.leading = true
	g.mu.Unlock()
	if lead {
		go l.lead()
	}
	select {
	case a := <-e.answer:
		return a.Entries, a.err
	case <-ctx.Done():
		if g.withdraw(e) {
			return nil, ctx.Err()
		}
	}
	a := <-e.answer // it is under way: its answer says what happened
	return a.Entries, a.err
}

// withdraw takes back a chain that is not under way yet.
func (g *group) withdraw(e *entering) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.waiting, e)
	if i >= 0 {
		g.waiting = slices.Delete(g.waiting, i, i+1)
	}
	return i >= 0
}

// take is the next chains to bring in together.
func (g *group) take() []*entering {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), groupMax)
	together := g.waiting[:n:n]
	g.waiting = append([]*entering(nil), g.waiting[n:]...)
	return together
}

// rest says whether none waits any more, and then nobody leads.
func (g *group) rest() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.leading = len(g.waiting) > 0
	return !g.leading
}

// lead brings chains in until none waits.
func (l *Ledger) lead() {
	for {
		var together []*entering
		begun := false
		take := func() []*entering { // the act may run twice, and is the same then
			if !begun {
				together, begun = l.group.take(), true
			}
			return together
		}
		out, err := l.enterTogether(take)
		for i, e := range take() {
			switch kind := fault.KindOf(err); {
			case err == nil:
				e.answer <- out[i].answer()
			case kind == fault.Unavailable || kind == fault.TooMany || len(together) == 1:
				e.answer <- answer{err: err}
			default: // the one at fault does not take the others with it
				out, err := l.enterTogether(func() []*entering { return []*entering{e} })
				if err != nil {
					e.answer <- answer{err: err}
				} else {
					e.answer <- out[0].answer()
				}
			}
		}
		if l.group.rest() {
			return
		}
		runtime.Gosched() // who was answered just now may ask again
	}
}

func (l *Ledger) enterTogether(take func() []*entering) (out []Outcome, err error) {
	ctx := context.Background()
	err = l.db.Act(ctx, func(tx *db.Tx) (err error) {
		var chains [][]Transfer
		for _, e := range take() {
			chains = append(chains, e.chain)
		}
		out, err = enterAll(ctx, tx, chains)
		return err
	})
	return out, err
}

func (o Outcome) answer() answer {
	if o.Refused != nil {
		return answer{err: o.Refused}
	}
	return answer{Entries: o.Entries}
}
