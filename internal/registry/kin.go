package registry

import (
	"context"
	"fmt"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// Kin answers who is tied to whom on one day. It looks every organisation and every person up once, so that a whole panel
// costs as much as there are proposals and experts and not as there are pairs of them. It belongs to one transaction and
// is not safe for concurrent use.
type Kin struct {
	r        *Registry
	day      unit.Day
	behind   map[string]*ancestry
	mandates map[string][]Mandate    // of an organisation
	persons  map[unit.ID]string      // of an account; "" is none
	declared map[unit.ID][]ExpertTie // of an account
}

// Kin begins to look ties up on a day.
func (r *Registry) Kin(day unit.Day) *Kin {
	return &Kin{r: r, day: day, behind: map[string]*ancestry{}, mandates: map[string][]Mandate{}, persons: map[unit.ID]string{}, declared: map[unit.ID][]ExpertTie{}}
}

// of is everybody who stands behind an organisation.
func (k *Kin) of(ctx context.Context, tx *db.Tx, org string) (*ancestry, error) {
	if a := k.behind[org]; a != nil {
		return a, nil
	}
	a, err := k.r.behind(ctx, tx, org, k.day)
	if err == nil {
		k.behind[org] = a
	}
	return a, err
}

// Affiliation is that of the registry; see Registry.Affiliation.
func (k *Kin) Affiliation(ctx context.Context, tx *db.Tx, a, b string) (Affiliation, error) {
	if a == b && a != "" {
		return Affiliation{Related: true, Known: true}, nil
	}
	for _, code := range []string{a, b} {
		if k.behind[code] == nil {
			aheadOrg(ctx, tx, code, k.day, k.r.known)
		}
	}
	left, err := k.of(ctx, tx, a)
	if err != nil {
		return Affiliation{}, err
	}
	right, err := k.of(ctx, tx, b)
	if err != nil {
		return Affiliation{}, err
	}
	if left.code == right.code {
		return Affiliation{Related: true, Known: true}, nil
	}
	for _, at := range left.order {
		if _, both := right.by[at]; both {
			return Affiliation{true, true, append(left.path(at), right.path(at)...)}, nil
		}
	}
	for _, all := range [][]Relation{left.declared, right.declared} {
		for _, x := range all {
			if x.Holder == left.code || x.Holder == right.code {
				return Affiliation{true, true, []Relation{x}}, nil
			}
		}
	}
	return Affiliation{Known: !left.open && !right.open}, nil
}

// PersonTie is that of the registry; see Registry.PersonTie.
func (k *Kin) PersonTie(ctx context.Context, tx *db.Tx, account unit.ID, org string) (Relation, bool, error) {
	id, asked := k.persons[account]
	if !asked {
		p, err := selectPersonByAccount(ctx, tx, string(account))
		if err != nil && !db.NoRows(err) {
			return Relation{}, false, fmt.Errorf("person of account %s: %w", account, err)
		}
		id = string(p.ID)
		k.persons[account] = id
	}
	if id == "" {
		return Relation{}, false, nil
	}
	up, err := k.of(ctx, tx, org)
	if err != nil {
		return Relation{}, false, err
	}
	if x, tied := up.by[id]; tied {
		return x, true, nil
	}
	for _, x := range up.declared {
		if x.Holder == id {
			return x, true, nil
		}
	}
	all, asked := k.mandates[up.code]
	if !asked {
		if all, err = selectMandates(ctx, tx, up.code, k.r.known); err != nil {
			return Relation{}, false, fmt.Errorf("mandates of %s: %w", up.code, err)
		}
		k.mandates[up.code] = all
	}
	for _, m := range all {
		if string(m.Person) == id && m.On(k.day) {
			return Relation{Holder: id, Org: up.code, Kind: "mandate", Since: m.Since, Until: m.Until, Source: m.Source}, true, nil
		}
	}
	return Relation{}, false, nil
}

// Declared is what an expert has declared to be tied to an organisation by, on the day.
func (k *Kin) Declared(ctx context.Context, tx *db.Tx, account unit.ID, org string) (ExpertTie, bool, error) {
	all, asked := k.declared[account]
	if !asked {
		var err error
		if all, err = selectTies(ctx, tx, account); err != nil {
			return ExpertTie{}, false, fmt.Errorf("ties of expert %s: %w", account, err)
		}
		k.declared[account] = all
	}
	for _, t := range all {
		if t.Org == org && t.On(k.day) {
			return t, true, nil
		}
	}
	return ExpertTie{}, false, nil
}
