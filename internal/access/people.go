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

func insertPerson(ctx context.Context, tx *db.Tx, email, name, org, state, password string) (unit.ID, error) {
	id := unit.NewID(tx.Now())
	n, err := tx.Exec(ctx, sqlPersonInsert, string(id), email, name, org, state, password, db.Micros(tx.Now()))
	if err == nil && n != 1 {
		err = fault.New(fault.Conflict, "access.email_taken").On("email")
	}
	return id, err
}

// insertGrant gives a role; a role that is held already is left as it is.
func insertGrant(ctx context.Context, tx *db.Tx, person unit.ID, g Grant, by unit.ID) error {
	_, err := tx.Exec(ctx, sqlGrantInsert, string(unit.NewID(tx.Now())), string(person), g.Role, string(g.Region), g.Org, string(by), db.Micros(tx.Now()))
	return err
}

// mayGive says whether the actor may give or take a role: an administrator of the node any role within their region,
// one of an organisation the roles that organisations give, within theirs. Nobody can give more than they reach.
func mayGive(who Actor, g Grant) error {
	if err := MaySomewhere(who, PeopleManage); err != nil {
		return err
	}
	r, ok := RoleOf(g.Role)
	switch {
	case !ok:
		return fault.New(fault.Invalid, "access.role_unknown", "role", g.Role).On("role")
	case r.Kind == Organisation && g.Org == "":
		return fault.New(fault.Invalid, "access.role_needs_org", "role", fault.Words{r.ZH, r.EN}).On("org")
	}
	if g.Region != "" {
		if _, err := unit.ParseRegion(string(g.Region)); err != nil {
			return fault.Of(err).On("region")
		}
	}
	if who.Has("node_admin", g.Region) || r.ByOrg && who.HasAt("org_admin", g.Region, g.Org) {
		return nil
	}
	return fault.New(fault.Denied, "access.role_beyond", "role", fault.Words{r.ZH, r.EN}).On("role")
}

// known reads a person whom the actor has the permission for: themselves, somebody of their organisation, or somebody
// who holds a role within their region. Anybody else is not found.
func known(ctx context.Context, tx *db.Tx, who Actor, perm Permission, id unit.ID) (p personRow, err error) {
	p, _, err = knownWith(ctx, tx, who, perm, id)
	return p, err
}

func knownWith(ctx context.Context, tx *db.Tx, who Actor, perm Permission, id unit.ID) (p personRow, grants []Grant, err error) {
	if err := MaySomewhere(who, perm); err != nil {
		return p, nil, err
	}
	p, found, err := personBy(ctx, tx, sqlPersonByID, string(id))
	if err != nil {
		return p, nil, err
	}
	if found {
		if grants, err = grantsOf(ctx, tx, p.id); err != nil {
			return p, nil, err
		}
		scopes := []Scope{{Person: id, Org: p.org}}
		for _, g := range grants {
			scopes = append(scopes, Scope{Region: g.Region, Org: g.Org})
		}
		for _, scope := range scopes {
			if May(who, perm, scope) == nil {
				return p, grants, nil
			}
		}
	}
	return personRow{}, nil, fault.New(fault.NotFound, "access.not_found")
}

// ruled is known for what amounts to taking the account over: the actor must also be able to give everything that the
// person holds. Otherwise an administrator of one organisation could set a new password for an officer who happens to
// belong to it. For themselves nobody needs that.
func ruled(ctx context.Context, tx *db.Tx, who Actor, perm Permission, id unit.ID) (personRow, error) {
	p, grants, err := knownWith(ctx, tx, who, perm, id)
	if err != nil || id == who.Person {
		return p, err
	}
	for _, g := range grants {
		if mayGive(who, g) != nil {
			return personRow{}, fault.New(fault.Denied, "access.holds_more")
		}
	}
	return p, nil
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
	// Who administers organisations only takes nobody into another one; who administers a region is bounded by the roles.
	reach := ReachOf(who, PeopleManage)
	if !reach.All && len(reach.Regions) == 0 && !reach.Covers(Scope{Org: in.Org}) {
		return "", p, fault.New(fault.Denied, "access.org_beyond").On("org")
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
		if token, err = link(ctx, tx, linkInvite, string(id), string(who.Person)); err != nil {
			return err
		}
		grants, err := grantsOf(ctx, tx, string(id))
		if err != nil {
			return err
		}
		p = Profile{ID: id, Email: in.Email, Name: in.Name, Org: in.Org, State: "invited", Grants: grants}
		return s.Record(ctx, tx, who, Entry{Act: "person.invite", Object: "person/" + string(id), Region: in.Roles[0].Region, Detail: spell(grants)})
	})
	return token, p, err
}

// spell writes grants as the journal keeps them.
func spell(grants []Grant) string {
	all := make([]string, len(grants))
	for i, g := range grants {
		all[i] = g.String()
	}
	return strings.Join(all, " ")
}

