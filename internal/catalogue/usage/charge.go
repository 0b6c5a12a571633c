package usage

import (
	"context"
	"fmt"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Sheet is what one payer owes an owner for one month: a firm pays against an invoice, a project of the own house is moved.
type Sheet struct {
	ID        unit.ID
	No        string // 2026-05-0003
	Owner     string
	Month     string
	Payer     string // credit code; of a project the owner's own
	Project   string // "" of a firm's
	Total     unit.Fen
	Paid      unit.Fen
	State     string // made, asked, invoiced, paid; moved of a project
	Invoice   string // its number
	Invoicing string // to whom it is made out
	At        time.Time
	Runs      []Run // only where one sheet is read
}

// Left is what is still to be paid.
func (x Sheet) Left() unit.Fen { return x.Total - x.Paid }

// MakeSheets writes the charge sheets of a month that is over: one for each firm, one for each project code. What was charged
// before is not charged again; a month may be done again for runs that were settled later. Runs that wait are left.
func (s *Service) MakeSheets(ctx context.Context, who access.Actor, owner, month string) (made []Sheet, err error) {
	if err := mayManage(who, owner); err != nil {
		return nil, err
	}
	m, err := s.MonthOf(month)
	if err != nil {
		return nil, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		made = nil
		if tx.Now().Before(m.To) {
			return fault.New(fault.Conflict, "usage.month_not_over", "month", month).On("month")
		}
		sums, err := selectSums(ctx, tx, owner, m.From, m.To)
		if err != nil {
			return err
		}
		no, err := countSheets(ctx, tx, owner, month)
		if err != nil {
			return err
		}
		for _, x := range sums {
			no++
			sheet := Sheet{ID: unit.NewID(tx.Now()), No: fmt.Sprintf("%s-%04d", month, no), Owner: owner, Month: month, Payer: x.org, Project: x.project, Total: x.sum, State: "made", At: tx.Now()}
			if err := insertSheet(ctx, tx, sheet, who.Person); err != nil {
				return err
			}
			n, err := tx.Exec(ctx, sqlPutOnSheet, string(sheet.ID), owner, db.Micros(m.From), db.Micros(m.To), string(x.class), x.org, x.project)
			if err != nil || n != int64(x.runs) {
				return fmt.Errorf("sheet %s: %d runs, want %d: %w", sheet.No, n, x.runs, err)
			}
			if err := s.record(ctx, tx, who, "sheet", "sheet/"+string(sheet.ID), sheet.No); err != nil {
				return err
			}
			made = append(made, sheet)
		}
		return nil
	})
	return made, err
}

// Sheets are those of an owner, of a month or of all ("").
func (s *Service) Sheets(ctx context.Context, who access.Actor, owner, month string) (all []Sheet, err error) {
	if err := mayManage(who, owner); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error { all, err = selectSheets(ctx, tx, owner, month); return err })
	return all, err
}

// Bills is one page of the charge sheets that an organisation pays, the newest first, and how many there are.
func (s *Service) Bills(ctx context.Context, who access.Actor, payer string, page int) (all []Sheet, total int, err error) {
	if err := access.May(who, access.BookingCreate, access.Scope{Org: payer}); err != nil {
		return nil, 0, err
	}
	limit, offset := pageOf(page)
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error { all, total, err = selectBills(ctx, tx, payer, limit, offset); return err })
	return all, total, err
}

// Sheet is one, with its runs: for the owner, and for the firm that pays.
func (s *Service) Sheet(ctx context.Context, who access.Actor, id unit.ID) (x Sheet, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		if x, err = s.sheet(ctx, tx, who, id); err != nil {
			return err
		}
		if x.Runs, err = selectOfSheet(ctx, tx, id); err != nil {
			return err
		}
		return s.name(ctx, tx, x.Runs)
	})
	return x, err
}

