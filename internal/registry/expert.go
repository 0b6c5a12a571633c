package registry

import (
	"context"
	"fmt"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

const expertsMax = 5000 // entries of all pools that are read

// Expert is somebody who may be drawn to judge: an account in a pool, for one field or for every one, with the
// organisation that he or she belongs to. Somebody who knows two fields has two entries.
type Expert struct {
	ID      unit.ID
	Pool    string // the name that schemes draw from
	Account unit.ID
	Unit    string // code of an organisation of the registry
	Field   string // "" is every field
	Since   unit.Day
	Until   unit.Day // last day; no day: without end
	Source  string   // the decision or the document by which he or she stands here
}

// PutExpert enters somebody in a pool, in the caller's act. The same account in the same pool and field again is refused.
func (r *Registry) PutExpert(ctx context.Context, tx *db.Tx, who access.Actor, e Expert) (Expert, error) {
	if err := r.mayKeep(who); err != nil {
		return e, err
	}
	e.Pool, e.Field, e.Unit = strings.TrimSpace(e.Pool), strings.TrimSpace(e.Field), strings.TrimSpace(e.Unit)
	for at, s := range map[string]string{"pool": e.Pool, "field": e.Field} {
		if len(s) > codeMax || strings.ContainsAny(s, " \t\n\"") || at == "pool" && s == "" {
			return e, fault.New(fault.Invalid, "registry.expert_code").On(at)
		}
	}
	if err := checkSpan(e.Since, e.Until); err != nil {
		return e, err
	}
	if err := checkText("source", e.Source, true); err != nil {
		return e, err
	}
	o, err := r.stateOn(ctx, tx, e.Unit, r.Today(tx))
	if fault.KindOf(err) == fault.NotFound {
		return e, fault.New(fault.Invalid, "registry.expert_unit").On("unit")
	}
	if err != nil {
		return e, err
	}
	e.Unit = o.Code
	name, _, err := r.c.Access.Address(ctx, tx, e.Account)
	if err != nil {
		return e, fmt.Errorf("account of an expert: %w", err)
	}
	if name == "" {
		return e, fault.New(fault.Invalid, "registry.expert_account").On("account")
	}
	have, err := selectExpertsOf(ctx, tx, e.Pool, e.Field, e.Since)
	if err != nil {
		return e, fmt.Errorf("experts of %s: %w", e.Pool, err)
	}
	for _, old := range have {
		if old.Account == e.Account && old.Field == e.Field {
			return e, fault.New(fault.Conflict, "registry.expert_there").On("account")
		}
	}
	e.ID = unit.NewID(tx.Now())
	return e, r.writeExpert(ctx, tx, who, e, "registry.expert")
}

// EndExpert takes an entry out of its pool after a last day, in the caller's act. What he or she was drawn for stands.
func (r *Registry) EndExpert(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, last unit.Day) error {
	if err := r.mayKeep(who); err != nil {
		return err
	}
	e, err := selectExpert(ctx, tx, id)
	if db.NoRows(err) {
		return fault.New(fault.NotFound, "registry.expert_unknown")
	}
	if err != nil {
		return fmt.Errorf("expert %s: %w", id, err)
	}
	if !last.Valid() || last < e.Since || last < r.Today(tx).Add(-1) {
		return fault.New(fault.Invalid, "registry.mandate_past").On("until")
	}
	e.Until = last
	return r.writeExpert(ctx, tx, who, e, "registry.expert_end")
}

func (r *Registry) writeExpert(ctx context.Context, tx *db.Tx, who access.Actor, e Expert, act string) error {
	if err := insertExpert(ctx, tx, e); err != nil {
		return fmt.Errorf("expert %s: %w", e.ID, err)
	}
	return r.c.Access.Record(ctx, tx, who, access.Entry{Act: act, Object: "pool/" + e.Pool, Region: unit.Region(r.c.Self), Detail: string(e.ID)})
}

// mayKeep says whether the actor keeps the pools and lists of the node.
func (r *Registry) mayKeep(who access.Actor) error {
	_, err := mayEdit(who, unit.Region(r.c.Self))
	return err
}

// AllExperts are the entries of every pool, those that ended too, for who keeps them.
func (r *Registry) AllExperts(ctx context.Context, tx *db.Tx, who access.Actor) ([]Expert, error) {
	if err := r.mayKeep(who); err != nil {
		return nil, err
	}
	return selectExperts(ctx, tx)
}

// Experts are those who stand in a pool on a day and know a field, "" asking for no field; each account once, in the order of the accounts.
func (r *Registry) Experts(ctx context.Context, tx *db.Tx, pool, field string, day unit.Day) ([]Expert, error) {
	all, err := selectExpertsOf(ctx, tx, pool, field, day)
	if err != nil {
		return nil, fmt.Errorf("experts of %s: %w", pool, err)
	}
	out := all[:0]
	for _, e := range all {
		if len(out) == 0 || out[len(out)-1].Account != e.Account {
			out = append(out, e)
		}
	}
	return out, nil
}

// PersonTie is the relation by which the owner of an account stands behind an organisation on a day, or that either
// declared; a mandate to act for it is a tie too, named by the kind "mandate". None found is no error.
func (r *Registry) PersonTie(ctx context.Context, tx *db.Tx, account unit.ID, org string, day unit.Day) (Relation, bool, error) {
	return r.Kin(day).PersonTie(ctx, tx, account, org)
}
