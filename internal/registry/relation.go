package registry

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// The kinds of relation. A controller and a legal person are one at a time: a newer statement ends the one before.
const (
	Share       = "share"        // holds a share
	Controls    = "controller"   // is the actual controller
	LegalPerson = "legal_person" // is the legal representative
	DeclaredTie = "declared"     // declared a tie of another kind
)

// UnknownHolder stands for a controller or an owner that exists and that nobody knows.
const UnknownHolder = "?"

// Relation ties a holder to an organisation from a day on.
type Relation struct {
	Holder string // code of an organisation, id of a person, or UnknownHolder
	Org    string
	Kind   string
	Share  unit.Ratio // of a share
	Since  unit.Day
	Until  unit.Day // last day; no day: still
	Source string

	void    bool
	entered int64
}

// PutRelation states a relation, in the caller's act. The same relation from the same day again corrects it.
func (r *Registry) PutRelation(ctx context.Context, tx *db.Tx, who access.Actor, x Relation) error {
	o, err := r.stateOn(ctx, tx, x.Org, r.Today(tx))
	if err != nil {
		return err
	}
	mandate, err := mayRelate(who, o, &x)
	if err != nil {
		return err
	}
	if err := checkRelation(&x); err != nil {
		return err
	}
	x.Org = o.Code
	if err := r.checkHolder(ctx, tx, x); err != nil {
		return err
	}
	return r.relate(ctx, tx, who, o, mandate, x)
}

// VoidRelation takes back a relation that was stated in error: as if it had never been said.
func (r *Registry) VoidRelation(ctx context.Context, tx *db.Tx, who access.Actor, x Relation) error {
	o, mandate, err := r.forEdit(ctx, tx, who, x.Org)
	if err != nil {
		return err
	}
	if err := checkRelation(&x); err != nil {
		return err
	}
	x.Org, x.void = o.Code, true
	return r.relate(ctx, tx, who, o, mandate, x)
}

func (r *Registry) relate(ctx context.Context, tx *db.Tx, who access.Actor, o Org, mandate string, x Relation) error {
	if err := insertRelation(ctx, tx, x); err != nil {
		return fmt.Errorf("relation of %s to %s: %w", x.Holder, x.Org, err)
	}
	return r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.relation", Object: "org/" + o.Code, Region: o.Region,
		Mandate: mandate, Detail: x.Kind + " " + x.Since.String()})
}

// mayRelate asks for an officer's permission; an organisation itself may declare ties, under its own name as source.
func mayRelate(who access.Actor, o Org, x *Relation) (string, error) {
	mandate, itself, err := mayDeclare(who, o.Region, o.Code)
	if err == nil && itself {
		if x.Kind != DeclaredTie {
			return "", fault.New(fault.Denied, "registry.officer_only")
		}
		x.Source = Declared(o.Code)
	}
	return mandate, err
}

func checkRelation(x *Relation) error {
	switch x.Kind {
	case Share, Controls, LegalPerson, DeclaredTie:
	default:
		return fault.New(fault.Invalid, "registry.relation").On("kind")
	}
	if x.Kind != Share && !x.Share.IsZero() {
		return fault.New(fault.Invalid, "registry.relation").On("share")
	}
	if x.Holder == "" || x.Holder == x.Org && x.Kind != Controls {
		return fault.New(fault.Invalid, "registry.relation").On("holder")
	}
	if err := checkSpan(x.Since, x.Until); err != nil {
		return err
	}
	return checkText("source", x.Source, true)
}

// checkHolder refuses a holder that is no organisation's code, no person of the registry and not the unknown one.
// An organisation need not be in the registry: it may be abroad or of a place that no node answers for.
func (r *Registry) checkHolder(ctx context.Context, tx *db.Tx, x Relation) error {
	if x.Holder == UnknownHolder {
		if x.Kind == Share || x.Kind == Controls {
			return nil
		}
		return fault.New(fault.Invalid, "registry.relation").On("holder")
	}
	if _, err := unit.ParseID(x.Holder); err == nil {
		_, err = selectPerson(ctx, tx, x.Holder)
		if !db.NoRows(err) {
			return err
		}
	} else if code, err := CheckCode(x.Holder); err == nil && code == x.Holder {
		return nil
	}
	return fault.New(fault.Invalid, "registry.holder", "holder", x.Holder).On("holder")
}

