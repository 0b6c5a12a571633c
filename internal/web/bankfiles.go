package web

import (
	"fmt"
	"strings"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/settlement"
	"corridor/internal/unit"
)

type bankFilesPage struct {
	Tabs   []payTab
	Kind   string // answers, receipts
	Form   *form
	Report *settlement.Report
	Cells  []bankCell
	Files  []settlement.File
	Format settlement.Format
}

type bankCell struct {
	settlement.BadCell
	Place    string
	Sentence string
}

// kindOfBankFile follows from the address.
func (v *visit) kindOfBankFile() string { return strings.TrimPrefix(v.r.URL.Path, "/payments/") }

func (v *visit) bankFiles() error {
	return v.showBankFiles(bankFilesPage{Kind: v.kindOfBankFile()})
}

func (v *visit) showBankFiles(p bankFilesPage) error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	if p.Files, err = d.Files(v.ctx(), v.who, p.Kind); err != nil {
		return err
	}
	p.Tabs = v.payTabs()
	for _, f := range d.Formats() {
		if f.ID == p.Kind {
			p.Format = f
		}
	}
	return v.show("bankfiles", p.Format.Words.In(v.lang), p)
}

// takeBankFile checks a file of the bank and, unless only that was asked for, takes its good rows.
func (v *visit) takeBankFile() error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	p := bankFilesPage{Kind: v.kindOfBankFile(), Form: f}
	v.back = "/payments/" + p.Kind
	name, content, err := f.given("file")
	if err == nil {
		take := d.TakeAnswers
		if p.Kind == "receipts" {
			take = d.TakeReceipts
		}
		rep, e := take(v.ctx(), v.who, name, content, f.Get("do") == "check")
		p.Report, err = &rep, e
		for _, c := range rep.Cells {
			p.Cells = append(p.Cells, bankCell{c, cellPlace(c), c.Fault.Sentence(v.lang)})
		}
	}
	if err != nil && !v.refusedForm(f, err) {
		return err
	}
	if err != nil {
		p.Report = nil
	}
	return v.showBankFiles(p)
}

// cellPlace is where a cell stands: Sheet1!C4.
func cellPlace(c settlement.BadCell) string {
	at := fmt.Sprintf("%s%d", c.Column, c.Row)
	if c.Sheet != "" {
		return c.Sheet + "!" + at
	}
	return at
}

func (v *visit) bankTemplate() error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	kind := v.r.URL.Query().Get("kind")
	content, err := d.Template(kind, v.lang)
	if err != nil {
		return err
	}
	return v.download(kind+".xlsx", xlsxType, content)
}

type owedPage struct {
	Tabs []payTab
	Owed []settlement.Owed
}

func (v *visit) owed() error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	all, err := d.Owed(v.ctx(), v.who)
	if err != nil {
		return err
	}
	if v.wantsFile() {
		s := &sheet{Name: "owed", Head: []string{v.t("办件编号", "Case"), v.t("单位", "Organisation"), v.t("应退（元）", "Owed (yuan)"), v.t("已到账（元）", "Received (yuan)"), v.t("尚欠（元）", "Left (yuan)"), v.t("期限", "Due"), v.t("原因", "Reason")}}
		for _, o := range all {
			if err := s.put(o.No, o.OrgName.In(v.lang), o.Sum, o.Received, o.Left, iso(o.Due.Due), o.Reason); err != nil {
				return err
			}
		}
		return v.send(s)
	}
	return v.show("owed", v.t("应退款项", "To be paid back"), owedPage{v.payTabs(), all})
}

// demand is the letter by which money is asked back, for the desk and for the organisation.
func (v *visit) demand() error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	id, err := v.pathID()
	if err != nil {
		return err
	}
	all, err := d.Owed(v.ctx(), v.who)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.Case == id {
			return v.show("demand", v.t("退款通知书 ", "Demand for repayment ")+o.No, o)
		}
	}
	return fault.New(fault.NotFound, "settlement.unknown")
}

type reconcilePage struct {
	Tabs       []payTab
	Form       *form
	By         string
	Treasuries []option
	Export     exportView
	settlement.Reconciliation
	Rows []reconcileRow
}

type reconcileRow struct {
	Name string
	settlement.DayLine
}

