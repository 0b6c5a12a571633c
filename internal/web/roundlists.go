package web

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/unit"
	"corridor/internal/web/docx"
)

type roundListsPage struct {
	Rounds []casework.PublicRound
	Pager  pager
	Export exportView
}

// roundLists are the results of rounds, for everybody.
func (v *visit) roundLists() error {
	if v.wantsFile() {
		return v.roundListsFile()
	}
	all, total, err := v.s.c.Cases.PublicRounds(v.ctx(), v.pageNo(), pageRows)
	if err != nil {
		return err
	}
	v.under("/public-notices", "公示", "Public notices")
	return v.show("roundlists", v.t("集中评定结果", "Results of rounds"), roundListsPage{all, v.pagerUpTo(total), v.exports()})
}

func (v *visit) roundListsFile() error {
	out := &sheet{Name: "round-lists", Head: []string{v.t("截止日", "Closed on"), v.t("事项", "Scheme"), v.t("版本", "Edition"), v.t("参评", "Ranked"), v.t("入选", "Admitted"), v.t("决定人", "Decided by"), v.t("决定时间", "Decided at"), v.t("地址", "Address")}}
	return v.sendPages(out, func(n int) (rows [][]any, total int, err error) {
		all, total, err := v.s.c.Cases.PublicRounds(v.ctx(), n, casework.RowsMax)
		for _, r := range all {
			rows = append(rows, []any{r.Day.String(), r.Title.In(v.lang), r.Edition, r.Total, r.Taken, r.By.In(v.lang), iso(r.At), v.site() + "/round-lists/" + string(r.ID)})
		}
		return rows, min(total, casework.RowsMax), err
	})
}

type roundListPage struct {
	Round   casework.PublicRound
	Returns returnsView
	Lines   []publicLine
	Pager   pager
	Exports exportView
	DOCX    string
}

// publicLine is an admitted case as everybody sees it.
type publicLine struct {
	Rank  int
	Shows []namedValue
	Entry string // address of the entry in the log; "" while it has none
}

// roundList is the result of one round: what the edition publishes of each admitted case, by its place.
func (v *visit) roundList() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	page, rows := v.pageNo(), rankRows
	if v.wantsFile() {
		page, rows = 1, exportRowsMax
	}
	r, lines, err := v.s.c.Cases.PublicRound(v.ctx(), id, page, rows)
	if err != nil {
		return err
	}
	p := roundListPage{Round: r, Returns: returnsShown(r.Rule, r.Verified, r.Returns), Exports: v.exports(), DOCX: v.filterLink("format", "docx"), Pager: v.pager(r.Taken, rankRows)}
	for _, l := range lines {
		x := publicLine{Rank: l.Rank}
		if l.Leaf != "" {
			e, err := v.s.c.Log.ByID(v.ctx(), l.Leaf)
			if err != nil {
				return err
			}
			var all []namedValue
			if e.WithdrawnBy == "" {
				all = v.publicFields(e.Kind, e.Fields)
			}
			for _, f := range all {
				if f.Name != leafWords["edition"].In(v.lang) && f.Name != leafWords["scheme"].In(v.lang) && f.Name != leafWords["action"].In(v.lang) {
					x.Shows = append(x.Shows, f)
				}
			}
			if e.Index >= 0 {
				x.Entry = fmt.Sprintf("/log/entries/%d", e.Index)
			}
		}
		p.Lines = append(p.Lines, x)
	}
	if v.wantsFile() {
		return v.exportRoundList(p)
	}
	v.under("/public-notices", "公示", "Public notices")
	v.under("/round-lists", "集中评定结果", "Results of rounds")
	return v.show("roundlist", v.roundTitle(r), p)
}

func (v *visit) roundTitle(r casework.PublicRound) string {
	return r.Title.In(v.lang) + v.t("：集中评定结果 ", ": result of the round of ") + r.Day.String()
}

