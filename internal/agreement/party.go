package agreement

import (
	"context"
	"regexp"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/registry"
	"corridor/internal/unit"
)

// Party is who promises something: an organisation, an authority or a jurisdiction. One that was read in a document
// keeps the name that stands there; it has no Code until it is found in the registry.
type Party struct {
	Name   string
	Code   string   // of the registry: a credit code, an authority's id, a region; "" is not linked
	Budget unit.Fen // what this party gives to a task; 0 where nothing was said
}

// ParseParty reads a party as it is typed: a code of the registry, or a name.
func ParseParty(s string) Party {
	s = strings.TrimSpace(s)
	if _, err := unit.ParseUSCC(s); err == nil || regionForm.MatchString(s) || authorityForm.MatchString(s) || strings.HasPrefix(s, "local:") {
		return Party{Code: s}
	}
	return Party{Name: s}
}

// ParsePartner reads a partner of a task with what it gives to it, "江苏省=50万元", or without. A sum that cannot be read
// or is not above nothing is refused.
func ParsePartner(s string) (Party, error) {
	name, sum, given := strings.Cut(strings.ReplaceAll(s, "＝", "="), "=")
	p := ParseParty(name)
	if !given {
		return p, nil
	}
	var err error
	if p.Budget, err = ParseBudget(sum, p.Key()); err == nil && p.Budget == 0 {
		err = fault.New(fault.Invalid, "agreement.budget", "party", p.Key(), "sum", "")
	}
	return p, err
}

// Key names the party in consents and filters: by its code, else by its name.
func (p Party) Key() string {
	if p.Code != "" {
		return p.Code
	}
	return p.Name
}

// Is says whether two are one.
func (p Party) Is(o Party) bool { return p.Key() == o.Key() }

// Region is the jurisdiction of a party that is one, or an authority in one; "" for an organisation.
func (p Party) Region() unit.Region {
	if regionForm.MatchString(p.Code) || authorityForm.MatchString(p.Code) {
		return unit.Region(p.Code[:6])
	}
	return ""
}

var (
	regionForm    = regexp.MustCompile(`^[0-9]{6}$`)
	authorityForm = regexp.MustCompile(`^[0-9]{6}\.[a-z]`)
)

// scope is what a permission is asked for in the name of a party. For a party that is not in the registry only who may
// act for the whole node speaks.
func (p Party) scope() access.Scope {
	switch region := p.Region(); {
	case region == "":
		return access.Scope{Org: p.Code}
	case authorityForm.MatchString(p.Code):
		return access.Scope{Region: region, Office: p.Code}
	default:
		return access.Scope{Region: region}
	}
}

// SpeaksFor says whether the actor may do something in the name of a party, and by which grant. An officer of the
// whole node speaks for every party: that is recorded as theirs.
func SpeaksFor(who access.Actor, p access.Permission, party Party) (mandate string, err error) {
	return access.Mandate(who, p, party.scope())
}

// belongs says whether the actor is of the party itself, by a grant that does not cover the whole node.
func belongs(who access.Actor, p access.Permission, party Party) bool {
	own := who
	own.Grants = nil
	for _, g := range who.Grants {
		if g.Region != "" || g.Org != "" {
			own.Grants = append(own.Grants, g)
		}
	}
	return access.May(own, p, party.scope()) == nil
}

// resolve finds a party in the registry. Given a code, the code must be known; given only a name, the party is linked
// where exactly one authority, jurisdiction or organisation is called so, and else stays as it was named.
func (r *Register) resolve(ctx context.Context, tx *db.Tx, p Party, field string) (Party, error) {
	p.Name, p.Code = strings.TrimSpace(p.Name), strings.TrimSpace(p.Code)
	if p.Code == "" {
		code, err := r.named(ctx, tx, p.Name)
		p.Code = code
		return p, err
	}
	name, err := r.nameOf(ctx, tx, p.Code)
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Invalid:
		return p, fault.New(fault.Invalid, "agreement.party_unknown", "code", p.Code).On(field).Because(err)
	}
	if p.Name == "" {
		p.Name = name
	}
	return p, err
}

