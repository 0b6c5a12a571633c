package indicator

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"sync/atomic"
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
	logsMax      = 1000 // logs whose leaves are counted
	// allReportsMax is how many reports of all indicators are read at once, the newest.
	allReportsMax = 10_000
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
	// Packs are the schemes whose figures are counted beside those of the files, now. nil is none.
	Packs func() []*scheme.Scheme
}

// Book holds the definitions and computes the figures. It is safe for concurrent use.
type Book struct {
	c         Config
	defs      []Definition
	entries   entriesTally
	purchases boughtTally
	standing  map[string]*standingTally // by the id of the indicator
	ofPacks   atomic.Pointer[counted]
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
			b.standing[d.ID] = &standingTally{d: d, read: map[string]int64{}, all: map[string]standing{}, sum: new(big.Int)}
		}
	}
	return b, nil
}

// Definitions lists the indicators: those of the files in order of their ids, then those of the packs, scheme by scheme. Until the
// packs change it is the same list, which nobody changes.
func (b *Book) Definitions() []Definition {
	if b.c.Packs == nil {
		return b.defs
	}
	packs := b.c.Packs()
	if known := b.ofPacks.Load(); known != nil && slices.Equal(known.packs, packs) {
		return known.defs
	}
	now := &counted{packs: packs, defs: append(slices.Clip(b.defs), fromPacks(packs)...)}
	b.ofPacks.Store(now)
	return now.defs
}

// counted are the indicators while the node runs these packs.
type counted struct {
	packs []*scheme.Scheme
	defs  []Definition
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
	d, err := b.Definition(id)
	if err != nil {
		return f, err
	}
	err = b.c.DB.Read(ctx, func(tx *db.Tx) error {
		f.Definition = d
		var rows []place
		if t := b.standing[id]; t != nil {
			t.mu.Lock()
			defer t.mu.Unlock()
			err = t.value(ctx, tx, &f)
			rows = t.places.page(page)
		} else {
			rows, err = b.countedPage(ctx, tx, &f, page)
		}
		if err == nil {
			f.Entries, err = entriesAt(ctx, tx, f.Definition, rows)
		}
		if err != nil {
			return fmt.Errorf("compute %s: %w", id, err)
		}
		f.Reported, err = selectReports(ctx, tx, id)
		return err
	})
	return f, err
}

// Values computes indicators, without the entries that make them.
func (b *Book) Values(ctx context.Context, defs []Definition) (all []Figure, err error) {
	err = b.c.DB.Read(ctx, func(tx *db.Tx) error {
		reports, err := selectAllReports(ctx, tx)
		if err != nil {
			return err
		}
		all, err = b.values(ctx, tx, defs)
		for i := range all {
			all[i].Reported = reports[all[i].ID]
		}
		return err
	})
	return all, err
}

// values are in the order of defs.
func (b *Book) values(ctx context.Context, tx *db.Tx, defs []Definition) (all []Figure, err error) {
	for _, d := range defs {
		f := Figure{Definition: d}
		if t := b.standing[d.ID]; t != nil {
			t.mu.Lock()
			err = t.value(ctx, tx, &f)
			t.mu.Unlock()
			if err != nil {
				return nil, fmt.Errorf("compute %s: %w", d.ID, err)
			}
		}
		all = append(all, f)
	}
	return all, b.counted(ctx, tx, pointers(all, func(f Figure) bool { return b.standing[f.ID] == nil })...)
}

// countedPage fills in a figure of all leaves of a kind, and says where one page of them stand. What it says is in what tx sees.
func (b *Book) countedPage(ctx context.Context, tx *db.Tx, f *Figure, page int) ([]place, error) {
	b.entries.mu.Lock()
	defer b.entries.mu.Unlock()
	if err := b.entries.grow(ctx, tx, []*Figure{f}, b.Definitions); err != nil {
		return nil, err
	}
	return b.entries.of[f.Leaf].places.page(page), b.entries.fill(f)
}

// entriesAt are the entries of a figure that stand at these places, in their order.
func entriesAt(ctx context.Context, tx *db.Tx, d Definition, rows []place) (out []Entry, err error) {
	fields, err := selectFields(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	for _, p := range rows {
		e := Entry{Origin: p.origin, Index: p.index, Day: p.day}
		l := leaf{Origin: p.origin, Index: p.index}
		if err := json.Unmarshal([]byte(fields[p]), &l.fields); err != nil {
			return nil, fmt.Errorf("leaf %d of %s: %w", p.index, p.origin, err)
		}
		if err := json.Unmarshal([]byte(fields[p]), &e.Fields); err != nil {
			return nil, fmt.Errorf("leaf %d of %s: %w", p.index, p.origin, err)
		}
		if d.Value == Sum {
			amount := l.amount
			if d.Newest != "" {
				amount = l.fen
			}
			e.Amount, err = amount(d.Field)
			e.Unread = err != nil
		}
		out = append(out, e)
	}
	return out, nil
}

// counted fills in what figures of all leaves of a kind say.
func (b *Book) counted(ctx context.Context, tx *db.Tx, figures ...*Figure) error {
	b.entries.mu.Lock()
	defer b.entries.mu.Unlock()
	if err := b.entries.grow(ctx, tx, figures, b.Definitions); err != nil {
		return err
	}
	for _, f := range figures {
		if err := b.entries.fill(f); err != nil {
			return fmt.Errorf("compute %s: %w", f.ID, err)
		}
	}
	return nil
}

// pointers are those of all for which is says so.
func pointers(all []Figure, is func(Figure) bool) (out []*Figure) {
	for i := range all {
		if is(all[i]) {
			out = append(out, &all[i])
		}
	}
	return out
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
