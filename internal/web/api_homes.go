package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/unit"
)

// visitOf is a visit for what an operation shares with a page. It writes nothing.
func (a asked) visitOf(s *Server) *visit { return &visit{s: s, r: a.r, who: a.who, lang: a.lang} }

// apiHomes are the operations of the homes of an organisation and of an officer, and of the calendar of deadlines.
func (s *Server) apiHomes() {
	s.apiDeadlines()
	s.apiOurs()
	s.apiOffice()
}

func (s *Server) apiDeadlines() {
	type deadlineOut struct {
		Kind        string   `json:"kind" doc:"as the page's filter names them: case, lapse, round, call, label, edition, booking, task, statement, listing"`
		Day         unit.Day `json:"day" doc:"the last day in time; of a booking, the day on which it begins"`
		At          string   `json:"at" doc:"the moment after the last in time; of a booking, when it begins"`
		What        string   `json:"what"`
		Note        string   `json:"note"`
		Path        string   `json:"path" doc:"of the page that it is about"`
		Mine        bool     `json:"mine" doc:"you, or your organisation, have to do it"`
		Late        bool     `json:"late"`
		Provisional bool     `json:"provisional" doc:"counted by a calendar that is not published yet"`
	}
	type deadlinesOut struct {
		Deadlines []deadlineOut `json:"deadlines" doc:"the earliest first"`
	}
	type deadlinesIn struct {
		Kind string `query:"kind" doc:"of one kind only"`
	}
	operate(s, "GET", "/api/v1/deadlines", access.NoticeRead, "Until when something has to be done, or holds, for oneself", func(_ context.Context, a asked, i *deadlinesIn) (*body[deadlinesOut], error) {
		all, err := a.visitOf(s).deadlines()
		if err != nil {
			return nil, err
		}
		o := deadlinesOut{Deadlines: []deadlineOut{}}
		for _, d := range all {
			if i.Kind == "" || i.Kind == d.Kind {
				o.Deadlines = append(o.Deadlines, deadlineOut{d.Kind, d.Day(), iso(d.At), d.What, d.Note, d.Path, d.Mine, d.Late, d.Provisional})
			}
		}
		return answer(o)
	})
}

type ownCaseOut struct {
	caseLine
	Yours  bool   `json:"yours" doc:"you can act in it now"`
	Due    string `json:"due" doc:"of who has to act; empty when no time is counted"`
	Fires  string `json:"fires" doc:"when it goes on by itself; empty: not by time"`
	Next   string `json:"next" doc:"what happens then"`
	Lapses bool   `json:"lapses" doc:"what the organisation can do with it ends then"`
}

func ownCaseOf(c casework.OwnCase, a asked) ownCaseOut {
	return ownCaseOut{lineOfCase(c.Case), c.Yours, iso(holderOf(c.Waits, a.lang).Due), iso(c.Fires), c.Next.In(a.lang), c.Lapses}
}

