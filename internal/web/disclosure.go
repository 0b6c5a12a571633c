package web

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/casework"
	"corridor/internal/fault"
	"corridor/internal/federation"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// disclosurePage is what a case shows of its organisation: before it is made, what would be shown; afterwards what is, and who read it.
type disclosurePage struct {
	casework.Disclosure
	Path  string
	For   []fault.Words // names of the organisations that are asked
	Reads []casework.DisclosureRead
	Score *scoreHere // nil for whoever reads it for no organisation that keeps a score sheet
}

// disclosureRoutes are the addresses of what cases disclose.
func (s *Server) disclosureRoutes() {
	s.page("GET", "/cases/{id}/disclosure", access.CaseRead, (*visit).disclosure)
	s.page("POST", "/cases/{id}/disclosure", access.CaseAct, (*visit).agreeDisclosure)
	s.page("POST", "/cases/{id}/disclosure/withdraw", access.CaseAct, (*visit).withdrawDisclosure)
	s.page("GET", "/cases/{id}/disclosure/file", access.CaseRead, (*visit).disclosureFile)
}

// disclosurePath is the page of what a case discloses.
func disclosurePath(id unit.ID) string { return "/cases/" + string(id) + "/disclosure" }

func (v *visit) disclosure() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showDisclosure(id)
}

func (v *visit) showDisclosure(id unit.ID) error {
	d, err := v.s.c.Cases.Disclosure(v.ctx(), v.who, id, "page")
	if err != nil {
		return err
	}
	s, err := v.s.c.Cases.Edition(d.Case)
	if err != nil {
		return err
	}
	p := disclosurePage{Disclosure: d, Path: disclosurePath(id), Reads: d.Reads}
	for _, code := range d.Disclosure.For {
		p.For = append(p.For, v.orgWords(code))
	}
	if p.Score, err = v.scoreHere(id); err != nil {
		return err
	}
	v.underCase(d.Case, s)
	return v.show("disclosure", v.t("出示材料", "What is shown"), p)
}

// orgWords is what an organisation is called; its code where the registry does not have it.
func (v *visit) orgWords(code string) fault.Words {
	if o, err := v.org(code); err == nil {
		return o.Name
	}
	return fault.Words{code, code}
}

func (v *visit) agreeDisclosure() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = disclosurePath(id)
	if err := v.s.c.Cases.AgreeDisclosure(v.ctx(), v.who, id, f.text("seen")); err != nil {
		if !v.refused(err, func(string) string { return "h-agree" }) {
			return err
		}
		return v.showDisclosure(id)
	}
	return v.to("/cases/"+string(id)+"#form", "disclosure_agreed")
}

func (v *visit) withdrawDisclosure() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	v.back = disclosurePath(id)
	if err := v.s.c.Cases.WithdrawDisclosure(v.ctx(), v.who, id); err != nil {
		if !v.refused(err, func(string) string { return "h-end" }) {
			return err
		}
		return v.showDisclosure(id)
	}
	return v.to(v.back, "disclosure_withdrawn")
}

// disclosureFile is what is shown as one signed file.
func (v *visit) disclosureFile() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	b, err := v.s.signedDisclosure(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	return v.download("disclosure.txt", "text/plain; charset=utf-8", b)
}

// signedDisclosure is a disclosure as a file that corridor verify checks; the reading is written down.
func (s *Server) signedDisclosure(ctx context.Context, who access.Actor, id unit.ID) ([]byte, error) {
	d, err := s.c.Cases.Disclosure(ctx, who, id, "file")
	if err != nil {
		return nil, err
	}
	if d.Leaf == "" {
		return nil, fault.New(fault.NotFound, "casework.disclosure_none")
	}
	receipt, err := s.c.Log.Receipt(ctx, d.Leaf, false)
	if err != nil {
		return nil, err
	}
	return s.c.Federation.DisclosureFile(ctx, d.Text, d.Salt, receipt)
}

// givenShown is what stands in a field for a reader, and where it leads.
func (v *visit) givenShown(s *scheme.Scheme, id unit.ID, f scheme.Field, x scheme.Value) (shown, link string) {
	if f.Discloses != nil {
		return v.t("已同意出示，查看材料", "agreed to; see what is shown"), disclosurePath(id)
	}
	if x.Kind == scheme.Plan {
		return v.planShown(x)
	}
	return v.shown(s, x), v.decisionLink(x)
}

