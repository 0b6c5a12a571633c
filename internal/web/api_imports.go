package web

import (
	"context"
	"strings"

	"corridor/internal/access"
	"corridor/internal/catalogue/intake"
	"corridor/internal/fault"
)

// logTextIn is what a program brings: a machine log as text.
type logTextIn struct {
	Body struct {
		Org     string `json:"org" doc:"credit code of the owner of the instruments"`
		Name    string `json:"name" doc:"of the file"`
		Text    string `json:"text" doc:"CSV with the columns of the template: instrument, log_no, from, to, …"`
		Partial bool   `json:"partial,omitempty" doc:"take the good rows when there are bad ones"`
		Dry     bool   `json:"dry,omitempty" doc:"check only"`
	}
}

type importBad struct {
	Place string `json:"place"`
	Text  string `json:"text,omitempty"`
	Why   string `json:"why"`
}

type importState struct {
	ID      string      `json:"id"`
	What    string      `json:"what" enum:"listings,runs"`
	State   string      `json:"state" enum:"waiting,checking,writing,done,refused,failed,cut,stopped"`
	Done    int         `json:"done" doc:"rows of the present part of the work"`
	Total   int         `json:"total" doc:"0 while it is not known"`
	Problem string      `json:"problem"`
	Rows    int         `json:"rows"`
	New     int         `json:"new"`
	Changed int         `json:"changed"`
	Same    int         `json:"same"`
	BadRows int         `json:"bad_rows"`
	Written int         `json:"written"`
	Bad     []importBad `json:"bad" doc:"at most 1,000 cells"`
}

func importStateOf(w intake.Work, lang fault.Lang) importState {
	o := importState{ID: string(w.ID), What: w.What, State: string(w.State), Done: w.Rows, Total: w.Total, Problem: w.Problem.In(lang), Bad: []importBad{}}
	if r := w.Report; r != nil {
		o.Rows, o.New, o.Changed, o.Same, o.BadRows, o.Written = r.Rows, r.New, r.Changed, r.Same, r.BadRows, r.Written
		for _, b := range r.Bad {
			o.Bad = append(o.Bad, importBad{b.Place, b.Text, b.Why.In(lang)})
		}
	}
	return o
}

// apiImports are the operations on files that are taken in while nobody waits.
func (s *Server) apiImports() {
	operate(s, "POST", "/api/v1/usage/logs", access.BookingManage, "Bring a machine log of any length as CSV; it is taken in while you go on", func(ctx context.Context, a asked, i *logTextIn) (*body[importState], error) {
		b := i.Body
		w, err := s.c.Intake.Bring(ctx, a.who, "runs", b.Org, intake.Asks{Partial: b.Partial, Dry: b.Dry}, b.Name, strings.NewReader(b.Text))
		if err != nil {
			return nil, err
		}
		return answer(importStateOf(w, a.lang))
	})
	type importAt struct {
		ID string `path:"id"`
	}
	operate(s, "GET", "/api/v1/imports/{id}", access.NoticeRead, "How far a file is that you brought, and what came of it", func(ctx context.Context, a asked, i *importAt) (*body[importState], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		w, err := s.c.Intake.Get(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return answer(importStateOf(w, a.lang))
	})
}
