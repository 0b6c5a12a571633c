package casework

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/notice"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// membersMax is how many people can be invited to one case.
const membersMax = 50

// What an invited person may do with the form of a case.
const (
	MayEdit = "edit" // read the case and fill in what its organisation fills in; submitting stays with the organisation
	MayView = "view" // read the case
)

// Member is somebody who was invited to a case by the organisation whose case it is: a colleague, or a person of another
// organisation that a field marked `partner` names.
type Member struct {
	Person unit.ID
	Name   string
	Org    string // from which the person was invited
	May    string // MayEdit, MayView
	By     unit.ID
	At     time.Time
}

// member is what the actor was invited to.
func (c Case) member(who access.Actor) (Member, bool) {
	i := slices.IndexFunc(c.members, func(m Member) bool { return m.Person == who.Person && who.Person != "" })
	if i < 0 || access.May(who, access.CaseRead, access.Scope{Person: who.Person}) != nil {
		return Member{}, false
	}
	return c.members[i], true
}

// edits says whether the actor fills in what a role fills in because of an invitation: the role is the organisation's
// whose case it is.
func (c Case) edits(sch *scheme.Scheme, who access.Actor, role string) bool {
	m, invited := c.member(who)
	r, known := sch.Roles.Get(role)
	return invited && m.May == MayEdit && known && r.Party == "firm" && access.May(who, access.CaseAct, access.Scope{Person: who.Person}) == nil
}

// watches says whether the organisation let one of its own people only read this case. Its administrator is never held back.
func (c Case) watches(who access.Actor) bool {
	m, invited := c.member(who)
	return invited && m.May == MayView && m.Org == c.Org && !administers(who, c.Org)
}

func administers(who access.Actor, org string) bool {
	return slices.ContainsFunc(who.Grants, func(g access.Grant) bool { return g.Role == "org_admin" && g.Org == org })
}

// leads says whether the actor decides who works on a case: who opened it for their organisation, and its administrators.
func (s *Service) leads(c Case, who access.Actor) bool {
	return actsFor(who, c.Org) && (who.Person == c.OpenedBy || administers(who, c.Org)) && !c.watches(who)
}

// Leads is leads, for a page.
func (s *Service) Leads(c Case, who access.Actor) bool { return s.leads(c, who) }

// Members are the people who were invited to a case, for its organisation and for themselves.
func (s *Service) Members(ctx context.Context, who access.Actor, id unit.ID) (out []Member, err error) {
	if err := access.MaySomewhere(who, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.c.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.find(ctx, tx, who, id)
		if err == nil && s.ofApplicant(c, who) {
			out = c.members
		}
		return err
	})
	return out, err
}

// Partners are the organisations that the form of a case names as partners, besides its own.
func (s *Service) Partners(c Case) (out []string) {
	sch, err := s.edition(c)
	if err != nil {
		return nil
	}
	for f := range sch.Form.All() {
		for _, v := range parts(c.Fields[f.Name]) {
			if f.Partner && v.Kind == scheme.Org && v.Text != c.Org && !slices.Contains(out, v.Text) {
				out = append(out, v.Text)
			}
		}
	}
	return out
}

