package web

import (
	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// scoresPage is the score sheet of an organisation, and what it read by it.
type scoresPage struct {
	Form     *form
	Orgs     []option // for whom this person keeps a sheet
	Org      string
	Sheet    *casework.ScoreSheet // that it reads by; nil: none
	Read     *scoredView
	Older    []casework.ScoreSheet
	Scores   []casework.Score
	Problems scheme.Problems // of the sheet that was just brought
	More     int             // problems that are not shown
	Sound    *scheme.Sheet
}

// scoredView is a sheet, or what was read by it.
type scoredView struct {
	scheme.Scored
	Points bool // something was read
}

// scorePage is one score.
type scorePage struct {
	Score casework.Score
	Read  scoredView
	Title fault.Words // of the sheet
}

// scoreHere is how the score of a case stands on the page of what it discloses.
type scoreHere struct {
	casework.ScoreView
	Case unit.ID
	Read scoredView
}

// scoreRoutes are the addresses of score sheets and of what is read by them.
func (s *Server) scoreRoutes() {
	s.page("GET", "/scores", access.ScoreManage, (*visit).scores)
	s.page("POST", "/scores", access.ScoreManage, (*visit).bringSheet)
	s.page("GET", "/scores/{id}", access.ScoreManage, (*visit).score)
	s.page("GET", "/scores/sheets/{id}", access.ScoreManage, (*visit).sheetFile)
	s.page("POST", "/cases/{id}/score", access.ScoreManage, (*visit).scoreCase)
}

func (v *visit) scores() error { return v.showScores(scoresPage{Form: v.asked()}) }

func (v *visit) showScores(p scoresPage) error {
	orgs, code, ok, err := v.ofTheirs(p.Form, access.ScoreManage)
	if err != nil {
		return err
	}
	p.Orgs, p.Org = orgs, code
	if ok {
		sheets, err := v.s.c.Cases.Sheets(v.ctx(), v.who, code)
		if err != nil {
			return err
		}
		if len(sheets) > 0 {
			p.Sheet, p.Older = &sheets[0], sheets[1:]
			if p.Sheet.Read != nil {
				p.Read = &scoredView{Scored: p.Sheet.Read.Unread()}
			}
		}
		if p.Scores, err = v.s.c.Cases.Scores(v.ctx(), v.who, code); err != nil {
			return err
		}
	}
	v.back = "/scores"
	return v.show("scores", v.t("本行评分", "Score sheet"), p)
}

// bringSheet checks a sheet that was brought, and keeps it if that was asked for and nothing is wrong.
func (v *visit) bringSheet() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/scores"
	p := scoresPage{Form: f}
	_, text, err := f.given("file")
	var sound *scheme.Sheet
	switch {
	case err != nil:
	case f.Get("do") == "keep":
		_, p.Problems, err = v.s.c.Cases.KeepSheet(v.ctx(), v.who, f.text("org"), text)
		if err == nil {
			return v.to("/scores?org="+f.text("org"), "sheet_kept")
		}
	default:
		if sound, p.Problems, err = v.s.c.Cases.CheckSheet(v.who, f.text("org"), text); err == nil && len(p.Problems) == 0 {
			p.Sound = sound
		}
	}
	if p.Problems, p.More, err = v.problemsTold(f, p.Problems, err); err != nil {
		return err
	}
	return v.showScores(p)
}

func (v *visit) score() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	x, err := v.s.c.Cases.OneScore(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	sheet, err := v.s.c.Cases.Sheet(v.ctx(), v.who, x.Sheet)
	if err != nil {
		return err
	}
	p := scorePage{Score: x, Read: scoredView{x.Scored, true}}
	if sheet.Read != nil {
		p.Title = sheet.Read.Title
	}
	v.under("/scores?org="+x.Org, "本行评分", "Score sheet")
	return v.show("score", v.t("评分 ", "Score of ")+x.CaseNo, p)
}

// sheetFile hands out a sheet as it was brought.
func (v *visit) sheetFile() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	x, err := v.s.c.Cases.Sheet(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	return v.download("sheet.yaml", "text/plain; charset=utf-8", x.Text)
}

// scoreCase reads what a case discloses by the sheet of one's organisation.
func (v *visit) scoreCase() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	v.back = disclosurePath(id)
	if _, err := v.s.c.Cases.Score(v.ctx(), v.who, id); err != nil {
		if !v.refused(err, func(string) string { return "h-score" }) {
			return err
		}
		return v.showDisclosure(id)
	}
	return v.to(v.back+"#h-score", "scored")
}

// scoreHere is how the score of a case stands for whoever reads what it discloses.
func (v *visit) scoreHere(id unit.ID) (*scoreHere, error) {
	if access.MaySomewhere(v.who, access.ScoreManage) != nil {
		return nil, nil
	}
	x, ok, err := v.s.c.Cases.ScoreHere(v.ctx(), v.who, id)
	if err != nil || !ok {
		return nil, err
	}
	out := &scoreHere{ScoreView: x, Case: id}
	if x.Score != nil {
		out.Read = scoredView{x.Score.Scored, true}
	}
	return out, nil
}
