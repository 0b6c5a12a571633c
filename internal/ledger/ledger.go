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
	db    *db.DB
	page  int
	zone  *time.Location
	group group
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

// Apply enters linked transfers: all of them or, with the first refusal in the documented order, none. It
// returns the entries in the order of the transfers, those that stood in the books already among them. A
// refusal comes before anything is written: a caller that has another use for its act may go on.
func (l *Ledger) Apply(ctx context.Context, tx *db.Tx, chain ...Transfer) ([]Entry, error) {
	p := newPlan(tx)
	if len(chain) > 1 {
		if err := p.lookAll(ctx, [][]Transfer{chain}); err != nil {
			return nil, err
		}
	}
	entries, _, err := p.chain(ctx, chain)
	if err == nil {
		err = p.write(ctx)
	}
	if err != nil {
		return nil, err
	}
	return copied(entries), nil
}

// copied are entries as a caller may keep them.
func copied(from []*Entry) []Entry {
	out := make([]Entry, len(from))
	for i, e := range from {
		out[i] = *e
	}
	return out
}

// Find lists the entries that belong to a case or document, oldest first, at most one page.
func (l *Ledger) Find(ctx context.Context, tx *db.Tx, ref string) ([]Entry, error) {
	if ref == "" || !printable(ref) {
		return nil, nil
	}
	return selectByRef(ctx, tx, ref, l.page)
}

// Entry returns one entry by the id of its transfer.
func (l *Ledger) Entry(ctx context.Context, tx *db.Tx, id string) (Entry, error) {
	e, err := selectEntry(ctx, tx, id)
	if err == nil && e == nil {
		err = fault.New(fault.NotFound, "ledger.no_entry", "entry", clip(id)).On("id")
	}
	if err != nil {
		return Entry{}, err
	}
	return *e, nil
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
