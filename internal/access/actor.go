package access

import (
	"slices"

	"corridor/internal/unit"
)

// Actor is who is asking, as far as the request proved it. The zero value is everybody: not signed in.
type Actor struct {
	Person  unit.ID // "" while nobody is signed in
	Name    string
	Email   string
	Org     string       // unified social credit code of the person's organisation, or ""
	Grants  []Grant      // what the person holds now
	Session string       // id of the session or of the API token, for the journal; never the secret
	Strong  bool         // a second factor was shown
	Fresh   bool         // who they are was proved within proofLife
	Token   bool         // a program that came with an API token
	Scopes  []Permission // with a Token: what it may do at most
	Needs   Step         // a sign-in that is not finished: what is missing; such an Actor is anonymous
}

// Step is what a sign-in still needs before it counts.
type Step string

const (
	Done      Step = ""      // nothing
	NeedsCode Step = "code"  // a one-time code
	NeedsSeed Step = "enrol" // the person must first set up one-time codes
)

// Grant is one role held within a region and, where Org is named, within that organisation or office only.
type Grant struct {
	ID     unit.ID
	Role   string
	Region unit.Region // "" is the whole node
	Org    string      // for an organisation's role its code; for a desk the office, "" is every office
}

// Anonymous says that nobody is signed in.
func (a Actor) Anonymous() bool { return a.Person == "" }

// Has says whether the actor holds the role for the whole of region: a grant for 340000 covers 340100, one
// for 340100 does not cover 340000. Region "" asks for the role over the whole node.
func (a Actor) Has(role string, region unit.Region) bool { return a.HasAt(role, region, "") }

// HasAt is Has within one organisation or office. A grant without an office covers every office of its region.
func (a Actor) HasAt(role string, region unit.Region, org string) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool {
		return g.Role == role && covers(g.Region, region) && (g.Org == "" || g.Org == org)
	})
}

// Holds says whether the actor holds the role anywhere.
func (a Actor) Holds(role string) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Role == role })
}

// System says whether nobody but the node itself acts.
func (a Actor) System() bool { return a.Person == "" && a.Session == systemSession }

// String is how a grant stands in the journal as a mandate: voucher_review@310000/ORG.
func (g Grant) String() string {
	s := g.Role
	if g.Region != "" {
		s += "@" + string(g.Region)
	}
	if g.Org != "" {
		s += "/" + g.Org
	}
	return s
}

// covers says whether a grant's region contains the asked one, by the digits of GB/T 2260.
func covers(grant, asked unit.Region) bool { return grant == "" || asked.In(grant) }

// regionPrefix is the part of a code that the codes of every region inside it begin with.
func regionPrefix(r unit.Region) string {
	switch r.Level() {
	case unit.LevelProvince:
		return string(r[:2])
	case unit.LevelCity:
		return string(r[:4])
	}
	return string(r)
}
