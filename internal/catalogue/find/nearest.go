package find

import (
	"context"
	"slices"
)

// loose is how much of a clause is enough, of 100, when nothing has more.
const loose = 30

// nearest looks for what comes closest when nothing has all that was asked. In this order: without the places that the
// question named, nearest to them first; with less of what was said; without the word that costs the least.
func (x *Index) nearest(ctx context.Context, p *plan, q Query, none *found) (*plan, *found, error) {
	if p.asked.empty {
		return p, none, nil
	}
	// Where the filters that a person chose leave nothing, the person takes one off: that is said by Without.
	if len(p.places) > 0 {
		if r, out, err := x.elsewhere(ctx, p); err != nil || out.total > 0 {
			return r, out, err
		}
	}
	r := p.again()
	less := false
	for i := range r.clauses {
		if c := &r.clauses[i]; len(c.units) > 1 {
			c.need, less = max(1, c.sum*loose/100), true
		}
	}
	if less {
		out, err := x.run(ctx, r)
		if err != nil || out.total > 0 {
			for _, c := range r.clauses {
				if len(c.units) > 1 {
					r.notes = append(r.notes, Note{Wish: Loosened, Said: c.text})
				}
			}
			return r, out, err
		}
	}
	// Without one clause: the one whose rest has the most; then each alone.
	var best *plan
	var got *found
	try := func(keep func(i int) bool) error {
		r := p.again()
		r.clauses = nil
		for i, c := range p.clauses {
			if keep(i) {
				if len(c.units) > 1 {
					c.need = max(1, c.sum*loose/100)
				}
				r.clauses = append(r.clauses, c)
			} else {
				r.notes = append(r.notes, Note{Wish: Dropped, Said: c.text})
			}
		}
		out, err := x.run(ctx, r)
		if err == nil && out.total > 0 && (got == nil || lighter(p, r, best) || !lighter(p, best, r) && out.total > got.total) {
			best, got = r, out
		}
		return err
	}
	for i := range p.clauses {
		if len(p.clauses) > 1 {
			if err := try(func(j int) bool { return j != i }); err != nil {
				return nil, nil, err
			}
		}
	}
	if got == nil && len(p.clauses) > 2 {
		for i := range p.clauses {
			if err := try(func(j int) bool { return j == i }); err != nil {
				return nil, nil, err
			}
		}
	}
	if got != nil {
		return best, got, nil
	}
	return p, none, nil
}

// lighter says whether a leaves out less of the question than b.
func lighter(p, a, b *plan) bool { return a.weight() > b.weight() }

// weight is what of the question a plan still asks for; words that no listing has weigh nothing.
func (p *plan) weight() (sum int) {
	for _, c := range p.clauses {
		if c.reach() > 0 {
			sum += c.sum
		}
	}
	return sum
}

// again is the plan to be changed: its answer is the nearest.
func (p *plan) again() *plan {
	r := *p
	r.clauses = slices.Clone(p.clauses)
	r.notes = slices.Clone(p.notes)
	r.nearest = true
	return &r
}

// elsewhere asks without the places of the question, the nearest to them first.
func (x *Index) elsewhere(ctx context.Context, p *plan) (*plan, *found, error) {
	r := p.again()
	r.filters = slices.DeleteFunc(slices.Clone(r.filters), func(f filter) bool { return p.places[x.c.Facets[f.facet].Name] != nil })
	r.places = map[string][]string{}
	for _, n := range p.asked.notes {
		if n.Wish == Place {
			r.notes = append(r.notes, Note{Wish: Dropped, Said: n.Said, Meant: n.Meant, Facet: n.Facet})
			if _, known := x.c.Words.point[n.Meant]; known && r.from == "" {
				r.from, r.order, r.blend = n.Meant, ByDistance, true
				x.measure(r)
			}
		}
	}
	out, err := x.run(ctx, r)
	return r, out, err
}
