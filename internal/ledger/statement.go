package ledger

import (
	"context"
	"fmt"
	"math"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Statement is what happened in one account from one day to another, both included. Opening and Closing are
// the balances at its ends; Closing.Posted is Opening.Posted plus In less Out.
type Statement struct {
	Account
	From, To unit.Day
	Opening  Balance
	Closing  Balance
	In, Out  unit.Fen // what arrived and what left in the whole period, mirrors counted like all else
	Count    int64    // entries in the whole period, holds and releases among them
	Entries  []Entry  // one page of them, oldest first
	Next     string   // the after of the next page; "" at the end
}

// Statement returns the statement of an account, with the page of entries that begins behind after. A day
// begins and ends in the zone of the books.
func (l *Ledger) Statement(ctx context.Context, tx *db.Tx, path string, from, to unit.Day, after string, limit int) (s Statement, err error) {
	row, err := l.mustAccount(ctx, tx, path)
	if err != nil {
		return s, err
	}
	if !from.Valid() || !to.Valid() || to < from {
		return s, fault.New(fault.Invalid, "ledger.period").On("to")
	}
	s = Statement{Account: row.account(), From: from, To: to}
	begins, ends := db.Micros(from.Start(l.zone)), l.dayEnd(to)
	if s.Opening, err = selectBalanceBefore(ctx, tx, path, begins); err != nil {
		return s, err
	}
	if s.Closing, err = selectBalanceBefore(ctx, tx, path, ends); err != nil {
		return s, err
	}
	if s.Count, s.In, err = selectTurnover(ctx, tx, path, begins, ends); err != nil {
		return s, err
	}
	s.Out = s.In - (s.Closing.Posted - s.Opening.Posted)
	start := place{at: begins}
	if after != "" {
		if start, err = parsePlace(after); err != nil {
			return s, err
		}
		if start.at < begins { // of another period
			start = place{at: begins}
		}
	}
	s.Entries, s.Next, err = l.entries(ctx, tx, path, start, ends, limit)
	return s, err
}

// Entries lists the entries that name an account, oldest first, from behind the place after ("" is the
// beginning). next is "" at the end, and otherwise the after of the next page.
func (l *Ledger) Entries(ctx context.Context, tx *db.Tx, path, after string, limit int) (page []Entry, next string, err error) {
	if _, err := l.mustAccount(ctx, tx, path); err != nil {
		return nil, "", err
	}
	start := place{at: math.MinInt64}
	if after != "" {
		if start, err = parsePlace(after); err != nil {
			return nil, "", err
		}
	}
	return l.entries(ctx, tx, path, start, math.MaxInt64, limit)
}

func (l *Ledger) entries(ctx context.Context, tx *db.Tx, path string, after place, before int64, limit int) ([]Entry, string, error) {
	limit = l.limit(limit)
	page, err := selectEntries(ctx, tx, path, after, before, limit+1)
	if err != nil || len(page) <= limit {
		return page, "", err
	}
	page = page[:limit]
	last := page[limit-1]
	return page, fmt.Sprintf("%d.%d", last.At.UnixMicro(), last.No(path)), nil
}

// parsePlace reads what entries gave as next.
func parsePlace(s string) (p place, err error) {
	var rest string
	if n, _ := fmt.Sscanf(s, "%d.%d%s", &p.at, &p.no, &rest); n != 2 {
		return p, fault.New(fault.Invalid, "ledger.page", "after", clip(s)).On("after")
	}
	return p, nil
}

// BalanceAsOf returns what stood in an account when a day ended in the zone of the books.
func (l *Ledger) BalanceAsOf(ctx context.Context, tx *db.Tx, path string, day unit.Day) (Balance, error) {
	if _, err := l.mustAccount(ctx, tx, path); err != nil {
		return Balance{}, err
	}
	if !day.Valid() {
		return Balance{}, fault.New(fault.Invalid, "ledger.period").On("day")
	}
	return selectBalanceBefore(ctx, tx, path, l.dayEnd(day))
}

// dayEnd is the first moment after a day, in microseconds.
func (l *Ledger) dayEnd(day unit.Day) int64 {
	next := day.Add(1)
	if !next.Valid() {
		return math.MaxInt64
	}
	return db.Micros(next.Start(l.zone))
}
