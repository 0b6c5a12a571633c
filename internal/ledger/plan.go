package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
)

// plan is chains of transfers on their way into the books: what was read for them, as they leave it, and what there
// is to write. Nothing is written before all are decided, so that a refusal leaves no trace whatever the caller's act
// does next. A chain that is refused is taken back, and the next one finds everything as it was.
type plan struct {
	tx       *db.Tx
	accounts map[string]*accountRow // nil: looked for, and not there
	holds    map[string]*holdRow
	entries  map[string]*Entry
	out      []*Entry // one for each transfer of the chain under way
	made     []*Entry // those that are new, of all chains
	moved    []*accountRow
	changed  []*holdRow
	before   before
}

// before is how things were before the chain under way, and how much there was to write.
type before struct {
	made, moved, changed int
	accounts             []accountWas
	holds                []holdWas
	mirrored             []*Entry
}

type accountWas struct {
	row *accountRow
	was accountRow
}

type holdWas struct {
	row *holdRow
	was holdRow
}

func newPlan(tx *db.Tx) *plan {
	return &plan{tx: tx, accounts: map[string]*accountRow{}, holds: map[string]*holdRow{}, entries: map[string]*Entry{}}
}

// chain decides linked transfers on top of the chains before: it returns all their entries and how many are new, or the
// first refusal, and then the plan is as it was.
func (p *plan) chain(ctx context.Context, chain []Transfer) (entries []*Entry, made int, err error) {
	if len(chain) > chainMax {
		return nil, 0, fault.New(fault.TooLarge, "ledger.chain_too_long", "max", chainMax)
	}
	p.out = make([]*Entry, 0, len(chain))
	p.before = before{made: len(p.made), moved: len(p.moved), changed: len(p.changed),
		accounts: p.before.accounts[:0], holds: p.before.holds[:0], mirrored: p.before.mirrored[:0]}
	for _, t := range chain {
		if err := p.add(ctx, t); err != nil {
			p.takeBack()
			return nil, 0, fmt.Errorf("transfer %s: %w", clip(t.ID), err)
		}
	}
	return p.out, len(p.made) - p.before.made, nil
}

// takeBack undoes what the chain under way did to the plan, the last first.
func (p *plan) takeBack() {
	for _, a := range slices.Backward(p.before.accounts) {
		*a.row = a.was
	}
	for _, h := range slices.Backward(p.before.holds) {
		*h.row = h.was
	}
	for _, e := range p.before.mirrored {
		e.ReversedBy = ""
	}
	for _, e := range p.made[p.before.made:] {
		p.entries[e.ID] = nil
		if e.Kind == Hold {
			p.holds[e.ID] = nil
		}
	}
	p.made, p.moved, p.changed = p.made[:p.before.made], p.moved[:p.before.moved], p.changed[:p.before.changed]
}

// add decides one transfer on top of those before it.
func (p *plan) add(ctx context.Context, t Transfer) error {
	if err := t.shape(); err != nil {
		return err
	}
	if err := p.look(ctx, t); err != nil {
		return err
	}
	was, err := p.entry(ctx, t.ID)
	if err != nil {
		return err
	}
	if was != nil {
		if !was.same(t) {
			return fault.New(fault.Conflict, "ledger.id_taken", "id", t.ID).On("id")
		}
		p.out = append(p.out, was)
		return nil
	}
	f, err := p.facts(ctx, t)
	if err != nil {
		return err
	}
	made, err := t.decide(f)
	if err != nil {
		return err
	}
	e := &made
	e.At = p.tx.Now()
	p.step(e, f)
	p.entries[e.ID] = e
	p.out = append(p.out, e)
	p.made = append(p.made, e)
	return nil
}

// facts gathers what the rules of a transfer look at.
func (p *plan) facts(ctx context.Context, t Transfer) (f facts, err error) {
	debit := t.Debit
	if t.Of != "" {
		if f.hold, err = p.hold(ctx, t.Of); err != nil {
			return f, err
		}
		if f.hold != nil && debit == "" {
			debit = f.hold.account
		}
	}
	if f.debit, err = p.account(ctx, debit); err != nil {
		return f, err
	}
	if t.Credit != "" {
		if f.credit, err = p.account(ctx, t.Credit); err != nil {
			return f, err
		}
	}
	if t.Reverses != "" {
		f.reverses, err = p.entry(ctx, t.Reverses)
	}
	return f, err
}

