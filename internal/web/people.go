package web

import (
	"net/url"
	"strings"

	"corridor/internal/access"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

type peoplePage struct {
	Query  access.PeopleQuery
	People []access.Profile
	Next   string // address of the next page
	Roles  []access.Role
	Form   *form
	Link   string // of a new invitation, shown once
	For    string // whose it is
	Export exportView
}

func (v *visit) people() error { return v.showPeople(peoplePage{}) }

func (v *visit) showPeople(p peoplePage) error {
	q := v.r.URL.Query()
	p.Query = access.PeopleQuery{Text: q.Get("q"), Role: q.Get("role"), After: unit.ID(q.Get("after"))}
	if v.wantsFile() {
		return v.peopleFile(p.Query)
	}
	page, next, err := v.s.c.Access.People(v.ctx(), v.who, p.Query)
	if err != nil {
		return err
	}
	p.People, p.Roles, p.Export = page, v.gives(), v.exports()
	if p.Form == nil {
		p.Form = v.blank("i")
	}
	if next != "" {
		q.Set("after", string(next))
		p.Next = "/people?" + q.Encode()
	}
	return v.show("people", v.t("人员与角色", "People and roles"), p)
}

// gives lists the roles that this person may give: an administrator of the node every one, one of an organisation those
// that organisations give.
func (v *visit) gives() []access.Role {
	var out []access.Role
	for _, r := range access.Roles() {
		if v.who.Holds("node_admin") || r.ByOrg {
			out = append(out, r)
		}
	}
	return out
}

func grantOf(f *form) access.Grant {
	return access.Grant{Role: f.Get("role"), Region: unit.Region(strings.TrimSpace(f.Get("region"))), Org: strings.TrimSpace(f.Get("org"))}
}

// linkOf is the address of a one-time link; it is shown once, to be handed over.
func (v *visit) linkOf(token string) string {
	return asked{r: v.r}.origin() + "/welcome?token=" + url.QueryEscape(token)
}

// invite makes an account that waits for its person.
func (v *visit) invite() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	v.back = "/people"
	in := access.Invitation{Email: f.Get("email"), Name: f.Get("name"), Org: strings.TrimSpace(f.Get("org")), Roles: []access.Grant{grantOf(f)}}
	token, p, err := v.s.c.Access.Invite(v.ctx(), v.who, in)
	if err != nil {
		if !v.refusedForm(f.on("i"), err) {
			return err
		}
		return v.showPeople(peoplePage{Form: f})
	}
	return v.showPeople(peoplePage{Link: v.linkOf(token), For: p.Name})
}

type personPage struct {
	Person access.Profile
	Roles  []access.Role
	Self   bool
	Link   string // of recovery, shown once
	Form   *form
}

func (v *visit) person() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	return v.showPerson(id, personPage{})
}

func (v *visit) showPerson(id unit.ID, p personPage) (err error) {
	if p.Person, err = v.s.c.Access.Person(v.ctx(), v.who, id); err != nil {
		return err
	}
	p.Roles, p.Self = v.gives(), id == v.who.Person
	if p.Form == nil {
		p.Form = v.blank("g")
	}
	v.under("/people", "人员与角色", "People and roles")
	return v.show("person", p.Person.Name, p)
}

// ofPerson does something to a person, and shows them again when it is refused.
func (v *visit) ofPerson(done string, do func(id unit.ID, f *form) error) error {
	id, f, err := v.posted()
	if err != nil {
		return err
	}
	v.back = "/people/" + string(id)
	if err := do(id, f); err != nil {
		if !v.refusedForm(f.on("g"), err) {
			return err
		}
		return v.showPerson(id, personPage{Form: f})
	}
	return v.to(v.back, done)
}

func (v *visit) giveRole() error {
	return v.ofPerson("granted", func(id unit.ID, f *form) error { return v.s.c.Access.Grant(v.ctx(), v.who, id, grantOf(f)) })
}

func (v *visit) takeRole() error {
	return v.ofPerson("revoked", func(_ unit.ID, _ *form) error {
		grant, err := idOf(v.r.PathValue("grant"))
		if err != nil {
			return err
		}
		return v.s.c.Access.Revoke(v.ctx(), v.who, grant)
	})
}

// setState disables an account, enables it again, or takes codes away that were lost.
func (v *visit) setState() error {
	f, err := v.form()
	if err != nil {
		return err
	}
	a := v.s.c.Access
	switch f.Get("do") {
	case "disable":
		return v.ofPerson("disabled", func(id unit.ID, _ *form) error { return a.SetActive(v.ctx(), v.who, id, false) })
	case "enable":
		return v.ofPerson("enabled", func(id unit.ID, _ *form) error { return a.SetActive(v.ctx(), v.who, id, true) })
	case "codes":
		return v.ofPerson("codes_reset", func(id unit.ID, _ *form) error { return a.ResetCodes(v.ctx(), v.who, id) })
	}
	return fault.New(fault.Invalid, "web.form")
}

// recoverPerson makes the one-time link by which somebody sets a new password.
func (v *visit) recoverPerson() error {
	id, err := v.pathID()
	if err != nil {
		return err
	}
	v.back = "/people/" + string(id)
	token, err := v.s.c.Access.Recover(v.ctx(), v.who, id)
	if err != nil {
		if !v.refused(err, nil) {
			return err
		}
		return v.showPerson(id, personPage{})
	}
	return v.showPerson(id, personPage{Link: v.linkOf(token)})
}
