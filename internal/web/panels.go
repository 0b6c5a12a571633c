package web

import (
	"fmt"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
)

// panelRoutes are the addresses of what is looked at before a draw, of the minutes after it, and of an expert's own page.
func (s *Server) panelRoutes() {
	s.page("GET", "/panels", access.CaseQueue, (*visit).panels)
	s.page("GET", "/panels/draw", access.CaseAct, (*visit).drawRound)
	s.page("POST", "/panels/draw", access.CaseAct, (*visit).drawMany)
	s.page("GET", "/cases/{id}/minutes", access.CaseRead, (*visit).minutes)
	s.page("GET", "/expert", access.PersonRead, (*visit).expert)
	s.page("POST", "/expert/ties", access.PersonEdit, (*visit).declareTie)
	s.page("POST", "/expert/ties/{id}/end", access.PersonEdit, (*visit).endTie)
}

type panelsPage struct {
	Panels  []panelView
	Short   int
	Rounds  []casework.DrawPlan
	Pager   pager
	Exports exportView
}

type panelView struct {
	casework.Panel
	Out []string // how many are left out for which reason
}

// panels shows, for every case that waits for a draw, whether its pool holds enough who are tied to nobody.
func (v *visit) panels() error {
	all, err := v.s.c.Cases.Panels(v.ctx(), v.who, v.r.URL.Query().Get("scheme"))
	if err != nil {
		return err
	}
	p := panelsPage{Exports: v.exports(), Rounds: casework.DrawPlans(all)}
	for _, x := range all {
		y := panelView{Panel: x}
		for why, n := range x.Why {
			y.Out = append(y.Out, fmt.Sprintf("%s %d", wordOf(casework.TiedWords, why).In(v.lang), n))
		}
		slices.Sort(y.Out)
		if x.Short {
			p.Short++
		}
		p.Panels = append(p.Panels, y)
	}
	if v.wantsFile() {
		t := sheetOf{Name: v.t("抽取前核对", "Before the draw"), Head: []string{v.t("办件", "Case"), v.t("事项", "Scheme"), v.t("专家库", "Pool"), v.t("领域", "Field"), v.t("库内", "In the pool"), v.t("可抽取", "Free"), v.t("需要", "Needed"), v.t("回避", "Left out")}}
		for _, x := range p.Panels {
			t.Rows = append(t.Rows, []string{x.No, x.Title.In(v.lang), x.Pool, x.Field, fmt.Sprint(x.All), fmt.Sprint(x.Free), fmt.Sprint(x.Count), strings.Join(x.Out, "; ")})
		}
		return v.downloadTable("panels", t)
	}
	p.Pager = v.pager(len(p.Panels), pageRows)
	p.Panels = pageOf(v, p.Panels, pageRows)
	return v.show("panels", v.t("抽取前核对", "Before the draw"), p)
}

type minutesPage struct {
	Case  casework.Case
	Asks  []minutesView
	Draws []casework.Drawing
}

type minutesView struct {
	casework.AskMinutes
	Promised, Drawn string // digests and times of the draw, in one line; "" for none
}

// minutes are those of the opinions of a case, to be read and printed.
func (v *visit) minutes() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	m, err := v.s.c.Cases.Minutes(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	_, draws, err := v.s.c.Cases.Draws(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p := minutesPage{Case: m.Case}
	for _, a := range m.Asks {
		x := minutesView{AskMinutes: a}
		for _, d := range draws {
			if d.Ask == a.Ask && d.Opening == a.Opening && !d.Drawn.IsZero() {
				x.Promised = d.Promise
				x.Drawn = fmt.Sprintf(v.t("%s 抽取 %d 人，备选 %d 人；库内 %d 人", "%s: %d drawn, %d standing by; %d in the pool"), showTime(d.Drawn, v.lang), d.Count, d.Reserves, len(d.Lots))
			}
		}
		p.Asks = append(p.Asks, x)
	}
	v.under("/cases/"+string(id), m.Case.Title[0]+" "+m.Case.No, m.Case.Title[1]+" "+m.Case.No)
	return v.show("minutes", v.t("评审纪要", "Minutes of the panel"), p)
}

type expertPage struct {
	Record  casework.ExpertRecord
	Ties    []ownTie
	Kinds   []option
	Form    *form
	Pager   pager
	Exports exportView
}

type ownTie struct {
	registry.ExpertTie
	Name, Say string
	Over      bool
}

// declaredWords are what an expert can be tied by.
var declaredWords = map[string]fault.Words{
	"coauthor": {"共同署名发表", "wrote or published together"},
	"teacher":  {"师生关系", "teacher or student of somebody there"},
	"family":   {"亲属关系", "family of somebody there"},
	"employer": {"曾经任职", "worked there"},
	"paid":     {"取酬、咨询或持股", "is paid, advises or holds shares"},
	"project":  {"共同承担项目", "a project together"},
	"other":    {"其他", "something else"},
}

// expert is an expert's own page: what was asked, what is owed, and what he or she declares to be tied by.
func (v *visit) expert() error { return v.showExpert(v.blank("t")) }

func (v *visit) showExpert(f *form) error {
	r, err := v.s.c.Cases.Record(v.ctx(), v.who, v.pageNo())
	if err != nil {
		return err
	}
	p := expertPage{Record: r, Form: f, Exports: v.exports(), Pager: v.pager(r.Total, pageRows)}
	if v.wantsFile() {
		t := sheetOf{Name: v.t("评审记录", "Record of an expert"), Head: []string{v.t("办件", "Case"), v.t("事项", "Scheme"), v.t("评审", "Asked for"), v.t("邀请时间", "Asked"), v.t("期限", "Until"), v.t("答复时间", "Answered"), v.t("评审费（元）", "Fee (yuan)")}}
		for _, x := range r.Seats {
			t.Rows = append(t.Rows, []string{x.No, x.Title.In(v.lang), x.Ask.In(v.lang), iso(x.Asked), iso(x.Due), iso(x.Answered), x.Fee.String()})
		}
		return v.downloadTable("expert-record", t)
	}
	for _, k := range registry.TieKinds {
		p.Kinds = append(p.Kinds, option{k, declaredWords[k].In(v.lang)})
	}
	err = v.s.c.DB.Read(v.ctx(), func(tx *db.Tx) error {
		all, err := v.s.c.Registry.TiesOf(v.ctx(), tx, v.who)
		today := v.s.c.Registry.Today(tx)
		p.Ties = nil
		for _, t := range all {
			p.Ties = append(p.Ties, ownTie{ExpertTie: t, Say: wordOf(declaredWords, t.Kind).In(v.lang), Over: t.Until.Valid() && t.Until < today})
		}
		return err
	})
	if err != nil {
		return err
	}
	for i := range p.Ties {
		p.Ties[i].Name = v.orgName(p.Ties[i].Org)
	}
	return v.show("expert", v.t("我的评审", "My reviews"), p)
}

func (v *visit) declareTie() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	t, err := tieTyped(f.Get("org"), f.Get("kind"), f.Get("since"), f.Get("until"), f.Get("note"))
	if err == nil {
		err = v.s.declare(v.ctx(), v.who, t)
	}
	if err != nil {
		if !v.refusedForm(f.on("t"), err) {
			return err
		}
		return v.showExpert(f)
	}
	return v.to("/expert", "saved")
}

func (v *visit) endTie() error {
	id, _, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/expert"
	if err := v.s.endDeclared(v.ctx(), v.who, id); err != nil {
		return err
	}
	return v.to("/expert", "saved")
}
