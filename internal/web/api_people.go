package web

import (
	"context"
	"net/url"
	"slices"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// apiPeople are the operations of who administers accounts.
func (s *Server) apiPeople() {
	type grantIn struct {
		Role   string `json:"role"`
		Region string `json:"region,omitempty" required:"false" doc:"six digits; empty is the whole node"`
		Org    string `json:"org,omitempty" required:"false"`
	}
	grant := func(g grantIn) access.Grant {
		return access.Grant{Role: g.Role, Region: unit.Region(g.Region), Org: g.Org}
	}
	type peopleIn struct {
		Q     string `query:"q" doc:"in name or address"`
		Role  string `query:"role"`
		After string `query:"after"`
	}
	type peopleOut struct {
		People []personOut `json:"people"`
		Next   string      `json:"next"`
	}
	operate(s, "GET", "/api/v1/people", access.PeopleManage, "The accounts that I administer", func(ctx context.Context, a asked, i *peopleIn) (*body[peopleOut], error) {
		page, next, err := s.c.Access.People(ctx, a.who, access.PeopleQuery{Text: i.Q, Role: i.Role, After: unit.ID(i.After)})
		if err != nil {
			return nil, err
		}
		o := peopleOut{People: []personOut{}, Next: string(next)}
		for _, p := range page {
			o.People = append(o.People, personOf(p))
		}
		return answer(o)
	})
	type inviteIn struct {
		Body struct {
			Email string    `json:"email"`
			Name  string    `json:"name"`
			Org   string    `json:"org,omitempty" required:"false"`
			Roles []grantIn `json:"roles"`
		}
	}
	type linkOut struct {
		ID   string `json:"id" doc:"of the person"`
		Link string `json:"link" doc:"one-time; in this answer and nowhere else"`
	}
	operate(s, "POST", "/api/v1/people", access.PeopleManage, "Invite somebody", func(ctx context.Context, a asked, i *inviteIn) (*body[linkOut], error) {
		in := access.Invitation{Email: i.Body.Email, Name: i.Body.Name, Org: i.Body.Org}
		for _, g := range i.Body.Roles {
			in.Roles = append(in.Roles, grant(g))
		}
		token, p, err := s.c.Access.Invite(ctx, a.who, in)
		if err != nil {
			return nil, err
		}
		return answer(linkOut{string(p.ID), a.origin() + "/welcome?token=" + url.QueryEscape(token)})
	})
	// of is an operation on one person that answers with them.
	of := func(method, path, summary string, do func(ctx context.Context, a asked, id unit.ID) error) {
		operate(s, method, path, access.PeopleManage, summary, func(ctx context.Context, a asked, i *byID) (*body[personOut], error) {
			id, err := idOf(i.ID)
			if err != nil {
				return nil, err
			}
			return s.personAfter(ctx, a, id, do(ctx, a, id))
		})
	}
	of("GET", "/api/v1/people/{id}", "A person", func(context.Context, asked, unit.ID) error { return nil })
	of("POST", "/api/v1/people/{id}/disable", "Disable an account; its sessions and tokens end", func(ctx context.Context, a asked, id unit.ID) error {
		return s.c.Access.SetActive(ctx, a.who, id, false)
	})
	of("POST", "/api/v1/people/{id}/enable", "Enable an account", func(ctx context.Context, a asked, id unit.ID) error {
		return s.c.Access.SetActive(ctx, a.who, id, true)
	})
	of("POST", "/api/v1/people/{id}/codes/reset", "Take lost one-time codes away", func(ctx context.Context, a asked, id unit.ID) error { return s.c.Access.ResetCodes(ctx, a.who, id) })
	type giveIn struct {
		ID   string `path:"id"`
		Body grantIn
	}
	operate(s, "POST", "/api/v1/people/{id}/grants", access.PeopleManage, "Give a role", func(ctx context.Context, a asked, i *giveIn) (*body[personOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		return s.personAfter(ctx, a, id, s.c.Access.Grant(ctx, a.who, id, grant(i.Body)))
	})
	type takeIn struct {
		ID    string `path:"id"`
		Grant string `path:"grant"`
	}
	operate(s, "DELETE", "/api/v1/people/{id}/grants/{grant}", access.PeopleManage, "Take a role back", func(ctx context.Context, a asked, i *takeIn) (*body[personOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		g, err := idOf(i.Grant)
		if err != nil {
			return nil, err
		}
		return s.personAfter(ctx, a, id, s.c.Access.Revoke(ctx, a.who, g))
	})
	operate(s, "POST", "/api/v1/people/{id}/recover", access.PeopleManage, "Make the link by which somebody sets a new password", func(ctx context.Context, a asked, i *byID) (*body[linkOut], error) {
		id, err := idOf(i.ID)
		if err != nil {
			return nil, err
		}
		token, err := s.c.Access.Recover(ctx, a.who, id)
		if err != nil {
			return nil, err
		}
		return answer(linkOut{i.ID, a.origin() + "/welcome?token=" + url.QueryEscape(token)})
	})
	s.apiRoles()
	s.apiJournal()
}

// personAfter is a person as they are after something was done to them.
func (s *Server) personAfter(ctx context.Context, a asked, id unit.ID, err error) (*body[personOut], error) {
	if err != nil {
		return nil, err
	}
	p, err := s.c.Access.Person(ctx, a.who, id)
	if err != nil {
		return nil, err
	}
	return answer(personOf(p))
}

// apiRoles is the table of roles and what each may do.
func (s *Server) apiRoles() {
	type roleOut struct {
		ID    string   `json:"id"`
		Name  string   `json:"name"`
		Codes bool     `json:"codes" doc:"who holds it must set up one-time codes"`
		ByOrg bool     `json:"by_org" doc:"organisations may give it"`
		May   []string `json:"may" doc:"permissions, within what the grant covers"`
	}
	type rolesOut struct {
		Roles []roleOut `json:"roles"`
	}
	operate(s, "GET", "/api/v1/roles", access.PeopleManage, "The roles and what each may do", func(_ context.Context, a asked, _ *nothing) (*body[rolesOut], error) {
		o := rolesOut{Roles: []roleOut{}}
		for _, r := range access.Roles() {
			x := roleOut{r.ID, fault.Words{r.ZH, r.EN}.In(a.lang), r.Code, r.ByOrg, []string{}}
			for _, rule := range access.Rules {
				held := access.Holders(rule.Permission)
				if rule.Open || rule.Own || slices.Contains(held, r.ID) || r.Kind == access.Desk && slices.Contains(held, access.Desks) {
					x.May = append(x.May, string(rule.Permission))
				}
			}
			o.Roles = append(o.Roles, x)
		}
		return answer(o)
	})
}

func (s *Server) apiJournal() {
	type journalIn struct {
		Act    string `query:"act" doc:"its beginning is enough: case finds case.approve"`
		Object string `query:"object"`
		Who    string `query:"who" doc:"id of a person, or a part of their name"`
		Detail string `query:"detail" doc:"a text that stands in the detail"`
		Region string `query:"region" doc:"with every region inside it"`
		From   string `query:"from" doc:"first day"`
		To     string `query:"to" doc:"last day"`
		After  string `query:"after" doc:"next of the page before"`
	}
	type journalLineOut struct {
		ID      string `json:"id"`
		At      string `json:"at"`
		Person  string `json:"person"`
		Token   bool   `json:"token" doc:"by an API token"`
		Act     string `json:"act"`
		Object  string `json:"object"`
		Region  string `json:"region"`
		Mandate string `json:"mandate"`
		Detail  string `json:"detail"`
	}
	type journalOut struct {
		Lines []journalLineOut `json:"lines"`
		Next  string           `json:"next"`
	}
	operate(s, "GET", "/api/v1/journal", access.JournalRead, "Search the act journal, the newest first", func(ctx context.Context, a asked, i *journalIn) (*body[journalOut], error) {
		f := &form{Values: url.Values{"act": {i.Act}, "object": {i.Object}, "who": {i.Who}, "detail": {i.Detail}, "region": {i.Region}, "from": {i.From}, "to": {i.To}, "after": {i.After}},
			lang: a.lang, bad: map[string]string{}}
		q := journalQuery(f)
		if err := f.err(); err != nil {
			return nil, err
		}
		lines, next, err := s.acts(ctx, a.who, q)
		if err != nil {
			return nil, err
		}
		o := journalOut{Lines: []journalLineOut{}, Next: next}
		for _, l := range lines {
			o.Lines = append(o.Lines, journalLineOut{string(l.ID), iso(l.At), string(l.Person), l.Token, l.Act, l.Object, string(l.Region), l.Mandate, l.Detail})
		}
		return answer(o)
	})
}
