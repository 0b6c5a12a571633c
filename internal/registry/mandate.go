package registry

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// AllMatters is a mandate for everything.
const AllMatters = "all"

// Mandate says that a person may act for an organisation.
type Mandate struct {
	ID     unit.ID
	Person unit.ID
	Org    string
	What   string // AllMatters, or one matter, such as a scheme's id
	Since  unit.Day
	Until  unit.Day // last day; no day: until it is ended
	Basis  string   // digest of the letter of authority
	Source string   // who vouches
}

// On says whether the mandate is in force on a day.
func (m Mandate) On(d unit.Day) bool { return m.Since <= d && (!m.Until.Valid() || m.Until >= d) }

// GiveMandate enters a mandate, in the caller's act. What an organisation's administrator enters has Declared(org) as its
// source.
func (r *Registry) GiveMandate(ctx context.Context, tx *db.Tx, who access.Actor, m Mandate) (Mandate, error) {
	o, err := r.stateOn(ctx, tx, m.Org, r.Today(tx))
	if err != nil {
		return m, err
	}
	mandate, itself, err := mayDeclare(who, o.Region, o.Code)
	if err != nil {
		return m, err
	}
	if itself {
		m.Source = Declared(o.Code)
	}
	p, err := selectPerson(ctx, tx, string(m.Person))
	if db.NoRows(err) || err == nil && !p.Erased.IsZero() {
		return m, fault.New(fault.NotFound, "registry.no_person").On("person")
	}
	if err != nil {
		return m, fmt.Errorf("person %s: %w", m.Person, err)
	}
	if m.What == "" || len(m.What) > codeMax {
		return m, fault.New(fault.Invalid, "registry.mandate").On("what")
	}
	if err := checkSpan(m.Since, m.Until); err != nil {
		return m, err
	}
	if err := checkText("basis", m.Basis, false); err != nil {
		return m, err
	}
	if err := checkText("source", m.Source, true); err != nil {
		return m, err
	}
	m.ID, m.Org = unit.NewID(tx.Now()), o.Code
	if err := insertMandate(ctx, tx, m); err != nil {
		return m, fmt.Errorf("mandate of %s for %s: %w", m.Person, m.Org, err)
	}
	return m, r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.mandate", Object: "org/" + o.Code, Region: o.Region,
		Mandate: mandate, Detail: string(m.ID)})
}

// EndMandate ends a mandate with a last day, in the caller's act. The last day cannot lie in the past: what was done
// under the mandate stands.
func (r *Registry) EndMandate(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, last unit.Day) error {
	m, err := selectMandate(ctx, tx, string(id))
	if db.NoRows(err) {
		return fault.New(fault.NotFound, "registry.no_mandate")
	}
	if err != nil {
		return fmt.Errorf("mandate %s: %w", id, err)
	}
	o, mandate, err := r.forPeople(ctx, tx, who, m.Org)
	if err != nil {
		return err
	}
	today := r.Today(tx)
	if !m.On(today) && m.Since <= today {
		return fault.New(fault.Conflict, "registry.mandate_ended")
	}
	if last < today.Add(-1) || last < m.Since {
		return fault.New(fault.Invalid, "registry.mandate_past").On("until")
	}
	m.Until = last
	if err := insertMandate(ctx, tx, m); err != nil {
		return fmt.Errorf("end mandate %s: %w", id, err)
	}
	return r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.mandate_end", Object: "org/" + o.Code, Region: o.Region,
		Mandate: mandate, Detail: string(id)})
}

// Mandates lists the mandates of an organisation, newest first, those that ended too.
func (r *Registry) Mandates(ctx context.Context, tx *db.Tx, org string) ([]Mandate, error) {
	all, err := selectMandates(ctx, tx, org, r.known)
	if err != nil {
		return nil, fmt.Errorf("mandates of %s: %w", org, err)
	}
	return all, nil
}

// ActsFor says by which mandate the owner of an account may act for an organisation in a matter on a day: the legal
// representative by office, anybody else by a mandate. Nobody is no error.
func (r *Registry) ActsFor(ctx context.Context, tx *db.Tx, account unit.ID, org, what string, day unit.Day) (Mandate, bool, error) {
	p, err := selectPersonByAccount(ctx, tx, string(account))
	if db.NoRows(err) || account == "" {
		return Mandate{}, false, nil
	}
	if err != nil {
		return Mandate{}, false, fmt.Errorf("person of account %s: %w", account, err)
	}
	all, _, err := r.relationsOn(ctx, tx, org, day)
	if err != nil {
		return Mandate{}, false, err
	}
	for _, x := range all {
		if x.Kind == LegalPerson && x.Holder == string(p.ID) {
			return Mandate{Person: p.ID, Org: org, What: AllMatters, Since: x.Since, Until: x.Until, Source: x.Source}, true, nil
		}
	}
	mandates, err := r.Mandates(ctx, tx, org)
	for _, m := range mandates {
		if m.Person == p.ID && m.On(day) && (m.What == AllMatters || m.What == what) {
			return m, true, err
		}
	}
	return Mandate{}, false, err
}
