package agreement

import (
	"context"

	"corridor/internal/access"
	"corridor/internal/db"
	"corridor/internal/fault"
	"corridor/internal/unit"
)

// Planned is how the tasks of an instrument, or of one list of it, stand on a day.
type Planned struct {
	Agreement unit.ID
	List      unit.ID // "" for the whole instrument
	Title     fault.Words
	Parties   []string // their codes in the registry, of those that have one
	Tasks     int      // all that were not ended by their parties
	Done      int      // verified
	Late      int      // past their day and neither done nor ended
}

// Planned tells of the instrument or the list with an id, in the caller's act. One that is not there, or of which who must not know, is
// fault.NotFound; tasks of which who must not know are not counted.
func (r *Register) Planned(ctx context.Context, tx *db.Tx, who access.Actor, id unit.ID) (p Planned, err error) {
	q := Query{Agreement: id}
	l, err := selectList(ctx, tx, id)
	switch {
	case err == nil:
		p.Agreement, p.List, q = l.Plan, l.ID, Query{List: l.ID}
	case fault.KindOf(err) == fault.NotFound:
		p.Agreement = id
	default:
		return p, err
	}
	a, err := r.visible(ctx, tx, who, p.Agreement)
	if err != nil {
		return p, err
	}
	p.Title = fault.Words{a.Title, a.Title}
	if p.List != "" {
		p.Title = fault.Words{a.Title + "：" + l.Name[0], a.Title + ": " + l.Name[1]}
	}
	for _, s := range a.Signers {
		if s.Code != "" {
			p.Parties = append(p.Parties, s.Code)
		}
	}
	ended := 0
	for light, n := range map[string]*int{"": &p.Tasks, string(Done): &p.Done, string(Ended): &ended, "late": &p.Late} {
		q.Light = light
		if *n, err = countTasks(ctx, tx, r.filter(tx, who, q)); err != nil {
			return p, err
		}
	}
	p.Tasks -= ended
	return p, nil
}