// step brings accounts, holds and the reversed entry to where the entry leaves them, and completes the entry
// with its time and its digest.
func (p *plan) step(e *Entry, f facts) {
	// The clock may have been set back since the last entry; the time of an account's entries is not.
	for _, a := range []*accountRow{f.debit, f.credit} {
		if a != nil && e.At.Before(db.Time(a.movedAt)) {
			e.At = db.Time(a.movedAt)
		}
	}
	var creditHead []byte
	if f.credit != nil {
		creditHead = f.credit.head
	}
	e.Digest = digest(*e, f.debit.head, creditHead)
	p.move(f.debit, e, e.DebitNow, e.DebitNo)
	if f.credit != nil {
		p.move(f.credit, e, e.CreditNow, e.CreditNo)
	}
	switch e.Kind {
	case Hold:
		h := &holdRow{id: e.ID, account: e.Debit, amount: e.Amount, left: e.Amount, open: true, isNew: true}
		p.holds[e.ID] = h
		p.change(h)
	case Capture, Release:
		p.before.holds = append(p.before.holds, holdWas{f.hold, *f.hold})
		f.hold.left += e.HeldChange
		f.hold.open = f.hold.left > 0 && !e.Last && e.Kind == Capture
		p.change(f.hold)
	case Post:
		if f.reverses != nil {
			f.reverses.ReversedBy = e.ID
			p.before.mirrored = append(p.before.mirrored, f.reverses)
		}
	}
}

func (p *plan) change(h *holdRow) {
	if !h.isChanged {
		h.isChanged = true
		p.changed = append(p.changed, h)
	}
}

func (p *plan) move(a *accountRow, e *Entry, now Balance, no int64) {
	p.before.accounts = append(p.before.accounts, accountWas{a, *a})
	a.posted, a.held, a.entries, a.movedAt, a.head = now.Posted, now.Held, no, db.Micros(e.At), e.Digest[:]
	if !a.isMoved {
		a.isMoved = true
		p.moved = append(p.moved, a)
	}
}

// write enters what the chains made.
func (p *plan) write(ctx context.Context) error {
	list := enteringEntries(p.made)
	for _, h := range p.changed {
		list = append(list, savingHold(h))
	}
	slices.SortFunc(p.moved, func(a, b *accountRow) int { return strings.Compare(a.path, b.path) })
	list = append(list, savingAccounts(p.moved)...)
	if err := p.tx.Together(ctx, list); err != nil {
		return fmt.Errorf("enter %d transfers: %w", len(p.made), err)
	}
	return nil
}

// lookAll reads at once what the transfers of many chains look at; the rest of it is read when it is asked for.
func (p *plan) lookAll(ctx context.Context, chains [][]Transfer) error {
	var paths, ids []string
	for _, chain := range chains {
		for _, t := range chain[:min(len(chain), chainMax)] {
			for _, path := range []string{t.Debit, t.Credit} {
				if _, known := p.accounts[path]; !known && path != "" && printable(path) {
					p.accounts[path] = nil
					paths = append(paths, path)
				}
			}
			if t.Of != "" {
				p.tx.Ahead(ctx, sqlHold, t.Of)
			}
			if _, known := p.entries[t.ID]; !known && t.ID != "" && printable(t.ID) {
				p.entries[t.ID] = nil
				ids = append(ids, t.ID)
			}
		}
	}
	slices.Sort(paths)
	aheadOf(ctx, p.tx, &entriesThere, ids)
	if err := selectAccountsOf(ctx, p.tx, paths, p.accounts); err != nil {
		return err
	}
	there, err := selectEntriesThere(ctx, p.tx, ids)
	for id := range there {
		delete(p.entries, id) // read as a whole when it is asked for
	}
	return err
}

// look reads at once what most transfers look at, where nothing of it was read before.
func (p *plan) look(ctx context.Context, t Transfer) error {
	_, hasDebit := p.accounts[t.Debit]
	_, hasCredit := p.accounts[t.Credit]
	_, hasEntry := p.entries[t.ID]
	if t.Of != "" {
		p.tx.Ahead(ctx, sqlHold, t.Of)
	}
	if t.Of != "" || hasDebit || hasCredit || hasEntry || !printable(t.Debit) || !printable(t.Credit) {
		return nil
	}
	debit, credit, isNew, err := look(ctx, p.tx, t.Debit, t.Credit, t.ID)
	if err != nil {
		return err
	}
	p.accounts[t.Debit] = debit
	if t.Credit != "" {
		p.accounts[t.Credit] = credit
	}
	if isNew {
		p.entries[t.ID] = nil
	}
	return nil
}

func (p *plan) account(ctx context.Context, path string) (*accountRow, error) {
	return once(ctx, p.tx, p.accounts, path, selectAccount)
}

func (p *plan) hold(ctx context.Context, id string) (*holdRow, error) {
	return once(ctx, p.tx, p.holds, id, selectHold)
}

func (p *plan) entry(ctx context.Context, id string) (*Entry, error) {
	return once(ctx, p.tx, p.entries, id, selectEntry)
}

// once reads a row the first time it is asked for.
func once[T any](ctx context.Context, tx *db.Tx, known map[string]*T, key string,
	read func(context.Context, *db.Tx, string) (*T, error)) (*T, error) {
	if row, ok := known[key]; ok {
		return row, nil
	}
	row, err := read(ctx, tx, key)
	if err == nil {
		known[key] = row
	}
	return row, err
}
