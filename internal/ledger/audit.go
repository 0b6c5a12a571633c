package ledger

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"sort"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const (
	auditPage  = 2000 // entries, accounts or holds read at once
	findingMax = 1000 // things that do not fit, named one by one
)

// Audit recomputes balances, holds, places, times and digests from the entries alone, by its own arithmetic
// and not by the rules that entered them, and returns a line for each thing that does not fit. None means
// that the books are whole: a change of any column of any row shows, except of seq where the order within the
// accounts stays as it was.
func (l *Ledger) Audit(ctx context.Context) (found []string, err error) {
	ctx = db.Afresh(ctx)
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		found, err = auditBooks(ctx, tx)
		return err
	})
	return found, err
}

func auditBooks(ctx context.Context, tx *db.Tx) ([]string, error) {
	a := &audit{accounts: map[string]*tally{}, holds: map[string]*holdRow{}}
	for _, part := range []func(context.Context, *db.Tx) error{a.openings, a.entries, a.mirrors, a.compareAccounts, a.compareHolds} {
		if err := part(ctx, tx); err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
	}
	if a.more > 0 {
		a.found = append(a.found, fmt.Sprintf("and %d more", a.more))
	}
	return a.found, nil
}

type audit struct {
	accounts map[string]*tally
	holds    map[string]*holdRow // as the entries leave them
	found    []string
	more     int
}

// tally is an account as its entries make it.
type tally struct {
	asset        string
	floored      bool
	known        bool // there is such an account
	posted, held unit.Fen
	entries      int64
	head         []byte
	at           int64
}

func (a *audit) say(format string, args ...any) {
	if len(a.found) == findingMax {
		a.more++
		return
	}
	a.found = append(a.found, fmt.Sprintf(format, args...))
}

// openings starts each account with what it was opened with; its own digest is the first of its chain.
func (a *audit) openings(ctx context.Context, tx *db.Tx) error {
	return eachPage(func(last accountRow) ([]accountRow, error) {
		return selectAccounts(ctx, tx, "", last.path, auditPage)
	}, func(r accountRow) {
		head := opening(r.account())
		a.accounts[r.path] = &tally{asset: r.asset, floored: r.floored, known: true, head: head[:], at: r.openedAt}
	})
}

func (a *audit) entries(ctx context.Context, tx *db.Tx) error {
	return eachPage(func(last Entry) ([]Entry, error) {
		after := last.Seq
		if last.ID == "" {
			after = math.MinInt64
		}
		return selectAllEntries(ctx, tx, after, auditPage)
	}, a.one)
}

// one adds an entry and compares what it says of itself with what was before it.
func (a *audit) one(e Entry) {
	debit := a.of(e, e.Debit)
	var credit *tally
	var creditHead []byte
	if e.Credit != "" {
		credit = a.of(e, e.Credit)
		creditHead = credit.head
	}
	if want := digest(e, debit.head, creditHead); want != e.Digest {
		a.say("entry %s does not match its digest", e.ID)
	}
	a.add(e, e.Debit, debit, -e.Moved, e.HeldChange)
	if debit.floored && debit.posted-debit.held < 0 {
		a.say("entry %s takes %s below its floor: %s", e.ID, e.Debit, debit.posted-debit.held)
	}
	if credit != nil {
		a.add(e, e.Credit, credit, e.Moved, 0)
	}
	switch e.Kind {
	case Hold:
		a.holds[e.ID] = &holdRow{id: e.ID, account: e.Debit, amount: e.Amount, left: e.Amount, open: true}
	case Capture, Release:
		a.take(e)
	}
}

func (a *audit) of(e Entry, path string) *tally {
	t := a.accounts[path]
	if t == nil {
		t = &tally{asset: e.Asset}
		a.accounts[path] = t
	}
	return t
}

