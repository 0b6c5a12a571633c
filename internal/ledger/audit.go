package ledger

import (
	"bytes"
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/unit"
)

const auditPage = 2000 // entries, accounts or holds read at once

// tally is an account as its entries make it.
type tally struct {
	posted, held unit.Fen
	entries      int64
	head         []byte
	at           int64
}

// Audit recomputes balances, holds, places and digests from the entries, and returns a line for each thing that
// does not fit. The sum of every asset is nothing.
func (l *Ledger) Audit(ctx context.Context) (found []string, err error) {
	a := &audit{accounts: map[string]*tally{}, holds: map[string]unit.Fen{}, sums: map[string]unit.Fen{}}
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		if err := a.entries(ctx, tx); err != nil {
			return err
		}
		if err := a.compareAccounts(ctx, tx); err != nil {
			return err
		}
		return a.compareHolds(ctx, tx)
	})
	for asset, sum := range a.sums {
		if sum != 0 {
			a.say("asset %s adds up to %s", asset, sum)
		}
	}
	return a.found, err
}

type audit struct {
	accounts map[string]*tally
	holds    map[string]unit.Fen // what is left of each hold
	sums     map[string]unit.Fen
	found    []string
}

func (a *audit) say(format string, args ...any) {
	a.found = append(a.found, fmt.Sprintf(format, args...))
}

func (a *audit) of(path string) *tally {
	if a.accounts[path] == nil {
		a.accounts[path] = &tally{head: []byte{}}
	}
	return a.accounts[path]
}

func (a *audit) entries(ctx context.Context, tx *db.Tx) error {
	after := int64(-1 << 62)
	for {
		page, err := queryEntries(ctx, tx, sqlAllEntries, after, auditPage)
		if err != nil {
			return err
		}
		for _, e := range page {
			a.one(e)
			after = e.Seq
		}
		if len(page) < auditPage {
			return nil
		}
	}
}

// one adds an entry and compares what it says of itself with what was before it.
func (a *audit) one(e Entry) {
	debit := a.of(e.Debit)
	var creditHead []byte
	if e.Credit != "" {
		creditHead = a.of(e.Credit).head
	}
	if want := digest(e, debit.head, creditHead); want != e.Digest {
		a.say("entry %s does not match its digest", e.ID)
	}
	debit.add(-e.Moved, e.HeldChange, e)
	if e.DebitNo != debit.entries || e.DebitNow != balance(debit.posted, debit.held) {
		a.say("entry %s: balance of %s is %s held %s, it says %s held %s", e.ID, e.Debit, debit.posted, debit.held, e.DebitNow.Posted, e.DebitNow.Held)
	}
	if e.Credit != "" {
		credit := a.of(e.Credit)
		credit.add(e.Moved, 0, e)
		if e.CreditNo != credit.entries || e.CreditNow != balance(credit.posted, credit.held) {
			a.say("entry %s: balance of %s is %s, it says %s", e.ID, e.Credit, credit.posted, e.CreditNow.Posted)
		}
	}
	switch e.Kind {
	case Hold:
		a.holds[e.ID] = e.Amount
	case Capture, Release:
		a.holds[e.Of] += e.HeldChange
		if a.holds[e.Of] < 0 {
			a.say("entry %s takes more than its hold %s has", e.ID, e.Of)
		}
	}
}

func (t *tally) add(posted, held unit.Fen, e Entry) {
	t.posted += posted
	t.held += held
	t.entries++
	t.head = e.Digest[:]
	t.at = e.At.UnixMicro()
}

func (a *audit) compareAccounts(ctx context.Context, tx *db.Tx) error {
	after := ""
	for {
		page, err := selectAccounts(ctx, tx, "", after, auditPage)
		if err != nil {
			return err
		}
		for _, r := range page {
			after = r.path
			t := a.of(r.path)
			if t.posted != r.posted || t.held != r.held || t.entries != r.entries || !bytes.Equal(t.head, r.head) {
				a.say("account %s: entries make %s held %s in %d entries, it says %s held %s in %d", r.path, t.posted, t.held, t.entries, r.posted, r.held, r.entries)
			}
			if r.floored && r.posted-r.held < 0 {
				a.say("account %s is below its floor: %s", r.path, r.posted-r.held)
			}
			a.sums[r.asset] += r.posted
			delete(a.accounts, r.path)
		}
		if len(page) < auditPage {
			break
		}
	}
	for path := range a.accounts {
		a.say("entries name the account %s, which is not there", path)
	}
	return nil
}

func (a *audit) compareHolds(ctx context.Context, tx *db.Tx) error {
	after := ""
	for {
		n := 0
		rows, err := tx.Query(ctx, sqlHolds, after, auditPage)
		if err != nil {
			return err
		}
		for rows.Next() {
			var h holdRow
			if err := rows.Scan(&h.id, &h.account, &h.amount, &h.left, &h.open); err != nil {
				rows.Close()
				return err
			}
			n, after = n+1, h.id
			left, known := a.holds[h.id]
			if !known || left != h.left {
				a.say("hold %s: entries leave %s, it says %s", h.id, left, h.left)
			}
			delete(a.holds, h.id)
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
		if n < auditPage {
			break
		}
	}
	for id := range a.holds {
		a.say("hold %s is in the entries and nowhere else", id)
	}
	return nil
}
