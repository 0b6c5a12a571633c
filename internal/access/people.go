package access

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Profile is a person with an account, as its administrator sees it.
type Profile struct {
	ID     unit.ID
	Email  string
	Name   string
	Org    string
	State  string // invited, active, disabled, erased
	Codes  bool   // one-time codes are set up
	Grants []Grant
}

// Invitation names who is asked in, and what they will hold.
type Invitation struct {
	Email, Name, Org string
	Roles            []Grant
}

// FirstAdmin makes the one-time link of the first administrator: a token for AcceptFirst. While there is an
// administrator it answers with "". A new link voids the one before it.
func (s *Service) FirstAdmin(ctx context.Context) (token string, err error) {
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		var admins int
		if err := tx.QueryRow(ctx, sqlAdminCount, "").Scan(&admins); err != nil || admins > 0 {
			return err
		}
		token, err = s.link(ctx, tx, "first", "", "")
		return err
	})
	return token, err
}

// link makes a one-time link and voids the earlier ones of its kind.
func (s *Service) link(ctx context.Context, tx *db.Tx, kind, person, by string) (token string, err error) {
	now := db.Micros(tx.Now())
	if _, err := tx.Exec(ctx, sqlLinkVoid, person, kind, now); err != nil {
		return "", err
	}
	token = newSecret()
	_, err = tx.Exec(ctx, sqlLinkInsert, hashOf(token), kind, person, by, now, db.Micros(tx.Now().Add(linkLife)))
	return token, err
}

// useLink takes a one-time link: it works once, and only in time. The refusal is the same whatever is wrong with it.
func useLink(ctx context.Context, tx *db.Tx, token, kind string) (person string, err error) {
	gone := fault.New(fault.Gone, "access.link_gone")
	var of string
	var ends, used int64
	err = tx.QueryRow(ctx, sqlLinkByHash, hashOf(token)).Scan(&of, &person, &ends, &used)
	if db.NoRows(err) || err == nil && of != kind {
		return "", gone
	}
	if err != nil {
		return "", fmt.Errorf("read a link: %w", err)
	}
	n, err := tx.Exec(ctx, sqlLinkUse, hashOf(token), db.Micros(tx.Now()))
	if err == nil && n != 1 {
		err = gone
	}
	return person, err
}

// AcceptFirst makes the first administrator.
func (s *Service) AcceptFirst(ctx context.Context, token, email, name, password string) error {
	email, err := cleanEmail(email)
	if err != nil {
		return err
	}
	if name, err = cleanName(name); err != nil {
		return err
	}
	hash, err := hashPassword(password)
	if err != nil {
		return err
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		if _, err := useLink(ctx, tx, token, "first"); err != nil {
			return err
		}
		id, err := insertPerson(ctx, tx, email, name, "", "active", hash)
		if err != nil {
			return err
		}
		if err := insertGrant(ctx, tx, id, Grant{Role: "node_admin"}, id); err != nil {
			return err
		}
		return s.Record(ctx, tx, Actor{Person: id}, Entry{Act: "person.first", Object: "person/" + string(id)})
	})
}

func cleanName(name string) (string, error) {
	name = strings.TrimSpace(name)
	if name == "" || len([]rune(name)) > nameMax {
		return "", fault.New(fault.Invalid, "access.name", "most", nameMax).On("name")
	}
	return name, nil
}

func insertPerson(ctx context.Context, tx *db.Tx, email, name, org, state, password string) (unit.ID, error) {
	id := unit.NewID(tx.Now())
	n, err := tx.Exec(ctx, sqlPersonInsert, string(id), email, name, org, state, password, db.Micros(tx.Now()))
	if err == nil && n != 1 {
		err = fault.New(fault.Conflict, "access.email_taken").On("email")
	}
	return id, err
}

func insertGrant(ctx context.Context, tx *db.Tx, person unit.ID, g Grant, by unit.ID) error {
	_, err := tx.Exec(ctx, sqlGrantInsert, string(unit.NewID(tx.Now())), string(person), g.Role, string(g.Region), g.Org, string(by), db.Micros(tx.Now()))
	return err
}

