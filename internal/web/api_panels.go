package web

import (
	"context"
	"strings"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// apiPanels are the operations of what is looked at before a draw, of the minutes after it, and of an expert's own page.
func (s *Server) apiPanels() {
	s.apiBeforeDraw()
	s.apiDrawMany()
	s.apiMinutes()
	s.apiExpert()
}

func (s *Server) apiBeforeDraw() {
	type panelOut struct {
		Case     string         `json:"case"`
		No       string         `json:"no"`
		Scheme   string         `json:"scheme"`
		Ask      string         `json:"ask"`
		Pool     string         `json:"pool"`
		Field    string         `json:"field"`
		Count    int            `json:"count" doc:"how many are to be drawn"`
		Reserves int            `json:"reserves"`
		All      int            `json:"all" doc:"in the pool"`
		Free     int            `json:"free" doc:"tied to nobody"`
		LeftOut  map[string]int `json:"left_out" doc:"how many for which reason; somebody may be counted for several"`
		Short    bool           `json:"short" doc:"too few, with no more of one organisation than may be"`
		Unknown  string         `json:"unknown" doc:"why it cannot be said; empty: it can"`
	}
	type panelsOut struct {
		Panels []panelOut `json:"panels"`
	}
	type panelsIn struct {
		Scheme string `query:"scheme" doc:"of one scheme only"`
	}
	operate(s, "GET", "/api/v1/panels", access.CaseQueue, "Whether the pools hold enough who are tied to nobody, for every case that waits for a draw", func(ctx context.Context, a asked, i *panelsIn) (*body[panelsOut], error) {
		all, err := s.c.Cases.Panels(ctx, a.who, i.Scheme)
		if err != nil {
			return nil, err
		}
		o := panelsOut{Panels: []panelOut{}}
		for _, x := range all {
			y := panelOut{string(x.Case), x.No, x.Scheme, x.Ask.In(a.lang), x.Pool, x.Field, x.Count, x.Reserves, x.All, x.Free, map[string]int{}, x.Short, x.Unknown.In(a.lang)}
			for why, n := range x.Why {
				y.LeftOut[why] = n
			}
			o.Panels = append(o.Panels, y)
		}
		return answer(o)
	})
}

type minuteOut struct {
	Ask       string      `json:"ask"`
	Says      string      `json:"says"`
	Opening   int         `json:"opening" doc:"1 for the first"`
	Asked     int         `json:"asked"`
	Given     int         `json:"given"`
	Missing   int         `json:"missing"`
	Hidden    string      `json:"hidden" doc:"why answers of others are not shown; empty: they are"`
	Score     string      `json:"score" doc:"empty while it is not known"`
	Lowest    string      `json:"lowest"`
	Highest   string      `json:"highest"`
	Spread    string      `json:"spread"`
	Deviation string      `json:"deviation" doc:"standard deviation"`
	Rank      int64       `json:"rank" doc:"place among the cases under the same case; 0: none yet"`
	Fee       unit.Fen    `json:"fee" doc:"for one answer, yuan"`
	Owed      unit.Fen    `json:"owed" doc:"for all that were given, yuan"`
	Seats     []minuteSat `json:"seats"`
}

type minuteSat struct {
	No        int      `json:"no"`
	Name      string   `json:"name" doc:"empty where it is not told"`
	Answered  string   `json:"answered" doc:"empty: not, or it is not shown"`
	Score     string   `json:"score"`
	LeftOut   bool     `json:"left_out" doc:"one of the highest or lowest that do not count"`
	Apart     string   `json:"apart" doc:"how far the score lies from the mean"`
	Struck    string   `json:"struck" enum:"declined,late,conflict," doc:"why it fell out; empty: it did not"`
	StruckWhy string   `json:"struck_why"`
	Vacant    bool     `json:"vacant" doc:"somebody fell out and nobody stood by any more"`
	Fee       unit.Fen `json:"fee" doc:"that is owed to it, yuan"`
}

func (s *Server) apiMinutes() {
	type minutesOut struct {
		Case string      `json:"case"`
		No   string      `json:"no"`
		Asks []minuteOut `json:"asks"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/minutes", access.CaseRead, "The minutes of the opinions of a case; how people were drawn is at its draws", func(ctx context.Context, a asked, i *byID) (*body[minutesOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		m, err := s.c.Cases.Minutes(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		o := minutesOut{Case: string(m.Case.ID), No: m.Case.No, Asks: []minuteOut{}}
		for _, x := range m.Asks {
			o.Asks = append(o.Asks, minuteOf(x, a.lang))
		}
		return answer(o)
	})
}

func minuteOf(x casework.AskMinutes, lang fault.Lang) minuteOut {
	o := minuteOut{Ask: x.Ask, Says: x.Words.In(lang), Opening: x.Opening, Asked: x.Asked.Asked, Given: x.Given, Missing: x.Missing, Hidden: x.Hidden, Score: knownText(x.Score), Lowest: knownText(x.Lowest),
		Highest: knownText(x.Highest), Spread: knownText(x.Spread), Deviation: knownText(x.Deviation), Rank: x.Rank, Fee: x.Fee, Owed: x.Owed, Seats: []minuteSat{}}
	for _, l := range x.Lines {
		y := minuteSat{No: l.No, Name: l.Name.In(lang), Score: knownText(l.Score), LeftOut: l.LeftOut, Apart: knownText(l.Apart), Struck: l.Struck, StruckWhy: l.StruckWhy, Vacant: l.Vacant, Fee: l.Fee}
		if l.Answer != nil {
			y.Answered = iso(l.Answer.At)
		}
		o.Seats = append(o.Seats, y)
	}
	return o
}

// knownText is a value as a text, "" where it is not known.
func knownText(v scheme.Value) string {
	if !v.Known() {
		return ""
	}
	return v.String()
}

type tieOut struct {
	ID    string   `json:"id"`
	Org   string   `json:"org" doc:"code of an organisation of the registry"`
	Kind  string   `json:"kind"`
	Since unit.Day `json:"since"`
	Until string   `json:"until" doc:"the last day; empty: without end"`
	Note  string   `json:"note"`
}

func (s *Server) apiExpert() {
	type drawnSeatOut struct {
		No       string   `json:"no" doc:"of the case"`
		Scheme   string   `json:"title" doc:"of the scheme"`
		Ask      string   `json:"ask"`
		Asked    string   `json:"asked"`
		Due      string   `json:"due"`
		Answered string   `json:"answered"`
		Fee      unit.Fen `json:"fee" doc:"yuan"`
	}
	type ownRecordOut struct {
		Total int            `json:"total" doc:"times that one was drawn"`
		Seats []drawnSeatOut `json:"seats" doc:"one page, the newest first"`
		Ties  []tieOut       `json:"ties" doc:"that one declared"`
	}
	own := func(ctx context.Context, a asked, page int) (*body[ownRecordOut], error) {
		r, err := s.c.Cases.Record(ctx, a.who, page)
		if err != nil {
			return nil, err
		}
		o := ownRecordOut{Total: r.Total, Seats: []drawnSeatOut{}}
		for _, x := range r.Seats {
			o.Seats = append(o.Seats, drawnSeatOut{x.No, x.Title.In(a.lang), x.Ask.In(a.lang), iso(x.Asked), iso(x.Due), iso(x.Answered), x.Fee})
		}
		o.Ties, err = s.tiesOf(ctx, a.who)
		if err != nil {
			return nil, err
		}
		return answer(o)
	}
	type pageIn struct {
		Page int `query:"page" minimum:"1" default:"1"`
	}
	operate(s, "GET", "/api/v1/expert", access.PersonRead, "When one was drawn to judge, what is owed for it, and what one declared to be tied by", func(ctx context.Context, a asked, i *pageIn) (*body[ownRecordOut], error) {
		return own(ctx, a, i.Page)
	})
	type tieIn struct {
		Body struct {
			Org   string `json:"org" doc:"code of an organisation of the registry"`
			Kind  string `json:"kind" enum:"coauthor,teacher,family,employer,paid,project,other"`
			Since string `json:"since" doc:"day"`
			Until string `json:"until,omitempty" required:"false" doc:"the last day; empty: without end"`
			Note  string `json:"note,omitempty" required:"false"`
		}
	}
	operate(s, "POST", "/api/v1/expert/ties", access.PersonEdit, "Declare what one is tied to an organisation by", func(ctx context.Context, a asked, i *tieIn) (*body[ownRecordOut], error) {
		t, err := tieTyped(i.Body.Org, i.Body.Kind, i.Body.Since, i.Body.Until, i.Body.Note)
		if err == nil {
			err = s.declare(ctx, a.who, t)
		}
		if err != nil {
			return nil, err
		}
		return own(ctx, a, 1)
	})
	operate(s, "POST", "/api/v1/expert/ties/{id}/end", access.PersonEdit, "End a tie that one declared, with today", func(ctx context.Context, a asked, i *byID) (*body[ownRecordOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		if err := s.endDeclared(ctx, a.who, id); err != nil {
			return nil, err
		}
		return own(ctx, a, 1)
	})
}

// tieTyped is a tie as a person typed it.
func tieTyped(org, kind, since, until, note string) (t registry.ExpertTie, err error) {
	t = registry.ExpertTie{Org: org, Kind: kind, Note: note}
	if t.Since, err = unit.ParseDay(strings.TrimSpace(since)); err != nil {
		return t, fault.Of(err).On("since")
	}
	return t, daysTyped(dayTyped{"until", strings.TrimSpace(until), &t.Until})
}

func (s *Server) declare(ctx context.Context, who access.Actor, t registry.ExpertTie) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		_, err := s.c.Registry.DeclareTie(ctx, tx, who, t)
		return err
	})
}

func (s *Server) endDeclared(ctx context.Context, who access.Actor, id unit.ID) error {
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		return s.c.Registry.EndTie(ctx, tx, who, id, s.c.Registry.Today(tx))
	})
}

// tiesOf are the ties that somebody declared.
func (s *Server) tiesOf(ctx context.Context, who access.Actor) (out []tieOut, err error) {
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := s.c.Registry.TiesOf(ctx, tx, who)
		out = []tieOut{}
		for _, t := range all {
			x := tieOut{ID: string(t.ID), Org: t.Org, Kind: t.Kind, Since: t.Since, Note: t.Note}
			if t.Until.Valid() {
				x.Until = t.Until.String()
			}
			out = append(out, x)
		}
		return err
	})
	return out, err
}
