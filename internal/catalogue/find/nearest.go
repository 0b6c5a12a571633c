package find

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
)

const (
	// loose is how much of a clause is enough, of 100, when too few have more.
	loose = 30
	// enough is how many a question should find: where fewer have all of it, what comes near follows them.
	enough = 10
	// partsMax is how many parts of a question are tried when words are left out.
	partsMax = 40
)

// ladder is what a question found, step by step: each step asks for less than the one before and finds all of its listings again.
type ladder struct {
	*plan          // of the last step
	*found         // by it
	first  []entry // what the steps before found, the best first
	exact  int     // how many have all that was asked
}

// may says whether what comes near may follow what was found: who chose filters or an order has asked for just that.
func (q Query) may(found int) bool {
	chosen := q.Exact || q.Literal || q.Order != ByRelevance || q.PriceMost > 0 || q.PriceLeast > 0 || q.FreePick > 0 || !q.Since.IsZero() || !q.Until.IsZero()
	for _, codes := range q.Filter {
		chosen = chosen || len(codes) > 0
	}
	return found == 0 || found < enough && !chosen
}

// climb looks for what comes nearest when too few have all that was asked. In this order: in the provinces of the cities that the
// question named; without its places, nearest to them first; with less of what was said; without the words that cost the least.
// Where filters leave nothing of what is there, nothing near is looked for: that is said by Without.
func (x *Index) climb(ctx context.Context, p *plan, q Query, out *found) (ladder, error) {
	l := ladder{plan: p, found: out, exact: out.total}
	if p.asked.empty || !q.may(out.total) {
		return l, nil
	}
	if out.total == 0 && out.bare > 0 && len(p.places) == 0 {
		return l, nil // the filters that a person chose leave nothing: the person takes one off
	}
	step := func(r *plan) (more bool, err error) {
		if r == nil {
			return false, nil
		}
		r.keep = q.Offset + q.Limit + enough
		got, err := x.run(ctx, r)
		if err != nil || got.total <= l.total {
			return false, err
		}
		l.first = l.entries()
		l.plan, l.found = r, got
		return true, nil
	}
	base := l.plan // a step that found nothing more stays: the next goes on from it
	for _, next := range []func(*plan) *plan{x.inProvince, x.elsewhere, loosened} {
		if l.total >= enough {
			return l, nil
		}
		r := next(base)
		if _, err := step(r); err != nil {
			return l, err
		}
		if r != nil {
			base = r
		}
	}
	if l.total >= enough {
		return l, nil
	}
	for _, r := range lessOf(base, l.total > 0) {
		if more, err := step(r); err != nil || more {
			return l, err
		}
	}
	return l, nil
}

// entries are what was found, as far as it was kept: the earlier steps first.
func (l *ladder) entries() []entry {
	all := slices.Clone(l.first)
	for _, e := range l.top.page(0, l.top.keep) {
		if !slices.ContainsFunc(l.first, func(f entry) bool { return f.part == e.part && f.at == e.at }) {
			all = append(all, e)
		}
	}
	return all
}

// again is the plan to be changed.
func (p *plan) again() *plan {
	r := *p
	r.clauses = slices.Clone(p.clauses)
	r.filters = slices.Clone(p.filters)
	r.notes = slices.Clone(p.notes)
	return &r
}

// inProvince asks in the provinces of the cities that the question named, nearest to them first; nil where it named none.
func (x *Index) inProvince(p *plan) *plan {
	cities, province := p.places[FacetCity], x.facet[FacetProvince]
	if len(cities) == 0 || len(p.places[FacetProvince]) > 0 || x.c.Facets[province].Name != FacetProvince {
		return nil
	}
	var codes []string
	for _, c := range cities {
		if in := x.c.Words.within[c]; in != "" {
			codes = append(codes, in)
		}
	}
	if len(codes) == 0 {
		return nil
	}
	r := x.placeless(p)
	r.filters = append(r.filters, x.filterOf(p.v, province, codes))
	r.places = map[string][]string{FacetProvince: codes}
	return r
}

// elsewhere asks without the places of the question, the nearest to them first; nil where it named none.
func (x *Index) elsewhere(p *plan) *plan {
	if len(p.places) == 0 {
		return nil
	}
	return x.placeless(p)
}

func (x *Index) placeless(p *plan) *plan {
	r := p.again()
	r.filters = slices.DeleteFunc(r.filters, func(f filter) bool { return p.places[x.c.Facets[f.facet].Name] != nil })
	r.places = map[string][]string{}
	for _, n := range p.asked.notes {
		if n.Wish != Place || slices.ContainsFunc(r.notes, func(had Note) bool { return had.Wish == Dropped && had.Facet == n.Facet && had.Meant == n.Meant }) {
			continue
		}
		r.notes = append(r.notes, Note{Wish: Dropped, Said: n.Said, Meant: n.Meant, Facet: n.Facet})
		if _, known := x.c.Words.point[n.Meant]; known && r.from == "" {
			r.from = n.Meant
			if r.order == ByRelevance {
				r.order = ByDistance
			}
			r.likes = append(slices.Clip(r.likes), ByDistance)
			x.measure(r)
		}
	}
	return r
}

// loosened asks for less of each clause of several units; nil where there is none.
func loosened(p *plan) *plan {
	var r *plan
	for i, c := range p.clauses {
		if need := max(1, c.sum*loose/100); len(c.units) > 1 && c.need > need {
			if r == nil {
				r = p.again()
			}
			r.clauses[i].need = need
			r.notes = append(r.notes, Note{Wish: Loosened, Said: c.text})
		}
	}
	return r
}

// lessOf are the plans that leave clauses out, those that keep most of the question first. With most, what keeps less than a third of it is
// not near.
func lessOf(p *plan, most bool) (all []*plan) {
	n := 0
	for n < len(p.clauses) && p.clauses[n].need > 0 { // those that only sort stand behind
		n++
	}
	if n < 2 {
		return nil
	}
	type part struct{ set, weight int }
	var parts []part
	whole := 0
	for i := range n {
		whole += p.clauses[i].says()
	}
	for set := 1; set < 1<<n-1; set++ {
		t := part{set: set}
		for i := range n {
			if set&(1<<i) != 0 {
				t.weight += p.clauses[i].says()
			}
		}
		if !most || t.weight*3 > whole {
			parts = append(parts, t)
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(b.weight, a.weight) })
	for _, t := range parts[:min(partsMax, len(parts))] {
		r := p.again()
		r.clauses = nil
		for i, c := range p.clauses {
			if i >= n || t.set&(1<<i) != 0 {
				r.clauses = append(r.clauses, c)
				continue
			}
			r.notes = slices.DeleteFunc(r.notes, func(n Note) bool { return n.Wish == Loosened && n.Said == c.text })
			r.notes = append(r.notes, Note{Wish: Dropped, Said: c.text})
		}
		all = append(all, r)
	}
	return all
}

// says is how much a clause says of what is looked for: a model says most, then a term that is known; a bare number and what was only
// guessed say least.
func (c clause) says() (sum int) {
	for _, u := range c.units {
		w := int(u.weight)
		letters := strings.ContainsFunc(u.said, unicode.IsLetter)
		digits := strings.ContainsFunc(u.said, unicode.IsDigit)
		switch {
		case u.guess:
			w /= 4
		case digits && letters:
			w *= 3
		case digits:
			w /= 2
		case u.known:
			w *= 2
		}
		sum += w
	}
	return sum
}
