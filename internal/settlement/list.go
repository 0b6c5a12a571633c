package settlement

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// List is what a treasury is told to pay together.
type List struct {
	ID           unit.ID
	No           string      // FK-34-2026-0001, of a city FK-3205-2026-0001; "" while open
	Region       unit.Region // whose officers keep the treasury
	Treasury     string      // its path in the books; "" is the node's own
	TreasuryName fault.Words
	State        string // open, closed, released, withdrawn
	Note         string
	MadeBy       unit.ID
	MadeName     string
	MadeAt       time.Time
	ClosedAt     time.Time
	Digest       string
	Payments     int
	Total        unit.Fen
	ReleasedBy   unit.ID
	ReleasedName string
	ReleasedAt   time.Time

	Lines               []Payment // of one list only
	Paid, Back, Waiting int       // lines by what was answered
}

// Payment is a line of a list.
type Payment struct {
	ID          unit.ID
	List        unit.ID
	ListNo      string
	Line        int
	State       string // listed, paid, returned, dropped
	Case        unit.ID
	CaseNo      string
	Scheme      string
	Edition     string
	Title       [2]string
	Action      string
	Desk        string
	Out         string
	Org         string
	Payee       string
	PayeeName   [2]string
	Bank        string
	Account     string
	AccountFrom string
	Sum         unit.Fen
	FixedBy     unit.ID
	FixedName   string
	FixedAt     time.Time
	Again       unit.ID
	WasPaid     bool // the case has been marked as paid by it
	Stuck       bool // it came back and the scheme has no way back
	AnsweredAt  time.Time
	AnsweredDay string
	BankRef     string
	Reason      string
	Released    time.Time   // of its list
	Region      unit.Region // of its list
	Treasury    string      // of its list
}

// WithBank says whether the bank was told to make the payment and has not answered.
func (p Payment) WithBank() bool { return p.State == "listed" && !p.Released.IsZero() }

// Ref is how files name the payment.
func (p Payment) Ref() string { return fmt.Sprintf("%s-%03d", p.ListNo, p.Line) }

// Make gathers the payments of these cases into a new open list, in the order given: all of them, or none when something
// stands in the way of one. Each refusal names the case.
func (d *Desk) Make(ctx context.Context, who access.Actor, cases []unit.ID, note string) (l List, err error) {
	if err := access.MaySomewhere(who, access.PaymentManage); err != nil {
		return l, err
	}
	switch {
	case len(cases) == 0:
		return l, fault.New(fault.Invalid, "settlement.none_chosen").On("case")
	case len(cases) > d.formats.allocation.LinesMax:
		return l, fault.New(fault.TooLarge, "settlement.lines_many", "most", d.formats.allocation.LinesMax).On("case")
	case len([]rune(note)) > reasonMax:
		return l, fault.New(fault.Invalid, "settlement.text", "most", reasonMax).On("note")
	}
	err = d.c.DB.Act(ctx, func(tx *db.Tx) error {
		every, err := d.treasuries(ctx, tx)
		if err != nil {
			return err
		}
		kept, err := d.kept(ctx, tx, who, access.PaymentManage)
		if err != nil {
			return err
		}
		var of Treasury // of the first; all are of one
		l = List{ID: unit.NewID(tx.Now()), State: "open", Note: note, MadeBy: who.Person, MadeName: who.Name, MadeAt: tx.Now()}
		var wrong fault.Many
		for _, id := range cases {
			due, err := d.c.Cases.DueOf(ctx, tx, who, id)
			if f, stops := refusalOf(err); stops != nil {
				return stops
			} else if f != nil {
				wrong = append(wrong, f.On("case"))
				continue
			}
			w, err := d.waiting(ctx, tx, every, kept, due)
			if err != nil {
				return err
			}
			f := w.first()
			if of.Path == "" {
				of = w.Treasury
			} else if f == nil && of.Path != w.Treasury.Path {
				f = fault.New(fault.Conflict, "settlement.treasuries_mixed", "case", due.No, "treasury", w.Treasury.Name, "other", of.Name)
			}
			if f != nil {
				wrong = append(wrong, f.On("case"))
				continue
			}
			l.Lines = append(l.Lines, lineOf(l, len(l.Lines)+1, w, tx.Now()))
			if l.Total, err = l.Total.Add(w.Sum); err != nil {
				return err
			}
		}
		if len(wrong) > 0 {
			return wrong
		}
		l.Payments, l.Region, l.Treasury, l.TreasuryName = len(l.Lines), of.Region, of.key(), of.Name
		if err := insertList(ctx, tx, l); err != nil {
			return fmt.Errorf("list: %w", err)
		}
		for _, p := range l.Lines {
			if err := insertPayment(ctx, tx, p); err != nil {
				return fmt.Errorf("payment of case %s: %w", p.CaseNo, err)
			}
		}
		return d.record(ctx, tx, who, "payments.make", "payments/"+string(l.ID), fmt.Sprintf("%d payments, %s", l.Payments, l.Total.Yuan()))
	})
	return l, err
}