// mayGive says whether the actor may give a role: an administrator of the node within their region any role, one of
// an organisation the roles that organisations give, within theirs.
func mayGive(who Actor, g Grant) error {
	r, ok := RoleOf(g.Role)
	switch {
	case !ok:
		return fault.New(fault.Invalid, "access.role_unknown", "role", g.Role).On("role")
	case r.Kind == Organisation && g.Org == "":
		return fault.New(fault.Invalid, "access.role_needs_org", "role", fault.Words{r.ZH, r.EN}).On("org")
	case r.ByOrg && who.HasAt("org_admin", g.Region, g.Org) && g.Org != "":
		return nil
	case who.Has("node_admin", g.Region):
		return nil
	}
	return May(who, PeopleManage, Scope{}) // says how it is refused
}

// Invite makes an account that waits for its person, with what it will hold, and the token of its one-time link.
func (s *Service) Invite(ctx context.Context, who Actor, in Invitation) (token string, p Profile, err error) {
	if err := MaySomewhere(who, PeopleManage); err != nil {
		return "", p, err
	}
	if in.Email, err = cleanEmail(in.Email); err != nil {
		return "", p, err
	}
	if in.Name, err = cleanName(in.Name); err != nil {
		return "", p, err
	}
	if len(in.Roles) == 0 || len(in.Roles) > grantsMax {
		return "", p, fault.New(fault.Invalid, "access.roles_number", "most", grantsMax).On("roles")
	}
	for _, g := range in.Roles {
		if err := mayGive(who, g); err != nil {
			return "", p, err
		}
	}
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		id, err := insertPerson(ctx, tx, in.Email, in.Name, in.Org, "invited", "")
		if err != nil {
			return err
		}
		for _, g := range in.Roles {
			if err := insertGrant(ctx, tx, id, g, who.Person); err != nil {
				return fmt.Errorf("grant %s to %s: %w", g, id, err)
			}
		}
		if token, err = s.link(ctx, tx, "invite", string(id), string(who.Person)); err != nil {
			return err
		}
		p = Profile{ID: id, Email: in.Email, Name: in.Name, Org: in.Org, State: "invited", Grants: in.Roles}
		return s.Record(ctx, tx, who, Entry{Act: "person.invite", Object: "person/" + string(id)})
	})
	return token, p, err
}

// AcceptInvitation sets the first password of an invited person, or a new one through a link of recovery. All older
// sessions of the person end.
func (s *Service) AcceptInvitation(ctx context.Context, token, password string) error {
	hash, err := hashPassword(password)
	if err != nil {
		return err
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		person, err := useLink(ctx, tx, token, "invite")
		if fault.KindOf(err) == fault.Gone {
			person, err = useLink(ctx, tx, token, "recover")
		}
		if err != nil {
			return err
		}
		n, err := tx.Exec(ctx, sqlPersonActivate, person, hash, db.Micros(tx.Now()))
		if err == nil && n != 1 {
			err = fault.New(fault.Gone, "access.link_gone")
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlSessionEndAll, person, "", db.Micros(tx.Now())); err != nil {
			return err
		}
		return s.Record(ctx, tx, Actor{Person: unit.ID(person)}, Entry{Act: "person.password", Object: "person/" + person})
	})
}

// Recover makes the one-time link by which a person sets a new password; an administrator hands it over.
func (s *Service) Recover(ctx context.Context, who Actor, id unit.ID) (token string, err error) {
	err = s.db.Act(ctx, func(tx *db.Tx) error {
		if _, err := s.managed(ctx, tx, who, id); err != nil {
			return err
		}
		if token, err = s.link(ctx, tx, "recover", string(id), string(who.Person)); err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "person.recover", Object: "person/" + string(id)})
	})
	return token, err
}

// managed reads a person whom the actor administers; anybody else is not found.
func (s *Service) managed(ctx context.Context, tx *db.Tx, who Actor, id unit.ID) (personRow, error) {
	p, found, err := personBy(ctx, tx, sqlPersonByID, string(id))
	if err != nil {
		return p, err
	}
	scope := Scope{Org: p.org}
	if err := May(who, PeopleManage, scope); !found || err != nil {
		if fault.KindOf(err) == fault.SignIn {
			return p, err
		}
		return p, fault.New(fault.NotFound, "access.not_found")
	}
	return p, nil
}

