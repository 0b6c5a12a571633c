package web

import (
	"corridor/internal/access"
	"corridor/internal/catalogue/usage"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type chargesPage struct {
	labHead
	Sheets   []usage.Sheet
	Names    map[string]string
	Receipts []receiptView
	Form     *form
	Export   exportView
	Total    unit.Fen
	Left     unit.Fen
}

// receiptView is money that came in, with the sheets that it may pay; those of the same amount first.
type receiptView struct {
	usage.Receipt
	Sheets []option
}

func (v *visit) charges() error { return v.showCharges(v.blank("")) }

func (v *visit) showCharges(f *form) error {
	s, err := v.s.hours()
	if err != nil {
		return err
	}
	p := chargesPage{Form: f, Export: v.exports()}
	if p.labHead, err = v.lab(); err != nil {
		return err
	}
	if p.Sheets, err = s.Sheets(v.ctx(), v.who, p.Org, p.Month); err != nil {
		return err
	}
	var codes []string
	for _, x := range p.Sheets {
		codes = append(codes, x.Payer)
		p.Total += x.Total
		p.Left += x.Left()
	}
	if p.Names, err = v.owners(codes); err != nil {
		return err
	}
	if v.wantsFile() {
		return v.chargesFile(p)
	}
	receipts, err := s.Receipts(v.ctx(), v.who, p.Org, true)
	if err != nil {
		return err
	}
	open, err := s.Sheets(v.ctx(), v.who, p.Org, "")
	if err != nil {
		return err
	}
	for _, r := range receipts {
		x := receiptView{Receipt: r}
		var others []option
		for _, b := range open {
			if b.Project != "" || b.Left() == 0 {
				continue
			}
			o := option{string(b.ID), b.No + " " + b.Invoicing + " " + b.Left().String()}
			if b.Left() == r.Left {
				o.Name += v.t("（金额相同）", " (same amount)")
				x.Sheets = append(x.Sheets, o)
			} else {
				others = append(others, o)
			}
		}
		x.Sheets = append(x.Sheets, others...)
		p.Receipts = append(p.Receipts, x)
	}
	return v.show("charges", v.t("收费与到账", "Charges and receipts"), p)
}

// chargesFile is the month's sheets, or with kind=moves the internal transfers alone.
func (v *visit) chargesFile(p chargesPage) error {
	out := &sheet{Name: "charges-" + p.Month, Head: []string{v.t("收费单号", "Sheet"), v.t("付款单位", "Payer"), v.t("信用代码", "Credit code"), v.t("项目编号", "Project"), v.t("金额（元）", "Sum (yuan)"), v.t("已付（元）", "Paid (yuan)"), v.t("状态", "State"), v.t("发票号", "Invoice")}}
	moves := v.r.URL.Query().Get("kind") == "moves"
	if moves {
		out.Name = "internal-transfers-" + p.Month
	}
	for _, x := range p.Sheets {
		if moves && x.Project == "" {
			continue
		}
		if err := out.put(x.No, p.Names[x.Payer], x.Payer, x.Project, x.Total, x.Paid, sheetState(x.State).In(v.lang), x.Invoice); err != nil {
			return err
		}
	}
	return v.send(out)
}

func sheetState(s string) fault.Words {
	return wordOf(map[string]fault.Words{"made": {"待开票", "to be invoiced"}, "asked": {"已申请开票", "invoice asked for"}, "invoiced": {"已开票", "invoiced"}, "paid": {"已付清", "paid"}, "moved": {"已转账", "moved"}}, s)
}

// makeCharges writes the sheets of a month, or moves those of projects.
func (v *visit) makeCharges() error {
	s, f, h, err := v.postedLab()
	if err != nil {
		return err
	}
	v.back = "/usage/charges"
	if f.Get("do") == "move" {
		_, err = s.Move(v.ctx(), v.who, h.Org, h.Month)
	} else {
		_, err = s.MakeSheets(v.ctx(), v.who, h.Org, h.Month)
	}
	if err != nil {
		if !v.refused(err, nil) {
			return err
		}
		return v.showCharges(v.blank(""))
	}
	return v.to(h.at(v.back), "sheets_made")
}

// addReceipt enters money that came in.
func (v *visit) addReceipt() error {
	s, f, h, err := v.postedLab()
	if err != nil {
		return err
	}
	v.back = "/usage/charges"
	r := usage.Receipt{Owner: h.Org, Day: f.day("day"), Payer: f.text("payer"), Ref: f.text("ref"), Amount: f.fen("amount")}
	if err = f.err(); err == nil {
		_, err = s.Receive(v.ctx(), v.who, r)
	}
	if err != nil {
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showCharges(f)
	}
	return v.to(h.at(v.back), "receipt_kept")
}

type chargeSheetPage struct {
	usage.Sheet
	Owner string
	Payer string
	Keeps bool // this person runs the instruments
	Pays  bool // this person's organisation pays
	Lines []runView
}

// chargeSheet is one sheet with its runs, to be printed; for the owner, and for the firm that pays.
func (v *visit) chargeSheet() error {
	s, id, err := v.hoursOf()
	if err != nil {
		return err
	}
	x, err := s.Sheet(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	names, err := v.owners([]string{x.Owner, x.Payer})
	if err != nil {
		return err
	}
	p := chargeSheetPage{Sheet: x, Owner: names[x.Owner], Payer: names[x.Payer], Keeps: access.May(v.who, access.BookingManage, access.Scope{Org: x.Owner}) == nil,
		Pays: access.May(v.who, access.BookingCreate, access.Scope{Org: x.Payer}) == nil && x.Project == ""}
	for _, r := range x.Runs {
		p.Lines = append(p.Lines, runView{Run: r, Hours: usage.HoursText(r.Minutes)})
	}
	return v.show("chargesheet", v.t("收费单 ", "Charge sheet ")+x.No, p)
}

// changeSheet asks for an invoice, keeps its number, or claims money for the sheet.
func (v *visit) changeSheet() error {
	s, id, f, err := v.hoursPosted()
	if err != nil {
		return err
	}
	v.back = "/usage/sheets/" + string(id)
	done := "sheet_changed"
	switch v.r.PathValue("act") {
	case "ask":
		err = s.AskInvoice(v.ctx(), v.who, id, f.text("title"))
	case "invoice":
		err = s.Invoiced(v.ctx(), v.who, id, f.text("invoice"))
	case "claim":
		var receipt unit.ID
		if receipt, err = idOf(f.Get("receipt")); err == nil {
			_, err = s.Claim(v.ctx(), v.who, receipt, id)
		}
		done = "receipt_taken"
	default:
		return fault.New(fault.NotFound, "web.no_page")
	}
	if err != nil {
		if !v.refused(err, nil) {
			return err
		}
		return v.chargeSheet()
	}
	return v.to(v.back, done)
}
