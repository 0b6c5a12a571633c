package casework

import (
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/scheme"
	"corridor/internal/unit"
)

// part is a role of the scheme that an actor plays in a case, with the grant by which.
type part struct {
	role    string
	mandate string
}

// plays finds the first of the row's roles that the actor plays in the case.
func (s *Service) plays(sch *scheme.Scheme, c Case, who access.Actor, row scheme.Row) (part, bool) {
	for _, name := range row.Who {
		if m, ok := s.holds(sch, c, who, name); ok {
			return part{name, m}, true
		}
	}
	return part{}, false
}

// holds says whether the actor plays a role of the scheme in the case, and by which grant.
func (s *Service) holds(sch *scheme.Scheme, c Case, who access.Actor, name string) (mandate string, ok bool) {
	r, known := sch.Roles.Get(name)
	switch {
	case !known || who.Anonymous():
		return "", false
	case r.Anyone:
		return "", true
	case r.Desk != "":
		region, office, there := s.deskPlace(r, c, sch)
		for _, g := range who.Grants {
			if there && g.Role == r.Desk && (g.Region == "" || region.In(g.Region)) && (g.Org == "" || office == "" || g.Org == office) {
				return g.String(), true
			}
		}
	case r.Seat != "":
		for _, x := range c.asked(r.Seat).Seats {
			if m, mine := speaksFor(who, x); mine && x.Struck == "" {
				return m, true
			}
		}
	case r.Party != "" && c.watches(who):
		return "", false
	case r.Party != "":
		for _, g := range who.Grants {
			if g.Org != "" && g.Org == partyOf(c, r) && actsFor(who, g.Org) {
				return g.String(), true
			}
		}
	}
	return "", false
}

// acts says whether a role can act in a stage.
func acts(sch *scheme.Scheme, stage, role string) bool {
	return slices.ContainsFunc(sch.RowsFrom(stage), func(r scheme.Row) bool { return r.Allows(role) })
}

// partyOf is the organisation that plays a party: whose case it is, or the one that a field names.
func partyOf(c Case, r scheme.Role) string {
	if field, ok := strings.CutPrefix(r.Party, "form."); ok {
		return c.field(field).Text
	}
	return c.Org
}

// deskPlace is where a desk sits: where the scheme says, and else the whole jurisdiction. office is "" where the desk of
// no single office is meant, so that who holds it in an office plays it too; there is none as long as the field that names it is empty.
func (s *Service) deskPlace(r scheme.Role, c Case, sch *scheme.Scheme) (region unit.Region, office string, there bool) {
	field, named := strings.CutPrefix(r.At, "form.")
	switch {
	case r.At == "":
		return unit.Region(sch.Jurisdiction), "", true
	case r.At == "firm.city":
		return s.c.Regions.City(c.Region), "", true
	case named:
		switch v := c.field(field); v.Kind {
		case scheme.Office:
			return officeRegion(v.Text), v.Text, true
		case scheme.Region:
			return unit.Region(v.Text), "", true
		}
		return "", "", false
	}
	return c.Region, "", true
}

// actsFor says whether the actor may speak for an organisation.
func actsFor(who access.Actor, org string) bool {
	return org != "" && access.May(who, access.CaseAct, access.Scope{Org: org}) == nil && hasOrg(who, org)
}

// hasOrg says whether a grant is within that organisation, so that a desk over a whole node does not speak for a firm.
func hasOrg(who access.Actor, org string) bool {
	for _, g := range who.Grants {
		if r, ok := access.RoleOf(g.Role); ok && r.Kind == access.Organisation && g.Org == org {
			return true
		}
	}
	return false
}
