package web

import (
	"fmt"
	"strconv"

	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

type decisionPage struct {
	casework.Record
	Answers []recordAnswer
	Stood   []stoodView
	Seen    []seenView
	Leaf    string // address of the public entry; "" while it has none
	Receipt string
	Key     string // of the request that opens a case against it
}

// recordAnswer is an answer with where its basis stands.
type recordAnswer struct {
	scheme.Answer
	BasisTitle string
	Clause     string // address, "" where the text is not known
}

type stoodView struct {
	Action  fault.Words
	Answers []recordAnswer
}

// seenView is a fact as the decision saw it.
type seenView struct {
	scheme.SeenFact
	Called fault.Words
	Value  string
}

// decision shows a step of a case as a record: what it rests on, who decided, and whether it comes out the same today.
func (v *visit) decision() error {
	id, no, err := v.pathDecision()
	if err != nil {
		return err
	}
	r, err := v.s.c.Cases.Decision(v.ctx(), v.who, id, no)
	if err != nil {
		return err
	}
	s := r.Edition
	clauses, err := v.basisPaths(s)
	if err != nil {
		return err
	}
	with := func(all []scheme.Answer) (out []recordAnswer) {
		for _, x := range verdicts(s, all) {
			out = append(out, recordAnswer{x.Answer, s.SourceText(x.Answer.Basis), clauses[x.Answer.Basis]})
		}
		return out
	}
	p := decisionPage{Record: r, Answers: with(r.Step.Decision.Answers), Key: string(unit.NewID(v.now()))}
	for _, x := range r.Step.Decision.Stood {
		p.Stood = append(p.Stood, stoodView{s.Say(x.Action), with(withoutReason(x.Answers))})
	}
	for _, f := range r.Step.Decision.Seen {
		p.Seen = append(p.Seen, seenView{f, s.Called(f.Name), v.shown(s, f.Value)})
	}
	if p.Leaf, err = v.entryPath(r.Step.Receipt); err != nil {
		return err
	}
	if p.Leaf != "" {
		p.Receipt = "/receipts/" + string(r.Step.Receipt)
	}
	v.underCase(r.Case, s)
	return v.show("decision", fmt.Sprintf(v.t("决定 %s 第 %d 步", "Decision %s, step %d"), r.Case.No, no), p)
}

// pathDecision are the case and the step that an address names.
func (v *visit) pathDecision() (id unit.ID, no int, err error) {
	if id, err = v.pathID(); err != nil {
		return id, 0, err
	}
	return id, int(wholeNumber(v.r.PathValue("no"))), nil
}

// appeal opens a case against a decision, with the field that names it filled in.
func (v *visit) appeal() error {
	id, no, err := v.pathDecision()
	if err != nil {
		return err
	}
	f, err := v.form()
	if err != nil {
		return err
	}
	c, err := v.s.c.Cases.Appeal(v.ctx(), v.who, id, no, f.Get("scheme"), f.Get("key"))
	if err != nil {
		return err
	}
	return v.to("/cases/"+string(c.ID), "opened")
}

// movedView is how a draft came over to the edition in force; nil if it never did.
func (v *visit) moved(c casework.Case) (*casework.Move, error) {
	if len(c.History) > 0 {
		return nil, nil
	}
	m, ok, err := v.s.c.Cases.Moved(v.ctx(), v.who, c.ID)
	if err != nil || !ok {
		return nil, err
	}
	return &m, nil
}

// decisionLink is the address of the decision that a value of a field of type `case` names; "" where there is none to show.
func (v *visit) decisionLink(x scheme.Value) string {
	if x.Kind != scheme.Case {
		return ""
	}
	id, no, err := v.s.c.Cases.FindDecision(v.ctx(), v.who, x.Text)
	if err != nil {
		return ""
	}
	return "/cases/" + string(id) + "/decisions/" + strconv.Itoa(no)
}
