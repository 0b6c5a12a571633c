package web

import (
	"fmt"
	"net/url"
	"slices"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// rankRows are the cases of a ranking on one page.
const rankRows = 100

type roundsPage struct{ Rounds []casework.Round }

func (v *visit) rounds() error {
	all, err := v.s.c.Cases.Rounds(v.ctx(), v.who)
	if err != nil {
		return err
	}
	return v.show("rounds", v.t("集中评定", "Rounds"), roundsPage{all})
}

type roundPage struct {
	Round   casework.Round
	Ranked  []rankedView
	Pager   pager
	Taken   int
	Total   int
	Unknown int
	Money   bool // the room is an account
	Sum     unit.Fen
	Plan    string            // digest of the ranking, for who closes it
	Closing *casework.Closing // that is shown; nil is the ranking as of now
	May     bool              // this person can close it now
	Returns returnsView
	Outside bool // a payer gets less or more than it may
	Adjusts bool // this person can pass over cases
	Exports exportView
}

// returnsView is what payers get back by a ranking; Pots says that the cases are of several pots.
type returnsView struct {
	Rule     fault.Words
	Verified bool
	All      []casework.Return
	Pots     bool
}

func returnsShown(rule fault.Words, verified bool, all []casework.Return) returnsView {
	v := returnsView{Rule: rule, Verified: verified, All: all}
	for _, r := range all {
		v.Pots = v.Pots || r.Lead != all[0].Lead
	}
	return v
}

// rankedView is a case in its place; Cut says that the line between in and out stands above it.
type rankedView struct {
	casework.Ranked
	Shown string // what it was ranked by
	Cut   bool
}

// ranking loads a round as of now, or one of its closings.
func (v *visit) ranking() (p roundPage, err error) {
	var ranked []casework.Ranked
	id := v.r.PathValue("round")
	if p.Round, ranked, p.Plan, err = v.s.c.Cases.Ranking(v.ctx(), v.who, id); err != nil {
		return p, err
	}
	wanted := v.r.URL.Query().Get("closing")
	if wanted == "" && len(ranked) == 0 && len(p.Round.Closings) > 0 {
		wanted = string(p.Round.Closings[len(p.Round.Closings)-1].ID)
	}
	if wanted != "" {
		i := slices.IndexFunc(p.Round.Closings, func(c casework.Closing) bool { return string(c.ID) == wanted })
		if i < 0 {
			return p, fault.New(fault.NotFound, "casework.round_unknown")
		}
		p.Closing = &p.Round.Closings[i]
		if ranked, err = v.s.c.Cases.Closed(v.ctx(), v.who, id, p.Closing.ID); err != nil {
			return p, err
		}
	}
	p.Total = len(ranked)
	cut := false
	for i, r := range ranked {
		x := rankedView{Ranked: r, Shown: r.Value.In(v.lang), Cut: i > 0 && p.Taken > 0 && !cut && !r.Takes && r.Skip.Reason == ""}
		cut = cut || x.Cut
		if r.Takes {
			p.Taken++
			p.Sum += r.Sum
		}
		if r.Unknown {
			p.Unknown++
		}
		p.Money = p.Money || r.Sum > 0
		p.Ranked = append(p.Ranked, x)
	}
	returns := p.Round.Returns
	if p.Closing != nil {
		returns = p.Closing.Returns
	}
	p.Returns = returnsShown(p.Round.Rule, p.Round.Verified, returns)
	for _, r := range returns {
		p.Outside = p.Outside || r.Outside()
	}
	p.Adjusts = p.Round.Bounded && p.Round.May && p.Closing == nil
	p.May = p.Round.May && p.Closing == nil && p.Round.Passed && p.Unknown == 0 && p.Total > 0
	return p, nil
}

func (v *visit) oneRound() error {
	p, err := v.ranking()
	if roundNotSeen(err) && v.r.Method == "GET" {
		return v.myRound(v.r.PathValue("round"))
	}
	if err != nil {
		return err
	}
	p.Ranked, p.Pager = pageOf(v, p.Ranked, rankRows), v.pager(p.Total, rankRows)
	q := url.Values{}
	if p.Closing != nil {
		q.Set("closing", string(p.Closing.ID))
	}
	at := "/rounds/" + p.Round.ID + "/export?" + q.Encode()
	p.Exports = exportView{CSV: withQuery(at, "format", "csv"), XLSX: withQuery(at, "format", "xlsx")}
	v.under("/rounds", "集中评定", "Rounds")
	return v.show("round", p.Round.Title.In(v.lang)+" "+p.Round.Day.String(), p)
}

// exportRound is the whole ranking as a file.
func (v *visit) exportRound() error {
	p, err := v.ranking()
	if err != nil {
		return err
	}
	t := sheetOf{Name: p.Round.Title.In(v.lang), Head: []string{v.t("名次", "Place"), v.t("编号", "Number"), v.t("单位", "Organisation"), v.t("代码", "Code"),
		v.t("排序依据", "Ranked by"), v.t("提交时间", "Submitted"), v.t("金额（元）", "Sum, yuan"), v.t("累计（元）", "Running sum, yuan"), v.t("结果", "Result"), v.t("原因", "Reason")}}
	for _, r := range p.Ranked {
		t.Rows = append(t.Rows, []string{fmt.Sprint(r.Rank), r.Case.No, r.Case.OrgName.In(v.lang), r.Case.Org, r.Shown, iso(r.Submitted), r.Sum.Yuan(), r.Running.Yuan(),
			v.roundResult(p.Round, r.Ranked), r.Why.In(v.lang)})
	}
	return v.downloadTable("round-"+p.Round.Day.String(), t)
}

func (v *visit) roundResult(r casework.Round, x casework.Ranked) string {
	switch {
	case x.Unknown:
		return v.t("待定", "open")
	case x.Takes:
		return r.Takes.In(v.lang)
	}
	return r.Leaves.In(v.lang)
}

func (v *visit) closeRound() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	id := v.r.PathValue("round")
	closing, err := v.s.c.Cases.CloseRound(v.ctx(), v.who, id, f.Get("plan"))
	if err != nil {
		if !v.refused(err, func(string) string { return "h-rank" }) {
			return err
		}
		return v.oneRound()
	}
	return v.to("/rounds/"+id+"?closing="+string(closing), "round_closed")
}

// passOver leaves a case out of a round along the ranking, or takes it in again where no reason is given.
func (v *visit) passOver() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	c, err := unit.ParseID(v.r.PathValue("case"))
	if err != nil {
		return fault.New(fault.NotFound, "casework.round_case")
	}
	id, reason := v.r.PathValue("round"), f.Get("reason")
	if err := v.s.c.Cases.PassOver(v.ctx(), v.who, id, c, reason); err != nil {
		if !v.refused(err, func(string) string { return "h-rank" }) {
			return err
		}
		return v.oneRound()
	}
	return v.to("/rounds/"+id, "round_adjusted")
}
