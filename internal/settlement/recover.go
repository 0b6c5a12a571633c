package settlement

import (
	"context"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Owed is what an organisation has to pay back: the case asks for it whole, the money may come in parts.
type Owed struct {
	Due
	Receipts []Receipt
	Received unit.Fen
	Left     unit.Fen
}

// Receipt is money that came in for a case, as the bank reported it.
type Receipt struct {
	ID      unit.ID
	Case    unit.ID
	CaseNo  string
	Org     string
	Out     string
	Sum     unit.Fen
	Payer   string
	BankRef string
	Day     string
	File    string
	Row     int
	Person  unit.ID
	At      time.Time
	ActAt   time.Time // of the act that entered it in the books; no time while it waits for the rest
}

// Owed lists what is to be paid back, of the cases that the actor may see, the longest owed first.
func (d *Desk) Owed(ctx context.Context, who access.Actor) (out []Owed, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = d.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = d.owed(ctx, tx, who)
		return err
	})
	return out, err
}

func (d *Desk) owed(ctx context.Context, tx *db.Tx, who access.Actor) (out []Owed, err error) {
	all, err := d.c.Cases.Owed(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	for _, due := range all {
		o, err := owedFor(ctx, tx, due)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// owedFor is what is owed with what has come in of it.
func owedFor(ctx context.Context, tx *db.Tx, due Due) (o Owed, err error) {
	o.Due = due
	if o.Receipts, err = selectReceipts(ctx, tx, due.Case); err != nil {
		return o, err
	}
	for _, r := range o.Receipts {
		if r.ActAt.IsZero() {
			o.Received += r.Sum
		}
	}
	o.Left = due.Sum - o.Received
	return o, nil
}

// TakeReceipts reads a bank's file of money that came in and matches each row with what is owed, by the number of the
// case. Parts are kept until they make the whole; the part that does takes the case's action, in the same act. More than
// is owed is refused by name.
func (d *Desk) TakeReceipts(ctx context.Context, who access.Actor, name string, content []byte, dry bool) (rep Report, err error) {
	if err := access.MaySomewhere(who, access.PaymentManage); err != nil {
		return rep, err
	}
	t, err := readTable(d.formats.receipts, name, content)
	if err != nil {
		return rep, err
	}
	rep = d.report("receipts", name, content, t, dry)
	for _, r := range t.rows {
		if err := d.takeRow(ctx, &rep, t, r, func(tx *db.Tx) (line AnswerLine, column string, f *fault.Error, err error) {
			line = AnswerLine{Row: r.no, Result: "received"}
			column, f, err = d.receive(ctx, tx, who, r, rep.Digest, &line)
			return line, column, f, err
		}); err != nil {
			return rep, err
		}
	}
	if dry {
		return rep, nil
	}
	return rep, d.keep(ctx, who, &rep)
}

// receive takes one row; the column of what is wrong is named.
func (d *Desk) receive(ctx context.Context, tx *db.Tx, who access.Actor, r tableRow, file string, line *AnswerLine) (column string, f *fault.Error, err error) {
	sum, bad := unit.ParseFen(r.cells["sum"])
	switch {
	case bad != nil:
		return "sum", fault.Of(bad), nil
	case sum <= 0:
		return "sum", fault.New(fault.Invalid, "settlement.receipt_sum"), nil
	case r.cells["bank_ref"] == "":
		return "bank_ref", fault.New(fault.Invalid, "settlement.text", "most", holderMax), nil
	}
	day := ""
	if r.cells["day"] != "" {
		parsed, bad := unit.ParseDay(r.cells["day"])
		if bad != nil {
			return "day", fault.Of(bad), nil
		}
		day = parsed.String()
	}
	line.Payment = Payment{CaseNo: r.cells["ref"], Sum: sum}
	known, err := selectReceiptsByRef(ctx, tx, r.cells["bank_ref"])
	if err != nil {
		return "", nil, err
	}
	for _, k := range known {
		if !strings.Contains(r.cells["ref"], k.CaseNo) {
			continue
		}
		if k.Sum != sum {
			return "sum", fault.New(fault.Conflict, "settlement.receipt_other", "ref", k.BankRef, "was", k.Sum), nil
		}
		line.Same = true
		return "", nil, nil
	}
	all, err := d.c.Cases.Owed(ctx, tx, who)
	if err != nil {
		return "", nil, err
	}
	kept, err := d.kept(ctx, tx, who, access.PaymentManage)
	if err != nil {
		return "", nil, err
	}
	for _, due := range all {
		if _, mine := treasuryOf(kept, due.Out); !mine || !strings.Contains(r.cells["ref"], due.No) {
			continue
		}
		o, err := owedFor(ctx, tx, due)
		if err != nil {
			return "", nil, err
		}
		if sum > o.Left {
			return "sum", fault.New(fault.Conflict, "settlement.receipt_over", "case", o.No, "left", o.Left), nil
		}
		line.Payment.Case, line.Payment.CaseNo, line.Payment.Payee, line.Payment.PayeeName = o.Case, o.No, o.Org, o.OrgName
		x := Receipt{ID: unit.NewID(tx.Now()), Case: o.Case, CaseNo: o.No, Org: o.Org, Out: o.Out, Sum: sum, Payer: r.cells["payer"], BankRef: r.cells["bank_ref"],
			Day: day, File: file, Row: r.no, Person: who.Person, At: tx.Now()}
		if err := insertReceipt(ctx, tx, x); err != nil {
			return "", nil, err
		}
		if sum == o.Left {
			err := d.c.Cases.Act(ctx, tx, who, o.Case, o.Action, "", "receipt/"+string(x.ID))
			if f, err := refusalOf(err); f != nil || err != nil {
				return "ref", f, err
			}
			if err := updateReceipts(ctx, tx, o.Case, tx.Now()); err != nil {
				return "", nil, err
			}
		}
		return "", nil, d.record(ctx, tx, who, "payments.received", "case/"+string(o.Case), sum.Yuan())
	}
	return "ref", fault.New(fault.NotFound, "settlement.receipt_unknown", "text", r.cells["ref"]), nil
}
