package access

import (
	"context"
	"fmt"
	"math"
	"strconv"
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
	err := tx.Later(ctx, sqlJournalInsert, string(unit.NewID(tx.Now())), db.Micros(tx.Now()), string(who.Person), who.Session,
		who.Token, e.Mandate, e.Act, e.Object, string(e.Region), e.Detail)
	if err != nil {
		return fmt.Errorf("journal %s of %s: %w", e.Act, e.Object, err)
	}
	return nil
}

// JournalQuery narrows the journal; the zero query is all of it, newest first.
type JournalQuery struct {
	Person   unit.ID
	Name     string // a text that stands in the person's name of today
	Act      string // "case" finds case.create and case.approve too
	Object   string
	Detail   string      // a text that stands in the detail
	Region   unit.Region // with every region inside it; "" is all that the actor may read
	From, To time.Time   // [From, To)
	After    string      // where the next page begins
}

// Journal returns one page of the journal for an auditor, and where the next one begins, "" at the end. Who audits a
// region finds the acts of that region and none that has no region.
func (s *Service) Journal(ctx context.Context, who Actor, q JournalQuery) (page []Line, next string, err error) {
	if err := MaySomewhere(who, JournalRead); err != nil {
		return nil, "", err
	}
	reach := ReachOf(who, JournalRead)
	all, regions := reach.All, reach.Regions
	if q.Region != "" {
		if _, err := unit.ParseRegion(string(q.Region)); err != nil {
			return nil, "", fault.Of(err).On("region")
		}
		if all, regions = false, narrowed(reach, q.Region); len(regions) == 0 {
			return nil, "", fault.New(fault.NotFound, "access.not_found")
		}
	}
	at, id, err := journalPlace(q)
	if err != nil {
		return nil, "", err
	}
	from := int64(math.MinInt64)
	if !q.From.IsZero() {
		from = db.Micros(q.From)
	}
	query, key := sqlJournalByTime, ""
	switch {
	case q.Object != "":
		query, key = sqlJournalByObject, q.Object
	case q.Person != "":
		query, key = sqlJournalByPerson, string(q.Person)
	}
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		page, err = db.Collect(ctx, tx, "the journal", scanEntry, query, key, string(q.Person), q.Act, q.Object, q.Detail, all,
			regionList(regions), from, at, id, journalPageMax+1, q.Name)
		return err
	})
	if len(page) > journalPageMax {
		page = page[:journalPageMax]
		last := page[len(page)-1]
		next = fmt.Sprintf("%d.%s", db.Micros(last.At), last.ID)
	}
	return page, next, err
}

// narrowed is the part of the reach that lies in region, or region where the reach contains it.
func narrowed(r Reach, region unit.Region) []unit.Region {
	if r.Covers(Scope{Region: region}) {
		return []unit.Region{region}
	}
	var in []unit.Region
	for _, g := range r.Regions {
		if g.In(region) {
			in = append(in, g)
		}
	}
	return in
}

// journalPlace is where a page begins: the time and the id that its lines are all before.
func journalPlace(q JournalQuery) (at int64, id string, err error) {
	at, id = math.MaxInt64, "~"
	if !q.To.IsZero() {
		at, id = db.Micros(q.To), ""
	}
	if q.After == "" {
		return at, id, nil
	}
	micros, after, ok := strings.Cut(q.After, ".")
	n, err := strconv.ParseInt(micros, 10, 64)
	if err != nil || !ok {
		return 0, "", fault.New(fault.Invalid, "access.page").On("after")
	}
	if _, err := unit.ParseID(after); err != nil {
		return 0, "", fault.New(fault.Invalid, "access.page").On("after")
	}
	if n < at {
		at, id = n, after
	}
	return at, id, nil
}
