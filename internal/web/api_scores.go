package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
)

type scoreLineOut struct {
	Name     string `json:"name"`
	Says     string `json:"says"`
	Points   int64  `json:"points"`
	Known    bool   `json:"known" doc:"false: what the line reads is not disclosed"`
	Basis    string `json:"basis"`
	Verified bool   `json:"verified" doc:"the line and every number that it reads"`
}

type scoreRuleOut struct {
	Name     string `json:"name"`
	Says     string `json:"says"`
	Result   string `json:"result" enum:"pass,fail,unknown"`
	Basis    string `json:"basis"`
	Verified bool   `json:"verified"`
}

type scoreOut struct {
	ID      string         `json:"id"`
	Org     string         `json:"org" doc:"whose sheet read it"`
	Case    string         `json:"case"`
	No      string         `json:"no"`
	Sheet   string         `json:"sheet"`
	SheetNo int            `json:"sheet_no"`
	Day     string         `json:"day"`
	At      string         `json:"at"`
	By      string         `json:"by"`
	Facts   string         `json:"facts" doc:"digest of the facts that were read; the facts are not kept with the score"`
	Total   int64          `json:"total" doc:"points of the lines that are known"`
	Unknown int            `json:"unknown" doc:"lines that are not"`
	Lines   []scoreLineOut `json:"lines"`
	Rules   []scoreRuleOut `json:"rules"`
}

func scoreOf(x casework.Score, lang fault.Lang) scoreOut {
	o := scoreOut{ID: string(x.ID), Org: x.Org, Case: string(x.Case), No: x.CaseNo, Sheet: string(x.Sheet), SheetNo: x.SheetNo, Day: x.Day.String(), At: iso(x.At), By: x.By, Facts: x.Facts,
		Total: x.Scored.Total, Unknown: x.Scored.Unknown, Lines: []scoreLineOut{}, Rules: []scoreRuleOut{}}
	for _, l := range x.Scored.Lines {
		o.Lines = append(o.Lines, scoreLineOut{l.Name, l.Words.In(lang), l.Points, l.Known, l.Basis, l.Verified})
	}
	for _, r := range x.Scored.Rules {
		o.Rules = append(o.Rules, scoreRuleOut{r.Name, r.Words.In(lang), string(r.Result), r.Basis, r.Verified})
	}
	return o
}

type sheetOut struct {
	ID     string `json:"id"`
	Org    string `json:"org"`
	No     int    `json:"no" doc:"the highest is the one that the organisation reads by"`
	Digest string `json:"digest" doc:"SHA-256 of the file"`
	By     string `json:"by"`
	At     string `json:"at"`
	Text   string `json:"text" doc:"the file as it was brought"`
}

func sheetOutOf(x casework.ScoreSheet) sheetOut {
	return sheetOut{string(x.ID), x.Org, x.No, x.Digest, x.By, iso(x.At), string(x.Text)}
}

// apiScores are the operations on score sheets and on what is read by them.
func (s *Server) apiScores() {
	type scoresIn struct {
		Org string `query:"org" required:"true" doc:"credit code"`
	}
	type scoresOut struct {
		Sheets []sheetOut `json:"sheets" doc:"the newest first"`
		Scores []scoreOut `json:"scores" doc:"the newest first"`
	}
	operate(s, "GET", "/api/v1/scores", access.ScoreManage, "The score sheets of one's organisation, and what it read by them", func(ctx context.Context, a asked, i *scoresIn) (*body[scoresOut], error) {
		sheets, err := s.c.Cases.Sheets(ctx, a.who, i.Org)
		if err != nil {
			return nil, err
		}
		scores, err := s.c.Cases.Scores(ctx, a.who, i.Org)
		if err != nil {
			return nil, err
		}
		o := scoresOut{Sheets: []sheetOut{}, Scores: []scoreOut{}}
		for _, x := range sheets {
			o.Sheets = append(o.Sheets, sheetOutOf(x))
		}
		for _, x := range scores {
			o.Scores = append(o.Scores, scoreOf(x, a.lang))
		}
		return answer(o)
	})
	operate(s, "GET", "/api/v1/scores/{id}", access.ScoreManage, "One score of one's organisation", func(ctx context.Context, a asked, i *byID) (*body[scoreOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		x, err := s.c.Cases.OneScore(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return answer(scoreOf(x, a.lang))
	})
	operate(s, "POST", "/api/v1/cases/{id}/score", access.ScoreManage, "Read what a case discloses by the score sheet of one's organisation; the firm sees that it was read, not what came out", func(ctx context.Context, a asked, i *byID) (*body[scoreOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		x, err := s.c.Cases.Score(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return answer(scoreOf(x, a.lang))
	})
	s.apiSheets()
}

// apiSheets brings a sheet in.
func (s *Server) apiSheets() {
	type sheetIn struct {
		Body struct {
			Org   string `json:"org" doc:"credit code of whose sheet it is"`
			Text  string `json:"text" doc:"the file"`
			Check bool   `json:"check,omitempty" required:"false" doc:"only say what is wrong"`
		}
	}
	type sheetProblemOut struct {
		Line int    `json:"line"`
		Col  int    `json:"col"`
		Code string `json:"code"`
		Says string `json:"says"`
		Do   string `json:"do"`
	}
	type sheetKeptOut struct {
		Problems []sheetProblemOut `json:"problems"`
		Sheet    *sheetOut         `json:"sheet,omitempty" doc:"what was kept; missing with problems"`
	}
	operate(s, "POST", "/api/v1/scores", access.ScoreManage, "Check a score sheet, and keep it if nothing is wrong", func(ctx context.Context, a asked, i *sheetIn) (*body[sheetKeptOut], error) {
		o := sheetKeptOut{Problems: []sheetProblemOut{}}
		var kept casework.ScoreSheet
		var problems scheme.Problems
		var err error
		if i.Body.Check {
			_, problems, err = s.c.Cases.CheckSheet(a.who, i.Body.Org, []byte(i.Body.Text))
		} else {
			kept, problems, err = s.c.Cases.KeepSheet(ctx, a.who, i.Body.Org, []byte(i.Body.Text))
		}
		for _, p := range problems {
			o.Problems = append(o.Problems, sheetProblemOut{p.Pos.Line, p.Col, p.Code, p.Words.In(a.lang), p.Do.In(a.lang)})
		}
		if len(problems) > 0 { // which are the answer, and no refusal
			return answer(o)
		}
		if err != nil {
			return nil, err
		}
		if i.Body.Check {
			return answer(o)
		}
		out := sheetOutOf(kept)
		o.Sheet = &out
		return answer(o)
	})
}