// exportRoundList is the whole list as CSV, XLSX or a document to print and post.
func (v *visit) exportRoundList(p roundListPage) error {
	t := sheetOf{Name: v.roundTitle(p.Round), Head: []string{v.t("名次", "Place"), v.t("公开内容", "What is shown"), v.t("结果", "Result"), v.t("公开日志", "Entry of the log")}}
	for _, l := range p.Lines {
		entry := ""
		if l.Entry != "" {
			entry = v.site() + l.Entry
		}
		t.Rows = append(t.Rows, []string{fmt.Sprint(l.Rank), joined(v, l.Shows), p.Round.Takes.In(v.lang), entry})
	}
	name := "round-" + p.Round.Day.String()
	if v.r.URL.Query().Get("format") != "docx" {
		return v.downloadTable(name, t)
	}
	var d docx.Document
	d.Title(t.Name)
	d.Text(v.s.c.Node.Name.In(v.lang) + v.t("　制表时间：", "  Made at: ") + showTime(v.now(), v.lang))
	d.Text(v.roundSum(p.Round))
	d.Table(t.Head, t.Rows)
	d.Text(v.t("名单不列单位名称和办件编号；申请单位登录后在本办件中看到自己的名次和结果。核对地址：", "The list names neither organisations nor numbers of cases; an applicant sees place and result in the own case. To be checked at: ") + v.site() + "/round-lists/" + string(p.Round.ID))
	b, err := d.Bytes()
	if err != nil {
		return err
	}
	return v.download(name+".docx", docxType, b)
}

// roundSum says in a sentence how the round came out.
func (v *visit) roundSum(r casework.PublicRound) string {
	return fmt.Sprintf(v.t("截至 %s 共 %d 件参评，%s %d 件，由%s于 %s 一次决定。", "%[2]d cases were ranked as of %[1]s; %[3]s: %[4]d. Decided at once by the %[5]s, %[6]s."),
		r.Day, r.Total, r.Takes.In(v.lang), r.Taken, r.By.In(v.lang), showTime(r.At, v.lang))
}

// joined is what is shown, in one line.
func joined(v *visit, all []namedValue) (out string) {
	for i, f := range all {
		if i > 0 {
			out += v.t("；", "; ")
		}
		out += f.Name + v.t("：", ": ") + f.Value
	}
	return out
}

type myRoundPage struct {
	Round   casework.Round
	Mine    []casework.RoundPlace
	Ranks   string // what the cases are ranked by
	Formula string // instead, where it is computed
	Room    string // what they share
}

