package settlement

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/unit"
)

// File is a file of the bank that was taken.
type File struct {
	Kind   string // answers, receipts
	Name   string
	Digest string
	Rows   int
	Taken  int
	Same   int // rows that said what was known
	Bad    int
	By     string
	At     time.Time
}

// Report says what a file of the bank holds and what became of it.
type Report struct {
	File
	Dry     bool
	Sheet   string
	Unknown []string // columns that were left out
	Lines   []AnswerLine
	Cells   []BadCell
	Paid    unit.Fen // of the rows that were taken
	Back    unit.Fen
}

// AnswerLine is a row that could be understood.
type AnswerLine struct {
	Row     int
	Result  string // paid, returned
	Same    bool   // it was known
	Payment Payment
}

// errDry ends an act that only looked.
var errDry = errors.New("only looked at")

// TakeAnswers reads a bank's file and takes each good row: the case's own action and the answer in one act. Rows that
// are bad are named, cell by cell, and hold up nothing; what is known already is passed over, so a file may be sent
// again. Dry looks and keeps nothing.
func (d *Desk) TakeAnswers(ctx context.Context, who access.Actor, name string, content []byte, dry bool) (rep Report, err error) {
	if err := access.MaySomewhere(who, access.PaymentManage); err != nil {
		return rep, err
	}
	t, err := readTable(d.formats.answers, name, content)
	if err != nil {
		return rep, err
	}
	rep = d.report("answers", name, content, t, dry)
	rows := map[string]int{} // by reference
	for _, r := range t.rows {
		ref := strings.ToUpper(r.cells["ref"])
		if first, twice := rows[ref]; twice {
			rep.name(t.bad(r, "ref", fault.New(fault.Invalid, "settlement.answer_twice", "row", first)))
			continue
		}
		rows[ref] = r.no
		if err := d.takeRow(ctx, &rep, t, r, func(tx *db.Tx) (line AnswerLine, column string, f *fault.Error, err error) {
			a, column, f, err := d.understand(ctx, tx, who, r)
			if err != nil || f != nil {
				return line, column, f, err
			}
			line = AnswerLine{Row: r.no, Result: a.result, Payment: a.payment}
			line.Same, f, err = d.answer(ctx, tx, who, a, rep.Digest, r.no)
			return line, "ref", f, err
		}); err != nil {
			return rep, err
		}
	}
	if dry {
		return rep, nil
	}
	return rep, d.keep(ctx, who, &rep)
}

func (d *Desk) report(kind, name string, content []byte, t *table, dry bool) Report {
	sum := sha256.Sum256(content)
	return Report{File: File{Kind: kind, Name: name, Digest: hex.EncodeToString(sum[:]), Rows: len(t.rows)}, Dry: dry, Sheet: t.sheet, Unknown: t.Unknown}
}

func (r *Report) name(c BadCell) {
	r.Bad++
	if len(r.Cells) < badMax {
		r.Cells = append(r.Cells, c)
	}
}

func (r *Report) take(l AnswerLine) {
	r.Lines = append(r.Lines, l)
	switch {
	case l.Same:
		r.Same++
	case l.Result == "paid":
		r.Taken, r.Paid = r.Taken+1, r.Paid+l.Payment.Sum
	default:
		r.Taken, r.Back = r.Taken+1, r.Back+l.Payment.Sum
	}
}

// keep writes down that a file was taken.
func (d *Desk) keep(ctx context.Context, who access.Actor, rep *Report) error {
	return d.c.DB.Act(ctx, func(tx *db.Tx) error {
		rep.By, rep.At = who.Name, tx.Now()
		if err := insertFile(ctx, tx, unit.NewID(tx.Now()), rep.File, who.Person); err != nil {
			return err
		}
		return d.record(ctx, tx, who, "payments."+rep.Kind, "file/"+rep.Digest, fmt.Sprintf("%d rows, %d taken, %d bad", rep.Rows, rep.Taken, rep.Bad))
	})
}

// Files are the files of a kind that were taken, the newest first. Who does not keep the node's own treasury sees those
// that they took themselves: a file may answer to lists of several.
func (d *Desk) Files(ctx context.Context, who access.Actor, kind string) (out []File, err error) {
	if err := access.MaySomewhere(who, access.PaymentRead); err != nil {
		return nil, err
	}
	person := unit.ID("")
	if d.may(who, access.PaymentRead, d.c.Region) != nil {
		person = who.Person
	}
	err = d.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, err = selectFiles(ctx, tx, kind, person)
		return err
	})
	return out, err
}