// reconcile holds books, lists and answers beside each other, by day or by month.
func (v *visit) reconcile() error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	f := v.asked()
	today := unit.DayOf(v.now(), beijing)
	y, m, _ := today.Date()
	from, to := f.day("from"), f.day("to")
	if !from.Valid() {
		from = unit.Date(y, m, 1)
	}
	if !to.Valid() {
		to = today
	}
	err = f.err()
	if err == nil && to < from {
		f.refuse("to", fault.New(fault.Invalid, "settlement.period"))
		err = f.err()
	}
	if err != nil {
		if !v.refusedForm(f, err) {
			return err
		}
		from, to = unit.Date(y, m, 1), today
	}
	f.Set("from", from.String())
	f.Set("to", to.String())
	p := reconcilePage{Tabs: v.payTabs(), Form: f, By: f.Get("by"), Export: v.exports()}
	if p.Reconciliation, err = d.Reconcile(v.ctx(), v.who, f.text("treasury"), from, to); err != nil {
		return err
	}
	if p.Treasuries, err = v.everyTreasury(d); err != nil {
		return err
	}
	p.Rows = reconcileRows(p.Days, p.By == "month")
	if v.wantsFile() {
		return v.reconcileFile(p)
	}
	return v.show("reconcile", v.t("付款对账", "Reconciliation of payments"), p)
}

// reconcileRows are the days, or the months that they make.
func reconcileRows(days []settlement.DayLine, byMonth bool) (out []reconcileRow) {
	for _, l := range days {
		name := l.Day.String()
		if byMonth {
			name = l.Day.Start(beijing).Format("2006-01")
		}
		if n := len(out); n == 0 || out[n-1].Name != name {
			out = append(out, reconcileRow{name, l})
			continue
		}
		o := &out[len(out)-1].DayLine
		for _, x := range []struct{ to, of *unit.Fen }{{&o.Out, &l.Out}, {&o.Back, &l.Back}, {&o.Paid, &l.Paid}, {&o.Returned, &l.Returned}, {&o.Received, &l.Received}, {&o.ByHand, &l.ByHand}, {&o.Released, &l.Released}} {
			*x.to += *x.of
		}
	}
	return out
}

func (v *visit) reconcileFile(p reconcilePage) error {
	s := &sheet{Name: "reconciliation", Head: []string{v.t("日期", "Day"), v.t("清单签发（元）", "Lists released"), v.t("账上付出（元）", "Out of the books"), v.t("账上退回（元）", "Back in the books"),
		v.t("回执已付（元）", "Answered paid"), v.t("回执退回（元）", "Answered returned"), v.t("退款到账（元）", "Repaid"), v.t("清单以外（元）", "Without a list"), v.t("相符", "Agrees"), v.t("差异", "Difference")}}
	for _, r := range p.Rows {
		if err := s.put(r.Name, r.Released, r.Out, r.Back, r.Paid, r.Returned, r.Received, r.ByHand, fmt.Sprint(r.Holds()), ""); err != nil {
			return err
		}
	}
	for _, x := range p.Differences {
		if err := s.put(x.Day.String(), "", "", "", "", "", "", x.Sum, "", x.Words().In(v.lang)+" "+x.CaseNo+" "+x.Ref); err != nil {
			return err
		}
	}
	return v.send(s)
}

// paymentsOfCase are the payments that the page of a case shows; the account only to the payee's own people and to the desk
// that pays.
func (v *visit) paymentsOfCase(id unit.ID) ([]settlement.Payment, error) {
	if v.s.c.Payments == nil {
		return nil, nil
	}
	return v.s.c.Payments.OfCase(v.ctx(), v.who, id)
}

// withBankView is the payment for whose answer a case waits.
type withBankView struct {
	settlement.Payment
	Enters bool // the reader may enter what the bank says
}

// withBankOf is the payment of a case that the bank has, while the case waits for it.
func (v *visit) withBankOf(c casework.Case, all []settlement.Payment) *withBankView {
	for _, p := range all {
		if p.WithBank() && v.s.c.Cases.WaitsForBank(c, p.Action) {
			return &withBankView{p, access.May(v.who, access.PaymentManage, access.Scope{Region: p.Region}) == nil}
		}
	}
	return nil
}
