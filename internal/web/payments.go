package web

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/settlement"
	"corridor/internal/unit"
)

type paymentsPage struct {
	Tabs    []payTab
	Form    *form
	Schemes []option
	settlement.Gathered
	Treasuries []option // where there are several; the first is chosen unless another is
	Note       string
	Export     exportView
}

// payments shows what waits to be paid, with what stands in the way of each.
func (v *visit) payments() error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	f := v.asked()
	g := settlement.Gather{Scheme: f.text("scheme"), Treasury: f.text("treasury"), Until: f.day("until"), Limit: f.fen("limit")}
	if err := f.err(); err != nil && !v.refusedForm(f, err) {
		return err
	}
	return v.showPayments(d, f, g)
}

func (v *visit) showPayments(d *settlement.Desk, f *form, g settlement.Gather) error {
	all, err := d.Gather(v.ctx(), v.who, g)
	if err != nil {
		return err
	}
	waits := all.Treasuries
	if g.Treasury == "" && len(waits) > 1 { // a list goes to one treasury, so the page shows one
		g.Treasury = waits[0].Path
		f.Set("treasury", g.Treasury)
		if all, err = d.Gather(v.ctx(), v.who, g); err != nil {
			return err
		}
	}
	if v.wantsFile() {
		return v.paymentsFile(all)
	}
	p := paymentsPage{Tabs: v.payTabs(), Form: f, Gathered: all, Schemes: []option{{"", v.t("全部事项", "every scheme")}}, Export: v.exports()}
	for _, id := range sortedKeys(all.Schemes) {
		p.Schemes = append(p.Schemes, option{id, all.Schemes[id].In(v.lang)})
	}
	if p.Treasuries, err = v.treasuries(d, g.Treasury, waits); err != nil {
		return err
	}
	var note []string
	if g.Scheme != "" {
		note = append(note, all.Schemes[g.Scheme].In(v.lang))
	}
	if g.Until.Valid() {
		note = append(note, v.t("到期不晚于 ", "due by ")+g.Until.String())
	}
	if g.Limit > 0 {
		note = append(note, v.t("限额 ", "up to ")+g.Limit.String())
	}
	p.Note = strings.Join(note, v.t("，", ", "))
	return v.show("payments", v.t("待付款项", "To be paid"), p)
}

// treasuries are those of which this person may choose one, named; none where there is but one. Those for which something
// waits say so.
func (v *visit) treasuries(d *settlement.Desk, chosen string, waits []settlement.Treasury) (out []option, err error) {
	all, err := d.Treasuries(v.ctx(), v.who)
	if err != nil || len(all) < 2 && chosen == "" {
		return nil, err
	}
	for _, t := range all {
		name := t.Name.In(v.lang)
		if slices.ContainsFunc(waits, func(w settlement.Treasury) bool { return w.Path == t.Path }) {
			name += v.t("（有待付）", " (something waits)")
		}
		out = append(out, option{t.Path, name})
	}
	return out, nil
}

// everyTreasury is the choice of one or all.
func (v *visit) everyTreasury(d *settlement.Desk) ([]option, error) {
	all, err := v.treasuries(d, "", nil)
	if len(all) > 0 {
		all = append([]option{{"", v.t("全部财政", "every treasury")}}, all...)
	}
	return all, err
}

func (v *visit) paymentsFile(all settlement.Gathered) error {
	s := &sheet{Name: "to-be-paid", Head: []string{v.t("办件编号", "Case"), v.t("事项", "Scheme"), v.t("收款单位", "Payee"), v.t("信用代码", "Credit code"), v.t("开户银行", "Bank"),
		v.t("账号", "Account"), v.t("金额（元）", "Sum (yuan)"), v.t("核定人", "Fixed by"), v.t("核定时间", "Fixed at"), v.t("期限", "Due"), v.t("障碍", "In the way")}}
	for _, w := range all.Waiting {
		var why []string
		if w.List != nil {
			why = append(why, v.t("已在清单上", "on a list"))
		}
		for _, p := range w.Problems {
			why = append(why, p.Sentence(v.lang))
		}
		if err := s.put(w.No, w.Title.In(v.lang), w.PayeeName.In(v.lang), w.Payee, w.Bank, w.Account, w.Sum, w.FixedName, iso(w.FixedAt), iso(w.Due.Due), strings.Join(why, " ")); err != nil {
			return err
		}
	}
	return v.send(s)
}