// refusalOf parts what is wrong with one case from what stops the whole.
func refusalOf(err error) (*fault.Error, error) {
	if err == nil {
		return nil, nil
	}
	f := fault.Of(err)
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable || f.Kind == fault.SignIn {
		return nil, err
	}
	return f, nil
}

// first is what stands in the way of a payment, in the documented order.
func (w Waiting) first() *fault.Error {
	switch {
	case w.Refused != nil:
		return w.Refused
	case w.List != nil:
		return fault.New(fault.Conflict, "settlement.on_list", "case", w.No, "list", w.List.ListNo)
	case len(w.Problems) > 0:
		return w.Problems[0]
	}
	return nil
}

func lineOf(l List, line int, w Waiting, at time.Time) Payment {
	p := Payment{ID: unit.NewID(at), List: l.ID, Line: line, State: "listed", Case: w.Case, CaseNo: w.No, Scheme: w.Scheme, Edition: w.Edition, Title: w.Title,
		Action: w.Action, Desk: w.Desk, Out: w.Out, Org: w.Org, Payee: w.Payee, PayeeName: w.PayeeName, Bank: w.Bank, Account: w.Account,
		AccountFrom: w.AccountFrom, Sum: w.Sum, FixedBy: w.FixedBy, FixedName: w.FixedName, FixedAt: w.FixedAt}
	if w.Again != nil {
		p.Again = w.Again.ID
	}
	return p
}

// list loads a list with its lines for an act on it; who may not is told that there is none.
func (d *Desk) list(ctx context.Context, tx *db.Tx, who access.Actor, p access.Permission, id unit.ID) (l List, err error) {
	if l, err = selectList(ctx, tx, id); err != nil {
		return l, err
	}
	if err := d.may(who, p, l.Region); err != nil {
		if fault.KindOf(err) == fault.SignIn {
			return List{}, err
		}
		return List{}, fault.New(fault.NotFound, "settlement.unknown")
	}
	all, err := d.treasuries(ctx, tx)
	if err != nil {
		return l, err
	}
	l.TreasuryName = treasuryNamed(all, l.Treasury).Name
	l.Lines, err = selectLines(ctx, tx, l.ID)
	for _, x := range l.Lines {
		switch x.State {
		case "listed":
			l.Waiting++
		case "paid":
			l.Paid++
		case "returned":
			l.Back++
		}
	}
	return l, err
}

// List is one list with its lines.
func (d *Desk) List(ctx context.Context, who access.Actor, id unit.ID) (l List, err error) {
	if err := access.MaySomewhere(who, access.PaymentRead); err != nil {
		return l, err
	}
	err = d.c.DB.Read(ctx, func(tx *db.Tx) error {
		l, err = d.list(ctx, tx, who, access.PaymentRead, id)
		for i := range l.Lines {
			l.Lines[i] = veiled(who, l.Lines[i])
		}
		return err
	})
	return l, err
}

// Lists is one page of the lists of the actor's treasuries, the newest first, and how many there are; state and the path
// of a treasury narrow them.
func (d *Desk) Lists(ctx context.Context, who access.Actor, state, treasury string, page int) (out []List, total int, err error) {
	if err := access.MaySomewhere(who, access.PaymentRead); err != nil {
		return nil, 0, err
	}
	err = d.c.DB.Read(ctx, func(tx *db.Tx) error {
		kept, err := d.keptOne(ctx, tx, who, access.PaymentRead, treasury)
		if err != nil {
			return err
		}
		out, total, err = selectLists(ctx, tx, state, keysOf(kept), (max(page, 1)-1)*pageRows)
		for i := range out {
			out[i].TreasuryName = treasuryNamed(kept, out[i].Treasury).Name
		}
		return err
	})
	return out, total, err
}

// Drop takes a line off an open list; its case can go on another.
func (d *Desk) Drop(ctx context.Context, who access.Actor, id unit.ID, line int) error {
	return d.change(ctx, who, id, "drop", func(ctx context.Context, tx *db.Tx, l *List) error {
		if l.State != "open" {
			return fault.New(fault.Conflict, "settlement.not_open", "list", l.No)
		}
		for i := range l.Lines {
			p := &l.Lines[i]
			if p.Line != line || p.State != "listed" {
				continue
			}
			if err := updateDropped(ctx, tx, p.ID); err != nil {
				return err
			}
			l.Payments--
			l.Total -= p.Sum
			return updateList(ctx, tx, *l)
		}
		return fault.New(fault.NotFound, "settlement.unknown")
	})
}