// PutOwners states the whole list of shareholders from a day on, as a register files it: who is not on it holds no
// share from that day. Shares of more than the whole are refused; less than the whole is taken, some are not known.
func (r *Registry) PutOwners(ctx context.Context, tx *db.Tx, who access.Actor, code string, owners []Relation, since unit.Day, source string) error {
	if len(owners) > ownersMax {
		return fault.New(fault.TooLarge, "registry.owners", "most", ownersMax)
	}
	o, _, err := r.forEdit(ctx, tx, who, code)
	if err != nil {
		return err
	}
	var total unit.Ratio
	named := map[string]bool{}
	for i := range owners {
		x := &owners[i]
		x.Org, x.Kind, x.Since, x.Until, x.Source = o.Code, Share, since, 0, source
		if total, err = total.Add(x.Share); err != nil || named[x.Holder] {
			return fault.New(fault.Invalid, "registry.shares").On("share")
		}
		named[x.Holder] = true
	}
	before, _, err := r.relationsOn(ctx, tx, o.Code, since)
	if err != nil {
		return err
	}
	for _, x := range before {
		if x.Kind == Share && !named[x.Holder] {
			if x.Since == since { // stated for this very day: it was wrong
				err = r.VoidRelation(ctx, tx, who, x)
			} else {
				x.Until, x.Source = since.Add(-1), source
				err = r.PutRelation(ctx, tx, who, x)
			}
			if err != nil {
				return err
			}
		}
	}
	for _, x := range owners {
		if err := r.PutRelation(ctx, tx, who, x); err != nil {
			return err
		}
	}
	return nil
}

// Relations lists who owns, controls or represents an organisation, or declared a tie to it, on a day. more says that
// there are too many to be listed.
func (r *Registry) Relations(ctx context.Context, tx *db.Tx, code string, day unit.Day) (all []Relation, more bool, err error) {
	return r.relationsOn(ctx, tx, code, day)
}

// Holdings lists the organisations that a holder was tied to on a day, by code.
func (r *Registry) Holdings(ctx context.Context, tx *db.Tx, holder string, day unit.Day) ([]Relation, error) {
	orgs, err := selectHeld(ctx, tx, holder)
	if err != nil {
		return nil, fmt.Errorf("holdings of %s: %w", holder, err)
	}
	var all []Relation
	for _, org := range orgs {
		of, _, err := r.relationsOn(ctx, tx, org, day)
		if err != nil {
			return nil, err
		}
		for _, x := range of {
			if x.Holder == holder {
				all = append(all, x)
			}
		}
	}
	return all, nil
}

// relationsOn reads the relations of an organisation that hold on a day, by kind and holder.
func (r *Registry) relationsOn(ctx context.Context, tx *db.Tx, code string, day unit.Day) (all []Relation, more bool, err error) {
	rows, err := db.Remember(tx, ownTables, relationsTo{code, day, r.known}, func() ([]Relation, error) {
		return selectRelations(ctx, tx, code, day, r.known)
	})
	if err != nil {
		return nil, false, fmt.Errorf("relations of %s: %w", code, err)
	}
	if len(rows) > ownersMax {
		rows, more = rows[:ownersMax], true
	}
	return standing(rows, day), more, nil
}

// relationsTo is the key of what is remembered of its relations.
type relationsTo orgOn

// standing picks what holds on a day from statements ordered by kind, holder, day and time of entry: of one relation and
// day the last entered counts, then the newest day; controllers and legal persons are one at a time.
func standing(rows []Relation, day unit.Day) []Relation {
	var all []Relation
	for i, x := range rows {
		if i+1 < len(rows) && rows[i+1].Kind == x.Kind && rows[i+1].Holder == x.Holder && rows[i+1].Since == x.Since {
			continue // corrected
		}
		if x.void {
			continue
		}
		n := len(all) - 1
		single := x.Kind == Controls || x.Kind == LegalPerson
		switch {
		case n < 0 || all[n].Kind != x.Kind || !single && all[n].Holder != x.Holder:
			all = append(all, x)
		case all[n].Since < x.Since || all[n].Since == x.Since && all[n].entered <= x.entered:
			all[n] = x
		}
	}
	kept := all[:0]
	for _, x := range all {
		if !x.Until.Valid() || x.Until >= day {
			kept = append(kept, x)
		}
	}
	return kept
}

// controllerOn is who was stated to be the actual controller on a day.
func (r *Registry) controllerOn(ctx context.Context, tx *db.Tx, code string, day unit.Day) (c Relation, stated bool, err error) {
	all, _, err := r.relationsOn(ctx, tx, code, day)
	for _, x := range all {
		if x.Kind == Controls {
			return x, true, err
		}
	}
	return c, false, err
}
