package web

import (
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

type casesPage struct {
	Cases   []casework.Case
	Pager   pager
	May     bool // this person may open a case
	Text    string
	Bad     string // what is wrong with what was searched for
	Filter  casework.Filter
	Schemes []*scheme.Scheme
	Stages  []stageName
	Exports exportView
}

type stageName struct {
	Name  string
	Words fault.Words
}

// cases lists what this person may see. A number leads to its case, however it was typed; another text finds the cases of
// organisations by their names or codes.
func (v *visit) cases() error {
	q := v.r.URL.Query()
	p := casesPage{Text: strings.TrimSpace(q.Get("q")), Schemes: v.s.c.Cases.Schemes(), May: access.MaySomewhere(v.who, access.CaseCreate) == nil, Exports: v.exports()}
	p.Filter = casework.Filter{Scheme: q.Get("scheme"), Stage: q.Get("stage"), Org: q.Get("org"), Page: v.pageNo()}
	if p.Text != "" {
		if unit.LooksLikeCaseNo(p.Text) {
			id, err := v.s.c.Cases.Find(v.ctx(), v.who, p.Text)
			if err == nil {
				return v.to("/cases/"+string(id), "")
			}
			if f := fault.Of(err); f.Kind == fault.Internal || f.Kind == fault.SignIn {
				return err
			}
			p.Bad = fault.Of(err).Sentence(v.lang)
			v.problems = append(v.problems, problemView{p.Bad, "q"})
			v.status(fault.Of(err).Kind.Status())
			p.Filter.Orgs = []string{}
		} else {
			found, _, err := v.s.c.Registry.Find(v.ctx(), p.Text, 1)
			if err != nil {
				return err
			}
			p.Filter.Orgs = []string{}
			for _, o := range found {
				p.Filter.Orgs = append(p.Filter.Orgs, o.Code)
			}
		}
	}
	if v.wantsFile() {
		return v.exportCases(p.Filter)
	}
	all, total, err := v.s.c.Cases.List(v.ctx(), v.who, p.Filter)
	if err != nil {
		return err
	}
	p.Cases, p.Pager = all, v.pagerUpTo(total)
	seen := map[string]bool{}
	for _, s := range p.Schemes {
		for _, stage := range s.AllStages() {
			if !seen[stage] && (p.Filter.Scheme == "" || p.Filter.Scheme == s.ID) {
				seen[stage] = true
				p.Stages = append(p.Stages, stageName{stage, s.Say(stage)})
			}
		}
	}
	return v.show("cases", v.t("申请与办件", "Cases"), p)
}

// underCase puts a page under the list of cases and the case that it is about.
func (v *visit) underCase(c casework.Case, s *scheme.Scheme) {
	v.under("/cases", "申请与办件", "Cases")
	v.under("/cases/"+string(c.ID), s.Title[0]+" "+c.No, s.Title[1]+" "+c.No)
}

// pagerUpTo is the foot of a list that was counted up to a limit.
func (v *visit) pagerUpTo(total int) pager {
	p := v.pager(min(total, casework.RowsMax), pageRows)
	p.More = total > casework.RowsMax
	return p
}

// caseHead and caseCells are a case as a row of a file.
func (v *visit) caseHead() []string {
	return []string{v.t("编号", "Number"), v.t("事项", "Scheme"), v.t("版本", "Edition"), v.t("申请单位", "Applicant"), v.t("统一社会信用代码", "Code"), v.t("阶段", "Stage"), v.t("结果", "Outcome"),
		v.t("在谁手里", "In whose hands"), v.t("到什么时候", "Until"), v.t("逾期", "Overdue"), v.t("提出", "Opened"), v.t("最近变动", "Changed")}
}

func (v *visit) caseCells(c casework.Case) []any {
	h := holderOf(c.Waits, v.lang)
	until, late := "", ""
	if !h.Due.IsZero() {
		until = showDue(h.Due, v.lang)
	}
	if h.Late {
		late = v.t("是", "yes")
	}
	if c.End != "" {
		h.Roles = ""
	}
	return []any{c.No, c.Title.In(v.lang), c.Edition, c.OrgName.In(v.lang), c.Org, c.StageWords.In(v.lang), string(c.End), h.Roles, until, late,
		showTime(c.Opened, v.lang), showTime(c.Changed, v.lang)}
}

func (v *visit) exportCases(f casework.Filter) error {
	f.Page, f.Rows = 1, casework.RowsMax
	all, total, err := v.s.c.Cases.List(v.ctx(), v.who, f)
	if err != nil {
		return err
	}
	if total > casework.RowsMax {
		return fault.New(fault.TooLarge, "web.export_rows", "most", casework.RowsMax)
	}
	sh := &sheet{Name: "cases", Head: v.caseHead()}
	for _, c := range all {
		if err := sh.put(v.caseCells(c)...); err != nil {
			return err
		}
	}
	return v.send(sh)
}

type queuePage struct {
	Page    casework.QueuePage
	Filter  casework.QueueFilter
	Pager   pager
	Stages  []queueStage
	Actions []casework.BatchAction
	Desk    bool // this person holds a desk
	Exports exportView
	Picked  map[unit.ID]bool // what was marked in a batch that was refused
	Reason  string
	Action  string
	All     string // the queue without a stage
}

// queueStage is a count that narrows the queue to its stage.
type queueStage struct {
	casework.StageCount
	Path string
	Here bool
}

func queueFilter(get func(string) string, page int) casework.QueueFilter {
	return casework.QueueFilter{Scheme: get("scheme"), Stage: get("stage"), Due: get("due"), Hands: get("hands"), Sort: get("sort"), Page: page}
}

func (v *visit) queue() error {
	f := queueFilter(v.r.URL.Query().Get, v.pageNo())
	if v.wantsFile() {
		return v.exportQueue(f)
	}
	return v.showQueue(queuePage{Filter: f, Exports: v.exports()})
}

func (v *visit) showQueue(p queuePage) (err error) {
	if p.Page, err = v.s.c.Cases.Line(v.ctx(), v.who, p.Filter); err != nil {
		return err
	}
	p.Pager = v.pager(p.Page.Total, pageRows)
	p.Pager.More = p.Page.More
	p.Actions = v.s.c.Cases.BatchActions(v.who, p.Page.Cases)
	p.Desk = v.atDesk()
	for _, s := range p.Page.Stages {
		p.Stages = append(p.Stages, queueStage{s, queueAddress(p.Filter, s.Scheme, s.Stage), s.Scheme == p.Filter.Scheme && s.Stage == p.Filter.Stage})
	}
	p.All = queueAddress(p.Filter, "", "")
	return v.show("queue", v.t("待办", "Waiting for me"), p)
}

// queueAddress is the queue narrowed to a stage, all else kept.
func queueAddress(f casework.QueueFilter, scheme, stage string) string {
	var parts []string
	for _, x := range [][2]string{{"scheme", scheme}, {"stage", stage}, {"due", f.Due}, {"hands", f.Hands}, {"sort", f.Sort}} {
		if x[1] != "" {
			parts = append(parts, x[0]+"="+x[1])
		}
	}
	if len(parts) == 0 {
		return "/queue"
	}
	return "/queue?" + strings.Join(parts, "&")
}

func (v *visit) exportQueue(f casework.QueueFilter) error {
	f.Page, f.Rows = 1, casework.RowsMax
	p, err := v.s.c.Cases.Line(v.ctx(), v.who, f)
	if err != nil {
		return err
	}
	if p.More {
		return fault.New(fault.TooLarge, "web.export_rows", "most", casework.RowsMax)
	}
	sh := &sheet{Name: "queue", Head: append(v.caseHead(), v.t("领办人", "Taken by"))}
	for _, c := range p.Cases {
		if err := sh.put(append(v.caseCells(c.Case), c.Taken.Name)...); err != nil {
			return err
		}
	}
	return v.send(sh)
}

type batchPage struct {
	Action  fault.Words
	Done    []casework.Batched
	Refused []casework.Batched
	Backs   []batchBack
	Reason  string
	From    string // the page it was begun on; "" is the queue
}

// batchBack is a way back that some cases of a batch have.
type batchBack struct {
	Action      string
	Words       fault.Words
	Cases       []casework.Batched
	NeedsReason bool
}

// batch takes one action in the cases that were marked, and says what became of each.
func (v *visit) batch() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	b := casework.Batch{Action: f.Get("action"), Reason: f.text("reason"), Key: f.Get("key")}
	p := queuePage{Filter: queueFilter(f.Get, 1), Picked: map[unit.ID]bool{}, Reason: b.Reason, Action: b.Action, Exports: exportView{"/queue?format=csv", "/queue?format=xlsx"}}
	if b.Cases, err = idsOf(f.Values["case"]); err != nil {
		return err
	}
	for _, id := range b.Cases {
		p.Picked[id] = true
	}
	v.back = queueAddress(p.Filter, p.Filter.Scheme, p.Filter.Stage)
	if f.Get("take") != "" {
		return v.takeMany(b.Cases, p)
	}
	done, err := v.s.c.Cases.ActMany(v.ctx(), v.who, b)
	if err != nil {
		if !v.refused(err, func(field string) string { return "batch-" + field }) {
			return err
		}
		return v.showQueue(p)
	}
	out := batchPage{Reason: b.Reason, Action: v.sayAction(b.Action)}
	for _, x := range done {
		if x.Refused != nil {
			out.Refused = append(out.Refused, x)
			continue
		}
		out.Done = append(out.Done, x)
		if x.Back == "" {
			continue
		}
		at := slices.IndexFunc(out.Backs, func(b batchBack) bool { return b.Action == x.Back })
		if at < 0 {
			out.Backs, at = append(out.Backs, batchBack{Action: x.Back, Words: x.BackSay}), len(out.Backs)
		}
		out.Backs[at].Cases = append(out.Backs[at].Cases, x)
	}
	v.under("/queue", "待办", "Waiting for me")
	return v.show("batch", v.t("成批办理的结果", "What became of the batch"), out)
}