// makeList gathers the chosen cases into a list. What is wrong with one is said and none is taken.
func (v *visit) makeList() error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	ids, err := idsOf(f.Values["case"])
	if err != nil {
		return err
	}
	l, err := d.Make(v.ctx(), v.who, ids, f.text("note"))
	if err != nil {
		v.back = "/payments"
		if !v.refused(err, nil) {
			return err
		}
		return v.showPayments(d, v.blank(""), settlement.Gather{})
	}
	return v.to("/payments/lists/"+string(l.ID), "list_made")
}

type paymentListsPage struct {
	Tabs       []payTab
	Lists      []settlement.List
	Pager      pager
	State      string
	Treasury   string
	Treasuries []option
}

func (v *visit) paymentLists() error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	state, treasury := v.r.URL.Query().Get("state"), v.r.URL.Query().Get("treasury")
	if v.wantsFile() {
		return v.listsFile(d, state, treasury)
	}
	all, total, err := d.Lists(v.ctx(), v.who, state, treasury, v.pageNo())
	if err != nil {
		return err
	}
	treasuries, err := v.everyTreasury(d)
	if err != nil {
		return err
	}
	return v.show("paymentlists", v.t("付款清单", "Payment lists"), paymentListsPage{v.payTabs(), all, v.pager(total, pageRows), state, treasury, treasuries})
}

func (v *visit) listsFile(d *settlement.Desk, state, treasury string) error {
	s := &sheet{Name: "payment-lists", Head: []string{v.t("编号", "No."), v.t("财政", "Treasury"), v.t("状态", "State"), v.t("笔数", "Payments"), v.t("合计（元）", "Total (yuan)"), v.t("已付", "Paid"), v.t("退回", "Returned"),
		v.t("未回执", "Unanswered"), v.t("编制", "Made by"), v.t("签发", "Released by"), v.t("签发时间", "Released"), v.t("摘要", "Digest")}}
	for page := 1; ; page++ {
		all, total, err := d.Lists(v.ctx(), v.who, state, treasury, page)
		if err != nil {
			return err
		}
		for _, l := range all {
			if err := s.put(l.No, l.TreasuryName.In(v.lang), listState(l.State).In(v.lang), l.Payments, l.Total, l.Paid, l.Back, l.Waiting, l.MadeName, l.ReleasedName, iso(l.ReleasedAt), l.Digest); err != nil {
				return err
			}
		}
		if page*pageRows >= total || len(all) == 0 {
			return v.send(s)
		}
	}
}

func listState(s string) fault.Words {
	return wordOf(map[string]fault.Words{"open": {"编制中", "open"}, "closed": {"已定稿", "closed"}, "released": {"已签发", "released"}, "withdrawn": {"已撤回", "withdrawn"}}, s)
}

func lineState(s string) fault.Words {
	return wordOf(map[string]fault.Words{"listed": {"待回执", "no answer yet"}, "paid": {"已付", "paid"}, "returned": {"退回", "returned"}, "dropped": {"已移出", "taken off"}}, s)
}

type paymentListPage struct {
	Tabs    []payTab
	List    settlement.List
	Mine    bool // this person made it
	Keeps   bool // this person may act on lists
	Format  settlement.Format
	Dropped int
}

func (v *visit) paymentList() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showPaymentList("paymentlist", id)
}

// allocationLetter is the list as a letter to the treasury, to be printed and signed.
func (v *visit) allocationLetter() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showPaymentList("allocationletter", id)
}

func (v *visit) showPaymentList(page string, id unit.ID) error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	l, err := d.List(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p := paymentListPage{Tabs: v.payTabs(), List: l, Mine: l.MadeBy == v.who.Person, Keeps: access.May(v.who, access.PaymentManage, access.Scope{Region: l.Region}) == nil, Format: d.Formats()[0]}
	for _, x := range l.Lines {
		if x.State == "dropped" {
			p.Dropped++
		}
	}
	v.under("/payments/lists", "付款清单", "Payment lists")
	title := l.No
	if title == "" {
		title = v.t("编制中的清单", "An open list")
	}
	return v.show(page, title, p)
}

