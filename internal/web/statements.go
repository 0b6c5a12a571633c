package web

import (
	"fmt"
	"html/template"
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/settlement/statement"
	"corridor/internal/unit"
)

type statementsPage struct {
	Form   *form
	Nodes  []option
	States []option
	Ways   []option
	Narrow bool
	Open   []openMonth
	May    bool // this person closes months
	Lines  []statementRow
	Pager  pager
	Export exportView
}

type openMonth struct {
	statement.Open
	Who fault.Words
}

// statementRow is a statement with the names of its ends.
type statementRow struct {
	statement.Statement
	PayerWords, HostWords fault.Words
}

// statements lists the statements, and the months that wait to be closed.
func (v *visit) statements() error { return v.showStatements() }

func (v *visit) showStatements() error {
	f := v.asked()
	q := statement.Query{Node: f.text("node"), State: f.text("state"), Way: f.text("way"), Page: v.pageNo()}
	if v.r.Method != "GET" {
		q = statement.Query{}
	}
	names, peers, err := v.ends()
	if err != nil {
		return err
	}
	if v.wantsFile() {
		return v.statementsFile(q, names)
	}
	all, total, err := v.s.c.Statements.Statements(v.ctx(), v.who, q)
	if err != nil {
		return err
	}
	p := statementsPage{Form: f, Narrow: q.Node+q.State+q.Way != "", Pager: v.pager(total, pageRows), Export: v.exports(), May: access.MaySomewhere(v.who, access.StatementSign) == nil,
		Nodes:  append([]option{{"", v.t("全部地区", "every jurisdiction")}}, peers...),
		States: []option{{"", v.t("全部状态", "every state")}, {statement.Sent, stateWord(statement.Sent).In(v.lang)}, {statement.Compared, stateWord(statement.Compared).In(v.lang)}, {statement.Signed, stateWord(statement.Signed).In(v.lang)}},
		Ways:   []option{{"", v.t("付款和服务", "both ways")}, {"paid", v.t("本地付款", "paid from here")}, {"served", v.t("本地服务", "served here")}}}
	for _, s := range all {
		p.Lines = append(p.Lines, statementRow{s, names[s.Payer], names[s.Host]})
	}
	open, err := v.s.c.Statements.Open(v.ctx(), v.who)
	if err != nil {
		return err
	}
	for _, o := range open {
		p.Open = append(p.Open, openMonth{o, names[o.Host]})
	}
	return v.show("statements", v.t("跨省对账单", "Statements between jurisdictions"), p)
}

// ends are the names of the nodes by code, and those of the neighbours as choices.
func (v *visit) ends() (map[string]fault.Words, []option, error) {
	names, peers, err := v.peerWords()
	if err == nil {
		names[v.s.c.Node.Code] = v.s.c.Node.Name
	}
	return names, peers, err
}

func stateWord(state string) fault.Words {
	return wordOf(map[string]fault.Words{statement.Sent: {"等对方明细", "waiting for the other side"}, statement.Compared: {"已比对，待签", "compared, to be signed"}, statement.Signed: {"双方已签", "signed by both"}}, state)
}

func orderWord(state string) fault.Words {
	return wordOf(map[string]fault.Words{"pending": {"办理中", "pending"}, "approved": {"已核定待付", "approved"}, "paid": {"已付", "paid"}, "rejected": {"不予兑付", "rejected"},
		"dropped": {"未付而终", "ended unpaid"}, "back": {"已全部退回", "paid back"}, "": {"没有这笔", "not there"}}, state)
}

func differWord(field string) fault.Words {
	return wordOf(map[string]fault.Words{"line": {"只有一方有这笔", "only one side has it"}, "org": {"企业", "firm"}, "provider": {"服务机构", "provider"}, "state": {"状态", "state"},
		"approved": {"核定金额", "sum approved"}, "paid": {"已付金额", "sum paid"}, "billed": {"开票金额", "sum billed"}, "days": {"用时", "time taken"}}, field)
}

func (v *visit) statementsFile(q statement.Query, names map[string]fault.Words) error {
	s := &sheet{Name: "statements", Head: []string{v.t("月份", "Month"), v.t("付款方", "Payer"), v.t("服务方", "Host"), v.t("状态", "State"), v.t("订单", "Orders"), v.t("企业", "Firms"), v.t("已付笔数", "Paid"),
		v.t("付款（元）", "Paid (yuan)"), v.t("退回（元）", "Came back (yuan)"), v.t("待付笔数", "Approved"), v.t("待付（元）", "Approved (yuan)"), v.t("办理中", "Pending"), v.t("不予兑付", "Rejected"),
		v.t("差异", "Differences"), v.t("摘要", "Digest")}}
	for q.Page = 1; ; q.Page++ {
		all, total, err := v.s.c.Statements.Statements(v.ctx(), v.who, q)
		if err != nil {
			return err
		}
		for _, x := range all {
			t := x.Text.Totals
			if err := s.put(x.Period, names[x.Payer].In(v.lang), names[x.Host].In(v.lang), stateWord(x.State).In(v.lang), t.Orders, t.Firms, t.Paid, t.PaidFen, t.BackFen, t.Approved, t.ApprovedFen, t.Pending, t.Rejected,
				int64(x.Differences), x.Digest); err != nil {
				return err
			}
		}
		if q.Page*pageRows >= total || len(all) == 0 {
			return v.send(s)
		}
	}
}