func (s *Server) apiOurs() {
	type fitOut struct {
		Scheme string `json:"scheme"`
		Title  string `json:"title"`
		Fit    string `json:"fit" enum:"open,nearly,far"`
	}
	type paidOut struct {
		Year   int      `json:"year"`
		Scheme string   `json:"scheme"`
		Cases  int      `json:"cases"`
		Sum    unit.Fen `json:"sum" doc:"yuan, less what came back"`
	}
	type endOut struct {
		Kind  string   `json:"kind" enum:"label,case,edition"`
		What  string   `json:"what"`
		Note  string   `json:"note"`
		Last  unit.Day `json:"last" doc:"the last day on which it holds"`
		Ended bool     `json:"ended"`
	}
	type closesOut struct {
		Scheme string `json:"scheme"`
		At     string `json:"at" doc:"the moment after the last in time"`
	}
	type abroadOut struct {
		ID   string `json:"id"`
		Home string `json:"home" doc:"region code of the node in which it lives"`
		Mine bool   `json:"mine" doc:"the organisation can act now"`
		Due  string `json:"due"`
	}
	type oursOut struct {
		Org     string       `json:"org"`
		Schemes []fitOut     `json:"schemes" doc:"what it could ask for; rule by rule at /api/v1/open"`
		Running []ownCaseOut `json:"running" doc:"what is due first before the others"`
		Abroad  []abroadOut  `json:"abroad" doc:"cases of one's own in other nodes, the earliest due first"`
		Paid    []paidOut    `json:"paid" doc:"the newest year first"`
		Ends    []endOut     `json:"ends" doc:"the earliest first"`
		Rounds  []closesOut  `json:"rounds" doc:"that could still be joined"`
	}
	type oursIn struct {
		Org string `query:"org" required:"true" doc:"credit code"`
	}
	operate(s, "GET", "/api/v1/ours", access.CaseRead, "What stands for an organisation over all schemes", func(_ context.Context, a asked, i *oursIn) (*body[oursOut], error) {
		var p oursPage
		o, err := a.visitOf(s).fillOurs(&p, i.Org)
		if err != nil {
			return nil, err
		}
		out := oursOut{Org: o.Org.Code, Schemes: []fitOut{}, Running: []ownCaseOut{}, Abroad: []abroadOut{}, Paid: []paidOut{}, Ends: []endOut{}, Rounds: []closesOut{}}
		for _, x := range o.Looks {
			out.Schemes = append(out.Schemes, fitOut{x.Scheme.ID, x.Scheme.Title.In(a.lang), string(x.Fit())})
		}
		for _, c := range p.Running {
			out.Running = append(out.Running, ownCaseOf(c, a))
		}
		for _, x := range p.Abroad {
			out.Abroad = append(out.Abroad, abroadOut{string(x.ID), x.Home, x.Mine, iso(x.Due)})
		}
		for _, x := range p.Paid {
			out.Paid = append(out.Paid, paidOut{x.Year, x.Scheme, x.Cases, x.Sum})
		}
		for _, e := range p.Expires {
			out.Ends = append(out.Ends, endOut{string(e.Expiry.Kind), e.Words.In(a.lang), e.Note, e.Last, e.Ended})
		}
		for _, r := range o.Rounds {
			out.Rounds = append(out.Rounds, closesOut{r.Scheme, iso(r.At)})
		}
		return answer(out)
	})
}

func (s *Server) apiOffice() {
	type stageOut struct {
		Scheme string `json:"scheme"`
		Stage  string `json:"stage"`
		N      int    `json:"n"`
		Late   int    `json:"late"`
		More   bool   `json:"more" doc:"there are more than n"`
	}
	type lateOut struct {
		caseLine
		Due string `json:"due"`
	}
	type patternOut struct {
		Kind   string   `json:"kind"`
		Scheme string   `json:"scheme"`
		Says   string   `json:"says"`
		Why    string   `json:"why"`
		Cases  []string `json:"cases" doc:"their numbers"`
	}
	type officeOut struct {
		Day      unit.Day     `json:"day"`
		Total    int          `json:"total" doc:"cases in which you can act now"`
		More     bool         `json:"more" doc:"there are more than total"`
		Stages   []stageOut   `json:"stages"`
		Late     []lateOut    `json:"late" doc:"the earliest due first; the others are in the queue"`
		LateAll  int          `json:"late_all"`
		Soon     int          `json:"soon" doc:"due within the next days"`
		Rounds   []roundOut   `json:"rounds" doc:"for which cases wait, or whose decision is being carried out"`
		Ready    int          `json:"ready" doc:"rounds that can be closed now"`
		Patterns []patternOut `json:"patterns" doc:"reasons to look, that nobody set aside"`
		Aside    int          `json:"aside" doc:"patterns that were set aside"`
	}
	operate(s, "GET", "/api/v1/office", access.CaseQueue, "What stands on one's desk over all schemes; budgets are at /api/v1/budgets", func(_ context.Context, a asked, _ *nothing) (*body[officeOut], error) {
		p, err := a.visitOf(s).onTheDesk()
		if err != nil {
			return nil, err
		}
		o := officeOut{Day: p.Day, Total: p.Total, More: p.More, Stages: []stageOut{}, Late: []lateOut{}, LateAll: p.LateAll, Soon: p.Soon, Rounds: []roundOut{}, Ready: p.Ready(),
			Patterns: []patternOut{}, Aside: p.Aside}
		for _, x := range p.Stages {
			o.Stages = append(o.Stages, stageOut{x.Scheme, x.Stage, x.N, x.Late, x.More})
		}
		for _, c := range p.Late {
			o.Late = append(o.Late, lateOut{lineOfCase(c.Case), iso(c.Due)})
		}
		for _, r := range p.Rounds {
			o.Rounds = append(o.Rounds, roundOutOf(r, a.lang))
		}
		for _, x := range p.Patterns {
			y := patternOut{string(x.Kind), x.Scheme, x.Words, x.Why, []string{}}
			for _, c := range x.Cases {
				y.Cases = append(y.Cases, c.No)
			}
			o.Patterns = append(o.Patterns, y)
		}
		return answer(o)
	})
}
