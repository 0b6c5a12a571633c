package ledger

import (
	"context"
	"slices"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
)

// plan is a chain of transfers on its way into the books: what was read for it, as the chain leaves it, and
// what there is to write. Nothing is written before the whole chain is accepted, so that a refusal leaves no
// trace whatever the caller's act does next.
type plan struct {
	tx       *db.Tx
	accounts map[string]*accountRow // nil: looked for, and not there
	holds    map[string]*holdRow
	entries  map[string]*Entry
	out      []*Entry // one for each transfer
	made     []*Entry // those that are new
	moved    []*accountRow
	changed  []*holdRow
}

func newPlan(tx *db.Tx) *plan {
	return &plan{tx: tx, accounts: map[string]*accountRow{}, holds: map[string]*holdRow{}, entries: map[string]*Entry{}}
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
		p.changed = append(p.changed, h)
	case Capture, Release:
		f.hold.left += e.HeldChange
		f.hold.open = f.hold.left > 0 && !e.Last && e.Kind == Capture
		if !slices.Contains(p.changed, f.hold) {
			p.changed = append(p.changed, f.hold)
		}
	case Post:
		if f.reverses != nil {
			f.reverses.ReversedBy = e.ID
		}
	}
}

func (p *plan) move(a *accountRow, e *Entry, now Balance, no int64) {
	a.posted, a.held, a.entries, a.movedAt, a.head = now.Posted, now.Held, no, db.Micros(e.At), e.Digest[:]
	if !a.isMoved {
		a.isMoved = true
		p.moved = append(p.moved, a)
	}
}

// write enters what the chain made. Accounts are brought up to date in the order of their paths, so that two
// acts on the same accounts do not wait for each other in a circle.
func (p *plan) write(ctx context.Context) (err error) {
	for _, e := range p.made {
		if e.Seq, err = insertEntry(ctx, p.tx, e); err != nil {
			return err
		}
	}
	for _, h := range p.changed {
		if err := saveHold(ctx, p.tx, h); err != nil {
			return err
		}
	}
	slices.SortFunc(p.moved, func(a, b *accountRow) int { return strings.Compare(a.path, b.path) })
	return updateAccounts(ctx, p.tx, p.moved)
}

// look reads at once what most transfers look at, where nothing of it was read before.
func (p *plan) look(ctx context.Context, t Transfer) error {
	_, hasDebit := p.accounts[t.Debit]
	_, hasCredit := p.accounts[t.Credit]
	_, hasEntry := p.entries[t.ID]
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