// nameOf is the name of a code in the registry; not found where there is none.
func (r *Register) nameOf(ctx context.Context, tx *db.Tx, code string) (string, error) {
	today := unit.DayOf(tx.Now(), r.c.Zone)
	switch {
	case r.c.Registry == nil:
		return "", fault.New(fault.NotFound, "agreement.party_unknown", "code", code)
	case regionForm.MatchString(code):
		if !r.c.Regions.InForce(unit.Region(code), today) {
			return "", fault.New(fault.NotFound, "agreement.party_unknown", "code", code)
		}
		return r.c.Regions.FullName(unit.Region(code), today)[0], nil
	case authorityForm.MatchString(code):
		a, err := r.c.Registry.Authority(ctx, tx, code, today)
		return a.Name[0], err
	}
	o, err := r.c.Registry.Org(ctx, tx, code)
	return o.Name[0], err
}

// named is the code of whoever is called so in the registry, "" for nobody and for more than one.
func (r *Register) named(ctx context.Context, tx *db.Tx, name string) (string, error) {
	if r.c.Registry == nil || name == "" {
		return "", nil
	}
	today := unit.DayOf(tx.Now(), r.c.Zone)
	authorities, err := r.c.Registry.Authorities(ctx, tx, "", today)
	if err != nil {
		return "", err
	}
	for _, a := range authorities {
		if a.Name[0] == name || a.Name[1] == name || a.Name[0] == name+"人民政府" {
			if !a.Office() {
				return string(a.Region), nil // a government is its jurisdiction
			}
			return a.ID, nil
		}
	}
	for _, province := range r.c.Regions.Children("", today) {
		for _, region := range append([]unit.Region{province}, r.c.Regions.Children(province, today)...) {
			if full := r.c.Regions.Name(region, today); full[0] == name || strings.TrimRight(full[0], "省市") == name || full[1] == name {
				return string(region), nil
			}
		}
	}
	found, err := r.c.Registry.SearchIn(ctx, tx, registry.Query{Text: name})
	if fault.KindOf(err) == fault.Invalid {
		return "", nil // a text that cannot be looked for names nobody
	}
	if err != nil {
		return "", err
	}
	code := ""
	for _, o := range found.Orgs {
		if o.Name[0] != name && o.Name[1] != name {
			continue
		}
		if code != "" {
			return "", nil
		}
		code = o.Code
	}
	return code, nil
}

// LinkParty says which entry of the registry a party of an agreement is, and of the tasks under it.
func (r *Register) LinkParty(ctx context.Context, who access.Actor, id unit.ID, no int, code string) error {
	return r.c.DB.Act(ctx, func(tx *db.Tx) error {
		a, err := r.forPlanning(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if no < 0 || no >= len(a.Signers) {
			return fault.New(fault.NotFound, "agreement.unknown")
		}
		p, err := r.resolve(ctx, tx, Party{Name: a.Signers[no].Name, Code: code}, "code")
		if err != nil {
			return err
		}
		if p.Code == "" {
			return fault.New(fault.Invalid, "agreement.party_unknown", "code", code).On("code")
		}
		if err := linkParty(ctx, tx, id, no, p); err != nil {
			return err
		}
		a.Signers[no].Code = p.Code
		digest, err := a.Digest()
		if err != nil {
			return err
		}
		if a.Home == "" {
			err = r.sendAgreement(ctx, tx, a, letterLinked, linkedBody{id, no, p.Code, digest})
		} else { // whoever keeps the text says who its parties are
			err = fault.New(fault.Denied, "agreement.kept_elsewhere", "node", a.Home)
		}
		if err != nil {
			return err
		}
		return r.record(ctx, tx, who, "agreement.link", "agreement/"+string(id), p.Name+" = "+p.Code)
	})
}
