package indicator

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

const (
	entryPage    = 100
	reportsMax   = 200
	leavesAtOnce = 5000 // leaves read at once when a figure is computed
)

// Figure is an indicator with its value and what makes it.
type Figure struct {
	Definition
	Value    int64    // a count, or fen
	Entries  []Entry  // one page of the leaves that make it, newest first
	Total    int      // how many leaves make it
	Unread   int      // of a sum: leaves that do not say the field as integer fen; they add nothing
	Reported []Report // what published documents said
}

// Money tells whether the value is fen.
func (f Figure) Money() bool { return f.Definition.Value == Sum }

// Fen is the value of a sum.
func (f Figure) Fen() unit.Fen { return unit.Fen(f.Value) }

// Entry is one public leaf that makes a figure.
type Entry struct {
	Origin string // the log it stands in
	Index  int64
	Day    unit.Day
	Amount unit.Fen // for a sum, what it adds
	Unread bool     // it does not say the field as integer fen, and adds nothing
	Fields map[string]any
}

// Report is a figure that a published document told, as a person accepted it.
type Report struct {
	ID        unit.ID
	Indicator string
	Value     string // expanded, as read: 7000
	Unit      string
	Approx    string // exact, over, about, …
	Period    string // "" when the source does not say
	Document  unit.ID
	Digest    string
	Title     string
	From, To  int
	Quote     string
	By        string
	At        time.Time
}

// Config joins the book to its database and journal.
type Config struct {
	DB     *db.DB
	Access *access.Service
	// Origins names the logs that are read: this node's own and those that it follows. nil reads none where logs are read one by one.
	Origins func() []string
	// Packs are the schemes whose figures are counted beside those of the files, now. nil is none.
	Packs func() []*scheme.Scheme
}

// Book holds the definitions and computes the figures. It is safe for concurrent use.
type Book struct {
	c         Config
	defs      []Definition
	purchases boughtTally
	standing  map[string]*standingTally // by the id of the indicator
}

// origins are the logs that are read.
func (b *Book) origins() []string {
	if b.c.Origins == nil {
		return nil
	}
	return b.c.Origins()
}

// New reads the definitions.
func New(c Config) (*Book, error) {
	defs, err := definitions()
	if err != nil {
		return nil, fmt.Errorf("indicator definitions: %w", err)
	}
	b := &Book{c: c, defs: defs, standing: map[string]*standingTally{}}
	for _, d := range defs {
		if d.Newest != "" {
			b.standing[d.ID] = &standingTally{d: d, read: map[string]int64{}, all: map[string]standing{}}
		}
	}
	return b, nil
}

// Definitions lists the indicators: those of the files in order of their ids, then those of the packs, scheme by scheme.
func (b *Book) Definitions() []Definition {
	if b.c.Packs == nil {
		return b.defs
	}
	return append(slices.Clip(b.defs), fromPacks(b.c.Packs())...)
}

// Filed are the indicators of the files alone.
func (b *Book) Filed() []Definition { return b.defs }

// Definition finds one.
func (b *Book) Definition(id string) (Definition, error) {
	for _, d := range b.Definitions() {
		if d.ID == id {
			return d, nil
		}
	}
	return Definition{}, fault.New(fault.NotFound, "indicator.unknown", "id", id)
}

// Figure computes the indicator and lists one page of its entries, counted from 1.
func (b *Book) Figure(ctx context.Context, id string, page int) (f Figure, err error) {
	if f.Definition, err = b.Definition(id); err != nil {
		return f, err
	}
	err = b.c.DB.Read(ctx, func(tx *db.Tx) error {
		if t := b.standing[id]; t != nil {
			if err := t.figure(ctx, tx, b.origins(), &f, page); err != nil {
				return fmt.Errorf("compute %s: %w", id, err)
			}
			f.Reported, err = selectReports(ctx, tx, id)
			return err
		}
		if err := f.compute(ctx, tx); err != nil {
			return fmt.Errorf("compute %s: %w", id, err)
		}
		f.Entries, err = selectEntries(ctx, tx, f.Definition, (max(page, 1)-1)*entryPage)
		if err != nil {
			return fmt.Errorf("entries of %s: %w", id, err)
		}
		f.Reported, err = selectReports(ctx, tx, id)
		return err
	})
	return f, err
}

// compute counts, or adds with care for overflow.
func (f *Figure) compute(ctx context.Context, tx *db.Tx) error {
	if f.Definition.Value == Count {
		n, err := countLeaves(ctx, tx, f.Leaf)
		f.Value, f.Total = int64(n), n
		return err
	}
	sum := unit.Fen(0)
	err := eachLeaf(ctx, tx, f.Leaf, func(fields string) error {
		f.Total++
		amount, err := amountIn(fields, f.Field)
		if err != nil { // what a neighbour writes into its own log spoils nobody's page
			f.Unread++
			return nil
		}
		sum, err = sum.Add(amount)
		return err
	})
	f.Value = int64(sum)
	return err
}

// amountIn reads an amount of integer fen out of the fields of a leaf.
func amountIn(fields, name string) (unit.Fen, error) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal([]byte(fields), &m); err != nil {
		return 0, err
	}
	var n int64
	if err := json.Unmarshal(m[name], &n); err != nil {
		return 0, fmt.Errorf("field %s of a leaf is no integer: %w", name, err)
	}
	return unit.Fen(n), nil
}

// Report puts an accepted figure of a document beside an indicator, in the caller's act. The same place of
// the same document is put there once.
func (b *Book) Report(ctx context.Context, tx *db.Tx, who access.Actor, r Report) error {
	if _, err := b.Definition(r.Indicator); err != nil {
		return err
	}
	r.ID, r.By, r.At = unit.NewID(tx.Now()), who.Name, tx.Now()
	if err := insertReport(ctx, tx, r); err != nil {
		return fmt.Errorf("report beside %s: %w", r.Indicator, err)
	}
	return b.c.Access.Record(ctx, tx, who, access.Entry{Act: "indicator.report", Object: "indicator/" + r.Indicator, Detail: r.Quote})
}

// Withdraw takes away what was put beside an indicator by mistake, in the caller's act; the journal keeps that it stood
// there. It is no error when nothing stands there.
func (b *Book) Withdraw(ctx context.Context, tx *db.Tx, who access.Actor, indicator, digest string, from, to int) error {
	if err := deleteReport(ctx, tx, indicator, digest, from, to); err != nil {
		return fmt.Errorf("withdraw the report beside %s: %w", indicator, err)
	}
	return b.c.Access.Record(ctx, tx, who, access.Entry{Act: "indicator.withdraw", Object: "indicator/" + indicator, Detail: digest})
}
