package access

import (
	"slices"
	"testing"
	"time"
)

// cast is the people of the tests below: administrators of the node, of a region and of two organisations, and others.
type cast struct{ region, city, a, b, member, officer, both Actor }

func (h *house) cast() cast {
	return cast{
		region:  h.joins(h.admin, "admin@ah.example", "", Grant{Role: "node_admin", Region: ah}),
		city:    h.joins(h.admin, "admin@hf.example", "", Grant{Role: "node_admin", Region: hf}),
		a:       h.joins(h.admin, "admin@a.example", orgA, Grant{Role: "org_admin", Org: orgA}),
		b:       h.joins(h.admin, "admin@b.example", orgB, Grant{Role: "org_admin", Org: orgB}),
		member:  h.joins(h.admin, "member@a.example", orgA, Grant{Role: "org_member", Org: orgA}),
		officer: h.joins(h.admin, "officer@ah.example", "", Grant{Role: "finance", Region: ah}),
		both:    h.joins(h.admin, "both@a.example", orgA, Grant{Role: "org_member", Org: orgA}, Grant{Role: "auditor"}),
	}
}

// Who may give which role: nobody more than they reach.
func TestWhoMayInvite(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		c := h.cast()
		for _, x := range []struct {
			who   Actor
			org   string
			grant Grant
			code  string
		}{
			{h.admin, "", Grant{Role: "node_admin"}, ""},
			{h.admin, orgA, Grant{Role: "org_admin", Org: orgA}, ""},
			{h.admin, "", Grant{Role: "wizard"}, "access.role_unknown"},
			{h.admin, orgA, Grant{Role: "org_member"}, "access.role_needs_org"},
			{h.admin, "", Grant{Role: "finance", Region: "3400"}, "unit.region_form"},
			{c.region, "", Grant{Role: "finance", Region: ah}, ""},
			{c.region, "", Grant{Role: "finance", Region: hf}, ""},
			{c.region, "", Grant{Role: "node_admin", Region: hf}, ""},
			{c.region, "", Grant{Role: "finance", Region: sh}, "access.role_beyond"},
			{c.region, "", Grant{Role: "finance"}, "access.role_beyond"},
			{c.region, "", Grant{Role: "node_admin"}, "access.role_beyond"},
			{c.city, "", Grant{Role: "finance", Region: hf}, ""},
			{c.city, "", Grant{Role: "finance", Region: ah}, "access.role_beyond"},
			{c.a, orgA, Grant{Role: "org_member", Org: orgA}, ""},
			{c.a, orgA, Grant{Role: "org_admin", Org: orgA}, ""},
			{c.a, orgA, Grant{Role: "org_member", Org: orgB}, "access.role_beyond"},
			{c.a, orgA, Grant{Role: "tech_manager", Org: orgA}, "access.role_beyond"}, // not an organisation's to give
			{c.a, orgA, Grant{Role: "finance", Org: orgA}, "access.role_beyond"},
			{c.a, orgB, Grant{Role: "org_member", Org: orgA}, "access.org_beyond"},
			{c.member, orgA, Grant{Role: "org_member", Org: orgA}, "access.not_found"},
			{c.officer, "", Grant{Role: "finance", Region: ah}, "access.not_found"},
			{Actor{}, "", Grant{Role: "finance", Region: ah}, "access.sign_in"},
			{Actor{Person: h.admin.Person, Grants: h.admin.Grants, Token: true, Scopes: []Permission{PeopleManage}}, "", Grant{Role: "finance"}, "access.token_scope"},
		} {
			h.pass(time.Second)
			email := x.grant.Role + h.clock.Format("150405") + "@x.example"
			_, p, err := h.Invite(h.Context(), x.who, Invitation{Email: email, Name: "X (synthetic)", Org: x.org, Roles: []Grant{x.grant}})
			if x.code == "" && err == nil {
				if len(p.Grants) != 1 || p.Grants[0].ID == "" || p.State != "invited" {
					t.Errorf("%s: got %+v", x.grant, p)
				}
				continue
			}
			h.refused(err, x.code)
		}
	})
}

func TestInvitationIsChecked(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		roles := []Grant{{Role: "org_member", Org: orgA}}
		for _, x := range []struct {
			in   Invitation
			code string
		}{
			{Invitation{Email: "none", Name: "X", Roles: roles}, "access.email"},
			{Invitation{Email: "X <x@x.example>", Name: "X", Roles: roles}, "access.email"},
			{Invitation{Email: "x@x.example", Name: " ", Roles: roles}, "access.name"},
			{Invitation{Email: "x@x.example", Name: "a\nb", Roles: roles}, "access.name"},
			{Invitation{Email: "x@x.example", Name: "X"}, "access.roles_number"},
			{Invitation{Email: " ADMIN@node.example", Name: "X", Roles: roles}, "access.email_taken"},
		} {
			_, _, err := h.Invite(h.Context(), h.admin, x.in)
			h.refused(err, x.code)
		}
	})
}

// An invitation that has run out is renewed; the newest link counts, once.
func TestRenewAnInvitation(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		first, p, err := h.Invite(h.Context(), h.admin, Invitation{Email: "x@x.example", Name: "X (synthetic)", Org: orgA, Roles: []Grant{{Role: "org_member", Org: orgA}}})
		h.ok(err)
		h.pass(linkLife + time.Second)
		h.refused(h.AcceptInvitation(h.Context(), first, pass), "access.link_gone")
		second := must(h.Recover(h.Context(), h.admin, p.ID))
		third := must(h.Recover(h.Context(), h.admin, p.ID))
		h.refused(h.AcceptInvitation(h.Context(), second, pass), "access.link_gone")
		h.ok(h.AcceptInvitation(h.Context(), third, pass))
		h.refused(h.AcceptInvitation(h.Context(), third, pass), "access.link_gone")
		h.in("x@x.example")
	})
}

