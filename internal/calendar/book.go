package calendar

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const (
	noticesMax = 200 // notices that are kept; more than a century of years
	titleMax   = 200 // characters
	sourceMax  = 500 // bytes
)

// Notice is a notice that was loaded into this node.
type Notice struct {
	ID     unit.ID
	Year   int    // the year that it is of: the last one that it names
	Title  string // 国办发明电〔2026〕×号
	Source string // address where it is published
	Text   string // as it was loaded
	Digest string // SHA-256 of Text, in hex
	By     unit.ID
	At     time.Time
}

// Change is a day that is worked otherwise than before.
type Change struct {
	Day   unit.Day
	Works bool   // from now on
	Name  string // of the holiday; "" where the day is no exception any more
}

// Plan is what a notice does.
type Plan struct {
	Year    int
	New     bool // the year was not announced before: its days are no longer provisional
	Moved   int  // exceptions that the notice names
	Changes []Change
}

// Recounter is a room that counts due times. Recount looks at the next open pieces of its work, in the order of their
// ids from the one after from, writes what moves and tells the parties, once for each notice, in the caller's act. It
// returns the id to go on after, or "" when it came to the end. It may be called again with the same from.
type Recounter interface {
	Recount(ctx context.Context, tx *db.Tx, notice unit.ID, before, after unit.Calendar, from unit.ID) (next unit.ID, err error)
}

// Config joins the room to its database, to the journal and to the calendar that the rooms share. All are needed.
type Config struct {
	DB     *db.DB
	Access *access.Service
	Days   *unit.Days // begins as the calendar that the program carries
}

// Book keeps the notices of one node. It is safe for concurrent use.
type Book struct {
	c    Config
	base unit.Calendar
	mu   sync.Mutex // one replacement at a time
	room map[string]Recounter
}

// New connects to nothing; Open follows.
func New(c Config) (*Book, error) {
	if c.DB == nil || c.Access == nil || c.Days == nil {
		return nil, fmt.Errorf("calendar: a database, access and days are needed")
	}
	return &Book{c: c, base: c.Days.Now(), room: map[string]Recounter{}}, nil
}

// Join adds a room that counts due times, under a name that stays. The rooms join while the node is joined.
func (b *Book) Join(name string, r Recounter) { b.room[name] = r }

// Open lets the rooms count with the notices that are kept.
func (b *Book) Open(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := b.upTo(ctx, tx, "")
		if err == nil {
			b.c.Days.Replace(c)
		}
		return err
	})
}

// Days is the calendar that the rooms share.
func (b *Book) Days() *unit.Days { return b.c.Days }

// upTo is the calendar with every kept notice before the one named; "" is all.
func (b *Book) upTo(ctx context.Context, tx *db.Tx, before unit.ID) (unit.Calendar, error) {
	c := b.base
	all, err := selectNotices(ctx, tx)
	if err != nil {
		return c, err
	}
	for _, n := range all {
		if before != "" && n.ID >= before {
			break
		}
		if c, err = with(c, n); err != nil {
			return c, fmt.Errorf("kept notice %s of %d: %w", n.ID, n.Year, err)
		}
	}
	return c, nil
}

func with(c unit.Calendar, n Notice) (unit.Calendar, error) {
	days, err := unit.ParseNotice(n.Text)
	if err != nil {
		return c, err
	}
	return c.With(n.Year, days)
}

// read finds the year of a notice: the last that it names.
func read(text string) (year int, days []unit.Moved, err error) {
	if days, err = unit.ParseNotice(text); err != nil {
		return 0, nil, err
	}
	if len(days) == 0 {
		return 0, nil, fault.New(fault.Invalid, "calendar.empty").On("notice")
	}
	for _, d := range days {
		year = max(year, d.Day.Year())
	}
	return year, days, nil
}

// Try says what a notice would do, and changes nothing.
func (b *Book) Try(text string) (Plan, error) { p, _, err := plan(b.c.Days.Now(), text); return p, err }

// plan compares the calendars before and after a notice. One that does nothing is refused.
func plan(was unit.Calendar, text string) (p Plan, will unit.Calendar, err error) {
	year, days, err := read(text)
	if err != nil {
		return p, was, err
	}
	if will, err = was.With(year, days); err != nil {
		f := fault.Of(err)
		return p, was, f.On("notice")
	}
	_, last := was.Published()
	p = Plan{Year: year, New: year > last, Moved: len(days)}
	for d := unit.Date(year-1, time.December, 1); d.Year() <= year && d.Valid(); d = d.Add(1) {
		before, _ := was.Working(d)
		after, _ := will.Working(d)
		if before != after {
			m, _ := will.Moved(d)
			p.Changes = append(p.Changes, Change{d, after, m.Name})
		}
	}
	if !p.New && len(p.Changes) == 0 {
		return p, was, fault.New(fault.Conflict, "calendar.nothing_new", "year", year).On("notice")
	}
	return p, will, nil
}

// Load takes a notice in. When it returns, the rooms count with it, and what it changes for open work is left to be worked
// through. Title, Source and Text of n count.
func (b *Book) Load(ctx context.Context, who access.Actor, n Notice) (Notice, Plan, error) {
	mandate := ""
	if !who.System() { // whoever can write to the node's folder administers the node
		var err error
		if mandate, err = access.Mandate(who, access.CalendarLoad, access.Scope{}); err != nil {
			return n, Plan{}, err
		}
	}
	n.Title, n.Source = strings.TrimSpace(n.Title), strings.TrimSpace(n.Source)
	var wrong fault.Many
	if n.Title == "" || len([]rune(n.Title)) > titleMax || strings.ContainsAny(n.Title, "\r\n") {
		wrong = append(wrong, fault.New(fault.Invalid, "calendar.title", "most", titleMax).On("title"))
	}
	if !strings.HasPrefix(n.Source, "https://") && !strings.HasPrefix(n.Source, "http://") || len(n.Source) > sourceMax || strings.ContainsAny(n.Source, " \r\n\t") {
		wrong = append(wrong, fault.New(fault.Invalid, "calendar.source").On("source"))
	}
	if len(wrong) > 0 {
		return n, Plan{}, wrong
	}
	sum := sha256.Sum256([]byte(n.Text))
	n.Digest = hex.EncodeToString(sum[:])
	b.mu.Lock()
	defer b.mu.Unlock()
	var p Plan
	var will unit.Calendar
	err := b.c.DB.Act(ctx, func(tx *db.Tx) error {
		was, err := b.upTo(ctx, tx, "")
		if err != nil {
			return err
		}
		if p, will, err = plan(was, n.Text); err != nil {
			return err
		}
		n.ID, n.Year, n.By, n.At = unit.NewID(tx.Now()), p.Year, who.Person, tx.Now()
		if err := insertNotice(ctx, tx, n); err != nil {
			return fmt.Errorf("keep the notice of %d: %w", n.Year, err)
		}
		if err := b.leave(ctx, tx, n.ID); err != nil {
			return err
		}
		return b.c.Access.Record(ctx, tx, who, access.Entry{Act: "calendar.load", Object: "calendar/" + string(n.ID), Mandate: mandate,
			Detail: fmt.Sprintf("%d %s", n.Year, n.Digest)})
	})
	if err != nil {
		return n, Plan{}, err
	}
	b.c.Days.Replace(will)
	return n, p, nil
}

// Notices are those that were loaded, oldest first.
func (b *Book) Notices(ctx context.Context) (all []Notice, err error) {
	err = b.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err = selectNotices(ctx, tx)
		return err
	})
	return all, err
}