// myRound is the page of a round for applicants: when it closes, how it is decided, and where the own cases stand.
func (v *visit) myRound(id string) error {
	r, mine, err := v.s.c.Cases.MyRound(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p := myRoundPage{Round: r, Mine: mine}
	if s, err := v.s.c.Cases.Edition(mine[0].Case); err == nil {
		if p.Ranks = s.Called(s.Round.Order).In(v.lang); p.Ranks == s.Round.Order {
			p.Ranks, p.Formula = "", s.Round.Order
		}
		p.Room = v.t("本轮可用资金", "the money that is left for the round")
		if x, isParam := s.Params.Get(s.Round.Within); isParam {
			p.Room = s.Say(s.Round.Within).In(v.lang) + v.t("：", ": ") + s.Show(x.Value, v.lang)
		}
	}
	v.under("/cases", "申请与办件", "Cases")
	return v.show("myround", r.Title.In(v.lang)+" "+r.Day.String(), p)
}

// roundOf is where a case stands with a round; nil if with none.
func (v *visit) roundOf(id unit.ID) (*casework.RoundPlace, error) {
	p, ok, err := v.s.c.Cases.RoundOf(v.ctx(), v.who, id)
	if err != nil || !ok {
		return nil, err
	}
	return &p, nil
}

// apiRoundLists are the operations on what everybody may know of rounds.
func (s *Server) apiRoundLists() {
	type publicRoundOut struct {
		ID     string `json:"id"`
		Round  string `json:"round"`
		Scheme string `json:"scheme"`
		Day    string `json:"day"`
		At     string `json:"at"`
		Total  int    `json:"total"`
		Taken  int    `json:"taken"`
	}
	out := func(r casework.PublicRound) publicRoundOut {
		return publicRoundOut{string(r.ID), r.Round, r.Scheme, r.Day.String(), iso(r.At), r.Total, r.Taken}
	}
	type roundListsIn struct {
		Page int `query:"page" minimum:"1" default:"1"`
	}
	type roundListsOut struct {
		Rounds []publicRoundOut `json:"rounds"`
		Total  int              `json:"total"`
	}
	operate(s, "GET", "/api/v1/round-lists", access.CaseObject, "The results of rounds, for everybody", func(ctx context.Context, a asked, i *roundListsIn) (*body[roundListsOut], error) {
		all, total, err := s.c.Cases.PublicRounds(ctx, i.Page, 0)
		if err != nil {
			return nil, err
		}
		o := roundListsOut{Rounds: []publicRoundOut{}, Total: total}
		for _, r := range all {
			o.Rounds = append(o.Rounds, out(r))
		}
		return answer(o)
	})
	type roundLineOut struct {
		Rank int    `json:"rank"`
		Leaf string `json:"leaf" doc:"receipt of the entry in the log; empty where the edition publishes nothing"`
	}
	type roundListIn struct {
		ID   string `path:"id" doc:"of the closing"`
		Page int    `query:"page" minimum:"1" default:"1"`
	}
	type roundListOut struct {
		Round publicRoundOut `json:"round"`
		Lines []roundLineOut `json:"lines" doc:"those that were admitted, 100 on a page"`
	}
	operate(s, "GET", "/api/v1/round-lists/{id}", access.CaseObject, "The result of a round, for everybody", func(ctx context.Context, a asked, i *roundListIn) (*body[roundListOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		r, lines, err := s.c.Cases.PublicRound(ctx, id, i.Page, rankRows)
		if err != nil {
			return nil, err
		}
		o := roundListOut{Round: out(r), Lines: []roundLineOut{}}
		for _, l := range lines {
			o.Lines = append(o.Lines, roundLineOut{l.Rank, string(l.Leaf)})
		}
		return answer(o)
	})
	type caseRoundOut struct {
		Round   string `json:"round" doc:"empty where the case stands with no round"`
		Day     string `json:"day"`
		Closing string `json:"closing" doc:"empty while it waits"`
		Rank    int    `json:"rank"`
		Total   int    `json:"total"`
		Takes   bool   `json:"takes"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/round", access.CaseRead, "For which round a case waits, or how one decided about it", func(ctx context.Context, a asked, i *byID) (*body[caseRoundOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		p, ok, err := s.c.Cases.RoundOf(ctx, a.who, id)
		if err != nil || !ok {
			return &body[caseRoundOut]{}, err
		}
		return answer(caseRoundOut{p.Round, p.Day.String(), string(p.Closing), p.Rank, p.Total, p.Takes})
	})
	type joinsOut struct {
		Stage  string   `json:"stage" doc:"of the case that this one joined; empty if it joined none"`
		Into   string   `json:"into" doc:"id of that case, where the reader may see it"`
		Joined []string `json:"joined" doc:"ids of cases that joined this one, as far as the reader may see them"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/joins", access.CaseRead, "Which case this one joined, and which joined it", func(ctx context.Context, a asked, i *byID) (*body[joinsOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		j, err := s.c.Cases.JoinsOf(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := joinsOut{Stage: j.Into.In(a.lang), Joined: []string{}}
		if j.Case != nil {
			o.Into = string(j.Case.ID)
		}
		for _, c := range j.Joined {
			o.Joined = append(o.Joined, string(c.ID))
		}
		return answer(o)
	})
}

// roundNotSeen says that a person may not see a ranking; the round may still be one of the own cases.
func roundNotSeen(err error) bool { return fault.KindOf(err) == fault.NotFound }