// Close looks at every line again, gives the list its number and digest, and makes it immutable. A line whose case, sum
// or account has changed meanwhile is refused by name.
func (d *Desk) Close(ctx context.Context, who access.Actor, id unit.ID) error {
	return d.change(ctx, who, id, "close", func(ctx context.Context, tx *db.Tx, l *List) error {
		if l.State != "open" {
			return fault.New(fault.Conflict, "settlement.not_open", "list", l.No)
		}
		if l.Payments == 0 {
			return fault.New(fault.Conflict, "settlement.none_chosen")
		}
		if err := d.still(ctx, tx, who, *l); err != nil {
			return err
		}
		year := d.today(tx.Now()).Year()
		n, err := nextSerial(ctx, tx, l.Treasury, year)
		if err != nil {
			return fmt.Errorf("number of a list: %w", err)
		}
		mark := Treasury{Path: l.Treasury}.mark()
		if l.Treasury == "" {
			mark = string(l.Region[:2])
		}
		l.No, l.State, l.ClosedAt = fmt.Sprintf("FK-%s-%d-%04d", mark, year, n), "closed", tx.Now()
		l.Digest = digestOf(*l)
		return updateList(ctx, tx, *l)
	})
}

// Release lets a closed list go to the treasury. Who made it, and who fixed one of its sums, does not release it.
func (d *Desk) Release(ctx context.Context, who access.Actor, id unit.ID) error {
	return d.change(ctx, who, id, "release", func(ctx context.Context, tx *db.Tx, l *List) error {
		if l.State != "closed" {
			return fault.New(fault.Conflict, "settlement.not_closed", "list", l.No)
		}
		if l.MadeBy == who.Person {
			return fault.New(fault.Denied, "settlement.own_list")
		}
		if err := d.still(ctx, tx, who, *l); err != nil {
			return err
		}
		l.State, l.ReleasedBy, l.ReleasedName, l.ReleasedAt = "released", who.Person, who.Name, tx.Now()
		return updateList(ctx, tx, *l)
	})
}

// Withdraw gives up a list that was not released; its cases can go on another.
func (d *Desk) Withdraw(ctx context.Context, who access.Actor, id unit.ID) error {
	return d.change(ctx, who, id, "withdraw", func(ctx context.Context, tx *db.Tx, l *List) error {
		if l.State != "open" && l.State != "closed" {
			return fault.New(fault.Conflict, "settlement.released", "list", l.No)
		}
		for _, p := range l.Lines {
			if p.State != "listed" {
				continue
			}
			if err := updateDropped(ctx, tx, p.ID); err != nil {
				return err
			}
		}
		l.State = "withdrawn"
		return updateList(ctx, tx, *l)
	})
}

func (d *Desk) change(ctx context.Context, who access.Actor, id unit.ID, act string, do func(context.Context, *db.Tx, *List) error) error {
	if err := access.MaySomewhere(who, access.PaymentManage); err != nil {
		return err
	}
	return d.c.DB.Act(ctx, func(tx *db.Tx) error {
		l, err := d.list(ctx, tx, who, access.PaymentManage, id)
		if err != nil {
			return err
		}
		if err := do(ctx, tx, &l); err != nil {
			return err
		}
		return d.record(ctx, tx, who, "payments."+act, "payments/"+string(id), strings.TrimSpace(l.No+" "+l.Digest))
	})
}

// still looks whether each line of a list holds: the case waits for this sum, the account is the payee's, and this
// person may take the action.
func (d *Desk) still(ctx context.Context, tx *db.Tx, who access.Actor, l List) error {
	var wrong fault.Many
	say := func(p Payment, f *fault.Error) { wrong = append(wrong, f.On(fmt.Sprintf("line.%d", p.Line))) }
	for _, p := range l.Lines {
		if p.State != "listed" {
			continue
		}
		due, err := d.c.Cases.DueOf(ctx, tx, who, p.Case)
		if f, stops := refusalOf(err); stops != nil {
			return stops
		} else if f != nil {
			say(p, f)
			continue
		}
		t, problem, err := d.targetOf(ctx, tx, due)
		switch {
		case err != nil:
			return err
		case due.Refused != nil:
			say(p, due.Refused)
		case due.FixedBy != "" && due.FixedBy == who.Person:
			say(p, fault.New(fault.Denied, "settlement.fixed_by_you", "case", p.CaseNo))
		case due.Sum != p.Sum || due.Payee != p.Payee || due.Action != p.Action:
			say(p, fault.New(fault.Conflict, "settlement.sum_changed", "case", p.CaseNo, "was", p.Sum, "now", due.Sum))
		case problem != nil:
			say(p, problem)
		case t.number != p.Account:
			say(p, fault.New(fault.Conflict, "settlement.account_changed", "case", p.CaseNo, "was", p.Account, "now", t.number))
		}
	}
	if len(wrong) > 0 {
		return wrong
	}
	return nil
}

// digestOf is the SHA-256 of a list's lines as they stand in its file: number, region, and for each line its place, case,
// payee, account and sum in fen; then how many and how much.
func digestOf(l List) string {
	var b strings.Builder
	fmt.Fprintf(&b, "corridor/allocation/1\n%s\n%s\n", l.No, l.Region)
	n, total := 0, unit.Fen(0)
	for _, p := range l.Lines {
		if p.State == "dropped" {
			continue
		}
		fmt.Fprintf(&b, "%d|%s|%s|%s|%s|%d\n", p.Line, p.CaseNo, p.Payee, p.Bank, p.Account, int64(p.Sum))
		n, total = n+1, total+p.Sum
	}
	fmt.Fprintf(&b, "%d|%d\n", n, int64(total))
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}