// Unanswered are the payments that were released and of which the bank has said nothing, the oldest first; late marks
// those released so many working days ago as the format says. They are of the actor's treasuries, or of one by its path.
func (d *Desk) Unanswered(ctx context.Context, who access.Actor, treasury string) (out []Payment, late map[unit.ID]bool, err error) {
	if err := access.MaySomewhere(who, access.PaymentRead); err != nil {
		return nil, nil, err
	}
	err = d.c.DB.Read(ctx, func(tx *db.Tx) error {
		out, late = nil, map[unit.ID]bool{}
		kept, err := d.keptOne(ctx, tx, who, access.PaymentRead, treasury)
		if err != nil {
			return err
		}
		all, err := selectUnanswered(ctx, tx)
		for _, p := range all {
			if !has(kept, p.Treasury) {
				continue
			}
			p = veiled(who, p)
			out = append(out, p)
			due, _ := d.c.Calendar.AddWorkdays(d.today(p.Released), d.formats.allocation.UnansweredWD)
			late[p.ID] = d.today(tx.Now()) > due
		}
		return err
	})
	return out, late, err
}

// answer is one row, understood.
type answer struct {
	payment Payment
	result  string
	reason  string
	day     string
	bankRef string
}

// takeRow does what a row of a file asks for, in an act of its own, and reports what became of it. do says what it understood, or
// which cell is wrong and why. Of a row that is wrong, known already or only looked at nothing is kept.
func (d *Desk) takeRow(ctx context.Context, rep *Report, t *table, r tableRow, do func(tx *db.Tx) (line AnswerLine, column string, f *fault.Error, err error)) error {
	var line AnswerLine
	var cell *BadCell
	err := d.c.DB.Act(ctx, func(tx *db.Tx) error {
		said, column, f, err := do(tx)
		if err != nil {
			return err
		}
		line, cell = said, nil
		if f != nil {
			b := t.bad(r, column, f)
			cell = &b
		}
		if cell != nil || rep.Dry || line.Same {
			return errDry // whatever the case had begun to do is undone
		}
		return nil
	})
	switch {
	case err != nil && !errors.Is(err, errDry):
		return fmt.Errorf("row %d of %s: %w", r.no, rep.Name, err)
	case cell != nil:
		rep.name(*cell)
	default:
		rep.take(line)
	}
	return nil
}

// understand reads a row and finds its payment; the first cell that is wrong is named.
func (d *Desk) understand(ctx context.Context, tx *db.Tx, who access.Actor, r tableRow) (a answer, column string, f *fault.Error, err error) {
	ref := strings.ToUpper(r.cells["ref"])
	i := strings.LastIndexByte(ref, '-')
	line, bad := strconv.Atoi(ref[i+1:])
	found := false
	if i > 0 && bad == nil {
		if a.payment, found, err = selectOfRef(ctx, tx, ref[:i], line); err != nil {
			return a, "", nil, err
		}
	}
	if !found || a.payment.Released.IsZero() || d.may(who, access.PaymentManage, a.payment.Region) != nil {
		return a, "ref", fault.New(fault.NotFound, "settlement.answer_unknown", "ref", ref), nil
	}
	a.reason, a.day, a.bankRef = r.cells["reason"], r.cells["day"], r.cells["bank_ref"]
	if a.result = d.formats.answers.means(r.cells["result"]); a.result == "" {
		return a, "result", fault.New(fault.Invalid, "settlement.answer_result", "text", r.cells["result"]), nil
	}
	sum, bad := unit.ParseFen(r.cells["sum"])
	switch {
	case bad != nil:
		return a, "sum", fault.Of(bad), nil
	case sum != a.payment.Sum:
		return a, "sum", fault.New(fault.Conflict, "settlement.answer_sum", "ref", ref, "ours", a.payment.Sum, "theirs", sum), nil
	}
	if account := digitsOf(r.cells["account"]); account != "" && account != a.payment.Account {
		return a, "account", fault.New(fault.Conflict, "settlement.answer_account", "ref", ref, "ours", a.payment.Account, "theirs", account), nil
	}
	if a.day != "" {
		day, bad := unit.ParseDay(a.day)
		if bad != nil {
			return a, "day", fault.Of(bad), nil
		}
		if day > d.today(tx.Now()) {
			return a, "day", fault.New(fault.Invalid, "settlement.answer_day", "day", day), nil
		}
		a.day = day.String()
	}
	if a.result == "returned" && a.reason == "" {
		return a, "reason", fault.New(fault.Invalid, "settlement.reason_missing"), nil
	}
	if len([]rune(a.reason)) > reasonMax {
		return a, "reason", fault.New(fault.Invalid, "settlement.text", "most", reasonMax), nil
	}
	return a, "", nil, nil
}

