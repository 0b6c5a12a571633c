package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/unit"
	"corridor/internal/web/docx"
)

type publicNoticesPage struct {
	Notices []publicView
	Past    bool
	Scheme  string
	Schemes []option
	Pager   pager
	Exports exportView
	DOCX    string
}

// publicView is a public notice as a page shows it.
type publicView struct {
	casework.PublicNotice
	Shows []namedValue
	Open  bool
	Entry string // address of the entry in the log; "" while it has none
}

func (v *visit) publicView(p casework.PublicNotice) (x publicView, err error) {
	x = publicView{PublicNotice: p, Open: p.Open(v.now())}
	fields := map[string]any{"edition": p.Edition}
	for name, value := range p.Fields {
		fields[name] = value
	}
	for _, f := range v.publicMap(p.Kind, fields) {
		if f.Name != leafWords["edition"].In(v.lang) {
			x.Shows = append(x.Shows, f)
		}
	}
	x.Entry, err = v.entryPath(p.Leaf)
	return x, err
}

// publicNotices lists what is shown to the public, now or before.
func (v *visit) publicNotices() error {
	q := v.r.URL.Query()
	p := publicNoticesPage{Past: q.Get("past") != "", Scheme: q.Get("scheme"), Exports: v.exports()}
	p.DOCX = v.filterLink("format", "docx")
	seen := map[string]bool{}
	for _, s := range v.s.c.Cases.Schemes() {
		if !seen[s.ID] {
			seen[s.ID] = true
			p.Schemes = append(p.Schemes, option{s.ID, s.Title.In(v.lang)})
		}
	}
	page, rows := v.pageNo(), pageRows
	if v.wantsFile() {
		page, rows = 1, casework.RowsMax
	}
	all, total, err := v.s.c.Cases.PublicNotices(v.ctx(), p.Past, p.Scheme, page, rows)
	if err != nil {
		return err
	}
	for _, n := range all {
		x, err := v.publicView(n)
		if err != nil {
			return err
		}
		p.Notices = append(p.Notices, x)
	}
	if v.wantsFile() {
		return v.exportPublic(p.Notices)
	}
	p.Pager = v.pagerUpTo(total)
	return v.show("publicnotices", v.t("公示", "Public notices"), p)
}

func (v *visit) publicHead() []string {
	return []string{v.t("事项", "Scheme"), v.t("内容", "What is shown"), v.t("起", "Since"), v.t("止", "Until"), v.t("状态", "State"), v.t("公开日志", "Entry of the log")}
}

func (v *visit) publicCells(x publicView) []string {
	until, state := v.t("日历未公布", "calendar not announced"), v.t("公示中", "open")
	if !x.Until.IsZero() {
		until = showDue(x.Until, v.lang)
	}
	if !x.Open {
		state = v.t("已结束", "over")
	}
	if x.How != "" {
		state += " · " + x.HowSay.In(v.lang)
	}
	entry := ""
	if x.Entry != "" {
		entry = v.site() + x.Entry
	}
	return []string{x.Title.In(v.lang), x.what(v), showTime(x.Since, v.lang), until, state, entry}
}

// what is all that is shown, in one line.
func (x publicView) what(v *visit) string {
	return joined(v, x.Shows)
}

func (v *visit) exportPublic(all []publicView) error {
	if v.r.URL.Query().Get("format") == "docx" {
		return v.publicDocx(v.t("公示", "Public notice"), all)
	}
	sh := &sheet{Name: "public-notices", Head: v.publicHead()}
	for _, x := range all {
		cells := make([]any, 0, 6)
		for _, c := range v.publicCells(x) {
			cells = append(cells, c)
		}
		if err := sh.put(cells...); err != nil {
			return err
		}
	}
	return v.send(sh)
}

// publicDocx is public notices as a document to print and post.
func (v *visit) publicDocx(title string, all []publicView) error {
	var d docx.Document
	d.Title(title)
	d.Text(v.s.c.Node.Name.In(v.lang) + v.t("　制表时间：", "  Made at: ") + showTime(v.now(), v.lang))
	var rows [][]string
	for _, x := range all {
		rows = append(rows, v.publicCells(x))
	}
	d.Table(v.publicHead(), rows)
	d.Heading(1, v.t("如何提出异议", "How to object"))
	d.Text(v.t("任何人对公示内容有异议的，可在公示期内通过本节点的公示页面提出，不必登录；也可书面向主管部门提出。实名提出的，姓名和联系方式只供经办人答复使用，不对外公开。",
		"Anybody may object while a notice stands, on the page of the notice and without signing in, or in writing to the authority. A name and an address are used by the desk for the answer and are not made public."))
	d.Text(v.site() + "/public-notices")
	b, err := d.Bytes()
	if err != nil {
		return err
	}
	return v.download("public-notice.docx", docxType, b)
}

type publicNoticePage struct {
	Notice publicView
	Form   *form
}

func (v *visit) publicNotice() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showPublic(id, v.blank(""))
}