func (s *Service) sheet(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (Sheet, error) {
	x, err := selectSheet(ctx, tx, id)
	if err != nil {
		return x, err
	}
	if mayManage(who, x.Owner) != nil && (x.Project != "" || access.May(who, access.BookingCreate, access.Scope{Org: x.Payer}) != nil) {
		return Sheet{}, fault.New(fault.NotFound, "usage.unknown")
	}
	return x, nil
}

// AskInvoice is the payer's request for an invoice, made out to title.
func (s *Service) AskInvoice(ctx context.Context, who access.Actor, id unit.ID, title string) error {
	title, err := line("title", strings.TrimSpace(title), true)
	if err != nil {
		return err
	}
	return s.onSheet(ctx, who, id, "ask_invoice", func(x *Sheet) error {
		if x.Project != "" || x.State != "made" {
			return fault.New(fault.Conflict, "usage.sheet_state", "no", x.No)
		}
		x.State, x.Invoicing = "asked", title
		return nil
	})
}

// Invoiced keeps the number of the invoice that the owner wrote.
func (s *Service) Invoiced(ctx context.Context, who access.Actor, id unit.ID, number string) error {
	number, err := line("invoice", strings.TrimSpace(number), true)
	if err != nil {
		return err
	}
	return s.onSheet(ctx, who, id, "invoice", func(x *Sheet) error {
		if err := mayManage(who, x.Owner); err != nil {
			return err
		}
		if x.Project != "" || x.State != "made" && x.State != "asked" {
			return fault.New(fault.Conflict, "usage.sheet_state", "no", x.No)
		}
		x.State, x.Invoice = "invoiced", number
		return nil
	})
}

// Move writes the internal transfers of a month: every project's sheet that was not moved. They count as moved from then on; the
// file can be taken again by the month.
func (s *Service) Move(ctx context.Context, who access.Actor, owner, month string) (moved []Sheet, err error) {
	if err := mayManage(who, owner); err != nil {
		return nil, err
	}
	if _, err := s.MonthOf(month); err != nil {
		return nil, err
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		moved = nil
		all, err := selectSheets(ctx, tx, owner, month)
		if err != nil {
			return err
		}
		for _, x := range all {
			if x.Project == "" {
				continue
			}
			if x.State == "made" {
				x.State, x.Paid = "moved", x.Total
				if err := updateSheet(ctx, tx, x); err != nil {
					return err
				}
				if err := s.record(ctx, tx, who, "move", "sheet/"+string(x.ID), x.No); err != nil {
					return err
				}
			}
			moved = append(moved, x)
		}
		return nil
	})
	return moved, err
}

func (s *Service) onSheet(ctx context.Context, who access.Actor, id unit.ID, act string, change func(*Sheet) error) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		x, err := s.sheet(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if err := change(&x); err != nil {
			return err
		}
		if err := updateSheet(ctx, tx, x); err != nil {
			return err
		}
		return s.record(ctx, tx, who, act, "sheet/"+string(id), x.No)
	})
}

// Receipt is money that came in.
type Receipt struct {
	ID     unit.ID
	Owner  string
	Day    unit.Day
	Payer  string // as the bank names it
	Ref    string // the bank's number
	Amount unit.Fen
	Left   unit.Fen // not claimed yet
	At     time.Time
}

// Receive enters money that came in, once by the bank's number.
func (s *Service) Receive(ctx context.Context, who access.Actor, r Receipt) (Receipt, error) {
	if err := mayManage(who, r.Owner); err != nil {
		return r, err
	}
	var err error
	if r.Payer, err = line("payer", strings.TrimSpace(r.Payer), true); err != nil {
		return r, err
	}
	if r.Ref, err = line("ref", strings.TrimSpace(r.Ref), true); err != nil {
		return r, err
	}
	if !r.Day.Valid() || r.Amount <= 0 {
		return r, fault.New(fault.Invalid, "usage.receipt").On("amount")
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		was, found, err := selectByRef(ctx, tx, r.Owner, r.Ref)
		switch {
		case err != nil:
			return err
		case found && was.Amount == r.Amount && was.Day == r.Day && was.Payer == r.Payer:
			r = was
			return nil
		case found:
			return fault.New(fault.Conflict, "usage.receipt_other", "ref", r.Ref).On("ref")
		}
		r.ID, r.Left, r.At = unit.NewID(tx.Now()), r.Amount, tx.Now()
		if err := insertReceipt(ctx, tx, r, who.Person); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "receive", "receipt/"+string(r.ID), r.Amount.String())
	})
	return r, err
}

// Receipts are those of an owner, the newest first; waiting are only those with something left.
func (s *Service) Receipts(ctx context.Context, who access.Actor, owner string, waiting bool) (all []Receipt, err error) {
	if err := mayManage(who, owner); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error { all, err = selectReceipts(ctx, tx, owner, waiting); return err })
	return all, err
}

// Claim says that a receipt, or what is left of it, pays a sheet: as much as both allow.
func (s *Service) Claim(ctx context.Context, who access.Actor, receipt, sheet unit.ID) (paid unit.Fen, err error) {
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		x, err := s.sheet(ctx, tx, who, sheet)
		if err != nil {
			return err
		}
		if err := mayManage(who, x.Owner); err != nil {
			return err
		}
		r, err := selectReceipt(ctx, tx, receipt)
		switch {
		case err != nil:
			return err
		case r.Owner != x.Owner:
			return fault.New(fault.NotFound, "usage.unknown")
		case x.Project != "" || x.Left() == 0:
			return fault.New(fault.Conflict, "usage.sheet_state", "no", x.No)
		case r.Left == 0:
			return fault.New(fault.Conflict, "usage.receipt_spent", "ref", r.Ref)
		}
		paid = min(r.Left, x.Left())
		r.Left -= paid
		if x.Paid += paid; x.Left() == 0 {
			x.State = "paid"
		}
		if err := claim(ctx, tx, r, x, paid, who.Person); err != nil {
			return err
		}
		return s.record(ctx, tx, who, "claim", "sheet/"+string(x.ID), r.Ref+" "+paid.String())
	})
	return paid, err
}
