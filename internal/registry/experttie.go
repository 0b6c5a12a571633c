package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// ExpertTie is what an expert declares of himself or herself: by what they are tied to an organisation, and from when until
// when that keeps them out of its affairs. Whoever is drawn later is drawn without those who declared a tie.
type ExpertTie struct {
	ID      unit.ID
	Account unit.ID
	Org     string // code of an organisation of the registry
	Kind    string // of TieKinds
	Since   unit.Day
	Until   unit.Day // last day; no day: without end
	Note    string
}

// TieKinds are what an expert can be tied by: wrote or published together, is teacher or student of somebody there, family,
// worked there, is paid or has shares, a project together, something else.
var TieKinds = []string{"coauthor", "teacher", "family", "employer", "paid", "project", "other"}

// tiesMax is how many an expert can declare.
const tiesMax = 500

// On says whether the tie counts on a day.
func (t ExpertTie) On(day unit.Day) bool {
	return t.Since <= day && (!t.Until.Valid() || day <= t.Until)
}

// DeclareTie enters a tie of the actor, in the caller's act. It takes effect at once; what was drawn before stands, and an
// officer takes a seat off whose expert turns out to be tied.
func (r *Registry) DeclareTie(ctx context.Context, tx *db.Tx, who access.Actor, t ExpertTie) (ExpertTie, error) {
	if who.Person == "" || !isExpert(who) {
		return t, fault.New(fault.Denied, "registry.tie_own")
	}
	if !slices.Contains(TieKinds, t.Kind) {
		return t, fault.New(fault.Invalid, "registry.tie_kind").On("kind")
	}
	if err := checkSpan(t.Since, t.Until); err != nil {
		return t, err
	}
	if t.Note = strings.TrimSpace(t.Note); t.Note != "" {
		if err := checkText("note", t.Note, false); err != nil {
			return t, err
		}
	}
	o, err := r.stateOn(ctx, tx, strings.TrimSpace(t.Org), r.Today(tx))
	if fault.KindOf(err) == fault.NotFound {
		return t, fault.New(fault.Invalid, "registry.expert_unit").On("org")
	}
	if err != nil {
		return t, err
	}
	all, err := selectTies(ctx, tx, who.Person)
	if err != nil {
		return t, fmt.Errorf("ties of expert %s: %w", who.Person, err)
	}
	if len(all) >= tiesMax {
		return t, fault.New(fault.TooMany, "registry.ties_many", "most", tiesMax)
	}
	t.ID, t.Account, t.Org = unit.NewID(tx.Now()), who.Person, o.Code
	return t, r.writeTie(ctx, tx, who, t, "registry.tie")
}

// EndTie ends a tie of the actor with a last day. It stays in the record.
func (r *Registry) EndTie(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID, last unit.Day) error {
	all, err := selectTies(ctx, tx, who.Person)
	if err != nil {
		return fmt.Errorf("ties of expert %s: %w", who.Person, err)
	}
	i := slices.IndexFunc(all, func(t ExpertTie) bool { return t.ID == id })
	switch {
	case i < 0 || who.Person == "":
		return fault.New(fault.NotFound, "registry.tie_unknown")
	case !last.Valid() || last < all[i].Since || last < r.Today(tx).Add(-1):
		return fault.New(fault.Invalid, "registry.mandate_past").On("until")
	}
	all[i].Until = last
	return r.writeTie(ctx, tx, who, all[i], "registry.tie_end")
}

func (r *Registry) writeTie(ctx context.Context, tx *db.Tx, who access.Actor, t ExpertTie, act string) error {
	if err := insertTie(ctx, tx, t); err != nil {
		return fmt.Errorf("tie %s: %w", t.ID, err)
	}
	return r.c.Access.Record(ctx, tx, who, access.Entry{Act: act, Object: "expert/" + string(t.Account), Region: unit.Region(r.c.Self), Detail: string(t.ID)})
}

// TiesOf are the ties that the actor has declared, those that ended too, the newest first.
func (r *Registry) TiesOf(ctx context.Context, tx *db.Tx, who access.Actor) ([]ExpertTie, error) {
	if who.Person == "" {
		return nil, nil
	}
	all, err := selectTies(ctx, tx, who.Person)
	slices.Reverse(all)
	return all, err
}

func isExpert(who access.Actor) bool {
	return slices.ContainsFunc(who.Grants, func(g access.Grant) bool { return g.Role == "expert" })
}
