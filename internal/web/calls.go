package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/registry"
	"corridor/internal/scheme"
)

// callRoutes are the addresses of the cases under which any organisation may open one of its own.
func (s *Server) callRoutes() {
	s.page("GET", "/calls", access.CaseRead, (*visit).calls)
	s.page("GET", "/calls/{id}", access.CaseRead, (*visit).oneCall)
	s.page("POST", "/calls/{id}", access.CaseCreate, (*visit).answerCall)
}

type callsPage struct {
	Calls   []callView
	Pager   pager
	Exports exportView
}

type callView struct {
	casework.Call
	Given []callGiven
	Orgs  []registry.Org // for whom this person may answer
}

// callGiven is a public field of a call: a text, or the rows of a table.
type callGiven struct {
	Name, Shown string
	Head        []string
	Rows        [][]string
}

func (v *visit) callView(c casework.Call) (callView, error) {
	x := callView{Call: c}
	s, err := v.s.c.Cases.Scheme(c.Scheme)
	if err != nil {
		return x, err
	}
	for _, f := range c.Public {
		g := callGiven{Name: f.Words.In(v.lang)}
		if f.Type != "group" {
			g.Shown = v.shown(s, f.Value)
		}
		for _, sub := range f.Fields {
			g.Head = append(g.Head, sub.Words.In(v.lang))
		}
		if f.Type == "group" {
			for _, row := range f.Value.List {
				cells := make([]string, len(f.Fields))
				for i, sub := range f.Fields {
					cells[i] = v.shown(s, row.Entry(sub.Name))
				}
				g.Rows = append(g.Rows, cells)
			}
		}
		x.Given = append(x.Given, g)
	}
	return x, nil
}

// calls lists what is open to proposals, the first that closes first.
func (v *visit) calls() error {
	all, err := v.s.c.Cases.Calls(v.ctx(), v.who)
	if err != nil {
		return err
	}
	p := callsPage{Exports: v.exports()}
	for _, c := range all {
		x, err := v.callView(c)
		if err != nil {
			return err
		}
		p.Calls = append(p.Calls, x)
	}
	if v.wantsFile() {
		t := sheetOf{Name: v.t("揭榜与征集", "Open calls"), Head: []string{v.t("编号", "No."), v.t("事项", "Scheme"), v.t("发布单位", "Posted by"), v.t("内容", "What is public"), v.t("截止", "Closes")}}
		for _, x := range p.Calls {
			t.Rows = append(t.Rows, []string{x.No, x.Title.In(v.lang), x.OrgName.In(v.lang), x.what(v), v.callCloses(x)})
		}
		return v.downloadTable("calls", t)
	}
	p.Pager = v.pager(len(p.Calls), pageRows)
	p.Calls = pageOf(v, p.Calls, pageRows)
	return v.show("calls", v.t("揭榜与征集", "Open calls"), p)
}

func (v *visit) callCloses(x callView) string {
	if x.Until.IsZero() {
		return v.t("日历未公布", "calendar not announced")
	}
	return showDue(x.Until, v.lang)
}

// what is all that a call makes public, in one line.
func (x callView) what(v *visit) string {
	var all []namedValue
	for _, g := range x.Given {
		if g.Shown != "" {
			all = append(all, namedValue{Name: g.Name, Value: g.Shown})
		}
	}
	return joined(v, all)
}

func (v *visit) oneCall() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	c, err := v.s.c.Cases.Call(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	p, err := v.callView(c)
	if err != nil {
		return err
	}
	if p.Orgs, err = v.callers(c); err != nil {
		return err
	}
	v.under("/calls", "揭榜与征集", "Open calls")
	return v.show("call", c.Title.In(v.lang)+" "+c.No, p)
}

// callers are the organisations for which this person may answer a call: not for whose call it is.
func (v *visit) callers(c casework.Call) (out []registry.Org, err error) {
	for _, code := range access.ReachOf(v.who, access.CaseCreate).Orgs {
		if code == c.Org {
			continue
		}
		o, err := v.org(code)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// answerCall opens a case of one's own under a call.
func (v *visit) answerCall() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/calls/" + string(id)
	c, err := v.s.c.Cases.AnswerCall(v.ctx(), v.who, id, f.Get("scheme"), f.Get("org"), f.Get("key"))
	if err != nil {
		return err
	}
	return v.to("/cases/"+string(c.ID), "opened")
}

// apiCalls are the operations of the same.
func (s *Server) apiCalls() {
	type callOut struct {
		ID     string            `json:"id"`
		No     string            `json:"no"`
		Scheme string            `json:"scheme"`
		Org    string            `json:"org" doc:"empty where it is not told"`
		Region string            `json:"region"`
		Until  string            `json:"until" doc:"the moment after the last in time; empty while no calendar reaches so far"`
		Public map[string]string `json:"public" doc:"the public fields of its form"`
		Opens  []string          `json:"opens" doc:"schemes of which any organisation may open a case under it"`
	}
	type callsOut struct {
		Calls []callOut `json:"calls"`
	}
	operate(s, "GET", "/api/v1/calls", access.CaseRead, "Cases under which any organisation may open one of its own now", func(ctx context.Context, a asked, _ *nothing) (*body[callsOut], error) {
		all, err := s.c.Cases.Calls(ctx, a.who)
		if err != nil {
			return nil, err
		}
		o := callsOut{Calls: []callOut{}}
		for _, c := range all {
			x := callOut{ID: string(c.ID), No: c.No, Scheme: c.Scheme, Org: c.Org, Region: string(c.Region), Until: iso(c.Until), Public: map[string]string{}, Opens: []string{}}
			for _, f := range c.Public {
				if f.Value.Kind != scheme.List {
					x.Public[f.Name] = f.Value.String()
				}
			}
			for _, offer := range c.Offers {
				x.Opens = append(x.Opens, offer.Scheme)
			}
			o.Calls = append(o.Calls, x)
		}
		return answer(o)
	})
	type callAnswerIn struct {
		ID   string `path:"id"`
		Key  string `header:"Idempotency-Key" required:"false"`
		Body struct {
			Scheme string `json:"scheme"`
			Org    string `json:"org" doc:"for which the case is opened"`
		}
	}
	operate(s, "POST", "/api/v1/calls/{id}/cases", access.CaseCreate, "Answer a call with a case of one's own organisation", func(ctx context.Context, a asked, i *callAnswerIn) (*body[caseOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		c, err := s.c.Cases.AnswerCall(ctx, a.who, id, i.Body.Scheme, i.Body.Org, i.Key)
		if err != nil {
			return nil, err
		}
		return s.caseOut(ctx, a, c)
	})
}
