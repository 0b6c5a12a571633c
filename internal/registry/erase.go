package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// keepRule is a line of data/keep.yaml: what is kept of an erased person, and why.
type keepRule struct {
	Word    `yaml:",inline"`
	Refuses bool   `yaml:"refuses"` // the erasure waits until it is gone
	Basis   string `yaml:"basis"`
}

// Kept is what is kept of a person, and why.
type Kept struct {
	What  string   `json:"what"` // id of the rule in data/keep.yaml
	ZH    string   `json:"zh"`
	EN    string   `json:"en"`
	Basis string   `json:"basis"`
	Of    []string `json:"of,omitempty"` // the organisations that it is about
}

// PersonData is everything that the registry has of a person: what a person is given who asks.
type PersonData struct {
	Person    Person
	Identity  bool // a digest of an identity number is kept
	Mandates  []Mandate
	Relations []Relation
	Keeps     []Kept // what an erasure would keep, or what it kept
}

// ExportPerson gathers everything that the registry has of a person. It is written by the JSON of PersonData.
func (r *Registry) ExportPerson(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (d PersonData, err error) {
	p, _, _, err := r.forPerson(ctx, tx, who, id, access.PersonRead)
	if err != nil {
		return d, err
	}
	d.Person, d.Identity = p, p.digest != ""
	if d.Mandates, err = selectMandatesOf(ctx, tx, string(id)); err != nil {
		return d, fmt.Errorf("mandates of person %s: %w", id, err)
	}
	orgs, err := selectHeld(ctx, tx, string(id))
	if err != nil {
		return d, fmt.Errorf("relations of person %s: %w", id, err)
	}
	for _, org := range orgs {
		all, err := selectRelations(ctx, tx, org, unit.Date(9999, 12, 31), r.known)
		if err != nil {
			return d, err
		}
		for _, x := range all {
			if x.Holder == string(id) {
				d.Relations = append(d.Relations, x)
			}
		}
	}
	d.Keeps, err = r.keeps(ctx, tx, d)
	return d, err
}

// keeps says what an erasure of the person keeps on the day of the act, refusals first.
func (r *Registry) keeps(ctx context.Context, tx *db.Tx, d PersonData) ([]Kept, error) {
	today := r.Today(tx)
	of := map[string][]string{"journal": nil}
	add := func(rule, org string) {
		for _, o := range of[rule] {
			if o == org {
				return
			}
		}
		of[rule] = append(of[rule], org)
	}
	for _, m := range d.Mandates {
		if !m.Until.Valid() || m.Until >= today {
			add("mandate_in_force", m.Org)
		} else {
			add("past_mandate", m.Org)
		}
	}
	for _, x := range d.Relations {
		now, _, err := r.relationsOn(ctx, tx, x.Org, today)
		if err != nil {
			return nil, err
		}
		rule := "past_relation"
		for _, n := range now {
			if n.Holder == x.Holder && n.Kind == x.Kind {
				rule = "in_office"
			}
		}
		add(rule, x.Org)
	}
	var all []Kept
	for _, k := range keepRules {
		if orgs, yes := of[k.ID]; yes {
			all = append(all, Kept{What: k.ID, ZH: k.ZH, EN: k.EN, Basis: k.Basis, Of: orgs})
		}
	}
	return all, nil
}

// ErasePerson takes a person's name, contacts, account and identity digest away for good, in the caller's act, and says
// what is kept and why; that is written down beside the empty entry. While the person holds an office that the company
// register publishes, or a mandate in force, the erasure is refused with the reason.
func (r *Registry) ErasePerson(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) ([]Kept, error) {
	p, o, mandate, err := r.forPerson(ctx, tx, who, id, access.PersonEdit)
	if err != nil {
		return nil, err
	}
	if !p.Erased.IsZero() {
		return nil, fault.New(fault.Gone, "registry.erased")
	}
	d, err := r.ExportPerson(ctx, tx, access.System("erase"), id)
	if err != nil {
		return nil, err
	}
	for _, k := range d.Keeps {
		for _, rule := range keepRules {
			if rule.ID == k.What && rule.Refuses {
				return d.Keeps, fault.New(fault.Conflict, "registry.kept", "why", fault.Words{k.ZH, k.EN}, "of", fmt.Sprint(k.Of))
			}
		}
	}
	kept, err := json.Marshal(d.Keeps)
	if err != nil {
		return nil, fmt.Errorf("what is kept of person %s: %w", id, err)
	}
	if err := erasePerson(ctx, tx, string(id), string(kept)); err != nil {
		return nil, fmt.Errorf("erase person %s: %w", id, err)
	}
	return d.Keeps, r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.person_erase", Object: "person/" + string(id), Region: o.Region, Mandate: mandate})
}

// MarshalJSON writes everything of a person by names that the person can read.
func (d PersonData) MarshalJSON() ([]byte, error) {
	type relation struct {
		Org, Kind, Share, Since, Until, Source string
	}
	var out struct {
		ID       string     `json:"id"`
		Name     string     `json:"name"`
		Email    string     `json:"email"`
		Phone    string     `json:"phone"`
		Account  string     `json:"account"`
		Identity bool       `json:"identity_digest_kept"`
		Made     time.Time  `json:"entered"`
		Changed  time.Time  `json:"changed"`
		Erased   *time.Time `json:"erased,omitempty"`
		Mandates []Mandate  `json:"mandates"`
		Ties     []relation `json:"relations"`
		Keeps    []Kept     `json:"kept_if_erased"`
	}
	p := d.Person
	out.ID, out.Name, out.Email, out.Phone, out.Account = string(p.ID), p.Name, p.Email, p.Phone, string(p.Account)
	out.Identity, out.Made, out.Changed, out.Mandates, out.Keeps = d.Identity, p.Made, p.Changed, d.Mandates, d.Keeps
	if !p.Erased.IsZero() {
		out.Erased = &p.Erased
	}
	for _, x := range d.Relations {
		out.Ties = append(out.Ties, relation{x.Org, x.Kind, x.Share.String(), x.Since.String(), x.Until.String(), x.Source})
	}
	return json.Marshal(out)
}