func (v *visit) showPublic(id unit.ID, f *form) error {
	n, err := v.s.c.Cases.PublicNotice(v.ctx(), id)
	if err != nil {
		return err
	}
	x, err := v.publicView(n)
	if err != nil {
		return err
	}
	if v.r.Method == "GET" && v.r.URL.Query().Get("format") == "docx" {
		return v.publicDocx(v.t("关于“", "Public notice of “")+n.Title.In(v.lang)+v.t("”的公示", "”"), []publicView{x})
	}
	v.under("/public-notices", "公示", "Public notices")
	return v.show("publicnotice", v.t("公示：", "Public notice: ")+n.Title.In(v.lang), publicNoticePage{x, f})
}

// object takes an objection and shows that it was received.
func (v *visit) object() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	words := map[string]string{}
	for name := range f.Values {
		words[name] = f.text(name)
	}
	o, err := v.s.c.Cases.Object(v.ctx(), id, f.Get("name"), f.Get("contact"), words)
	if err != nil {
		v.back = "/public-notices/" + string(id)
		if !v.refusedForm(f, err) {
			return err
		}
		return v.showPublic(id, f)
	}
	return v.to("/public-notices/"+string(id)+"/objections/"+string(o.ID), "objected")
}

type objectionPage struct {
	Objection casework.Objection
	Notice    publicView
	Address   string
}

func (v *visit) objection() error {
	id, err := unit.ParseID(v.r.PathValue("objection"))
	if err != nil {
		return fault.New(fault.NotFound, "casework.objection_unknown")
	}
	o, n, err := v.s.c.Cases.Objection(v.ctx(), id)
	if err != nil {
		return err
	}
	if string(n.ID) != v.r.PathValue("id") {
		return fault.New(fault.NotFound, "casework.objection_unknown")
	}
	x, err := v.publicView(n)
	if err != nil {
		return err
	}
	v.under("/public-notices", "公示", "Public notices")
	return v.show("objection", v.t("异议回执", "Receipt of an objection"), objectionPage{o, x, v.site() + v.r.URL.Path})
}

// apiPublic are the operations of public notices.
func (s *Server) apiPublic() {
	type publicOut struct {
		ID     string         `json:"id"`
		Scheme string         `json:"scheme"`
		Stage  string         `json:"stage"`
		Shows  map[string]any `json:"shows" doc:"what the edition publishes"`
		Since  string         `json:"since"`
		Until  string         `json:"until" doc:"the moment after the last; empty while the calendar does not reach so far"`
		Ended  string         `json:"ended"`
		How    string         `json:"how" doc:"the action by which it ended"`
		Leaf   string         `json:"leaf" doc:"receipt of the entry in the log"`
		Asks   []string       `json:"asks" doc:"fields of an objection"`
	}
	out := func(p casework.PublicNotice) publicOut {
		o := publicOut{string(p.ID), p.Scheme, p.Stage, p.Fields, iso(p.Since), iso(p.Until), iso(p.Ended), p.How, string(p.Leaf), []string{}}
		for _, f := range p.Asks {
			o.Asks = append(o.Asks, f.Name)
		}
		return o
	}
	type publicsIn struct {
		Past   bool   `query:"past" doc:"those that are over"`
		Scheme string `query:"scheme"`
		Page   int    `query:"page" minimum:"1" default:"1"`
	}
	type publicsOut struct {
		Notices []publicOut `json:"notices"`
		Total   int         `json:"total"`
	}
	operate(s, "GET", "/api/v1/public-notices", access.CaseObject, "What is shown to the public", func(ctx context.Context, a asked, i *publicsIn) (*body[publicsOut], error) {
		all, total, err := s.c.Cases.PublicNotices(ctx, i.Past, i.Scheme, i.Page, 0)
		if err != nil {
			return nil, err
		}
		o := publicsOut{Notices: []publicOut{}, Total: total}
		for _, p := range all {
			o.Notices = append(o.Notices, out(p))
		}
		return answer(o)
	})
	operate(s, "GET", "/api/v1/public-notices/{id}", access.CaseObject, "A public notice", func(ctx context.Context, a asked, i *byID) (*body[publicOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		p, err := s.c.Cases.PublicNotice(ctx, id)
		if err != nil {
			return nil, err
		}
		return answer(out(p))
	})
	type objectionIn struct {
		ID   string `path:"id"`
		Body struct {
			Name    string            `json:"name,omitempty" required:"false" doc:"the desk alone reads it"`
			Contact string            `json:"contact,omitempty" required:"false"`
			Fields  map[string]string `json:"fields"`
		}
	}
	type objectedOut struct {
		ID string `json:"id" doc:"cannot be guessed; whoever has it sees what became of the objection"`
		At string `json:"at"`
	}
	operate(s, "POST", "/api/v1/public-notices/{id}/objections", access.CaseObject, "Object to what is shown", func(ctx context.Context, a asked, i *objectionIn) (*body[objectedOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		o, err := s.c.Cases.Object(ctx, id, i.Body.Name, i.Body.Contact, i.Body.Fields)
		if err != nil {
			return nil, err
		}
		return answer(objectedOut{string(o.ID), iso(o.At)})
	})
}
