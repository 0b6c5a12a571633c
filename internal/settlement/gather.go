package settlement

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Gather narrows what waits to be paid. The zero Gather is all of it.
type Gather struct {
	Scheme   string
	Treasury string   // path; "" is all that the actor keeps
	Until    unit.Day // due by the end of that day, or without a time limit
	Limit    unit.Fen // stop before the sum is over it; 0: no limit
}

// Waiting is a payment that can go on a list, or what stands in its way.
type Waiting struct {
	Due
	Bank, Account string
	AccountFrom   string   // "case", or the id of an account that a desk confirmed
	List          *Payment // the list on which it stands already
	Again         *Payment // the payment that came back
	Problems      []*fault.Error
	others        bool // its treasury is not the actor's
}

// Ready says whether the payment can go on a list.
func (w Waiting) Ready() bool { return len(w.Problems) == 0 && w.List == nil }

// Gathered is what was found, with the sum of what is ready.
type Gathered struct {
	Waiting    []Waiting
	Ready      int
	Sum        unit.Fen // of the ready ones
	Beyond     int      // ready ones that the limit left out
	Schemes    map[string]fault.Words
	Treasuries []Treasury // for which something waits, in the order of Desk.Treasuries
}

// Gather lists what waits to be paid by the actor's desks. With a limit it takes them in their order and stops at the
// first that no longer fits, so that nobody is passed over.
func (d *Desk) Gather(ctx context.Context, who access.Actor, g Gather) (out Gathered, err error) {
	if err := access.MaySomewhere(who, access.PaymentManage); err != nil {
		return out, err
	}
	err = d.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = d.gather(ctx, tx, who, g)
		return err
	})
	return out, err
}

func (d *Desk) gather(ctx context.Context, tx *db.Tx, who access.Actor, g Gather) (out Gathered, err error) {
	every, err := d.treasuries(ctx, tx)
	if err != nil {
		return out, err
	}
	kept, err := d.kept(ctx, tx, who, access.PaymentManage)
	if err != nil {
		return out, err
	}
	if _, err := d.keptOne(ctx, tx, who, access.PaymentManage, g.Treasury); err != nil {
		return out, err
	}
	all, err := d.c.Cases.Due(ctx, tx, who)
	if err != nil {
		return out, err
	}
	waits := map[string]bool{}
	out.Schemes = map[string]fault.Words{}
	full := false
	for _, due := range all {
		w, err := d.waiting(ctx, tx, every, kept, due)
		if err != nil {
			return out, err
		}
		if w.others { // its treasury is kept by others
			continue
		}
		if waits[w.Treasury.Path] = true; g.Treasury != "" && g.Treasury != w.Treasury.Path {
			continue
		}
		out.Schemes[due.Scheme] = due.Title
		if g.Scheme != "" && due.Scheme != g.Scheme || g.Until.Valid() && !due.Due.IsZero() && d.today(due.Due.Add(-1)) > g.Until {
			continue
		}
		if w.Ready() {
			sum, err := out.Sum.Add(w.Sum)
			if err != nil {
				return out, err
			}
			if full = full || g.Limit > 0 && sum > g.Limit; full {
				out.Beyond++
				continue
			}
			out.Ready, out.Sum = out.Ready+1, sum
		}
		out.Waiting = append(out.Waiting, w)
	}
	for _, t := range kept {
		if waits[t.Path] {
			out.Treasuries = append(out.Treasuries, t)
		}
	}
	return out, nil
}

// waiting checks one payment, in the documented order; of every treasury the actor keeps some.
func (d *Desk) waiting(ctx context.Context, tx *db.Tx, every, kept []Treasury, due Due) (w Waiting, err error) {
	w.Due = due
	found := false
	if w.Treasury, found = treasuryOf(every, due.Out); !found && due.Out != "" {
		w.Problems = append(w.Problems, fault.New(fault.Conflict, "settlement.no_treasury", "case", due.No, "account", due.Out))
	}
	if w.others = found && !has(kept, w.Treasury.key()); w.others {
		w.Problems = append(w.Problems, fault.New(fault.Denied, "settlement.other_treasury", "case", due.No, "treasury", w.Treasury.Name))
	}
	if due.Refused != nil {
		w.Problems = append(w.Problems, due.Refused)
	}
	past, err := selectOfCase(ctx, tx, due.Case)
	if err != nil {
		return w, err
	}
	for i := range past {
		switch past[i].State {
		case "listed":
			w.List = &past[i]
		case "returned":
			w.Again = &past[i]
		}
	}
	t, problem, err := d.targetOf(ctx, tx, due)
	if err != nil {
		return w, err
	}
	w.Bank, w.Account, w.AccountFrom = t.bank, t.number, t.from
	if problem != nil {
		w.Problems = append(w.Problems, problem)
	}
	if due.Sum <= 0 && due.Refused == nil {
		w.Problems = append(w.Problems, fault.New(fault.Conflict, "settlement.nothing", "case", due.No))
	}
	return w, nil
}