// Grant gives a person a role.
func (s *Service) Grant(ctx context.Context, who Actor, id unit.ID, g Grant) error {
	if err := mayGive(who, g); err != nil {
		return err
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		if _, err := s.managed(ctx, tx, who, id); err != nil {
			return err
		}
		if err := insertGrant(ctx, tx, id, g, who.Person); err != nil {
			return fmt.Errorf("grant %s to %s: %w", g, id, err)
		}
		return s.Record(ctx, tx, who, Entry{Act: "person.grant", Object: "person/" + string(id), Region: g.Region, Detail: g.String()})
	})
}

// Revoke takes a grant back; it holds from the next request on. The last administrator keeps theirs.
func (s *Service) Revoke(ctx context.Context, who Actor, grant unit.ID) error {
	return s.db.Act(ctx, func(tx *db.Tx) error {
		var person string
		var g Grant
		err := tx.QueryRow(ctx, sqlGrantOf, string(grant)).Scan(&person, &g.Role, &g.Region, &g.Org)
		if db.NoRows(err) {
			return fault.New(fault.NotFound, "access.not_found")
		}
		if err != nil {
			return err
		}
		if err := mayGive(who, g); err != nil {
			return err
		}
		if err := lastAdmin(ctx, tx, person, g.Role); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlGrantEnd, string(grant), string(who.Person), db.Micros(tx.Now())); err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "person.revoke", Object: "person/" + person, Region: g.Region, Detail: g.String()})
	})
}

// lastAdmin refuses what would leave the node without an administrator.
func lastAdmin(ctx context.Context, tx *db.Tx, person, role string) error {
	if role != "node_admin" {
		return nil
	}
	var others int
	if err := tx.QueryRow(ctx, sqlAdminCount, person).Scan(&others); err != nil {
		return err
	}
	if others == 0 {
		return fault.New(fault.Conflict, "access.last_admin")
	}
	return nil
}

// SetActive disables an account, which ends its sessions and tokens, or enables it again.
func (s *Service) SetActive(ctx context.Context, who Actor, id unit.ID, active bool) error {
	state := "disabled"
	if active {
		state = "active"
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		p, err := s.managed(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if p.state != "active" && p.state != "disabled" {
			return fault.New(fault.Conflict, "access.not_active")
		}
		now := db.Micros(tx.Now())
		if !active {
			if err := lastAdmin(ctx, tx, p.id, adminRole(ctx, tx, p.id)); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, sqlSessionEndAll, p.id, "", now); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, sqlTokenEndAll, p.id, now); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, sqlPersonState, p.id, state, now); err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "person." + state, Object: "person/" + p.id})
	})
}

// adminRole is node_admin for who administers the whole node.
func adminRole(ctx context.Context, tx *db.Tx, person string) string {
	grants, err := grantsOf(ctx, tx, person)
	if err == nil && (Actor{Grants: grants}).Has("node_admin", "") {
		return "node_admin"
	}
	return ""
}

// PeopleQuery narrows the list of people.
type PeopleQuery struct {
	Text  string // in name or address
	Role  string
	After unit.ID // the last of the page before
}

// People lists the accounts that the actor administers, one page, and where the next begins.
func (s *Service) People(ctx context.Context, who Actor, q PeopleQuery) (page []Profile, next unit.ID, err error) {
	if err := MaySomewhere(who, PeopleManage); err != nil {
		return nil, "", err
	}
	org, prefix := "", ""
	switch reach := ReachOf(who, PeopleManage); {
	case reach.All:
	case len(reach.Regions) > 0:
		prefix = regionPrefix(reach.Regions[0])
	case len(reach.Orgs) > 0:
		org = reach.Orgs[0]
	}
	like := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(q.Text)) + "%"
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := collect(ctx, tx, "people", func(scan func(...any) error) (p personRow, err error) {
			err = p.scan(scan)
			return p, err
		}, sqlPeople, org, prefix, q.Role, like, string(q.After), peoplePageMax+1)
		if err != nil {
			return err
		}
		if len(rows) > peoplePageMax {
			rows = rows[:peoplePageMax]
			next = unit.ID(rows[len(rows)-1].id)
		}
		for _, r := range rows {
			grants, err := grantsOf(ctx, tx, r.id)
			if err != nil {
				return err
			}
			page = append(page, Profile{unit.ID(r.id), r.email, r.name, r.org, r.state, r.seedConfirmed, grants})
		}
		return nil
	})
	return page, next, err
}
