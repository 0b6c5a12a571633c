package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"corridor/internal/access"
	"corridor/internal/agreement"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// amendView is a proposal of other words with what each party did.
type amendView struct {
	agreement.Amendment
	Who   string // the party that proposes
	Lines []wordingLine
	Said  []amendSaid
}

// wordingLine is one part of a text as it stood and as it is to stand.
type wordingLine struct {
	What     fault.Words
	Gone, In []string
}

// amendSaid is a party with its signature under the new text, and what this person may do for it.
type amendSaid struct {
	No        int
	Name      string
	Signature agreement.Signature
	May       bool // sign, or refuse
	Own       bool // it proposed, and this person may take it back
}

// amendForm is what the form for other words begins with.
type amendForm struct {
	Parties []choiceOf // that this person signs for
	Own     bool       // the agreement has its own text, which can change
	Typed   url.Values
	Open    bool
}

// amendments fills in what was proposed to be put in other words, and the form for it.
func (v *visit) amendments(p *agreementPage, signed []agreement.Signature) error {
	a := p.Agreement
	all, err := v.s.c.Agreements.Amendments(v.ctx(), v.who, a.ID)
	if err != nil {
		return err
	}
	for i, party := range a.Signers {
		if _, err := agreement.SpeaksFor(v.who, access.AgreementSign, party); err == nil {
			p.Amend.Parties = append(p.Amend.Parties, choiceOf{numbered(i), fault.Words{party.Name, party.Name}, false})
		}
	}
	signs := func(no int) bool {
		return slices.ContainsFunc(p.Amend.Parties, func(c choiceOf) bool { return c.Value == numbered(no) })
	}
	p.Amend.Open = true
	for _, m := range all {
		view := amendView{Amendment: m, Lines: wordingLines(m.Was, m.To)}
		for i, party := range a.Signers {
			said := amendSaid{No: i, Name: party.Name}
			if i == m.Party {
				view.Who = party.Name
			}
			said.Signature, _ = m.SignedBy(signed, i)
			if m.State == "open" {
				p.Amend.Open = false
				said.May = signs(i) && said.Signature.At.IsZero()
				said.Own = signs(i) && i == m.Party
			}
			view.Said = append(view.Said, said)
		}
		p.Amends = append(p.Amends, view)
	}
	p.Amend.Own = a.Text != ""
	w := a.Wording()
	p.Amend.Typed = url.Values{"title": {w.Title}, "fields": {strings.Join(w.Fields, "\n")}, "clauses": {strings.Join(w.Clauses, "\n")}, "from": {w.From.String()}, "until": {w.Until.String()}, "text": {w.Text}}
	if f := v.r.PostForm; f.Get("at") == "amend" {
		p.Amend.Typed = f
	}
	return nil
}

func numbered(i int) string { return strconv.Itoa(i) }

// wordingLines are the parts of a text that differ, line by line. It is pure.
func wordingLines(was, to agreement.Wording) (all []wordingLine) {
	part := func(zh, en string, was, to []string) {
		line := wordingLine{What: fault.Words{zh, en}}
		for _, s := range was {
			if s != "" && !slices.Contains(to, s) {
				line.Gone = append(line.Gone, s)
			}
		}
		for _, s := range to {
			if s != "" && !slices.Contains(was, s) {
				line.In = append(line.In, s)
			}
		}
		if len(line.Gone)+len(line.In) > 0 {
			all = append(all, line)
		}
	}
	part("名称", "Title", []string{was.Title}, []string{to.Title})
	part("合作领域", "Fields", was.Fields, to.Fields)
	part("条款", "Clauses", was.Clauses, to.Clauses)
	part("有效自", "Valid from", []string{was.From.String()}, []string{to.From.String()})
	part("有效至", "Valid until", []string{was.Until.String()}, []string{to.Until.String()})
	part("全文", "Text", strings.Split(was.Text, "\n"), strings.Split(to.Text, "\n"))
	return all
}

// wordingTyped reads other words from a form.
func wordingTyped(f url.Values) (w agreement.Wording, err error) {
	w = agreement.Wording{Title: f.Get("title"), Fields: strings.Split(f.Get("fields"), "\n"), Clauses: strings.Split(f.Get("clauses"), "\n"), Text: f.Get("text")}
	return w, daysTyped(dayTyped{"from", strings.TrimSpace(f.Get("from")), &w.From}, dayTyped{"until", strings.TrimSpace(f.Get("until")), &w.Until})
}

// amend proposes other words; the digest of what the person read comes with the form.
func (v *visit) amend() error {
	return v.onAgreement("amend_proposed", func(id unit.ID, f url.Values) error {
		w, err := wordingTyped(f)
		if err != nil {
			return err
		}
		_, err = v.s.c.Agreements.Amend(v.ctx(), v.who, id, f.Get("digest"), int(wholeNumber(f.Get("party"))), w, f.Get("reason"))
		return err
	})
}

// endAmendment refuses other words for a party, or takes them back.
func (v *visit) endAmendment() error {
	return v.onAgreement("answered", func(id unit.ID, f url.Values) error {
		m, err := idOf(v.r.PathValue("amendment"))
		if err != nil {
			return err
		}
		return v.s.c.Agreements.EndAmendment(v.ctx(), v.who, id, m, int(wholeNumber(f.Get("party"))))
	})
}
