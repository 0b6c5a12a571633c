package web

import (
	"context"
	"fmt"
	"html/template"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// letterKind says what a decision tells whoever it is for.
type letterKind string

const (
	letterGrant    letterKind = "grant"    // it ends well
	letterRefusal  letterKind = "refusal"  // it ends without what was asked for
	letterMore     letterKind = "more"     // something is asked of the applicant, and the clock stands
	letterDecision letterKind = "decision" // it goes on
)

// letterOf is what kind of letter a step gives: one of a desk does, by what the step led to.
func letterOf(s *scheme.Scheme, h casework.Step) (letterKind, bool) {
	r, ok := s.Roles.Get(h.Role)
	if !ok || r.Desk == "" {
		return "", false
	}
	end, _ := s.IsEnd(h.To)
	_, pauses := s.Pauses[h.To]
	switch {
	case end == scheme.Granted:
		return letterGrant, true
	case end == scheme.Refused:
		return letterRefusal, true
	case pauses:
		return letterMore, true
	}
	return letterDecision, true
}

func letterWords(k letterKind) fault.Words {
	return wordOf(map[string]fault.Words{string(letterGrant): {"决定书", "Decision"}, string(letterRefusal): {"不予支持决定书", "Decision of refusal"},
		string(letterMore): {"补正通知书", "Request for further material"}, string(letterDecision): {"办理告知书", "Notice"}}, string(k))
}

type caseLetterPage struct {
	Case    casework.Case
	Step    casework.Step
	Kind    letterKind
	Words   fault.Words
	Text    fault.Words // in the words of the pack; empty where it has none
	No      string
	Open    []verdictView // what did not pass
	Passed  []verdictView
	Amounts []amountView
	Doubt   bool
	Due     casework.Wait // of who has to answer, while the case stands where the step led
	QR      template.HTML
	Proof   string // where the code leads
	Public  bool   // to the public log
}

// caseLetter is the letter of a decision, made from its record: what was decided, why, what would have passed, on what
// basis, what is paid, how to answer, and what can be done against it. It prints on A4.
func (v *visit) caseLetter() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	c, s, h, kind, err := v.s.letter(v.ctx(), v.who, id, wholeNumber(v.r.PathValue("no")))
	if err != nil {
		return err
	}
	p := caseLetterPage{Case: c, Step: h, Kind: kind, Words: letterWords(kind), No: fmt.Sprintf("%s/%d", c.No, h.No), Proof: v.site() + "/cases/" + string(c.ID)}
	p.Text, _ = s.LetterText(h.Action, h.Decision.Letter)
	for _, x := range v.verdicts(s, withoutReason(h.Decision.Answers)) {
		if x.Result == scheme.Pass {
			p.Passed = append(p.Passed, x)
		} else {
			p.Open = append(p.Open, x)
		}
	}
	if kind == letterGrant || kind == letterDecision {
		for _, a := range amountsOf(c, s) {
			if a.Words != (fault.Words{"现占用", "held now"}) {
				p.Amounts, p.Doubt = append(p.Amounts, a), p.Doubt || a.Doubt
			}
		}
	}
	if c.Stage == h.To {
		for _, w := range c.Waits {
			if r, ok := s.Roles.Get(w.Role); ok && r.Party != "" && !w.Due.IsZero() {
				p.Due = w
			}
		}
	}
	entry, err := v.entryPath(h.Receipt)
	if err != nil {
		return err
	}
	if entry != "" {
		p.Proof, p.Public = v.site()+entry, true
	}
	if p.QR, err = drawQR(p.Proof, v.t("二维码：核验地址", "QR code: where to check this")); err != nil {
		return err
	}
	v.under("/cases", "申请与办件", "Cases")
	v.under("/cases/"+string(c.ID), c.No, c.No)
	return v.show("caseletter", p.Words.In(v.lang), p)
}

// letter finds the step of a case that a letter is about; a step that gives none is not found.
func (s *Server) letter(ctx context.Context, who access.Actor, id unit.ID, no int64) (c casework.Case, sch *scheme.Scheme, h casework.Step, kind letterKind, err error) {
	if c, err = s.c.Cases.Get(ctx, who, id); err != nil {
		return c, nil, h, "", err
	}
	if sch, err = s.c.Cases.Edition(c); err != nil {
		return c, nil, h, "", err
	}
	for _, h := range c.History {
		if kind, ok := letterOf(sch, h); ok && int64(h.No) == no {
			return c, sch, h, kind, nil
		}
	}
	return c, sch, h, "", fault.New(fault.NotFound, "web.no_letter")
}

// apiLetter is the operation of letters.
func (s *Server) apiLetter() {
	type letterIn struct {
		ID string `path:"id"`
		No int64  `path:"no" doc:"of the step"`
	}
	type caseLetterOut struct {
		No      string      `json:"no"`
		Kind    string      `json:"kind" enum:"grant,refusal,more,decision"`
		Title   string      `json:"title"`
		To      string      `json:"to" doc:"organisation"`
		Says    string      `json:"says" doc:"the action that was decided"`
		Text    string      `json:"text" doc:"in the words of the scheme"`
		Reason  string      `json:"reason"`
		Answers []answerOut `json:"answers"`
		At      string      `json:"at"`
		Receipt string      `json:"receipt"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/letters/{no}", access.CaseRead, "The letter of a decision", func(ctx context.Context, a asked, i *letterIn) (*body[caseLetterOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		c, sch, h, kind, err := s.letter(ctx, a.who, id, i.No)
		if err != nil {
			return nil, err
		}
		text, _ := sch.LetterText(h.Action, h.Decision.Letter)
		return answer(caseLetterOut{fmt.Sprintf("%s/%d", c.No, h.No), string(kind), letterWords(kind).In(a.lang), c.Org, h.Words.In(a.lang), text.In(a.lang), h.Reason,
			answersOf(sch, withoutReason(h.Decision.Answers), a.lang), iso(h.At), string(h.Receipt)})
	})
}