// changeList drops a line of a list, closes, releases or withdraws it.
func (v *visit) changeList() error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	done := ""
	switch v.r.PathValue("act") {
	case "drop":
		line, bad := strconv.Atoi(f.Get("line"))
		if bad != nil {
			return fault.New(fault.NotFound, "settlement.unknown")
		}
		done, err = "line_dropped", d.Drop(v.ctx(), v.who, id, line)
	case "close":
		done, err = "list_closed", d.Close(v.ctx(), v.who, id)
	case "release":
		done, err = "list_released", d.Release(v.ctx(), v.who, id)
	case "withdraw":
		done, err = "list_withdrawn", d.Withdraw(v.ctx(), v.who, id)
	default:
		return fault.New(fault.NotFound, "web.no_page")
	}
	if err != nil {
		v.back = "/payments/lists/" + string(id)
		if !v.refused(err, func(field string) string { return strings.Replace(field, "line.", "line-", 1) }) {
			return err
		}
		return v.showPaymentList("paymentlist", id)
	}
	return v.to("/payments/lists/"+string(id), done)
}

// allocationFile is the file for the treasury.
func (v *visit) allocationFile() error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	id, err := v.pathID()
	if err != nil {
		return err
	}
	q := v.r.URL.Query()
	name, content, err := d.Allocation(v.ctx(), v.who, id, q.Get("format"), q.Get("encoding"), v.lang)
	if err != nil {
		return err
	}
	return v.download(name, fileKind(q.Get("format"), q.Get("encoding")), content)
}

func fileKind(format, encoding string) string {
	switch {
	case format == "xlsx":
		return xlsxType
	case encoding != "":
		return "text/csv; charset=" + encoding
	}
	return csvType
}

type unansweredPage struct {
	Tabs       []payTab
	Form       *form
	Treasuries []option
	Lines      []settlement.Payment
	Late       map[unit.ID]bool
	After      int // working days
	Sum        unit.Fen
}

func (v *visit) unanswered() error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	f := v.asked()
	all, late, err := d.Unanswered(v.ctx(), v.who, f.text("treasury"))
	if err != nil {
		return err
	}
	treasuries, err := v.everyTreasury(d)
	if err != nil {
		return err
	}
	p := unansweredPage{Tabs: v.payTabs(), Form: f, Treasuries: treasuries, Lines: all, Late: late, After: d.Formats()[0].UnansweredWD}
	for _, x := range all {
		p.Sum += x.Sum
	}
	if v.wantsFile() {
		s := &sheet{Name: "unanswered", Head: []string{v.t("付款编号", "Payment"), v.t("办件编号", "Case"), v.t("收款单位", "Payee"), v.t("账号", "Account"), v.t("金额（元）", "Sum (yuan)"), v.t("签发时间", "Released"), v.t("逾期", "Late")}}
		for _, x := range all {
			if err := s.put(x.Ref(), x.CaseNo, fault.Words(x.PayeeName).In(v.lang), x.Account, x.Sum, iso(x.Released), fmt.Sprint(late[x.ID])); err != nil {
				return err
			}
		}
		return v.send(s)
	}
	return v.show("unanswered", v.t("未回执的付款", "Payments without an answer"), p)
}

type payeesPage struct {
	Tabs     []payTab
	Form     *form
	Orgs     []option // for whom this person may give an account
	Accounts []settlement.Account
	Names    map[string]fault.Words
	Desk     bool
}

func (v *visit) payees() error { return v.showPayees(nil) }

func (v *visit) showPayees(f *form) error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	all, err := d.Accounts(v.ctx(), v.who)
	if err != nil {
		return err
	}
	p := payeesPage{Form: f, Accounts: all, Names: map[string]fault.Words{}, Desk: access.MaySomewhere(v.who, access.PaymentManage) == nil}
	if p.Desk {
		p.Tabs = v.payTabs()
	}
	if p.Orgs, err = v.orgOptions(access.PayeeEdit); err != nil {
		return err
	}
	for _, a := range all {
		if _, err = v.ownerName(p.Names, a.Org); err != nil {
			return err
		}
	}
	return v.show("payees", v.t("收款账户", "Payees' accounts"), p)
}

func (v *visit) givePayee() error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	_, err = d.GiveAccount(v.ctx(), v.who, settlement.Account{Org: f.Get("org"), Holder: f.text("holder"), Bank: f.text("bank"), Number: f.text("account")})
	if err != nil {
		v.back = "/payees"
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showPayees(f)
	}
	return v.to("/payees", "payee_given")
}

func (v *visit) decidePayee() error {
	d, err := v.s.paying()
	if err != nil {
		return err
	}
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	if _, err := d.DecideAccount(v.ctx(), v.who, id, f.Get("do") == "confirm", f.Get("reason")); err != nil {
		v.back = "/payees"
		if !v.refused(err, func(string) string { return "a-" + string(id) }) {
			return err
		}
		return v.showPayees(nil)
	}
	return v.to("/payees", "payee_decided")
}