// closeMonth closes a month with a host.
func (v *visit) closeMonth() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	s, err := v.s.c.Statements.Close(v.ctx(), v.who, f.text("host"), f.text("period"))
	if err != nil {
		v.back = "/statements"
		if !v.refused(err, nil) {
			return err
		}
		return v.showStatements()
	}
	return v.to("/statements/"+s.ID, "month_closed")
}

type statementPage struct {
	statement.Detail
	PayerWords, HostWords fault.Words
	Rows                  []lineRow // of this page
	Pager                 pager
	Export                exportView
	Leaf                  string // page of the public entry
	QR                    template.HTML
	Address               string
	Only                  bool // lines in dispute alone are listed
}

type lineRow struct {
	statement.Both
	Org, Provider fault.Words
}

// Disputed says whether the sides differ on it.
func (l lineRow) Disputed() bool { return len(l.Differs) > 0 }

func (v *visit) statement() error { return v.showStatement("statement") }

// statementPaper is the statement to be printed and filed, with where its public part is checked.
func (v *visit) statementPaper() error { return v.showStatement("statementpaper") }

func (v *visit) showStatement(page string) error {
	x, err := v.s.c.Statements.Get(v.ctx(), v.who, v.r.PathValue("id"))
	if err != nil {
		return err
	}
	names, _, err := v.ends()
	if err != nil {
		return err
	}
	if v.wantsFile() {
		return v.statementFile(x)
	}
	p := statementPage{Detail: x, PayerWords: names[x.Payer], HostWords: names[x.Host], Export: v.exports(), Only: v.r.URL.Query().Get("only") == "differences", Address: v.site() + "/statements/" + x.ID}
	var rows []lineRow
	for _, b := range x.Lines {
		if !p.Only || len(b.Differs) > 0 {
			rows = append(rows, lineRow{b, x.Names[b.Line().Org], x.Names[b.Line().Provider]})
		}
	}
	p.Pager, p.Rows = v.pager(len(rows), pageRows), rows
	if page == "statement" {
		from := min((v.pageNo()-1)*pageRows, len(rows))
		p.Rows = rows[from:min(from+pageRows, len(rows))]
	}
	for _, g := range x.Signatures {
		if g.Side == x.Mine {
			if p.Leaf, err = v.entryPath(g.Leaf); err != nil {
				return err
			}
		}
	}
	if p.Leaf != "" {
		p.Address = v.site() + p.Leaf
	}
	if page == "statementpaper" {
		if p.QR, err = drawQR(p.Address, v.t("二维码：核验地址", "QR code: where to check this")); err != nil {
			return err
		}
	}
	v.under("/statements", "跨省对账单", "Statements")
	return v.show(page, fmt.Sprintf("%s → %s  %s", p.PayerWords.In(v.lang), p.HostWords.In(v.lang), x.Period), p)
}

// statementFile is every line with both sides' values.
func (v *visit) statementFile(x statement.Detail) error {
	s := &sheet{Name: "statement-" + x.ID, Head: []string{v.t("订单", "Order"), v.t("企业", "Firm"), v.t("服务机构", "Provider"), v.t("付款方状态", "State, payer"), v.t("服务方状态", "State, host"),
		v.t("付款方核定", "Approved, payer"), v.t("服务方核定", "Approved, host"), v.t("付款方已付", "Paid, payer"), v.t("服务方已付", "Paid, host"), v.t("付款方开票", "Billed, payer"), v.t("服务方开票", "Billed, host"),
		v.t("天数", "Days"), v.t("此前已确认", "Agreed before"), v.t("上期补列", "Late"), v.t("差异", "Differences")}}
	for _, b := range x.Lines {
		var differ []string
		for _, d := range b.Differs {
			differ = append(differ, differWord(d.Field).In(v.lang))
		}
		side := func(l *statement.Line) (state string, approved, paid, billed any) {
			if l == nil {
				return orderWord("").In(v.lang), "", "", ""
			}
			if billed = any(l.Billed); !l.Recorded {
				billed = ""
			}
			return orderWord(l.State).In(v.lang), l.Approved, l.Paid, billed
		}
		ps, pa, pp, pb := side(b.Payer)
		hs, ha, hp, hb := side(b.Host)
		if err := s.put(b.Order, x.Names[b.Line().Org].In(v.lang), x.Names[b.Line().Provider].In(v.lang), ps, hs, pa, ha, pp, hp, pb, hb, lineDays(b.Line()).In(v.lang), b.Before, fmt.Sprint(b.Late),
			strings.Join(differ, v.t("、", ", "))); err != nil {
			return err
		}
	}
	return v.send(s)
}

