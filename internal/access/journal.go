package access

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Entry is what an act leaves in the journal.
type Entry struct {
	Act     string // what was done: "case.approve"
	Object  string // to what: "case/ID"
	Region  unit.Region
	Mandate string // the grant by which
	Detail  string // ids, digests and numbers; no personal data
}

// Line is an entry of the journal as it is read.
type Line struct {
	ID      unit.ID
	At      time.Time
	Person  unit.ID // "" for a clock or somebody not signed in
	Name    string  // the person's name today
	Session string
	Token   bool
	Entry
}

// Record writes the journal in the caller's act.
func (s *Service) Record(ctx context.Context, tx *db.Tx, who Actor, e Entry) error {
	if e.Mandate == "" && who.Person == "" {
		e.Mandate = who.Name // which clock
	}
	_, err := tx.Exec(ctx, sqlJournalInsert, string(unit.NewID(tx.Now())), db.Micros(tx.Now()), string(who.Person), who.Session,
		who.Token, e.Mandate, e.Act, e.Object, string(e.Region), e.Detail)
	if err != nil {
		return fmt.Errorf("journal %s of %s: %w", e.Act, e.Object, err)
	}
	return nil
}

// JournalQuery narrows the journal; the zero query is all of it, newest first.
type JournalQuery struct {
	Person   unit.ID
	Act      string
	Object   string
	From, To time.Time // [From, To)
	After    string    // where the next page begins
}

// Journal returns one page of the journal for an auditor, and where the next one begins, "" at the end.
func (s *Service) Journal(ctx context.Context, who Actor, q JournalQuery) (page []Line, next string, err error) {
	reach := ReachOf(who, JournalRead)
	if err := MaySomewhere(who, JournalRead); err != nil {
		return nil, "", err
	}
	prefix := ""
	if !reach.All {
		if len(reach.Regions) != 1 {
			return nil, "", fault.New(fault.Denied, "access.journal_region")
		}
		prefix = regionPrefix(reach.Regions[0])
	}
	at, id := int64(math.MaxInt64), "~"
	if q.After != "" {
		if _, err := fmt.Sscanf(strings.Replace(q.After, ".", " ", 1), "%d %s", &at, &id); err != nil {
			return nil, "", fault.New(fault.Invalid, "access.page").On("after")
		}
	}
	if !q.To.IsZero() {
		at = min(at, db.Micros(q.To))
	}
	from := int64(0)
	if !q.From.IsZero() {
		from = db.Micros(q.From)
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		page, err = collect(ctx, tx, "the journal", scanEntry, sqlJournalSearch, string(q.Person), q.Act, q.Object, prefix, from, at, id, journalPageMax+1)
		return err
	})
	if len(page) > journalPageMax {
		page = page[:journalPageMax]
		last := page[len(page)-1]
		next = fmt.Sprintf("%d.%s", db.Micros(last.At), last.ID)
	}
	return page, next, err
}
