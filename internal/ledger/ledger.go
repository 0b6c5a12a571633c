package ledger

import (
	"context"
	"fmt"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	chainMax = 1000 // transfers in one Apply
	pageMax  = 500  // rows of one page where Config says nothing
)

// Config joins the books to their database.
type Config struct {
	DB      *db.DB
	PageMax int            // rows of one page; 0 is 500
	Zone    *time.Location // in which a day of the books ends; nil is Beijing
}

// Ledger keeps the books of one node. It is safe for concurrent use.
type Ledger struct {
	db   *db.DB
	page int
	zone *time.Location
}

// New checks the settings; it connects to nothing.
func New(c Config) (*Ledger, error) {
	if c.DB == nil || c.PageMax < 0 {
		return nil, fmt.Errorf("ledger: a database is needed, and PageMax is not below zero: %d", c.PageMax)
	}
	l := &Ledger{db: c.DB, page: c.PageMax, zone: c.Zone}
	if l.page == 0 {
		l.page = pageMax
	}
	if l.zone == nil {
		l.zone = unit.Beijing()
	}
	return l, nil
}

// limit keeps a page within bounds.
func (l *Ledger) limit(n int) int {
	if n <= 0 || n > l.page {
		return l.page
	}
	return n
}

// Apply enters linked transfers: all of them or, with the first refusal in the documented order, none. It returns
// the entries in the order of the transfers, those that stood in the books already among them. The caller's act is
// rolled back when it returns the refusal.
func (l *Ledger) Apply(ctx context.Context, tx *db.Tx, chain ...Transfer) ([]Entry, error) {
	if len(chain) > chainMax {
		return nil, fault.New(fault.TooLarge, "ledger.chain_too_long", "max", chainMax)
	}
	out := make([]Entry, 0, len(chain))
	for _, t := range chain {
		e, err := l.apply(ctx, tx, t)
		if err != nil {
			return nil, fmt.Errorf("transfer %s: %w", clip(t.ID), err)
		}
		out = append(out, e)
	}
	return out, nil
}

func (l *Ledger) apply(ctx context.Context, tx *db.Tx, t Transfer) (Entry, error) {
	if err := t.shape(); err != nil {
		return Entry{}, err
	}
	was, err := selectEntry(ctx, tx, t.ID)
	if err != nil {
		return Entry{}, err
	}
	if was != nil {
		if !was.same(t) {
			return Entry{}, fault.New(fault.Conflict, "ledger.id_taken", "id", t.ID).On("id")
		}
		return *was, nil
	}
	f, err := l.gather(ctx, tx, t)
	if err != nil {
		return Entry{}, err
	}
	e, err := t.decide(f)
	if err != nil {
		return Entry{}, err
	}
	e.At = tx.Now()
	e.Digest = digest(e, f.debit.head, creditHead(f))
	if e.Seq, err = insertEntry(ctx, tx, e); err != nil {
		return Entry{}, err
	}
	return e, l.derive(ctx, tx, e, f)
}

func creditHead(f facts) []byte {
	if f.credit == nil {
		return nil
	}
	return f.credit.head
}

// gather reads what the rules of a transfer look at.
func (l *Ledger) gather(ctx context.Context, tx *db.Tx, t Transfer) (f facts, err error) {
	debit := t.Debit
	if t.Of != "" {
		if f.hold, err = selectHold(ctx, tx, t.Of); err != nil {
			return f, err
		}
		if f.hold != nil && debit == "" {
			debit = f.hold.account
		}
	}
	if f.debit, err = selectAccount(ctx, tx, debit); err != nil {
		return f, err
	}
	if t.Credit != "" {
		if f.credit, err = selectAccount(ctx, tx, t.Credit); err != nil {
			return f, err
		}
	}
	if t.Reverses != "" {
		if f.reverses, err = selectEntry(ctx, tx, t.Reverses); err != nil {
			return f, err
		}
		if f.reverses != nil {
			f.reversedBy = f.reverses.ReversedBy
		}
	}
	return f, nil
}

// derive brings balances and holds to where the entry says.
func (l *Ledger) derive(ctx context.Context, tx *db.Tx, e Entry, f facts) error {
	if err := updateAccount(ctx, tx, e.Debit, e.DebitNow, e.DebitNo, e); err != nil {
		return err
	}
	if e.Credit != "" {
		if err := updateAccount(ctx, tx, e.Credit, e.CreditNow, e.CreditNo, e); err != nil {
			return err
		}
	}
	switch e.Kind {
	case Hold:
		return insertHold(ctx, tx, e)
	case Capture, Release:
		left := f.hold.left + e.HeldChange
		return updateHold(ctx, tx, e.Of, left, left > 0 && !e.Last && e.Kind == Capture)
	}
	return nil
}

// Entries lists the entries that name an account, oldest first, from behind the place after ("" is the beginning).
// next is "" at the end.
func (l *Ledger) Entries(ctx context.Context, tx *db.Tx, path, after string, limit int) (page []Entry, next string, err error) {
	if _, err := l.mustAccount(ctx, tx, path); err != nil {
		return nil, "", err
	}
	from := int64(0)
	if after != "" {
		if _, err := fmt.Sscan(after, &from); err != nil {
			return nil, "", fault.New(fault.Invalid, "ledger.page", "after", clip(after)).On("after")
		}
	}
	limit = l.limit(limit)
	if page, err = selectEntries(ctx, tx, path, from, limit+1); err != nil {
		return nil, "", err
	}
	if len(page) > limit {
		page = page[:limit]
		next = fmt.Sprint(page[limit-1].Seq)
	}
	return page, next, nil
}

// Find lists the entries that belong to a case or document, oldest first, at most one page.
func (l *Ledger) Find(ctx context.Context, tx *db.Tx, ref string) ([]Entry, error) {
	return selectByRef(ctx, tx, ref, l.page)
}

// Hold says what is left of a hold, and whether anything can still be done with it.
func (l *Ledger) Hold(ctx context.Context, tx *db.Tx, id string) (left unit.Fen, open bool, err error) {
	h, err := selectHold(ctx, tx, id)
	if err == nil && h == nil {
		err = fault.New(fault.NotFound, "ledger.no_hold", "hold", clip(id)).On("of")
	}
	if err != nil {
		return 0, false, err
	}
	return h.left, h.open, nil
}
