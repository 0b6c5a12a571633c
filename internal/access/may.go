package access

import (
	"slices"

	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Scope says what a permission is asked for. An empty field is not a wildcard: a role held within a region
// does not reach a thing without a region unless it is held over the whole node.
type Scope struct {
	Region  unit.Region // where the thing belongs
	Office  string      // the office whose desk is asked for; a grant without an office covers every one
	Org     string      // the organisation it belongs to
	Parties []string    // further organisations that are a party to it
	Person  unit.ID     // the person it belongs to, or who was asked for it by name
}

// Reach is everything that an actor may do one permission for; lists are filtered by it.
type Reach struct {
	All     bool          // the whole node
	Regions []unit.Region // with every region inside them
	Offices []Office      // desks of one office only
	Orgs    []string      // these organisations
	Own     unit.ID       // what belongs to this person, or ""
}

// Office is a desk's office within a region.
type Office struct {
	Region unit.Region
	Org    string
}

// May says whether the actor may do the permission for the scope. The order of refusals is part of the
// contract: an unfinished or missing sign-in first (fault.SignIn), then what the actor may not know to exist
// (fault.NotFound), then all else (fault.Denied). A caller that loads the thing to learn its scope asks
// MaySomewhere first, so that somebody who is not signed in gets the same answer whether or not it exists.
func May(a Actor, p Permission, s Scope) error {
	_, err := Mandate(a, p, s)
	return err
}

// Mandate is May, and names the grant by which the actor may: "" for what is open or one's own.
func Mandate(a Actor, p Permission, s Scope) (string, error) {
	r, ok := ruleOf(p)
	if !ok {
		return "", fault.New(fault.Denied, "access.denied", "what", fault.Words{string(p), string(p)})
	}
	if err := gate(a, r); err != nil {
		return "", err
	}
	if r.Open {
		return "", nil
	}
	if r.Own && s.Person != "" && s.Person == a.Person {
		return "", nil
	}
	for _, h := range r.Holders {
		for _, g := range a.Grants {
			if h.holds(g.Role) && h.within(a, g, s) {
				return g.String(), nil
			}
		}
	}
	return "", refusal(r)
}

// MaySomewhere says whether the actor may do the permission for anything at all: the gate of a page or an
// operation, before it is known what it is asked for.
func MaySomewhere(a Actor, p Permission) error {
	r, ok := ruleOf(p)
	if !ok {
		return fault.New(fault.Denied, "access.denied", "what", fault.Words{string(p), string(p)})
	}
	if err := gate(a, r); err != nil {
		return err
	}
	if r.Open || r.Own {
		return nil
	}
	if !ReachOf(a, p).empty() {
		return nil
	}
	return refusal(r)
}

// ReachOf returns all that the actor may do the permission for. An actor who may do nothing has an empty one.
func ReachOf(a Actor, p Permission) Reach {
	var out Reach
	r, ok := ruleOf(p)
	if !ok || gate(a, r) != nil {
		return out
	}
	out.All = r.Open
	if r.Own {
		out.Own = a.Person
	}
	for _, h := range r.Holders {
		for _, g := range a.Grants {
			if h.holds(g.Role) {
				out.add(h.Scope, g, a.Person)
			}
		}
	}
	return out
}

func (r *Reach) add(scope ScopeKind, g Grant, self unit.ID) {
	switch scope {
	case ScopeNone:
		r.All = r.All || g.Region == ""
	case ScopeOrg:
		if g.Org != "" && !slices.Contains(r.Orgs, g.Org) {
			r.Orgs = append(r.Orgs, g.Org)
		}
	case ScopeOwn:
		r.Own = self
	case ScopeRegion:
		switch {
		case g.Org != "":
			r.Offices = append(r.Offices, Office{Region: g.Region, Org: g.Org})
		case g.Region == "":
			r.All = true
		case !slices.Contains(r.Regions, g.Region):
			r.Regions = append(r.Regions, g.Region)
		}
	}
}

// empty says that the actor may do it for nothing: a role that is held for less than the permission wants, such as one of the whole
// node held within a region, is no more than none.
func (r Reach) empty() bool {
	return !r.All && r.Own == "" && len(r.Regions) == 0 && len(r.Offices) == 0 && len(r.Orgs) == 0
}

// Covers says whether the reach contains the scope.
func (r Reach) Covers(s Scope) bool {
	if r.All || r.Own != "" && r.Own == s.Person {
		return true
	}
	if slices.ContainsFunc(r.Regions, func(g unit.Region) bool { return covers(g, s.Region) }) ||
		slices.ContainsFunc(r.Offices, func(o Office) bool { return o.Org == s.Office && covers(o.Region, s.Region) }) {
		return true
	}
	return slices.ContainsFunc(r.Orgs, func(org string) bool { return org == s.Org || slices.Contains(s.Parties, org) })
}

// gate refuses who is not signed in, and a token without the permission.
func gate(a Actor, r Rule) error {
	if a.Token && !(r.Token && slices.Contains(a.Scopes, r.Permission)) && !r.Open {
		return fault.New(fault.Denied, "access.token_scope", "permission", string(r.Permission))
	}
	if r.Open || !a.Anonymous() {
		return nil
	}
	switch a.Needs {
	case NeedsCode:
		return fault.New(fault.SignIn, "access.code_needed")
	case NeedsSeed:
		return fault.New(fault.SignIn, "access.seed_needed")
	}
	return fault.New(fault.SignIn, "access.sign_in")
}

func refusal(r Rule) error {
	if r.Hidden {
		return fault.New(fault.NotFound, "access.not_found")
	}
	return fault.New(fault.Denied, "access.denied", "what", fault.Words{r.ZH, r.EN})
}

func (h Holder) holds(role string) bool {
	return slices.Contains(h.Roles, role) || IsDesk(role) && slices.Contains(h.Roles, Desks)
}

// within says whether the grant, under the holder's kind of scope, reaches s.
func (h Holder) within(a Actor, g Grant, s Scope) bool {
	var r Reach
	r.add(h.Scope, g, a.Person)
	return r.Covers(s)
}

func ruleOf(p Permission) (Rule, bool) {
	i := slices.IndexFunc(Rules, func(r Rule) bool { return r.Permission == p })
	if i < 0 {
		return Rule{}, false
	}
	return Rules[i], true
}

// OpenToEveryone lists the permissions that ask for no sign-in, in the order of the table.
func OpenToEveryone() []Permission {
	var all []Permission
	for _, r := range Rules {
		if r.Open {
			all = append(all, r.Permission)
		}
	}
	return all
}

// Tokenable lists the permissions that an API token may carry, in the order of the table.
func Tokenable() []Permission {
	var all []Permission
	for _, r := range Rules {
		if r.Token {
			all = append(all, r.Permission)
		}
	}
	return all
}

// Holders lists the roles that hold a permission, in the order of the table; "everyone" and "oneself" among them.
func Holders(p Permission) []string {
	r, ok := ruleOf(p)
	if !ok {
		return nil
	}
	var out []string
	if r.Open {
		out = append(out, "everyone")
	}
	if r.Own {
		out = append(out, "oneself")
	}
	for _, h := range r.Holders {
		for _, role := range h.Roles {
			if !slices.Contains(out, role) {
				out = append(out, role)
			}
		}
	}
	return out
}