// lineDays is how long an order took, in the days that its rule counts.
func lineDays(l statement.Line) fault.Words {
	switch {
	case l.Days < 0:
		return fault.Words{"—", "—"}
	case l.Workdays:
		return fault.Count(l.Days, "个工作日", "working day", "working days")
	}
	return fault.Count(l.Days, "天", "day", "days")
}

// differValue is one side's value of a difference, for people.
func differValue(field, value string) fault.Words {
	switch {
	case field == "line" || field == "state":
		return orderWord(value)
	case value == "":
		return fault.Words{"没有记录", "no record"}
	case field == "approved" || field == "paid" || field == "billed":
		value = grouped(value)
		return fault.Words{value + " 元", value + " yuan"}
	case strings.HasSuffix(value, " wd"):
		n := strings.TrimSuffix(value, " wd")
		return fault.Words{n + " 个工作日", n + " working days"}
	case strings.HasSuffix(value, " d"):
		n := strings.TrimSuffix(value, " d")
		return fault.Words{n + " 天", n + " days"}
	}
	return fault.Words{value, value}
}

// signatureOf is a side's signature; the zero one while it has not signed.
func signatureOf(s statement.Statement, side string) statement.Signature {
	for _, g := range s.Signatures {
		if g.Side == side {
			return g
		}
	}
	return statement.Signature{}
}

// signStatement signs for this side.
func (v *visit) signStatement() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	id := v.r.PathValue("id")
	if err := v.s.c.Statements.Sign(v.ctx(), v.who, id, f.text("digest")); err != nil {
		v.back = "/statements/" + id
		if !v.refused(err, nil) {
			return err
		}
		return v.showStatement("statement")
	}
	return v.to("/statements/"+id, "statement_signed")
}

type servicesPage struct {
	Lines []serviceLine
	More  string // address of the next page
	Open  string // order whose form was refused
}

type serviceLine struct {
	statement.Service
	Who  fault.Words // the paying side
	Form *form
}

// services lists the orders of other jurisdictions at one's organisation, each with what was recorded of it.
func (v *visit) services() error { return v.showServices(nil) }

func (v *visit) showServices(sent *form) error {
	page := v.pageNo()
	all, more, err := v.s.c.Statements.Services(v.ctx(), v.who, page)
	if err != nil {
		return err
	}
	names, _, err := v.ends()
	if err != nil {
		return err
	}
	if v.wantsFile() {
		s := &sheet{Name: "services", Head: []string{v.t("订单", "Order"), v.t("付款方", "Payer"), v.t("企业", "Firm"), v.t("状态", "State"), v.t("对方告知已付（元）", "Told as paid (yuan)"), v.t("开票（元）", "Billed (yuan)"), v.t("收到财政付款（元）", "Received (yuan)")}}
		for {
			for _, x := range all {
				if err := s.put(x.Order.No, names[x.Payer].In(v.lang), x.Order.Org, orderWord(x.Order.State).In(v.lang), x.Order.Paid, x.Record.Billed, x.Record.Received); err != nil {
					return err
				}
			}
			if !more {
				return v.send(s)
			}
			page++
			if all, more, err = v.s.c.Statements.Services(v.ctx(), v.who, page); err != nil {
				return err
			}
		}
	}
	p := servicesPage{}
	for i, x := range all {
		l := serviceLine{Service: x, Who: names[x.Payer], Form: v.blank(fmt.Sprintf("s%d", i))}
		if sent != nil && sent.text("order") == x.Order.No {
			l.Form, p.Open = sent.on(fmt.Sprintf("s%d", i)), x.Order.No
		}
		p.Lines = append(p.Lines, l)
	}
	if more {
		p.More = v.filterLink("page", fmt.Sprint(page+1))
	}
	return v.show("services", v.t("外地订单的开票与收款", "Bills for orders from elsewhere"), p)
}

func (v *visit) recordService() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	f.needed("billed")
	billed, received := f.fen("billed"), unit.Fen(0)
	if f.text("received") != "" {
		received = f.fen("received")
	}
	err = f.err()
	if err == nil {
		_, err = v.s.c.Statements.Enter(v.ctx(), v.who, f.text("payer"), f.text("order"), billed, received, f.text("note"))
	}
	if err != nil {
		v.back = "/services"
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showServices(f)
	}
	return v.to("/services", "service_recorded")
}