// takeMany takes the marked cases for this person; the first that is refused is said.
func (v *visit) takeMany(ids []unit.ID, p queuePage) error {
	if len(ids) == 0 {
		v.refused(fault.New(fault.Invalid, "casework.batch_empty").On("case"), func(string) string { return "batch-case" })
		return v.showQueue(p)
	}
	for _, id := range ids {
		if _, err := v.s.c.Cases.Take(v.ctx(), v.who, id); err != nil {
			if !v.refused(err, func(string) string { return "c-" + string(id) }) {
				return err
			}
		}
	}
	if len(v.problems) > 0 {
		return v.showQueue(p)
	}
	return v.to(v.back, "taken")
}

// sayAction is what an action is called in the schemes of this node.
func (v *visit) sayAction(name string) fault.Words {
	for _, s := range v.s.c.Cases.Schemes() {
		if w := s.Say(name); w[0] != name {
			return w
		}
	}
	return fault.Words{name, name}
}

// takeCase, giveCase and giveBackCase say who of the desk looks after a case.
func (v *visit) takeCase() error {
	return v.hands(func(id unit.ID, _ *form) (string, error) {
		_, err := v.s.c.Cases.Take(v.ctx(), v.who, id)
		return "taken", err
	})
}

func (v *visit) giveCase() error {
	return v.hands(func(id unit.ID, f *form) (string, error) {
		to, err := unit.ParseID(f.Get("to"))
		if err != nil {
			return "", fault.New(fault.Invalid, "casework.give_whom").On("to")
		}
		_, err = v.s.c.Cases.Give(v.ctx(), v.who, id, to)
		return "given", err
	})
}

func (v *visit) giveBackCase() error {
	return v.hands(func(id unit.ID, _ *form) (string, error) {
		return "gave_back", v.s.c.Cases.GiveBack(v.ctx(), v.who, id)
	})
}

func (v *visit) hands(do func(unit.ID, *form) (string, error)) error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/cases/" + string(id)
	done, err := do(id, f)
	if err != nil {
		if !v.refused(err, func(string) string { return "hands" }) {
			return err
		}
		return v.showCase(id, typed{})
	}
	return v.to(v.back, done)
}
