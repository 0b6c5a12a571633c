package registry

import (
	"context"
	"fmt"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Relation ties a holder to an organisation from a day on.
type Relation struct {
	Holder string // code of an organisation, or an id of a person
	Org    string
	Kind   string     // share, legal_person, declared
	Share  unit.Ratio // of a share
	Since  unit.Day
	Until  unit.Day // no day: still
	Source string
}

// PutRelation enters a relation, in the caller's act.
func (r *Registry) PutRelation(ctx context.Context, tx *db.Tx, who access.Actor, x Relation) error {
	if err := access.MaySomewhere(who, access.RegistryEdit); err != nil {
		return err
	}
	if x.Kind != "share" && x.Kind != "legal_person" && x.Kind != "declared" || x.Holder == "" || x.Source == "" || !x.Since.Valid() ||
		x.Until.Valid() && x.Until < x.Since {
		return fault.New(fault.Invalid, "registry.relation").On("relation")
	}
	if err := insertRelation(ctx, tx, x); err != nil {
		return fmt.Errorf("relation of %s to %s: %w", x.Holder, x.Org, err)
	}
	return r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.relation", Object: "org/" + x.Org, Detail: x.Kind})
}

// Related says whether two organisations are one, have one actual controller, or are tied on the day by a chain of
// relations of at most depthMax links. known is false when one of them is not in the registry, or when there are more
// relations than can be looked at; cycles end by themselves.
func (r *Registry) Related(ctx context.Context, tx *db.Tx, a, b string, day unit.Day) (related, known bool, err error) {
	var orgs [2]Org
	for i, code := range []string{a, b} {
		if orgs[i], err = r.Org(ctx, tx, code); fault.KindOf(err) == fault.NotFound {
			return false, false, nil
		} else if err != nil {
			return false, false, err
		}
	}
	if orgs[0].Code == orgs[1].Code || controllerOf(orgs[0]) == controllerOf(orgs[1]) {
		return true, true, nil
	}
	seen := map[string]bool{orgs[0].Code: true}
	edge := []string{orgs[0].Code}
	for range depthMax {
		var next []string
		for _, at := range edge {
			ends, err := selectRelated(ctx, tx, at, day)
			if err != nil {
				return false, false, fmt.Errorf("relations of %s: %w", at, err)
			}
			for _, e := range ends {
				if e == orgs[1].Code {
					return true, true, nil
				}
				if !seen[e] {
					seen[e] = true
					next = append(next, e)
				}
			}
			if len(seen) > visitsMax {
				return false, false, nil
			}
		}
		edge = next
	}
	return false, true, nil
}

// Label is an entry that an issuer gave to an organisation.
type Label struct {
	ID      unit.ID
	Org     string
	Label   string
	Issuer  string
	Since   unit.Day
	Until   unit.Day // last day; no day: without end
	Revoked unit.Day
}

// IssueLabel gives a label, in the caller's act; one that is in force already is refused.
func (r *Registry) IssueLabel(ctx context.Context, tx *db.Tx, who access.Actor, l Label) (Label, error) {
	if l.Label == "" || l.Issuer == "" || !l.Since.Valid() || l.Until.Valid() && l.Until < l.Since {
		return l, fault.New(fault.Invalid, "registry.label").On("label")
	}
	has, _, err := r.HasLabel(ctx, tx, l.Org, l.Label, l.Since)
	if err != nil {
		return l, err
	}
	if has {
		return l, fault.New(fault.Conflict, "registry.label_there", "label", l.Label)
	}
	l.ID = unit.NewID(tx.Now())
	if err := insertLabel(ctx, tx, l); err != nil {
		return l, fmt.Errorf("label %s to %s: %w", l.Label, l.Org, err)
	}
	return l, r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.label", Object: "org/" + l.Org, Detail: l.Label})
}

// RevokeLabel takes a label back from a day on, in the caller's act.
func (r *Registry) RevokeLabel(ctx context.Context, tx *db.Tx, who access.Actor, org, label string, day unit.Day) error {
	n, err := revokeLabel(ctx, tx, org, label, day)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "registry.label_none", "label", label)
	}
	if err != nil {
		return err
	}
	return r.c.Access.Record(ctx, tx, who, access.Entry{Act: "registry.revoke", Object: "org/" + org, Detail: label})
}

// HasLabel says whether an organisation held a label on a day; known is false when it is not in the registry.
func (r *Registry) HasLabel(ctx context.Context, tx *db.Tx, org, label string, day unit.Day) (has, known bool, err error) {
	if _, err := r.Org(ctx, tx, org); fault.KindOf(err) == fault.NotFound {
		return false, false, nil
	} else if err != nil {
		return false, false, err
	}
	n, err := countLabels(ctx, tx, org, label, day)
	return n > 0, true, err
}

// Labels lists the labels of an organisation, newest first.
func (r *Registry) Labels(ctx context.Context, tx *db.Tx, org string) ([]Label, error) {
	return selectLabels(ctx, tx, org)
}
