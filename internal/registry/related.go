package registry

import (
	"context"

	"corridor/internal/db"
	"corridor/internal/unit"
)

// Affiliation answers whether two organisations are tied, and by what.
type Affiliation struct {
	Related bool
	Known   bool       // false: what is stated does not say
	Via     []Relation // the relations by which they are tied, from either to what they have in common
}

// Related says whether two organisations were affiliated on the day; see Affiliation.
func (r *Registry) Related(ctx context.Context, tx *db.Tx, a, b string, day unit.Day) (related, known bool, err error) {
	x, err := r.Affiliation(ctx, tx, a, b, day)
	return x.Related, x.Known, err
}

// Affiliation says whether two organisations are one, whether one stands behind the other, whether the same third one
// stands behind both, or whether either declared a tie to the other, on the day. Behind an organisation stand its actual
// controller, its legal representative, whoever holds a share of the size in data/ties.yaml, and who stands behind those.
// Two firms that hold a third one are not affiliated by that. Ties of family are not in the registry.
//
// It is unknown when no tie is found and something could not be looked at: one of the two is not in the registry, an
// owner or a controller is stated to be unknown, or there are more relations than the bounds of this room. Cycles of
// ownership end by themselves.
func (r *Registry) Affiliation(ctx context.Context, tx *db.Tx, a, b string, day unit.Day) (Affiliation, error) {
	return r.Kin(day).Affiliation(ctx, tx, a, b)
}

// ancestry is everybody who stands behind one organisation.
type ancestry struct {
	code     string
	order    []string            // the nearest first, itself included
	by       map[string]Relation // the relation by which each was reached
	declared []Relation
	open     bool // somebody may be missing
}

// behind walks up from an organisation, breadth first.
func (r *Registry) behind(ctx context.Context, tx *db.Tx, code string, day unit.Day) (*ancestry, error) {
	a := &ancestry{code: code, by: map[string]Relation{}}
	switch o, err := selectOrg(ctx, tx, code); {
	case db.NoRows(err):
		if o, err = selectOrgByAlias(ctx, tx, code); db.NoRows(err) {
			a.open = true
		} else if err != nil {
			return nil, err
		} else {
			a.code = o.Code
		}
	case err != nil:
		return nil, err
	}
	a.by[a.code] = Relation{}
	a.order = []string{a.code}
	edge := a.order
	for depth := 0; len(edge) > 0; depth++ {
		if depth == depthMax || len(a.order) > visitsMax {
			a.open = true
			break
		}
		for _, at := range edge[1:] {
			aheadRelations(ctx, tx, at, day, r.known)
		}
		var next []string
		for _, at := range edge {
			all, more, err := r.relationsOn(ctx, tx, at, day)
			if err != nil {
				return nil, err
			}
			a.open = a.open || more
			for _, x := range all {
				if a.takes(x) {
					next = append(next, x.Holder)
				}
			}
		}
		a.order = append(a.order, next...)
		edge = next
	}
	return a, nil
}

// takes keeps a relation and says whether it leads to somebody new who stands behind.
func (a *ancestry) takes(x Relation) bool {
	switch {
	case x.Kind == DeclaredTie:
		if x.Org == a.code {
			a.declared = append(a.declared, x)
		}
		return false
	case x.Kind == Share && x.Share.Compare(tieRule.Share) < 0:
		return false
	case x.Holder == UnknownHolder:
		a.open = true
		return false
	}
	if _, seen := a.by[x.Holder]; seen {
		return false
	}
	a.by[x.Holder] = x
	return true
}

// path is the relations from the organisation up to one that stands behind it.
func (a *ancestry) path(to string) (via []Relation) {
	for at := to; at != a.code; {
		x := a.by[at]
		via = append([]Relation{x}, via...)
		at = x.Org
	}
	return via
}