type disclosureReadOut struct {
	At  string `json:"at"`
	By  string `json:"by"`
	Org string `json:"org" doc:"organisation or office of who read; empty for a desk of none"`
	As  string `json:"as" doc:"role of the scheme"`
	How string `json:"how" enum:"page,file,operation,score"`
}

type disclosureOut struct {
	State    string              `json:"state" enum:"preview,shown,expired,withdrawn,ended,again" doc:"preview: not made yet, what would be shown now; it is read by others only while it is shown"`
	Digest   string              `json:"digest" doc:"of the facts: what is agreed to"`
	Agreed   bool                `json:"agreed" doc:"the form holds this digest"`
	Org      string              `json:"org"`
	Node     string              `json:"node" doc:"region code of the node that vouches for the facts"`
	For      []string            `json:"for" doc:"codes of the organisations that are asked"`
	Made     string              `json:"made"`
	Until    string              `json:"until" doc:"last day on which it is shown"`
	Facts    federation.Facts    `json:"facts"`
	ReadBy   []disclosureReadOut `json:"read_by" doc:"for the organisation whose facts they are, the newest first"`
	MayAgree bool                `json:"may_agree"`
	MayEnd   bool                `json:"may_withdraw"`
}

func outOfDisclosure(d casework.Disclosure) disclosureOut {
	o := disclosureOut{State: string(d.State), Digest: d.Digest, Agreed: d.Agreed, Org: d.Org, Node: d.Node, For: d.For, Made: d.Made.String(), Until: d.Until.String(), Facts: d.Facts,
		ReadBy: []disclosureReadOut{}, MayAgree: d.MayAgree && d.State == casework.DisclosurePreview, MayEnd: d.MayEnd}
	for _, r := range d.Reads {
		o.ReadBy = append(o.ReadBy, disclosureReadOut{iso(r.At), r.By, r.Org, r.Role, r.How})
	}
	return o
}

// apiDisclosure are the operations on what cases disclose.
func (s *Server) apiDisclosure() {
	read := func(ctx context.Context, who access.Actor, text string) (*body[disclosureOut], error) {
		id, err := idOf(text)
		if err != nil {
			return nil, err
		}
		d, err := s.c.Cases.Disclosure(ctx, who, id, "operation")
		if err != nil {
			return nil, err
		}
		return answer(outOfDisclosure(d))
	}
	operate(s, "GET", "/api/v1/cases/{id}/disclosure", access.CaseRead, "What a case shows of its organisation, with its consent; readings by others are written down", func(ctx context.Context, a asked, i *byID) (*body[disclosureOut], error) {
		return read(ctx, a.who, i.ID)
	})
	type agreeIn struct {
		ID   string `path:"id"`
		Body struct {
			Seen string `json:"seen" doc:"digest of the facts that were seen"`
		}
	}
	operate(s, "POST", "/api/v1/cases/{id}/disclosure", access.CaseAct, "Agree to show the facts that were seen", func(ctx context.Context, a asked, i *agreeIn) (*body[disclosureOut], error) {
		id, err := idOf(i.ID)
		if err == nil {
			err = s.c.Cases.AgreeDisclosure(ctx, a.who, id, i.Body.Seen)
		}
		if err != nil {
			return nil, err
		}
		return read(ctx, a.who, i.ID)
	})
	operate(s, "POST", "/api/v1/cases/{id}/disclosure/withdraw", access.CaseAct, "Take the consent to show facts back", func(ctx context.Context, a asked, i *byID) (*body[disclosureOut], error) {
		id, err := idOf(i.ID)
		if err == nil {
			err = s.c.Cases.WithdrawDisclosure(ctx, a.who, id)
		}
		if err != nil {
			return nil, err
		}
		return read(ctx, a.who, i.ID)
	})
	type disclosureText struct {
		File string `json:"file" doc:"the signed file, which corridor verify checks offline"`
	}
	operate(s, "GET", "/api/v1/cases/{id}/disclosure/file", access.CaseRead, "What a case shows of its organisation, as a signed file", func(ctx context.Context, a asked, i *byID) (*body[disclosureText], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		b, err := s.signedDisclosure(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return answer(disclosureText{string(b)})
	})
}
