package settlement

import (
	"context"
	"fmt"
	"slices"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Reconciliation holds the books, the lists and the bank's answers beside each other for some days.
type Reconciliation struct {
	From, To    unit.Day
	Days        []DayLine // those on which something happened, oldest first
	Total       DayLine
	Differences []Difference
	Unanswered  int      // payments released by now of which the bank has said nothing
	Open        unit.Fen // and their sum
	Cut         bool     // there were more entries than are read
}

// DayLine is one day, or the sum of all.
type DayLine struct {
	Day      unit.Day
	Out      unit.Fen // left the books
	Back     unit.Fen // came back into them
	Paid     unit.Fen // the bank's answers that moved money out
	Returned unit.Fen // and those that moved it back
	Received unit.Fen // repayments that were entered
	ByHand   unit.Fen // moved in a case without a list: out less back
	Released unit.Fen // of lists that were released on that day
}

// Holds says whether what left the books is what the bank answered, with what was moved by hand named.
func (l DayLine) Holds() bool { return l.Out-l.Back == l.Paid-l.Returned-l.Received+l.ByHand }

// Difference is one thing on which the three do not agree, by name.
type Difference struct {
	Day    unit.Day
	Kind   string // by_hand, back_by_hand, stuck, part, not_booked
	Case   unit.ID
	CaseNo string // "" where only the books know
	Ref    string // the payment or the entry of the books
	Sum    unit.Fen
}

// Words say what the difference is and what to do.
func (x Difference) Words() fault.Words {
	switch x.Kind {
	case "by_hand":
		return fault.Words{"在办件中直接确认付款，不在任何清单的回执里", "marked as paid in the case, without an answer to a list"}
	case "back_by_hand":
		return fault.Words{"在办件中直接记为退回，没有银行回执或到账明细", "entered as come back in the case, without a file of the bank"}
	case "stuck":
		return fault.Words{"银行已退回，但该事项没有退回路径，账上仍为已付", "the bank sent it back and the scheme has no way back: the books still have it as paid"}
	case "part":
		return fault.Words{"已到账的部分退款，等余款到齐后入账", "part of a repayment has come in and waits for the rest to be entered"}
	}
	return fault.Words{"有回执而账上没有对应分录", "the bank answered and the books have no entry"}
}

type moveKey struct {
	of  unit.ID
	at  int64
	out bool
}

// Reconcile compares, day by day, what left the books with what the bank said.
// It does so for the actor's treasuries, or for one by its path.
func (d *Desk) Reconcile(ctx context.Context, who access.Actor, treasury string, from, to unit.Day) (r Reconciliation, err error) {
	if err := access.MaySomewhere(who, access.PaymentRead); err != nil {
		return r, err
	}
	if !from.Valid() || !to.Valid() || to < from {
		return r, fault.New(fault.Invalid, "settlement.period").On("to")
	}
	err = d.c.DB.Read(ctx, func(tx *db.Tx) error {
		kept, err := d.keptOne(ctx, tx, who, access.PaymentRead, treasury)
		if err != nil {
			return err
		}
		all, err := d.treasuries(ctx, tx)
		if err != nil {
			return err
		}
		r, err = d.reconcile(ctx, tx, func(path string) bool {
			t, found := treasuryOf(all, path)
			if !found {
				return ownAmong(kept) // nobody's money is shown to who keeps the node's own
			}
			return has(kept, t.key())
		}, kept, from, to)
		return err
	})
	return r, err
}

func (d *Desk) reconcile(ctx context.Context, tx *db.Tx, ours func(path string) bool, kept []Treasury, from, to unit.Day) (Reconciliation, error) {
	r := Reconciliation{From: from, To: to}
	days := map[unit.Day]*DayLine{}
	line := func(at time.Time) *DayLine {
		day := d.today(at)
		if days[day] == nil {
			days[day] = &DayLine{Day: day}
		}
		return days[day]
	}
	differ := func(at time.Time, kind string, of unit.ID, no, ref string, sum unit.Fen) {
		r.Differences = append(r.Differences, Difference{d.today(at), kind, of, no, ref, sum})
	}
	begin, end := from.Start(d.c.Calendar.Location()), to.Add(1).Start(d.c.Calendar.Location())
	moves := map[moveKey]Move{}
	for _, path := range d.c.Cases.OutAccounts() {
		if !ours(path) {
			continue
		}
		all, err := d.c.Books.Moves(ctx, tx, path, from, to, movesMax)
		if err != nil {
			return r, fmt.Errorf("moves of %s: %w", path, err)
		}
		r.Cut = r.Cut || len(all) == movesMax
		for _, m := range all {
			if m.Out > 0 {
				line(m.At).Out += m.Out
			} else {
				line(m.At).Back -= m.Out
			}
			moves[moveKey{m.Case, m.At.UnixMicro(), m.Out > 0}] = m
		}
	}
	answers, err := selectAnswered(ctx, tx, begin, end)
	if err != nil {
		return r, err
	}
	for _, a := range answers {
		if !has(kept, a.payment.Treasury) {
			continue
		}
		paid := a.result == "paid"
		key := moveKey{a.payment.Case, a.acted.UnixMicro(), paid}
		_, booked := moves[key]
		switch {
		case a.acted.IsZero():
			if a.payment.Stuck {
				differ(a.at, "stuck", a.payment.Case, a.payment.CaseNo, a.payment.Ref(), a.payment.Sum)
			}
			continue
		case !booked:
			differ(a.at, "not_booked", a.payment.Case, a.payment.CaseNo, a.payment.Ref(), a.payment.Sum)
		}
		delete(moves, key)
		if paid {
			line(a.at).Paid += a.payment.Sum
		} else {
			line(a.at).Returned += a.payment.Sum
		}
	}
	receipts, err := selectReceived(ctx, tx, begin, end)
	if err != nil {
		return r, err
	}
	for _, x := range receipts {
		if !ours(x.Out) {
			continue
		}
		if x.ActAt.IsZero() {
			differ(x.At, "part", x.Case, x.CaseNo, x.BankRef, x.Sum)
			continue
		}
		line(x.ActAt).Received += x.Sum
		delete(moves, moveKey{x.Case, x.ActAt.UnixMicro(), false})
	}
	for _, m := range moves { // what is left was moved without a file of the bank
		line(m.At).ByHand += m.Out
		kind, sum := "by_hand", m.Out
		if m.Out < 0 {
			kind, sum = "back_by_hand", -m.Out
		}
		differ(m.At, kind, m.Case, "", m.ID, sum)
	}
	lists, err := selectReleasedIn(ctx, tx, begin, end)
	if err != nil {
		return r, err
	}
	for _, l := range lists {
		if !has(kept, l.Treasury) {
			continue
		}
		line(l.ReleasedAt).Released += l.Total
	}
	open, err := selectUnanswered(ctx, tx)
	for _, p := range open {
		if !has(kept, p.Treasury) {
			continue
		}
		r.Unanswered, r.Open = r.Unanswered+1, r.Open+p.Sum
	}
	r.sum(days)
	return r, err
}

// sum puts the days in order and adds them up.
func (r *Reconciliation) sum(days map[unit.Day]*DayLine) {
	for _, l := range days {
		r.Days = append(r.Days, *l)
		for _, p := range []struct{ to, of *unit.Fen }{{&r.Total.Out, &l.Out}, {&r.Total.Back, &l.Back}, {&r.Total.Paid, &l.Paid}, {&r.Total.Returned, &l.Returned},
			{&r.Total.Received, &l.Received}, {&r.Total.ByHand, &l.ByHand}, {&r.Total.Released, &l.Released}} {
			*p.to += *p.of
		}
	}
	slices.SortFunc(r.Days, func(a, b DayLine) int { return int(a.Day - b.Day) })
	slices.SortFunc(r.Differences, func(a, b Difference) int {
		if a.Day != b.Day {
			return int(a.Day - b.Day)
		}
		if a.Ref < b.Ref {
			return -1
		}
		return 1
	})
}
