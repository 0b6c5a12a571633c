package web

import (
	"fmt"

	"corridor/internal/casework"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// casePeople is who works on a case by invitation.
type casePeople struct {
	Case     casework.Case
	Members  []memberView
	Leads    bool
	Partners []string // names of organisations whose people may be invited
	Form     *form
}

type memberView struct {
	casework.Member
	OrgName string
	Self    bool
}

func (v *visit) casePeople() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showMembers(id, nil)
}

func (v *visit) showMembers(id unit.ID, f *form) error {
	c, err := v.s.c.Cases.Get(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	s, err := v.s.c.Cases.Edition(c)
	if err != nil {
		return err
	}
	all, err := v.s.c.Cases.Members(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	if f == nil {
		f = v.blank("m")
	}
	p := casePeople{Case: c, Leads: v.s.c.Cases.Leads(c, v.who), Form: f.on("m")}
	for _, m := range all {
		p.Members = append(p.Members, memberView{m, v.orgName(m.Org), m.Person == v.who.Person})
	}
	for _, code := range v.s.c.Cases.Partners(c) {
		p.Partners = append(p.Partners, v.orgName(code))
	}
	v.underCase(c, s)
	return v.show("casepeople", v.t("参与人", "Who works on it"), p)
}

func (v *visit) inviteToCase() error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = fmt.Sprintf("/cases/%s/people", id)
	if _, err := v.s.c.Cases.Invite(v.ctx(), v.who, id, f.Get("address"), f.Get("may")); err != nil {
		if !v.refusedForm(f.on("m"), err) {
			return err
		}
		return v.showMembers(id, f)
	}
	return v.to(v.back, "member_in")
}

func (v *visit) takeOffCase() error {
	id, _, err := v.posted()
	if err != nil {
		return err
	}
	person, err := unit.ParseID(v.r.PathValue("person"))
	if err != nil {
		return err
	}
	v.back = fmt.Sprintf("/cases/%s/people", id)
	if err := v.s.c.Cases.Uninvite(v.ctx(), v.who, id, person); err != nil {
		if !v.refused(err, nil) {
			return err
		}
		return v.showMembers(id, nil)
	}
	if person == v.who.Person {
		return v.to("/cases", "member_out")
	}
	return v.to(v.back, "member_out")
}

// caseChanges is who changed what in a form.
type caseChanges struct {
	Case  casework.Case
	Lines []changeLine
}

type changeLine struct {
	casework.Change
	Was, Is string
	May     bool // this person may put the older value back
}

func (v *visit) caseChanges() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showChanges(id)
}

func (v *visit) showChanges(id unit.ID) error {
	c, err := v.s.c.Cases.Get(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	s, err := v.s.c.Cases.Edition(c)
	if err != nil {
		return err
	}
	all, err := v.s.c.Cases.Changes(v.ctx(), v.who, id)
	if err != nil {
		return err
	}
	fills := v.s.c.Cases.Fills(v.who, c)
	p := caseChanges{Case: c}
	for _, x := range all {
		p.Lines = append(p.Lines, changeLine{x, v.entry(s, x.Was), v.entry(s, x.Becomes), fills[x.Field] && !fixedBy(s, x.Field)})
	}
	v.underCase(c, s)
	return v.show("casechanges", v.t("谁改了什么", "Who changed what"), p)
}

// fixedBy says whether the registry alone changes a field.
func fixedBy(s *scheme.Scheme, name string) bool {
	f, _ := s.Field(name)
	return f.From != "" && !f.Editable
}

func (v *visit) restoreChange() error {
	id, _, err := v.posted()
	if err != nil {
		return err
	}
	change, err := unit.ParseID(v.r.PathValue("change"))
	if err != nil {
		return err
	}
	v.back = fmt.Sprintf("/cases/%s/changes", id)
	if _, err := v.s.c.Cases.Restore(v.ctx(), v.who, id, change); err != nil {
		if !v.refused(err, nil) {
			return err
		}
		return v.showChanges(id)
	}
	return v.to(v.back, "restored")
}

// returnedView is why a case was sent back, and what of its time is left.
type returnedView struct {
	casework.Returned
	Fields []problemView // what is asked for, with the address of its field
	Left   []string      // of each clock that stands still
	Fills  bool
}

// sentBack is why the case was sent back; nil where it was not.
func (v *visit) sentBack(c casework.Case, s *scheme.Scheme) (*returnedView, error) {
	r, ok, err := v.s.c.Cases.Returned(v.ctx(), v.who, c.ID)
	if err != nil || !ok {
		return nil, err
	}
	out := &returnedView{Returned: r}
	mine := v.s.c.Cases.Fills(v.who, c)
	for _, f := range r.Fields {
		x := problemView{Sentence: f.Words.In(v.lang)}
		if mine[f.Name] {
			x.Anchor, out.Fills = "f-"+f.Name, true
		}
		out.Fields = append(out.Fields, x)
	}
	seen := map[string]bool{}
	for _, p := range r.Paused {
		who := ""
		for i, role := range p.Who {
			if i > 0 {
				who += v.t("、", ", ")
			}
			if role == "clock" {
				role = p.Action
			}
			who += s.Say(role).In(v.lang)
		}
		line := who + v.t("：", ": ") + p.Left.In(v.lang)
		if !seen[line] {
			seen[line] = true
			out.Left = append(out.Left, line)
		}
	}
	return out, nil
}