// Grant gives a person a role; it holds from the next request on.
func (s *Service) Grant(ctx context.Context, who Actor, id unit.ID, g Grant) error {
	if err := mayGive(who, g); err != nil {
		return err
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		p, grants, err := knownWith(ctx, tx, who, PeopleManage, id)
		if err != nil {
			return err
		}
		if p.state == "erased" {
			return fault.New(fault.Conflict, "access.not_active")
		}
		if len(grants) >= grantsMax {
			return fault.New(fault.Conflict, "access.roles_number", "most", grantsMax).On("role")
		}
		if err := insertGrant(ctx, tx, id, g, who.Person); err != nil {
			return fmt.Errorf("grant %s to %s: %w", g, id, err)
		}
		return s.Record(ctx, tx, who, Entry{Act: "person.grant", Object: "person/" + string(id), Region: g.Region, Detail: g.String()})
	})
}

// Revoke takes a grant back; it holds from the next request on. The last administrator keeps theirs.
func (s *Service) Revoke(ctx context.Context, who Actor, grant unit.ID) error {
	if err := MaySomewhere(who, PeopleManage); err != nil {
		return err
	}
	return s.db.Act(ctx, func(tx *db.Tx) error {
		var person, region string
		var g Grant
		err := tx.QueryRow(ctx, sqlGrantOf, string(grant)).Scan(&person, &g.Role, &region, &g.Org)
		g.Region = unit.Region(region)
		if db.NoRows(err) {
			return fault.New(fault.NotFound, "access.not_found")
		}
		if err != nil {
			return fmt.Errorf("read grant %s: %w", grant, err)
		}
		if _, err := known(ctx, tx, who, PeopleManage, unit.ID(person)); err != nil {
			return err
		}
		if err := mayGive(who, g); err != nil {
			return err
		}
		if err := lastAdmin(ctx, tx, person, []Grant{g}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlGrantEnd, string(grant), string(who.Person), db.Micros(tx.Now())); err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "person.revoke", Object: "person/" + person, Region: g.Region, Detail: g.String()})
	})
}

// lastAdmin refuses to take these grants from a person where that would leave the node without an administrator.
func lastAdmin(ctx context.Context, tx *db.Tx, person string, grants []Grant) error {
	if !(Actor{Grants: grants}).Has("node_admin", "") {
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
		p, err := ruled(ctx, tx, who, PeopleManage, id)
		if err != nil {
			return err
		}
		if p.state != "active" && p.state != "disabled" {
			return fault.New(fault.Conflict, "access.not_active")
		}
		if !active {
			if err := s.shut(ctx, tx, p.id); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, sqlPersonState, p.id, state, db.Micros(tx.Now())); err != nil {
			return err
		}
		return s.Record(ctx, tx, who, Entry{Act: "person." + state, Object: "person/" + p.id})
	})
}

// shut ends everything by which a person is in: sessions, API tokens and links. The last administrator stays.
func (s *Service) shut(ctx context.Context, tx *db.Tx, person string) error {
	grants, err := grantsOf(ctx, tx, person)
	if err != nil {
		return err
	}
	if err := lastAdmin(ctx, tx, person, grants); err != nil {
		return err
	}
	now := db.Micros(tx.Now())
	if _, err := tx.Exec(ctx, sqlSessionEndAll, person, "", now); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, sqlTokenEndAll, person, now); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, sqlLinkVoidAll, person, now)
	return err
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
	reach := ReachOf(who, PeopleManage)
	like := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(q.Text)) + "%"
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := db.Collect(ctx, tx, "people", func(scan func(...any) error) (p personRow, err error) {
			err = p.scan(scan)
			return p, err
		}, sqlPeople, reach.All, orgList(reach.Orgs), regionList(reach.Regions), q.Role, like, string(q.After), peoplePageMax+1)
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
			page = append(page, profileOf(r, grants))
		}
		return nil
	})
	return page, next, err
}

func profileOf(r personRow, grants []Grant) Profile {
	return Profile{unit.ID(r.id), r.email, r.name, r.org, r.state, r.seedConfirmed, grants}
}

// Person reads one account that the actor may read.
func (s *Service) Person(ctx context.Context, who Actor, id unit.ID) (p Profile, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		row, grants, err := knownWith(ctx, tx, who, PersonRead, id)
		p = profileOf(row, grants)
		return err
	})
	return p, err
}

// orgList and regionList write what a statement searches in: |A|B| and |31|3401|310117|, the latter by the digits that
// the codes of all regions inside begin with.
func orgList(orgs []string) string { return "|" + strings.Join(orgs, "|") + "|" }

func regionList(regions []unit.Region) string {
	prefixes := make([]string, len(regions))
	for i, r := range regions {
		prefixes[i] = regionPrefix(r)
	}
	return orgList(prefixes)
}