// Invite lets somebody work on a case, or changes what they may do. Whom: by the address of their account, of the
// organisation or of a partner that the form names; anybody else is not found. They are told.
func (s *Service) Invite(ctx context.Context, who access.Actor, id unit.ID, address, may string) (m Member, err error) {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return m, err
	}
	if may != MayEdit && may != MayView {
		return m, fault.New(fault.Invalid, "casework.member_may").On("may")
	}
	err = s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, sch, err := s.led(ctx, tx, who, id)
		if err != nil {
			return err
		}
		x, ok, err := s.c.Access.Colleague(ctx, tx, strings.TrimSpace(address), append([]string{c.Org}, s.Partners(c)...))
		switch {
		case err != nil:
			return err
		case !ok:
			return fault.New(fault.Invalid, "casework.member_unknown").On("address")
		case x.Person == who.Person:
			return fault.New(fault.Invalid, "casework.member_self").On("address")
		case c.End != "":
			return fault.New(fault.Conflict, "casework.member_ended", "stage", sch.Say(c.Stage))
		case len(c.members) >= membersMax:
			return fault.New(fault.TooLarge, "casework.members_many", "most", membersMax)
		}
		m = Member{Person: x.Person, Name: x.Name, Org: x.Org, May: may, By: who.Person, At: tx.Now()}
		if err := putMember(ctx, tx, id, m); err != nil {
			return fmt.Errorf("invite to case %s: %w", c.No, err)
		}
		if err := s.tellMember(ctx, tx, sch, c, m, false); err != nil {
			return err
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.invite", Object: c.Object(), Region: c.Region, Detail: may + " person/" + string(m.Person)})
	})
	return m, err
}

// Uninvite takes somebody off a case; people may also take themselves off. What they filled in stays.
func (s *Service) Uninvite(ctx context.Context, who access.Actor, id, person unit.ID) error {
	if err := access.MaySomewhere(who, access.CaseAct); err != nil {
		return err
	}
	return s.c.DB.Act(ctx, func(tx *db.Tx) error {
		c, err := s.find(ctx, tx, who, id)
		if err != nil {
			return err
		}
		sch, err := s.edition(c)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(c.members, func(m Member) bool { return m.Person == person })
		if i < 0 || person != who.Person && !s.leads(c, who) {
			return fault.New(fault.NotFound, "casework.member_gone")
		}
		if person == who.Person && c.watches(who) {
			return fault.New(fault.Denied, "casework.members_not_yours")
		}
		if err := dropMember(ctx, tx, id, person); err != nil {
			return fmt.Errorf("take off case %s: %w", c.No, err)
		}
		if person != who.Person {
			if err := s.tellMember(ctx, tx, sch, c, Member{Person: person, At: tx.Now()}, true); err != nil {
				return err
			}
		}
		return s.c.Access.Record(ctx, tx, who, access.Entry{Act: "case.uninvite", Object: c.Object(), Region: c.Region, Detail: "person/" + string(person)})
	})
}

// led is a case of which the actor decides who works on it.
func (s *Service) led(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (c Case, sch *scheme.Scheme, err error) {
	if c, err = s.find(ctx, tx, who, id); err != nil {
		return c, nil, err
	}
	if !s.leads(c, who) {
		return c, nil, fault.New(fault.Denied, "casework.members_not_yours")
	}
	sch, err = s.edition(c)
	return c, sch, err
}

func (s *Service) tellMember(ctx context.Context, tx *db.Tx, sch *scheme.Scheme, c Case, m Member, off bool) error {
	if s.c.Notices == nil {
		return nil
	}
	n := notice.Notice{To: notice.Audience{Person: m.Person}, Kind: "case.invited", Object: c.Object(), Path: "/cases/" + string(c.ID),
		Title: fault.Words{fmt.Sprintf("邀请您共同办理：%s %s", sch.Title[0], c.No), fmt.Sprintf("You are invited to work on: %s %s", sch.Title[1], c.No)},
		Key:   fmt.Sprintf("%s/member/%d", c.Object(), m.At.UnixMicro())}
	switch {
	case off:
		n.Kind, n.Path = "case.uninvited", ""
		n.Title = fault.Words{fmt.Sprintf("您已不再参与：%s %s", sch.Title[0], c.No), fmt.Sprintf("You no longer work on: %s %s", sch.Title[1], c.No)}
	case m.May == MayView:
		n.Title = fault.Words{fmt.Sprintf("邀请您查看：%s %s", sch.Title[0], c.No), fmt.Sprintf("You are invited to read: %s %s", sch.Title[1], c.No)}
	}
	_, err := s.c.Notices.Tell(ctx, tx, n)
	return err
}