// What takes an account over is for who could give all that its person holds; to the others the account may not exist.
func TestWhoMayTakeAnAccountOver(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		c := h.cast()
		for _, x := range []struct {
			what      string
			who, whom Actor
			code      string
		}{
			{"the node's, of anybody", h.admin, c.both, ""},
			{"an organisation's, of its member", c.a, c.member, ""},
			{"an organisation's, of a member who audits the node too", c.a, c.both, "access.holds_more"},
			{"an organisation's, of another's", c.a, c.b, "access.not_found"},
			{"a region's, of its officer", c.region, c.officer, ""},
			{"a region's, of the administrator of its city", c.region, c.city, ""},
			{"a city's, of the administrator of its province", c.city, c.region, "access.not_found"},
			{"a region's, of the node's", c.region, h.admin, "access.not_found"},
			{"an officer", c.officer, c.member, "access.not_found"},
			{"nobody", Actor{}, c.member, "access.sign_in"},
		} {
			_, err := h.Recover(h.Context(), x.who, x.whom.Person)
			if x.code == "" {
				h.ok(err)
				h.ok(h.SetActive(h.Context(), x.who, x.whom.Person, false))
				h.ok(h.SetActive(h.Context(), x.who, x.whom.Person, true))
				continue
			}
			t.Log(x.what)
			h.refused(err, x.code)
			h.refused(h.SetActive(h.Context(), x.who, x.whom.Person, false), x.code)
			h.refused(h.ResetCodes(h.Context(), x.who, x.whom.Person), x.code)
		}
	})
}

func TestRevoke(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		c := h.cast()
		h.refused(h.Revoke(h.Context(), h.admin, h.admin.Grants[0].ID), "access.last_admin")
		h.refused(h.SetActive(h.Context(), h.admin, h.admin.Person, false), "access.last_admin")
		h.refused(h.Revoke(h.Context(), h.admin, "NONE"), "access.not_found")
		h.refused(h.Revoke(h.Context(), c.b, c.member.Grants[0].ID), "access.not_found")
		h.refused(h.Revoke(h.Context(), c.a, c.both.Grants[1].ID), "access.role_beyond") // the auditor's role
		h.ok(h.Revoke(h.Context(), c.a, c.both.Grants[0].ID))
		h.refused(h.Revoke(h.Context(), c.a, c.both.Grants[0].ID), "access.not_found") // ended already
		token := Actor{Person: h.admin.Person, Grants: h.admin.Grants, Token: true, Scopes: []Permission{PeopleManage}}
		h.refused(h.Revoke(h.Context(), token, c.officer.Grants[0].ID), "access.token_scope")
		second := h.joins(h.admin, "second@node.example", "", Grant{Role: "node_admin"})
		h.ok(h.Revoke(h.Context(), second, h.admin.Grants[0].ID))
		h.refused(h.Revoke(h.Context(), second, second.Grants[0].ID), "access.last_admin")
	})
}

func TestListOfPeople(t *testing.T) {
	each(t, Config{NoCodes: true}, func(h *house) {
		c := h.cast()
		list := func(who Actor, q PeopleQuery) (emails []string) {
			page, next, err := h.People(h.Context(), who, q)
			h.ok(err)
			if next != "" {
				t.Errorf("a next page of %d", len(page))
			}
			for _, p := range page {
				emails = append(emails, p.Email)
			}
			return emails
		}
		for _, x := range []struct {
			who  Actor
			q    PeopleQuery
			want []string
		}{
			{c.a, PeopleQuery{}, []string{"admin@a.example", "member@a.example", "both@a.example"}},
			{c.b, PeopleQuery{}, []string{"admin@b.example"}},
			{c.region, PeopleQuery{}, []string{"admin@ah.example", "admin@hf.example", "officer@ah.example"}},
			{c.city, PeopleQuery{}, []string{"admin@hf.example"}},
			{h.admin, PeopleQuery{Role: "node_admin"}, []string{"admin@node.example", "admin@ah.example", "admin@hf.example"}},
			{h.admin, PeopleQuery{Text: "A.EXAMPLE"}, []string{"admin@a.example", "member@a.example", "both@a.example"}},
			{h.admin, PeopleQuery{Text: "%"}, nil},
			{h.admin, PeopleQuery{After: c.officer.Person}, []string{"both@a.example"}},
		} {
			if got := list(x.who, x.q); !slices.Equal(got, x.want) {
				t.Errorf("%+v: got %v, want %v", x.q, got, x.want)
			}
		}
		_, _, err := h.People(h.Context(), c.officer, PeopleQuery{})
		h.refused(err, "access.not_found")
		both := must(h.Person(h.Context(), c.a, c.both.Person))
		if spell(both.Grants) != "org_member/ORG-A auditor" {
			t.Errorf("got %+v", both)
		}
		must(h.Person(h.Context(), c.member, c.member.Person))
		_, err = h.Person(h.Context(), c.member, c.a.Person)
		h.refused(err, "access.not_found")
	})
}