func (a *audit) add(e Entry, path string, t *tally, posted, held unit.Fen) {
	t.posted += posted
	t.held += held
	t.entries++
	now := e.Now(path)
	if now.Posted != t.posted || now.Held != t.held {
		a.say("entry %s: %s stands at %s held %s, it says %s held %s", e.ID, path, t.posted, t.held, now.Posted, now.Held)
	}
	if e.No(path) != t.entries {
		a.say("entry %s is number %d of %s, it says %d", e.ID, t.entries, path, e.No(path))
	}
	at := db.Micros(e.At)
	if at < t.at {
		a.say("entry %s is of %s, before what came before it in %s", e.ID, e.At, path)
	}
	if e.Asset != t.asset {
		a.say("entry %s moves %s, and %s is of %s", e.ID, e.Asset, path, t.asset)
	}
	t.at, t.head = at, bytes.Clone(e.Digest[:])
}

// take follows a capture or a release into its hold.
func (a *audit) take(e Entry) {
	h := a.holds[e.Of]
	if h == nil {
		a.say("entry %s takes from a hold %s that nothing before it made", e.ID, e.Of)
		return
	}
	if h.account != e.Debit || !h.open || -e.HeldChange < e.Moved || h.left+e.HeldChange < 0 {
		a.say("entry %s takes %s from the hold %s on %s, of which %s is left", e.ID, -e.HeldChange, e.Of, h.account, h.left)
	}
	h.left += e.HeldChange
	ends := e.Last || e.Kind == Release
	if ends && h.left != 0 {
		a.say("entry %s ends the hold %s and leaves %s in it", e.ID, e.Of, h.left)
	}
	h.open = h.left > 0 && !ends
}

func (a *audit) mirrors(ctx context.Context, tx *db.Tx) error {
	pairs, err := selectFalseMirrors(ctx, tx, findingMax)
	for _, p := range pairs {
		a.say("entry %s is not the mirror of the entry %s", p[0], p[1])
	}
	return err
}

// compareAccounts lays the accounts beside their tallies, and adds up each asset: all that stands in it is
// nothing.
func (a *audit) compareAccounts(ctx context.Context, tx *db.Tx) error {
	sums := map[string]unit.Fen{}
	err := eachPage(func(last accountRow) ([]accountRow, error) {
		return selectAccounts(ctx, tx, "", last.path, auditPage)
	}, func(r accountRow) {
		t := a.accounts[r.path]
		if t.posted != r.posted || t.held != r.held || t.entries != r.entries {
			a.say("account %s: %d entries make %s held %s, it says %s held %s in %d", r.path, t.entries, t.posted, t.held, r.posted, r.held, r.entries)
		}
		if !bytes.Equal(t.head, r.head) || t.at != r.movedAt {
			a.say("account %s does not end with its last entry", r.path)
		}
		sums[r.asset] += r.posted // wraps around and comes back: the end of the sum is what counts
	})
	for asset, sum := range sums {
		if sum != 0 {
			a.say("asset %s adds up to %s", asset, sum)
		}
	}
	a.rest("entries name an account that is not there: %s", func(yield func(string)) {
		for path, t := range a.accounts {
			if !t.known {
				yield(path)
			}
		}
	})
	return err
}

func (a *audit) compareHolds(ctx context.Context, tx *db.Tx) error {
	err := eachPage(func(last holdRow) ([]holdRow, error) {
		return selectHolds(ctx, tx, last.id, auditPage)
	}, func(h holdRow) {
		want := a.holds[h.id]
		switch {
		case want == nil:
			a.say("hold %s was made by no entry", h.id)
		case *want != h:
			a.say("hold %s: entries leave %s of %s on %s, open %t; it says %s of %s on %s, open %t", h.id,
				want.left, want.amount, want.account, want.open, h.left, h.amount, h.account, h.open)
		}
		delete(a.holds, h.id)
	})
	a.rest("hold %s is in the entries and nowhere else", func(yield func(string)) {
		for id := range a.holds {
			yield(id)
		}
	})
	return err
}

// rest says the same of each name, in order.
func (a *audit) rest(format string, names func(func(string))) {
	var all []string
	names(func(s string) { all = append(all, s) })
	sort.Strings(all)
	for _, s := range all {
		a.say(format, s)
	}
}

// eachPage reads page after page, each from behind the last row of the one before, and gives every row to do.
func eachPage[T any](read func(last T) ([]T, error), do func(T)) error {
	var last T
	for {
		page, err := read(last)
		if err != nil {
			return err
		}
		for _, row := range page {
			do(row)
			last = row
		}
		if len(page) < auditPage {
			return nil
		}
	}
}