// answer writes what the bank said of a payment and takes the case's action: paid moves the case on; returned moves it
// back if it was paid. A payment that comes back before it was marked as paid has moved nothing in the books.
func (d *Desk) answer(ctx context.Context, tx *db.Tx, who access.Actor, a answer, file string, row int) (known bool, f *fault.Error, err error) {
	p := a.payment
	switch {
	case p.State == a.result:
		return true, nil, nil
	case p.State == "returned":
		return false, fault.New(fault.Conflict, "settlement.answered", "ref", p.Ref(), "reason", p.Reason), nil
	}
	p.State, p.AnsweredAt, p.AnsweredDay, p.BankRef = a.result, tx.Now(), a.day, a.bankRef
	if err := updateAnswered(ctx, tx, p); err != nil { // first: the case moves when the bank does not have the payment any more
		return false, nil, err
	}
	moved, err := d.follow(ctx, tx, who, &p, a)
	if f, err = refusalOf(err); f != nil || err != nil {
		return false, f, err
	}
	if err := updateAnswered(ctx, tx, p); err != nil {
		return false, nil, err
	}
	acted := time.Time{}
	if moved {
		acted = tx.Now()
	}
	if err := insertAnswer(ctx, tx, unit.NewID(tx.Now()), p, a.result, file, row, who.Person, who.Name, tx.Now(), acted); err != nil {
		return false, nil, err
	}
	if err := d.tellAnswer(ctx, tx, p); err != nil {
		return false, nil, err
	}
	return false, nil, d.record(ctx, tx, who, "payments."+a.result, "case/"+string(p.Case), p.Ref())
}

// follow takes what follows in the case from an answer, and says whether the case moved by it. One that waited for the answer of a payment
// that moves nothing goes on.
func (d *Desk) follow(ctx context.Context, tx *db.Tx, who access.Actor, p *Payment, a answer) (moved bool, err error) {
	key := "payment/" + string(p.ID) + "/" + a.result
	if a.result == "paid" {
		p.WasPaid = true
		return true, d.c.Cases.Act(ctx, tx, who, p.Case, p.Action, "", key)
	}
	p.Reason = a.reason
	if !p.WasPaid {
		return false, d.c.Cases.GoOn(ctx, tx, p.Case)
	}
	back, moved, err := d.c.Cases.WayBack(ctx, tx, who, p.Case, p.Action)
	if err == nil && moved {
		err = d.c.Cases.Act(ctx, tx, who, p.Case, back, a.reason, key)
	}
	p.Stuck = !moved
	return moved, err
}

// WithBank is the payment of a case that the bank was told to make and has not answered, if there is one.
func (d *Desk) WithBank(ctx context.Context, tx *db.Tx, id unit.ID) (p Payment, is bool, err error) {
	return selectWithBank(ctx, tx, id)
}

// tellAnswer tells the payee that its money came back, and to correct its account.
func (d *Desk) tellAnswer(ctx context.Context, tx *db.Tx, p Payment) error {
	if p.State != "returned" {
		return nil
	}
	return d.tell(ctx, tx, notice.Notice{Kind: "payment.returned", Object: "case/" + string(p.Case), Path: "/payees", Org: p.Payee, To: notice.Audience{Org: p.Payee},
		Title: fault.Words{fmt.Sprintf("款项被银行退回，请更正收款账户：%s %s", p.Title[0], p.CaseNo), fmt.Sprintf("A payment came back; correct your account: %s %s", p.Title[1], p.CaseNo)},
		Text:  fault.Words{"银行说明：" + p.Reason, "The bank says: " + p.Reason}, Key: "payment/" + string(p.ID) + "/returned"})
}
